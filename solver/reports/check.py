"""Whether a point is an answer: constraints and optimality conditions, recomputed without the engine's word."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

import numpy as np

from solver.model.kkt import STATIONARY, optimality, violation

if TYPE_CHECKING:
    from solver.model.problem import Problem, Vector

FEASIBLE = 1e-6
"""The precision of constraints where none is asked for, relative to their right sides."""


class Verdict(Enum):
    """What can be said of a point.

    OPTIMAL: no better one exists (the model is linear or convex). STATIONARY: no direction improves it to first
    order. FEASIBLE: the constraints hold, and optimality has no derivative test here (integers, jumps, some corners).
    IMPROVABLE: the constraints hold and a direction improves it. INFEASIBLE: a constraint is violated. UNUSABLE: the
    model or a formula it needs cannot be used.
    """

    OPTIMAL = "optimal"
    STATIONARY = "stationary"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    IMPROVABLE = "improvable"
    UNUSABLE = "unusable"


@dataclass(frozen=True, slots=True)
class Certificate:
    """A point's verdict, with the worst violation of a constraint (relative to its right side) and the KKT residual.

    `optimality` is None where derivatives do not exist and no smooth model with corners as rows stands in; see
    `solver.model.kkt.optimality` for its scaling. `reason` says why a model is unusable.
    """

    feasible: bool
    worst_violation: float
    optimality: float | None
    verdict: Verdict
    reason: str = ""


def certify(problem: Problem, x: Vector, precision: float = FEASIBLE) -> Certificate:
    """The verdict on a point of a problem."""
    worst = float(violation(problem, x))
    whole = problem.integer | problem.binary
    if whole.any():
        worst = max(worst, float(np.abs(x[whole] - np.round(x[whole])).max()))
    for group in problem.groups:
        worst = max(worst, float(np.abs(np.sort(x[group]) - np.arange(1, len(group) + 1)).max()))
    feasible = bool(worst <= precision)
    if not problem.smooth or problem.whole.any():
        residual, verdict = _among_corners(problem, x) if feasible else (None, Verdict.INFEASIBLE)
        return Certificate(feasible, worst, residual, verdict)
    residual = float(optimality(problem, x)[0])
    if not feasible:
        verdict = Verdict.INFEASIBLE
    elif residual > STATIONARY:
        verdict = Verdict.IMPROVABLE
    else:
        verdict = Verdict.OPTIMAL if is_convex(problem) else Verdict.STATIONARY
    return Certificate(feasible, worst, residual, verdict)


def _among_corners(problem: Problem, x: Vector) -> tuple[float | None, Verdict]:
    """The residual and the verdict on a feasible point where derivatives do not exist.

    The smooth problem that has the corners as rows allows more; so what is optimal there is so here. What is not may
    be optimal all the same.
    """
    lifting = None if problem.whole.any() or problem.lifting is None else problem.lifting()
    if lifting is None:
        return None, Verdict.FEASIBLE
    residual = float(optimality(lifting.over(problem), lifting.raised(x))[0])
    if not residual <= STATIONARY:
        return None, Verdict.FEASIBLE
    return residual, Verdict.OPTIMAL if is_convex(lifting.problem) else Verdict.STATIONARY


def is_convex(problem: Problem) -> bool:
    """Whether the structure proves that a stationary point is a minimum: linear rows, and a convex objective."""
    return problem.sense == 0 or problem.convex
