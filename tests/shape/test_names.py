"""One word for one thing, and verbs that say what they give."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import Final

from tests.shape import tables, tree
from tests.shape.test_docstrings import behind_doors
from tests.shape.tree import Module

# A row of docs/words.md: our word, what it means, and words that others use for it.
ROW: Final = re.compile(r"^\| ([\w -]+) \|[^|]*\| ([\w, -]+) \|$", re.MULTILINE)
# Of those words, the ones that would mean nothing else in a name.
TELLING: Final = frozenset(
    {"prospect", "recipient", "workspace", "tenant", "webhook", "event", "blocklist", "opt-out"}
)
# Where such a word is somebody else's: SMTP's and the bounce's recipient (RFC 5321, RFC 3464),
# the log library's event, lemlist's settings of what an event does, Microsoft's tenant.
FOREIGN: Final = {
    "recipient": ("demo", "delivery", "inbound", "letters", "messages", "smtp"),
    "event": ("base", "api"),
    "tenant": ("settings", "senders"),
}
# What the first word of a function promises of its return type.
PROMISES: Final = {
    "get": re.compile(r"(?!.*\bNone\b)"),
    "find": re.compile(r".*\| None$|^list\["),
    "list": re.compile(r"^(list|tuple|dict)\["),
    "is": re.compile(r"^bool$"),
    "has": re.compile(r"^bool$"),
    "may": re.compile(r"^bool$"),
    "count": re.compile(r"^int$|^dict\["),
}
INSTANT: Final = re.compile(r"^  (\w+) timestamptz\b(?!\[)", re.MULTILINE)


@cache
def ours() -> dict[str, str]:
    """Give our word for each that others use."""
    page = (tree.ROOT / "docs" / "words.md").read_text("utf-8")
    rows = {other: word for word, others in ROW.findall(page) for other in others.split(", ")}
    return {word: rows[word] for word in TELLING}


def test_a_thing_has_one_name() -> None:
    strange = [
        f"{module.path}:{line} {name}: say {ours()[word]}"
        for module in tree.modules()
        for name, line in _named(module)
        for word in ours().keys() & _words(name)
        if module.domain not in FOREIGN.get(word, ())
    ]

    assert strange == [], "\n".join(strange)


def test_a_table_has_one_name_for_a_thing() -> None:
    strange = [
        f"{domain}: {name}"
        for domain, text in tables.texts().items()
        for name in re.findall(r"^(?:CREATE TABLE|  )\s*([a-z_]+)", text, re.MULTILINE)
        for word in ours().keys() & _words(name)
        if domain not in FOREIGN.get(word, ())
    ]

    assert strange == []


def test_an_instant_ends_in_at() -> None:
    strange = [
        f"{domain}: {column}"
        for domain, text in tables.texts().items()
        for column in INSTANT.findall(text)
        if not column.endswith(("_at", "_until"))
    ]

    assert strange == []


def test_a_verb_behind_a_door_gives_what_it_promises() -> None:
    wrong = [
        f"{function.__module__}.{function.__name__} -> {given}"
        for function in behind_doors()
        if (promise := PROMISES.get(function.__name__.split("_")[0]))
        and not promise.match(given := _returns(function.__module__, function.__name__))
    ]

    assert wrong == [], "\n".join(wrong)


def _named(module: Module) -> Iterator[tuple[str, int]]:
    """Give every name that a module makes up, and its line."""
    yield module.path.stem, 1
    for node in module.nodes:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.name, node.lineno
            case ast.arg():
                yield node.arg, node.lineno
            case ast.Name(ctx=ast.Store()):
                yield node.id, node.lineno


def _words(name: str) -> set[str]:
    """Take a name apart; words count without their plural, two of them as one too."""
    parts = [part.lower().removesuffix("s") for part in re.findall(r"[A-Z]?[a-z]+|[A-Z]+", name)]
    return {*parts, *(f"{first}-{second}" for first, second in pairwise(parts))}


def _returns(module: str, function: str) -> str:
    (found,) = (m for m in tree.modules() if m.name == module)
    (node,) = (n for n in found.functions if n.name == function)
    return ast.unparse(node.returns) if node.returns else ""
