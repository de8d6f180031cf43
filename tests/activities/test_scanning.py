"""The check of addresses before a review: what it finds, whom it concerns, that it is safe."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import pytest

from pomelo import activities, campaigns, leads
from pomelo.activities.mail_domains import Answer
from pomelo.activities.scanning import RESTS, Scanner, email_status
from pomelo.base.addresses import parse
from pomelo.base.clock import Clock
from pomelo.base.db import Database, Db
from pomelo.campaigns import Campaign, CampaignChanges
from pomelo.leads import EmailStatus, Lead, LeadState, WaitsFor
from tests import make

TOWN = {"piedpiper.com": Answer.MAIL, "hooli.com": Answer.HOST_ONLY, "gone.com": Answer.NO_MAIL}


class StandingClock(Clock):
    def __init__(self, at: datetime) -> None:
        super().__init__()
        self.at = at

    def now(self) -> datetime:
        return self.at


class NameServer:
    """Answers from a table and keeps what it was asked."""

    def __init__(self, meanwhile: Callable[[], Awaitable[None]] | None = None) -> None:
        self.asked: list[str] = []
        self._meanwhile = meanwhile

    async def look_up(self, domain: str) -> Answer:
        self.asked.append(domain)
        if self._meanwhile is not None:
            await self._meanwhile()
        return TOWN.get(domain, Answer.UNKNOWN)


@pytest.mark.parametrize(
    ("address", "answer", "status"),
    [
        ("richard@piedpiper.com", Answer.MAIL, EmailStatus.UNKNOWN),
        ("richard@hooli.com", Answer.HOST_ONLY, EmailStatus.RISKY),
        ("richard@gone.com", Answer.NO_MAIL, EmailStatus.UNDELIVERABLE),
        ("richard@silent.com", Answer.UNKNOWN, EmailStatus.UNKNOWN),
        ("Info@piedpiper.com", Answer.MAIL, EmailStatus.RISKY),
        ("info@gone.com", Answer.NO_MAIL, EmailStatus.UNDELIVERABLE),
        ("richard@piedpiper.example", Answer.UNKNOWN, EmailStatus.UNDELIVERABLE),
        ("richard@mail.example.com", Answer.MAIL, EmailStatus.UNDELIVERABLE),
        ("richard@counterexample.com", Answer.MAIL, EmailStatus.UNKNOWN),
        ("richard@intranet.test", Answer.MAIL, EmailStatus.UNKNOWN),
    ],
)
def test_an_address_is_only_called_bad_when_it_surely_is(
    address: str, answer: Answer, status: EmailStatus
) -> None:
    assert email_status(parse(address), answer) is status


async def _reviewed_campaign(db: Db) -> Campaign:
    team = await make.team(db)
    return await make.campaign(db, team.id, auto_review=False)


async def _again(database: Database, lead: Lead) -> Lead:
    async with database.transaction() as db:
        return await leads.get(db, lead.team_id, lead.id)


async def test_leads_that_wait_for_a_review_are_scanned_once(database: Database) -> None:
    async with database.transaction() as db:
        campaign = await _reviewed_campaign(db)
        richard = await make.lead(db, campaign, "richard@piedpiper.com")
        gavin = await make.lead(db, campaign, "gavin@gone.com")
        dinesh = await make.lead(db, campaign, "dinesh@piedpiper.com")
    names = NameServer()
    scanner = Scanner(database, StandingClock(make.NOW + RESTS), names.look_up)

    assert await scanner.work_once()
    assert not await scanner.work_once()

    assert names.asked == ["gone.com", "piedpiper.com"]
    for lead, status in ((richard, ""), (gavin, "undeliverable"), (dinesh, "")):
        after = await _again(database, lead)
        assert after.state is LeadState.SCANNED
        assert after.email_status == status
        assert after.waits_for is WaitsFor.REVIEW
    async with database.transaction() as db:
        told = await activities.list_page(
            db, campaign.team_id, activities.Filter(lead=gavin.id), offset=0, limit=10
        )
    assert [(one.type, one.extra) for one in told] == [
        ("scanned", {"emailStatus": "undeliverable"})
    ]


async def test_a_lead_rests_before_its_address_is_checked(database: Database) -> None:
    async with database.transaction() as db:
        await make.lead(db, await _reviewed_campaign(db))
    early = StandingClock(make.NOW + RESTS - timedelta(seconds=1))

    assert not await Scanner(database, early, NameServer().look_up).work_once()


async def test_leads_that_need_no_review_are_not_looked_at(database: Database) -> None:
    async with database.transaction() as db:
        team = await make.team(db)
        await make.lead(db, await make.campaign(db, team.id))
    names = NameServer()

    assert not await Scanner(database, StandingClock(make.NOW + RESTS), names.look_up).work_once()
    assert names.asked == []


async def test_who_is_reviewed_during_the_check_stays_reviewed(database: Database) -> None:
    async with database.transaction() as db:
        campaign = await _reviewed_campaign(db)
        lead = await make.lead(db, campaign, "richard@piedpiper.com")

    async def review() -> None:
        async with database.transaction() as db:
            await activities.review(db, campaign.team_id, lead.id, now=make.NOW + RESTS)

    names = NameServer(meanwhile=review)
    await Scanner(database, StandingClock(make.NOW + RESTS), names.look_up).work_once()

    after = await _again(database, lead)
    assert after.state is LeadState.REVIEWED
    assert after.last_state == "reviewed"


async def test_a_name_system_that_is_silent_ends_the_check_all_the_same(
    database: Database,
) -> None:
    async with database.transaction() as db:
        lead = await make.lead(db, await _reviewed_campaign(db), "richard@silent.com")

    await Scanner(database, StandingClock(make.NOW + RESTS), NameServer().look_up).work_once()

    after = await _again(database, lead)
    assert after.state is LeadState.SCANNED
    assert after.email_status == ""


async def choosy(database: Database, *conditions: str, is_running: bool = True) -> Campaign:
    """A campaign that launches by itself whoever has an address of such kinds."""
    async with database.transaction() as db:
        team = await make.team(db)
        sender = await make.sender(db, team.id)
        made = await make.running_campaign(db, team.id, sender)
        changes = CampaignChanges(review_conditions=conditions)
        await campaigns.change(db, team.id, made.id, changes)
        if not is_running:
            await campaigns.pause(db, team.id, made.id)
        for email in ("richard@piedpiper.com", "info@piedpiper.com", "a@gone.com"):
            await make.lead(db, made, email)
    return made


async def launched(database: Database) -> list[str]:
    scanner = Scanner(database, StandingClock(make.NOW), NameServer().look_up)
    while await scanner.work_once():
        pass
    async with database.transaction() as db:
        rows = await db.fetch("SELECT email FROM leads WHERE waits_for IS NULL ORDER BY email")
    return [row["email"] for row in rows]


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        (("unverified",), ["richard@piedpiper.com"]),
        (("risky", "undeliverable"), ["a@gone.com", "info@piedpiper.com"]),
        (("deliverable",), []),
        ((), ["a@gone.com", "info@piedpiper.com", "richard@piedpiper.com"]),
    ],
)
async def test_a_campaign_launches_by_itself_only_the_kinds_of_addresses_that_it_names(
    database: Database, conditions: tuple[str, ...], expected: list[str]
) -> None:
    await choosy(database, *conditions)

    assert await launched(database) == expected


async def test_leads_are_launched_by_what_was_found_once_their_campaign_runs(
    database: Database,
) -> None:
    made = await choosy(database, "unverified", is_running=False)
    before = await launched(database)

    async with database.transaction() as db:
        await campaigns.start(db, made.team_id, made.id, now=make.NOW)

    assert (before, await launched(database)) == ([], ["richard@piedpiper.com"])


async def test_other_conditions_count_for_those_who_were_checked_before(
    database: Database,
) -> None:
    made = await choosy(database, "deliverable")
    before = await launched(database)

    async with database.transaction() as db:
        changes = CampaignChanges(review_conditions=("risky",))
        await campaigns.change(db, made.team_id, made.id, changes)

    assert (before, await launched(database)) == ([], ["info@piedpiper.com"])
