"""Each cause is set up as it is in life; what is said of it is what then happens."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

import pytest

from pomelo import insight, worker
from pomelo.base.db import Database
from pomelo.base.moments import moment
from pomelo.demo.sink import Script, Stage
from pomelo.insight import MEANINGS, Cause
from pomelo.leads import ActivityType, Lead, WaitsFor
from pomelo.senders import PausedFor
from tests.insight.scenes import (
    DAY,
    MINUTE,
    RICHARD,
    STEPS,
    SetUp,
    archived,
    away,
    bouncing,
    closed,
    crossed,
    day_off,
    delayed,
    drafted,
    ended,
    explain,
    frozen,
    gapped,
    happens,
    lead_paused,
    limited,
    nothing,
    parked,
    pause,
    paused,
    ramping,
    resting,
    run,
    senderless,
    task_open,
    team_paused,
    to_the_end,
    unheard,
    variable_lost,
    waiting,
    workerless,
)
from tests.wire import PostOffice

A = ActivityType
GREY: Final = Script(Stage.RCPT, reply="451 4.7.1 Greylisted", times=1)


@pytest.fixture
def script() -> dict[str, Script]:
    """What the people's server does otherwise than normal; tests replace it."""
    return {}


@pytest.fixture
async def post(
    database: Database, now: datetime, script: dict[str, Script]
) -> AsyncIterator[PostOffice]:
    made = PostOffice(database, now, script=script)
    await made.open(*STEPS)
    async with database.transaction() as db:
        await worker.appear(db, "wrk_one", "")
    yield made
    await made.close()


# What is set up, and the cause that is to be told: an event must happen first, or nothing will.
EVENTS: Final[list[tuple[SetUp, Cause]]] = [
    (drafted, Cause.DRAFT),
    (paused, Cause.CAMPAIGN_PAUSED),
    (team_paused, Cause.TEAM_PAUSED),
    (archived, Cause.CAMPAIGN_ARCHIVED),
    (senderless, Cause.NO_SENDER),
    (lead_paused, Cause.LEAD_PAUSED),
    (parked(WaitsFor.REVIEW), Cause.REVIEW),
    (parked(WaitsFor.UNCERTAIN), Cause.UNCERTAIN),
    (parked(WaitsFor.SUPPRESSED), Cause.SUPPRESSED),
    (parked(WaitsFor.SENDER), Cause.SENDER_GONE),
    (parked(WaitsFor.REHEARSAL), Cause.REHEARSAL),
    (crossed, Cause.CONTACT_RULE),
    (task_open, Cause.OPEN_TASK),
    (waiting, Cause.CONDITION),
    (unheard, Cause.REPLIES_NOT_READ),
    *((frozen(reason), Cause.SENDER_FROZEN) for reason in PausedFor),
    (workerless, Cause.NO_WORKER),
    (variable_lost, Cause.TEMPLATE_FAILING),
]
ENDS: Final[list[tuple[SetUp, Cause]]] = [
    (to_the_end, Cause.FINISHED),
    (ended(A.EMAILS_REPLIED), Cause.REPLIED),
    (ended(A.EMAILS_CLICKED), Cause.CLICKED),
    (ended(A.MEETING_BOOKED), Cause.MEETING),
    (ended(A.MANUAL_INTERESTED), Cause.INTERESTED),
    (ended(A.MANUAL_NOT_INTERESTED), Cause.NOT_INTERESTED),
    (ended(A.SKIPPED), Cause.SKIPPED),
    (ended(A.COMPANY_STOPPED), Cause.COMPANY_STOPPED),
    (ended(A.EMAILS_UNSUBSCRIBED), Cause.UNSUBSCRIBED),
    (ended(A.EMAILS_BOUNCED), Cause.BOUNCED),
    (ended(A.EMAILS_FAILED), Cause.TEMPLATE_FAILING),
    (ended(A.API_FAILED), Cause.CALL_FAILING),
]


@pytest.mark.parametrize(("set_up", "cause"), EVENTS)
async def test_what_waits_for_an_event_names_it(
    post: PostOffice, set_up: SetUp, cause: Cause
) -> None:
    lead = await post.add(RICHARD)

    await set_up(post, lead)
    told = await explain(post, lead.id)
    before = len(post.mails(RICHARD))
    post.clock.forward(30 * DAY)
    if cause is not Cause.NO_WORKER:
        await post.work()

    assert (told.cause, told.goes_at, told.at) == (cause, None, None)
    assert told.waits_for == MEANINGS[cause].waits_for
    assert told.waits_for
    assert len(post.mails(RICHARD)) == before


@pytest.mark.parametrize(("set_up", "cause"), ENDS)
async def test_what_is_over_says_why(post: PostOffice, set_up: SetUp, cause: Cause) -> None:
    lead = await post.add(RICHARD)

    await set_up(post, lead)
    told = await explain(post, lead.id)

    assert (told.cause, told.goes_at, told.next) == (cause, None, ())
    assert (await explain(post, post.campaign.id)).counts == {cause: 1}


INSTANTS: Final = [
    (nothing, Cause.READY),
    (delayed, Cause.DELAY),
    (limited, Cause.LIMIT),
    (ramping, Cause.RAMP),
    (gapped, Cause.GAP),
    (resting, Cause.SECONDS_TO_WAIT),
    (closed, Cause.WINDOW),
    (day_off, Cause.HOLIDAY),
    (away, Cause.OUT_OF_OFFICE),
]


@pytest.mark.parametrize(("set_up", "cause"), INSTANTS)
async def test_what_was_said_is_when_it_goes(
    post: PostOffice,
    set_up: Callable[[PostOffice, Lead], Awaitable[timedelta | None]],
    cause: Cause,
) -> None:
    lead = await post.add(RICHARD)
    begun_at = post.clock.now()

    span = await set_up(post, lead) or timedelta()
    told = await explain(post, lead.id)
    before = len(post.mails(RICHARD))
    post.clock.forward(span - timedelta(seconds=1) if span else timedelta())
    if span:
        await post.work()
    early = len(post.mails(RICHARD))
    post.clock.forward(timedelta(seconds=1))
    await post.work()

    assert (told.cause, told.goes_at) == (cause, moment(begun_at + span))
    assert (early, len(post.mails(RICHARD))) == (before, before + 1)


async def test_a_sender_whose_mails_bounce_writes_to_nobody_new(post: PostOffice) -> None:
    lead = await post.add(RICHARD)

    await bouncing(post, lead)

    told = await explain(post, lead.id)
    assert (told.cause, told.goes_at) == (Cause.TOO_MANY_BOUNCES, None)


async def test_a_mail_in_a_workers_hands_is_said_to_be(post: PostOffice) -> None:
    lead = await post.add(RICHARD)
    until = post.clock.now() + MINUTE

    await run(post, "UPDATE leads SET leased_until = $1", until)

    told = await explain(post, lead.id)
    assert (told.cause, told.at) == (Cause.CLAIMED, moment(until))


@pytest.mark.parametrize("script", [{RICHARD: GREY}])
async def test_a_mail_refused_for_now_is_said_to_be_tried_again(post: PostOffice) -> None:
    lead = await post.add(RICHARD)
    await post.work()

    told = await explain(post, lead.id)
    everybody = await explain(post, post.campaign.id)
    due_in = datetime.fromisoformat(told.goes_at or "") - post.clock.now()
    post.clock.forward(due_in + timedelta(milliseconds=1))  # it is told in whole ones
    await post.work()

    assert told.cause is Cause.TRIED_AGAIN
    assert "is tried again. The server said: 451 4.7.1 Greylisted." in told.sentence
    assert everybody.counts == {Cause.TRIED_AGAIN: 1}
    assert len(post.mails(RICHARD)) == 1


async def test_a_pause_in_our_own_words_is_put_into_no_servers_mouth(post: PostOffice) -> None:
    await frozen(PausedFor.AUTH)(post, await post.add(RICHARD))
    await run(post, "UPDATE senders SET paused_reply = 'Reconnect needed: Google has ended it.'")

    told = await explain(post, post.sender.id)

    assert "auth). Reconnect needed: Google" in told.sentence


async def test_what_would_come_next_is_told_in_order(post: PostOffice) -> None:
    lead = await post.add(RICHARD)
    await lead_paused(post, lead)
    await closed(post, lead)

    await pause(post)
    told = await explain(post, lead.id)

    assert told.cause is Cause.CAMPAIGN_PAUSED
    assert [reason.cause for reason in told.next] == [Cause.LEAD_PAUSED, Cause.WINDOW]


async def test_a_rule_that_changes_changes_what_is_said(
    post: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pomelo.delivery import gate, model

    lead = await post.add(RICHARD)
    monkeypatch.setattr(
        gate, "RULES", (*gate.RULES, lambda *_: model.WaitFor(WaitsFor.CONTACT_RULE))
    )

    told = await explain(post, lead.id)
    await post.work()

    assert told.cause is Cause.CONTACT_RULE
    assert (await post.lead(lead.id)).waits_for is WaitsFor.CONTACT_RULE


async def test_a_campaigns_counts_are_its_leads_own_answers(post: PostOffice) -> None:
    everybody = [await post.add(f"lead{number}@hooli.com") for number in range(8)]
    await post.work()
    for lead, kind in zip(everybody, (A.EMAILS_REPLIED, A.PAUSED, A.SKIPPED), strict=False):
        await happens(post, lead, kind)
    await parked(WaitsFor.UNCERTAIN)(post, everybody[3])
    everybody.append(await post.add(RICHARD))

    counts = (await explain(post, post.campaign.id)).counts

    own: dict[Cause, int] = {}
    for lead in everybody:
        cause = (await explain(post, lead.id)).cause
        own[cause] = own.get(cause, 0) + 1
    assert counts == own


async def test_a_sender_says_what_holds_it(post: PostOffice) -> None:
    await frozen(PausedFor.AUTH)(post, await post.add(RICHARD))

    told = await explain(post, post.sender.id)

    assert (told.kind, told.cause) == ("sender", Cause.SENDER_FROZEN)
    assert "jared@piedpiper.example: auth" in told.sentence


@pytest.mark.parametrize("asked", ["lea_nobody", "cam_none", "usm_none", "xyz", ""])
async def test_of_what_is_not_there_nothing_is_said(post: PostOffice, asked: str) -> None:
    with pytest.raises(insight.NothingOfThatId):
        await explain(post, asked)


def test_every_cause_has_a_meaning_and_a_test() -> None:
    tested = {cause for _, cause in (*EVENTS, *ENDS, *INSTANTS)}

    assert set(MEANINGS) == set(Cause)
    assert set(Cause) - tested == {
        Cause.CLAIMED,
        Cause.MOVED,
        Cause.TRIED_AGAIN,
        Cause.DOMAIN_GAP,
        Cause.TOO_MANY_BOUNCES,
        Cause.HOURS_NEVER_MEET,  # tests/trips/test_foreseen.py
        Cause.TEAM_LIMIT,  # tests/trips/test_team_limit.py
        Cause.NEW_LEADS_SHARE,  # tests/trips/test_new_leads_share.py
    }
