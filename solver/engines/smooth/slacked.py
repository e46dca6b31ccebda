"""A problem in the form that the interior-point method wants: equalities and bounds only.

    minimise  f(v)   subject to  h(v) = 0,   lower <= v <= upper,   v = (x, s)

An inequality row gets a slack, h = row - s, and its ends become the slack's bounds. Objective and rows are divided
where a derivative at the start is larger than 100; bounds give way by a rounding so that they have an inside.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from solver.engines.smooth.hessian import LagrangianHessian, QuadraticHessian, lagrangian_hessian
from solver.engines.transform import steepness

if TYPE_CHECKING:
    from solver.model.problem import Indices, Problem, Vector

STEEP = 100.0
"""Derivatives larger than this are scaled down to it."""

GIVE = 1e-9
"""By how much of their size bounds give way."""


@dataclass(frozen=True)
class Slacked:
    """The problem with slacks; `loose` are the rows that have one."""

    problem: Problem
    factor: float
    row_factor: Vector
    loose: Indices
    target: Vector
    lower: Vector
    upper: Vector
    hessian: LagrangianHessian | QuadraticHessian

    @property
    def n(self) -> int:
        """How many variables, with slacks."""
        return int(self.lower.size)

    @property
    def m(self) -> int:
        """How many equalities: every row is one, with its slack if it has any."""
        return int(self.target.size)

    def x(self, v: Vector) -> Vector:
        """The variables of the problem, inside its own bounds."""
        inside = np.clip(v[: self.problem.n], self.problem.lb, self.problem.ub)
        return np.asarray(inside, dtype=float)

    def fun(self, v: Vector) -> float:
        """The objective at v = (x, s), times its factor."""
        return float(self.factor * self.problem.fun(self.x(v)))

    def grad(self, v: Vector) -> Vector:
        """The gradient of the scaled objective, (n,); slacks have none."""
        return np.asarray(np.r_[self.factor * self.problem.grad(self.x(v)), np.zeros(self.loose.size)])

    def h(self, v: Vector) -> Vector:
        """The residuals of the equalities, (m,)."""
        if not self.m:
            return np.zeros(0)
        result = self.row_factor * self.problem.rows(self.x(v)) - self.target
        result[self.loose] -= v[self.problem.n :]
        return np.asarray(result)

    def jac(self, v: Vector) -> sp.csr_array:
        """The Jacobian of the residuals, (m, n)."""
        return self._quadratic[1] if self._quadratic else self._jac(v)

    def _jac(self, v: Vector) -> sp.csr_array:
        if not self.m:
            return sp.csr_array((0, self.n))
        slacks = self.loose.size
        left = sp.diags_array(self.row_factor) @ self.problem.row_jac(self.x(v))
        right = sp.csr_array((-np.ones(slacks), (self.loose, np.arange(slacks))), shape=(self.m, slacks))
        return sp.csr_array(sp.hstack([left, right]))

    def lagrangian(self, v: Vector, multipliers: Vector) -> sp.csc_array:
        """The Hessian (n, n) of f + multipliers @ h."""
        return self._quadratic[0] if self._quadratic else self._lagrangian(v, multipliers)

    @cached_property
    def _quadratic(self) -> tuple[sp.csc_array, sp.csr_array] | None:
        """Hessian and Jacobian of a quadratic objective over linear rows, which are the same everywhere; else None."""
        if not isinstance(self.hessian, QuadraticHessian):
            return None
        v = np.zeros(self.n)
        return self._lagrangian(v, np.zeros(self.m)), self._jac(v)

    def _lagrangian(self, v: Vector, multipliers: Vector) -> sp.csc_array:
        bent = self.hessian.at(self.x(v), self.factor, multipliers * self.row_factor)
        slacks = self.loose.size
        return sp.csc_array(sp.block_diag([bent, sp.csc_array((slacks, slacks))])) if slacks else bent

    def inside(self, v: Vector, push: float = 1e-2) -> Vector:
        """The nearest point at some distance from the bounds."""
        width = self.upper - self.lower
        low = push * np.minimum(np.maximum(1.0, np.abs(self.lower)), width)
        high = push * np.minimum(np.maximum(1.0, np.abs(self.upper)), width)
        least = np.where(np.isfinite(self.lower), self.lower + low, -np.inf)
        most = np.where(np.isfinite(self.upper), self.upper - high, np.inf)
        return np.asarray(np.minimum(np.maximum(v, least), most))

    def lifted(self, x: Vector, push: float = 1e-2) -> Vector:
        """A point of the problem with its slacks, inside the bounds."""
        v = np.r_[x, np.zeros(self.loose.size)]
        v = self.inside(v, push)
        if self.loose.size:
            v[self.problem.n :] = (self.row_factor * self.problem.rows(self.x(v)))[self.loose]
        return self.inside(v, push)


def slacked(problem: Problem, *, scaling: bool = True) -> Slacked:
    """The problem with slacks, scaled by its gradients at the start."""
    x = problem.x0
    factor, row_factor = 1.0, np.ones(problem.m)
    if scaling:
        factor = min(1.0, STEEP / max(float(np.abs(problem.grad(x)).max(initial=0.0)), 1e-300))
        if problem.m:
            row_factor = np.minimum(1.0, STEEP / np.maximum(steepness(problem, x), 1e-300))
    factor, row_factor = max(factor, 1e-8), np.maximum(row_factor, 1e-8)
    equal = problem.row_lo == problem.row_hi
    loose = np.flatnonzero(~equal)
    lower = np.r_[problem.lb, (row_factor * problem.row_lo)[loose]]
    upper = np.r_[problem.ub, (row_factor * problem.row_hi)[loose]]
    return Slacked(
        problem,
        factor,
        row_factor,
        loose,
        np.where(equal, row_factor * np.where(equal, problem.row_lo, 0.0), 0.0),
        lower - GIVE * np.maximum(1.0, np.where(np.isfinite(lower), np.abs(lower), 0.0)),
        upper + GIVE * np.maximum(1.0, np.where(np.isfinite(upper), np.abs(upper), 0.0)),
        lagrangian_hessian(problem, x),
    )
