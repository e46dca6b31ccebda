"""Outputs of degree two at most, as coefficients: x @ hessian @ x / 2 + cost @ x + offset."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from solver.algebra.calculus.derive import gradient
from solver.algebra.calculus.jacobian import Jacobian
from solver.algebra.primitives.shape import reshape
from solver.algebra.running.program import Program
from solver.algebra.structure.degree import degrees
from solver.algebra.structure.ladder import Degree

if TYPE_CHECKING:
    from solver.algebra.node import Array, Node

_TOLERANCE = 1e-9  # eigenvalues above minus this, relative to the largest entry, count as not negative
_DENSE = 2000


@dataclass(frozen=True)
class Quadratic:
    """The quadratic function x @ hessian @ x / 2 + cost @ x + offset; the Hessian is symmetric."""

    hessian: sp.csr_array
    cost: Array
    offset: float

    @cached_property
    def convex(self) -> bool:
        """Whether no eigenvalue of the Hessian is negative."""
        return is_positive_semidefinite(self.hessian)


def quadratic(output: Node, wrt: Node) -> Quadratic | None:
    """The coefficients of an output of one element; None if its degree is more than QUADRATIC."""
    if output.size != 1 or int(degrees([output], wrt)[0].max()) > Degree.QUADRATIC:
        return None
    slope = gradient(output, wrt)
    origin = np.zeros(wrt.size)
    value, cost = Program([wrt], [reshape(output, ()), slope]).run(origin)
    if slope.value is not None:
        hessian = sp.csr_array((wrt.size, wrt.size))
    else:
        hessian = Jacobian(slope, wrt)(origin)
        hessian.eliminate_zeros()
    return Quadratic(hessian, cost, float(value))


def is_positive_semidefinite(matrix: sp.csr_array) -> bool:
    """Whether a symmetric matrix has no negative eigenvalue, within rounding; tested block by block."""
    if matrix.nnz == 0:
        return True
    scale = float(np.abs(matrix.data).max())
    diagonal = matrix.diagonal()
    if float(diagonal.min()) < -_TOLERANCE * scale:
        return False
    off = np.asarray(abs(matrix).sum(axis=1)).ravel() - np.abs(diagonal)
    doubtful = diagonal < off * (1 - 1e-12)
    if not doubtful.any():  # diagonally dominant
        return True
    _, label = connected_components(matrix, directed=False)
    order = np.argsort(label, kind="stable")
    ends = np.cumsum(np.bincount(label))
    sorted_ = sp.csr_array(matrix[order][:, order])
    for block in np.unique(label[doubtful]).tolist():
        members = slice(ends[block - 1] if block else 0, ends[block])
        if _least_eigenvalue(sorted_[members, members]) < -_TOLERANCE * scale:
            return False
    return True


def _least_eigenvalue(block: sp.csr_array) -> float:
    size = block.shape[0]
    if size <= _DENSE:
        return float(np.linalg.eigvalsh(block.toarray())[0])
    from scipy.sparse.linalg import ArpackError, eigsh

    try:
        return float(eigsh(block, k=1, which="SA", return_eigenvectors=False, tol=1e-6)[0])
    except ArpackError:  # not found: nothing is proven
        return -np.inf
