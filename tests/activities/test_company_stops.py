"""A stop of a whole company outlasts what stopped a colleague first, and ends with what it was."""

from typing import Any

import pytest

from pomelo import activities
from pomelo.activities import Activity, Fact, Verdict
from pomelo.base.addresses import parse
from pomelo.base.db import Database
from pomelo.leads import ActivityType, Lead
from pomelo.unsubscribes import Source
from tests import make
from tests.activities.test_spreading import CLICKED, HOUR, added, campaign, company, happens, now

DINESH, RICHARD = "dinesh@hooli.com", "richard@hooli.com"
STOPPED = ActivityType.COMPANY_STOPPED


async def click(database: Database, lead: Lead, link: str = "https://a.example/x") -> Activity:
    async with database.transaction() as db:
        fact = Fact(
            team_id=lead.team_id,
            type=CLICKED,
            lead_id=lead.id,
            at=make.NOW + HOUR,
            extra={"location": link},
        )
        (told,) = await activities.record(db, [fact])
    assert told is not None
    return told


async def find_machine(database: Database, *clicks: Activity) -> None:
    async with database.transaction() as db:
        verdicts = [Verdict(one.team_id, one.lead_id, one.id, "all_links") for one in clicks]
        await activities.judge(db, verdicts, now=make.NOW + 2 * HOUR)


async def unsubscribe_and_back(database: Database, lead: Lead, meanwhile: Any = None) -> None:
    at = make.NOW + HOUR
    async with database.transaction() as db:
        await activities.unsubscribe(
            db, lead.team_id, [parse(lead.email)], source=Source.API, now=at
        )
    if meanwhile is not None:
        await meanwhile
    async with database.transaction() as db:
        await activities.resubscribe(db, lead.team_id, lead.email, now=at)


async def test_whoever_was_unsubscribed_when_a_colleague_answered_stays_stopped(
    database: Database,
) -> None:
    made = await campaign(database, company("onReplied"))
    dinesh, richard = await added(database, made, DINESH, RICHARD)

    answer = happens(database, richard, ActivityType.EMAILS_REPLIED)
    await unsubscribe_and_back(database, dinesh, answer)

    assert (await now(database, dinesh)).stopped_by is STOPPED


async def test_whose_mail_could_not_be_written_stays_stopped_when_it_can(
    database: Database,
) -> None:
    made = await campaign(database, company("onReplied"))
    dinesh, richard = await added(database, made, DINESH, RICHARD)
    await happens(database, dinesh, ActivityType.EMAILS_FAILED)
    await happens(database, richard, ActivityType.EMAILS_REPLIED)

    async with database.transaction() as db:
        await activities.mend(db, made.team_id, [dinesh.id], now=make.NOW + HOUR)

    assert (await now(database, dinesh)).stopped_by is STOPPED


async def test_a_company_goes_on_when_the_click_was_a_machines(database: Database) -> None:
    made = await campaign(database, company("onLinkClicked"), stop_on_clicked=True)
    dinesh, richard = await added(database, made, DINESH, RICHARD)
    clicked = await click(database, richard)
    stopped = (await now(database, dinesh)).stopped_by

    await find_machine(database, clicked)

    after = [(await now(database, one)).stopped_by for one in (dinesh, richard)]
    assert (stopped, after) == (STOPPED, [None, None])


async def test_a_company_that_was_paused_goes_on_when_the_click_was_a_machines(
    database: Database,
) -> None:
    made = await campaign(
        database, company("onLinkClicked"), stop_on_clicked=True, pause_on=("clicked",)
    )
    dinesh, richard = await added(database, made, DINESH, RICHARD)
    clicked = await click(database, richard)
    paused = (await now(database, dinesh)).is_paused

    await find_machine(database, clicked)

    after = [(await now(database, one)).is_paused for one in (dinesh, richard)]
    assert (paused, after) == (True, [False, False])


async def test_a_company_stays_stopped_while_a_person_clicked_or_answered_too(
    database: Database,
) -> None:
    settings = {**company("onLinkClicked"), **company("onReplied")}
    made = await campaign(database, settings, stop_on_clicked=True)
    dinesh, richard, gilfoyle = await added(database, made, DINESH, RICHARD, "g@hooli.com")
    one, other = [await click(database, richard) for _ in range(2)]

    await find_machine(database, one)
    still = (await now(database, dinesh)).stopped_by
    await happens(database, gilfoyle, ActivityType.EMAILS_REPLIED)
    await find_machine(database, other)

    assert (still, (await now(database, dinesh)).stopped_by) == (STOPPED, STOPPED)


@pytest.mark.parametrize(("link", "stopped_by"), [("/book", CLICKED), ("/read", None)])
async def test_only_clicks_that_the_campaign_means_stop_when_all_is_counted_anew(
    database: Database, link: str, stopped_by: ActivityType | None
) -> None:
    made = await campaign(database, {}, stop_on_clicked=True, click_filter="/book")
    (dinesh,) = await added(database, made, DINESH)
    await click(database, dinesh, f"https://a.example{link}")

    await unsubscribe_and_back(database, dinesh)

    assert (await now(database, dinesh)).stopped_by is stopped_by


async def test_a_persons_click_elsewhere_does_not_keep_a_machines_stop(database: Database) -> None:
    made = await campaign(database, {}, stop_on_clicked=True, click_filter="/book")
    (dinesh,) = await added(database, made, DINESH)
    await click(database, dinesh, "https://a.example/read")
    meant = await click(database, dinesh, "https://a.example/book")

    await find_machine(database, meant)

    assert (await now(database, dinesh)).stopped_by is None


async def test_what_is_stopped_again_is_not_told_again(database: Database) -> None:
    made = await campaign(database, company("onReplied"))
    dinesh, richard = await added(database, made, DINESH, RICHARD)

    for _ in range(2):
        await happens(database, richard, ActivityType.EMAILS_REPLIED)

    async with database.transaction() as db:
        told = await db.fetchval(
            "SELECT count(*) FROM activities WHERE type = 'companyStopped' AND lead_id = $1",
            dinesh.id,
        )
    assert told == 1
