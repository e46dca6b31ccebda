"""A vertex to the last digit: the basis that a simplex method ends with, solved once more.

HiGHS keeps to absolute tolerances in numbers that it has scaled; with coefficients of a billion its vertex may lie
outside by more than a precision that is measured relative to the right sides. The basis says which rows and bounds the
vertex lies on, so the basic columns follow from  A x = b  over these rows, balanced and refined (Wilkinson 1963).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from scipy.sparse.linalg import splu

if TYPE_CHECKING:
    from solver.engines.linear.linear_form import LinearForm
    from solver.model.problem import Vector

REFINEMENTS = 4


def refined(form: LinearForm, highs: Any, values: Vector) -> Vector | None:
    """The columns (all of the form's) of the vertex whose basis HiGHS has; None where the basis has no vertex."""
    import highspy

    basic, upper = highspy.HighsBasisStatus.kBasic, highspy.HighsBasisStatus.kUpper
    basis = highs.getBasis()
    cols = np.array([each == basic for each in basis.col_status], dtype=bool)
    rows = np.array([each != basic for each in basis.row_status], dtype=bool)
    if not basis.valid or cols.sum() != rows.sum() or cols.size != values.size:
        return None
    x = np.where(cols, values, _ends(basis.col_status, upper, form.lb, form.ub, values))
    if not cols.any():
        return x
    right = _ends(basis.row_status, upper, form.low, form.high, form.matrix @ values)[rows]
    active = sp.csr_array(form.matrix)[np.flatnonzero(rows)]
    square = sp.csc_array(active)[:, np.flatnonzero(cols)]
    by_row = 1.0 / np.maximum(np.asarray(abs(square).max(axis=1).toarray()).ravel(), 1e-300)
    balanced = sp.csc_array(sp.diags_array(by_row) @ square)
    by_col = 1.0 / np.maximum(np.asarray(abs(balanced).max(axis=0).toarray()).ravel(), 1e-300)
    balanced = sp.csc_array(balanced @ sp.diags_array(by_col))
    try:
        factors = splu(balanced)
    except RuntimeError:  # singular
        return None
    for _ in range(REFINEMENTS):
        left = _product(active, x)
        x[cols] += by_col * factors.solve(by_row * np.asarray(right - left, dtype=float))
    return x if np.all(np.isfinite(x)) else None


def _ends(status: Any, upper: Any, low: Vector, high: Vector, value: Vector) -> Vector:
    """The end on which each entry lies: its upper or its lower one, or its value where it is free."""
    above = np.array([each == upper for each in status], dtype=bool)
    end = np.where(above | ~np.isfinite(low), high, low)
    return np.where(np.isfinite(end), end, value)


def _product(matrix: sp.csr_array, x: Vector) -> npt.NDArray[np.longdouble]:
    """The product in extended precision, so that the residual has digits left."""
    terms = matrix.data.astype(np.longdouble) * x[matrix.indices]
    sums = np.zeros(matrix.shape[0], dtype=np.longdouble)
    np.add.at(sums, np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr)), terms)
    return sums
