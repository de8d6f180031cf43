"""Every figure is what a plain recount of the raw rows gives."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pomelo import activities, sequences, stats
from pomelo.activities import Fact
from pomelo.base.db import Database, Db
from pomelo.campaigns import Campaign
from pomelo.leads import ActivityType, Lead
from pomelo.sequences import Step
from pomelo.stats import CampaignStats, Wanted
from tests import make
from tests.conftest import EMPTY_ALL

A = ActivityType
TYPES = [
    *(A.EMAILS_SENT, A.EMAILS_OPENED, A.EMAILS_CLICKED, A.EMAILS_REPLIED, A.EMAILS_BOUNCED),
    *(A.EMAILS_FAILED, A.EMAILS_UNSUBSCRIBED, A.MANUAL_INTERESTED, A.MEETING_BOOKED),
    *(A.LINKEDIN_SENT, A.LINKEDIN_OPENED, A.MANUAL_DONE),
]


class Event(NamedTuple):
    """Something that happens: to which of three leads, at which of two steps, and when."""

    lead: int
    step: int
    type: ActivityType
    minute: int
    is_bot: bool


events = st.lists(
    st.builds(
        Event,
        lead=st.integers(0, 2),
        step=st.integers(0, 1),
        type=st.sampled_from(TYPES),
        minute=st.integers(0, 100),
        is_bot=st.booleans(),
    ),
    max_size=25,
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(events, st.integers(0, 100), st.integers(0, 100))
async def test_figures_are_what_a_recount_gives(
    database: Database, happened: list[Event], since: int, length: int
) -> None:
    span = (make.NOW + timedelta(minutes=since), make.NOW + timedelta(minutes=since + length))
    async with database.transaction() as db:
        await db.execute(EMPTY_ALL)
        campaign, steps, people = await _ground(db)
        await _tell(db, sorted(happened, key=lambda one: one.minute), steps, people)
        wanted = Wanted(*span, tuple(ActivityType))
        (told,) = await stats.list_stats(db, campaign.team_id, [campaign.id], wanted)
        rows = [dict(row) for row in await db.fetch("SELECT * FROM activities ORDER BY created_at")]
        await db.execute(EMPTY_ALL)

    _check(told, rows, span, steps)


async def _ground(db: Db) -> tuple[Campaign, list[Step], list[Lead]]:
    campaign = await make.campaign(db, (await make.team(db)).id)
    for subject in ("one", "two"):
        await make.step(db, campaign, subject)
    steps = await sequences.list_steps(db, campaign.team_id, campaign.id)
    people = [await make.lead(db, campaign, f"lead{number}@hooli.com") for number in range(3)]
    return campaign, steps, people


async def _tell(db: Db, happened: Iterable[Event], steps: list[Step], people: list[Lead]) -> None:
    for one in happened:
        lead = people[one.lead]
        fact = Fact(
            team_id=lead.team_id,
            type=one.type,
            lead_id=lead.id,
            step_id=steps[one.step].id,
            sequence_step=one.step,
            is_bot=one.is_bot and one.type in (A.EMAILS_OPENED, A.EMAILS_CLICKED),
            at=make.NOW + timedelta(minutes=one.minute),
        )
        await activities.record(db, [fact])


class Recount:
    """Plain counting over raw rows."""

    def __init__(self, rows: list[dict[str, Any]], span: tuple[datetime, datetime]) -> None:
        self._people = [row for row in rows if not row["is_bot"]]
        self._span = span
        first: dict[tuple[str, str, str], dict[str, Any]] = {}
        for row in self._people:
            first.setdefault((row["lead_id"], row["step_id"], row["type"]), row)
        self.inside = [row for row in self._people if self._holds(row["created_at"])]
        self._firsts = [row for row in first.values() if self._holds(row["created_at"])]

    def _holds(self, at: datetime) -> bool:
        return self._span[0] <= at <= self._span[1]

    def times(self, *types: str, step: str | None = None) -> int:
        return sum(row["type"] in types and step in (None, row["step_id"]) for row in self.inside)

    def once(self, *types: str, step: str | None = None) -> int:
        return sum(row["type"] in types and step in (None, row["step_id"]) for row in self._firsts)

    def returned(self, step: str | None = None) -> int:
        """Bounces of mails that were sent, also outside the span."""
        sent = {
            (row["lead_id"], row["step_id"]) for row in self._people if row["type"] == "emailsSent"
        }
        return sum(
            row["type"] == "emailsBounced"
            and step in (None, row["step_id"])
            and (row["lead_id"], row["step_id"]) in sent
            for row in self._firsts
        )

    def met(self, *types: str) -> int:
        earliest: dict[str, datetime] = {}
        for row in self._people:
            if row["type"] in types:
                earliest.setdefault(row["lead_id"], row["created_at"])
        return sum(map(self._holds, earliest.values()))


def _check(
    told: CampaignStats,
    rows: list[dict[str, Any]],
    span: tuple[datetime, datetime],
    steps: list[Step],
) -> None:
    recount = Recount(rows, span)
    times, once, met = recount.times, recount.once, recount.met

    assert told.leads.leads == 3
    assert told.leads.reached == met("emailsSent", "linkedinSent", "manualDone")
    assert (told.leads.opened, told.leads.clicked, told.leads.replied) == (
        met("emailsOpened", "linkedinOpened"),
        met("emailsClicked"),
        met("emailsReplied"),
    )
    assert told.leads.unsubscribed == met("emailsUnsubscribed")
    assert told.meetings_booked == met("meetingBooked")
    assert told.messages_sent == times("emailsSent", "linkedinSent")
    assert told.messages_not_sent == times("emailsFailed")
    assert told.messages_bounced == once("emailsBounced")
    assert told.delivered == max(0, times("emailsSent", "linkedinSent") - recount.returned())
    assert (told.opened, told.clicked) == (
        once("emailsOpened", "linkedinOpened"),
        once("emailsClicked"),
    )
    assert told.replied == once("emailsReplied")
    assert told.interrupted == sum(row["has_stopped"] for row in recount.inside)
    for step, shown in zip(steps, told.steps, strict=True):
        assert (shown.sent, shown.opened, shown.bounced) == (
            times("emailsSent", step=step.id),
            once("emailsOpened", "linkedinOpened", step=step.id),
            once("emailsBounced", step=step.id),
        )
        assert shown.delivered == max(0, shown.sent - recount.returned(step.id))
