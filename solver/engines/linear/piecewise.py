"""Piecewise linear models solved to the proven optimum: corners and jumps written out for a mixed-integer solver.

MAX, MIN, ABS, IF, comparisons, INT and products with a binary, over linear formulas, need no search that may miss: see
`piecewise_form`. Ranges that the model's bounds leave infinite are found by linear programs over its relaxation, with
the objective no worse than that of a known point (bound tightening, Belotti et al. 2009, section 7). What the formulas
say at the answer decides: where the border of a condition was met in the wrong sense, the model is solved once more
with a margin, and what then remains is left to the search for nonsmooth models.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from solver.engines.base import Handles, Needs, engine, with_settings_of
from solver.engines.linear.columns import NoForm
from solver.engines.linear.piecewise_form import piecewise_form
from solver.engines.linear.simplex import Simplex, optimum
from solver.engines.options import above, at_least, option
from solver.engines.run import answered
from solver.engines.searching.integers import WholeNumbers
from solver.engines.searching.nonsmooth import Nonsmooth
from solver.errors import Outcome
from solver.model.kkt import violation

if TYPE_CHECKING:
    from solver.algebra.structure.pieces import Pieces
    from solver.engines.linear.linear_form import LinearForm
    from solver.engines.progress import Progress
    from solver.model.problem import Problem, Vector
    from solver.model.solution import Solution

AGREES = 1e-6
"""How far, relative to its size, the objective of the linear form may be from that of the formulas."""


@engine(
    name="piecewise",
    title="Piecewise linear",
    needs=Needs.PIECES,
    handles=Handles.BOUNDS | Handles.ROWS | Handles.INTEGERS | Handles.STEPS,
)
@dataclass(frozen=True, kw_only=True)
class Piecewise(WholeNumbers):
    """Linear formulas joined by MAX, MIN, ABS, IF and binaries: global optima by mixed-integer programs."""

    takes_all: ClassVar[bool] = True
    roams: ClassVar[bool] = True

    margin: float = option(1e-6, "how far a condition stays from a border that it may not touch", check=above(0))
    seconds: float = option(60.0, "seconds after which a search takes over from the proof", check=above(0))
    ranges: int = option(400, "linear programs solved to find missing bounds", check=at_least(0))

    def minimise(self, problem: Problem, progress: Progress) -> Solution:
        """The global optimum where the linear form exists and agrees with the formulas, else the best of a search."""
        pieces = problem.pieces and problem.pieces()
        found = None if pieces is None else self._exact(problem, pieces, progress)
        if found is not None:
            return found
        progress.log.notes.append("no linear form of the pieces was found; searched instead")
        best = progress.log.best
        return self._searched(problem if best is None else replace(problem, x0=best.x), progress)

    def _searched(self, problem: Problem, progress: Progress) -> Solution:
        """The answer of the engine for nonsmooth models."""
        other = with_settings_of(Nonsmooth, self)
        found = answered(replace(problem, pieces=None), other, progress.deadline, workers=progress.workers)
        progress.counts.update(found.evaluations)
        return replace(found, engine=self.name)

    def _exact(self, problem: Problem, pieces: Pieces, progress: Progress) -> Solution | None:
        """The optimum of the linear form, None where there is none or the formulas do not agree with it."""
        exact = with_settings_of(Simplex, self, tolerance=self.tolerance, prove=self.prove)
        patient = replace(progress, deadline=min(progress.deadline, time.monotonic() + self.seconds))
        for margin in (0.0, self.margin):
            form = self._form(problem, pieces, margin, patient)
            if form is None:
                return None
            found = exact.answer(problem, form, patient)
            if found.outcome is Outcome.TIME_LIMIT and progress.remaining:
                return None
            nowhere = found.outcome in (Outcome.INFEASIBLE, Outcome.UNBOUNDED) and margin == 0
            if nowhere or self._agrees(problem, form, found):
                return replace(found, engine=self.name, ranges=None)
        return None

    def _agrees(self, problem: Problem, form: LinearForm, found: Solution) -> bool:
        """Whether the formulas say at the answer what the linear form says."""
        here = replace(form, lb=form.lb.copy(), ub=form.ub.copy())
        here.lb[: form.n] = here.ub[: form.n] = found.x
        claimed = optimum(here)
        if claimed is None:
            return False
        value, said = problem.fun(found.x), float(form.cost @ claimed) + form.offset
        wrong = violation(problem, found.x, relative=self.scaling)
        return wrong <= self.precision and abs(value - said) <= AGREES * max(1.0, abs(value))

    def _form(self, problem: Problem, pieces: Pieces, margin: float, progress: Progress) -> LinearForm | None:
        """The linear form, with bounds tightened where it has none without."""
        try:
            return piecewise_form(problem, pieces, problem.lb, problem.ub, margin=margin)
        except NoForm:
            pass
        try:
            return piecewise_form(problem, pieces, *self._tightened(problem, pieces, progress), margin=margin)
        except NoForm:
            return None

    def _tightened(self, problem: Problem, pieces: Pieces, progress: Progress) -> tuple[Vector, Vector]:
        """The bounds of the variables, with infinite ones replaced by what the relaxation allows."""
        lb, ub = problem.lb.copy(), problem.ub.copy()
        free = np.flatnonzero(~np.isfinite(lb) | ~np.isfinite(ub))
        relaxed = piecewise_form(problem, pieces, lb, ub, relax=True)
        point = optimum(relaxed)
        known = self._best_known(problem, point, progress)
        if np.isfinite(known):
            slack = 1e-9 * max(1.0, abs(known))
            relaxed = piecewise_form(problem, pieces, lb, ub, relax=True, cutoff=known + slack)
        for column in free[: self.ranges // 2]:
            progress.check()
            axis = np.zeros(relaxed.cost.size)
            for sign, bound, missing in ((1.0, lb, ~np.isfinite(lb[column])), (-1.0, ub, ~np.isfinite(ub[column]))):
                axis[column] = sign
                far = optimum(replace(relaxed, cost=axis)) if missing else None
                if far is not None:
                    reach = far[column]
                    bound[column] = reach - sign * 1e-6 * max(1.0, abs(reach))
        return lb, ub

    def _best_known(self, problem: Problem, point: Vector | None, progress: Progress) -> float:
        """The least objective of the start and another point, among those that keep all constraints."""
        best = np.inf
        for x in (problem.x0, None if point is None else point[: problem.n]):
            if x is not None:
                inside = np.clip(np.where(problem.integer, np.round(x), x), problem.lb, problem.ub)
                value = problem.fun(inside)
                if violation(problem, inside, relative=self.scaling) <= self.precision and np.isfinite(value):
                    best = min(best, value)
                    progress.step(inside)
        return best
