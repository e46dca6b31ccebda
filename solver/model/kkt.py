"""First-order optimality: violation of the constraints, Lagrange multipliers, and what is left of the gradient.

At a minimum of f subject to rows r(x) there are multipliers y and z with

    grad f = J' y + z,      y >= 0 where r is at its lower end, y <= 0 at its upper end, 0 between,
                            z likewise for the bounds of x.

So y = d f / d right side and z = d f / d bound of the minimised problem.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

if TYPE_CHECKING:
    from solver.model.problem import Mask, Problem, Vector

ACTIVE = 1e-7
"""Relative distance within which a row or bound counts as active."""

STATIONARY = 1e-6
"""Up to this norm of the KKT residual (see `optimality`) a point counts as stationary."""

DENSE = 600
"""Up to so many unknown multipliers their least-squares problem is solved with dense matrices."""


def violation(problem: Problem, x: Vector, *, relative: bool = True) -> float:
    """The worst amount by which x breaks a bound or a row; divided by max(1, |bound|) when `relative`."""
    worst = _excess(x, problem.lb, problem.ub, relative=relative)
    if problem.m:
        worst = max(worst, _excess(problem.rows(x), problem.row_lo, problem.row_hi, relative=relative))
    return worst


def optimality(problem: Problem, x: Vector) -> tuple[float, Vector, Vector]:
    """How far x is from satisfying the first-order conditions, with row and bound multipliers.

    The norm is max_j |grad f - J'y - z|_j s_j / max(1, |f|), where s_j is the size of variable j: the greater of |x_j|
    and |x0_j|, and at least 1 where it starts at 0. It is the relative change of the objective that a relative change
    of one variable still promises. The multipliers are those that make the residual least in the sense of least
    squares, with the signs that their ends ask for. Where a derivative has no value the norm is infinite.
    """
    gradient = np.asarray(problem.grad(x), dtype=float)
    at_lower, at_upper = at_ends(x, problem.lb, problem.ub)
    y = np.zeros(problem.m)
    if problem.m:
        jacobian = sp.csr_array(problem.row_jac(x), copy=True)
        if not (np.all(np.isfinite(gradient)) and np.all(np.isfinite(jacobian.data))):
            return np.inf, y, np.zeros(problem.n)
        row_lower, row_upper = at_ends(problem.rows(x), problem.row_lo, problem.row_hi)
        chosen = np.flatnonzero(row_lower | row_upper)
        y[chosen] = _multipliers(gradient, jacobian[chosen], row_lower[chosen], row_upper[chosen], at_lower, at_upper)
        gradient = gradient - jacobian.T @ y
    z = _cut(gradient, at_lower, at_upper)
    left = np.abs(gradient - z) * sizes(problem, x)
    norm = float(left.max(initial=0.0)) / max(1.0, abs(problem.fun(x)))
    return np.inf if np.isnan(norm) else norm, y, z


def sizes(problem: Problem, x: Vector) -> Vector:
    """How large each variable typically is, from where it started and where it is."""
    return np.maximum(np.abs(x), np.where(problem.x0 == 0, 1.0, np.abs(problem.x0)))


def projected(problem: Problem, x: Vector, gradient: Vector) -> Vector:
    """The gradient without its components that push against an active bound."""
    at_lower, at_upper = at_ends(x, problem.lb, problem.ub)
    return gradient - _cut(gradient, at_lower, at_upper)


def at_ends(value: Vector, low: Vector, high: Vector, room: float = ACTIVE) -> tuple[Mask, Mask]:
    """Which entries stand at their lower end and which at their upper end, within a relative distance."""
    with np.errstate(invalid="ignore"):
        lower = value - low <= room * np.maximum(1.0, np.abs(low))
        upper = high - value <= room * np.maximum(1.0, np.abs(high))
    return lower & np.isfinite(low), upper & np.isfinite(high)


def unheld(x: Vector, gradient: Vector, lb: Vector, ub: Vector) -> Mask:
    """Which variables no bound holds back: those that stand at one, with the gradient pushing against it, are held."""
    return ~(((x <= lb) & (gradient > 0)) | ((x >= ub) & (gradient < 0)))


def _excess(value: Vector, low: Vector, high: Vector, *, relative: bool) -> float:
    over = np.maximum(low - value, value - high)
    if relative:
        bound = np.where(low - value > value - high, low, high)
        over = over / np.maximum(1.0, np.where(np.isfinite(bound), np.abs(bound), 0.0))
    return float(np.max(over, initial=0.0))


def _cut(gradient: Vector, at_lower: Mask, at_upper: Mask) -> Vector:
    """The part of the gradient that active bounds take up."""
    return np.where(at_lower & (gradient > 0), gradient, 0.0) + np.where(at_upper & (gradient < 0), gradient, 0.0)


def _multipliers(
    gradient: Vector, jacobian: sp.csr_array, row_lower: Mask, row_upper: Mask, at_lower: Mask, at_upper: Mask
) -> Vector:
    """Least-squares multipliers of the active rows, with those of the active bounds found beside and left out."""
    from scipy.optimize import lsq_linear  # late: commands that only look at a model do not load it

    k = jacobian.shape[0]
    if not k:
        return np.zeros(0)
    bound = np.flatnonzero(at_lower | at_upper)
    unit = sp.csr_array((np.ones(bound.size), (bound, np.arange(bound.size))), shape=(gradient.size, bound.size))
    system = sp.csc_array(sp.hstack([sp.csr_array(jacobian.T), unit]))
    lower, upper = np.r_[row_lower, at_lower[bound]], np.r_[row_upper, at_upper[bound]]
    low, high = np.where(upper, -np.inf, 0.0), np.where(lower, np.inf, 0.0)
    size = np.sqrt(np.maximum(np.asarray(system.multiply(system).sum(axis=0)).ravel(), 1e-300))
    scaled = system @ sp.diags_array(1.0 / size)
    if k + bound.size <= DENSE:
        found = lsq_linear(scaled.toarray(), gradient, (low, high), method="bvls", tol=1e-14).x
    else:
        found = lsq_linear(sp.csr_matrix(scaled), gradient, (low, high), tol=1e-12, lsmr_tol="auto").x
    return np.asarray(found / size)[:k]
