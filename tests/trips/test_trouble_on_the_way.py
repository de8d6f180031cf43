"""What happens while a mail is on its way, and that nothing of it stops the other mails."""

import asyncio
from datetime import timedelta

from pomelo import activities, campaigns, leads, senders
from pomelo.base import addresses
from pomelo.campaigns import Campaign
from pomelo.delivery.outcomes import Failed, Outcome
from pomelo.delivery.settle import sweep
from pomelo.delivery.store import load
from pomelo.demo.sink import Act, Script, Stage
from pomelo.leads import LeadState, NewLead, WaitsFor, Want
from pomelo.messages import MessageKind
from pomelo.smtp import Timeouts
from tests import make
from tests.postgres import IMPATIENT, until_somebody_waits_for_a_lock
from tests.trips.conftest import Open
from tests.wire import PostOffice

MINUTE = timedelta(minutes=1)
LEASE = timedelta(seconds=60)
PATIENT = Timeouts(connect=60, tls=60, command=60, data=60)
RICHARD, MONICA = "richard@piedpiper.com", "monica@piedpiper.example"


async def hand_over(post: PostOffice) -> None:
    """Take the campaign's mailbox off it and let Monica's send instead."""
    async with post.database.transaction() as db:
        monica = await post.add_sender(db, MONICA)
        await campaigns.set_senders(
            db, post.team.id, post.campaign.id, [monica.id], now=post.clock.now()
        )


async def test_another_sender_tries_again_under_its_own_name(office: Open) -> None:
    grey = Script(Stage.RCPT, reply="451 4.7.1 Greylisted, come back later", times=1)
    post = await office(script={RICHARD: grey})
    await post.add(RICHARD)
    await post.work()
    await hand_over(post)

    post.clock.forward(30 * MINUTE)
    await post.work()

    (sent,) = post.sink.mails
    (mail,) = post.mails(RICHARD)
    assert sent.envelope_from == MONICA
    assert MONICA in mail["From"]
    assert mail["Message-ID"].endswith("@piedpiper.example>")
    assert await post.states() == {"sent": 1}


async def test_a_mail_that_may_have_arrived_is_sent_again_by_the_same_sender_alone(
    office: Open,
) -> None:
    post = await office(script={RICHARD: Script(Stage.DOT, Act.DROP, times=1)})
    async with post.database.transaction() as db:
        await db.execute("UPDATE teams SET uncertain = 'resend'")
    lead = await post.add(RICHARD)
    await post.deliverer.work_once()
    while post.deliverer.is_busy:
        await asyncio.sleep(0.002)
    await hand_over(post)

    await post.work()
    assert len(post.mails(RICHARD)) == 1
    async with post.database.transaction() as db:
        await campaigns.set_senders(
            db, post.team.id, post.campaign.id, [post.sender.id], now=post.clock.now()
        )
    post.clock.forward(30 * MINUTE)
    await post.work()

    first, again = post.sink.mails
    assert first.raw == again.raw
    assert (await post.lead(lead.id)).sender_id == post.sender.id


async def test_a_lead_removed_on_the_way_holds_up_nobody_else(office: Open) -> None:
    post = await office(script={"*": Script(Stage.CONNECT, Act.DELAY, seconds=0.3, times=1)})
    gone = await post.add("gone@hooli.com")
    await post.add("there@hooli.com")
    await post.deliverer.work_once()

    async with post.database.transaction() as db:
        await activities.remove(db, post.team.id, gone.id)
    await post.work()

    assert [mail.recipients for mail in post.sink.mails] == [("there@hooli.com",)]


async def test_a_worker_whose_lease_ran_out_takes_its_own_sender_no_second_time(
    office: Open,
) -> None:
    post = await office(script={RICHARD: Script(Stage.RCPT, Act.HANG)}, timeouts=PATIENT)
    await post.add(RICHARD)
    await post.deliverer.work_once()
    await post.add("dinesh@piedpiper.com")

    post.clock.forward(2 * MINUTE)
    took_more = await post.deliverer.work_once()

    assert not took_more


async def test_renewing_waits_for_leads_before_it_holds_their_sender(office: Open) -> None:
    """Else it and a mail that gets leave, lead first and then its sender, wait for each other."""
    post = await office(script={RICHARD: Script(Stage.RCPT, Act.HANG)}, timeouts=PATIENT)
    lead = await post.add(RICHARD)
    await post.deliverer.work_once()
    post.clock.forward(LEASE / 3)

    async with post.database.transaction() as db:
        await db.execute(IMPATIENT)
        await leads.lock(db, [(post.team.id, lead.id)])
        renewing = asyncio.create_task(post.deliverer.renew())
        await until_somebody_waits_for_a_lock(post.database)
        await senders.rest(db, [(post.team.id, post.sender.id, post.clock.now())])

    await renewing


async def test_removing_a_lead_and_recording_its_mail_never_wait_for_each_other(
    office: Open,
) -> None:
    post = await office(script={RICHARD: Script(Stage.DOT, Act.DELAY, seconds=0.1)})
    lead = await post.add(RICHARD)
    await post.deliverer.work_once()
    while not await post.database.retrying(
        lambda db: db.fetchval("SELECT count(*) FROM messages WHERE data_at IS NOT NULL")
    ):
        await asyncio.sleep(0.005)

    async with post.database.transaction() as db:
        await db.execute(IMPATIENT)
        await leads.lock(db, [(post.team.id, lead.id)])
        await until_somebody_waits_for_a_lock(post.database)
        await activities.remove(db, post.team.id, lead.id)
    await post.work()

    assert await post.states() == {}


async def test_a_failure_told_by_a_worker_that_lost_the_lead_changes_nothing(
    office: Open,
) -> None:
    post = await office()
    lead = await post.add(RICHARD)
    now = post.clock.now()
    async with post.database.transaction() as db:
        want = Want(post.team.id, post.campaign.id, post.sender.id, 1)
        stale = await leads.claim_due(db, [want], now=now, until=now + LEASE)
        (facts,) = await load(db, stale, MessageKind.SEQUENCE)
        await leads.claim_due(db, [want], now=now + LEASE, until=now + 2 * LEASE)

    outcome = Outcome(facts, None, is_rehearsal=False, ending=Failed("Nothing to say"))
    await post.desk.ledger.submit(outcome)

    after = await post.lead(lead.id)
    assert (after.state, after.stopped_by) == (LeadState.IMPORTED, None)


async def second_campaign(post: PostOffice, *, wait: int) -> Campaign:
    async with post.database.transaction() as db:
        made = await make.campaign(db, post.team.id, "Second")
        await make.open_always(db, made, wait=wait)
        await make.step(db, made)
        await campaigns.set_senders(
            db, post.team.id, made.id, [post.sender.id], now=post.clock.now()
        )
        return await campaigns.start(db, post.team.id, made.id, now=post.clock.now())


async def test_the_wait_of_one_campaign_keeps_its_sender_from_no_other(office: Open) -> None:
    post = await office()
    slow = await second_campaign(post, wait=1200)
    async with post.database.transaction() as db:
        new = [
            NewLead(post.team.id, slow.id, addresses.parse(f"{n}@hooli.com"), {"firstName": "A"})
            for n in range(2)
        ]
        await leads.add(db, new, now=post.clock.now())
    await post.work()

    await post.add(RICHARD)
    await post.work()

    assert [mail.recipients[0] for mail in post.sink.mails] == ["0@hooli.com", RICHARD]
    post.clock.forward(20 * MINUTE)
    await post.work()
    assert len(post.sink.mails) == 3


async def test_a_mail_that_was_stopped_at_the_last_moment_costs_no_gap(office: Open) -> None:
    post = await office(gap=1200, script={RICHARD: Script(Stage.RCPT, Act.DELAY, seconds=0.2)})
    lead = await post.add(RICHARD)
    await post.deliverer.work_once()
    async with post.database.transaction() as db:
        await activities.pause(db, post.team.id, [lead.id], now=post.clock.now())
    await post.work()

    await post.add("dinesh@piedpiper.com")
    await post.work()

    assert len(post.mails("dinesh@piedpiper.com")) == 1


async def test_more_idle_senders_than_slots_are_all_looked_at(office: Open) -> None:
    post = await office(slots=2)
    async with post.database.transaction() as db:
        for number in range(4):
            await post.add_sender(db, f"idle{number}@piedpiper.example")

    looks = [await post.deliverer.work_once() for _ in range(3)]

    assert looks == [True, True, False]


async def test_a_rehearsal_that_was_refused_bounces_nobody(office: Open) -> None:
    wrong = "nobody@piedpiper.example"
    refusal = Script(Stage.RCPT, reply="550 5.1.1 No such user here")
    post = await office(script={wrong: refusal}, deliver_to=wrong)
    lead = await post.add(RICHARD)
    await post.work()
    async with post.database.transaction() as db:
        await leads.unpark_all(db, WaitsFor.REHEARSAL)

    post.clock.forward(MINUTE)
    await post.work()

    after = await post.lead(lead.id)
    assert (after.state, after.waits_for) == (LeadState.IMPORTED, WaitsFor.REHEARSAL)


async def test_a_rehearsal_in_doubt_keeps_no_real_mail_back(office: Open) -> None:
    post = await office(deliver_to="operator@piedpiper.example")
    lead = await post.add(RICHARD)
    await post.work()
    async with post.database.transaction() as db:  # as a worker leaves it that is killed
        await db.execute("UPDATE messages SET state = 'sending'")
        await leads.unpark_all(db, WaitsFor.REHEARSAL)
        await sweep(db, now=post.clock.now() + LEASE)

    assert await post.states() == {"uncertain": 1}
    assert (await post.lead(lead.id)).waits_for is None
