"""Points compared by feasibility first: the judge of every method without derivatives (Deb 2000).

A population is evaluated at once; a formula without a value counts as infinitely bad.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from solver.engines.progress import Progress
    from solver.model.problem import Indices, Mask, Problem, Vector


@dataclass(frozen=True, slots=True)
class Scored:
    """A population (p, n) with its objectives and summed relative violations (p,)."""

    x: Vector
    fun: Vector
    wrong: Vector

    def taking(self, other: Scored, which: Mask) -> Scored:
        """The population with the chosen members replaced by those of another."""
        return Scored(
            np.where(which[:, None], other.x, self.x),
            np.where(which, other.fun, self.fun),
            np.where(which, other.wrong, self.wrong),
        )

    def one(self, k: int) -> Scored:
        """The member at k, as a population of one."""
        return Scored(self.x[k : k + 1], self.fun[k : k + 1], self.wrong[k : k + 1])

    def order(self, slack: float = 0.0) -> Indices:
        """The members from the best to the worst; violations up to `slack` count as none."""
        return np.lexsort((self.fun, np.where(self.wrong <= slack, 0.0, self.wrong)))


@dataclass(frozen=True)
class Evaluate:
    """The objective and violation of every point of a population: a function that can be sent to another process."""

    problem: Problem

    def __call__(self, points: Vector) -> tuple[Vector, Vector]:
        """Objectives and violations (p,) of points (p, n)."""
        problem = self.problem
        with np.errstate(all="ignore"):
            fun = np.asarray(problem.fun_many(points), dtype=float)
            wrong = np.zeros(len(points))
            if problem.m:
                rows = np.asarray(problem.rows_many(points), dtype=float)
                wrong = row_excess(problem, rows)
        return np.where(np.isnan(fun), np.inf, fun), np.where(np.isnan(wrong), np.inf, wrong)


def row_excess(problem: Problem, rows: Vector) -> Vector:
    """The summed violation of rows (p, m), each relative to its end."""
    low, high = problem.row_lo, problem.row_hi
    over = np.maximum(np.maximum(low - rows, rows - high), 0.0)
    size = np.maximum(1.0, np.where(rows < low, np.abs(low), np.where(np.isfinite(high), np.abs(high), 1.0)))
    return np.asarray(np.sum(over / size, axis=1))


def scorer(
    evaluate: Callable[[list[Vector]], Iterable[tuple[Vector, Vector]]], pieces: int, progress: Progress
) -> Callable[[Vector], Scored]:
    """Scores a population by evaluating it in so many pieces; counts, and looks at the clock."""

    def scored(points: Vector) -> Scored:
        progress.check()
        progress.counts["function"] += len(points)
        chunks = [chunk for chunk in np.array_split(points, pieces) if len(chunk)]
        results = list(evaluate(chunks))
        return Scored(points, np.concatenate([f for f, _ in results]), np.concatenate([w for _, w in results]))

    return scored


@dataclass(frozen=True, slots=True)
class Hunt:
    """What a search carries along: the problem, the run, the judge of populations, and its random numbers."""

    problem: Problem
    progress: Progress
    score: Callable[[Vector], Scored]
    random: np.random.Generator


def strictness(problem: Problem, precision: float) -> float:
    """The violation that counts as none in a search: the precision only where rows are equations."""
    equal = problem.row_lo == problem.row_hi
    return precision if equal.any() else 1e-3 * precision


def is_better(one: Scored, than: Scored, slack: float = 0.0, margin: float = 0.0) -> bool:
    """Whether one point (a population of one) is better than another, by more than a share of its objective.

    The one that violates less wins, violations up to `slack` counting as none; then the one of lower objective.
    """
    wrong, was = max(one.wrong[0] - slack, 0.0), max(than.wrong[0] - slack, 0.0)
    if wrong != was:
        return bool(wrong < was)
    room = margin * max(1.0, abs(than.fun[0])) if np.isfinite(than.fun[0]) else 0.0
    return bool(one.fun[0] < than.fun[0] - room)


def not_worse(trial: Scored, than: Scored, slack: float = 0.0) -> Mask:
    """Which members of one population are at least as good as those of another, place by place."""
    a, b = np.where(trial.wrong <= slack, 0.0, trial.wrong), np.where(than.wrong <= slack, 0.0, than.wrong)
    return np.asarray((a < b) | ((a == b) & (trial.fun <= than.fun)))
