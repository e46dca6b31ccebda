"""Smooth problems with rows: sequential least-squares quadratic programming, by SciPy, on exact derivatives.

Its work grows with the cube of the number of variables, so it is for up to a few hundred.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.optimize import Bounds, minimize

from solver.engines.base import Engine, Handles, Needs, engine
from solver.engines.options import option
from solver.engines.transform import guarded
from solver.engines.verdict import judged

if TYPE_CHECKING:
    from solver.engines.progress import Progress
    from solver.model.problem import Problem, Vector
    from solver.model.solution import Solution

ROUNDS = 1000
"""Its own limit of iterations: it circles when it fails."""


@engine(name="slsqp", title="SLSQP", needs=Needs.GRADIENT, handles=Handles.BOUNDS | Handles.ROWS)
@dataclass(frozen=True, kw_only=True)
class Slsqp(Engine):
    """Solves a quadratic model with linearised rows at every step, for smooth models with up to some hundred cells."""

    convergence: float = option(1e-15, "stop when the change of the objective falls below", excel="cvg")

    def minimise(self, problem: Problem, progress: Progress) -> Solution:
        """The point where the quadratic model promises no more."""
        view = guarded(problem)
        progress.step(problem.x0)

        def passed(x: Vector) -> None:
            progress.step(x)

        settings: Any = {
            "jac": view.grad,
            "bounds": Bounds(problem.lb, problem.ub),
            "constraints": row_constraints(view),
            "method": "SLSQP",
            "callback": passed,
            "options": {"maxiter": ROUNDS, "ftol": self.convergence},
        }
        with warnings.catch_warnings():
            # older SciPy says so when its own step leaves the bounds by a rounding and is put back
            warnings.filterwarnings("ignore", "Values in x were outside bounds", RuntimeWarning)
            found = minimize(view.fun, problem.x0, **settings)
        return judged(
            problem,
            np.clip(found.x, problem.lb, problem.ub),
            self,
            iterations=int(found.nit),
            still=found.status == 0,
        )


def row_constraints(problem: Problem) -> list[dict[str, Any]]:
    """The rows as SLSQP wants them: equalities, and differences that shall not be negative."""
    if not problem.m:
        return []
    low, high = problem.row_lo, problem.row_hi
    equal = low == high
    same = np.flatnonzero(equal)
    lower, upper = np.flatnonzero(~equal & np.isfinite(low)), np.flatnonzero(~equal & np.isfinite(high))
    result: list[dict[str, Any]] = []
    if same.size:
        result.append(
            {
                "type": "eq",
                "fun": lambda x: problem.rows(x)[same] - low[same],
                "jac": lambda x: problem.row_jac(x)[same].toarray(),
            }
        )
    if lower.size or upper.size:
        result.append(
            {
                "type": "ineq",
                "fun": lambda x: np.r_[problem.rows(x)[lower] - low[lower], high[upper] - problem.rows(x)[upper]],
                "jac": lambda x: np.vstack([problem.row_jac(x)[lower].toarray(), -problem.row_jac(x)[upper].toarray()]),
            }
        )
    return result
