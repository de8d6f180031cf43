"""From a due lead to a mail at its server, within limits, hours and pauses."""

from datetime import timedelta

import dkim

from pomelo import activities, campaigns, leads, senders, unsubscribes
from pomelo.base import addresses
from pomelo.leads import LeadState
from pomelo.letters import new_pem, read_key, record
from tests import make
from tests.letters.mails import header
from tests.trips.conftest import Open

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


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


async def test_a_rehearsal_writes_to_the_operator_once_and_moves_no_lead(office: Open) -> None:
    post = await office(deliver_to="operator@piedpiper.example")
    async with post.database.transaction() as db:
        more = [await post.add_sender(db, f"jared{n}@piedpiper.example") for n in range(9)]
        await campaigns.pause(db, post.team.id, post.campaign.id)
        await post.start(db, post.sender, *more)
    await post.add_many(1000)
    before = await post.places()

    await post.work()
    post.clock.forward(DAY)
    await post.work()

    assert [mail.recipients for mail in post.sink.mails] == [("operator@piedpiper.example",)] * 1000
    assert len({header(mail.raw, "Subject") for mail in post.sink.mails}) == 1000
    assert await post.places() == before


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
