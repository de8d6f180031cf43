"""The columns of the files: names that never repeat, and values as the API knows them."""

import itertools
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pomelo import activities, leads
from pomelo.activities import Fact, Verdict
from pomelo.base.addresses import parse
from pomelo.base.db import Db
from pomelo.base.ids import CampaignId, StepId, TeamId
from pomelo.campaigns import Campaign
from pomelo.exports import columns, snapshot
from pomelo.leads import ActivityType, Lead, LeadState, NewLead
from pomelo.messages import MessageKind, MessageState
from pomelo.sequences import Step, StepType
from tests import make
from tests.exports.reading import read
from tests.inbound import sent

NAMES = st.sampled_from(["state", "email", "_id", "city"]).flatmap(
    lambda name: st.integers(0, 3).map(lambda times: name + "_variable" * times)
)
LEADS_HEADER = (
    "emailStatus", "email", "firstName", "lastName", "picture", "phone", "linkedinUrl", "timezone",
    "companyName", "companyDomain", "icebreaker", "jobTitle", "lastState", "status", "state", "_id",
)  # fmt: skip
STATISTICS_HEADER = (
    "_id", "email", "firstName", "lastName", "state", "lastState", "status", "isPaused", "sender",
    "importedAt", "reviewedAt", "contactedAt", "openedAt", "clickedAt", "repliedAt",
    "interestedAt", "notInterestedAt", "bouncedAt", "unsubscribedAt",
    "sentCount", "openedCount", "clickedCount", "repliedCount",
)  # fmt: skip


def test_the_columns_are_those_of_the_reference() -> None:
    step = columns.StepColumns(1, StepId("stp_1"), StepType.EMAIL)

    listed = columns.leads(TeamId("tea_1"), CampaignId("cam_1"), ["city"])
    counted = columns.statistics(TeamId("tea_1"), CampaignId("cam_1"), ["city"], [step])

    assert listed.header == (*LEADS_HEADER[:12], "city", *LEADS_HEADER[12:])
    assert counted.header == (
        *STATISTICS_HEADER[:4], "city", *STATISTICS_HEADER[4:],
        "step1_type", "step1_sentAt", "step1_openedAt", "step1_clickedAt", "step1_repliedAt",
        "step1_bouncedAt", "uncertainAt",
    )  # fmt: skip


def test_a_variable_that_collides_is_suffixed_as_often_as_it_takes() -> None:
    names = columns.column_names(["city", "state", "state_variable"], ["state", "_id"])

    assert names == {
        "city": "city",
        "state": "state_variable_variable",
        "state_variable": "state_variable",
    }


@given(st.sets(NAMES))
def test_no_two_columns_have_one_name(variables: set[str]) -> None:
    taken = ["state", "email", "_id", "state_variable"]

    names = columns.column_names(sorted(variables), taken)

    every = [*taken, *names.values()]
    assert len(set(every)) == len(every)


async def csv_of(db: Db, table: columns.Table) -> list[dict[str, str]]:
    pieces: list[bytes] = []

    async def take(piece: bytes) -> None:
        pieces.append(piece)

    total = await snapshot.copy_csv(db, table, take)
    rows = read(b"".join(pieces))
    assert len(rows) == total
    return rows


async def test_the_status_is_that_of_the_rule_for_every_lead_there_can_be(db: Db) -> None:
    team = await make.team(db)
    campaign = await make.campaign(db, team.id)
    await make.lead(db, campaign)
    facts = [
        list(LeadState), [False, True], [None, make.NOW], [None, "emailsReplied"],
        [None, "review", "uncertain"],
    ]  # fmt: skip

    for state, is_paused, due_at, stopped_by, waits_for in itertools.product(*facts):  # type: ignore[call-overload]
        found = await db.fetchval(
            f"SELECT {columns.STATUS} FROM (SELECT $1::text AS state, $2::bool AS is_paused,"
            " $3::timestamptz AS due_at, $4::text AS stopped_by, $5::text AS waits_for) l",
            state, is_paused, due_at, stopped_by, waits_for,
        )  # fmt: skip
        assert found == leads.status(
            state,
            is_paused=is_paused,
            is_scanning=False,
            waits_for_review=waits_for == "review",
            is_over=due_at is None or stopped_by is not None,
        )


async def test_every_kind_of_value_survives(db: Db) -> None:
    team = await make.team(db)
    campaign = await make.campaign(db, team.id)
    variables: dict[str, object] = {
        "firstName": 'Rich"ard', "icebreaker": "Hi,\nyou 🍊\r\nthere", "phone": "+33 6 12 34 56 78",
        "Original event page": "a;b", "score": "12", "tags": ["a", "b"], "empty": "",
        "state": "California", "state_variable": "x", "'; DROP TABLE leads; --": "y", "$1": "z",
        "evil": "=HYPERLINK(1)", "=header": "w", "ü" * 60: "long",
    }  # fmt: skip
    lead = await make.lead(db, campaign, variables=variables)

    table = await snapshot.leads_table(db, team.id, campaign.id, None)
    row = (await csv_of(db, table))[0]

    assert row == {
        "emailStatus": "", "email": "richard@piedpiper.com", "firstName": 'Rich"ard',
        "lastName": "", "picture": "", "phone": "+33 6 12 34 56 78", "linkedinUrl": "",
        "timezone": "", "companyName": "", "companyDomain": "",
        "icebreaker": "Hi,\nyou 🍊\r\nthere", "jobTitle": "", "$1": "z",
        "'; DROP TABLE leads; --": "y", "'=header": "w", "Original event page": "a;b",
        "empty": "", "evil": "'=HYPERLINK(1)", "score": "12",
        "state_variable_variable": "California", "state_variable": "x", "tags": '["a", "b"]',
        "ü" * 60: "long", "lastState": "", "status": "running", "state": "imported",
        "_id": lead.id,
    }  # fmt: skip


async def test_a_variable_has_a_column_however_it_came_and_keeps_it(db: Db) -> None:
    team = await make.team(db)
    campaign, other = await make.campaign(db, team.id), await make.campaign(db, team.id)
    lead = await make.lead(db, campaign, variables={"added": "1"})
    await make.lead(db, other, variables={"elsewhere": "1"})
    await leads.add_variables(db, team.id, lead.id, {"later": "2"}, now=make.NOW)
    refused = NewLead(team.id, campaign.id, parse(lead.email), {"refused": "3"})
    await leads.add(db, [refused], now=make.NOW)

    await leads.delete_variables(db, team.id, lead.id, ["added"], now=make.NOW)

    table = await snapshot.leads_table(db, team.id, campaign.id, None)
    row = (await csv_of(db, table))[0]
    assert set(row) - set(LEADS_HEADER) == {"added", "later"}
    assert (row["added"], row["later"]) == ("", "2")


async def test_more_variables_than_columns_share_the_last_one(db: Db) -> None:
    team = await make.team(db)
    campaign = await make.campaign(db, team.id)
    for lead in range(7):
        own: dict[str, object] = {f"v{lead}_{number:03}": "x" for number in range(256)}
        await make.lead(db, campaign, f"lead{lead}@piedpiper.com", variables=own)

    table = await snapshot.leads_table(db, team.id, campaign.id, None)
    rows = await csv_of(db, table)

    assert len(table.header) == columns.MOST_COLUMNS + 1
    assert sum(value == "x" for row in rows for value in row.values()) == columns.MOST_COLUMNS - 16
    (rest,) = [row["otherVariables"] for row in rows if row["otherVariables"]]
    assert rest.startswith('{"v6_')


def fact(lead: Lead, type_: ActivityType, minutes: int, step: Step, **more: Any) -> Fact:
    at = make.NOW + timedelta(minutes=minutes)
    return Fact(team_id=lead.team_id, type=type_, lead_id=lead.id, at=at, step_id=step.id, **more)


async def conversed(db: Db, campaign: Campaign) -> Lead:
    """Make a lead that opened the first mail, as a machine before had, and answered the second."""
    sender = await make.sender(db, campaign.team_id)
    first, second = await make.step(db, campaign), await make.step(db, campaign)
    lead = await make.lead(db, campaign)
    happened = [
        fact(lead, ActivityType.EMAILS_SENT, 0, first),
        fact(lead, ActivityType.EMAILS_OPENED, 1, first, is_bot=True),
        fact(lead, ActivityType.EMAILS_OPENED, 5, first),
        fact(lead, ActivityType.EMAILS_OPENED, 9, first),
        fact(lead, ActivityType.EMAILS_SENT, 20, second),
        fact(lead, ActivityType.EMAILS_REPLIED, 30, second),
    ]
    await activities.record(db, happened)
    await db.execute("UPDATE leads SET sender_id = $1 WHERE id = $2", sender.id, lead.id)
    return lead


async def test_steps_tell_when_each_thing_was_first_and_leave_machines_out(db: Db) -> None:
    campaign = await make.campaign(db, (await make.team(db)).id)
    lead = await conversed(db, campaign)
    other = await make.lead(db, campaign, "dinesh@piedpiper.com")

    table = await snapshot.statistics_table(db, campaign.team_id, campaign.id)
    rows = {row["_id"]: row for row in await csv_of(db, table)}

    assert {name: rows[lead.id][name] for name in table.header if name.startswith("step")} == {
        "step1_type": "email", "step1_sentAt": "2026-03-10T09:00:00.000Z",
        "step1_openedAt": "2026-03-10T09:05:00.000Z", "step1_clickedAt": "",
        "step1_repliedAt": "", "step1_bouncedAt": "",
        "step2_type": "email", "step2_sentAt": "2026-03-10T09:20:00.000Z",
        "step2_openedAt": "", "step2_clickedAt": "",
        "step2_repliedAt": "2026-03-10T09:30:00.000Z", "step2_bouncedAt": "",
    }  # fmt: skip
    assert (rows[other.id]["step1_sentAt"], rows[other.id]["sentCount"]) == ("", "0")


async def test_steps_leave_out_what_turned_out_to_be_a_machines(db: Db) -> None:
    campaign = await make.campaign(db, (await make.team(db)).id)
    step, lead = await make.step(db, campaign), await make.lead(db, campaign)
    clicks = [fact(lead, ActivityType.EMAILS_CLICKED, minutes, step) for minutes in (5, 9)]
    early, _ = await activities.record(db, clicks)
    assert early is not None
    verdict = Verdict(lead.team_id, lead.id, early.id, "all_links")
    await activities.judge(db, [verdict], now=make.NOW)

    table = await snapshot.statistics_table(db, campaign.team_id, campaign.id)
    (row,) = await csv_of(db, table)

    assert row["step1_clickedAt"] == row["clickedAt"] == "2026-03-10T09:09:00.000Z"
    assert row["clickedCount"] == "1"


async def test_a_lead_s_facts_are_told_beside_its_steps(db: Db) -> None:
    campaign = await make.campaign(db, (await make.team(db)).id)
    await conversed(db, campaign)

    table = await snapshot.statistics_table(db, campaign.team_id, campaign.id)
    (row,) = await csv_of(db, table)

    told = ("state", "lastState", "status", "isPaused", "sender", "importedAt", "openedAt")
    assert [row[name] for name in told] == [
        "warmed", "emailsReplied", "done", "false", "jared@piedpiper.example",
        "2026-03-10T09:00:00.000Z", "2026-03-10T09:05:00.000Z",
    ]  # fmt: skip
    counted = ("sentCount", "openedCount", "clickedCount", "repliedCount")
    assert [row[name] for name in counted] == ["2", "2", "0", "1"]


async def test_a_lead_whose_mail_is_in_doubt_tells_since_when_and_no_other_does(db: Db) -> None:
    lost = await sent.sent(db, state=MessageState.UNCERTAIN)
    place = (lost.team, lost.sender, lost.campaign)
    others = [
        (MessageState.SENT, MessageKind.SEQUENCE),
        (MessageState.SENDING, MessageKind.SEQUENCE),
        (MessageState.UNCERTAIN, MessageKind.REHEARSAL),
    ]
    for number, (state, kind) in enumerate(others):
        await sent.to(db, *place, f"lead{number}@hooli.com", state=state, kind=kind)
    await make.lead(db, lost.campaign, "untouched@hooli.com")

    table = await snapshot.statistics_table(db, lost.team.id, lost.campaign.id)
    told = {row["email"]: row["uncertainAt"] for row in await csv_of(db, table)}

    assert len(told) == 5
    assert {email: at for email, at in told.items() if at} == {
        lost.lead.email: "2026-03-10T09:00:00.000Z"
    }


async def test_only_the_asked_states_of_the_own_campaign_are_listed(db: Db) -> None:
    team = await make.team(db)
    stranger = await make.team(db, "Hooli")
    campaign, other = await make.campaign(db, team.id), await make.campaign(db, team.id)
    foreign = await make.campaign(db, stranger.id)
    for place in (campaign, other, foreign):
        for state in LeadState:
            await make.lead(db, place, f"{state}@piedpiper.com".lower(), state=state)

    async def listed(states: frozenset[LeadState] | None) -> list[str]:
        table = await snapshot.leads_table(db, team.id, campaign.id, states)
        return sorted(row["state"] for row in await csv_of(db, table))

    assert await listed(None) == sorted(LeadState)
    for state in LeadState:
        assert await listed(frozenset({state})) == [state]
    assert await listed(leads.parse_states("failed,hooked")) == ["emailsBounced", "hooked"]
