"""Smooth problems with bounds: limited-memory BFGS with projected gradients, by SciPy, on exact gradients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.optimize import Bounds, minimize

from solver.engines.base import Engine, Handles, Needs, engine
from solver.engines.options import at_least, option
from solver.engines.smooth.polish import polished
from solver.engines.transform import guarded
from solver.engines.verdict import judged
from solver.model.kkt import projected

if TYPE_CHECKING:
    from solver.engines.progress import Progress
    from solver.model.problem import Problem, Vector
    from solver.model.solution import Solution

MANY = 500
REST = 1e-10
"""With more than MANY variables the run ends where a step gains less than this of the objective: the digits beyond
are as dear as all those before."""

RESTARTS = 20
"""How often a failed line search may begin anew."""


@engine(name="lbfgsb", title="L-BFGS-B", needs=Needs.GRADIENT, handles=Handles.BOUNDS)
@dataclass(frozen=True, kw_only=True)
class LimitedMemory(Engine):
    """Quasi-Newton steps from the last few gradients, for smooth objectives with bounds and many variables."""

    memory: int = option(20, "how many past gradients shape the next step", check=at_least(1))
    convergence: float = option(0.0, "stop when the relative change of the objective falls below", excel="cvg")

    def minimise(self, problem: Problem, progress: Progress) -> Solution:
        """The point where the projected gradient vanishes or no step brings more."""
        view = guarded(problem)
        progress.step(problem.x0)

        def passed(x: Vector) -> None:
            progress.step(x, gradient_norm=float(np.abs(projected(problem, x, problem.grad(x))).max()))

        x, steps, before, start = problem.x0, 0, np.inf, problem.fun(problem.x0)
        settings: Any = {
            "jac": view.grad,
            "bounds": Bounds(problem.lb, problem.ub),
            "method": "L-BFGS-B",
            "callback": passed,
            "options": {
                "maxcor": self.memory,
                "maxiter": 10**9,
                "maxfun": 10**9,
                "maxls": 40,
                "ftol": self.convergence or (REST if problem.n > MANY else 0.0),
                "gtol": 1e-13 * max(1.0, abs(start)),
            },
        }
        for _ in range(RESTARTS):
            found = minimize(view.fun, x, **settings)
            x, steps = found.x, steps + int(found.nit)
            # A failed line search is often cured by forgetting the history; no gain after that is the end.
            if found.status != 2 or before - found.fun <= 1e-12 * max(1.0, abs(found.fun)):
                break
            before = float(found.fun)
        if not self.convergence:
            x = polished(problem, x, progress)
        return judged(problem, x, self, iterations=steps)
