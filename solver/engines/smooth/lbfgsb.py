"""Smooth problems with bounds: limited-memory BFGS with projected gradients, by SciPy, on exact gradients."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from scipy.optimize import Bounds, minimize

from solver.engines.base import Engine, Handles, Needs, engine
from solver.engines.options import at_least, option
from solver.engines.progress import ENDLESS
from solver.engines.smooth.polish import polished
from solver.engines.smooth.strides import strode
from solver.engines.transform import guarded
from solver.engines.verdict import judged
from solver.model.kkt import projected

if TYPE_CHECKING:
    from solver.engines.progress import Progress
    from solver.model.problem import Problem, Vector
    from solver.model.solution import Solution

MANY = 500
REST, WINDOW = 1e-10, 10
"""With more than MANY variables the run ends where WINDOW steps gain less than REST of the objective each: the digits
beyond cost as much as all those before. One short step says nothing: an error value may have cut it short."""

CREEP, EARLY = 5e-3, 1000
"""It also ends, after EARLY steps, where the second half of all steps has gained less than this share."""

RESTARTS = 20
"""How often a failed line search may begin anew."""


class Run(NamedTuple):
    """Where quasi-Newton steps ended, and the objective before the first and after each of them.

    They came to rest, or were blocked by error values that lie in every direction they know, or neither.
    """

    x: Vector
    funs: list[float]
    rested: bool
    blocked: bool


def quasi_newton(
    problem: Problem, progress: Progress, memory: int, *, convergence: float = 0.0, most: float = np.inf
) -> Run:
    """The steps from the start of a problem, at most so many, until none brings more."""
    funs, rest = [problem.fun(problem.x0)], 0.0 if problem.n <= MANY else REST
    resting = blocked = False
    view = guarded(problem)

    def fun(x: Vector) -> float:
        nonlocal blocked
        blocked = blocked or not np.isfinite(problem.fun(x))
        return view.fun(x)

    def passed(x: Vector) -> None:
        nonlocal resting, blocked
        blocked = False
        progress.step(x, gradient_norm=float(np.abs(projected(problem, x, problem.grad(x))).max()))
        funs.append(problem.fun(x))
        resting = len(funs) > WINDOW and funs[-1 - WINDOW] - funs[-1] < WINDOW * rest * abs(funs[-1])
        if resting or len(funs) > most or (rest and creeps(funs)):
            raise StopIteration

    settings: Any = {
        "jac": view.grad,
        "bounds": Bounds(problem.lb, problem.ub),
        "method": "L-BFGS-B",
        "callback": passed,
        "options": {
            "maxcor": memory,
            "maxiter": 10**9,
            "maxfun": 10**9,
            "maxls": 40,
            "ftol": convergence,
            "gtol": 1e-13 * max(1.0, abs(funs[0])),
        },
    }
    x, before = problem.x0, np.inf
    for _ in range(RESTARTS):
        found = minimize(fun, x, **settings)
        x = found.x
        # A failed line search is often cured by forgetting the history; no gain after that is the end.
        failed = found.status == 2 or (rest and not convergence and found.status == 0)
        gained = before - found.fun > max(rest, 1e-12) * (abs(found.fun) if rest else max(1.0, abs(found.fun)))
        if resting or not failed or not gained or (rest and blocked):
            break
        before = float(found.fun)
    far, lowest = strode(problem, (problem.x0, funs[0]), (x, problem.fun(x)))
    if lowest < -ENDLESS:
        progress.step(far)
    return Run(x, funs, resting, blocked)


def creeps(funs: list[float]) -> bool:
    """Whether the second half of the steps so far has gained next to nothing."""
    return bool(len(funs) > EARLY and funs[len(funs) // 2] - funs[-1] < CREEP * abs(funs[-1]))


@engine(name="lbfgsb", title="L-BFGS-B", needs=Needs.GRADIENT, handles=Handles.BOUNDS)
@dataclass(frozen=True, kw_only=True)
class LimitedMemory(Engine):
    """Quasi-Newton steps from the last few gradients, for smooth objectives with bounds and many variables."""

    memory: int = option(20, "how many past gradients shape the next step", check=at_least(1))
    convergence: float = option(0.0, "stop when the relative change of the objective falls below", excel="cvg")

    def minimise(self, problem: Problem, progress: Progress) -> Solution:
        """The point where the projected gradient vanishes or no step brings more."""
        progress.step(problem.x0)
        run = quasi_newton(problem, progress, self.memory, convergence=self.convergence)
        x = run.x if self.convergence else polished(problem, run.x, progress)
        return replace(judged(problem, x, self), iterations=len(run.funs) - 1)
