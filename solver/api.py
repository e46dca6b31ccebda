"""The Python interface: a workbook to look into, and `solve` with an `OptimizeResult` as SciPy's users know it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from inspect import signature
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, NonlinearConstraint, OptimizeResult

from solver import pipeline
from solver.algebra.structure.ladder import Degree
from solver.errors import FormulaError, ModelError
from solver.grid import Area, Cell, parse_a1, quote_sheet, unquote_sheet
from solver.listing import answer_listing
from solver.model.binding import Binding, bind
from solver.model.recall import recall

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from typing import BinaryIO

    from solver.book.book import Book
    from solver.compiler.calculation import Calculation
    from solver.model.model import Model
    from solver.model.problem import Indices, Problem, Vector
    from solver.model.solution import Step, Watch
    from solver.values import Scalar


@dataclass(frozen=True, repr=False)
class Workbook:
    """A workbook that was read: its computed values, its stored models, and their problems."""

    book: Book

    def __repr__(self) -> str:
        return f"<Workbook {self.book.path or 'without a path'}: {', '.join(self.book.sheets)}>"

    @cached_property
    def models(self) -> Mapping[str, Model]:
        """The stored Solver models by sheet."""
        return recall(self.book)

    def value(self, address: str) -> Scalar:
        """The value of a cell such as `Sheet1!B2`, computed from its formula; FormulaError if it cannot be."""
        cell = self.cell(address)
        reason = self._calculation.failures.get(cell)
        if reason is not None:
            raise FormulaError(reason, where=str(cell))
        return self._calculation.value(Area.of(cell)).scalar()

    @cached_property
    def _calculation(self) -> Calculation:
        return pipeline.computed(self.book)

    def cell(self, address: str) -> Cell:
        """The cell of an address; without a sheet it is on the active one."""
        sheet, bang, place = address.rpartition("!")
        name = unquote_sheet(sheet) if bang else self.book.active
        found = self.book.sheet_named(name)
        if found is None:
            raise ModelError(f"there is no sheet {name!r}", hint="sheets: " + ", ".join(self.book.sheets))
        try:
            return Cell(found.name, *parse_a1(place))
        except ValueError as error:
            raise ModelError(str(error), where=quote_sheet(found.name), hint="give one such as B2") from None

    def problem(self, sheet: str | None = None) -> BoundProblem:
        """The compiled problem of a sheet's model, ready for `scipy.optimize.minimize`."""
        return BoundProblem(self, bind(self.book, pipeline.pick_models(self.book, sheet)[0]))

    def save(self, path: str | Path, result: OptimizeResult, sheet: str | None = None) -> None:
        """Writes a lossless copy with a result's values and all that depends on them, atomically.

        The result is that of `solver.solve`, or of SciPy for the problem of a sheet's model (the values in `x`).
        Raises ModelError for a result without an answer.
        """
        answers = result.get("answers")
        if answers is None:
            edits = pipeline.edits_at(self.book, pipeline.pick_models(self.book, sheet)[0], result.x)
        elif any(answer.keeps for answer in answers):
            edits = pipeline.edits_of(self.book, answers)[0]
        else:
            raise ModelError(f"there is no answer to write: {result.message}", hint="change the model")
        pipeline.write(self.book, edits, path)


@dataclass(frozen=True, repr=False)
class BoundProblem:
    """A model's problem in SciPy's words: `fun`, `grad`, `hessp`, `x0`, `bounds`, `constraints`."""

    workbook: Workbook
    binding: Binding

    def __repr__(self) -> str:
        variables, rows = len(self.problem.x0), len(self.problem.row_lo)
        return f"<Problem of {self.binding.model.sheet}: {variables} variables, {rows} rows>"

    @property
    def problem(self) -> Problem:
        """The problem as the engines see it."""
        return self.binding.problem

    def __getattr__(self, name: str) -> Any:
        return getattr(object.__getattribute__(self, "binding").problem, name)

    @property
    def bounds(self) -> Bounds:
        """Bounds of the variables."""
        return Bounds(self.problem.lb, self.problem.ub)

    @property
    def constraints(self) -> list[LinearConstraint | NonlinearConstraint]:
        """The rows with their exact Jacobian: equalities apart from inequalities, and linear rows from others."""
        problem = self.problem
        equal = problem.row_lo == problem.row_hi
        linear = np.array([degree <= Degree.LINEAR for degree in problem.row_degrees], dtype=bool)
        found: list[LinearConstraint | NonlinearConstraint] = []
        for side in (equal, ~equal):
            if (side & linear).any():
                found.append(self._linear(np.flatnonzero(side & linear)))
            if (side & ~linear).any():
                found.append(self._curved(np.flatnonzero(side & ~linear)))
        return found

    def _linear(self, chosen: Indices) -> LinearConstraint:
        problem, x = self.problem, self.problem.x0
        matrix = problem.row_jac(x)[chosen].toarray()
        shift = problem.rows(x)[chosen] - matrix @ x
        return LinearConstraint(matrix, problem.row_lo[chosen] - shift, problem.row_hi[chosen] - shift)

    def _curved(self, chosen: Indices) -> NonlinearConstraint:
        problem = self.problem

        def rows(x: Vector) -> Vector:
            return problem.rows(x)[chosen]

        def jac(x: Vector) -> Vector:
            dense: Vector = problem.row_jac(x)[chosen].toarray()
            return dense

        return NonlinearConstraint(rows, problem.row_lo[chosen], problem.row_hi[chosen], jac=jac)

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
    callback: Callable[..., object] | None = None,
    out: str | Path | None = None,
    time_limit: float | None = None,
    workers: Any = None,
) -> OptimizeResult:
    """Solves the stored model of a workbook; with `out` a lossless copy is written there if there is an answer.

    `callback(intermediate_result)` has SciPy's contract: it sees `x`, `fun` and `nit` of every step, and may raise
    StopIteration; one whose parameter is called `xk` is given x alone. `workers` is a number of processes or anything
    like `map`. The result has SciPy's fields (x, fun, success, status, message, nit, nfev, njev, nhev) and `outcome`,
    `objective`, `variables`, `constraints` as in the command's JSON; `fun` is what the objective cell shows. Raises
    SolverError for bad input.
    """
    book = pipeline.read(source)
    chosen = dict(options or {})
    if seed is not None:
        chosen["seed"] = seed
    request = pipeline.Request(engine, chosen, time_limit, workers, _watch(callback))
    answers = pipeline.solve_models(book, pipeline.pick_models(book, sheet), request)
    answer = answers[0]
    if out is not None and answer.keeps:
        pipeline.write(book, pipeline.edits_of(book, answers)[0], out)
    solution = answer.solution
    listing = answer_listing(book, answer, None if out is None else str(out), 0.0, 0.0)
    missing = 0.0 if answer.binding.model.objective is None else float("nan")
    return result_of(
        x=solution.x,
        fun=missing if answer.final is None else answer.final,
        success=solution.outcome.solved,
        status=solution.outcome.status,
        message=listing["outcome"]["message"],
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


def _watch(callback: Callable[..., object] | None) -> Watch | None:
    """A callback of SciPy's kind as a watch: what it is given is decided by the names of its parameters."""
    if callback is None:
        return None
    try:
        names = tuple(signature(callback).parameters)
    except (TypeError, ValueError):
        names = ()

    def watch(step: Step, /) -> None:
        x = None if step.x is None else np.array(step.x)
        seen = result_of(x=x, fun=step.fun, nit=step.iteration)
        if names == ("xk",):
            callback(x)
        elif names == ("intermediate_result",):
            callback(intermediate_result=seen)
        else:
            callback(seen)

    return watch


def result_of(**fields: Any) -> OptimizeResult:
    """An `OptimizeResult`, which is a dictionary that also answers to its keys as attributes."""
    result = OptimizeResult()
    result.update(fields)
    return result
