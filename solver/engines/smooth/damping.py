"""Damped steps of least squares: min |J p + r| subject to |D p| <= radius, for any radius.

For few variables by the singular values of J/D, which give every damping at once and the shortest step where J is
rank-deficient; for more by factors of J'J + l D^2, dense or sparse; for very many by conjugate gradients (LSMR).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import scipy.linalg as la
import scipy.sparse as sp
from scipy.sparse.linalg import lsmr, splu

if TYPE_CHECKING:
    from collections.abc import Callable

    from solver.model.problem import Matrix, Vector

FEW, MANY = 400, 4000
"""Up to FEW variables by singular values; up to MANY by factors of the normal equations."""


class Damped(Protocol):
    """Solves min |J p + r|^2 + l |D p|^2 for one Jacobian J (k, n), in the scaled variables D p (n,)."""

    def step(self, damping: float, r: Vector) -> Vector:
        """The minimiser (n,) for a damping l and a residual r (k,)."""

    def slope(self, damping: float, p: Vector) -> float:
        """p (J'J + l)^-1 p for a step p (n,): how fast half the squared length of a step falls with the damping."""

    def gradient(self, r: Vector) -> Vector:
        """J' r, (n,)."""


def damped(jacobian: Matrix, weight: Vector) -> Damped:
    """The solver for J (k, n) and the diagonal of D (n,), by the method that its size asks for."""
    n = weight.size
    if n <= FEW:
        dense = jacobian if isinstance(jacobian, np.ndarray) else jacobian.toarray()
        return SingularValues(dense / weight)
    if isinstance(jacobian, np.ndarray):
        scaled: Matrix = jacobian / weight
    else:
        scaled = sp.csr_array(jacobian @ sp.diags_array(1.0 / weight))
    return Factors(scaled) if n <= MANY else Iteration(scaled)


class SingularValues:
    """Few variables: every damping at once; the shortest step where J is rank-deficient."""

    def __init__(self, scaled: Vector) -> None:
        left, size, right = la.svd(scaled, full_matrices=False, check_finite=False)
        rank = size > size[0] * max(scaled.shape) * np.finfo(float).eps
        self.left, self.size, self.right = left[:, rank], size[rank], right[rank]

    def step(self, damping: float, r: Vector) -> Vector:
        """The minimiser (n,), by the singular values and vectors."""
        return np.asarray(-self.right.T @ (self.size * (self.left.T @ r) / (self.size**2 + damping)))

    def slope(self, damping: float, p: Vector) -> float:
        """p (J'J + l)^-1 p, by the singular values."""
        return float(np.sum((self.right @ p) ** 2 / (self.size**2 + damping)))

    def gradient(self, r: Vector) -> Vector:
        """J' r, with J as it was scaled, (n,)."""
        return np.asarray(self.right.T @ (self.size * (self.left.T @ r)))


class Factors:
    """More variables: Cholesky factors of J'J + l, or sparse ones where J'J is sparse."""

    def __init__(self, scaled: Matrix) -> None:
        self.scaled, n = scaled, scaled.shape[1]
        normal: Any = scaled.T @ scaled
        sparse = sp.issparse(normal)
        self.floor = 1e-14 * float(normal.diagonal().max())
        self.normal = normal.toarray() if sparse and normal.nnz >= 0.1 * n * n else normal
        self.unit = sp.eye_array(n) if sp.issparse(self.normal) else np.eye(n)
        self.last: tuple[float, Callable[[Vector], Vector]] | None = None

    def _solve(self, damping: float, right: Vector) -> Vector:
        damping = max(damping, self.floor)
        if self.last is None or self.last[0] != damping:
            matrix = self.normal + damping * self.unit
            if isinstance(matrix, np.ndarray):
                lower = la.cho_factor(matrix, lower=True, check_finite=False)
                self.last = damping, lambda b: np.asarray(la.cho_solve(lower, b))
            else:
                self.last = damping, splu(sp.csc_array(matrix), permc_spec="MMD_AT_PLUS_A").solve
        return np.asarray(self.last[1](right))

    def step(self, damping: float, r: Vector) -> Vector:
        """The minimiser (n,), by the factors for this damping."""
        return self._solve(damping, -self.gradient(r))

    def slope(self, damping: float, p: Vector) -> float:
        """p (J'J + l)^-1 p, by the factors."""
        return float(p @ self._solve(damping, p))

    def gradient(self, r: Vector) -> Vector:
        """J' r, with J as it was scaled, (n,)."""
        return np.asarray(self.scaled.T @ r)


class Iteration:
    """Very many variables: LSMR, and a slope from the least damping that is possible."""

    def __init__(self, scaled: Matrix) -> None:
        self.scaled = scaled

    def step(self, damping: float, r: Vector) -> Vector:
        """The minimiser (n,) to a few digits."""
        found = lsmr(self.scaled, -r, damp=np.sqrt(damping), atol=1e-8, btol=1e-8, maxiter=300)
        return np.asarray(found[0])

    def slope(self, damping: float, p: Vector) -> float:
        """A bound from below on p (J'J + l)^-1 p, by Cauchy's inequality."""
        along = self.scaled @ p
        square = float(p @ p)
        return square**2 / max(float(along @ along) + damping * square, 1e-300)

    def gradient(self, r: Vector) -> Vector:
        """J' r, with J as it was scaled, (n,)."""
        return np.asarray(self.scaled.T @ r)


def within(system: Damped, r: Vector, radius: float) -> tuple[Vector, float]:
    """The step as long as the radius, within a tenth, and its damping (Hebden's iteration); undamped if shorter."""
    p = system.step(0.0, r)
    length = float(la.norm(p))
    if length <= 1.1 * radius:
        return p, 0.0
    slope = radius * system.slope(0.0, p)
    low = (length - radius) * length**2 / slope if slope > 0 else 0.0
    high = float(la.norm(system.gradient(r))) / radius
    damping = low
    for _ in range(30):
        if not low <= damping <= high:
            damping = max(1e-3 * high, float(np.sqrt(low * high)))
        p = system.step(damping, r)
        length = float(la.norm(p))
        off = length - radius
        if abs(off) <= 0.1 * radius:
            break
        slope = radius * system.slope(damping, p)
        if not slope > 0:  # the step is lost in rounding
            break
        low, high = (max(low, damping), high) if off > 0 else (low, min(high, damping))
        damping += off * length**2 / slope
    return p, damping
