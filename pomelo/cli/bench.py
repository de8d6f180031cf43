"""`pomelo bench`: each claim about speed, measured beside its physical limit."""

import signal
from collections.abc import Sequence
from typing import Annotated, Final

import typer

from pomelo.base import log
from pomelo.bench.children import Unmeasurable
from pomelo.bench.runs import Row, Size
from pomelo.bench.table import NAMES, ClaimUnknown, check, measure
from pomelo.cli.output import JsonOption, show_json, show_table

MISSED: Final = 1
# EX_UNAVAILABLE of sysexits(3): a program that is needed is missing.
UNMEASURED: Final = 69
TITLES: Final = ("claim", "unit", "ours", "limit", "ratio", "bar", "")


def bench(
    names: Annotated[
        list[str] | None, typer.Argument(help=f"Which: {', '.join(NAMES)}; all when left out.")
    ] = None,
    leads: Annotated[
        int, typer.Option(min=1_000, help="Leads in the campaigns of export and claim.")
    ] = 1_000_000,
    seconds: Annotated[int, typer.Option(min=1, help="How long each turn under load lasts.")] = 10,
    as_json: JsonOption = False,
) -> None:
    """Measure what Pomelo claims about its speed, in turns with what the machine can do at most.

    Every figure is the median of three turns on a fresh database in a temporary directory, with
    the rate limit off and everything, the load too, on this machine. Wants Debian's packages
    wrk, nginx-light, postfix and dovecot-imapd; what is missing is said, and its row left out.
    Ends with 1 when a bar is missed, with 2 when there is no such claim, with 69 when something
    could not be measured.

    Examples:
        pomelo bench
        pomelo bench adds pixel --seconds 5
        pomelo bench claim --leads 100000 --json
    """
    chosen = _chosen(names or [])
    log.configure("warning")
    # So that a SIGTERM ends the children too, as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    rows, missing = _measured(chosen, Size(leads=leads, seconds=seconds))
    if as_json:
        show_json(rows)
    else:
        show_table(TITLES, [_cells(row) for row in rows], "Nothing could be measured.")
    if missing or not all(row.holds for row in rows):
        raise typer.Exit(UNMEASURED if missing else MISSED)


def _chosen(names: Sequence[str]) -> Sequence[str]:
    """Check the names; a wrong one is wrong usage, and no bar was missed by it."""
    try:
        return check(names)
    except ClaimUnknown as unknown:
        raise typer.BadParameter(str(unknown)) from None


def _measured(names: Sequence[str], size: Size) -> tuple[list[Row], list[str]]:
    rows: list[Row] = []
    missing: list[str] = []
    for name, found in zip(names, measure(names, size), strict=True):
        if isinstance(found, Unmeasurable):
            missing.append(name)
            typer.echo(f"{name} is left out: {found}", err=True)
        else:
            rows += found
            typer.echo(f"{name} measured", err=True)
    return rows, missing


def _cells(row: Row) -> tuple[object, ...]:
    sign = ">=" if row.better == "higher" else "<="
    verdict = "" if row.holds else "missed"
    return (row.name, row.unit, row.ours, row.limit, row.ratio, f"{sign} {row.bar}", verdict)
