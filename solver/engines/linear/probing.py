"""Linear models found by trying, as Excel's own engine finds them: every cell is moved by one, the rest stays.

Formulas need not be linear to be so wherever a plan may lie: totals rounded to cents, a guard against an empty plan, a
cap that no plan reaches, a price times a cell that its bounds hold. Excel solves such models as linear programs and
asks afterwards whether the formulas agree. Here they must agree at other corners of the feasible region, too, roughly,
for there a product or a step shows itself.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp

from solver.engines.linear.linear_form import linear_form
from solver.model.problem import Linear

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from solver.engines.linear.linear_form import LinearForm
    from solver.model.problem import Problem, Vector

MOST = 3000
"""With more variables nothing is tried."""

CORNERS, FAR = 8, 1e3
"""So many corners are looked at; open ranges end so many sizes away."""

ROUGH, SAME = 0.02, 1e-9
"""By what share formulas may differ from the linear model where they have steps, and where they are smooth."""

CHUNK = 256


def probings(problem: Problem, corner: Callable[[LinearForm], Vector | None]) -> Iterator[Linear]:
    """The linear models that are found from some points and hold roughly at corners of their feasible regions.

    `corner` gives the columns of a continuous linear form at its optimum, or None.
    """
    if problem.n > MOST or problem.grouped.any():
        return
    for base in _bases(problem):
        linear = probed(problem, base)
        if linear is not None and _holds(problem, linear, corner):
            yield linear


def probed(problem: Problem, base: Vector) -> Linear | None:
    """The coefficients that show when every variable is moved by one from a point, inside its bounds where they allow.

    None where a formula has no value on the way.
    """
    step = np.where(base + 1 <= problem.ub, 1.0, -1.0)
    points = base + np.diag(step)
    fun, rows = np.empty(problem.n), np.empty((problem.n, problem.m))
    for begin in range(0, problem.n, CHUNK):
        part = slice(begin, begin + CHUNK)
        fun[part] = problem.fun_many(points[part])
        if problem.m:
            rows[part] = problem.rows_many(points[part])
    at, sides = problem.fun(base), problem.rows(base) if problem.m else np.zeros(0)
    cost, matrix = (fun - at) / step, ((rows - sides) / step[:, None]).T
    free = problem.lb < problem.ub
    cost, matrix = np.where(free, cost, 0.0), np.where(free, matrix, 0.0)
    if not (np.isfinite(cost).all() and np.isfinite(matrix).all() and np.isfinite(at) and np.isfinite(sides).all()):
        return None
    return Linear(sp.csr_array(matrix), sides - matrix @ base, cost, float(at - cost @ base))


def agrees(problem: Problem, linear: Linear, x: Vector, share: float) -> bool:
    """Whether formulas and linear model say the same at a point, up to a share of the size of the numbers."""
    assert linear.cost is not None
    said, meant = problem.fun(x), float(linear.cost @ x + linear.offset)
    if not abs(said - meant) <= share * max(1.0, abs(meant)):
        return False
    if not problem.m:
        return True
    sides = linear.matrix @ x + linear.constant
    return bool(np.all(np.abs(problem.rows(x) - sides) <= share * np.maximum(1.0, np.abs(sides))))


def _bases(problem: Problem) -> Iterator[Vector]:
    """The start, the point of the box that is nearest to zero, and one a little inside of it."""
    zero = np.clip(np.zeros(problem.n), problem.lb, problem.ub)
    yield problem.x0
    if not np.array_equal(zero, problem.x0):
        yield zero
    yield np.clip(zero + 1.0, problem.lb, problem.ub)


def _holds(problem: Problem, linear: Linear, corner: Callable[[LinearForm], Vector | None]) -> bool:
    """Whether the formulas roughly agree with a linear model at corners of its feasible region and between them."""
    reach = FAR * max(1.0, float(np.abs(problem.x0).max(initial=0.0)))
    form = linear_form(problem, linear)
    form = replace(
        form,
        lb=np.maximum(problem.lb, -reach),
        ub=np.minimum(problem.ub, reach),
        whole=np.zeros_like(form.whole),
    )
    random: Any = np.random.default_rng(1)
    found = [corner(replace(form, cost=random.standard_normal(form.cost.size))) for _ in range(CORNERS)]
    corners = [each for each in found if each is not None]
    if not corners:
        return False
    between = [(one + other) / 2 for one, other in pairwise(corners)]
    share = SAME if problem.smooth else ROUGH
    return all(agrees(problem, linear, x, share) for x in (*corners, *between, np.mean(corners, axis=0)))
