"""Choices settled by bounds leave the function as it is inside them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.algebra import Function, degrees, take
from solver.algebra.node import Node, variable
from solver.algebra.primitives.choose import where
from solver.algebra.primitives.corners import abs_, less, less_equal, maximum, minimum
from solver.algebra.primitives.elementary import add, mul, power, square, sub
from solver.algebra.primitives.reduce import sum_
from solver.algebra.structure.ladder import Degree
from solver.algebra.structure.settled import settled

X = variable(3)
LOW, HIGH = np.array([0.0, 1.0, -np.inf]), np.array([np.inf, 5.0, np.inf])
A, B, FREE = (take(X, np.array([k])) for k in range(3))


@pytest.mark.parametrize(
    ("node", "plain"),
    [
        (maximum(A, 0.0), A),
        (minimum(A, -1.0), -1.0),
        (abs_(B), B),
        (where(less(B, 0.0), 7.0, square(B)), square(B)),
        (where(less_equal(B, 5.0), A, 0.0), A),
        (power(maximum(add(A, B), 1.0), 0.9), power(add(A, B), 0.9)),
        (maximum(maximum(A, 0.0), sub(0.0, B)), A),
        (where(less(A, 0.0), 0.0, maximum(B, 1.0)), B),
    ],
)
def test_what_bounds_decide(node: Node, plain: Node | float) -> None:
    (found,) = settled([node], X, LOW, HIGH)
    assert found is plain if isinstance(plain, Node) else found.value == plain


@pytest.mark.parametrize(
    "node", [maximum(FREE, 0.0), where(less(B, 1.5), 0.0, 1.0), abs_(sub(A, B)), maximum(square(A), 0.0)]
)
def test_what_they_leave_open(node: Node) -> None:
    assert settled([node], X, LOW, HIGH) == [node]


@given(st.lists(st.integers(-3, 3), min_size=6, max_size=6), st.lists(st.floats(0, 1), min_size=3, max_size=3))
def test_values_inside_the_bounds_are_the_same(weights: list[int], shares: list[float]) -> None:
    first = add(sum_(mul(X, np.array(weights[:3], dtype=float))), 1.0)
    second = sub(sum_(mul(X, np.array(weights[3:], dtype=float))), 2.0)
    node = add(maximum(first, second), where(less(first, mul(second, second)), abs_(second), minimum(A, first)))
    low, high = np.array([0.0, 1.0, -2.0]), np.array([2.0, 5.0, 4.0])
    point = low + np.array(shares) * (high - low)
    (found,) = settled([node], X, low, high)
    assert Function(found, X).value(point) == Function(node, X).value(point)
    assert degrees([found], X)[0].max(initial=0) <= max(degrees([node], X)[0].max(initial=0), Degree.CONSTANT)
