"""The symmetric system of a Newton step with rows, and how it is made to point downhill.

    [ W + d_w I   A'     ] [ step       ]     [ a ]
    [ A          -d_c I  ] [ multiplier ] = - [ b ]

The step descends if the matrix has as many positive eigenvalues as there are variables; if not, d_w is raised
(Wächter, Biegler 2006). Few unknowns are factored densely with pivoting (Bunch, Kaufman), many by a sparse LU on the
diagonal, whose pivots then show the signs of the eigenvalues.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp
from scipy.linalg.lapack import dsysv
from scipy.sparse.linalg import splu

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from solver.model.problem import Vector

    Solve = Callable[[Vector], Vector]

FEW = 200
"""Up to so many unknowns the system is dense."""

FIRST, LEAST, MOST = 1e-4, 1e-20, 1e40
"""The first, least and greatest d_w."""


@dataclass
class Saddle:
    """Solves one such system after the other, remembering how much d_w the last one needed."""

    last: float = 0.0

    def solver(self, hessian: sp.csc_array, jacobian: sp.csr_array, softness: float) -> Solve | None:
        """The solution of the system as a function of its right side; None when no d_w helps."""
        n, m = hessian.shape[0], jacobian.shape[0]
        lift, soft = 0.0, 0.0 if n + m <= FEW else 1e-9
        while lift < MOST:
            if n + m <= FEW:
                factor = _dense(_full(hessian, jacobian, lift, soft), n)
            else:
                factor = _sparse(_assembled(hessian, jacobian, lift, soft), n)
            if factor is not None:
                self.last = lift or self.last
                return factor
            soft = max(soft, softness)
            if lift == 0.0:
                lift = FIRST if self.last == 0.0 else max(LEAST, self.last / 3)
            else:
                lift *= 100 if self.last == 0.0 else 8
        return None


def _full(hessian: sp.csc_array, jacobian: sp.csr_array, lift: float, soft: float) -> Vector:
    n, m = hessian.shape[0], jacobian.shape[0]
    matrix = np.zeros((n + m, n + m))
    matrix[:n, :n] = hessian.toarray()
    matrix[n:, :n] = jacobian.toarray()
    matrix[:n, n:] = matrix[n:, :n].T
    matrix.flat[:: n + m + 1] += np.r_[np.full(n, lift), np.full(m, -soft)]
    return matrix


def _assembled(hessian: sp.csc_array, jacobian: sp.csr_array, lift: float, soft: float) -> sp.csc_array:
    n, m = hessian.shape[0], jacobian.shape[0]
    top = hessian + lift * sp.eye_array(n)
    if not m:
        return sp.csc_array(top)
    blocks: list[list[Any]] = [[top, jacobian.T], [jacobian, -soft * sp.eye_array(m)]]
    return sp.csc_array(sp.block_array(blocks))


def _dense(matrix: Vector, n: int) -> Solve | None:
    """The solution as a function of the right side, or None if the eigenvalues have the wrong signs."""
    if not np.all(np.isfinite(matrix)):
        return None
    size = 1.0 / np.sqrt(np.maximum(np.abs(matrix).max(axis=1), 1e-300))
    scaled = matrix * np.outer(size, size)
    factor, pivots, _, wrong = dsysv(scaled, np.ones((len(matrix), 1)), lower=1)
    if wrong or _positive(factor, pivots) != n:
        return None

    def solve(right: Vector) -> Vector:
        x = np.zeros(len(matrix))
        for _ in range(2):
            x = x + size * dsysv(scaled, size * (right - matrix @ x), lower=1)[2]
        return x

    return solve


def _positive(factor: Vector, pivots: npt.NDArray[np.integer[Any]]) -> int:
    """How many eigenvalues of the block diagonal are positive; -1 if one is zero."""
    count, k, n = 0, 0, len(pivots)
    while k < n:
        if pivots[k] >= 0:
            if factor[k, k] == 0:
                return -1
            count += int(factor[k, k] > 0)
            k += 1
        else:
            # A block of two has, by the choice of pivots, one eigenvalue of either sign.
            count += 1
            k += 2
    return count


def _sparse(matrix: sp.csc_array, n: int) -> Solve | None:
    """The same where there are many unknowns."""
    if not np.all(np.isfinite(matrix.data)):
        return None
    try:
        factor = splu(matrix, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True})
    except RuntimeError:
        return None
    pivots = factor.U.diagonal()
    if not np.array_equal(factor.perm_r, factor.perm_c) or np.count_nonzero(pivots > 0) != n:
        return None

    def solve(right: Vector) -> Vector:
        x = factor.solve(right)
        for _ in range(2):
            x = x + factor.solve(right - matrix @ x)
        return np.asarray(x)

    return solve
