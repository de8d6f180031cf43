"""Where a command takes a password from: never its arguments, which all users can see."""

import os
import sys
from collections.abc import Mapping
from typing import Annotated, Final, TypeAlias

import typer
from msgspec import Struct

from pomelo.base.errors import Invalid


class Asked(Struct, frozen=True):
    """A password: the variable that may hold it, and how a person is asked."""

    variable: str
    prompt: str


SMTP: Final = Asked("POMELO_SENDER_PASSWORD", "Password")
IMAP: Final = Asked("POMELO_SENDER_IMAP_PASSWORD", "Password for IMAP")

# Below a command's help, where a narrow terminal cuts no name off.
PASSWORDS: Final = (
    f"Nobody is asked for a password that {SMTP.variable} holds, or for IMAP alone {IMAP.variable}."
)
StdinOption: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--password-stdin",
        help="Read the password from standard input, not from the variable, nor ask for it.",
    ),
]


class NobodyToAsk(Invalid):
    """Give the password by POMELO_SENDER_PASSWORD or --password-stdin; nobody is here to ask."""


def read_password(
    *, from_stdin: bool, of: Asked = SMTP, environ: Mapping[str, str] = os.environ
) -> str:
    """Get a password for a sender's log-in.

    Raises:
        NobodyToAsk: It was given nowhere, and there is no terminal.
    """
    if from_stdin:
        # As the environment hands it on: bytes that are no text are refused where both are kept.
        return os.fsdecode(sys.stdin.buffer.readline()).rstrip("\r\n")
    if (given := environ.get(of.variable)) is not None:
        return given
    if not sys.stdin.isatty():
        raise NobodyToAsk(f"{of.prompt}: give it by {of.variable} or --password-stdin.")
    asked: str = typer.prompt(of.prompt, hide_input=True, err=True)
    return asked


def find_given(of: Asked, other: str, environ: Mapping[str, str] = os.environ) -> str:
    """Give the password that its variable holds, else another log-in's, mostly the same."""
    return environ.get(of.variable, other)
