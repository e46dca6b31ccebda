"""The sparse Hessian of the Lagrangian s f + w rows, from products with few directions.

Columns whose entries fall into different rows share a direction (Curtis, Powell, Reid 1974). Where the pattern lies is
guessed from the Jacobians and tried on a random direction; only if that fails are all directions asked once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from solver.algebra.calculus.coloring import color_columns
from solver.algebra.structure.ladder import Degree

if TYPE_CHECKING:
    from collections.abc import Callable

    from solver.model.problem import Indices, Matrix, Problem, Vector

DENSE = 60
"""Up to so many variables no pattern is looked for."""


@dataclass(frozen=True)
class LagrangianHessian:
    """The pattern of the Hessian in coordinates, the colour of every column, and how to multiply."""

    problem: Problem
    row: Indices
    column: Indices
    colour: Indices

    def at(self, x: Vector, factor: float, weights: Vector) -> sp.csc_array:
        """The Hessian of factor * fun + weights @ rows at x (n, n)."""
        n = self.problem.n
        products = np.zeros((n, int(self.colour.max(initial=-1)) + 1))
        for k in range(products.shape[1]):
            products[:, k] = times(self.problem, x, factor, weights, (self.colour == k).astype(float))
        values = products[self.row, self.colour[self.column]]
        matrix = sp.csc_array((values, (self.row, self.column)), shape=(n, n))
        return sp.csc_array((matrix + matrix.T) / 2)


@dataclass(frozen=True)
class QuadraticHessian:
    """The constant Hessian of a quadratic objective over linear rows."""

    hessian: sp.csr_array

    def at(self, x: Vector, factor: float, weights: Vector) -> sp.csc_array:  # noqa: ARG002  (it is constant)
        """The Hessian of factor * fun (n, n)."""
        return sp.csc_array(factor * self.hessian)


def times(problem: Problem, x: Vector, factor: float, weights: Vector, v: Vector) -> Vector:
    """The Hessian of factor * fun + weights @ rows at x, times v."""
    result = np.zeros(problem.n)
    if factor and problem.degree > Degree.LINEAR:
        result = result + factor * problem.hessp(x, v)
    if problem.m and max(problem.row_degrees) > Degree.LINEAR:
        result = result + problem.row_hessp(x, weights, v)
    return result


def lagrangian_hessian(problem: Problem, x: Vector) -> LagrangianHessian | QuadraticHessian:
    """The Hessian of a problem's Lagrangian, its pattern found near x."""
    linear, n = problem.linear, problem.n
    if linear is not None and linear.cost is not None:
        return QuadraticHessian(sp.csr_array((n, n)) if linear.hessian is None else linear.hessian)
    if n <= DENSE:
        row, column = np.divmod(np.arange(n * n), n)
        return LagrangianHessian(problem, row, column, np.arange(n))
    random = np.random.default_rng(0)
    near = np.clip(x + 1e-3 * np.maximum(np.abs(x), 1e-2) * random.standard_normal(n), problem.lb, problem.ub)
    weights = random.standard_normal(problem.m)

    def multiply(v: Vector) -> Vector:
        return times(problem, near, 1.0, weights, v)

    guess = _coloured(problem, _guess(problem, near))
    v = random.standard_normal(n)
    wanted = multiply(v)
    if not np.all(np.isfinite(wanted)) or np.allclose(guess.at(near, 1.0, weights) @ v, wanted, rtol=1e-6, atol=1e-9):
        return guess
    return _coloured(problem, _probed(multiply, n))


def _guess(problem: Problem, x: Vector) -> Matrix:
    """Where the Hessian may be non-zero: on the diagonal, within nonlinear rows and within residuals."""
    pattern = sp.csr_array(sp.eye_array(problem.n))
    bent = [i for i, degree in enumerate(problem.row_degrees) if degree > Degree.LINEAR]
    if bent:
        rows = _ones(problem.row_jac(x)[bent])
        pattern = pattern + rows.T @ rows
    if problem.residuals is not None and problem.degree > Degree.LINEAR:
        terms = _ones(sp.csr_array(problem.residuals.jac(x)))
        pattern = pattern + terms.T @ terms
    return pattern


def _probed(multiply: Callable[[Vector], Vector], n: int) -> Matrix:
    """Where the Hessian is non-zero, one direction after the other."""
    rows, columns = [np.arange(n)], [np.arange(n)]
    for j in range(n):
        product = multiply(np.eye(1, n, j).ravel())
        touched = np.flatnonzero(product)
        rows.append(touched)
        columns.append(np.full(touched.size, j))
    row, column = np.concatenate(rows), np.concatenate(columns)
    pattern = sp.csr_array((np.ones(row.size), (row, column)), shape=(n, n))
    return sp.csr_array(pattern + pattern.T)


def _coloured(problem: Problem, pattern: Matrix) -> LagrangianHessian:
    """The Hessian with a symmetric pattern, a colour for every column where that pays."""
    pattern = sp.csr_array(pattern)
    n = pattern.shape[0]
    colour = np.arange(n) if pattern.nnz > 0.3 * n * n else color_columns(pattern).colors
    row, column = pattern.tocoo().coords
    return LagrangianHessian(problem, np.asarray(row, np.intp), np.asarray(column, np.intp), colour)


def _ones(matrix: sp.csr_array) -> sp.csr_array:
    return sp.csr_array((np.ones(matrix.nnz), matrix.indices, matrix.indptr), shape=matrix.shape)
