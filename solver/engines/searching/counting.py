"""All points of a small box of whole numbers, looked at one after the other: what is best there is proven."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solver.engines.searching.score import is_better

if TYPE_CHECKING:
    from collections.abc import Callable

    from solver.engines.progress import Progress
    from solver.engines.searching.score import Scored
    from solver.model.problem import Problem, Vector

COUNTABLE, CHUNK = 250_000, 10_000
"""Boxes with no more whole points than this are searched completely, so many at a time."""


def is_countable(problem: Problem) -> bool:
    """Whether every variable is whole and the bounds leave few enough points to look at each."""
    if problem.groups or not problem.integer.all():
        return False
    return bool(np.prod(problem.ub - problem.lb + 1) <= COUNTABLE)


def counted(problem: Problem, score: Callable[[Vector], Scored], progress: Progress) -> Vector:
    """The best of all points of a countable box."""
    widths = (problem.ub - problem.lb + 1).astype(int)
    best = score(problem.x0[None, :])
    for begin in range(0, int(np.prod(widths)), CHUNK):
        index = np.arange(begin, min(begin + CHUNK, int(np.prod(widths))))
        points = problem.lb + np.stack(np.unravel_index(index, widths), axis=1)
        found = score(points)
        head = found.one(int(found.order(progress.precision)[0]))
        if is_better(head, best, progress.precision):
            best = head
            progress.step(best.x[0])
    return np.asarray(best.x[0])
