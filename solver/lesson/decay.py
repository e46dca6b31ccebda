"""The weight decay that serves held-out targets best: found by trying, each time twice or half as much.

The cell of the decay becomes one more variable whose bounds are equal, so that the formulas are compiled once.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from solver.engines import run
from solver.engines.smooth.lbfgsb import LimitedMemory
from solver.grid import Area
from solver.model.binding import bind

if TYPE_CHECKING:
    from solver.book.book import Book
    from solver.grid import Cell
    from solver.model.model import Model

FACTOR = 2.0
MOST_TRIED = 16
"""How far apart the decays are that are tried, and how many at most."""

CLOSE = LimitedMemory(convergence=1e-7, iterations=500)
"""How exactly the loss of each is made small."""


def best_decay(book: Book, model: Model, cell: Cell, first: float) -> tuple[float, int]:
    """The decay with the least held-out loss, climbing from a first guess, and how many were tried."""
    wider = replace(model, variables=(*model.variables, Area.of(cell)))
    problem = bind(book, wider).problem
    place = problem.labels.index(str(cell))
    tried: dict[int, float] = {}

    def held_out(power: int) -> float:
        if power not in tried:
            lb, ub, x0 = problem.lb.copy(), problem.ub.copy(), problem.x0.copy()
            lb[place] = ub[place] = x0[place] = first * FACTOR**power
            found = run(replace(problem, lb=lb, ub=ub, x0=x0), CLOSE)
            value = np.inf if problem.held_out is None else problem.held_out(found.x)
            tried[power] = float(value) if np.isfinite(value) else np.inf
        return tried[power]

    best = 0
    step = 1 if held_out(1) < held_out(0) else -1
    while held_out(best + step) < held_out(best) and len(tried) < MOST_TRIED:
        best += step
    return first * FACTOR**best, len(tried)
