"""Before the first step: bounds that cross, a start inside the bounds, a start where every formula has a value."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from solver.algebra.structure.ladder import Degree
from solver.errors import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from solver.model.problem import Problem, Vector

TRIES = 60
"""How many random points are tried when the start has no value."""


def relaxed(problem: Problem) -> Problem:
    """The problem without its integer, binary and all-different constraints."""
    nothing = np.zeros(problem.n, dtype=bool)
    return replace(problem, integer=nothing, binary=nothing.copy(), groups=())


def crossing(problem: Problem) -> Outcome | None:
    """The outcome of a problem whose bounds allow no point: 19 for binaries and groups, 20 for others, else None."""
    tight = tightened(problem)
    wrong = tight.lb > tight.ub
    if not wrong.any():
        return None
    special = problem.binary | problem.grouped
    return Outcome.BOUNDS_CONFLICT_INTEGER if (wrong & special).any() else Outcome.BOUNDS_CONFLICT


def tightened(problem: Problem) -> Problem:
    """The problem with bounds of whole variables at whole numbers, and its start inside the bounds."""
    lb, ub = problem.lb.astype(float), problem.ub.astype(float)
    lb, ub = np.where(problem.binary, np.maximum(lb, 0), lb), np.where(problem.binary, np.minimum(ub, 1), ub)
    for group in problem.groups:
        lb[group], ub[group] = np.maximum(lb[group], 1), np.minimum(ub[group], group.size)
    with np.errstate(invalid="ignore"):
        lb = np.where(problem.whole, np.ceil(lb - 1e-9), lb)
        ub = np.where(problem.whole, np.floor(ub + 1e-9), ub)
    x0 = np.clip(np.nan_to_num(problem.x0.astype(float)), lb, np.maximum(lb, ub))
    return replace(problem, lb=lb, ub=ub, x0=x0, integer=problem.integer | problem.binary)


def without_idle(problem: Problem) -> Problem:
    """The problem with the variables that nothing depends on held at their start, for searches that draw points."""
    idle = np.zeros(problem.n, dtype=bool) if problem.idle is None else problem.idle() & ~problem.grouped
    if not idle.any():
        return problem
    held = np.where(problem.integer, np.round(problem.x0), problem.x0)
    return replace(problem, lb=np.where(idle, held, problem.lb), ub=np.where(idle, held, problem.ub))


def has_values(problem: Problem, x: Vector) -> bool:
    """Whether the objective and all rows are finite at x, and so are their derivatives where these are relied on."""
    if not np.isfinite(problem.fun(x)):
        return False
    if problem.degree <= Degree.KINK and not np.all(np.isfinite(problem.grad(x))):
        return False
    if not problem.m:
        return True
    if problem.linear is not None:
        return bool(np.isfinite(problem.linear.constant).all() and np.isfinite(problem.linear.matrix.data).all())
    if not np.all(np.isfinite(problem.rows(x))):
        return False
    return max(problem.row_degrees) > Degree.KINK or bool(np.all(np.isfinite(problem.row_jac(x).data)))


def start_with_values(problem: Problem, seed: int) -> Vector | None:
    """The start, or the nearest point found where every formula has a value; None when there is none."""
    if has_values(problem, problem.x0):
        return problem.x0
    return next((x for x in _nearby(problem, seed) if has_values(problem, x)), None)


def _nearby(problem: Problem, seed: int) -> Iterator[Vector]:
    """Points ever farther from the start, inside the bounds."""
    x0, lb, ub = problem.x0, problem.lb, problem.ub
    size = np.maximum(1.0, np.abs(x0))

    def inside(x: Vector) -> Vector:
        return np.where(problem.whole, x0, np.clip(x, lb, ub))

    for step in (1e-6, 1e-3, 1e-2, 0.1, 1.0):
        yield inside(x0 + step * size)
        yield inside(x0 - step * size)
        yield inside(np.where(x0 == 0, step, x0))
    yield inside(np.where(np.isfinite(lb) & np.isfinite(ub), (np.maximum(lb, -1e9) + np.minimum(ub, 1e9)) / 2, x0))
    random = np.random.default_rng(seed)
    for k in range(TRIES):
        yield inside(x0 + size * 10 ** (4.0 * k / TRIES - 3) * random.standard_normal(x0.size))
