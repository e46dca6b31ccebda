"""Differential evolution that adapts itself (Tanabe, Fukunaga 2013), for real and whole numbers.

A trial is  v = x + F (p - x) + F (a - b),  p among the best, a and b any members, crossed with x at rate C; F and C are
drawn around values that were good before. Violations of rows up to a slack that shrinks to nothing count as none
(Takahama, Sakai 2006). Now and then a coordinate is drawn anew (the mutation rate).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from solver.engines.searching.box import box_of
from solver.engines.searching.score import Scored, not_worse

if TYPE_CHECKING:
    from collections.abc import Callable

    from solver.engines.searching.box import Box
    from solver.engines.searching.score import Hunt
    from solver.model.problem import Vector

MEMORY = 8
"""How many past generations' good values are remembered."""

EASY = 150
"""Generations over which the slack of violations shrinks to nothing."""

ELITE = 0.11
"""Share of the population that counts as the best."""


@dataclass
class DifferentialEvolution:
    """A population on its way; its first members lie between `low` and `high`, and so do coordinates drawn anew."""

    box: Box
    low: Vector
    high: Vector
    score: Callable[[Vector], Scored]
    random: np.random.Generator
    mutation: float
    members: Scored
    slack: float = 0.0
    generation: int = 0
    good_f: Vector = field(default_factory=lambda: np.full(MEMORY, 0.5))
    good_c: Vector = field(default_factory=lambda: np.full(MEMORY, 0.5))
    archive: list[Vector] = field(default_factory=list)

    def allowed(self) -> float:
        """The violation that counts as none in this generation."""
        return self.slack * max(0.0, 1.0 - self.generation / EASY) ** 5

    def advance(self) -> None:
        """Replaces every member by its trial where that is not worse."""
        self.generation += 1
        members, slack, count = self.members, self.allowed(), len(self.members.fun)
        f, c = self._drawn(count)
        trial = self.score(self._trials(members, slack, f, c))
        taken = not_worse(trial, members, slack)
        better = taken & ~not_worse(members, trial, slack)
        if better.any():
            self._learn(f[better], c[better], self._gains(members, trial)[better])
            self.archive.extend(members.x[better])
            while len(self.archive) > count:
                self.archive.pop(int(self.random.integers(len(self.archive))))
        self.members = members.taking(trial, taken)

    def _drawn(self, count: int) -> tuple[Vector, Vector]:
        """The factors and crossover rates of a generation."""
        which = self.random.integers(MEMORY, size=count)
        f = self.good_f[which] + 0.1 * self.random.standard_cauchy(count)
        while np.any(f <= 0):
            again = f <= 0
            f[again] = self.good_f[which[again]] + 0.1 * self.random.standard_cauchy(int(again.sum()))
        c = np.clip(self.good_c[which] + 0.1 * self.random.standard_normal(count), 0.0, 1.0)
        return np.minimum(f, 1.0), c

    def _trials(self, members: Scored, slack: float, f: Vector, c: Vector) -> Vector:
        x, random = members.x, self.random
        count, n = x.shape
        elite = members.order(slack)[: max(2, int(ELITE * count))]
        p = x[random.choice(elite, size=count)]
        pool = np.vstack([x, *self.archive]) if self.archive else x
        a, b = x[random.integers(count, size=count)], pool[random.integers(len(pool), size=count)]
        v = x + f[:, None] * (p - x) + f[:, None] * (a - b)
        crossed = random.random((count, n)) < c[:, None]
        crossed[np.arange(count), random.integers(n, size=count)] = True
        v = np.where(crossed, v, x)
        # A coordinate beyond its bound lands between the bound and where it came from.
        lb, ub = self.box.lb, self.box.ub
        v = np.where(v < lb, (lb + x) / 2, np.where(v > ub, (ub + x) / 2, v))
        fresh = np.flatnonzero(random.random(count) < self.mutation)
        column = random.integers(n, size=fresh.size)
        v[fresh, column] = random.uniform(self.low[column], self.high[column])
        return self.box.placed(v)

    def _gains(self, members: Scored, trial: Scored) -> Vector:
        with np.errstate(invalid="ignore"):
            gain = np.where(trial.wrong < members.wrong, members.wrong - trial.wrong, members.fun - trial.fun)
        return np.where(np.isfinite(gain), np.maximum(gain, 1e-300), 1.0)

    def _learn(self, f: Vector, c: Vector, gain: Vector) -> None:
        weight, k = gain / gain.sum(), self.generation % MEMORY
        self.good_f[k] = float(weight @ f**2 / max(float(weight @ f), 1e-12))
        self.good_c[k] = float(weight @ c)


def first_generation(
    hunt: Hunt, ends: tuple[Vector, Vector], start: Vector, size: int, mutation: float
) -> DifferentialEvolution:
    """A first population of some size: the start and points spread between the ends."""
    low, high = ends
    box, random, n = box_of(hunt.problem), hunt.random, start.size
    strata = (np.argsort(random.random((size, n)), axis=0) + random.random((size, n))) / size
    points = low + strata * (high - low)
    points[0] = start
    members = hunt.score(box.placed(points))
    finite = members.wrong[np.isfinite(members.wrong)]
    slack = float(np.quantile(finite, 0.2)) if finite.size else 0.0
    return DifferentialEvolution(box, low, high, hunt.score, random, mutation, members, slack)
