"""Piecewise linear functions taken apart say the same as the functions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.algebra import Function, max_, min_, take
from solver.algebra.node import Node, variable
from solver.algebra.primitives.choose import where
from solver.algebra.primitives.corners import (
    abs_,
    ceil,
    equal,
    floor,
    less,
    less_equal,
    maximum,
    minimum,
    not_equal,
    sign,
)
from solver.algebra.primitives.elementary import add, exp, mul, neg, square, sub
from solver.algebra.primitives.reduce import reshape, sum_
from solver.algebra.structure.bends import Piece
from solver.algebra.structure.pieces import Pieces, pieces

SIZE, BINARIES = 5, 2
X = variable(SIZE)
BINARY = np.arange(SIZE) >= SIZE - BINARIES
ELEMENTS = [take(X, np.array([k])) for k in range(SIZE)]


def value(taken: Pieces, x: np.ndarray) -> np.ndarray:
    """The outputs of pieces at a point, with every new column as its definition says."""
    columns = np.r_[x, np.zeros(taken.matrix.shape[1] - x.size)]
    for definition in taken.definitions:
        args = [taken.matrix[rows] @ columns + taken.shift[rows] for rows in definition.arguments]
        match_ = {
            Piece.LARGEST: lambda a: np.max(a, axis=0),
            Piece.BELOW: lambda a: a[0] < 0,
            Piece.UP_TO: lambda a: a[0] <= 0,
            Piece.CHOICE_BELOW: lambda a: np.where(a[0] < 0, a[1], a[2]),
            Piece.CHOICE_UP_TO: lambda a: np.where(a[0] <= 0, a[1], a[2]),
            Piece.WHOLE: lambda a: np.floor(a[0]),
            Piece.PRODUCT: lambda a: a[0] * a[1],
        }
        columns[definition.columns] = match_[definition.piece](args)
    return np.asarray(taken.matrix[taken.outputs] @ columns + taken.shift[taken.outputs])


def affine(draw: st.DrawFn) -> Node:
    weights = draw(st.lists(st.integers(-3, 3), min_size=SIZE, max_size=SIZE))
    return add(sum_(mul(X, np.array(weights, dtype=float))), float(draw(st.integers(-4, 4))))


@st.composite
def functions(draw: st.DrawFn, depth: int = 3) -> Node:
    """A random piecewise linear function of shape (1,)."""
    if depth == 0 or draw(st.integers(0, 5)) == 0:
        return affine(draw)

    def part() -> Node:
        return draw(functions(depth - 1))

    kind = draw(st.sampled_from(["max", "min", "abs", "choice", "test", "gate", "sum", "whole", "sign", "many"]))
    if kind == "max":
        return maximum(part(), part())
    if kind == "min":
        return minimum(part(), part())
    if kind == "abs":
        return abs_(part())
    if kind == "choice":
        compare = draw(st.sampled_from([less, less_equal, equal, not_equal]))
        return where(compare(part(), part()), part(), part())
    if kind == "test":
        return mul(3.0, less(part(), part()))
    if kind == "gate":
        return mul(ELEMENTS[draw(st.integers(SIZE - BINARIES, SIZE - 1))], part())
    if kind == "whole":
        return floor(part()) if draw(st.booleans()) else ceil(mul(0.5, part()))
    if kind == "sign":
        return sign(part())
    if kind == "many":
        spread = add(mul(X, float(draw(st.integers(-2, 2)))), part())
        return max_(spread) if draw(st.booleans()) else min_(spread)
    return sub(part(), part())


@given(functions(), st.lists(st.integers(-6, 6), min_size=SIZE, max_size=SIZE))
def test_pieces_have_the_value_of_the_function(function: Node, numbers: list[int]) -> None:
    x = np.where(BINARY, np.array(numbers) % 2, np.array(numbers) / 2)
    node = reshape(function, (1,))
    if node.value is not None:
        return
    taken = pieces([node], X, BINARY)
    if taken is not None:
        assert value(taken, x) == pytest.approx(Function(node, X).value(x), abs=1e-9)


@pytest.mark.parametrize(
    ("function", "count"),
    [
        (maximum(ELEMENTS[0], ELEMENTS[1]), 1),
        (sum_(abs_(X)), SIZE),
        (max_(X), 1),
        (where(less(ELEMENTS[0], 1.0), 2.0, ELEMENTS[1]), 1),
        (mul(ELEMENTS[4], ELEMENTS[0]), 1),
        (mul(less(0.0, ELEMENTS[0]), ELEMENTS[1]), 2),
        (sum_(mul(neg(X), where(less(X, 0.0), 1.0, 0.0))), 2 * SIZE),
    ],
)
def test_every_bend_is_one_new_column(function: Node, count: int) -> None:
    taken = pieces([reshape(function, (1,))], X, BINARY)
    assert taken is not None
    assert sum(each.columns.size for each in taken.definitions) == count


@pytest.mark.parametrize(
    "function",
    [
        square(ELEMENTS[0]),
        mul(ELEMENTS[0], ELEMENTS[1]),
        maximum(exp(ELEMENTS[0]), ELEMENTS[1]),
        mul(abs_(ELEMENTS[0]), ELEMENTS[1]),
        where(less(ELEMENTS[0], 0.0), square(ELEMENTS[1]), 0.0),
    ],
)
def test_what_bends_between_its_corners_is_none(function: Node) -> None:
    assert pieces([reshape(function, (1,))], X, BINARY) is None
