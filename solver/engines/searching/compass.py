"""Compass search: steps along every axis, and along pairs of axes, that are halved when none is better.

It needs no derivative, moves whole variables by whole steps, and looks at all directions in one evaluation of the
program. Pairs move by opposite steps, for sums that must not change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solver.engines.searching.score import is_better

if TYPE_CHECKING:
    from collections.abc import Callable

    from solver.engines.searching.box import Box
    from solver.engines.searching.score import Scored
    from solver.model.problem import Vector

PAIRS = 40
"""Up to so many variables pairs of them are moved together."""

FINEST = 1e-10
"""The smallest step, relative to the size of a variable."""

ROUNDING = 1e-15
"""A gain below this share of the objective is none."""


def compassed(
    start: Scored,
    box: Box,
    score: Callable[[Vector], Scored],
    passed: Callable[[Vector], object],
    precision: float,
    rounds: int = 2000,
) -> Scored:
    """The best point (as a population of one) that steps from the start lead to; `passed` sees every better one."""
    best, n, integer = start, start.x.shape[1], box.integer
    axes = _directions(n)
    scale = np.where(integer, 1.0, np.maximum(np.abs(best.x[0]), 1.0))
    step = 0.25
    for _ in range(rounds):
        length = np.where(integer, np.maximum(1.0, np.round(step * np.maximum(np.abs(best.x[0]), 4.0))), step * scale)
        found = score(box.placed(best.x + axes * length))
        first = found.one(int(found.order(precision)[0]))
        if is_better(first, best, precision, ROUNDING):
            best = first
            passed(best.x[0])
            step *= 1.5
        elif step < FINEST or (integer.all() and step < 0.05):
            break
        else:
            step /= 2
    return best


def _directions(n: int) -> Vector:
    """Both ways along every axis, and along differences and sums of two axes."""
    axes = np.vstack([np.eye(n), -np.eye(n)])
    if not 1 < n <= PAIRS:
        return axes
    i, j = np.triu_indices(n, 1)
    one, other = np.eye(n)[i], np.eye(n)[j]
    return np.vstack([axes, one - other, other - one, one + other, -one - other])
