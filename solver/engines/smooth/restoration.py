"""The way back to the constraints: the nearest point in sight where the violation of the rows is least."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from solver.engines.smooth.levenberg import descended
from solver.engines.transform import steepness
from solver.model.problem import Residuals

if TYPE_CHECKING:
    from solver.engines.progress import Progress
    from solver.model.problem import Problem, Vector

ROUNDS = 200
"""Steps within which rows are restored."""


def restored(problem: Problem, x: Vector, progress: Progress) -> Vector:
    """A local minimum of the squared violation of the rows inside the bounds, sought from x."""
    view = replace(problem, x0=np.clip(x, problem.lb, problem.ub), residuals=violations(problem))
    goal, quiet = 1e-24 * max(1, problem.m), progress.quiet(problem)
    return descended(view, quiet, convergence=1e-10, goal=goal, rounds=ROUNDS, curved=False).x


def violations(problem: Problem) -> Residuals:
    """By how much every row is outside its ends, as residuals; steep rows are divided by their steepness."""
    weight = 1.0 / np.maximum(1.0, steepness(problem, problem.x0))

    def fun(x: Vector) -> Vector:
        rows = problem.rows(x)
        return np.asarray(weight * (rows - np.clip(rows, problem.row_lo, problem.row_hi)))

    def jac(x: Vector) -> sp.csr_array:
        rows = problem.rows(x)
        outside = (rows < problem.row_lo) | (rows > problem.row_hi) | (problem.row_lo == problem.row_hi)
        return sp.csr_array(sp.diags_array(weight * outside) @ problem.row_jac(x))

    return Residuals(problem.m, fun, jac, lambda total: total)
