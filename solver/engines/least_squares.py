"""Sums of squares with bounds: the Levenberg-Marquardt method as a trust region (Moré 1978), then Newton's steps.

A step p solves  min |J p + r|  within  |D p| <= radius, by  (J'J + l D^2) p = -J'r.  D holds the largest lengths that
the columns of J have had, so the way does not depend on the units of the variables. Bounds cut the step; variables
that push against one are left out. Columns that J does not tell apart get the shortest step that fits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from solver.engines.base import Engine, Handles, Needs, engine
from solver.engines.damping import damped_steps
from solver.engines.options import option
from solver.engines.polish import polished
from solver.engines.verdict import judged
from solver.errors import EngineError

if TYPE_CHECKING:
    from solver.engines.progress import Progress
    from solver.model.problem import Mask, Matrix, Problem, Residuals, Vector
    from solver.model.solution import Solution

EPS = float(np.finfo(float).eps)

ROUNDS = 20_000
"""More steps than any fit that moves at all has needed."""


@engine(
    name="least_squares",
    title="Least squares",
    needs=Needs.GRADIENT | Needs.RESIDUALS,
    handles=Handles.BOUNDS,
)
@dataclass(frozen=True, kw_only=True)
class LeastSquares(Engine):
    """Levenberg-Marquardt on the residuals and their Jacobian, for fits; ends in full double precision."""

    convergence: float = option(0.0, "stop when the relative change of the sum falls below", excel="cvg")

    def minimise(self, problem: Problem, progress: Progress) -> Solution:
        """The local minimum of the sum of squares that the steps from the start lead to."""
        residuals = problem.residuals
        if residuals is None:
            raise EngineError("least_squares needs a sum of squares, and the objective is none")
        x, steps = _descended(problem, residuals, progress, self.convergence)
        if not self.convergence:
            x = polished(problem, x, progress)
        return judged(problem, x, self, iterations=steps)


def _descended(problem: Problem, residuals: Residuals, progress: Progress, convergence: float) -> tuple[Vector, int]:
    """The point where no damped step brings less, and the number of steps."""
    x, lb, ub = problem.x0, problem.lb, problem.ub
    r, jacobian = residuals.fun(x), residuals.jac(x)
    total, scale, radius, still = float(r @ r), np.zeros(problem.n), 0.0, 0
    for count in range(ROUNDS):
        gradient = np.asarray(jacobian.T @ r)
        free = ~(((x <= lb) & (gradient > 0)) | ((x >= ub) & (gradient < 0)))
        progress.step(x, gradient_norm=float(np.abs(2 * gradient[free]).max(initial=0.0)), step=radius or None)
        scale = np.maximum(scale, _lengths(jacobian))
        weight = np.where(scale > 0, scale, 1.0)
        if not free.any() or total == 0.0 or _orthogonal(gradient, r, weight, free):
            return x, count
        radius = radius or 100.0 * float(np.linalg.norm(weight * x)) or 100.0
        step_of = damped_steps(_columns(jacobian, free), r, weight[free])
        while True:
            p = np.zeros(problem.n)
            p[free] = step_of(radius)
            new = np.clip(x + p, lb, ub)
            p = new - x
            length = float(np.linalg.norm(weight * p))
            r_new = residuals.fun(new)
            total_new = float(r_new @ r_new)
            foreseen = total - float(np.sum((jacobian @ p + r) ** 2))
            ratio = (total - total_new) / foreseen if foreseen > 0 and np.isfinite(total_new) else -1.0
            if ratio < 0.25:
                radius = 0.25 * min(length, radius) if np.isfinite(total_new) else 0.1 * min(length, radius)
            elif ratio > 0.75:
                radius = max(radius, 2.0 * length)
            if ratio > 1e-4 and total_new < total:
                break
            if length <= 4 * EPS * float(np.linalg.norm(weight * x)) or radius < 1e-300 or length == 0.0:
                return x, count
        gain = (total - total_new) / max(total, 1e-300)
        still = still + 1 if gain <= max(convergence, 2 * EPS) else 0
        x, r, total = new, r_new, total_new
        if still >= 5:
            return x, count + 1
        jacobian = residuals.jac(x)
    return x, ROUNDS


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


def _orthogonal(gradient: Vector, r: Vector, weight: Vector, free: Mask) -> bool:
    """Whether the residual stands at a right angle, to rounding, on every column of a free variable."""
    return bool(np.max(np.abs(gradient[free]) / weight[free]) <= EPS * np.linalg.norm(r))
