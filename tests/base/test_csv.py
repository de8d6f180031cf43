"""The guard against formulas and the line ends of CSV."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pomelo.base.csv import Crlf, guarded, guarded_sql, line
from pomelo.base.db import Db

FORMULAS = [
    "=1+1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "\uff1d1+1",
    "\uff0b1+1",
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "+",
    "-",
    "=",
    "+=1",
]
PLAIN = [
    "+33 6 12 34 56 78",
    "+1 (555) 555-1234",
    "-5",
    "-1.5",
    "-1e-7",
    "+33",
    "1,234.5",
    "a=b",
    "",
]
CELLS = st.text(alphabet=st.sampled_from("=+-@\t\r\n\",;'a1 .()é🍊"), max_size=12)


@pytest.mark.parametrize("cell", FORMULAS)
def test_a_cell_that_could_be_a_formula_gets_an_apostrophe(cell: str) -> None:
    assert guarded(cell) == "'" + cell


@pytest.mark.parametrize("cell", PLAIN)
def test_numbers_phones_and_words_stay_as_they_are(cell: str) -> None:
    assert guarded(cell) == cell


def test_a_phone_ends_where_a_line_does() -> None:
    assert guarded("+33 6 12\n=1+1").startswith("'")
    assert guarded("-5\n").startswith("'")


@pytest.mark.parametrize("cell", [*FORMULAS, *PLAIN, "-5\n", "+33\n=1", "’", "-٣"])
async def test_postgresql_guards_the_same_cells(db: Db, cell: str) -> None:
    found = await db.fetchval(f"SELECT {guarded_sql('$1::text')}", cell)

    assert found == guarded(cell)


@given(st.lists(CELLS, min_size=1))
def test_a_line_is_read_back_as_it_was(cells: list[str]) -> None:
    read = list(csv.reader(io.StringIO(line(cells).decode(), newline="")))

    assert read in ([[guarded(cell) for cell in cells]], [[]])  # [[]]: one empty cell


@given(st.lists(st.lists(CELLS, min_size=1, max_size=4)), st.integers(1, 7))
def test_line_ends_change_outside_quotes_only(rows: list[list[str]], size: int) -> None:
    expected = [line(cells) for cells in rows]
    unix = b"".join(one[:-2] + b"\n" for one in expected)

    crlf = Crlf()
    changed = [crlf(unix[at : at + size]) for at in range(0, len(unix), size)]

    assert b"".join(changed) == b"".join(expected)
