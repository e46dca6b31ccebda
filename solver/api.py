"""The Python interface: a workbook to look into, and `solve` with an `OptimizeResult` as SciPy's users know it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.optimize import Bounds, NonlinearConstraint, OptimizeResult

from solver import pipeline
from solver.book.patch import patch
from solver.book.save import save
from solver.compiler.calculation import Calculation
from solver.errors import ModelError
from solver.grid import Area, Cell, parse_a1
from solver.listing import answer_listing
from solver.model.binding import Binding, bind
from solver.model.recall import recall

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from typing import BinaryIO

    from solver.book.book import Book
    from solver.model.model import Model
    from solver.model.problem import Problem, Vector
    from solver.model.solution import Step, Watch
    from solver.values import Scalar


@dataclass(frozen=True)
class Workbook:
    """A workbook that was read: its computed values, its stored models, and their problems."""

    book: Book
    _calculations: dict[str, Calculation] = field(default_factory=dict)

    @cached_property
    def models(self) -> Mapping[str, Model]:
        """The stored Solver models by sheet."""
        return recall(self.book)

    def value(self, address: str) -> Scalar:
        """The value of a cell such as `Sheet1!B2`, computed from its formula."""
        calculation = self._calculations.setdefault("all", Calculation(self.book))
        return calculation.value(Area.of(self.cell(address))).scalar()

    def cell(self, address: str) -> Cell:
        """The cell of an address; without a sheet it is on the active one."""
        sheet, bang, place = address.rpartition("!")
        name = sheet.strip("'").replace("''", "'") if bang else self.book.active
        found = self.book.sheet_named(name)
        if found is None:
            raise ModelError(f"there is no sheet {name!r}", hint="sheets: " + ", ".join(self.book.sheets))
        return Cell(found.name, *parse_a1(place))

    def problem(self, sheet: str | None = None) -> BoundProblem:
        """The compiled problem of a sheet's model, ready for `scipy.optimize.minimize`."""
        return BoundProblem(self, bind(self.book, pipeline.pick_models(self.book, sheet)[0]))

    def save(self, path: str | Path, result: OptimizeResult) -> None:
        """Writes a lossless copy with a result's values and all that depends on them, atomically."""
        edits, _, _ = pipeline.edits_of(self.book, result.answers)
        save(patch(self.book, edits), path)


@dataclass(frozen=True)
class BoundProblem:
    """A model's problem in SciPy's words: `fun`, `grad`, `hessp`, `x0`, `bounds`, `constraints`."""

    workbook: Workbook
    binding: Binding

    @property
    def problem(self) -> Problem:
        """The problem as the engines see it."""
        return self.binding.problem

    def __getattr__(self, name: str) -> Any:
        return getattr(self.binding.problem, name)

    @property
    def bounds(self) -> Bounds:
        """Bounds of the variables."""
        return Bounds(self.problem.lb, self.problem.ub)

    @property
    def constraints(self) -> list[NonlinearConstraint]:
        """The rows as one constraint, or none."""
        problem = self.problem
        if not problem.m:
            return []
        return [
            NonlinearConstraint(
                problem.rows, problem.row_lo, problem.row_hi, jac=lambda x: problem.row_jac(x).toarray()
            )
        ]

    def gradient_of(self, address: str, x: Vector | None = None) -> Vector:
        """The derivative of one cell with respect to every variable, at x (the start if it is left out)."""
        return self.binding.derivatives(self.workbook.cell(address), self.problem.x0 if x is None else x)


def read(source: str | Path | bytes | BinaryIO) -> Workbook:
    """The workbook at a path, in bytes or in an open file."""
    return Workbook(pipeline.read(source))


def solve(
    source: str | Path | bytes | BinaryIO,
    sheet: str | None = None,
    engine: str | None = None,
    options: Mapping[str, str | float] | None = None,
    seed: int | None = None,
    callback: Callable[[OptimizeResult], object] | None = None,
    out: str | Path | None = None,
    time_limit: float | None = None,
    workers: Any = None,
) -> OptimizeResult:
    """Solves the stored model of a workbook; with `out` a lossless copy with the answer is written there.

    `callback(intermediate_result)` has SciPy's contract: it sees `x`, `fun` and `nit` of every step, and may raise
    StopIteration. The result has SciPy's fields (x, fun, success, status, message, nit, nfev, njev, nhev) and
    `outcome`, `objective`, `variables`, `constraints` as in the command's JSON. Raises SolverError for bad input.
    """
    book = pipeline.read(source)
    chosen = dict(options or {})
    if seed is not None:
        chosen["seed"] = seed
    request = pipeline.Request(engine, chosen, time_limit, workers, _watch(callback))
    answers = pipeline.solve_models(book, pipeline.pick_models(book, sheet), request)
    edits, _, _ = pipeline.edits_of(book, answers)
    if out is not None and any(answer.keeps for answer in answers):
        save(patch(book, edits), out)
    answer = answers[0]
    solution = answer.solution
    listing = answer_listing(book, answer, None if out is None else str(out), 0.0, 0.0)
    return result_of(
        x=solution.x,
        fun=answer.final if answer.final is not None else 0.0,
        success=solution.outcome.solved,
        status=solution.outcome.status,
        message=solution.message or solution.outcome.message,
        nit=solution.iterations,
        nfev=listing["evaluations"]["function"],
        njev=listing["evaluations"]["gradient"],
        nhev=listing["evaluations"]["hessian"],
        outcome=solution.outcome,
        engine=listing["engine"],
        objective=listing["objective"],
        variables=listing["variables"],
        constraints=listing["constraints"],
        solution=solution,
        answers=answers,
    )


def _watch(callback: Callable[[OptimizeResult], object] | None) -> Watch | None:
    if callback is None:
        return None

    def watch(step: Step, /) -> None:
        callback(result_of(x=np.array(step.x) if step.x is not None else None, fun=step.fun, nit=step.iteration))

    return watch


def result_of(**fields: Any) -> OptimizeResult:
    """An `OptimizeResult`, which is a dictionary that also answers to its keys as attributes."""
    result = OptimizeResult()
    result.update(fields)
    return result
