"""The project's own source, parsed: modules, functions, domains and floors."""

import ast
import gc
import tomllib
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
PACKAGE: Final = ROOT / "pomelo"
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, eq=False)
class Module:
    """One file of Python.

    Args:
        path: From the project's root.
        text: What it says.
        tree: The same, parsed.
    """

    path: Path
    text: str
    tree: ast.Module

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """All of its tree."""
        return tuple(ast.walk(self.tree))

    @cached_property
    def functions(self) -> tuple[Function, ...]:
        """Every function of it, methods and inner ones too."""
        return tuple(node for node in self.nodes if isinstance(node, Function))

    @property
    def name(self) -> str:
        """Its dotted name, a door's without `__init__`."""
        return ".".join(self.path.with_suffix("").parts).removesuffix(".__init__")

    @property
    def domain(self) -> str:
        """The folder in `pomelo`, or the module's own name where it lies beside them."""
        return self.name.split(".")[1] if "." in self.name else ""

    @property
    def is_door(self) -> bool:
        return self.path.name == "__init__.py"


@cache
def modules(folder: str = "pomelo") -> tuple[Module, ...]:
    """Read every Python file below a folder of the project."""
    paths = sorted((ROOT / folder).rglob("*.py"))
    gc.disable()  # hundreds of thousands of nodes that stay: looking through them takes seconds
    try:
        return tuple(_read(path) for path in paths if "__pycache__" not in path.parts)
    finally:
        gc.freeze()
        gc.enable()


def _read(path: Path) -> Module:
    text = path.read_text("utf-8")
    return Module(path.relative_to(ROOT), text, ast.parse(text, str(path)))


def code_lines(module: Module) -> int:
    """Count the lines of a module that are neither empty, comment nor docstring."""
    said = {
        line
        for node in module.nodes
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        for line in range(node.lineno, (node.end_lineno or 0) + 1)
    }
    lines = enumerate(module.text.splitlines(), start=1)
    return sum(
        1 for at, line in lines if at not in said and line.strip() and line.lstrip()[0] != "#"
    )


@cache
def domains() -> tuple[str, ...]:
    """Name the packages of `pomelo`."""
    return tuple(sorted(path.parent.name for path in PACKAGE.glob("*/__init__.py")))


@cache
def floors() -> dict[str, int]:
    """Give each package's floor, the highest being 0, as import-linter's contract has them."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    (contract,) = config["tool"]["importlinter"]["contracts"]
    return {
        name.strip(): floor
        for floor, layer in enumerate(contract["layers"])
        for name in layer.replace("|", ":").split(":")
    }


@cache
def exported(domain: str) -> frozenset[str]:
    """Name what a domain's door gives."""
    (door,) = (module for module in modules() if module.name == f"pomelo.{domain}")
    for node in door.tree.body:
        if isinstance(node, ast.Assign) and _is_all(node.targets):
            return frozenset(ast.literal_eval(node.value))
    return frozenset()


def _is_all(targets: list[ast.expr]) -> bool:
    return [target.id for target in targets if isinstance(target, ast.Name)] == ["__all__"]


@cache
def submodules(domain: str) -> frozenset[str]:
    """Name the files and folders of code inside a domain."""
    names = (module.name.split(".") for module in modules())
    return frozenset(name[2] for name in names if len(name) > 2 and name[1] == domain)
