"""The `pomelo` command: one file a verb, thin over the domains."""

import sys
from collections.abc import Sequence
from typing import Annotated, Final

import typer

from pomelo import __version__
from pomelo.base.errors import PomeloError, Unavailable
from pomelo.cli.verbs import Verbs

FAILED: Final = 1
# EX_TEMPFAIL of sysexits(3): the same command may work in a moment.
AGAIN_LATER: Final = 75

HELP: Final = (
    "An open sales-outreach server that speaks the lemlist API.\n\nStart it with `pomelo serve`, "
    "make a key with `pomelo key create --name first`, and ask `pomelo doctor` when something is "
    "not as it should be."
)

app: Final = typer.Typer(
    name="pomelo",
    cls=Verbs,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and exit: 0 done, 1 failed, 2 wrong usage, 75 try again later.

    Args:
        arguments: Those of this process by default.
    """
    try:
        app(arguments)
    except Unavailable as error:
        _give_up(error, AGAIN_LATER)
    except PomeloError as error:
        _give_up(error, FAILED)


def _give_up(error: PomeloError, status: int) -> None:
    typer.echo(f"pomelo: {error}", err=True)
    sys.exit(status)


def _say_version(is_asked: bool) -> None:
    if is_asked:
        typer.echo(__version__)
        raise typer.Exit


@app.callback(help=HELP)
def _options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_say_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Take what is asked of the command as a whole."""
