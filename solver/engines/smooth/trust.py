"""Smooth problems with bounds: Newton's method in a trust region, its steps by conjugate gradients (Steihaug 1983).

A step p lowers the quadratic model  g p + p H p / 2  within  |p / s| <= radius, in the variables that no bound holds
back; s is the size of the variables. It is cut at the bounds, and the radius follows how well the model foretold.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from solver.engines.base import Engine, Handles, Needs, engine
from solver.engines.options import at_least, option
from solver.engines.smooth.polish import polished
from solver.engines.smooth.strides import strode
from solver.engines.verdict import judged
from solver.model.kkt import projected, sizes, unheld

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from solver.engines.progress import Progress
    from solver.model.problem import Problem, Vector
    from solver.model.solution import Solution

GOAL = 1e-13
"""The run ends when the projected gradient, times the variables' sizes, falls below this share of the objective."""

WHOLE, PAYS = 1000, 4
"""Up to so many variables the Hessian is made as a whole when a share of 1/PAYS of its columns was asked for."""

PATIENCE, CREEP = 60, 2e-3
"""The run also ends when so many steps together gain less than this share: it creeps, with no minimum near."""

STEPS = 30
"""After each time so many steps their way is tried with long strides."""


@engine(name="trust", title="Trust region Newton", needs=Needs.HESSIAN, handles=Handles.BOUNDS)
@dataclass(frozen=True, kw_only=True)
class TrustRegion(Engine):
    """Newton steps by conjugate gradients, for smooth models with bounds; ends in full double precision."""

    convergence: float = option(0.0, "stop when the relative change of the objective falls below", excel="cvg")
    rounds: int = option(5000, "steps after which the method gives up", check=at_least(1))
    products: int = option(0, "products with the Hessian that a step may take, 0 for two a cell", check=at_least(0))

    def minimise(self, problem: Problem, progress: Progress) -> Solution:
        """The point where the projected gradient vanishes or no step brings more."""
        passed = deque(enumerate(self.steps(problem, progress)), maxlen=1)
        steps, x = passed[0]
        if not self.convergence:
            x = polished(problem, x, progress)
        return judged(problem, x, self, iterations=steps)

    def steps(self, problem: Problem, progress: Progress) -> Iterator[Vector]:
        """The start and the points after every step, until the projected gradient vanishes or the steps creep."""
        x, size, still = problem.x0, sizes(problem, problem.x0), 0
        fun, radius = problem.fun(x), max(1.0, 0.1 * float(np.linalg.norm(x / size)))
        gradient, past, behind = np.asarray(problem.grad(x)), deque[float](maxlen=PATIENCE), (x, fun)
        for step in range(1, self.rounds + 2):
            left = projected(problem, x, gradient) * size
            progress.step(x, gradient_norm=float(np.abs(left / size).max(initial=0.0)), step=radius)
            yield x
            if float(np.abs(left).max(initial=0.0)) <= GOAL * max(1.0, abs(fun)) or still >= 5:
                break
            if len(past) == PATIENCE and past[0] - fun < CREEP * abs(fun):
                break
            past.append(fun)
            found = self._step(problem, x, fun, gradient, size, radius)
            if found is None:
                break
            new, fun_new, radius = found
            gain = (fun - fun_new) / max(abs(fun), 1e-300)
            still = still + 1 if gain <= max(self.convergence, 1e-15) else 0
            if step % STEPS == 0:
                behind = new, fun_new = strode(problem, behind, (new, fun_new))
            x, fun, gradient = new, fun_new, np.asarray(problem.grad(new))

    def _step(
        self, problem: Problem, x: Vector, fun: float, gradient: Vector, size: Vector, radius: float
    ) -> tuple[Vector, float, float] | None:
        """The next point, its objective and the next radius; None when no step lowers the objective."""
        mask = size * unheld(x, gradient, problem.lb, problem.ub)
        curved = _Hessian(problem, x)

        def bent(p: Vector) -> Vector:
            return np.asarray(mask * curved.times(mask * p))

        while radius > 1e-15:
            p = steihaug(bent, mask * gradient, radius, self.products or max(10, 2 * x.size))
            new = np.clip(x + mask * p, problem.lb, problem.ub)
            d = (new - x) / size
            foretold = -float(d @ (size * gradient) + d @ bent(d) / 2)
            if foretold <= 0:
                # The bounds have bent the step out of shape: the plain gradient, as far as the radius allows.
                slope = mask * gradient
                share = min(1.0, radius / max(float(np.linalg.norm(slope)), 1e-300))
                new = np.clip(x - share * mask * slope, problem.lb, problem.ub)
                d = (new - x) / size
                foretold = max(1e-300, -float(d @ (size * gradient)))
            fun_new = problem.fun(new)
            length = float(np.linalg.norm(d))
            ratio = (fun - fun_new) / foretold if np.isfinite(fun_new) else -1.0
            if ratio < 0.25:
                radius = 0.25 * min(length, radius) if length > 0 else 0.0
            elif ratio > 0.75 and length > 0.8 * radius:
                radius = 2.0 * radius
            if ratio > 1e-4 and fun_new < fun:
                return new, fun_new, radius
        return None


class _Hessian:
    """The Hessian at a point: by its products, and as a whole once so many were asked for that it pays."""

    def __init__(self, problem: Problem, x: Vector) -> None:
        self._problem, self._x = problem, x
        self._left = problem.n // PAYS if problem.hessian is not None and problem.n <= WHOLE else -1
        self._matrix: Vector | None = None

    def times(self, p: Vector) -> Vector:
        """The product with a direction."""
        if self._left == 0 and self._problem.hessian is not None:
            self._matrix = self._problem.hessian(self._x)
        self._left -= 1
        return self._problem.hessp(self._x, p) if self._matrix is None else np.asarray(self._matrix @ p)


def steihaug(bent: Callable[[Vector], Vector], gradient: Vector, radius: float, most: int) -> Vector:
    """A step that lowers g p + p H p / 2 within the radius, by at most so many products with H.

    Along negative curvature it goes to the edge.
    """
    p, r = np.zeros_like(gradient), gradient.copy()
    d, square = -r, float(r @ r)
    enough = min(0.1, square**0.25) ** 2 * square
    for _ in range(most):
        if square <= max(enough, 1e-300):
            break
        product = bent(d)
        curvature = float(d @ product)
        if curvature <= 1e-16 * float(d @ d):
            return p + _to_edge(p, d, radius) * d
        alpha = square / curvature
        if float(np.linalg.norm(p + alpha * d)) >= radius:
            return p + _to_edge(p, d, radius) * d
        p, r = p + alpha * d, r + alpha * product
        square, before = float(r @ r), square
        d = -r + square / before * d
    return p


def _to_edge(p: Vector, d: Vector, radius: float) -> float:
    """How far along d the sphere lies from a point inside it."""
    a, b, c = float(d @ d), float(p @ d), float(p @ p) - radius**2
    return float((-b + np.sqrt(max(b * b - a * c, 0.0))) / a)
