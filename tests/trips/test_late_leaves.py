"""Leave to begin DATA that comes more than a second late is no leave: nothing was said yet."""

import pytest

from pomelo import activities, unsubscribes
from pomelo.base import addresses
from pomelo.delivery import carry
from tests.trips.conftest import Open
from tests.wire import PostOffice

RICHARD = "richard@piedpiper.com"


async def be_too_slow(post: PostOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    """Try what is due while PostgreSQL takes too long to give leave."""
    with monkeypatch.context() as slow:
        slow.setattr(carry, "LEAVE_SECONDS", -1.0)
        await post.deliverer.work_once()
        await post.deliverer.finish()


async def test_it_costs_no_attempt(office: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    post = await office()
    await post.add(RICHARD)
    await be_too_slow(post, monkeypatch)
    assert post.sink.mails == []

    await post.work()

    assert len(post.mails(RICHARD)) == 1
    async with post.database.transaction() as db:
        rows = await db.fetch("SELECT state, attempts FROM messages")
    assert [tuple(row) for row in rows] == [("sent", 1)]


async def test_who_unsubscribes_after_it_has_no_mail_under_way(
    office: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = await office()
    await post.add(RICHARD)
    await be_too_slow(post, monkeypatch)

    async with post.database.transaction() as db:
        await activities.unsubscribe(
            db,
            post.team.id,
            [addresses.parse(RICHARD)],
            source=unsubscribes.Source.LEAD,
            now=post.clock.now(),
        )
    await post.work()

    assert post.sink.mails == []
    assert await post.states() == {"deferred": 1}
