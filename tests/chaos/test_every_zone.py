"""Every zone there is, at each change of its clocks in 20 years: hours and delays stay true."""

import random
from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import pytest

from pomelo.schedules import Window, add_days, next_moment
from pomelo.schedules.windows import _zone_names
from tests.schedules.walls import DAY, day_after, days_of_change, naively_open

pytestmark = pytest.mark.chaos

MINUTE: Final = timedelta(minutes=1)
ELSEWHERE: Final = 10
SPAN: Final = 4 * 24 * 60


def instants(zone: str, chance: random.Random) -> list[datetime]:
    """Give one near each change of the clocks, and some elsewhere."""
    near = [day + MINUTE * chance.randint(-24 * 60, 48 * 60) for day in days_of_change(zone)]
    since = datetime(2008, 1, 1, tzinfo=UTC)
    return near + [since + MINUTE * chance.randint(0, 20 * 525_600) for _ in range(ELSEWHERE)]


def hours(zone: str, chance: random.Random) -> Window:
    start, end = sorted(chance.sample(range(24 * 60), 2))
    weekdays = frozenset(chance.sample(range(1, 8), chance.randint(3, 7)))
    return Window(zone, time(*divmod(start, 60)), time(*divmod(end, 60)), weekdays)


@pytest.mark.parametrize("zone", sorted(_zone_names()))
def test_the_next_moment_is_what_the_wall_says_around_every_change(zone: str) -> None:
    chance = random.Random(zone)
    for at in instants(zone, chance):
        opened = [hours(zone, chance)]
        minutes = (at + MINUTE * n for n in range(SPAN))
        first = next((minute for minute in minutes if naively_open(opened, minute)), None)

        moment = next_moment(opened, at)

        assert moment is not None, (zone, at, opened)
        assert first == moment or (first is None and moment >= at + SPAN * MINUTE), (at, opened)


@pytest.mark.parametrize("zone", sorted(_zone_names()))
def test_a_delay_ends_on_its_day_and_never_before_around_every_change(zone: str) -> None:
    chance = random.Random(zone)
    for at in instants(zone, chance):
        days = chance.randint(1, 9)
        weekdays = frozenset(chance.sample(range(1, 8), chance.randint(1, 7)))

        due = add_days(at, days, zone, weekdays)

        wall = day_after(at, days, zone, weekdays)
        shown = due.astimezone(ZoneInfo(zone))
        is_skipped = wall != wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).astimezone(
            ZoneInfo(zone)
        ).replace(tzinfo=None)
        assert due > at, (zone, at, days)
        if is_skipped:  # the clocks never show that time: what they skip is added
            assert wall < shown.replace(tzinfo=None) <= wall + DAY, (zone, at, days)
        else:
            assert shown.replace(tzinfo=None) == wall, (zone, at, days)
