"""The help of every command, as a terminal of 80 columns shows it."""

from collections.abc import Iterator
from typing import Any

from pomelo.cli.verbs import MODULES, load

# What the columns of names and types leave of 80.
ROOM = 24


def commands(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Give a command, or all of a group, by name."""
    if not hasattr(command, "commands"):
        yield name, command
    for inner, one in getattr(command, "commands", {}).items():
        yield from commands(one, f"{name} {inner}")


def test_no_word_about_an_option_is_cut_off() -> None:
    cut = [
        f"{name} {option.name}: {word}"
        for verb in MODULES
        for name, command in commands(load(verb), verb)
        for option in command.params
        for word in (getattr(option, "help", None) or "").split()
        if len(word) > ROOM
    ]

    assert cut == []
