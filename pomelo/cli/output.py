"""How a command prints what it found: as a table for people, as JSON for programs."""

from collections.abc import Sequence
from typing import Annotated, Final, TypeAlias

import msgspec
import typer

GAP: Final = "  "

JsonOption: TypeAlias = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


def show_json(value: object) -> None:
    """Print a value as indented JSON, with the names that the API uses."""
    typer.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())


def show_table(titles: Sequence[str], rows: Sequence[Sequence[object]], none: str) -> None:
    """Print rows below their titles, each column as wide as it must be.

    Args:
        titles: One a column.
        rows: What stands in them; None stands as a dash.
        none: Said instead when there are no rows.
    """
    if not rows:
        typer.echo(none)
        return
    cells = [list(titles), *([_cell(value) for value in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for line in cells:
        padded = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        typer.echo(GAP.join(padded).rstrip())


def _cell(value: object) -> str:
    """Write a value so that no terminal takes it for a command."""
    text = "-" if value is None or value == "" else str(value)
    return "".join(letter if letter.isprintable() else "?" for letter in text)
