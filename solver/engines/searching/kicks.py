"""Fits with corners (ReLU, ABS, MAX in a sum of squares): Levenberg-Marquardt, kicked from one minimum to the next.

On every piece between the corners the residuals are smooth, and damped steps cross from piece to piece where that
lowers the sum. They end in the nearest minimum, of which such models have many; a kick of random length from the best
one, or from the start, often leads into a deeper one (basin hopping: Wales, Doye 1997).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from solver.engines.smooth.levenberg import descended

if TYPE_CHECKING:
    from solver.engines.progress import Progress
    from solver.model.problem import Problem, Vector

KICKS, VAIN = 120, 50
"""At most so many kicks; so many in a row that bring nothing are the end."""

CREEP = 30
"""Steps that may creep before a descent is left, as long as it is not the best."""

LENGTHS = (1.0, 1.0, 0.3, 0.3)
"""The lengths of the kicks in turn, in sizes of the variables."""

GAIN = 1e-6
"""A minimum that is lower by less than this share is the same."""


def fitted(problem: Problem, progress: Progress, random: np.random.Generator, *, kicks: int = KICKS) -> Vector:
    """The least of the minima, inside the bounds, that descents from the start and from kicks lead to."""
    start = problem.x0
    best = descended(problem, progress, curved=False).x
    reached, vain = problem.fun(best), 0
    for k in range(kicks):
        progress.check()
        base, length = (best, start)[k % 2], LENGTHS[k % len(LENGTHS)]
        size = np.maximum(np.abs(base), float(np.mean(np.abs(base))) or 1.0)
        kicked = base + length * random.standard_normal(problem.n) * size
        view = replace(problem, x0=np.clip(kicked, problem.lb, problem.ub))
        found = descended(view, progress.quiet(problem), curved=False, patience=CREEP).x
        fun = problem.fun(found)
        if fun < reached - GAIN * max(abs(reached), 1e-9):
            vain, best, reached = 0, found, fun
            progress.step(best)
        else:
            vain += 1
        if vain == VAIN:
            break
    return descended(replace(problem, x0=best), progress, curved=False).x
