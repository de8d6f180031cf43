"""Changing a sender's settings never lets its next mail go before its gap is over."""

from datetime import timedelta

import pytest

from pomelo import senders
from pomelo.senders import Changes
from tests import make
from tests.trips.conftest import Open


@pytest.mark.parametrize(
    "changes", [Changes(limit_per_day=40), Changes(gap_seconds=600), Changes(ramp_per_day=5)]
)
async def test_a_change_shortens_no_gap(office: Open, changes: Changes) -> None:
    post = await office(("Hello", "<p>Hi</p>"), gap=600)
    await post.add("richard@piedpiper.com")
    await post.work()
    async with post.database.transaction() as db:
        post.campaign = await make.campaign(db, post.team.id)
        await make.step(db, post.campaign, "Hi", "<p>Hi</p>")
        await make.open_always(db, post.campaign)
        await post.start(db, post.sender)
    await post.add("dinesh@piedpiper.com")
    post.clock.forward(timedelta(seconds=60))

    async with post.database.transaction() as db:
        await senders.change(db, post.team.id, post.sender.id, changes, now=post.clock.now())
    await post.work()
    early = len(post.sink.mails)
    post.clock.forward(timedelta(seconds=600))
    await post.work()

    assert (early, len(post.sink.mails)) == (1, 2)
