"""Other views of a problem: counted, with fixed variables left out, in scaled variables, with other bounds.

Every view is again a `Problem`, so that an engine need not know. `Change` holds what is needed to come back.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp

from solver.model.problem import Labels, Linear, Problem, Residuals

if TYPE_CHECKING:
    from collections.abc import Callable

    from solver.engines.progress import Progress
    from solver.model.problem import Indices, Mask, Matrix, Vector


def counted(problem: Problem, progress: Progress) -> Problem:
    """The problem with every evaluation counted, the clock looked at, and the last value of each function kept."""
    count = partial(_counting, progress)
    return replace(
        problem,
        fun=count("function", problem.fun),
        grad=count("gradient", problem.grad),
        hessp=count("hessian", problem.hessp),
        hessian=problem.hessian and count("hessian", problem.hessian),
        fun_many=_counting_many(progress, problem.fun_many),
        rows=count("rows", problem.rows),
        row_jac=count("jacobian", partial(_own, problem.row_jac)),
        row_hessp=count("hessian", problem.row_hessp),
        residuals=problem.residuals
        and replace(
            problem.residuals,
            fun=count("function", problem.residuals.fun),
            jac=count("gradient", problem.residuals.jac),
        ),
        terms=problem.terms and count("gradient", problem.terms),
    )


def _counting(progress: Progress, kind: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of a point, whose last value is kept, or of a point and more, counted as one of a kind."""
    last: list[tuple[Vector, Any]] = []

    def counting(x: Vector, *more: Any) -> Any:
        if not more and last and np.array_equal(last[0][0], x):
            return last[0][1]
        progress.check()
        progress.counts[kind] += 1
        value = function(x, *more)
        if not more:
            last[:] = [(np.array(x), value)]
        return value

    return counting


def _counting_many(progress: Progress, function: Callable[[Vector], Vector]) -> Callable[[Vector], Vector]:
    """A function of a population (p, n), each of whose points counts."""

    def counting(points: Vector) -> Vector:
        progress.check()
        progress.counts["function"] += len(points)
        return function(points)

    return counting


def _own(jacobian: Callable[[Vector], sp.csr_array], x: Vector) -> sp.csr_array:
    """A copy of a Jacobian: SciPy sorts indices in place where it likes, and a problem may share them."""
    matrix = sp.csr_array(jacobian(x), copy=True)
    matrix.sort_indices()
    return matrix


@dataclass(frozen=True)
class Change:
    """x = base, except x[free] = scale * z: fixed variables stay in `base`, the others are scaled."""

    base: Vector
    free: Indices
    scale: Vector

    def back(self, z: Vector) -> Vector:
        """The original variables of a point."""
        x = self.base.copy()
        x[self.free] = self.scale * z
        return x

    def back_many(self, points: Vector) -> Vector:
        """The original variables of a population (p, n)."""
        x = np.repeat(self.base[None, :], len(points), axis=0)
        x[:, self.free] = points * self.scale
        return x

    def there(self, x: Vector) -> Vector:
        """The new variables of a point."""
        return np.asarray(x[self.free] / self.scale)

    def spread(self, direction: Vector) -> Vector:
        """A direction of the new variables in the original ones."""
        v = np.zeros_like(self.base)
        v[self.free] = self.scale * direction
        return v

    def columns(self, matrix: Matrix) -> Matrix:
        """A matrix of derivatives with respect to the new variables."""
        if isinstance(matrix, np.ndarray):
            return np.asarray(matrix[:, self.free] * self.scale)
        return self.sparse_columns(matrix)

    def sparse_columns(self, matrix: sp.csr_array) -> sp.csr_array:
        """A sparse matrix of derivatives with respect to the new variables."""
        return sp.csr_array(sp.csc_array(matrix)[:, self.free] @ sp.diags_array(self.scale))

    def apply(self, problem: Problem) -> Problem:
        """The problem in the new variables; integers keep their scale of one."""
        free, scale = self.free, self.scale
        place = np.full(problem.n, -1)
        place[free] = np.arange(free.size)

        def pull(g: Vector) -> Vector:
            return np.asarray(g[free] * scale)

        return replace(
            problem,
            x0=self.there(problem.x0),
            lb=self.there(problem.lb),
            ub=self.there(problem.ub),
            integer=problem.integer[free],
            binary=problem.binary[free],
            groups=tuple(place[group] for group in problem.groups),
            fun=lambda z: problem.fun(self.back(z)),
            grad=lambda z: pull(problem.grad(self.back(z))),
            hessp=lambda z, v: pull(problem.hessp(self.back(z), self.spread(v))),
            hessian=problem.hessian and self._hessian(problem.hessian),
            fun_many=lambda points: problem.fun_many(self.back_many(points)),
            rows=lambda z: problem.rows(self.back(z)),
            row_jac=lambda z: self.sparse_columns(problem.row_jac(self.back(z))),
            row_hessp=lambda z, w, v: pull(problem.row_hessp(self.back(z), w, self.spread(v))),
            rows_many=lambda points: problem.rows_many(self.back_many(points)),
            residuals=problem.residuals and self._residuals(problem.residuals),
            linear=problem.linear and self._linear(problem.linear),
            labels=Labels(problem.labels, free),
            blame=lambda z: problem.blame(self.back(z)),
            terms=problem.terms and self._terms(problem.terms),
            pieces=None,
            lifting=None,
            idle=None,
        )

    def _hessian(self, hessian: Callable[[Vector], Vector]) -> Callable[[Vector], Vector]:
        square = np.ix_(self.free, self.free)
        return lambda z: np.asarray(hessian(self.back(z))[square] * np.outer(self.scale, self.scale))

    def _residuals(self, residuals: Residuals) -> Residuals:
        return replace(
            residuals,
            fun=lambda z: residuals.fun(self.back(z)),
            jac=lambda z: self.columns(residuals.jac(self.back(z))),
        )

    def _linear(self, linear: Linear) -> Linear:
        rest = self.base.copy()
        rest[self.free] = 0.0
        cost, offset, hessian = linear.cost, linear.offset, None
        if cost is not None:
            offset = float(offset + cost @ rest)
            if linear.hessian is not None:
                bent = linear.hessian @ rest
                offset, cost = float(offset + rest @ bent / 2), cost + bent
                hessian = sp.csr_array(self.sparse_columns(sp.csr_array(self.sparse_columns(linear.hessian).T)).T)
            cost = cost[self.free] * self.scale
        matrix = self.sparse_columns(linear.matrix)
        return Linear(matrix, linear.constant + linear.matrix @ rest, cost, offset, hessian, linear.convex)

    def _terms(
        self, terms: Callable[[Vector, Indices], tuple[float, Vector]]
    ) -> Callable[[Vector, Indices], tuple[float, Vector]]:
        def chosen(z: Vector, which: Indices) -> tuple[float, Vector]:
            value, gradient = terms(self.back(z), which)
            return value, np.asarray(gradient[self.free] * self.scale)

        return chosen


def without(problem: Problem, fixed: Mask) -> Change:
    """The change that keeps the given variables at their start."""
    free = np.flatnonzero(~fixed)
    return Change(problem.x0.copy(), free, np.ones(free.size))


def steepness(problem: Problem, x: Vector) -> Vector:
    """The largest derivative of each row at a point, without its sign (m,); 1 where one has no value."""
    steep = abs(sp.csr_array(problem.row_jac(x))).max(axis=1).toarray().ravel()
    return np.where(np.isfinite(steep), steep, 1.0)


def guarded(problem: Problem) -> Problem:
    """The problem continued where a formula has no value, for methods that cannot step back by themselves.

    Beyond the last good point x* the objective is f* + M (1 + |x - x*|^2) with M large, its gradient leads back to
    x*, and the rows keep their last value: a line search that starts at x* shortens its step.
    """
    good_x, good_fun = problem.x0, 0.0
    good_rows: Vector | None = None

    def fun(x: Vector) -> float:
        nonlocal good_x, good_fun
        value = problem.fun(x)
        if np.isfinite(value) and (not problem.m or np.all(np.isfinite(problem.rows(x)))):
            good_x, good_fun = np.array(x), value
            return value
        away = x - good_x
        return float(good_fun + 1e3 * (1 + abs(good_fun)) * (1 + away @ away))

    def grad(x: Vector) -> Vector:
        gradient = np.asarray(problem.grad(x))
        if np.all(np.isfinite(gradient)):
            return gradient
        return np.asarray(2e3 * (1 + abs(good_fun)) * (x - good_x))

    def rows(x: Vector) -> Vector:
        nonlocal good_rows
        value = problem.rows(x)
        if np.all(np.isfinite(value)):
            good_rows = value
        return value if good_rows is None else good_rows

    def row_jac(x: Vector) -> sp.csr_array:
        matrix = problem.row_jac(x)
        return matrix if np.all(np.isfinite(matrix.data)) else problem.row_jac(good_x)

    return replace(problem, fun=fun, grad=grad, rows=rows, row_jac=row_jac)
