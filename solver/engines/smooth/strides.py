"""Long strides along the way that many short steps have taken: over ripples, and out to where no minimum is.

Small waves on a long slope keep every step as short as they are. Where the way of the last steps goes on downhill, the
stride along it is doubled as long as each unit of it brings at least a share of what the steps brought (the pattern
move of Hooke and Jeeves 1961, with a slope to keep). Towards a minimum that share is lost at once and one evaluation
is all that is spent; without an end, the objective falls out of all bounds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solver.engines.progress import ENDLESS

if TYPE_CHECKING:
    from solver.model.problem import Problem, Vector

    Point = tuple[Vector, float]
    """A point and its objective."""

SHARE = 0.5
"""A longer stride must bring this share of the slope of the steps before it."""


def strode(problem: Problem, before: Point, now: Point) -> Point:
    """The point as far beyond this one, seen from the one before, as the slope between them goes on."""
    (x, fun), gain, stride = now, before[1] - now[1], 1.0
    best = now
    while gain > 0 and best[1] >= -ENDLESS:
        new = np.clip(x + stride * (x - before[0]), problem.lb, problem.ub)
        fun_new = problem.fun(new)
        if not fun_new <= fun - SHARE * stride * gain:
            break
        best, stride = (new, fun_new), 2.0 * stride
    return best
