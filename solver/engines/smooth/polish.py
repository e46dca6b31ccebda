"""The last digits: Newton's steps on the gradient, for a point that a descent has brought close to a minimum.

A sum of squares is known to twice fewer digits than its minimiser's gradient: where the objective no longer changes,
the gradient still tells the way. A step counts when it shortens the gradient and does not raise the objective.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import scipy.linalg as la

from solver.model.kkt import projected

if TYPE_CHECKING:
    from solver.engines.progress import Progress
    from solver.model.problem import Indices, Problem, Vector

SMALL = 300
"""Up to so many free variables the Hessian is written out; beyond, the point is left as it is."""

ROUNDS = 12

NOISE = 1e-10
"""A sum of small squares is known to no better than this share, when the numbers that it compares are large."""


def polished(problem: Problem, x: Vector, progress: Progress) -> Vector:
    """The point after Newton's steps in the variables that no bound holds."""
    fun, gradient = problem.fun(x), np.asarray(problem.grad(x))
    if not problem.smooth or not np.all(np.isfinite(gradient)):
        return x
    norm = _size(problem, x, gradient)
    for _ in range(ROUNDS):
        free = np.flatnonzero((x > problem.lb) & (x < problem.ub))
        if not 0 < free.size <= SMALL or norm == 0.0:
            break
        p = _newton(hessian_of(problem, x, free), gradient[free])
        new = x.copy()
        new[free] += p
        new = np.clip(new, problem.lb, problem.ub)
        fun_new, gradient_new = problem.fun(new), np.asarray(problem.grad(new))
        if not np.all(np.isfinite(gradient_new)):
            break
        norm_new = _size(problem, new, gradient_new)
        surely = fun_new <= fun + 1e-13 * abs(fun)
        if norm_new >= norm or not (surely or (norm_new < norm / 2 and fun_new <= fun + NOISE * abs(fun))):
            break
        x, fun, gradient, norm = new, fun_new, gradient_new, norm_new
        progress.step(x, gradient_norm=norm)
    return x


def hessian_of(problem: Problem, x: Vector, free: Indices) -> Vector:
    """The Hessian of the objective among the chosen variables (k, k), by products where they are few of many."""
    if problem.hessian is not None and 2 * free.size > problem.n:
        whole = problem.hessian(x)[np.ix_(free, free)]
        return np.asarray((whole + whole.T) / 2)
    result = np.empty((free.size, free.size))
    direction = np.zeros(problem.n)
    for k, j in enumerate(free):
        direction[j] = 1.0
        result[:, k] = problem.hessp(x, direction)[free]
        direction[j] = 0.0
    return (result + result.T) / 2


def _newton(hessian: Vector, gradient: Vector) -> Vector:
    """The Newton step, without the directions in which the Hessian is zero to rounding.

    Variables that nothing depends on stay where they are.
    """
    bends = hessian.any(axis=0)
    if not bends.all():
        step = np.zeros_like(gradient)
        if bends.any():
            step[bends] = _newton(hessian[np.ix_(bends, bends)], gradient[bends])
        return step
    size = np.sqrt(np.maximum(np.abs(np.diag(hessian)), 1e-300))
    scaled = hessian / np.outer(size, size)
    if not np.all(np.isfinite(scaled)):
        return np.zeros_like(gradient)
    values, vectors = la.eigh(scaled)
    kept = np.abs(values) > 1e-11 * np.abs(values).max()
    along = vectors[:, kept].T @ (gradient / size)
    return np.asarray(-(vectors[:, kept] @ (along / np.abs(values[kept]))) / size)


def _size(problem: Problem, x: Vector, gradient: Vector) -> float:
    return float(np.abs(projected(problem, x, gradient) * np.maximum(1e-8, np.abs(x))).max(initial=0.0))
