"""Sums of products: whatever way the product runs, it is NumPy's, and a scale stays outside."""

from __future__ import annotations

import numpy as np
import pytest

from solver.algebra import Program, contract, mul, reshape, sqrt, sum_, take, variable
from solver.algebra.calculus.derive import gradient
from solver.algebra.node import constant, topological
from solver.algebra.pointwise import Pointwise

X = np.random.default_rng(3).normal(size=200)


@pytest.mark.parametrize("big_first", [True, False])
@pytest.mark.parametrize("slim_down", [True, False])
@pytest.mark.parametrize("axis", [-2, -3])
def test_slim_matrix_in_any_layout(big_first: bool, slim_down: bool, axis: int) -> None:
    """A 40 x 40 matrix, as it is or transposed, times five columns that lie down or across in the input."""
    x = variable(X.size)
    index = np.arange(200).reshape(5, 40).T if slim_down else np.arange(200).reshape(40, 5)
    slim = take(x, index)
    big = np.random.default_rng(4).normal(size=(40, 40, 1))
    table = reshape(slim, (1, 40, 5) if axis == -2 else (40, 1, 5))
    product = contract(constant(big), table, axis) if big_first else contract(table, constant(big), axis)
    matrix = big[:, :, 0] if axis == -2 else big[:, :, 0].T
    program = Program([x], [product])
    for point in (X, 2 * X):  # the second run goes into the same array
        assert np.allclose(program.run(point)[0].reshape(40, 5), matrix @ point[index], rtol=1e-12)


def test_scale_stays_outside() -> None:
    """The gradient of the root of a sum of squares scales the 200 sums, not the 1,000 residuals."""
    x = variable(X.size)
    matrix = np.random.default_rng(5).normal(size=(1000, 200))
    residuals = contract(constant(matrix), reshape(x, (1, 200)), -1)
    norm = sqrt(sum_(mul(residuals, residuals)))
    slope = gradient(norm, x)
    pointwise = [node for node in topological([slope]) if isinstance(node.op, Pointwise)]
    assert pointwise
    assert all(node.size <= 200 for node in pointwise)
    y = matrix @ X
    value, found = Program([x], [norm, slope]).run(X)
    assert np.allclose(value, np.linalg.norm(y))
    assert np.allclose(found, matrix.T @ y / np.linalg.norm(y))


@pytest.mark.parametrize(
    ("first", "second"),
    [((90, 1), (1, 50)), ((1, 50), (90, 1)), ((90, 1, 1), (1, 5, 10)), ((9, 1, 10), (1, 50, 1)), ((5000, 1), (1, 1))],
)
def test_outer_products(first: tuple[int, ...], second: tuple[int, ...]) -> None:
    """A column times a row, on the first run and on the next ones, and for a population."""
    sizes = int(np.prod(first)), int(np.prod(second))
    x = variable(sum(sizes))
    index = np.arange(x.size)
    program = Program([x], [mul(take(x, index[: sizes[0]].reshape(first)), take(x, index[sizes[0] :].reshape(second)))])
    points = np.random.default_rng(6).normal(size=(3, x.size))
    expected = [point[: sizes[0]].reshape(first) * point[sizes[0] :].reshape(second) for point in points]
    for point, product in zip(points, expected, strict=True):
        np.testing.assert_array_equal(program.run(point)[0], product)
    np.testing.assert_array_equal(program.run(points)[0], np.array(expected))
