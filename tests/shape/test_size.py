"""Nothing grows beyond what a person reads at once, and no name is a lumber room."""

import ast
from collections import Counter
from pathlib import Path
from typing import Final

from tests.shape import tree
from tests.shape.tree import Function

FILE_LINES: Final = 300
FUNCTION_LINES: Final = 40
SHORT_LINES: Final = 8
DOMAIN_MODULES: Final = 12
POSITIONAL: Final = 4
MACHINERY_LINES: Final = 300
# What turns the table of operations into routes, decoded arguments and documents.
MACHINERY: Final = frozenset(
    Path("pomelo/api") / f"{name}.py" for name in ("contract", "router", "decode", "openapi")
)
FOLDERS: Final = ("pomelo", "tests", "scripts")
# Floors that are no domains: base is a shelf of small tools, each file of api, cli and bench
# a section of its own, demo a play. A folder inside a domain is counted by itself.
NO_DOMAINS: Final = frozenset({"base", "api", "cli", "demo", "bench"})
LUMBER_ROOMS: Final = frozenset(
    {"utils", "util", "helpers", "helper", "common", "misc", "core", "lib", "shared", "tools"}
    | {"manager", "managers", "service", "services", "data", "info", "process"}
)


def test_a_file_ends_at_300_lines() -> None:
    long = [
        f"{module.path} has {lines} lines"
        for folder in FOLDERS
        for module in tree.modules(folder)
        if (lines := len(module.text.splitlines())) > FILE_LINES
    ]

    assert long == [], "\n".join(long)


def test_a_function_ends_at_40_lines() -> None:
    long = [
        f"{module.path}:{function.lineno} {function.name} has {lines} lines"
        for folder in FOLDERS
        for module in tree.modules(folder)
        for function in module.functions
        if (lines := _lines(function)) > FUNCTION_LINES
    ]

    assert long == [], "\n".join(long)


def test_at_least_half_of_all_functions_fit_in_8_lines() -> None:
    bodies = sorted(
        _body_lines(function) for module in tree.modules() for function in module.functions
    )

    assert bodies[len(bodies) // 2] <= SHORT_LINES


def test_a_domain_past_twelve_modules_is_two_domains() -> None:
    sizes = Counter(
        str(module.path.parent)
        for module in tree.modules()
        if module.domain not in NO_DOMAINS and not module.is_door
    )

    large = [f"{folder}: {size} modules" for folder, size in sizes.items() if size > DOMAIN_MODULES]

    assert large == [], "\n".join(large)


def test_the_contract_is_data_with_little_machinery() -> None:
    modules = [module for module in tree.modules() if module.path in MACHINERY]

    assert len(modules) == len(MACHINERY)
    assert sum(tree.code_lines(module) for module in modules) < MACHINERY_LINES


def test_no_module_is_a_lumber_room() -> None:
    rooms = [
        str(module.path)
        for folder in FOLDERS
        for module in tree.modules(folder)
        if LUMBER_ROOMS & {*module.path.with_suffix("").parts[1:]}
    ]

    assert rooms == [], "\n".join(rooms)


def test_more_than_four_arguments_are_named_by_the_caller() -> None:
    many = [
        f"{module.path}:{function.lineno} {function.name}"
        for module in tree.modules()
        for function in module.functions
        if len(_positional(function)) > POSITIONAL and not _is_given(function)
    ]

    assert many == [], "\n".join(many)


def _lines(function: Function) -> int:
    return (function.end_lineno or 0) - function.lineno + 1


def _body_lines(function: Function) -> int:
    """Count the lines of what a function does; its docstring is no part of that."""
    body = function.body[ast.get_docstring(function) is not None :]
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def _positional(function: Function) -> list[str]:
    """Name what is told apart by its place; the open transaction is always the first."""
    names = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]
    return [name for name in names if name not in ("self", "cls", "db")]


def _is_given(function: Function) -> bool:
    """Tell whether a library says how it is called: a verb of typer, a hook of pydantic."""
    decorators = (ast.unparse(decorator) for decorator in function.decorator_list)
    is_verb = any("command" in one or "callback" in one for one in decorators)
    return is_verb or function.name == "settings_customise_sources"
