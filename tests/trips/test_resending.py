"""A server that takes mails and does not answer: no storm, and each copy counts."""

from datetime import timedelta

from pomelo import teams
from pomelo.demo.sink import Act, Script, Stage
from pomelo.senders import PausedFor
from pomelo.teams import Cap, ContactRules, Uncertain
from tests.trips.conftest import Open
from tests.wire import PostOffice

HOUR = timedelta(hours=1)
RICHARD = "richard@piedpiper.com"
ONE = ("Hello", "<p>Hi</p>")
NO_ANSWER = Script(Stage.DOT, Act.DROP)


async def resend(post: PostOffice) -> None:
    async with post.database.transaction() as db:
        await teams.set_uncertain(db, post.team.id, Uncertain.RESEND)


async def each_hour(post: PostOffice, hours: int) -> list[int]:
    counts = []
    for _ in range(hours):
        before = len(post.sink.mails)
        await post.work()
        counts.append(len(post.sink.mails) - before)
        post.clock.forward(HOUR)
    return counts


async def test_a_mail_in_doubt_goes_three_times_at_most_and_never_at_once(office: Open) -> None:
    post = await office(ONE, script={RICHARD: NO_ANSWER})
    await resend(post)
    await post.add(RICHARD)

    assert await each_hour(post, 24) == [1, 1, 1, *[0] * 21]
    assert await post.states() == {"uncertain": 1}


async def test_an_attempt_in_doubt_counts_for_the_senders_day(office: Open) -> None:
    post = await office(ONE, script={RICHARD: Script(Stage.DOT, Act.DROP, times=1)}, limit=1)
    await resend(post)
    await post.add(RICHARD)

    assert await each_hour(post, 26) == [1, *[0] * 23, 1, 0]
    assert await post.states() == {"sent": 1}


async def test_an_attempt_in_doubt_counts_for_contact_rules(office: Open) -> None:
    post = await office(ONE, script={RICHARD: Script(Stage.DOT, Act.DROP, times=1)})
    await resend(post)
    async with post.database.transaction() as db:
        await teams.set_contact_rules(db, post.team.id, ContactRules(person=Cap(1, 7)))
    await post.add(RICHARD)

    assert sum(await each_hour(post, 7 * 24)) == 1
    assert sum(await each_hour(post, 2)) == 1


async def test_a_sender_rests_when_its_server_takes_a_mail_and_hangs_up(office: Open) -> None:
    post = await office(ONE, script={"*": NO_ANSWER})
    await post.add_many(120)

    await post.work()

    assert await post.states() == {"uncertain": 1}
    async with post.database.transaction() as db:
        reason = await db.fetchval("SELECT paused_for FROM senders")
    assert reason == PausedFor.UNREACHABLE
    assert sum(await each_hour(post, 24)) <= 24  # one an hour at last
