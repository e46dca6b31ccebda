"""The house stands on its floors: a floor imports only lower ones, and third parties live in one place each."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import solver

ROOT = Path(solver.__file__).parent
FLOORS = {
    "chart": 0,
    "distinct": 0,
    "errors": 0,
    "grid": 0,
    "places": 0,
    "table": 0,
    "values": 0,
    "algebra": 1,
    "book": 1,
    "formula": 1,
    "functions": 2,
    "compiler": 3,
    "model.model": 3,
    "model.names": 3,
    "model.define": 3,
    "model.recall": 3,
    "model.render": 3,
    "model.references": 3,
    "model": 4,
    "engines": 5,
    "reports": 5,
    "templates": 5,
    "pipeline": 6,
    "plotting": 6,
    "listing": 6,
    "api": 6,
    "examining": 6,
    "lesson": 6,
    "cli": 7,
}
STRANGERS = ({"algebra", "book", "formula"}, {"engines", "reports", "templates"})
AT_HOME = {
    "click": {"cli"},
    "rich": {"cli"},
    "highspy": {"engines"},
    "matplotlib": {"plotting"},
    "openpyxl": {"templates"},
}
MODULES = sorted(path for path in ROOT.rglob("*.py") if path.name not in ("__init__.py", "__main__.py"))


def room(name: str) -> tuple[str, int]:
    """The first folder or file of a module below `solver`, and its floor."""
    parts = name.split(".")[1:]
    for length in (2, 1):
        key = ".".join(parts[:length])
        if key in FLOORS:
            return parts[0], FLOORS[key]
    raise AssertionError(f"{name} has no floor")


def imports(path: Path) -> set[str]:
    """The full names of all modules that a file imports, wherever in the file."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            if node.module == "solver":
                found.update(f"solver.{alias.name}" for alias in node.names)
            elif node.module == "solver.model":
                found.update(f"solver.model.{alias.name}" for alias in node.names)
            else:
                found.add(node.module)
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_floors(path: Path) -> None:
    """Imports go downwards, and strangers on one floor do not know each other."""
    own = ".".join(("solver", *path.relative_to(ROOT).with_suffix("").parts))
    home, floor = room(own)
    for name in imports(path):
        if name == "solver" or not name.startswith("solver."):
            assert home in AT_HOME.get(name.partition(".")[0], {home}), f"{own} imports {name}"
            continue
        if name.count(".") == 1 and name.removeprefix("solver.") not in FLOORS:
            continue  # a public name of the package itself
        other, below = room(name)
        assert below <= floor, f"{own} (floor {floor}) imports {name} (floor {below})"
        if other != home:
            assert not any({home, other} <= group for group in STRANGERS), f"{own} imports its stranger {name}"


def test_no_printing_below_the_top() -> None:
    """Only the command prints."""
    for path in MODULES:
        if path.parent.name != "cli":
            tree = ast.parse(path.read_text(encoding="utf-8"))
            calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)]
            assert not [call.lineno for call in calls if call.func.id == "print"], path  # type: ignore[attr-defined]


def test_public_names() -> None:
    """`__all__` is sorted and every name in it can be had."""
    assert solver.__all__ == sorted(solver.__all__)
    for name in solver.__all__:
        assert getattr(solver, name)
