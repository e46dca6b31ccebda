"""The last digits where constraints bind: Newton's method on the conditions of optimality of the active set.

Bounds that push back are kept, rows that push back become equations, the others are left alone:

    [ W   A' ] [ p ]     [ grad f ]
    [ A   0  ] [ -y ] = -[ rows - ends ]
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from solver.engines.smooth.hessian import lagrangian_hessian
from solver.engines.smooth.polish import polished
from solver.engines.smooth.saddle import Saddle
from solver.model.kkt import optimality, sizes, violation

if TYPE_CHECKING:
    from solver.engines.progress import Progress
    from solver.model.problem import Problem, Vector

NEAR = 1e-6
"""Relative distance within which a bound or row may be active."""

ROUNDS = 10

WORTH = 1e-15
"""Below this merit nothing is left to gain."""


def polished_on_active_set(problem: Problem, x: Vector, progress: Progress) -> Vector:
    """The point after Newton's steps on its active set, each of which must come closer to optimality."""
    if not problem.smooth:
        return x
    if not problem.m:
        return polished(problem, _snapped(problem, x), progress)
    hessian = lagrangian_hessian(problem, x)
    best, merit = x, _merit(problem, x)
    current = _snapped(problem, x)
    for _ in range(ROUNDS):
        _, y, z = optimality(problem, current)
        free = np.flatnonzero((z == 0) & (problem.lb < problem.ub))
        if not free.size:
            break
        rows = np.flatnonzero(y)
        ends = np.where(y > 0, problem.row_lo, problem.row_hi)
        equal = problem.row_lo == problem.row_hi
        rows = np.union1d(rows, np.flatnonzero(equal))
        ends = np.where(equal, problem.row_lo, ends)
        bent = sp.csc_array(hessian.at(current, 1.0, -y))[:, free][free, :]
        jacobian = sp.csr_array(problem.row_jac(current))[rows]
        solve = Saddle().solver(sp.csc_array(bent), sp.csr_array(jacobian[:, free]), 1e-10)
        if solve is None:
            break
        first = np.asarray(problem.grad(current) - jacobian.T @ y[rows])[free]
        off = (problem.rows(current) - ends)[rows]
        p = -solve(np.r_[first, off])[: free.size]
        new = current.copy()
        new[free] += p
        new = np.clip(new, problem.lb, problem.ub)
        found = _merit(problem, new)
        if not found < merit:
            break
        best, merit, current = new, found, new
        progress.step(new)
        if merit <= WORTH:
            break
    return best


def _merit(problem: Problem, x: Vector) -> float:
    """How far from optimal: the worse of violation and KKT residual."""
    if not np.isfinite(problem.fun(x)):
        return float("inf")
    value = max(violation(problem, x), optimality(problem, x)[0])
    return value if np.isfinite(value) else float("inf")


def _snapped(problem: Problem, x: Vector) -> Vector:
    """The point with variables that nearly touch a bound they are pushed against put on it."""
    gradient, size = np.asarray(problem.grad(x)), NEAR * sizes(problem, x)
    if problem.m:
        gradient = gradient - sp.csr_array(problem.row_jac(x)).T @ optimality(problem, x)[1]
    low, high = (x - problem.lb <= size) & (gradient > 0), (problem.ub - x <= size) & (gradient < 0)
    return np.where(low, problem.lb, np.where(high, problem.ub, x))
