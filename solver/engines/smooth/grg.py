"""Smooth models with rows: a chain of methods, for they fail on different problems.

First the interior point. Then, where it is affordable, SLSQP from the same start, and for few variables the interior
point along a wider path; the better answer counts. Then the interior point again from where these ended, if that is not
optimal yet. The answer is polished on its active set. So a local answer is found wherever one of the methods finds it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from solver.algebra.structure.ladder import Degree
from solver.engines.base import Engine, Handles, Needs, engine, with_settings_of
from solver.engines.options import option
from solver.engines.smooth.active import polished_on_active_set
from solver.engines.smooth.interior import Interior
from solver.engines.smooth.lbfgsb import LimitedMemory
from solver.engines.smooth.restoration import restored
from solver.engines.smooth.slsqp import Slsqp
from solver.engines.verdict import judged
from solver.errors import Outcome

if TYPE_CHECKING:
    from solver.engines.progress import Progress
    from solver.model.problem import Problem, Vector
    from solver.model.solution import Solution

FEW, WIDE = 30, 10.0
"""Up to so many variables a third way is tried: an interior path that begins with this weight of the barrier."""

SMALL = 100
"""Up to so many variables a second method is tried in any case: the better local answer counts."""

MEDIUM = 400
"""Up to so many variables SLSQP is a fall-back."""


@engine(name="grg", title="GRG Nonlinear", needs=Needs.GRADIENT, handles=Handles.BOUNDS | Handles.ROWS)
@dataclass(frozen=True, kw_only=True)
class Nonlinear(Engine):
    """A chain of interior point, SLSQP and Newton's steps on the active set, for smooth models with constraints."""

    convergence: float = option(0.0, "stop when the relative change of the objective falls below", excel="cvg")

    def minimise(self, problem: Problem, progress: Progress) -> Solution:
        """The best local answer of the chain."""
        best = self._tried(with_settings_of(Interior, self), problem, progress)
        if problem.degree is not Degree.CONSTANT or best.outcome is not Outcome.OPTIMAL:
            best = self._others(best, problem, progress)
        x = polished_on_active_set(problem, best.x, progress)
        return replace(judged(problem, x, self), iterations=max(progress.log.iteration, 0))

    def _others(self, best: Solution, problem: Problem, progress: Progress) -> Solution:
        """The best of the other methods and what is known; a model that seeks any feasible point needs none of them."""
        if problem.n <= SMALL or (problem.n <= MEDIUM and best.outcome is not Outcome.OPTIMAL):
            best = self._better(best, self._tried(with_settings_of(Slsqp, self), problem, progress))
        if problem.n <= FEW:
            best = self._better(best, self._tried(with_settings_of(Interior, self, barrier=WIDE), problem, progress))
        if best.outcome is not Outcome.OPTIMAL:
            best = self._better(best, self._again(problem, best.x, progress))
        return best

    def _tried(self, engine: Engine, problem: Problem, progress: Progress) -> Solution:
        """What a method finds, or the start where it breaks down."""
        try:
            return engine.minimise(problem, progress)
        except (ArithmeticError, ValueError, np.linalg.LinAlgError):
            return judged(problem, problem.x0, self, still=False)

    def _again(self, problem: Problem, x: Vector, progress: Progress) -> Solution:
        """A second attempt from where the first ones ended, feasible if possible."""
        if not problem.m:
            return self._tried(with_settings_of(LimitedMemory, self), replace(problem, x0=x), progress)
        x = restored(problem, x, progress)
        return self._tried(with_settings_of(Interior, self), replace(problem, x0=x), progress)

    def _better(self, one: Solution, other: Solution) -> Solution:
        """The feasible one; of two feasible ones the lower, of equally low ones the optimal."""
        feasible, also = one.violation <= self.precision, other.violation <= self.precision
        if feasible != also or not feasible:
            return one if one.violation <= other.violation or feasible else other
        margin = 1e-7 * max(1.0, abs(one.fun))
        if abs(one.fun - other.fun) <= margin:
            return other if other.outcome is Outcome.OPTIMAL and one.outcome is not Outcome.OPTIMAL else one
        return one if one.fun < other.fun else other
