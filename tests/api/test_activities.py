"""Activities through the API: the shapes of the reference, every filter, and pages."""

from datetime import timedelta
from typing import Any

import pytest

from pomelo import activities, sequences
from pomelo.activities import Fact
from pomelo.base.ids import LeadId, MessageId, SenderId
from pomelo.campaigns import Campaign
from pomelo.leads import ActivityType
from pomelo.sequences import Step
from tests import make
from tests.api.client import Caller
from tests.api.people import RICHARD, VARIABLES, added, campaign

A = ActivityType
HOUR = timedelta(hours=1)


class Story:
    """Richard is sent a mail, opens it twice, a machine clicks, he clicks, and replies."""

    campaign: Campaign
    step: Step
    lead: LeadId
    sender: SenderId


@pytest.fixture
async def story(api: Caller) -> Story:
    told = Story()
    async with api.database.transaction() as db:
        sender = await make.sender(db, api.team.id)
        told.campaign = await make.running_campaign(db, api.team.id, sender)
        told.step = (await sequences.list_steps(db, api.team.id, told.campaign.id))[0]
    told.sender = sender.id
    variables = VARIABLES | {"colour": "green", "type": "forged", "location": "Paris"}
    told.lead = (await added(api, told.campaign, RICHARD, variables))["_id"]
    await send(api, told)
    await happen(api, told, A.EMAILS_SENT, 0)
    await happen(api, told, A.EMAILS_OPENED, 1)
    await happen(api, told, A.EMAILS_OPENED, 2)
    await happen(api, told, A.EMAILS_CLICKED, 3, is_bot=True, extra={"reason": "agent"})
    await happen(api, told, A.EMAILS_CLICKED, 4, extra={"location": "https://piedpiper.com"})
    await happen(api, told, A.EMAILS_REPLIED, 5)
    return told


async def send(api: Caller, story: Story) -> None:
    async with api.database.transaction() as db:
        await db.execute(
            "INSERT INTO messages (team_id, id, campaign_id, lead_id, sender_id, step_id,"
            " step_version, sequence_step, state, fence, recipient, address_key, header_id,"
            " subject, sent_at, created_at)"
            " VALUES ($1, 'msg_one', $2, $3, $4, $5, 1, 0, 'sent', 1, $6, $6, '<m@x>', 's', $7,"
            " $7)",
            api.team.id, story.campaign.id, story.lead, story.sender, story.step.id, RICHARD,
            make.NOW,
        )  # fmt: skip


async def happen(api: Caller, story: Story, what: A, hour: int, **more: Any) -> None:
    fact = Fact(
        team_id=api.team.id,
        type=what,
        lead_id=story.lead,
        at=make.NOW + hour * HOUR,
        message_id=MessageId("msg_one"),
        sender_id=story.sender,
        step_id=story.step.id,
        sequence_step=0,
        **more,
    )
    async with api.database.transaction() as db:
        await activities.record(db, [fact])


async def hours(api: Caller, **query: Any) -> list[int]:
    """Which parts of the story are listed, by their hour."""
    found = await api.call("GET", "/activities", **query)
    return [int(one["createdAt"][11:13]) - make.NOW.hour for one in found]


async def test_an_activity_is_flat_with_the_variables_of_its_lead(
    api: Caller, story: Story
) -> None:
    sent = (await api.call("GET", "/activities"))[-1]

    activity = sent.pop("_id")
    assert activity.startswith("act_")
    extra = {
        "leadPhone": VARIABLES["phone"],
        "leadPicture": VARIABLES["picture"],
        "leadCompanyName": "Piedpiper",
        "sendUserId": api.user.id,
        "sendUserEmail": "jared@piedpiper.example",
        "sendUserMailboxId": story.sender,
        "emailId": "msg_one",
        "messageId": "<m@x>",
    }
    assert sent == {
        "type": "emailsSent",
        "teamId": api.team.id,
        "createdAt": "2026-03-10T09:00:00.000Z",
        "leadId": story.lead,
        "leadEmail": RICHARD,
        "campaignId": story.campaign.id,
        "createdBy": api.user.id,
        "leadFirstName": "Richard",
        "leadLastName": "Hendricks",
        "sequenceId": story.step.sequence_id,
        "isFirst": True,
        "sequenceStep": 0,
        "stepId": story.step.id,
        "emailTemplateId": story.step.template_id,
        "bot": False,
        "extra": extra,
        **VARIABLES,
        "colour": "green",
        "location": "Paris",
        "campaignName": "Campaign1",
        **extra,
    }


async def test_what_happened_later_points_back_to_the_mail(api: Caller, story: Story) -> None:
    replied, clicked = (await api.call("GET", "/activities"))[:2]

    assert replied["relatedSentAt"] == "2026-03-10T09:00:00.000Z"
    assert (replied["stopped"], replied["extra"]["stopped"]) == (True, True)
    assert clicked["location"] == clicked["extra"]["location"] == "https://piedpiper.com"
    assert "stopped" not in clicked


async def test_v2_nests_the_lead_and_shows_machines(api: Caller, story: Story) -> None:
    found = await api.call("GET", "/activities", version="v2")

    assert [one["bot"] for one in found] == [False, False, True, False, False, False]
    assert found[2]["reason"] == "agent"
    lead = found[0]["lead"]
    assert lead.pop("contactId") == found[0]["contactId"]
    assert lead == {
        "_id": story.lead,
        "isPaused": False,
        "state": "emailsReplied",
        "personalized": False,
        "source": "api",
        "variables": VARIABLES | {"colour": "green", "type": "forged", "location": "Paris"},
        "enrichment": {},
    }
    assert found[0]["metaData"] == {
        "teamId": api.team.id,
        "campaignId": story.campaign.id,
        "leadId": story.lead,
        "type": "emailsReplied",
        "createdBy": api.user.id,
    }
    assert (found[0]["name"], found[0]["type"]) == ("Campaign1", "emailsReplied")
    assert "colour" not in found[0]


async def test_activities_come_newest_first_by_pages(api: Caller, story: Story) -> None:
    assert await hours(api) == [5, 4, 2, 1, 0]
    assert await hours(api, offset=1, limit=2) == [4, 2]
    assert await hours(api, offset=5) == []
    assert await hours(api, limit=1_000) == [5, 4, 2, 1, 0]


UNIX = int(make.NOW.timestamp())


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"type": "emailsOpened"}, [2, 1]),
        ({"type": "emailsOpened", "isFirst": "true"}, [1]),
        ({"isFirst": "true"}, [5, 4, 1, 0]),
        ({"isFirst": "false"}, [2]),
        ({"type": "hooked"}, [1]),
        ({"type": "warmed"}, [5]),
        ({"type": "aircallDone"}, []),
        ({"type": "unheardOf"}, []),
        ({"type": ""}, [5, 4, 2, 1, 0]),
        ({"minDate": "2026-03-10T10:00:00Z", "maxDate": "2026-03-10T13:00:00.000Z"}, [4, 2, 1]),
        ({"minDate": "2026-03-10T11:30:00+01:00"}, [5, 4, 2]),
        ({"startDate": UNIX + 3600, "endDate": UNIX + 7200}, [2, 1]),
        ({"minDate": "2026-03-11"}, []),
        ({"minDate": "2026-03-10", "maxDate": "2026-03-10"}, [5, 4, 2, 1, 0]),
        ({"maxDate": "2026-03-09"}, []),
        ({"maxDate": UNIX}, [0]),
        ({"campaignId": "cam_none"}, []),
        ({"leadId": "lea_none"}, []),
    ],
)
async def test_activities_are_filtered(
    api: Caller, story: Story, query: dict[str, Any], expected: list[int]
) -> None:
    assert await hours(api, **query) == expected


async def test_activities_of_one_campaign_or_lead(api: Caller, story: Story) -> None:
    other = await campaign(api, "Campaign2")
    await added(api, other)
    await api.call("POST", f"/campaigns/{other.id}/leads/{RICHARD}/interested")

    assert len(await api.call("GET", "/activities")) == 6
    assert await hours(api, campaignId=story.campaign.id) == [5, 4, 2, 1, 0]
    assert await hours(api, leadId=story.lead) == [5, 4, 2, 1, 0]
    assert await hours(api, leadId=story.lead, campaignId=other.id) == []
    told = (await api.call("GET", "/activities", campaignId=other.id))[0]
    assert (told["type"], told["userName"]) == ("manualInterested", "api")
    assert told["extra"]["userName"] == "api"


async def test_by_a_state_come_the_activities_that_reached_it_under_its_name(
    api: Caller, story: Story
) -> None:
    flat = await api.call("GET", "/activities", type="attracted")
    nested = await api.call("GET", "/activities", type="attracted", version="v2")

    assert [one["type"] for one in flat + nested] == ["attracted", "attracted"]


@pytest.mark.parametrize(
    "query",
    [
        {"minDate": "yesterday"},
        {"minDate": "1e400"},
        {"maxDate": "9" * 30},
        {"minDate": "0001-01-01"},
        {"minDate": "2026-03-10T09:00:00Z", "maxDate": "2026-03-10T09:00:00Z"},
        {"minDate": "2026-03-11", "endDate": "2026-03-10"},
        {"isFirst": "maybe"},
        {"limit": "0"},
        {"offset": "-1"},
        {"version": "v3"},
    ],
)
async def test_a_wrong_query_is_refused(api: Caller, query: dict[str, str]) -> None:
    status, sentence = await api.refused("GET", "/activities", **query)

    assert (status, len(sentence) > 20) == (400, True)


async def test_another_team_sees_none_of_it(api: Caller, stranger: Caller, story: Story) -> None:
    for query in ({}, {"leadId": story.lead}, {"campaignId": story.campaign.id}):
        assert await stranger.call("GET", "/activities", **query) == []
