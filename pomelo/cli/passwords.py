"""Where a command takes a password from: never its arguments, which all users can see."""

import os
import sys
from collections.abc import Mapping
from typing import Annotated, Final, TypeAlias

import typer

from pomelo.base.errors import Invalid

VARIABLE: Final = "POMELO_SENDER_PASSWORD"
IMAP_VARIABLE: Final = "POMELO_SENDER_IMAP_PASSWORD"

StdinOption: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--password-stdin",
        help=f"Read the password from standard input; else from {VARIABLE}, else you are asked.",
    ),
]


class NobodyToAsk(Invalid):
    """Give the password by POMELO_SENDER_PASSWORD or --password-stdin; nobody is here to ask."""


def read_password(*, from_stdin: bool, environ: Mapping[str, str] = os.environ) -> str:
    """Get the password for a sender's log-in.

    Raises:
        NobodyToAsk: It was given nowhere, and there is no terminal.
    """
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if (given := environ.get(VARIABLE)) is not None:
        return given
    if not sys.stdin.isatty():
        raise NobodyToAsk
    asked: str = typer.prompt("Password", hide_input=True, err=True)
    return asked
