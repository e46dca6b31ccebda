"""Corners as rows: the smooth functions say the same as those with corners, and never more."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from solver.algebra import VectorFunction, max_, min_
from solver.algebra.node import Node, constant, variable
from solver.algebra.primitives.choose import where
from solver.algebra.primitives.corners import abs_, floor, less, less_equal, maximum, minimum
from solver.algebra.primitives.elementary import add, exp, mul, square, sub
from solver.algebra.primitives.gather import join
from solver.algebra.primitives.reduce import reshape, sum_
from solver.algebra.structure.degree import degrees
from solver.algebra.structure.ladder import Degree
from solver.algebra.structure.lifted import Lifted, lifted

SIZE = 4
X = variable(SIZE)


def corners(found: Lifted, x: np.ndarray) -> np.ndarray:
    """The vector (x, z) in which every new variable is the largest of its arguments."""
    arguments = VectorFunction(found.arguments, found.wrt)
    point = np.r_[x, np.zeros(found.wrt.size - x.size)]
    for _ in range(point.size):
        values = arguments.value(point)
        for column in np.unique(found.of):
            point[column] = values[found.of == column].max()
    return point


def values(node: Node, wrt: Node, x: np.ndarray) -> np.ndarray:
    return np.asarray(VectorFunction(reshape(node, (node.size,)), wrt).value(x))


@st.composite
def smooth(draw: st.DrawFn) -> Node:
    weights = np.array(draw(st.lists(st.integers(-3, 3), min_size=SIZE, max_size=SIZE)), dtype=float)
    inner = add(mul(X, weights), float(draw(st.integers(-2, 2))))
    return draw(st.sampled_from([inner, square(inner), mul(inner, X), exp(mul(0.1, inner))]))


@st.composite
def bent(draw: st.DrawFn, depth: int = 3) -> Node:
    """A random function of shape (SIZE,) with corners and no jumps."""
    if depth == 0:
        return draw(smooth())
    one, other = draw(bent(depth - 1)), draw(bent(depth - 1))
    kind = draw(st.sampled_from(["max", "min", "abs", "if", "if not", "share", "all", "plus", "times"]))
    threshold = float(draw(st.integers(-2, 2)))
    return {
        "max": lambda: maximum(one, other),
        "min": lambda: minimum(one, threshold),
        "abs": lambda: abs_(one),
        "if": lambda: where(less(one, threshold), sub(other, one), sub(other, threshold)),
        "if not": lambda: where(less_equal(one, other), one, other),
        "share": lambda: where(less(one, 0.0), 0.0, one),
        "all": lambda: add(one, max_(other)),
        "plus": lambda: add(one, min_(other)),
        "times": lambda: mul(one, other),
    }[kind]()


@given(bent(), st.lists(st.floats(-3, 3), min_size=SIZE, max_size=SIZE))
def test_with_every_corner_in_place_all_values_are_the_same(function: Node, at: list[float]) -> None:
    x = np.array(at)
    found = lifted([function], X)
    assume(found is not None)
    assert found is not None
    point = corners(found, x)
    expected = values(function, X, x)
    size = np.abs(expected).max(initial=1.0)
    np.testing.assert_allclose(values(found.outputs[0], found.wrt, point), expected, rtol=1e-9, atol=1e-9 * size)
    assert values(found.excess, found.wrt, point).max() <= 1e-9 * max(1.0, np.abs(point).max())
    assert max(level.max() for level in degrees([found.outputs[0], found.excess], found.wrt)) <= Degree.SMOOTH


LINE, BOWL = add(mul(X, np.array([1.0, -2.0, 3.0, 0.5])), 1.0), square(X)
LIFTABLE = {
    "largest": maximum(LINE, BOWL),
    "smallest": minimum(BOWL, 2.0),
    "size": abs_(LINE),
    "largest of all": max_(BOWL),
    "smallest of all": min_(LINE),
    "shortage": where(less(LINE, 2.0), sub(2.0, LINE), 0.0),
    "surplus": where(less_equal(LINE, 2.0), 0.0, sub(LINE, 2.0)),
    "curved": where(less(BOWL, 1.0), 1.0, BOWL),
    "the smaller": where(less(LINE, BOWL), LINE, BOWL),
    "in each other": abs_(maximum(LINE, abs_(BOWL))),
    "times": mul(maximum(LINE, 0.0), BOWL),
}


@pytest.mark.parametrize("function", LIFTABLE.values(), ids=LIFTABLE)
def test_what_only_bends_is_lifted(function: Node) -> None:
    assert degrees([function], X)[0].max() == Degree.KINK
    assert lifted([sum_(function)], X) is not None


def test_nothing_is_lifted_without_corners() -> None:
    assert lifted([sum_(square(X))], X) is None


def test_a_jump_is_not_lifted() -> None:
    assert lifted([sum_(where(less(X, 1.0), 0.0, X))], X) is None
    assert lifted([add(abs_(X), floor(X))], X) is None


def test_a_choice_that_bends_both_ways_is_not_lifted() -> None:
    """It meets at both ends of its border and is neither the larger nor the smaller of its branches."""
    assert lifted([where(less(mul(X, X), 1.0), mul(X, sub(mul(X, X), 1.0)), 0.0)], X) is None


def test_a_branch_without_value_needs_no_variable() -> None:
    found = lifted([where(less(X, 0.0), constant(np.full(SIZE, np.nan)), abs_(X))], X)
    assert found is None or found.wrt.size == 2 * SIZE


def test_outputs_that_nothing_varies_stay() -> None:
    found = lifted([sum_(abs_(X)), join([constant(np.array([5.0]))])], X)
    assert found is not None
    assert found.outputs[1].value is not None
    assert (found.wrt.size, found.of.size) == (2 * SIZE, 2 * SIZE)
