"""Workbooks on disk with stored Solver models, as a person would have saved them, for tests of the command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from openpyxl import Workbook
from openpyxl.workbook.defined_name import DefinedName

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MIN, MAX, VALUE_OF = 2, 1, 3
GRG, SIMPLEX, EVOLUTIONARY = 1, 2, 3
LE, EQ, GE, INT, BIN, DIFFERENT = 1, 2, 3, 4, 5, 6
WORDS = {INT: "integer", BIN: "binary", DIFFERENT: "alldifferent"}


def model(
    objective: str | None,
    variables: str,
    *constraints: tuple[str, int, object],
    sense: int = MIN,
    engine: int = GRG,
    free: bool = True,
    **names: object,
) -> dict[str, object]:
    """The hidden names of a model; a constraint is its left side, the number of its relation, and its right side."""
    stored: dict[str, object] = {"adj": variables, "typ": sense, "eng": engine, "neg": 2 if free else 1}
    if objective is not None:
        stored["opt"] = objective
    stored["num"] = len(constraints)
    for number, (left, relation, right) in enumerate(constraints, start=1):
        stored |= {f"lhs{number}": left, f"rel{number}": relation, f"rhs{number}": WORDS.get(relation, right)}
    return stored | names


def write(
    path: Path,
    sheets: Mapping[str, Mapping[str, Any]],
    models: Mapping[str, Mapping[str, object]] | None = None,
    *,
    protected: tuple[str, ...] = (),
) -> Path:
    """A workbook of these cells, with a model on each sheet that `models` names; formulas have no stored value."""
    book = Workbook()
    del book["Sheet"]
    for name, cells in sheets.items():
        sheet = book.create_sheet(name)
        for address, content in cells.items():
            sheet[address] = content
        sheet.protection.sheet = name in protected
        for key, value in (models or {}).get(name, {}).items():
            sheet.defined_names.add(DefinedName(f"solver_{key}", attr_text=str(value), hidden=True))
    book.save(path)
    return path


LINE = {
    "A1": "slope", "B1": 0, "A2": "intercept", "B2": 0,
    "D1": "x", "E1": "y", "F1": "line", "G1": "error",
    **{f"D{row}": row - 2 for row in range(2, 7)},
    **{f"E{row}": y for row, y in zip(range(2, 7), (1, 3.5, 4.5, 7.5, 8.5), strict=True)},
    **{f"F{row}": f"=$B$1*D{row}+$B$2" for row in range(2, 7)},
    **{f"G{row}": f"=E{row}-F{row}" for row in range(2, 7)},
    "A4": "loss", "B4": "=SUMSQ(G2:G6)",
}  # fmt: skip
"""Five points and a line: slope 1.9, intercept 1.2, sum of squares 0.7."""

LINE_MODEL = model("Line!$B$4", "Line!$B$1:$B$2")

PLAN = {
    "A1": "tables", "B1": 0, "C1": 0, "D1": "=30*B1+20*C1",
    "A2": "wood", "B2": 2, "C2": 1, "D2": "=SUMPRODUCT(B2:C2,B$1:C$1)", "E2": 100,
    "A3": "hours", "B3": 1, "C3": 1, "D3": "=SUMPRODUCT(B3:C3,B$1:C$1)", "E3": 80,
}  # fmt: skip
"""A linear plan: 20 of the first, 60 of the second, profit 1800."""

PLAN_MODEL = model(
    "Plan!$D$1", "Plan!$B$1:$C$1", ("Plan!$D$2:$D$3", LE, "Plan!$E$2:$E$3"), sense=MAX, engine=SIMPLEX, free=False
)


def line(path: Path, **changes: Any) -> Path:
    """The book of the line, with some cells changed."""
    return write(path, {"Line": {**LINE, **changes}}, {"Line": LINE_MODEL})


def both(path: Path) -> Path:
    """A book with two models: the plan, and the line on the sheet that is open."""
    return write(path, {"Line": LINE, "Plan": PLAN}, {"Line": LINE_MODEL, "Plan": PLAN_MODEL})


BOX = (("S!$A$1:$A$2", LE, 5), ("S!$A$1:$A$2", GE, -5))


def valley(path: Path, *constraints: Any, **settings: Any) -> Path:
    """Rosenbrock's valley on a sheet `S`: the bottom is at (1, 1)."""
    cells = {"A1": -1.2, "A2": 1, "A3": "=100*(A2-A1^2)^2+(1-A1)^2+SIN(A1-1)^4", "A4": "=A1^2+A2^2", "A5": "=A1+A2"}
    return write(path, {"S": cells}, {"S": model("S!$A$3", "S!$A$1:$A$2", *constraints, **settings)})
