"""Numbers of campaigns through the API."""

from typing import Any

import pytest

from pomelo import activities, campaigns, senders
from pomelo.activities import Fact
from pomelo.base.db import Db
from pomelo.base.ids import CampaignId, TeamId
from pomelo.leads import ActivityType
from pomelo.senders import Sender
from tests import make
from tests.api.client import Caller
from tests.api.test_sequences import STEP, draft
from tests.make import NOW

A = ActivityType
SPAN = {"startDate": "2026-03-01", "endDate": "2026-04-01"}
UNTIL_NOW = {"startDate": "2026-03-01", "endDate": "2126-03-01"}


async def written_to(api: Caller) -> CampaignId:
    """A campaign of two steps, of which one lead got both and opened one."""
    campaign, steps = await draft(api)
    first = await api.call("POST", steps, STEP)
    second = await api.call("POST", steps, STEP)
    async with api.database.transaction() as db:
        found = await campaigns.get(db, api.team.id, campaign)
        lead = await make.lead(db, found, "richard@piedpiper.com")
        for step, kind in (
            (first, A.EMAILS_SENT),
            (first, A.EMAILS_OPENED),
            (second, A.EMAILS_SENT),
        ):
            fact = Fact(
                team_id=api.team.id, type=kind, lead_id=lead.id, step_id=step["_id"], at=NOW
            )
            await activities.record(db, [fact])
    return campaign


@pytest.mark.parametrize("version", ["", "/v2"])
async def test_a_campaigns_numbers(api: Caller, version: str) -> None:
    campaign = await written_to(api)

    told = await api.call("GET", f"{version}/campaigns/{campaign}/stats", **SPAN)

    steps = told.pop("steps")
    assert {name: value for name, value in told.items() if value} == {
        "nbLeads": 1,
        "nbLeadsLaunched": 1,
        "nbLeadsReached": 1,
        "nbLeadsOpened": 1,
        "messagesSent": 2,
        "delivered": 2,
        "opened": 1,
    }
    assert [
        (s["index"], s["sequenceStep"], s["taskType"], s["sent"], s["opened"]) for s in steps
    ] == [
        (1, 0, "email", 1, 1),
        (2, 1, "email", 1, 0),
    ]


async def test_outside_the_span_nothing_happened(api: Caller) -> None:
    campaign = await written_to(api)

    told = await api.call(
        "GET", f"/campaigns/{campaign}/stats", startDate="2025-01-01", endDate="2025-02-01"
    )

    assert (told["nbLeads"], told["nbLeadsReached"], told["messagesSent"]) == (1, 0, 0)


async def test_a_span_lasts_to_the_end_of_its_last_day(api: Caller) -> None:
    campaign = await written_to(api)
    path = f"/campaigns/{campaign}/stats"

    day = await api.call("GET", path, startDate="2026-03-10", endDate="2026-03-10")
    before = await api.call("GET", path, startDate="2026-03-09", endDate="2026-03-09")

    assert (day["nbLeadsReached"], before["nbLeadsReached"]) == (1, 0)


async def test_other_channels_have_other_messages(api: Caller) -> None:
    campaign = await written_to(api)

    told = await api.call("GET", f"/campaigns/{campaign}/stats", channels='["linkedin"]', **SPAN)

    assert told["messagesSent"] == 0


async def test_many_campaigns_at_once_and_one_that_is_not_there(api: Caller) -> None:
    campaign = await written_to(api)

    told = await api.call(
        "POST",
        "/v2/campaigns/stats/batch",
        {**SPAN, "campaignIds": [campaign, "cam_none", campaign]},
    )

    assert [(one["campaignId"], one["messagesSent"]) for one in told["results"]] == [(campaign, 2)]
    assert told["errors"] == [{"campaignId": "cam_none", "error": "Campaign not found"}]


async def test_a_report_is_one_flat_row(api: Caller) -> None:
    campaign = await written_to(api)

    (told,) = await api.call("GET", "/campaigns/reports", campaignIds=campaign)

    assert (told["_id"], told["name"], told["status"]) == (campaign, "Campaign1", "draft")
    assert (told["totalCount"], told["emailsSent"], told["emailsOpened"]) == (1, 2, 1)
    assert told["creator"] == f"{api.user.id}|{api.user.email}"


async def test_who_is_taken_off_the_list_is_unsubscribed_in_no_figure_of_leads(
    api: Caller,
) -> None:
    campaign = await written_to(api)
    await api.call("POST", "/unsubscribes/richard@piedpiper.com")

    async def unsubscribed() -> list[int]:
        told = await api.call("GET", f"/campaigns/{campaign}/stats", **UNTIL_NOW)
        (report,) = await api.call("GET", "/campaigns/reports", campaignIds=campaign)
        return [told["nbLeadsUnsubscribed"], report["emailsUnsubscribed"]]

    before = await unsubscribed()
    await api.call("DELETE", "/unsubscribes/richard@piedpiper.com")

    assert (before, await unsubscribed()) == ([1, 1], [0, 0])


async def test_a_report_is_given_though_a_sender_is_deleted_meanwhile(
    api: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign = await written_to(api)
    async with api.database.transaction() as db:
        sender = await make.sender(db, api.team.id)
        await campaigns.set_senders(db, api.team.id, campaign, [sender.id], now=NOW)
    listed = senders.list_of_team

    async def after_deleting(db: Db, team: TeamId, **more: Any) -> list[Sender]:
        async with api.database.transaction() as other:
            await senders.delete(other, team, sender.id, now=NOW)
        return await listed(db, team, **more)

    monkeypatch.setattr(senders, "list_of_team", after_deleting)
    (told,) = await api.call("GET", "/campaigns/reports", campaignIds=campaign)

    assert (told["senderNames"], told["sendersUsers"]) == ("", "")


WRONG: list[tuple[dict[str, Any], str]] = [
    ({}, "startDate and endDate are required"),
    ({"startDate": "2026-01-01"}, "startDate and endDate are required"),
    ({"startDate": "soon", "endDate": "2026-01-01"}, "date"),
    ({"startDate": "2026-02-01", "endDate": "2026-01-01"}, "endDate"),
    ({**SPAN, "channels": "email"}, "channels"),
    ({**SPAN, "channels": '["fax"]'}, "channels"),
    ({**SPAN, "ABSelected": "C"}, "ABSelected"),
    ({**SPAN, "sendUser": "me"}, "<sendUserId>|<sendUserEmail>"),
    ({**SPAN, "sendUser": "usr_nobody|a@b.c"}, "not related"),
]


@pytest.mark.parametrize(("query", "words"), WRONG)
async def test_a_wrong_question_is_refused_with_a_sentence(
    api: Caller, query: dict[str, Any], words: str
) -> None:
    campaign, _ = await draft(api)

    status, sentence = await api.refused("GET", f"/v2/campaigns/{campaign}/stats", **query)

    assert (status, words in sentence) == (400, True), sentence


@pytest.mark.parametrize("asked", [[], ["cam_none"] * 1 + [f"cam_{n}" for n in range(100)]])
async def test_a_batch_has_one_to_a_hundred_campaigns(api: Caller, asked: list[str]) -> None:
    status, sentence = await api.refused(
        "POST", "/v2/campaigns/stats/batch", {**SPAN, "campaignIds": asked}
    )

    assert (status, "campaignIds" in sentence) == (400, True)
