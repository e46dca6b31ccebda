"""Formulas with corners or jumps: a smooth model, quasi-Newton steps on an exact penalty, compass search, a population.

A sum of squares with corners is fitted instead, see `kicks`.

With a line search that asks for little (weak Wolfe), BFGS slides along corners down to the minimum (Lewis, Overton
2013). Bounds and rows join the objective as  rho * sum of violations, itself a sum of corners. What that cannot see,
jumps above all, is left to steps along the axes and, for few cells, to an evolutionary run from the point reached.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from solver.algebra.structure.ladder import Degree
from solver.engines.base import Engine, Handles, Needs, engine, with_settings_of
from solver.engines.local import around_whole
from solver.engines.options import at_least, option
from solver.engines.run import inside
from solver.engines.searching.box import box_of
from solver.engines.searching.compass import compassed
from solver.engines.searching.evolution import Evolutionary
from solver.engines.searching.kicks import KICKS, fitted
from solver.engines.searching.score import Evaluate, Scored, is_better, scorer, strictness
from solver.engines.searching.wolfe import bfgs
from solver.engines.smooth.epigraph import lowered
from solver.engines.smooth.restoration import restored
from solver.engines.transform import steepness
from solver.errors import Outcome
from solver.model.kkt import violation
from solver.model.solution import Solution

if TYPE_CHECKING:
    from collections.abc import Callable

    from solver.engines.progress import Progress
    from solver.model.problem import Problem, Vector

DENSE = 600
"""Up to so many variables the quasi-Newton matrix is kept."""


@engine(
    name="nonsmooth",
    title="Nonsmooth",
    needs=Needs.GRADIENT,
    handles=Handles.BOUNDS | Handles.ROWS | Handles.INTEGERS | Handles.STEPS,
)
@dataclass(frozen=True, kw_only=True)
class Nonsmooth(Engine):
    """A chain of slides along corners, steps along the axes and a small population, for ABS, MAX, IF and the like."""

    takes_all: ClassVar[bool] = True
    roams: ClassVar[bool] = True

    few: int = option(60, "up to so many cells a population is bred at the end", check=at_least(0))
    patience: float = option(5.0, "seconds without improvement that end the population", check=at_least(0))

    def minimise(self, problem: Problem, progress: Progress) -> Solution:
        """The best point of the chain."""
        score = scorer(lambda chunks: [Evaluate(progress.source or problem)(chunk) for chunk in chunks], 1, progress)
        progress.step(problem.x0)
        x = np.where(problem.integer, np.round(problem.x0), problem.x0)
        best = score(x[None, :])
        if is_fit(problem):
            kicks = KICKS if problem.n <= self.few else 0
            best = self._taken(best, score(fitted(problem, progress, self._random(), kicks=kicks)[None, :]), progress)
            best = self._taken(best, score(self._slid(problem, best.x[0], progress)[None, :]), progress)
            return self._ended(problem, best.x[0])
        low = lowered(around_whole(problem, best.x[0]), self, progress)
        if low is not None:
            best = self._taken(best, score(low.x[None, :]), progress)
        best = self._taken(best, score(self._slid(problem, best.x[0], progress)[None, :]), progress)
        slack = strictness(problem, self.precision)
        best = compassed(best, box_of(problem), score, progress.step, slack)
        if problem.n <= self.few:
            best = self._taken(best, self._bred(problem, best.x[0], score, progress), progress)
        best = self._taken(best, score(self._slid(problem, best.x[0], progress)[None, :]), progress)
        return self._ended(problem, best.x[0])

    def _random(self) -> np.random.Generator:
        """The same random numbers in every run unless a seed is given."""
        return np.random.default_rng(self.seed or 1)

    def _ended(self, problem: Problem, x: Vector) -> Solution:
        """What can be said of a point."""
        wrong = violation(problem, x, relative=self.scaling)
        outcome = Outcome.CONVERGED if wrong <= self.precision else Outcome.INFEASIBLE
        return Solution(x, problem.fun(x), outcome, self.name, violation=wrong)

    def _taken(self, best: Scored, other: Scored, progress: Progress) -> Scored:
        """The better of two points; a new best is told."""
        slack = strictness(progress.problem, self.precision)
        if is_better(other, best, slack):
            progress.step(other.x[0])
            return other
        return best

    def _bred(self, problem: Problem, x: Vector, score: Callable[[Vector], Scored], progress: Progress) -> Scored:
        """The best of a population around the point."""
        settings = replace(with_settings_of(Evolutionary, self), patience=self.patience, seed=self.seed or 1, reach=2.0)
        found = inside(replace(progress.source or problem, x0=x), settings, progress.deadline)
        progress.counts.update(found.evaluations)
        return score(found.x[None, :])

    def _slid(self, problem: Problem, x: Vector, progress: Progress) -> Vector:
        """The point that quasi-Newton steps on the exact penalty lead to, with whole variables held."""
        view = around_whole(problem, x)
        free = view.lb < view.ub
        if not free.any() or free.sum() > DENSE:
            return x
        steep = float(np.abs(view.grad(x)[free]).max())
        if not np.isfinite(steep) or (steep == 0.0 and not view.m):
            return x
        weight = 10.0 * max(1.0, steep)
        for _ in range(6):
            fun, grad = penalty(view, weight, x)
            x = np.where(free, bfgs(fun, grad, x, free, progress.check), x)
            x = np.clip(x, view.lb, view.ub)
            if violation(view, x, relative=self.scaling) <= self.precision:
                break
            weight *= 10.0
        if view.m and violation(view, x, relative=self.scaling) > 0:
            near = restored(view, x, progress)
            x = near if problem.fun(near) < np.inf else x
        return x


def is_fit(problem: Problem) -> bool:
    """Whether the problem is a sum of squares with corners and nothing but bounds."""
    plain = problem.m == 0 and not problem.integer.any()
    return plain and problem.residuals is not None and problem.degree <= Degree.KINK


def penalty(
    problem: Problem, weight: float, start: Vector
) -> tuple[Callable[[Vector], float], Callable[[Vector], Vector]]:
    """The objective with every violation of a bound or row added, times a weight, and its gradient."""
    size = 1.0 / np.maximum(1.0, steepness(problem, start)) if problem.m else np.ones(0)

    def fun(x: Vector) -> float:
        inside = np.clip(x, problem.lb, problem.ub)
        wrong = float(np.abs(x - inside).sum())
        if problem.m:
            rows = problem.rows(inside)
            wrong += float(size @ np.abs(rows - np.clip(rows, problem.row_lo, problem.row_hi)))
        return float(problem.fun(inside) + weight * wrong)

    def grad(x: Vector) -> Vector:
        inside = np.clip(x, problem.lb, problem.ub)
        result = np.asarray(problem.grad(inside)) * (x == inside) + weight * np.sign(x - inside)
        if problem.m:
            rows = problem.rows(inside)
            off = np.sign(rows - np.clip(rows, problem.row_lo, problem.row_hi))
            result = result + weight * (problem.row_jac(inside).T @ (size * off)) * (x == inside)
        return np.asarray(result)

    return fun, grad
