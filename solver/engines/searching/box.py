"""Where a search may put its points: inside the bounds, whole variables at whole numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from solver.model.problem import Mask, Problem, Vector


@dataclass(frozen=True, slots=True)
class Box:
    """Bounds (n,), which may be infinite, and which coordinates are whole."""

    lb: Vector
    ub: Vector
    integer: Mask

    def placed(self, points: Vector) -> Vector:
        """The points (..., n) with their whole coordinates rounded, inside the bounds."""
        return np.asarray(np.clip(np.where(self.integer, np.round(points), points), self.lb, self.ub))


def box_of(problem: Problem, frozen: Mask | None = None, at: Vector | None = None) -> Box:
    """The box of a problem; with some of its variables `frozen` where they stand in the point `at`."""
    if frozen is None or at is None:
        return Box(problem.lb, problem.ub, problem.integer)
    return Box(np.where(frozen, at, problem.lb), np.where(frozen, at, problem.ub), problem.integer)


def finite_ends(problem: Problem, size: Vector, reach: float) -> tuple[Vector, Vector]:
    """Ends between which first points are drawn: a bound that is missing lies `reach` sizes from the start."""
    low = np.where(np.isfinite(problem.lb), problem.lb, np.minimum(problem.x0, problem.ub) - reach * size)
    high = np.where(np.isfinite(problem.ub), problem.ub, np.maximum(problem.x0, problem.lb) + reach * size)
    return low, high
