"""How long an export and its file live, and what its file is called."""

from datetime import UTC, datetime, timedelta

import pytest

from pomelo.base import ids
from pomelo.base.ids import CampaignId, TeamId
from pomelo.exports import Export, ExportState, link_name, slug
from pomelo.exports.lives import has_file, has_status, is_overdue, parse_link

START = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def export(state: ExportState = ExportState.DONE, name: str = "My Campaign") -> Export:
    return Export(
        team_id=TeamId("tea_1"), id=ids.export(), campaign_id=CampaignId("cam_1"),
        campaign_name=name, state=state, started_at=START,
        ended_at=None if state is ExportState.PENDING else START + MINUTE,
    )  # fmt: skip


@pytest.mark.parametrize("state", ExportState)
@pytest.mark.parametrize(
    ("minutes", "is_there"), [(0, True), (119, True), (120, False), (121, False)]
)
def test_a_status_is_there_for_two_hours(state: ExportState, minutes: int, is_there: bool) -> None:
    assert has_status(export(state), START + minutes * MINUTE) is is_there


def test_only_what_is_pending_after_two_hours_has_failed() -> None:
    late = START + 121 * MINUTE

    assert is_overdue(export(ExportState.PENDING), late)
    assert not is_overdue(export(ExportState.PENDING), START + 119 * MINUTE)
    assert not is_overdue(export(ExportState.DONE), late)


@pytest.mark.parametrize(
    ("minutes", "is_there"),
    [(0, True), (24 * 60 - 1, True), (24 * 60, False), (24 * 60 + 1, False)],
)
def test_a_file_is_there_for_a_day_from_its_end(minutes: int, is_there: bool) -> None:
    assert has_file(export(), START + MINUTE + minutes * MINUTE) is is_there


@pytest.mark.parametrize("state", [ExportState.PENDING, ExportState.ERROR])
def test_there_is_no_file_before_it_is_done(state: ExportState) -> None:
    assert not has_file(export(state), START)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("My Campaign", "my_campaign"),
        ("a-b", "a-b"),
        ("Été à la plage", "ete_a_la_plage"),
        ("../../etc/passwd", "etc_passwd"),
        ("a\r\nX: y", "a_x_y"),
        ("\u202egpj.exe\0", "gpj_exe"),
        ("日本語", "campaign"),
        ("é" * 300, "e" * 80),
    ],
)
def test_the_readable_part_is_made_of_plain_letters(name: str, expected: str) -> None:
    assert slug(name) == expected


def test_the_readable_part_of_a_link_does_not_matter() -> None:
    made = export(name="CON")

    assert link_name(made) == f"fil_{made.id}_con.csv"
    for link in (link_name(made), f"fil_{made.id}.csv", f"fil_{made.id}_../../x\n.csv"):
        assert parse_link(link) == made.id


@pytest.mark.parametrize(
    "link",
    ["", "x", "../secret.key", "fil_exp_short.csv", "fil_exp_234567890abcdefgh.csv", "fil_.csv"],
)
def test_what_is_no_link_means_no_file(link: str) -> None:
    assert parse_link(link) is None
