"""The first-order conditions at an answer, from its multipliers and the formulas' own derivatives.

With grad f = J' y + z, rows r between lo and hi, and x between lb and ub:

    stationarity       what is left of grad f - J' y - z
    sign               y, z that push away from the end where their row or bound stands
    complementarity    y and z where there is room to both ends, times that room
    duality gap        grad f' x - (y' ends + z' bounds), for linear and convex quadratic models

The gap is a proof. A convex f lies above its tangent, f(x*) >= f(x) + grad f' (x* - x), and for every feasible x*

    grad f' x* = y' J x* + z' x* + s' x* >= y' ends + z' bounds + s' x*,      s = what is left of grad f - J' y - z

so that f(x) - f(x*) <= grad f' x - y' ends - z' bounds - s' x*, where s' x* is at least what the bounds of x* say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from solver.model.kkt import at_ends, sizes

if TYPE_CHECKING:
    from solver.model.problem import Mask, Problem, Vector
    from solver.model.solution import Solution

BINDING = 1e-6
"""Relative room within which a row or bound counts as binding."""

_ROUNDING = 1e-9
"""Relative size of a multiplier that is taken for rounding."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """How far the first-order conditions fail; `gap` is None for models that are neither linear nor convex quadratic.

    Stationarity is scaled as in `solver check`: by the size of each variable over max(1, |f|); sign and
    complementarity are relative to the largest multiplier and to max(1, |f|). `rank` and `condition` are those of the
    gradients of the `binding` constraints in the variables that are not at a bound.
    """

    stationarity: float
    sign: float
    complementarity: float
    gap: float | None
    binding: int
    rank: int
    condition: float


def conditions(problem: Problem, solution: Solution) -> Conditions | None:
    """The conditions at an answer, None where it has no multipliers; whole variables are held at their values.

    Among corners the gradient is one of many, and multipliers need not explain it.
    """
    x, z = solution.x, solution.bound_multipliers
    y = solution.row_multipliers if problem.m else np.zeros(0)
    if z is None or y is None or not np.isfinite(solution.fun) or not problem.smooth:
        return None
    rows = problem.rows(x) if problem.m else np.zeros(0)
    jacobian = sp.csr_array(problem.row_jac(x)) if problem.m else sp.csr_array((0, problem.n))
    scale = max(1.0, abs(solution.fun))
    size = sizes(problem, x)
    gradient = np.asarray(problem.grad(x))
    rest = gradient - jacobian.T @ y - z
    whole = problem.whole
    held = _Ends(x, np.where(whole, x, problem.lb), np.where(whole, x, problem.ub))
    ends = (_Ends(rows, problem.row_lo, problem.row_hi), held)
    largest = max(float(np.abs(y).max(initial=0.0)), float(np.abs(z).max(initial=0.0)), 1e-300)
    wrong = max(ends[0].wrong(y), ends[1].wrong(z))
    open_ = max(ends[0].open(y), ends[1].open(z))
    binding, rank, condition = _regularity(jacobian[np.flatnonzero(ends[0].active)], ~ends[1].active)
    gap = None if whole.any() or not problem.convex else _gap(problem, x, gradient, y, z, rest) / scale
    return Conditions(
        float(np.max(np.abs(rest) * size, initial=0.0)) / scale,
        wrong / largest,
        open_ / scale,
        gap,
        binding + int(ends[1].active.sum()),
        rank + int(ends[1].active.sum()),
        condition,
    )


class _Ends:
    """Values between ends: which stand at which."""

    def __init__(self, value: Vector, low: Vector, high: Vector) -> None:
        with np.errstate(invalid="ignore"):
            self.below, self.above = value - low, high - value
        self.at_low, self.at_high = at_ends(value, low, high, BINDING)

    @property
    def active(self) -> Mask:
        return np.asarray(self.at_low | self.at_high)

    def wrong(self, multiplier: Vector) -> float:
        """The largest multiplier that points away from the end where its value stands."""
        away = np.where(self.at_low & ~self.at_high, -multiplier, 0.0)
        away = np.where(self.at_high & ~self.at_low, multiplier, away)
        return float(np.maximum(away, 0.0).max(initial=0.0))

    def open(self, multiplier: Vector) -> float:
        """The largest product of a multiplier with the room to its end."""
        room = np.where(multiplier > 0, self.below, self.above)
        used = multiplier != 0
        return float(np.max(np.abs(multiplier[used] * room[used]), initial=0.0))


def _regularity(rows: sp.csr_array, free: Mask) -> tuple[int, int, float]:
    """How many rows bind, their rank in the free variables, and the condition number of their scaled gradients."""
    count = rows.shape[0]
    if not count or count * int(free.sum()) > 4_000_000:
        return count, count, float("nan") if count else 1.0
    dense = rows[:, np.flatnonzero(free)].toarray()
    length = np.linalg.norm(dense, axis=1, keepdims=True)
    singular = np.linalg.svd(dense / np.where(length == 0, 1.0, length), compute_uv=False)
    if not singular.size or singular[0] == 0:
        return count, 0, float("inf")
    rank = int(np.sum(singular > 1e-10 * singular[0]))
    return count, rank, float(singular[0] / singular[-1]) if rank == count else float("inf")


def _gap(problem: Problem, x: Vector, gradient: Vector, y: Vector, z: Vector, rest: Vector) -> float:
    """How much better than at x the optimum of a convex model can be; `rest` is s, what is left of the gradient.

    A point outside the constraints can be better than the bound; then it is by how much.
    """
    assert problem.linear is not None
    low, high = problem.row_lo - problem.linear.constant, problem.row_hi - problem.linear.constant
    bounds = (problem.lb, problem.ub)
    rounding = np.abs(rest) <= _ROUNDING * np.abs(gradient).max(initial=1.0)
    left = _worth(np.where(rounding, 0.0, rest), *bounds) + float(np.where(rounding, rest, 0.0) @ x)
    return abs(float(gradient @ x) - _worth(y, low, high) - _worth(z, *bounds) - left)


def _worth(multiplier: Vector, low: Vector, high: Vector) -> float:
    """The least of a multiplier times what lies between ends; without an end it is -infinity, but for rounding."""
    end = np.where(multiplier > 0, low, high)
    small = np.abs(multiplier) <= _ROUNDING * np.abs(multiplier).max(initial=1.0)
    counted = (multiplier != 0) & ~(small & ~np.isfinite(end))
    return float(multiplier[counted] @ end[counted])
