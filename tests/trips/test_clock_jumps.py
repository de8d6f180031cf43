"""A clock that jumps makes no burst and no repeat (F37)."""

from collections import Counter
from datetime import datetime, timedelta

import pytest

from tests.trips.conftest import Open
from tests.wire import PostOffice

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
STEPS = (("Hello", "<p>Hi</p>"), ("", "<p>Again</p>"))
JUMPS = [2 * HOUR, 3 * DAY, -2 * HOUR, -3 * DAY]


async def hours(post: PostOffice, amount: int) -> list[datetime]:
    """Let hours go by, two at a time; gives when each mail went."""
    went: list[datetime] = []
    before = len(post.sink.mails)
    for _ in range(amount // 2):
        await post.work()
        went += [post.clock.now()] * (len(post.sink.mails) - before - len(went))
        post.clock.forward(2 * HOUR)
    return went


def most_in_a_day(went: list[datetime]) -> int:
    return max(sum(end - DAY < at <= end for at in went) for end in went)


@pytest.mark.parametrize("jump", JUMPS, ids=str)
async def test_no_limit_is_passed_and_no_mail_repeated(office: Open, jump: timedelta) -> None:
    post = await office(*STEPS, limit=5)
    await post.add_many(12)
    went = await hours(post, 30)

    post.clock.forward(jump)
    went += await hours(post, 9 * 24)

    mails = Counter((mail.recipients, mail.raw) for mail in post.sink.mails)
    assert most_in_a_day(went) <= 5
    assert set(mails.values()) == {1}
    assert Counter(to for to, _ in mails) == {(f"lead{n}@hooli.com",): 2 for n in range(12)}


@pytest.mark.parametrize("jump", JUMPS, ids=str)
async def test_a_gap_is_kept(office: Open, jump: timedelta) -> None:
    post = await office(("Hello", "<p>Hi</p>"), gap=600)
    await post.add_many(4)
    await post.work()

    post.clock.forward(jump)
    await post.work()
    after_jump = len(post.sink.mails)
    await hours(post, 24 * 5)

    assert after_jump == (2 if jump > timedelta() else 1)
    assert len(post.sink.mails) == 4
