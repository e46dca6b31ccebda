"""The step of least length-and-residual: min |J p + r| subject to |D p| <= radius, for any radius.

For few variables by the singular values of J/D, which give every damping at once and the shortest step where J is
rank-deficient; for more by factors of J'J + l D^2, dense or sparse; for very many by conjugate gradients (LSMR).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import scipy.linalg as la
import scipy.sparse as sp
from scipy.sparse.linalg import lsmr, splu

if TYPE_CHECKING:
    from collections.abc import Callable

    from solver.model.problem import Matrix, Vector

FEW, MANY = 400, 4000
"""Up to FEW variables by singular values; up to MANY by factors of the normal equations."""

Damped = tuple["Vector", float]
"""A step in scaled variables and the derivative of its squared length by the damping, halved and turned round."""


def damped_steps(jacobian: Matrix, r: Vector, weight: Vector) -> Callable[[float], Vector]:
    """The function from a radius to the step (n,), for J (k, n), r (k,) and the diagonal of D (n,)."""
    n = weight.size
    if n <= FEW:
        dense = jacobian.toarray() if sp.issparse(jacobian) else np.asarray(jacobian)
        return _by_singular_values(dense / weight, r, weight)
    scaled = sp.csr_array(jacobian @ sp.diags_array(1.0 / weight)) if sp.issparse(jacobian) else jacobian / weight
    if n <= MANY:
        return _by_factors(scaled, r, weight)
    return _by_iteration(scaled, r, weight)


def _by_singular_values(scaled: Vector, r: Vector, weight: Vector) -> Callable[[float], Vector]:
    left, size, right = la.svd(scaled, full_matrices=False, check_finite=False, lapack_driver="gesdd")
    target = -(left.T @ r)
    rank = size > size[0] * max(scaled.shape) * np.finfo(float).eps
    size, target, right = size[rank], target[rank], right[rank]

    def solved(damping: float) -> Damped:
        q = size * target / (size**2 + damping)
        return q, float(np.sum(q**2 / (size**2 + damping)))

    return lambda radius: np.asarray(right.T @ _within(solved, radius, float(la.norm(size * target))) / weight)


def _by_factors(scaled: Matrix, r: Vector, weight: Vector) -> Callable[[float], Vector]:
    normal = scaled.T @ scaled
    gradient = np.asarray(scaled.T @ r)
    n = weight.size
    sparse = sp.issparse(normal) and normal.nnz < 0.1 * n * n
    floor = 1e-14 * float(normal.diagonal().max())
    dense = None if sparse else (normal.toarray() if sp.issparse(normal) else np.asarray(normal))

    def solved(damping: float) -> Damped:
        damping = max(damping, floor)
        if dense is None:
            factor = splu(sp.csc_array(normal + damping * sp.eye_array(n)), permc_spec="MMD_AT_PLUS_A")
            p = factor.solve(-gradient)
            return p, float(p @ factor.solve(p))
        lower = la.cho_factor(dense + damping * np.eye(n), lower=True, check_finite=False)
        p = la.cho_solve(lower, -gradient)
        return p, float(p @ la.cho_solve(lower, p))

    return lambda radius: _within(solved, radius, float(la.norm(gradient))) / weight


def _by_iteration(scaled: Matrix, r: Vector, weight: Vector) -> Callable[[float], Vector]:
    """Steps by LSMR, with the damping that follows from the radius by |g| / radius alone; cut to the radius."""
    length = float(la.norm(scaled.T @ r))

    def step(radius: float) -> Vector:
        p = lsmr(scaled, -r, damp=np.sqrt(1e-3 * length / radius), atol=1e-8, btol=1e-8, maxiter=300)[0]
        size = float(la.norm(p))
        return np.asarray(p * min(1.0, radius / size) / weight) if size else np.zeros(weight.size)

    return step


def _within(solved: Callable[[float], Damped], radius: float, gradient: float) -> Vector:
    """The step of the radius' length within a tenth, or the undamped one if it is shorter (Hebden's iteration)."""
    p, slope = solved(0.0)
    length = float(la.norm(p))
    if length <= 1.1 * radius:
        return p
    low = (length - radius) * length / (radius * slope) if slope > 0 else 0.0
    high = gradient / radius
    damping = low
    for _ in range(30):
        if not low <= damping <= high:
            damping = max(1e-3 * high, float(np.sqrt(low * high)))
        p, slope = solved(damping)
        length = float(la.norm(p))
        off = length - radius
        if abs(off) <= 0.1 * radius:
            break
        low, high = (max(low, damping), high) if off > 0 else (low, min(high, damping))
        damping += off * length / (radius * slope)
    return p
