"""Shadow prices of a model with whole numbers: those of the model in which these are held where the answer has them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from solver.engines.linear.simplex import Simplex
from solver.engines.local import around_whole
from solver.engines.progress import Progress
from solver.errors import Outcome
from solver.model.kkt import optimality

if TYPE_CHECKING:
    from solver.model.problem import Problem
    from solver.model.solution import Solution


def with_prices(problem: Problem, solution: Solution) -> Solution:
    """The solution with the multipliers, and for linear models the ranges, of its continuous variables.

    A solution that has multipliers already, or that none can be found for, comes back as it is.
    """
    whole = problem.whole
    if solution.bound_multipliers is not None or not whole.any() or not problem.smooth:
        return solution
    x = np.where(whole, np.round(solution.x), solution.x)
    held = around_whole(problem, x)
    if problem.all_linear:
        found = Simplex().minimise(held, Progress(held))
        if found.outcome is not Outcome.OPTIMAL:
            return solution
        rows, bounds, ranges = found.row_multipliers, found.bound_multipliers, found.ranges
    else:
        (_, rows, bounds), ranges = optimality(held, x), None
    return replace(solution, row_multipliers=rows, bound_multipliers=bounds, ranges=ranges)
