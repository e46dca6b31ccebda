"""Solves stored models and judges the answers by the cells of the written workbook, not by what the engine says.

The answer is patched into the file, the file is read again, every formula is computed, and each stored constraint is
compared cell by cell.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from solver import pipeline
from solver.book.patch import patch
from solver.compiler.calculation import Calculation
from solver.errors import SolverError
from solver.grid import Area, Cell
from solver.model.model import Relation

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from solver.book.book import Book
    from solver.model.model import Constraint, Model

HEADINGS = ("file", "sheet", "asked", "used", "outcome", "known", "found", "violated", "seconds", "verdict")
WIDTHS = (30, 20, 12, 13, 14, 21, 21, 8, 7, 0)


@dataclass(frozen=True)
class Known:
    """A model with the objective value to meet: `sense` is -1 to maximise, 1 to minimise, 0 to reach a value."""

    path: Path
    sheet: str | None
    sense: int
    objective: float | None
    must: bool = True
    """Whether an answer that is worse is a failure: the known value is an optimum, or a feasible point."""
    within: float = 1e-6
    options: Mapping[str, str] = field(default_factory=dict)
    proved: bool = False


@dataclass(frozen=True)
class Solved:
    """What came out."""

    known: Known
    asked: str
    used: str
    outcome: str
    found: float | None
    violated: float
    seconds: float
    verdict: str
    x: tuple[float, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def good(self) -> bool:
        """Whether the answer is what it must be."""
        return self.verdict == "good"

    def line(self) -> str:
        """One line of the table."""
        known = self.known
        cells = (
            known.path.name,
            known.sheet or "",
            self.asked,
            self.used,
            self.outcome,
            _shown(known.objective),
            _shown(self.found),
            f"{self.violated:.0e}",
            f"{self.seconds:.1f}",
            self.verdict,
        )
        return aligned(cells)


def aligned(cells: tuple[str, ...]) -> str:
    """Texts in the columns of the table."""
    return " ".join(text[: width or 200].ljust(width) for text, width in zip(cells, WIDTHS, strict=True)).rstrip()


def solved(known: Known, time_limit: float = 60.0) -> Solved:
    """Solves a model from its stored start and judges the written answer."""
    began = time.perf_counter()
    try:
        book = pipeline.read(known.path)
        model = next(m for m in _models(book, known.sheet))
        answer = pipeline.solve_model(book, model, pipeline.Request(options=known.options, time_limit=time_limit))
        written = pipeline.read(patch(book, pipeline.edits_of(book, [answer])[0]))
        seconds = time.perf_counter() - began
        # A variable cell may hold a formula, which stays in the file: its fitted value is the written one.
        after = Calculation(written, inputs=answer.values)
        after.everything()
    except SolverError as error:
        return Solved(known, "", "", "refused", None, 0.0, time.perf_counter() - began, str(error))
    found = _number(after, model.objective)
    violated = violation(after, model)
    verdict = _verdict(known, answer.solution.outcome.solved, found, violated, float(model.options.get("pre", 1e-6)))
    if known.proved and verdict == "good" and answer.solution.gap not in (0.0, None):
        verdict = f"not proved: gap {answer.solution.gap:.0e}"
    return Solved(
        known,
        model.engine,
        answer.used.name,
        answer.solution.outcome.name.lower(),
        found,
        violated,
        seconds,
        verdict,
        tuple(answer.solution.x.tolist()),
        answer.solution.notes,
    )


def violation(calculation: Calculation, model: Model) -> float:
    """By how much the cells break the stored constraints at worst, relative to right sides beyond 1."""
    worst, lowered = 0.0, set[Cell]()
    for constraint in model.constraints:
        cells = [_number(calculation, cell) for cell in constraint.left.cells()]
        if constraint.relation is Relation.ALLDIFFERENT:
            order = sorted(value if value is not None else 0.0 for value in cells)
            worst = max(worst, *(abs(value - k) for k, value in enumerate(order, 1)))
        elif not constraint.relation.compares:
            worst = max(worst, *(abs((value or 0.0) - round(value or 0.0)) for value in cells))
            if constraint.relation is Relation.BIN:
                worst = max(worst, *(max(-(value or 0.0), (value or 0.0) - 1.0) for value in cells))
        else:
            if constraint.relation is not Relation.LE:
                lowered.update(constraint.left.cells())
            for cell, right in _faced(constraint):
                worst = max(worst, _excess(calculation, model, cell, constraint.relation, right))
    if model.nonnegative:
        free = [cell for cell in model.cells() if cell not in lowered]
        worst = max(worst, *(-(_number(calculation, cell) or 0.0) for cell in free), 0.0)
    return worst


def _faced(constraint: Constraint) -> list[tuple[Cell, Cell | float | str | None]]:
    """Every cell of a left side with what it is compared with."""
    right = constraint.right
    if isinstance(right, Area) and right.size > 1:
        return list(zip(constraint.left.cells(), right.cells(), strict=True))
    facing = right.first if isinstance(right, Area) else right
    return [(cell, facing) for cell in constraint.left.cells()]


def _excess(
    calculation: Calculation, model: Model, cell: Cell, relation: Relation, right: Cell | float | str | None
) -> float:
    value = _number(calculation, cell)
    if isinstance(right, str):
        end = calculation.evaluate(right.removeprefix("="), Cell(model.sheet, 0, 0)).scalar()
        side = float(end) if isinstance(end, (int, float)) else float("nan")
    else:
        side = (_number(calculation, right) or 0.0) if isinstance(right, Cell) else float(right or 0.0)
    if value is None:
        value = 0.0
    over = {Relation.LE: value - side, Relation.GE: side - value, Relation.EQ: abs(value - side)}[relation]
    return over / max(1.0, abs(side))


def _verdict(known: Known, ended: bool, found: float | None, violated: float, precision: float) -> str:
    if not ended:
        return "no answer" if known.must else "no answer, as stored"
    if not violated <= 1.001 * precision:
        return "not feasible"
    if found is None:
        return "no objective value" if known.sense else "good"
    if known.objective is None or not known.must:
        return "good"
    margin = known.within * max(1.0, abs(known.objective))
    worse = abs(found - known.objective) if known.sense == 0 else known.sense * (found - known.objective)
    return "good" if worse <= margin else f"worse by {worse / max(1e-300, abs(known.objective)):.1e}"


def _models(book: Book, sheet: str | None) -> list[Model]:
    """The model of a sheet whose name may have lost spaces at its ends; without a name the only one."""
    if sheet is None:
        return pipeline.pick_models(book, None)
    models = pipeline.pick_models(book, None, everything=True)
    named = [model for model in models if model.sheet.strip() == sheet.strip()]
    return named or pipeline.pick_models(book, sheet)


def _number(calculation: Calculation, cell: Cell | None) -> float | None:
    if cell is None:
        return None
    value = calculation.value(Area.of(cell)).scalar()
    return float(value) if isinstance(value, (bool, int, float)) else None


def _shown(value: float | None) -> str:
    return "" if value is None else f"{value:.16g}"
