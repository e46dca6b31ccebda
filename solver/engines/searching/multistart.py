"""Several starts for any local engine: points of a Sobol sequence in the box, local answers, duplicates merged.

The most promising starts come first. The search ends when hardly another minimum can be expected: with w different
minima after k runs, Boender and Rinnooy Kan (1987) expect  w (k - 1) / (k - w - 2)  of them in all. With many variables
every start is first followed for a few steps only, and the best of these to their end.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from solver.engines.base import Engine, Handles, Needs, Wrapper, engine, with_settings_of
from solver.engines.options import at_least, option
from solver.engines.run import inside
from solver.engines.searching.box import box_of, finite_ends
from solver.engines.searching.score import Evaluate
from solver.engines.smooth.grg import Nonlinear
from solver.engines.smooth.lbfgsb import LimitedMemory
from solver.engines.smooth.slsqp import Slsqp
from solver.engines.workers import mapper
from solver.errors import Outcome
from solver.model.solution import Solution

if TYPE_CHECKING:
    from solver.engines.progress import Progress
    from solver.model.problem import Problem, Vector

WAVE = 8
"""Starts that are run side by side, whatever the number of workers."""

MANY, GLANCE, SEMIFINAL = 40, 600, 10
"""From so many variables on starts are followed for so many steps; so many of them are then followed to the end."""

SAME = 1e-6
"""Relative distance within which two answers are the same."""


@engine(
    name="multistart",
    title="Multistart",
    needs=Needs.GRADIENT,
    handles=Handles.BOUNDS | Handles.ROWS | Handles.INTEGERS,
)
@dataclass(frozen=True, kw_only=True)
class Multistart(Wrapper):
    """Runs a local engine from many points and keeps the best answer."""

    roams: ClassVar[bool] = True

    population: int = option(
        100, "how many starts at most; 0 for ten a variable, up to 200", excel="ssz", check=at_least(0)
    )
    require_bounds: bool = option(False, "refuse models in which a variable lacks a bound", excel="rbv")
    reach: float = option(2.0, "where a bound is missing: how far from the start, in sizes of it", check=at_least(0))

    def minimise(self, problem: Problem, progress: Progress) -> Solution:
        """The best of the local answers."""
        if self.require_bounds and not np.all(np.isfinite(problem.lb) & np.isfinite(problem.ub)):
            return Solution(problem.x0, problem.fun(problem.x0), Outcome.BOUNDS_REQUIRED, self.name)
        seed = self.seed or int(np.random.default_rng().integers(1, 2**31))
        notes: tuple[str, ...] = () if self.seed else (f"random seed {seed}",)
        inner = self.inner or with_settings_of(Nonlinear, self)
        whole = progress.source or problem
        task = Local(whole, replace(inner, seed=seed), progress.deadline)
        starts, answers, done = self._starts(problem, seed), list[Solution](), 0
        reached: Counter[int] = Counter()
        if problem.n > MANY and not problem.integer.any():
            starts = [problem.x0, *self._promising(problem, whole, starts[1:], progress)]
        with mapper(task, progress.workers, WAVE) as solved:
            while starts:
                wave, starts = starts[:WAVE], starts[WAVE:]
                for found in solved(wave):
                    done += 1
                    progress.counts.update(found.evaluations)
                    if found.outcome.solved or found.violation <= self.precision:
                        reached[_merge(answers, found)] += 1
                        progress.step(min(answers, key=lambda each: each.fun).x)
                progress.check()
                w = len(answers)
                if done > w + 2 and w * (done - 1) / (done - w - 2) < w + 0.5 and done >= 2 * WAVE:
                    break
        if not answers:
            found = task(problem.x0)
            return replace(found, engine=self.name, notes=(*found.notes, *notes))
        place = min(range(len(answers)), key=lambda k: answers[k].fun)
        best = answers[place]
        outcome = best.outcome if best.outcome is Outcome.UNBOUNDED else Outcome.GLOBAL_IN_PROBABILITY
        ends = f"{reached[place]} reached this answer, {len(answers)} in all were found"
        notes += (f"{done} starts followed to the end: {ends}",)
        return replace(best, outcome=outcome, message="", iterations=0, notes=(*best.notes, *notes))

    def _promising(self, problem: Problem, whole: Problem, starts: list[Vector], progress: Progress) -> list[Vector]:
        """The points that a few quasi-Newton steps from the starts lead to, the best of them."""
        glance = replace(with_settings_of(Slsqp if problem.m else LimitedMemory, self), iterations=GLANCE)
        reached: list[Solution] = []
        with mapper(Local(whole, glance, progress.deadline), progress.workers, WAVE) as solved:
            for begin in range(0, len(starts), WAVE):
                for found in solved(starts[begin : begin + WAVE]):
                    progress.counts.update(found.evaluations)
                    reached.append(found)
                    progress.offer(found.x, found.fun, found.violation)
                progress.check()
        reached.sort(key=lambda each: (max(each.violation - self.precision, 0.0), each.fun))
        return [each.x for each in reached[:SEMIFINAL]]

    def _starts(self, problem: Problem, seed: int) -> list[Vector]:
        """The model's own start, then points of the box, those of low objective and violation first."""
        n = problem.n
        count = self.population or min(max(10 * n, 10), 200)
        size = np.maximum(np.abs(problem.x0), float(np.mean(np.abs(problem.x0))) or 1.0)
        low, high = finite_ends(problem, size, self.reach)
        from scipy.stats import qmc  # loading it takes as long as all the rest of the program

        if n <= qmc.Sobol.MAXDIM:
            points = qmc.Sobol(n, rng=seed).random_base2(int(np.ceil(np.log2(max(count, 2)))))[: count - 1]
        else:
            points = np.random.default_rng(seed).random((count - 1, n))
        points = low + points * (high - low)
        points = box_of(problem).placed(points)
        fun, wrong = Evaluate(problem)(points)
        return [problem.x0, *points[np.lexsort((fun, wrong))]]


@dataclass(frozen=True)
class Local:
    """A local run from a start: a function that can be sent to another process."""

    problem: Problem
    inner: Engine
    deadline: float

    def __call__(self, x0: Vector) -> Solution:
        """The inner engine's solution from this start."""
        found = inside(replace(self.problem, x0=x0), self.inner, self.deadline)
        return replace(found, trace=())


def _merge(answers: list[Solution], found: Solution) -> int:
    """Adds an answer, unless the same point or the same objective is already there; keeps the better of two.

    Returns its place among the answers.
    """
    for k, each in enumerate(answers):
        same_fun = abs(each.fun - found.fun) <= SAME * max(1e-8, abs(each.fun))
        same_x = bool(np.all(np.abs(each.x - found.x) <= SAME * np.maximum(1.0, np.abs(each.x))))
        if same_fun or same_x:
            if found.fun < each.fun:
                answers[k] = found
            return k
    answers.append(found)
    return len(answers) - 1
