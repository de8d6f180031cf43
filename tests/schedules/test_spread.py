"""How the mails of a day are spread, and when a full day's limit frees a place."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pomelo.schedules import spread

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
NOTHING = timedelta(0)

spans = st.timedeltas(NOTHING, timedelta(hours=24))
ago = st.lists(st.timedeltas(timedelta(hours=-3), timedelta(hours=30)), max_size=40)


def test_without_gap_and_spread_the_next_mail_may_go_at_once() -> None:
    assert spread.next_send(NOW, NOTHING, None, 50, "msg_1") == NOW


def test_without_spread_only_the_gap_counts() -> None:
    assert spread.next_send(NOW, timedelta(minutes=20), None, 1, "msg_1") == NOW + HOUR / 3


def test_with_nothing_left_of_the_limit_only_the_gap_counts() -> None:
    assert spread.next_send(NOW, HOUR, 5 * HOUR, 0, "msg_1") == NOW + HOUR


def test_a_gap_longer_than_the_share_wins() -> None:
    assert spread.next_send(NOW, HOUR, 9 * HOUR, 50, "msg_1") == NOW + HOUR


@settings(deadline=None)
@given(spans, spans, st.integers(1, 500), st.text(max_size=20))
def test_the_next_mail_goes_after_the_gap_and_about_its_share_of_the_time_left(
    gap: timedelta, left: timedelta, quota: int, seed: str
) -> None:
    microsecond = timedelta(microseconds=1)

    chosen = spread.next_send(NOW, gap, left, quota, seed)

    assert chosen >= NOW + gap
    assert chosen >= NOW + left / quota * 0.7 - microsecond
    assert chosen <= NOW + max(gap, left / quota * 1.3 + microsecond)
    assert chosen == spread.next_send(NOW, gap, left, quota, seed)


def test_the_same_seed_chooses_the_same_on_every_machine() -> None:
    chosen = spread.next_send(NOW, NOTHING, 10 * HOUR, 10, "msg_1")

    assert chosen == datetime(2026, 11, 25, 10, 4, 8, 199325, tzinfo=UTC)


def test_seeds_vary_over_the_whole_range() -> None:
    waits = sorted(
        (spread.next_send(NOW, NOTHING, HOUR, 1, f"msg_{n}") - NOW) / HOUR for n in range(2000)
    )

    assert waits[0] < 0.702
    assert waits[-1] > 1.298
    assert abs(sum(waits) / len(waits) - 1.0) < 0.02


def test_a_day_of_mails_fits_into_its_window() -> None:
    at, left, sent = NOW, 9 * HOUR, 0
    for quota in range(50, 0, -1):
        following = spread.next_send(at, NOTHING, left, quota, f"msg_{quota}")
        left -= following - at
        at, sent = following, sent + (left >= NOTHING)

    assert sent >= 49


def test_below_the_limit_a_sender_may_send_now() -> None:
    sent = [NOW - HOUR * n for n in range(1, 50)]

    assert spread.limit_frees_at(sent, 23, NOW) is not None
    assert spread.limit_frees_at(sent, 24, NOW) is None
    assert spread.limit_frees_at([], 1, NOW) is None


def test_at_the_limit_the_oldest_mail_of_the_day_frees_the_place() -> None:
    sent = [NOW - 2 * HOUR, NOW - 23 * HOUR, NOW - 25 * HOUR, NOW - HOUR]

    assert spread.limit_frees_at(sent, 3, NOW) == NOW + HOUR


def test_above_a_lowered_limit_more_than_one_must_be_a_day_old() -> None:
    sent = [NOW - 3 * HOUR, NOW - 2 * HOUR, NOW - HOUR]

    assert spread.limit_frees_at(sent, 1, NOW) == NOW + 23 * HOUR


def test_a_mail_of_exactly_a_day_ago_counts_no_more() -> None:
    assert spread.limit_frees_at([NOW - DAY], 1, NOW) is None


def test_a_clock_that_was_set_back_frees_nothing() -> None:
    assert spread.limit_frees_at([NOW + HOUR], 1, NOW) == NOW + 25 * HOUR


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_of_nothing_is_looked_at_again_in_a_day(limit: int) -> None:
    assert spread.limit_frees_at([], limit, NOW) == NOW + DAY


@settings(deadline=None)
@given(ago, st.integers(1, 20))
def test_the_place_is_free_at_the_told_instant_and_not_before(
    since: list[timedelta], limit: int
) -> None:
    sent = [NOW - span for span in since]

    frees_at = spread.limit_frees_at(sent, limit, NOW)

    if frees_at is None:
        assert sum(at > NOW - DAY for at in sent) < limit
    else:
        assert frees_at > NOW
        assert spread.limit_frees_at(sent, limit, frees_at) is None
        assert spread.limit_frees_at(sent, limit, frees_at - timedelta(microseconds=1)) == frees_at


@settings(deadline=None)
@given(st.lists(st.timedeltas(NOTHING, timedelta(hours=6)), max_size=60), st.integers(1, 10))
def test_no_24_hours_ever_hold_more_mails_than_the_limit(
    waits: list[timedelta], limit: int
) -> None:
    sent: list[datetime] = []
    at = NOW
    for wait in waits:
        at += wait
        at = spread.limit_frees_at(sent, limit, at) or at
        sent.append(at)

    assert all(later - earlier >= DAY for earlier, later in zip(sent, sent[limit:], strict=False))
