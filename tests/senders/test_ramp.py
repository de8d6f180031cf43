"""A new mailbox sends few mails at first and more each day, up to its limit."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pomelo.senders import Sender, is_ramping, limit_at, room_at
from tests.delivery.test_plan import sender

START = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def ramping(**changes: Any) -> Sender:
    return sender(**{"limit_per_day": 20, "ramp_per_day": 6, "ramp_started_at": START, **changes})


@pytest.mark.parametrize(
    ("after", "limit"),
    [
        (timedelta(0), 6),
        (DAY - timedelta(microseconds=1), 6),
        (DAY, 12),
        (2 * DAY, 18),
        (3 * DAY, 20),
        (400 * DAY, 20),
        (-DAY, 6),  # the clock was set back
    ],
)
def test_each_24_hours_allow_as_many_more(after: timedelta, limit: int) -> None:
    assert limit_at(ramping(), START + after) == limit


def test_without_a_ramp_the_limit_counts() -> None:
    plain = ramping(ramp_per_day=0, ramp_started_at=None)

    assert (limit_at(plain, START), is_ramping(plain, START)) == (20, False)


def test_without_a_limit_the_ramp_alone_counts() -> None:
    assert limit_at(ramping(limit_per_day=0), START + 9 * DAY) == 60


def test_a_full_day_ends_when_the_ramp_rises_or_a_mail_leaves_it() -> None:
    now = START + 3 * HOUR

    assert room_at(ramping(), now + 23 * HOUR, now) == START + DAY
    assert room_at(ramping(), now + HOUR, now) == now + HOUR
    assert room_at(ramping(ramp_per_day=20), now + 23 * HOUR, now) == now + 23 * HOUR


@given(
    pace=st.integers(1, 50),
    limit=st.integers(0, 100),
    first=st.integers(0, 60 * 24 * 90),
    later=st.integers(0, 60 * 24 * 90),
)
def test_what_is_allowed_never_falls(pace: int, limit: int, first: int, later: int) -> None:
    one = ramping(ramp_per_day=pace, limit_per_day=limit)
    now = START + timedelta(minutes=first)

    assert limit_at(one, now) <= limit_at(one, now + timedelta(minutes=later))
    assert limit_at(one, now) >= 1
    rises_at = room_at(one, None, now)
    assert (rises_at is not None) == is_ramping(one, now)
    if rises_at is not None:
        assert limit_at(one, rises_at) > limit_at(one, rises_at - timedelta(microseconds=1))
