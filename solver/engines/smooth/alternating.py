"""Smooth objectives of very many cells: quasi-Newton steps, and Newton's where those creep.

Most large fits are over after a few hundred quasi-Newton steps. What creeps on, along valleys that bend, is taken up by
Newton's method in a trust region for as much work as the quasi-Newton steps have cost; the one that gains more by its
work goes on, for twice as much each time, until doubling the work gains next to nothing. Work is counted in gradients;
a product with the Hessian is worth two. A sum of squares that still creeps is left after a limited work: the last
digits of a fit are noise. Where error values block the way (a network's exponential that overflows), Newton's more
cautious steps begin at the start again.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from solver.engines.base import Engine, Handles, Needs, engine, with_settings_of
from solver.engines.options import at_least, option
from solver.engines.smooth.lbfgsb import CREEP, quasi_newton
from solver.engines.smooth.trust import TrustRegion
from solver.engines.verdict import judged

if TYPE_CHECKING:
    from collections.abc import Callable

    from solver.engines.progress import Progress
    from solver.model.problem import Problem, Vector
    from solver.model.solution import Solution

FIRST = 500
"""So many quasi-Newton steps are taken before Newton's method is tried."""

PRODUCTS = 100
"""How many products with the Hessian one of Newton's steps may take: more would go into a model soon out of date."""


@engine(name="alternating", title="Quasi-Newton and Newton", needs=Needs.HESSIAN, handles=Handles.BOUNDS)
@dataclass(frozen=True, kw_only=True)
class Alternating(Engine):
    """L-BFGS-B, and where it creeps Newton's method, for smooth objectives of very many cells."""

    memory: int = option(20, "how many past gradients shape the next quasi-Newton step", check=at_least(1))
    work: int = option(6000, "gradients after which a fit that creeps on is ended, 0 for no end", check=at_least(0))
    convergence: float = option(0.0, "stop when the relative change of the objective falls below", excel="cvg")

    def minimise(self, problem: Problem, progress: Progress) -> Solution:
        """The point where no step brings more, or none that would be worth its work."""
        progress.step(problem.x0)
        spent: Counter[str] = Counter()
        race = _Race(_metered(problem, spent), progress, self, spent)
        first = quasi_newton(race.problem, progress, self.memory, convergence=self.convergence, most=FIRST)
        x = first.x
        if not first.rested and not self.convergence:
            late = first.funs[len(first.funs) // 2]
            share = 0.0 if first.blocked else _gain(late, problem.fun(x)) / max(race.work / 2, 1.0)
            other = self._raced(race, problem.x0 if first.blocked else x, share)
            x = min((x, other), key=problem.fun)
        return replace(judged(problem, x, self), iterations=max(progress.log.iteration, 0))

    def _raced(self, race: _Race, x: Vector, share: float) -> Vector:
        """Where the better method ends; `share` is what the quasi-Newton steps last gained by a gradient's work."""
        began, before = race.work, race.problem.fun(x)
        x, done = race.newton(x, began)
        gained = _gain(before, race.problem.fun(x)) / max(race.work - began, 1.0)
        lead = race.newton if gained > share else race.quasi
        limit = self.work if self.work and race.problem.residuals is not None else np.inf
        while not done and race.work < limit:
            budget = min(race.work, limit - race.work)
            before = race.problem.fun(x)
            x, done = lead(x, budget)
            done = done or _gain(before, race.problem.fun(x)) < CREEP
        return x


@dataclass(frozen=True, slots=True)
class _Race:
    """Both methods on one problem, each from a point and for some work; they say whether they came to rest."""

    problem: Problem
    progress: Progress
    settings: Alternating
    spent: Counter[str]

    @property
    def work(self) -> float:
        """What was spent so far, in gradients."""
        return float(self.spent["gradient"] + 2 * self.spent["hessian"])

    def quasi(self, x: Vector, budget: float) -> tuple[Vector, bool]:
        """The point that at most so many quasi-Newton steps lead to, and whether they came to rest."""
        run = quasi_newton(replace(self.problem, x0=x), self.progress, self.settings.memory, most=budget)
        return run.x, run.rested or len(run.funs) <= budget

    def newton(self, x: Vector, budget: float) -> tuple[Vector, bool]:
        """The point that Newton's steps worth so many gradients lead to, and whether they came to rest."""
        end = self.work + budget
        newton = with_settings_of(TrustRegion, self.settings, products=PRODUCTS)
        reached = x
        for reached in newton.steps(replace(self.problem, x0=x), self.progress):
            if self.work >= end:
                return reached, False
        return reached, True


def _metered(problem: Problem, spent: Counter[str]) -> Problem:
    """The problem with its gradients and products with the Hessian counted."""

    def metered(kind: str, function: Callable[..., Any]) -> Callable[..., Any]:
        last: list[Vector] = []

        def metering(x: Vector, *more: Any) -> Any:
            if more or not last or not np.array_equal(last[0], x):  # a value that is known costs nothing
                spent[kind] += 1
                last[:] = [np.array(x)]
            return function(x, *more)

        return metering

    return replace(problem, grad=metered("gradient", problem.grad), hessp=metered("hessian", problem.hessp))


def _gain(before: float, after: float) -> float:
    """What was gained, as a share of what is left."""
    return (before - after) / max(abs(after), float(np.finfo(float).tiny))
