"""From a due lead to a mail at its server, and what its answer means for the lead."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta

import dkim
import pytest

from pomelo import activities, campaigns, leads, senders, unsubscribes
from pomelo.base import addresses
from pomelo.base.db import Database
from pomelo.demo.sink import Act, Script, Stage
from pomelo.leads import LeadState, WaitsFor
from pomelo.letters import new_pem, read_key, record
from pomelo.smtp import Timeouts
from tests import make
from tests.wire import PostOffice

Open = Callable[..., Awaitable[PostOffice]]
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@pytest.fixture
async def office(database: Database, now: datetime) -> AsyncIterator[Open]:
    opened: list[PostOffice] = []

    async def open_one(
        *steps: tuple[str, str], gap: int = 0, limit: int = 0, **options: object
    ) -> PostOffice:
        one = PostOffice(database, now, **options)  # type: ignore[arg-type]
        opened.append(one)
        await one.open(*steps, gap=gap, limit=limit)
        return one

    yield open_one
    for one in opened:
        await one.close()


async def test_a_due_lead_gets_its_mail_once_and_is_contacted(office: Open) -> None:
    post = await office()
    lead = await post.add("richard@piedpiper.com")

    await post.work()
    await post.work()

    (mail,) = post.mails("richard@piedpiper.com")
    assert mail["Subject"] == "Hello Richard"
    after = await post.lead(lead.id)
    assert after.state is LeadState.CONTACTED
    assert await post.sent_count(lead.id) == 1
    assert after.due_at is None
    assert await post.states() == {"sent": 1}


async def test_a_follow_up_goes_into_the_thread_after_its_delay(office: Open) -> None:
    post = await office(("Hello", "<p>One</p>"), ("", "<p>Two</p>"))
    lead = await post.add("richard@piedpiper.com")
    await post.work()
    assert (await post.lead(lead.id)).due_at == post.clock.now() + DAY

    post.clock.forward(DAY)
    await post.work()

    first, second = post.mails("richard@piedpiper.com")
    assert second["Subject"] == "Re: Hello"
    assert second["In-Reply-To"] == first["Message-ID"]
    assert second["References"] == first["Message-ID"]
    assert await post.sent_count(lead.id) == 2


async def test_a_hard_refusal_bounces_the_lead_and_suppresses_the_person(office: Open) -> None:
    refusal = Script(Stage.RCPT, reply="550 5.1.1 No such user here")
    post = await office(script={"gone@hooli.com": refusal})
    lead = await post.add("gone@hooli.com")

    await post.work()

    after = await post.lead(lead.id)
    assert after.state is LeadState.EMAILS_BOUNCED
    assert after.stopped_by == "emailsBounced"
    async with post.database.transaction() as db:
        entry = await unsubscribes.find(db, post.team.id, "gone@hooli.com")
    assert entry is not None
    assert entry.source == "bounced"
    assert await post.states() == {"refused": 1}


async def test_a_temporary_refusal_is_tried_again_with_the_same_mail(office: Open) -> None:
    grey = Script(Stage.DOT, reply="451 4.7.1 Greylisted, come back later", times=1)
    post = await office(script={"grey@hooli.com": grey})
    lead = await post.add("grey@hooli.com")

    await post.work()
    assert post.mails("grey@hooli.com") == []
    assert await post.states() == {"deferred": 1}
    async with post.database.transaction() as db:
        before = await db.fetchval("SELECT header_id FROM messages")
    post.clock.forward(30 * MINUTE)
    await post.work()

    (mail,) = post.mails("grey@hooli.com")
    assert mail["Message-ID"] == before
    assert (await post.lead(lead.id)).state is LeadState.CONTACTED


async def test_refusals_that_last_a_day_count_as_a_bounce_but_suppress_nobody(
    office: Open,
) -> None:
    full = Script(Stage.RCPT, reply="452 4.2.2 Mailbox full")
    post = await office(script={"full@hooli.com": full})
    lead = await post.add("full@hooli.com")

    for _ in range(16):
        await post.work()
        post.clock.forward(timedelta(hours=2))

    assert (await post.lead(lead.id)).state is LeadState.EMAILS_BOUNCED
    async with post.database.transaction() as db:
        assert await unsubscribes.find(db, post.team.id, "full@hooli.com") is None


async def test_a_connection_lost_before_the_final_dot_is_tried_again(office: Open) -> None:
    drop = Script(Stage.DATA, Act.DROP, times=1)
    post = await office(script={"richard@piedpiper.com": drop})
    await post.add("richard@piedpiper.com")

    await post.work()
    post.clock.forward(10 * MINUTE)
    await post.work()

    assert len(post.mails("richard@piedpiper.com")) == 1
    assert await post.states() == {"sent": 1}


async def test_a_connection_lost_after_the_final_dot_is_held_and_never_resent(
    office: Open,
) -> None:
    drop = Script(Stage.DOT, Act.DROP)
    post = await office(script={"richard@piedpiper.com": drop})
    lead = await post.add("richard@piedpiper.com")

    for _ in range(5):
        await post.work()
        post.clock.forward(DAY)

    assert len(post.mails("richard@piedpiper.com")) == 1
    assert await post.states() == {"uncertain": 1}
    assert (await post.lead(lead.id)).waits_for is WaitsFor.UNCERTAIN


async def test_a_refused_log_in_pauses_the_sender_and_burns_no_lead(office: Open) -> None:
    refusal = Script(Stage.MAIL, reply="530 5.7.0 Authentication required")
    post = await office(script={"jared@piedpiper.example": refusal})
    lead = await post.add("richard@piedpiper.com")

    await post.work()

    async with post.database.transaction() as db:
        reason = await db.fetchval("SELECT paused_for FROM senders")
    assert reason == "auth"
    assert (await post.lead(lead.id)).state is LeadState.IMPORTED


async def test_an_unsubscribed_lead_that_is_due_gets_no_mail(office: Open) -> None:
    post = await office()
    await post.add("richard@piedpiper.com")
    async with post.database.transaction() as db:
        await activities.unsubscribe(
            db, post.team.id, [addresses.parse("richard@piedpiper.com")],
            source=unsubscribes.Source.API, now=post.clock.now(),
        )  # fmt: skip

    await post.work()

    assert post.sink.mails == []


async def test_a_lead_that_lacks_a_variable_stops_visibly_and_goes_on_when_mended(
    office: Open,
) -> None:
    post = await office(("Hi {{firstName}}", "<p>{{icebreaker}}</p>"))
    lead = await post.add("richard@piedpiper.com", {"firstName": "Richard"})
    other = await post.add("dinesh@piedpiper.com", {"firstName": "D", "icebreaker": "Java"})

    await post.work()
    failed = await post.lead(lead.id)
    assert failed.state is LeadState.EMAILS_BOUNCED
    assert failed.stopped_by == "emailsFailed"
    assert (await post.lead(other.id)).state is LeadState.CONTACTED

    async with post.database.transaction() as db:
        await leads.set_variables(
            db, post.team.id, lead.id, {"icebreaker": "Nice tabs"}, now=post.clock.now()
        )
        await activities.mend(db, post.team.id, [lead.id], now=post.clock.now())
    await post.work()

    assert len(post.mails("richard@piedpiper.com")) == 1
    assert (await post.lead(lead.id)).state is LeadState.CONTACTED


async def test_a_paused_campaign_sends_nothing_until_it_is_started_again(office: Open) -> None:
    post = await office()
    await post.add("richard@piedpiper.com")
    async with post.database.transaction() as db:
        await campaigns.pause(db, post.team.id, post.campaign.id)

    await post.work()
    assert post.sink.mails == []
    async with post.database.transaction() as db:
        await post.start(db, post.sender)
    await post.work()

    assert len(post.sink.mails) == 1


async def test_a_gap_lets_one_mail_out_at_a_time(office: Open) -> None:
    post = await office(gap=600)
    for number in range(3):
        await post.add(f"lead{number}@hooli.com")

    await post.work()
    assert len(post.sink.mails) == 1
    post.clock.forward(9 * MINUTE)
    await post.work()
    assert len(post.sink.mails) == 1
    post.clock.forward(MINUTE)
    await post.work()

    assert len(post.sink.mails) == 2


async def test_a_limit_holds_over_any_24_hours(office: Open) -> None:
    post = await office(limit=2)
    for number in range(5):
        await post.add(f"lead{number}@hooli.com")

    await post.work()
    assert len(post.sink.mails) == 2
    post.clock.forward(timedelta(hours=23))
    await post.work()
    assert len(post.sink.mails) == 2
    post.clock.forward(timedelta(hours=1, minutes=1))
    await post.work()

    assert len(post.sink.mails) == 4


async def test_a_hung_server_holds_only_its_own_sender(office: Open) -> None:
    hang = Script(Stage.MAIL, Act.HANG)
    patient = Timeouts(connect=60, tls=60, command=60, data=60)
    post = await office(script={"slow@piedpiper.example": hang}, timeouts=patient)
    async with post.database.transaction() as db:
        slow = await post.add_sender(db, "slow@piedpiper.example")
        await campaigns.pause(db, post.team.id, post.campaign.id)
        await post.start(db, post.sender, slow)
    for number in range(120):
        await post.add(f"lead{number}@hooli.com")

    while len(post.sink.mails) < 70:
        if not await post.deliverer.work_once():
            await asyncio.sleep(0.002)

    assert post.deliverer.is_busy


async def test_a_rehearsal_writes_to_the_operator_once_and_moves_no_lead(office: Open) -> None:
    post = await office(deliver_to="operator@piedpiper.example")
    made = [await post.add(f"lead{number}@hooli.com") for number in range(5)]
    due = [(await post.lead(lead.id)).due_at for lead in made]

    await post.work()
    post.clock.forward(DAY)
    await post.work()

    assert len(post.mails("operator@piedpiper.example")) == 5
    after = [await post.lead(lead.id) for lead in made]
    assert [lead.due_at for lead in after] == due
    assert {lead.state for lead in after} == {LeadState.IMPORTED}
    assert {lead.step_position for lead in after} == {0}


async def test_two_workers_send_no_step_twice(office: Open) -> None:
    post = await office()
    other = post.another_worker()
    for number in range(60):
        await post.add(f"lead{number}@hooli.com")

    for _ in range(200):
        await post.deliverer.work_once()
        await other.work_once()
    await post.work()
    await post.work(other)
    await other.finish()

    assert len(post.sink.mails) == 60
    assert len({mail.recipients for mail in post.sink.mails}) == 60


async def test_a_session_that_hung_up_while_idle_costs_no_mail_its_turn(office: Open) -> None:
    post = await office()
    await post.add("one@hooli.com")
    await post.work()
    await post.sink.hang_up()

    lead = await post.add("two@hooli.com")
    await post.work()

    assert len(post.mails("two@hooli.com")) == 1
    assert (await post.lead(lead.id)).state is LeadState.CONTACTED


async def test_a_refused_content_ends_at_once_and_suppresses_nobody(office: Open) -> None:
    large = Script(Stage.DOT, reply="552 5.3.4 Message too big for system")
    post = await office(script={"richard@piedpiper.com": large})
    lead = await post.add("richard@piedpiper.com")

    await post.work()

    assert (await post.lead(lead.id)).state is LeadState.EMAILS_BOUNCED
    async with post.database.transaction() as db:
        assert await unsubscribes.find(db, post.team.id, "richard@piedpiper.com") is None


async def test_a_sender_with_a_dkim_key_signs_its_mails(office: Open) -> None:
    post = await office()
    pem = new_pem()
    async with post.database.transaction() as db:
        await senders.set_dkim(
            db, post.team.id, post.sender.id, selector="pomelo1", pem=pem, vault=make.VAULT
        )
    await post.add("richard@piedpiper.com")

    await post.work()

    _, published = record(read_key(pem, "piedpiper.example", "pomelo1"))
    (mail,) = post.sink.mails
    assert dkim.verify(mail.raw, dnsfunc=lambda *_, **__: published.encode())
