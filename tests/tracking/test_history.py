"""Machines that look like browsers are known by what they do: each rule, and what just misses."""

import pytest

from pomelo.activities import Click
from pomelo.base.ids import ActivityId, LeadId, TeamId
from pomelo.tracking.history import History, judge
from tests.tracking.conftest import MAIL
from tests.tracking.hitting import (
    at,
)

TEAM, LEAD = TeamId("tea_one"), LeadId("lea_one")


def click(number: int, seconds: float, link: str, *, is_bot: bool = False) -> Click:
    id_ = ActivityId(f"act_{number}")
    return Click(TEAM, LEAD, MAIL, id_, at(seconds), link, is_bot, "")


def judged(
    *clicks: tuple[float, str],
    opened_at: float | None = None,
    visits: tuple[float, ...] = (),
    links: int | None = 5,
) -> list[str]:
    history = History(
        [click(number, *one) for number, one in enumerate(clicks)],
        None if opened_at is None else at(opened_at),
        [at(one) for one in visits],
        links,
    )
    return list(judge(history).values())


@pytest.mark.parametrize(
    ("clicks", "links", "expected"),
    [
        ([(0, "a"), (5, "b"), (10, "c")], 5, ["all_links"] * 3),
        ([(0, "a"), (5, "b"), (10.1, "c")], 5, ["", "", ""]),
        ([(0, "a"), (5, "b")], 5, ["", ""]),
        ([(0, "a"), (5, "b")], 2, ["all_links"] * 2),
        ([(0, "a"), (10.1, "b")], 2, ["", ""]),
        ([(0, "a"), (1, "a"), (2, "a")], 5, ["", "", ""]),
        ([(0, "a"), (1, "a")], 1, ["", ""]),
        ([(0, "a"), (50, "a"), (51, "b"), (52, "c")], 5, ["", *["all_links"] * 3]),
        ([(0, "a"), (5, "b")], None, ["", ""]),
        ([(0, "a"), (5, "b"), (6, "c")], None, ["all_links"] * 3),
    ],
)
def test_who_tries_all_links_is_a_machine(
    clicks: list[tuple[float, str]], links: int | None, expected: list[str]
) -> None:
    assert judged(*clicks, links=links) == expected


@pytest.mark.parametrize(
    ("opened_at", "seconds", "expected"),
    [
        (0, 0, "click_after_open"),
        (0, 8.9, "click_after_open"),
        (0, 9, ""),
        (5, 0, ""),
        (None, 5, ""),
    ],
)
def test_who_clicks_at_once_after_the_first_open_is_a_machine(
    opened_at: float | None, seconds: float, expected: str
) -> None:
    assert judged((seconds, "a"), opened_at=opened_at) == [expected]


@pytest.mark.parametrize(
    ("visit", "expected"), [(-10, "unsub_and_click"), (10, "unsub_and_click"), (10.1, "")]
)
def test_who_looks_at_the_page_to_unsubscribe_and_clicks_is_a_machine(
    visit: float, expected: str
) -> None:
    assert judged((0, "a"), visits=(visit,)) == [expected]


def test_what_a_known_machine_tried_counts_as_tried() -> None:
    history = History([click(0, 0, "a", is_bot=True), click(1, 1, "b")], links=2)

    assert judge(history) == {"act_1": "all_links"}
