"""What a server's answer, or its silence, means for a mail, its lead and its sender."""

import asyncio
from datetime import timedelta

from pomelo import campaigns, unsubscribes
from pomelo.demo.sink import Act, Script, Stage
from pomelo.leads import LeadState, WaitsFor
from pomelo.smtp import Timeouts
from tests.trips.conftest import Open

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


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
