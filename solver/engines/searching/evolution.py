"""Evolutionary search for anything that can be computed: kinks, jumps, many minima, whole numbers, orders.

Real and whole variables by differential evolution over a whole population at once; all-different groups by moves on
permutations with kicks (iterated local search). What is found is refined by exact derivatives where there are any,
by compass search where not. A run is repeated from another population until it brings nothing new.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from solver.algebra.structure.ladder import Degree
from solver.engines.base import Engine, Handles, Needs, engine
from solver.engines.local import around_whole, local_engine
from solver.engines.options import at_least, between, option
from solver.engines.progress import Halt
from solver.engines.run import inside
from solver.engines.searching.box import box_of, finite_ends
from solver.engines.searching.compass import compassed
from solver.engines.searching.counting import counted, is_countable
from solver.engines.searching.differential import DifferentialEvolution, first_generation
from solver.engines.searching.orders import ordered
from solver.engines.searching.score import Evaluate, Hunt, Scored, is_better, scorer, strictness
from solver.engines.workers import mapper
from solver.errors import Outcome
from solver.model.solution import Population, Solution

if TYPE_CHECKING:
    from solver.engines.progress import Progress
    from solver.model.problem import Problem, Vector

RUNS, VAIN = 10, 3
"""At most so many populations, one after the other; so many in a row that bring nothing new are the end."""

EVERYTHING = Handles.BOUNDS | Handles.ROWS | Handles.INTEGERS | Handles.GROUPS | Handles.STEPS


@engine(name="evolutionary", title="Evolutionary", needs=Needs.VALUES, handles=EVERYTHING)
@dataclass(frozen=True, kw_only=True)
class Evolutionary(Engine):
    """Breeds a population of answers; for models that jump, have many minima, or cells that must all differ."""

    takes_all: ClassVar[bool] = True  # where other processes evaluate, they know the whole problem alone
    roams: ClassVar[bool] = True

    convergence: float = option(
        1e-4, "relative spread at which a population has converged", excel="cvg", check=between(0, 1)
    )
    mutation: float = option(0.075, "share of members in which a cell is drawn anew", excel="mrt", check=between(0, 1))
    population: int = option(
        100, "members of the population; 0 for ten a cell, up to 200", excel="ssz", check=at_least(0)
    )
    patience: float = option(30.0, "seconds without improvement that end the search", excel="mni", check=at_least(0))
    require_bounds: bool = option(False, "refuse models in which a variable lacks a bound", excel="rbv")
    reach: float = option(10.0, "where a bound is missing: how far from the start, in sizes of it", check=at_least(0))
    stall: int = option(150, "generations without improvement that end a run", check=at_least(1))

    def minimise(self, problem: Problem, progress: Progress) -> Solution:
        """The best member found, refined."""
        if self.require_bounds and not np.all(np.isfinite(problem.lb) & np.isfinite(problem.ub)):
            return Solution(problem.x0, problem.fun(problem.x0), Outcome.BOUNDS_REQUIRED, self.name)
        seed = self.seed or int(np.random.default_rng().integers(1, 2**31))
        if not self.seed:
            progress.log.notes.append(f"random seed {seed}")
        random = np.random.default_rng(seed)
        pieces = progress.workers if isinstance(progress.workers, int) else 8
        pieces = (os.cpu_count() or 1) if pieces < 0 else pieces
        crowds: list[Scored] = []
        try:
            with mapper(Evaluate(progress.source or problem), progress.workers) as evaluate:
                return self._searched(
                    Hunt(problem, progress, scorer(evaluate, max(1, pieces), progress), random), crowds
                )
        except Halt as halt:
            best = progress.log.best
            if best is None or not crowds:
                raise
            population = _population(crowds[-1])
            return Solution(best.x, best.fun, halt.outcome, self.name, violation=best.violation, population=population)

    def _searched(self, hunt: Hunt, crowds: list[Scored]) -> Solution:
        """The answer of a search that comes to its own end; `crowds` gets the populations."""
        problem = hunt.problem
        if is_countable(problem):
            return self._ended(problem, counted(problem, hunt.score, hunt.progress), None, Outcome.OPTIMAL)
        if problem.groups:
            best, converged = ordered(hunt, self.patience), False
        else:
            best, converged = self._bred(hunt, crowds)
        x = best.x[0]
        if not problem.grouped.all() or problem.m:
            x = self._refined(hunt, x)
        outcome = Outcome.CONVERGED if converged else Outcome.CANNOT_IMPROVE
        return self._ended(problem, x, crowds[-1] if crowds else None, outcome)

    def _bred(self, hunt: Hunt, crowds: list[Scored]) -> tuple[Scored, bool]:
        """The best of several populations, and whether the last had converged."""
        problem, score = hunt.problem, hunt.score
        size = self.population or min(max(10 * problem.n, 20), 200)
        ends = finite_ends(problem, np.maximum(np.abs(problem.x0), 1.0), self.reach)
        slack = strictness(problem, self.precision)
        best, began, start = score(problem.x0[None, :]), time.monotonic(), problem.x0
        vain = 0
        for _ in range(RUNS):
            crowd = first_generation(hunt, ends, start, size, self.mutation)
            head, still, before = _champion(crowd, slack), 0, best
            while still < self.stall and not (crowd.allowed() <= slack and self._converged(crowd.members, slack)):
                crowd.advance()
                crowds[:] = [crowd.members]
                new = _champion(crowd, slack)
                still = 0 if _clearly(new, head, slack) else still + 1
                head = new
                if is_better(head, best, slack):
                    best, began = head, time.monotonic()
                hunt.progress.step(best.x[0])
                if time.monotonic() - began > self.patience:
                    return best, False
            polished = score(self._refined(hunt, head.x[0])[None, :])
            if is_better(polished, best, slack):
                best, began = polished, time.monotonic()
            vain = 0 if _clearly(best, before, slack) else vain + 1
            if vain == VAIN:
                break
            start = np.clip(hunt.random.uniform(*ends), problem.lb, problem.ub)
        return best, True

    def _converged(self, members: Scored, slack: float) -> bool:
        """Whether all but one in a hundred of the members are equally good, within the convergence."""
        fun = members.fun
        if np.any(~np.isfinite(fun)) or np.median(members.wrong) > slack:
            return False
        least = float(fun.min())
        return bool(np.mean(fun - least <= self.convergence * max(abs(least), 1e-9)) >= 0.99)

    def _refined(self, hunt: Hunt, x: Vector) -> Vector:
        """The point after a local method in the real variables, then single steps in all."""
        problem, progress, score = hunt.problem, hunt.progress, hunt.score
        best, slack = score(x[None, :]), strictness(problem, self.precision)
        if problem.worst_degree <= Degree.KINK:
            view = around_whole(progress.source or problem, x)
            found = inside(view, local_engine(view, self), progress.deadline)
            progress.counts.update(found.evaluations)
            if found.outcome.solved:
                better = score(found.x[None, :])
                best = better if is_better(better, best, slack) else best
        if not problem.smooth or problem.integer.any():
            box = box_of(problem, problem.grouped, best.x[0])
            best = compassed(best, box, score, progress.step, slack)
        return np.asarray(best.x[0])

    def _ended(self, problem: Problem, x: Vector, last: Scored | None, outcome: Outcome) -> Solution:
        wrong = float(Evaluate(problem)(x[None, :])[1][0])
        if wrong > self.precision:
            outcome = Outcome.INFEASIBLE
        return Solution(
            x,
            problem.fun(x),
            outcome,
            self.name,
            violation=wrong,
            population=None if last is None else _population(last),
        )


def _population(members: Scored) -> Population:
    return Population(members.x, members.fun, members.wrong)


def _champion(crowd: DifferentialEvolution, slack: float) -> Scored:
    """The best member, as a population of one."""
    return crowd.members.one(int(crowd.members.order(max(crowd.allowed(), slack))[0]))


def _clearly(one: Scored, than: Scored, precision: float) -> bool:
    """Whether a point is better by more than rounding, its objective relative to its own size."""
    if than.wrong[0] > precision:
        return bool(one.wrong[0] < than.wrong[0])
    return bool(one.fun[0] < than.fun[0] - 1e-9 * max(abs(than.fun[0]), 1e-9))
