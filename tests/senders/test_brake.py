"""The brake on hard bounces: a table of counts, and what a sender may still do."""

import re
from pathlib import Path

import pytest

from pomelo.senders import Brake, HardBounces, PausedFor, judge

GUIDE = Path(__file__).parents[2] / "docs/guides/trust.md"


@pytest.mark.parametrize(
    ("mails", "bounced", "brake"),
    [
        (0, 0, None),
        (49, 49, None),  # too few to say anything
        (50, 2, None),
        (50, 3, Brake.NEW_LEADS),
        (50, 4, Brake.NEW_LEADS),
        (50, 5, Brake.ALL),
        (100, 4, None),
        (100, 5, Brake.NEW_LEADS),
        (100, 9, Brake.NEW_LEADS),
        (100, 10, Brake.ALL),
        (100, 100, Brake.ALL),
    ],
)
def test_so_many_hard_bounces_brake_a_sender(mails: int, bounced: int, brake: Brake | None) -> None:
    assert judge(HardBounces(mails, bounced)) is brake


def test_the_reason_is_in_words() -> None:
    assert str(HardBounces(100, 12)) == "12 of its last 100 mails bounced for good"


def test_the_guide_names_every_pause() -> None:
    guide = GUIDE.read_text("utf-8")

    assert set(re.findall(r"^\| `(\w+)` \|", guide, re.MULTILINE)) == set(PausedFor)
