"""Imports go down the floors, and a domain is used through its door."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.shape import tree
from tests.shape.tree import Module

# Floors without a door: their modules are imported one by one. Only what builds or runs the
# application (app, worker, cli, demo, bench) may look into `api`; import-linter sees to that.
WITHOUT_DOOR: Final = frozenset({"api", "base", "bench", "cli", "demo", "migrations"})
# A door that is the program's entry point holds the code that picks a command.
ENTRY_POINTS: Final = frozenset({"pomelo.cli"})


def with_door() -> frozenset[str]:
    return frozenset(tree.domains()) - WITHOUT_DOOR


def test_imports_go_down_the_floors() -> None:
    linter = Path(sys.executable).with_name("lint-imports")

    checked = subprocess.run([linter], cwd=tree.ROOT, capture_output=True, text=True, check=False)

    assert checked.returncode == 0, checked.stdout


def test_a_domain_is_imported_through_its_door() -> None:
    wrong = [
        f"{module.path}:{node.lineno} {said}"
        for module in tree.modules()
        for node, said in _past_doors(module)
    ]

    assert wrong == [], "\n".join(wrong)


def _past_doors(module: Module) -> Iterator[tuple[ast.stmt, str]]:
    for node in module.nodes:
        if isinstance(node, ast.ImportFrom):
            for name in node.names:
                if _goes_past(module, f"{node.module}.{name.name}"):
                    yield node, f"from {node.module} import {name.name}"
        elif isinstance(node, ast.Import):
            for name in node.names:
                if name.name.startswith("pomelo."):
                    yield node, f"import {name.name}"


def _goes_past(module: Module, name: str) -> bool:
    """Tell whether an imported name is neither a door nor something a door gives."""
    package, domain, *inside = [*name.split("."), ""]
    if package != "pomelo" or domain not in with_door() or domain == module.domain:
        return False
    wanted = [part for part in inside if part]
    return bool(wanted) and (len(wanted) > 1 or wanted[0] not in tree.exported(domain))


def test_no_domain_reaches_through_a_door_by_attribute() -> None:
    wrong = [
        f"{module.path}:{node.lineno} {ast.unparse(node)}"
        for module in tree.modules()
        for doors in [_doors_of(module)]
        for node in module.nodes
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.attr in doors.get(node.value.id, ())
    ]

    assert wrong == [], "\n".join(wrong)


def _doors_of(module: Module) -> dict[str, frozenset[str]]:
    """Give what lies hidden behind each door that a module imports whole."""
    imports = (node for node in module.nodes if isinstance(node, ast.ImportFrom))
    names = {name.name for node in imports if node.module == "pomelo" for name in node.names}
    return {name: tree.submodules(name) - tree.exported(name) for name in names & with_door()}


def test_a_door_holds_no_code() -> None:
    wrong = [
        f"{module.path}:{node.lineno}"
        for module in tree.modules()
        if module.is_door and module.name not in ENTRY_POINTS
        for node in module.tree.body
        if not _may_stand_in_a_door(module, node)
    ]

    assert wrong == [], "\n".join(wrong)


def _may_stand_in_a_door(module: Module, node: ast.stmt) -> bool:
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    if isinstance(node, ast.ImportFrom):
        return (node.module or "").startswith(f"{module.name}.")
    names = {name.id for name in ast.walk(node) if isinstance(name, ast.Name)}
    return isinstance(node, ast.Assign) and names <= {"__all__", "__version__"}


def test_a_door_gives_what_it_imports_and_says_what_it_owns() -> None:
    for domain in with_door():
        (door,) = (m for m in tree.modules() if m.name == f"pomelo.{domain}")
        imported = {
            name.asname or name.name
            for node in door.tree.body
            if isinstance(node, ast.ImportFrom)
            for name in node.names
        }

        assert ast.get_docstring(door.tree), door.path
        assert imported == tree.exported(domain), door.path


def test_every_package_has_a_floor() -> None:
    assert set(tree.domains()) <= set(tree.floors())


def test_what_a_domain_keeps_and_gives_has_a_type() -> None:
    """`Any` ends where a library, a driver or the wire begins; a model has none."""
    untyped = [
        f"{module.path}:{node.lineno}"
        for module in tree.modules()
        if module.path.name in {"model.py", "store.py"} and module.domain in with_door()
        for node in module.nodes
        if isinstance(node, ast.Name) and node.id == "Any"
    ]

    assert untyped == [], "\n".join(untyped)
