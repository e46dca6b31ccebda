"""Corners as rows: MAX, MIN, ABS and IF that only bend make a smooth model in more variables, see `model.lifting`.

Its answer is no worse than that of the formulas, for more points are allowed. Where the formulas give the same value
there, it is theirs; that is so wherever what bends upwards is pressed down: deviations that cost, largest values that
are limited. Where it is not, a search takes over.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from solver.engines.base import Engine, Handles, Needs, engine, find_engine, with_settings_of
from solver.engines.options import option
from solver.engines.run import inside
from solver.engines.smooth.grg import Nonlinear
from solver.engines.smooth.interior import Interior
from solver.engines.verdict import judged
from solver.errors import Outcome
from solver.model.kkt import violation
from solver.model.solution import Solution

if TYPE_CHECKING:
    from solver.engines.progress import Progress
    from solver.model.problem import Problem

TIGHT = 1e-7
"""How far, relative to its size, the objective of the formulas may be above that of the smooth model."""

MEDIUM = 400
"""With more variables, corners included, only convex models are raised: what curves both ways takes too long."""


@engine(
    name="epigraph",
    title="Epigraph",
    needs=Needs.CORNERS,
    handles=Handles.BOUNDS | Handles.ROWS | Handles.STEPS,
)
@dataclass(frozen=True, kw_only=True)
class Epigraph(Engine):
    """Smooth formulas joined by MAX, MIN, ABS or IF: their corners become rows of a smooth model."""

    takes_all: ClassVar[bool] = True

    search: bool = option(True, "search with the engine nonsmooth where the corners cannot be rows")

    def minimise(self, problem: Problem, progress: Progress) -> Solution:
        """The answer of the smooth model where the formulas agree, else the best point of a search."""
        found = lowered(problem, self, progress)
        if found is not None and found.outcome is not Outcome.CANNOT_IMPROVE:
            return found
        if not self.search:
            return found or judged(problem, problem.x0, self, still=False)
        progress.log.notes.append("the corners are no rows of a smooth model here; searched instead")
        start = problem if found is None else replace(problem, x0=found.x)
        other = inside(start, with_settings_of(find_engine("nonsmooth"), self), progress.deadline)
        progress.counts.update(other.evaluations)
        return replace(other, engine=self.name)


def is_raised(problem: Problem) -> bool:
    """Whether there is a smooth model that has the corners as rows and is quickly solved."""
    lifting = problem.lifting and problem.lifting()
    return lifting is not None and (lifting.problem.convex or lifting.problem.n <= MEDIUM)


def lowered(problem: Problem, like: Engine, progress: Progress) -> Solution | None:
    """The answer of the smooth model; None where there is none that keeps the rows of the formulas.

    Its outcome is CANNOT_IMPROVE where the formulas say more at this point than the smooth model does.
    """
    lifting = problem.lifting() if problem.lifting and is_raised(problem) else None
    if lifting is None:
        return None
    smooth = lifting.over(problem)
    found = inside(smooth, with_settings_of(Interior if smooth.convex else Nonlinear, like), progress.deadline)
    progress.counts.update(found.evaluations)
    if found.outcome is Outcome.CONVERGED and smooth.convex:  # hardly bent where corners are hardly pressed
        found = inside(replace(smooth, x0=found.x), with_settings_of(Nonlinear, like), progress.deadline)
        progress.counts.update(found.evaluations)
    x = np.clip(found.x[: problem.n], problem.lb, problem.ub)
    fun, wrong = problem.fun(x), violation(problem, x, relative=like.scaling)
    if found.outcome is Outcome.INFEASIBLE and smooth.convex and not wrong <= like.precision:
        return Solution(problem.x0, problem.fun(problem.x0), Outcome.INFEASIBLE, like.name, violation=wrong)
    if not (np.isfinite(fun) and wrong <= like.precision):
        return None
    tight = found.outcome.solved and fun <= found.fun + TIGHT * max(1.0, abs(fun))
    rows, bounds = found.row_multipliers, found.bound_multipliers
    return Solution(
        x,
        fun,
        found.outcome if tight else Outcome.CANNOT_IMPROVE,
        like.name,
        violation=wrong,
        row_multipliers=rows[: problem.m] if tight and rows is not None else None,
        bound_multipliers=bounds[: problem.n] if tight and bounds is not None else None,
    )
