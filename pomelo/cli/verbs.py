"""The list of verbs; each is imported when it is called, so that short commands are quick."""

import ast
import gc
import inspect
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
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
    "send-test": "pomelo.cli.send_test",
    "bulk": "pomelo.cli.bulk",
    "preview": "pomelo.cli.preview",
    "explain": "pomelo.cli.explain",
    "reconcile": "pomelo.cli.reconcile",
    "hook": "pomelo.cli.hook",
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
        """Give a verb as the list of all shows it: its name and what it says of itself."""
        if cmd_name not in MODULES:
            return None
        return click.Command(cmd_name, help=summary(cmd_name))

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:  # type: ignore[override]
        """Import the verb that is called."""
        name, _, rest = super().resolve_command(ctx, args)  # type: ignore[arg-type]
        return name, load(str(name)), rest


def load(name: str) -> Any:
    """Import a verb and make a command of it."""
    gc.disable()  # importing leaves nothing behind to collect
    module = import_module(MODULES[name])
    gc.enable()
    group = getattr(module, "app", None)
    if group is not None:
        _write_help(group)
        return typer.main.get_group(group)
    verb = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    verb.command(name)(getattr(module, name.replace("-", "_")))
    _write_help(verb)
    return typer.main.get_command(verb)


def summary(name: str) -> str:
    """Read from a verb's source what it says of itself; importing all of them would take long."""
    spec = find_spec(MODULES[name])
    assert spec is not None
    assert spec.origin is not None
    tree = ast.parse(Path(spec.origin).read_text("utf-8"))
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == name.replace("-", "_"):
            return reflowed((ast.get_docstring(node) or "").partition("\n\n")[0])
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "app":
            words = [word for word in ast.walk(node) if isinstance(word, ast.keyword)]
            return str(next(ast.literal_eval(w.value) for w in words if w.arg == "help"))
    raise LookupError(name)


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
