"""The list of verbs; each is imported when it is called, so that short commands are quick."""

import inspect
from importlib import import_module
from typing import Any, Final

import click
import typer
import typer.core
import typer.main

# Where each is, in the order of the help: a group `app`, or a function of the verb's name.
MODULES: Final = {
    "serve": "pomelo.cli.serve",
    "api": "pomelo.cli.serve",
    "worker": "pomelo.cli.serve",
    "team": "pomelo.cli.team",
    "key": "pomelo.cli.key",
    "sender": "pomelo.cli.sender",
    "message": "pomelo.cli.message",
    "receive": "pomelo.cli.receive",
    "demo": "pomelo.cli.demo",
    "doctor": "pomelo.cli.doctor",
    "migrate": "pomelo.cli.migrate",
    "bench": "pomelo.cli.bench",
}


class Verbs(typer.core.TyperGroup):
    """The verbs of the command line, found by name."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # type: ignore[override]
        """Give every verb's name."""
        return list(MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> Any:  # type: ignore[override]
        """Import a verb."""
        return load(cmd_name) if cmd_name in MODULES else None


def load(name: str) -> Any:
    """Import a verb and make a command of it."""
    module = import_module(MODULES[name])
    group = getattr(module, "app", None)
    if group is not None:
        _write_help(group)
        return typer.main.get_group(group)
    verb = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    verb.command(name)(getattr(module, name.replace("-", "_")))
    _write_help(verb)
    return typer.main.get_command(verb)


def _write_help(verbs: typer.Typer) -> None:
    """Take the help from the docstrings."""
    for verb in verbs.registered_commands:
        if verb.callback is not None:
            verb.help = reflowed(inspect.getdoc(verb.callback) or "")


def reflowed(text: str) -> str:
    """Let paragraphs flow to any width, and keep the lines of examples apart."""
    return "\n\n".join(
        f"\b\n{part}" if part.startswith("Examples:") else " ".join(part.split())
        for part in text.split("\n\n")
    )
