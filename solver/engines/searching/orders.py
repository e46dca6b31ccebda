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
from solver.engines.start import grouped

if TYPE_CHECKING:
    from solver.engines.searching.score import Hunt, Scored
    from solver.model.problem import Indices, Problem, Vector

KICKS = 60
"""So many kicks, and so many again for every ten cells, may fail before the search ends."""


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
        if _key(found) < _key(best):
            best, failed, began = found, 0, time.monotonic()
        else:
            failed += 1
        if _key(found) <= _key(current) or failed % 20 == 19:
            current = found
        elif failed % 10 == 9:
            current = best
        hunt.progress.step(best.x[0])
    return best


def _climbed(hunt: Hunt, start: Scored, tables: list[Indices]) -> Scored:
    """The local optimum that best moves lead to from a point."""
    problem, progress, score = hunt.problem, hunt.progress, hunt.score
    best, moving = start, True
    others = ~grouped(problem)
    while moving:
        progress.check()
        moving = False
        for group, table in zip(problem.groups, tables, strict=True):
            if not len(table):
                continue
            points = np.repeat(best.x, len(table), axis=0)
            points[:, group] = best.x[0][group][table]
            found = score(points)
            k = int(found.order()[0])
            if _clearly(found, k, best):
                best, moving = found.one(k), True
        if others.any() and not moving:
            box = box_of(problem, ~others, best.x[0])
            found = compassed(best, box, score, lambda _: None, progress.precision, rounds=60)
            if _clearly(found, 0, best):
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


def _key(one: Scored) -> tuple[float, float]:
    return float(one.wrong[0]), float(one.fun[0])


def _clearly(found: Scored, k: int, best: Scored) -> bool:
    """Whether the move is better by more than rounding."""
    if found.wrong[k] != best.wrong[0]:
        return bool(found.wrong[k] < best.wrong[0])
    return bool(found.fun[k] < best.fun[0] - 1e-12 * max(1.0, abs(best.fun[0])))
