"""When a mail in doubt is looked for again: soon at first, then ever more seldom, to an end."""

from datetime import timedelta
from itertools import count, pairwise

from pomelo.inbound.settling.looks import LONGEST_WAIT, next_look
from tests import make

ENDS_AT = make.NOW + timedelta(minutes=15)


def all_looks(speed: float = 1.0) -> list[float]:
    """The seconds after the doubt began, the first look included."""
    looks, now = [0.0], make.NOW
    ends_at = make.NOW + timedelta(minutes=15) * speed
    for number in count():
        found = next_look(number, now=now, ends_at=ends_at, speed=speed)
        if found is None:
            return looks
        now = found
        looks.append((now - make.NOW).total_seconds() / speed)
    raise AssertionError


def test_it_is_looked_for_soon_then_seldom_and_once_more_at_the_end() -> None:
    looks = all_looks()

    assert looks[:7] == [0, 2, 6, 14, 30, 62, 126]
    assert looks[-1] == 900
    assert max(b - a for a, b in pairwise(looks)) == LONGEST_WAIT.total_seconds()
    assert len(looks) == 14


def test_mail_servers_live_in_real_time_however_fast_our_clock_runs() -> None:
    assert all_looks(3600.0) == all_looks()


def test_a_mailbox_that_was_away_is_looked_into_once_when_it_is_back() -> None:
    late = ENDS_AT + timedelta(days=1)

    assert next_look(0, now=late, ends_at=ENDS_AT) is None
