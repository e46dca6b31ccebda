"""What can be said of the point where a local method ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solver.errors import Outcome
from solver.model.kkt import STATIONARY, optimality, violation
from solver.model.solution import Solution

if TYPE_CHECKING:
    from solver.engines.base import Engine
    from solver.model.problem import Problem, Vector


def judged(problem: Problem, x: Vector, engine: Engine, *, iterations: int = 0, still: bool = True) -> Solution:
    """The solution at x: optimal if its KKT residual is small, else converged if the steps came to rest (`still`)."""
    fun, wrong = problem.fun(x), violation(problem, x, relative=engine.scaling)
    if np.isnan(fun) or np.isnan(wrong):
        bad = problem.blame(x) or ""
        return Solution(x, fun, Outcome.ERROR_VALUE, engine.name, iterations=iterations, bad=bad)
    norm, rows, bounds = optimality(problem, x) if problem.smooth else (np.inf, None, None)
    if wrong > engine.precision:
        outcome = Outcome.INFEASIBLE
    elif norm <= STATIONARY:
        outcome = Outcome.OPTIMAL
    else:
        outcome = Outcome.CONVERGED if still else Outcome.CANNOT_IMPROVE
    return Solution(
        x,
        fun,
        outcome,
        engine.name,
        iterations=iterations,
        violation=wrong,
        row_multipliers=rows,
        bound_multipliers=bounds,
    )
