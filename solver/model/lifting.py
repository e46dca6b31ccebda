"""A problem with corners as a smooth one in more variables, and the way back: see `solver.algebra.structure.lifted`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from solver.algebra import VectorFunction, join
from solver.algebra.structure.lifted import lifted
from solver.model.structured import Domain, structured

if TYPE_CHECKING:
    from solver.algebra import Node
    from solver.model.problem import Indices, Problem, Vector


@dataclass(frozen=True, slots=True)
class Lifting:
    """The smooth problem over (x, z): the rows of the first one, then one for each argument of a corner.

    `arguments` gives these arguments (rows,), `of` says at which element of (x, z) each stands.
    """

    problem: Problem
    arguments: VectorFunction
    of: Indices

    def over(self, problem: Problem) -> Problem:
        """The smooth problem within the bounds of a problem and from its start; all corners start where they are."""
        n, lb, ub = problem.n, self.problem.lb.copy(), self.problem.ub.copy()
        lb[:n], ub[:n] = problem.lb, problem.ub
        return replace(self.problem, x0=self.raised(problem.x0), lb=lb, ub=ub)

    def raised(self, x: Vector) -> Vector:
        """A point with its corners (x, z): each z is the largest of its arguments, which may read others."""
        n = len(x)
        point = np.zeros(self.problem.n)
        point[:n] = x
        for _ in range(self.problem.n - n):
            higher = point.copy()
            higher[n:] = -np.inf
            np.maximum.at(higher, self.of, self.arguments.value(point))
            if np.array_equal(higher, point, equal_nan=True):
                break
            point = higher
        return point


def lifting(fun: Node, rows: Node, x: Node, problem: Problem) -> Lifting | None:
    """The way to a smooth problem, None where corners are not all that keeps it from being smooth."""
    found = lifted([fun, rows], x)
    if found is None:
        return None
    aim, sides = found.outputs
    more, count = found.wrt.size - x.size, found.of.size
    nothing = np.zeros(found.wrt.size, dtype=bool)
    free = np.full(more, np.inf)
    domain = Domain(
        np.r_[problem.x0, np.zeros(more)], np.r_[problem.lb, -free], np.r_[problem.ub, free], nothing, nothing
    )
    low, high = np.r_[problem.row_lo, np.full(count, -np.inf)], np.r_[problem.row_hi, np.zeros(count)]
    smooth = structured(aim, join([sides, found.excess]), found.wrt, domain, low, high)
    return Lifting(replace(smooth, sense=problem.sense), VectorFunction(found.arguments, found.wrt), found.of)
