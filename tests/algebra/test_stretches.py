"""Positions that count on one by one, and gradients that arrive at neighbouring stretches of one vector."""

from __future__ import annotations

from math import prod

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from solver.algebra import Program, add, gradient, mul, square, sub, sum_, take, variable
from solver.algebra.index import Index
from solver.algebra.node import topological

shapes = st.lists(st.integers(1, 4), min_size=1, max_size=4)


@st.composite
def stretches(draw: st.DrawFn) -> tuple[np.ndarray, int]:
    """Positions of a stretch of a longer vector, its axes in any order, and the vector's length."""
    shape = draw(shapes)
    start, behind = draw(st.integers(0, 5)), draw(st.integers(0, 5))
    index = start + np.arange(prod(shape)).reshape(shape)
    return index.transpose(draw(st.permutations(range(len(shape))))), start + prod(shape) + behind


@given(stretches())
def test_order_of_a_stretch(stretch: tuple[np.ndarray, int]) -> None:
    index, size = stretch
    order = Index(index, size).order
    assert order is not None
    ordered = index.transpose(order).ravel()
    assert ordered.tolist() == list(range(int(index.min()), int(index.max()) + 1))


@given(stretches(), st.integers(2, 5))
def test_no_order_with_gaps_or_repeats(stretch: tuple[np.ndarray, int], step: int) -> None:
    index, size = stretch
    if index.size > 1:
        assert Index(index * step, size * step).order is None
        assert Index(np.broadcast_to(index, (2, *index.shape)), size).order is None


@given(st.lists(shapes, min_size=1, max_size=4), st.data())
def test_gradients_of_neighbours(parts: list[list[int]], data: st.DataObject) -> None:
    """Of a sum over stretches that make up the vector, or leave some out, or take some twice."""
    size = sum(prod(part) for part in parts)
    x = variable(size)
    total, expected = None, np.zeros(size)
    point, start = np.linspace(1.0, 2.0, size), 0
    for part in parts:
        index = (start + np.arange(prod(part))).reshape(part)
        index = index.transpose(data.draw(st.permutations(range(len(part)))))
        start += prod(part)
        for _ in range(data.draw(st.sampled_from([1, 1, 1, 0, 2]))):
            weights = np.asarray(data.draw(st.integers(1, 5)), dtype=float) + np.arange(index.size).reshape(index.shape)
            term = sum_(mul(weights, square(sub(take(x, index), 0.5))))
            total = term if total is None else add(total, term)
            np.add.at(expected, index, 2.0 * weights * (point[index] - 0.5))
    if total is not None:
        program = Program([x], [gradient(total, x)])
        for _ in range(2):  # the second run takes the calls that are bound to their arrays
            assert np.allclose(program.run(point)[0], expected, rtol=1e-12)
            program.run(point + 1.0)


def test_two_neighbours_are_joined() -> None:
    x = variable(5)
    found = gradient(add(sum_(square(take(x, [0, 1]))), sum_(square(take(x, [[2], [3], [4]])))), x)
    assert [node.op.name for node in topological([found])].count("join") == 1
    assert "spread" not in {node.op.name for node in topological([found])}
