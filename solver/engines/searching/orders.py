"""Search over orders: every group of all-different cells is a permutation, changed by moves until none is better.

From a local optimum a kick leads on (iterated local search); whole and real cells beside the groups move by steps.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from solver.engines.searching.box import box_of
from solver.engines.searching.compass import compassed
from solver.engines.searching.moves import kicked, neighbours
from solver.engines.searching.score import is_better

if TYPE_CHECKING:
    from solver.engines.searching.score import Hunt, Scored
    from solver.model.problem import Indices, Problem, Vector

KICKS = 60
"""So many kicks, and so many again for every ten cells, may fail before the search ends."""

ROUNDING = 1e-12
"""A move that gains less than this share of the objective gains nothing."""


def ordered(hunt: Hunt, patience: float) -> Scored:
    """The best point found, as a population of one; the search ends after so many seconds without a better one."""
    problem, random, score = hunt.problem, hunt.random, hunt.score
    groups = problem.groups
    tables = [neighbours(group.size, random) for group in groups]
    cells = sum(group.size for group in groups)
    allowed = KICKS + KICKS * cells // 10
    best = current = _climbed(hunt, score(_permuted(problem, random)[None, :]), tables)
    failed, began = 0, time.monotonic()
    while failed < allowed and time.monotonic() - began < patience:
        x = current.x[0].copy()
        group = groups[int(random.integers(len(groups)))]
        x[group] = random.permutation(x[group]) if failed % 20 == 19 else kicked(x[group], random)
        found = _climbed(hunt, score(x[None, :]), tables)
        if is_better(found, best):
            best, failed, began = found, 0, time.monotonic()
        else:
            failed += 1
        if not is_better(current, found) or failed % 20 == 19:
            current = found
        elif failed % 10 == 9:
            current = best
        hunt.progress.step(best.x[0])
    return best


def _climbed(hunt: Hunt, start: Scored, tables: list[Indices]) -> Scored:
    """The local optimum that best moves lead to from a point."""
    problem, progress, score = hunt.problem, hunt.progress, hunt.score
    best, moving = start, True
    others = ~problem.grouped
    while moving:
        progress.check()
        moving = False
        for group, table in zip(problem.groups, tables, strict=True):
            if not len(table):
                continue
            points = np.repeat(best.x, len(table), axis=0)
            points[:, group] = best.x[0][group][table]
            found = score(points)
            first = found.one(int(found.order()[0]))
            if is_better(first, best, margin=ROUNDING):
                best, moving = first, True
        if others.any() and not moving:
            box = box_of(problem, ~others, best.x[0])
            found = compassed(best, box, score, lambda _: None, progress.precision, rounds=60)
            if is_better(found, best, margin=ROUNDING):
                best, moving = found, True
    return best


def _permuted(problem: Problem, random: np.random.Generator) -> Vector:
    """The start, its groups made permutations: in the order of their values."""
    x = problem.x0.copy()
    for group in problem.groups:
        given = x[group]
        if np.unique(given).size < group.size:
            given = random.random(group.size)
        x[group] = np.argsort(np.argsort(given)) + 1.0
    return x
