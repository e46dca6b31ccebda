"""Rows for engines that know only bounds: the augmented Lagrangian (Hestenes, Powell, Rockafellar).

    L(x) = f(x) + rho / 2 * sum dist(row_i(x) + y_i / rho, [low_i, high_i])^2

is minimised again and again; each time y takes up the force that held the rows, and rho grows while they give way.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from solver.engines.base import Handles, Needs, Wrapper, engine
from solver.engines.options import above, at_least, option
from solver.engines.progress import Halt
from solver.engines.smooth.lbfgsb import LimitedMemory
from solver.engines.transform import steepness
from solver.engines.verdict import judged
from solver.errors import Outcome
from solver.model.kkt import violation

if TYPE_CHECKING:
    from solver.engines.progress import Progress
    from solver.model.problem import Problem, Vector
    from solver.model.solution import Solution

SHARE = 20
"""Into how many inner runs the steps of an engine with a limit are divided."""


@engine(name="augmented", title="Augmented Lagrangian", needs=Needs.GRADIENT, handles=Handles.BOUNDS | Handles.ROWS)
@dataclass(frozen=True, kw_only=True)
class Augmented(Wrapper):
    """Adds constraint rows to an engine that has none, by prices and penalties."""

    penalty: float = option(1.0, "weight of the squared violation to begin with", check=above(0))
    growth: float = option(4.0, "factor of the weight when the rows give way", check=above(1))
    rounds: int = option(40, "how often prices and penalties are renewed", check=at_least(1))

    def minimise(self, problem: Problem, progress: Progress) -> Solution:
        """The point where the prices hold the rows."""
        inner = self.inner or LimitedMemory()
        even = balanced(problem) if self.scaling else problem
        x, y, rho, worst = problem.x0, np.zeros(problem.m), self.penalty, np.inf
        budget = max(progress.limit / SHARE, 10) if np.isfinite(progress.limit) else np.inf
        for _ in range(self.rounds):
            view = penalised(even, y, rho)
            try:
                found = inner.minimise(replace(view, x0=x), progress.within(budget))
                x = found.x
            except Halt as halt:
                last = progress.log.trace[-1].x if progress.log.trace else None
                if halt.outcome is not Outcome.ITERATION_LIMIT or progress.log.iteration >= progress.limit:
                    raise
                x = x if last is None else last
            held = np.asarray(even.rows(x)) + y / rho
            y = rho * (held - np.clip(held, even.row_lo, even.row_hi))
            wrong = violation(problem, x, relative=self.scaling)
            if wrong <= 1e-3 * self.precision:
                break
            if wrong > 0.25 * worst:
                rho *= self.growth
            worst = min(worst, wrong)
        return replace(judged(problem, x, inner), engine=inner.name)


def balanced(problem: Problem) -> Problem:
    """The problem with rows divided by their steepness at the start, so that one penalty fits all."""
    steep = steepness(problem, problem.x0)
    weight = 1.0 / np.where(steep > 0, steep, 1.0)
    return replace(
        problem,
        rows=lambda x: weight * problem.rows(x),
        row_jac=lambda x: sp.csr_array(sp.diags_array(weight) @ problem.row_jac(x)),
        row_hessp=lambda x, y, v: problem.row_hessp(x, weight * y, v),
        rows_many=lambda points: weight * problem.rows_many(points),
        row_lo=weight * problem.row_lo,
        row_hi=weight * problem.row_hi,
    )


def penalised(problem: Problem, y: Vector, rho: float) -> Problem:
    """The problem without rows, its objective the augmented Lagrangian."""

    def force(x: Vector) -> Vector:
        held = np.asarray(problem.rows(x)) + y / rho
        return np.asarray(rho * (held - np.clip(held, problem.row_lo, problem.row_hi)))

    def fun(x: Vector) -> float:
        pushed = force(x)
        return float(problem.fun(x) + pushed @ pushed / (2 * rho) - y @ y / (2 * rho))

    def grad(x: Vector) -> Vector:
        return np.asarray(problem.grad(x) + problem.row_jac(x).T @ force(x))

    def hessp(x: Vector, v: Vector) -> Vector:
        pushed, jacobian = force(x), problem.row_jac(x)
        bent = problem.row_hessp(x, pushed, v)
        return np.asarray(problem.hessp(x, v) + bent + jacobian.T @ (rho * (pushed != 0) * (jacobian @ v)))

    def fun_many(points: Vector) -> Vector:
        held = problem.rows_many(points) + y / rho
        off = held - np.clip(held, problem.row_lo, problem.row_hi)
        return np.asarray(problem.fun_many(points) + rho / 2 * np.sum(off**2, axis=1) - y @ y / (2 * rho))

    none = np.zeros(0)
    return replace(
        problem,
        fun=fun,
        grad=grad,
        hessp=hessp,
        hessian=None,
        fun_many=fun_many,
        row_lo=none,
        row_hi=none,
        row_degrees=(),
        row_labels=(),
        rows=lambda _: none,
        residuals=None,
        linear=None,
        terms=None,
    )
