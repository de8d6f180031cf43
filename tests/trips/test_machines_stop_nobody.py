"""A sequence that a machine's click had ended goes on once the machine is recognised."""

from datetime import timedelta

from pomelo.leads import LeadState
from pomelo.tracking import CLICK, UNSUBSCRIBE, Hit, record
from tests.tracking.hitting import BROWSER
from tests.trips.conftest import Open

RICHARD = "richard@piedpiper.com"
DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)


async def test_a_lead_that_a_machine_had_stopped_gets_the_next_step(office: Open) -> None:
    post = await office(("Hello", "<p>One</p>"), ("", "<p>Two</p>"))
    async with post.database.transaction() as db:
        await db.execute("UPDATE campaigns SET stop_on_clicked = true")
    lead = await post.add(RICHARD)
    await post.work()
    seen_at = post.clock.now() + HOUR
    async with post.database.transaction() as db:
        mail = await db.fetchval("SELECT id FROM messages")
        await record(db, [Hit(CLICK, mail, "GET", BROWSER, seen_at, "https://a.example", 9)])
    post.clock.forward(2 * DAY)
    await post.work()
    assert len(post.mails(RICHARD)) == 1

    async with post.database.transaction() as db:
        await record(db, [Hit(UNSUBSCRIBE, mail, "GET", BROWSER, seen_at + SECOND)])
    await post.work()

    assert len(post.mails(RICHARD)) == 2
    assert (await post.lead(lead.id)).state is LeadState.CONTACTED
