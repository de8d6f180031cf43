"""When something is told again, and when a receiver rests or is given up."""

from datetime import UTC, datetime, timedelta

import pytest

from pomelo.hooks import schedule

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize("chance", [0.0, 0.5, 1.0])
def test_an_event_is_retried_for_at_least_three_days(chance: float) -> None:
    waits = [schedule.next_wait(attempt, chance) for attempt in range(1, 15)]
    known = [wait for wait in waits if wait is not None]

    assert len(known) == 14
    assert schedule.next_wait(15, chance) is None
    assert timedelta(hours=72) <= sum(known, timedelta()) <= timedelta(hours=84)
    assert known == sorted(known)


def test_chance_makes_a_wait_longer_and_never_shorter() -> None:
    least, most = schedule.next_wait(3, 0.0), schedule.next_wait(3, 1.0)

    assert (least, most) == (timedelta(seconds=120), timedelta(seconds=132))


@pytest.mark.parametrize(
    ("failures", "seconds"), [(0, 0), (3, 0), (4, 5), (5, 10), (7, 40), (8, 60), (1_000_000, 60)]
)
def test_a_receiver_that_fails_in_a_row_rests_for_a_minute_at_most(
    failures: int, seconds: int
) -> None:
    assert schedule.rest(failures) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("", 0),
        ("120", 120),
        ("0", 0),
        ("-5", 0),
        ("1e9", 0),
        ("9" * 5_000, 3600),
        ("٣", 0),
        ("Tue, 10 Mar 2026 09:01:30 GMT", 90),
        ("Tue, 10 Mar 2026 08:00:00 GMT", 0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 3600),
        ("soon", 0),
    ],
)
def test_patience_is_read_as_seconds_or_as_a_date(said: str, seconds: int) -> None:
    assert schedule.patience(said, NOW) == timedelta(seconds=seconds)


@pytest.mark.parametrize(("hours", "is_over"), [(71, False), (72, True)])
def test_a_receiver_is_given_up_after_three_days(hours: int, is_over: bool) -> None:
    assert schedule.is_given_up(NOW - timedelta(hours=hours), NOW) is is_over
