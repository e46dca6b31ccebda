"""The Levenberg-Marquardt method as a trust region (Moré 1978), with bounds.

A step p solves  min |J p + r|  within  |D p| <= radius, by  (J'J + l D^2) p = -J'r.  D holds the largest lengths that
the columns of J have had, so the way does not depend on the units of the variables. Bounds cut the step; variables
that push against one are left out. Columns that J does not tell apart get the shortest step that fits.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import scipy.sparse as sp

from solver.engines.smooth.damping import Damped, damped, within
from solver.errors import EngineError
from solver.model.kkt import unheld

if TYPE_CHECKING:
    from solver.engines.progress import Progress
    from solver.model.problem import Mask, Matrix, Problem, Residuals, Vector

EPS = float(np.finfo(float).eps)

ROUNDS = 20_000
"""More steps than any fit that moves at all has needed."""

REACH = 100.0
"""The first radius, in sizes of the start."""

CREEP = 0.01
"""Steps that gain less than this share, all that patience allows, creep."""

BEND = 0.75
"""The longest acceleration, as a share of the step."""


class Descended(NamedTuple):
    """Where a descent ended, after how many steps, and whether it had come to rest."""

    x: Vector
    steps: int
    settled: bool


@dataclass(frozen=True)
class Place:
    """A point x (n,) of a descent with its residuals r (k,), their Jacobian J (k, n) and their sum of squares."""

    x: Vector
    r: Vector
    jacobian: Matrix
    total: float

    @cached_property
    def gradient(self) -> Vector:
        """J' r: half the gradient of the sum of squares, (n,)."""
        return np.asarray(self.jacobian.T @ self.r)

    @property
    def finite(self) -> bool:
        """Whether the sum and every derivative has a value."""
        entries = self.jacobian if isinstance(self.jacobian, np.ndarray) else self.jacobian.data
        return bool(np.isfinite(self.total) and np.all(np.isfinite(entries)))


@dataclass(frozen=True, slots=True)
class Ground:
    """Where a descent goes: residuals between bounds; `curved` steps are accelerated along the geodesic."""

    residuals: Residuals
    lb: Vector
    ub: Vector
    curved: bool

    def place(self, x: Vector, r: Vector) -> Place:
        """The point x, whose residuals are known."""
        return Place(x, r, self.residuals.jac(x), float(r @ r))

    def free(self, here: Place) -> Mask:
        """The variables that no bound holds back."""
        return unheld(here.x, here.gradient, self.lb, self.ub)

    def step(self, here: Place, weight: Vector, radius: float, *, first: bool) -> tuple[Place, float] | None:
        """The next place and the next radius, None where no step lowers the sum; the `first` step sets the radius."""
        x, r, jacobian, free = here.x, here.r, here.jacobian, self.free(here)
        system = damped(_columns(jacobian, free), weight[free])
        while True:
            p = np.zeros_like(x)
            scaled, damping = within(system, r, radius)
            p[free] = scaled / weight[free]
            straight = np.clip(x + p, self.lb, self.ub) - x
            length = float(np.linalg.norm(weight * straight))
            foreseen = here.total - float(np.sum((jacobian @ straight + r) ** 2))
            if self.curved:
                p[free] += _bend(self.residuals, x, p, r, jacobian @ p, system, damping, scaled) / weight[free]
            new = np.clip(x + p, self.lb, self.ub)
            r_new = self.residuals.fun(new)
            total = float(r_new @ r_new)
            ratio = (here.total - total) / foreseen if foreseen > 0 and np.isfinite(total) else -1.0
            if first:
                radius = min(radius, length)
            if ratio <= 0.25:
                radius = _shrunk(radius, length, here.total, total, float(here.gradient @ (new - x)))
            elif ratio >= 0.75 or length < 0.9 * radius:
                radius = 2.0 * length
            if ratio > 1e-4 and total < here.total:
                there = self.place(new, r_new)
                if there.finite:
                    return there, radius
                radius *= 0.1
            if length <= 4 * EPS * float(np.linalg.norm(weight * x)) or radius < 1e-300 or length == 0.0:
                return None


def descended(
    problem: Problem,
    progress: Progress,
    convergence: float = 0.0,
    *,
    goal: float = 0.0,
    rounds: int = ROUNDS,
    patience: int = 0,
    curved: bool = True,
    reach: float = REACH,
) -> Descended:
    """The point where no damped step brings less squares, or no more than `goal` is left.

    With `patience`, the descent also ends, unsettled, when so many steps together gain less than a hundredth.
    `curved` steps are accelerated along the geodesic: for residuals without corners. The first step is no longer than
    `reach` sizes of the start.
    """
    residuals = problem.residuals
    if residuals is None:
        raise EngineError("there is no sum of squares")
    ground = Ground(residuals, problem.lb, problem.ub, curved)
    here = ground.place(problem.x0, residuals.fun(problem.x0))
    scale, radius, still = np.zeros(problem.n), 0.0, 0
    totals: deque[float] = deque(maxlen=max(patience, 1))
    if not here.finite:
        return Descended(here.x, 0, True)
    for count in range(rounds):
        free = ground.free(here)
        steep = 2 * _slope(residuals, here.total) * float(np.abs(here.gradient[free]).max(initial=0.0))
        progress.step(here.x, gradient_norm=steep, step=radius or None)
        scale = np.maximum(scale, _lengths(here.jacobian))
        weight = np.where(scale > 0, scale, 1.0)
        if not free.any() or here.total <= goal or _orthogonal(here, weight, free):
            return Descended(here.x, count, True)
        if patience and len(totals) == patience and totals[0] - here.total < CREEP * here.total:
            return Descended(here.x, count, False)
        totals.append(here.total)
        radius = radius or reach * float(np.linalg.norm(weight * here.x)) or reach
        found = ground.step(here, weight, radius, first=count == 0)
        if found is None:
            return Descended(here.x, count, True)
        there, radius = found
        gain = (here.total - there.total) / max(here.total, 1e-300)
        still = still + 1 if gain <= max(convergence, 2 * EPS) else 0
        here = there
        if still >= 5:
            return Descended(here.x, count + 1, True)
    return Descended(here.x, rounds, False)


def _bend(
    residuals: Residuals, x: Vector, p: Vector, r: Vector, along: Vector, system: Damped, damping: float, scaled: Vector
) -> Vector:
    """The geodesic acceleration of a step (Transtrum, Sethna 2012), in scaled variables; nothing where it is long.

    The second derivative of the residuals along p comes from one more evaluation, a tenth of the way along.
    """
    h = 0.1
    second = 2.0 / h * ((residuals.fun(x + h * p) - r) / h - along)
    if not np.all(np.isfinite(second)):
        return np.zeros_like(scaled)
    bend = system.step(damping, second) / 2
    short = 2 * np.linalg.norm(bend) <= BEND * np.linalg.norm(scaled)
    return bend if short else np.zeros_like(scaled)


def _shrunk(radius: float, length: float, total: float, total_new: float, slope: float) -> float:
    """The next radius after a poor step: where a parabola through both sums of squares is least."""
    if not np.isfinite(total_new) or 0.01 * total_new >= total or slope >= 0.0:
        share = 0.1  # a step cut off by bounds may even lead uphill: no parabola tells how far
    elif total_new <= total:
        share = 0.5
    else:
        share = max(0.1, 0.5 * slope / (slope + 0.5 * (total - total_new)))
    return share * min(radius, 10.0 * length)


def _slope(residuals: Residuals, total: float) -> float:
    """The derivative of the objective by the sum of squares."""
    h = 1e-4 * total
    return (residuals.outer(total + h) - residuals.outer(total - h)) / (2 * h) if h > 0 else 0.0


def _lengths(jacobian: Matrix) -> Vector:
    """The Euclidean length of every column."""
    squares = np.square(jacobian) if isinstance(jacobian, np.ndarray) else jacobian.multiply(jacobian)
    return np.asarray(np.sqrt(np.asarray(squares.sum(axis=0)).ravel()))


def _columns(jacobian: Matrix, free: Mask) -> Matrix:
    if free.all():
        return jacobian
    if isinstance(jacobian, np.ndarray):
        return np.asarray(jacobian[:, free])
    return sp.csr_array(sp.csc_array(jacobian)[:, np.flatnonzero(free)])


def _orthogonal(here: Place, weight: Vector, free: Mask) -> bool:
    """Whether the residual stands at a right angle, to rounding, on every column of a free variable."""
    return bool(np.max(np.abs(here.gradient[free]) / weight[free]) <= EPS * np.linalg.norm(here.r))
