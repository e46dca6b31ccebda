"""A linear model as arrays, with all-different groups written out as assignments.

A group of N cells gets N x N binaries y, cell i having value k where y_ik = 1:

    x_i = sum_k k y_ik,    sum_k y_ik = 1,    sum_i y_ik = 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

if TYPE_CHECKING:
    from solver.model.problem import Indices, Linear, Mask, Problem, Vector


@dataclass(frozen=True, slots=True)
class LinearForm:
    """min cost x + offset with low <= matrix x <= high, lb <= x <= ub; the model's own variables and rows first."""

    cost: Vector
    offset: float
    matrix: sp.csr_array
    low: Vector
    high: Vector
    lb: Vector
    ub: Vector
    whole: Mask
    n: int
    m: int


def linear_form(problem: Problem, linear: Linear) -> LinearForm:
    """The arrays of a linear model; variables that nothing reads are held at their start."""
    cost = np.zeros(problem.n) if linear.cost is None else np.asarray(linear.cost, dtype=float)
    matrix = sp.csr_array(linear.matrix)
    read = np.zeros(problem.n, dtype=bool)
    read[matrix.indices[matrix.data != 0]] = True
    lone = (cost == 0) & ~read
    for group in problem.groups:
        lone[group] = False
    start = np.where(problem.integer, np.round(problem.x0), problem.x0)
    form = LinearForm(
        cost,
        linear.offset,
        matrix,
        problem.row_lo - linear.constant,
        problem.row_hi - linear.constant,
        np.where(lone, start, problem.lb),
        np.where(lone, start, problem.ub),
        problem.integer.copy(),
        problem.n,
        problem.m,
    )
    for group in problem.groups:
        form = _assigned(form, group)
    return form


def _assigned(form: LinearForm, group: Indices) -> LinearForm:
    """The form with one all-different group written out."""
    size, columns = group.size, form.cost.size
    binaries = size * size
    cell, value = np.divmod(np.arange(binaries), size)
    ones = np.ones(binaries)
    above = sp.csr_array((form.matrix.shape[0], binaries))
    meaning = sp.csr_array((value + 1.0, (cell, np.arange(binaries))), shape=(size, binaries))
    pick = sp.csr_array((-np.ones(size), (np.arange(size), group)), shape=(size, columns))
    once = sp.csr_array((ones, (cell, np.arange(binaries))), shape=(size, binaries))
    each = sp.csr_array((ones, (value, np.arange(binaries))), shape=(size, binaries))
    blank = sp.csr_array((size, columns))
    matrix = sp.block_array([[form.matrix, above], [pick, meaning], [blank, once], [blank, each]], format="csr")
    side = np.r_[np.zeros(size), np.ones(2 * size)]
    return LinearForm(
        np.r_[form.cost, np.zeros(binaries)],
        form.offset,
        sp.csr_array(matrix),
        np.r_[form.low, side],
        np.r_[form.high, side],
        np.r_[form.lb, np.zeros(binaries)],
        np.r_[form.ub, ones],
        np.r_[form.whole, np.ones(binaries, dtype=bool)],
        form.n,
        form.m,
    )
