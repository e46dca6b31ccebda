"""Counts, sums and extremes over stretches equal those over the places that a mask picks."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from solver.algebra import Function, constant, square, sum_, variable
from solver.functions.criteria.stretches import Bounds, between


@given(st.integers(0, 40), st.integers(1, 20), st.integers(0, 2**32 - 1), st.booleans())
def test_between(places: int, questions: int, seed: int, two: bool) -> None:
    rng = np.random.default_rng(seed)
    group, asked = rng.integers(0, 3, places), rng.integers(0, 3, questions)
    edges = rng.integers(0, places + 1, (4, questions))
    first = Bounds(rng.permutation(places), edges[0], edges[1])
    second = Bounds(rng.permutation(places), edges[2], edges[3]) if two else None
    found = between(group, first, asked, second)
    mask = group == asked[:, np.newaxis]
    for bounds in (first, second) if second else (first,):
        mask &= (bounds.rank >= bounds.low[:, np.newaxis]) & (bounds.rank < bounds.high[:, np.newaxis])
    values = rng.normal(size=places)
    np.testing.assert_array_equal(found.counts, mask.sum(axis=1))
    np.testing.assert_allclose(found.sums(constant(values)).value, mask @ values, rtol=1e-12, atol=1e-13)
    for largest, worst, over in ((True, -np.inf, np.max), (False, np.inf, np.min)):
        wanted = over(np.where(mask, values, worst), axis=1, initial=worst)
        np.testing.assert_array_equal(found.extremes(values, largest=largest), wanted)
    if places:
        x = variable(places, "x")
        gradient = Function(sum_(square(found.sums(x))), x).gradient(values)
        np.testing.assert_allclose(gradient, 2 * mask.T @ (mask @ values), rtol=1e-10, atol=1e-10)


def test_a_sum_is_that_of_its_own_places() -> None:
    """What lies before a stretch leaves no rounding in it."""
    values = np.concatenate([np.full(1000, 1e15 / 3), np.full(1000, 0.1)])
    ranks = np.arange(2000)
    found = between(np.zeros(2000, dtype=int), Bounds(ranks, np.array([1000]), np.array([2000])), np.array([0]))
    sums = found.sums(constant(values)).value
    assert sums is not None
    assert abs(sums[0] - 100.0) < 1e-12
