"""Losses taken apart into terms: any choice of them sums to what the whole says, and costs only its own part."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.algebra import (
    Function,
    Node,
    abs_,
    add,
    constant,
    div,
    exp,
    join,
    less,
    matmul,
    mul,
    reshape,
    sqrt,
    square,
    sub,
    sum_,
    take,
    terms,
    transpose,
    variable,
    where,
)

ROWS, COLS, FACTORS = 6, 5, 3
RANDOM = np.random.default_rng(1)
TARGETS = RANDOM.normal(size=(ROWS, COLS))
KNOWN = RANDOM.random((ROWS, COLS)) < 0.7
X = variable((ROWS + COLS) * FACTORS)
USERS = take(X, np.arange(ROWS * FACTORS).reshape(ROWS, FACTORS))
MOVIES = take(X, ROWS * FACTORS + np.arange(COLS * FACTORS).reshape(COLS, FACTORS))
DIFFERENCE = sub(constant(TARGETS), matmul(USERS, transpose(MOVIES)))
ERROR = where(constant(KNOWN.astype(float)), square(DIFFERENCE), 0.0)
COUNT = int(KNOWN.sum())
POINT = RANDOM.normal(size=X.size)

LOSSES: dict[str, tuple[Node, int]] = {
    "sum": (sum_(ERROR), COUNT),
    "mean": (div(sum_(ERROR), float(COUNT)), COUNT),
    "root of the mean": (sqrt(div(sum_(ERROR), float(COUNT))), COUNT),
    "absolute": (sum_(where(constant(KNOWN.astype(float)), abs_(DIFFERENCE), 0.0)), COUNT),
    "squashed": (sum_(square(sub(0.5, div(1.0, add(1.0, exp(DIFFERENCE)))))), ROWS * COLS),
    "with a live condition": (
        sum_(where(less(DIFFERENCE, 0.0), square(DIFFERENCE), mul(2.0, DIFFERENCE))),
        ROWS * COLS,
    ),
    "two heaps": (sum_(join([reshape(ERROR, (ROWS * COLS,)), exp(take(X, np.arange(4)))])), COUNT + 4),
    "squares of the inputs alone": (sum_(square(X)), X.size),
}


@pytest.mark.parametrize("name", LOSSES)
def test_parts_sum_to_the_whole(name: str) -> None:
    loss, count = LOSSES[name]
    found = terms(loss, X)
    assert found is not None
    assert found.count == count
    whole, slope = found(POINT, np.arange(count))
    function = Function(loss, X)
    value, gradient = function.value(POINT), function.gradient(POINT)
    outer = {"mean": lambda t: t / count, "root of the mean": lambda t: np.sqrt(t / count)}.get(name, lambda t: t)
    assert value == pytest.approx(outer(whole), rel=1e-12)
    share = (gradient @ gradient) / (gradient @ slope)
    np.testing.assert_allclose(gradient, share * slope, rtol=1e-9, atol=1e-12)


@given(st.lists(st.integers(0, COUNT - 1), min_size=1, max_size=7))
def test_any_choice_is_the_sum_of_its_terms(chosen: list[int]) -> None:
    found = terms(LOSSES["mean"][0], X)
    assert found is not None
    single = [found(POINT, np.array([term])) for term in chosen]
    value, slope = found(POINT, np.array(chosen))
    assert value == pytest.approx(sum(each for each, _ in single), rel=1e-12)
    np.testing.assert_allclose(slope, sum(each for _, each in single), rtol=1e-9, atol=1e-12)


def test_a_term_is_a_squared_error() -> None:
    found = terms(LOSSES["root of the mean"][0], X)
    assert found is not None
    users, movies = POINT[: ROWS * FACTORS].reshape(ROWS, -1), POINT[ROWS * FACTORS :].reshape(COLS, -1)
    errors = (TARGETS - users @ movies.T)[KNOWN]
    np.testing.assert_allclose([found(POINT, np.array([k]))[0] for k in range(COUNT)], errors**2, rtol=1e-12)
    i, j = np.argwhere(KNOWN)[3]
    slope = np.zeros((ROWS + COLS, FACTORS))
    slope[i], slope[ROWS + j] = -2 * errors[3] * movies[j], -2 * errors[3] * users[i]
    np.testing.assert_allclose(found(POINT, np.array([3]))[1], slope.ravel(), rtol=1e-12, atol=1e-15)


def test_weight_decay_belongs_to_every_term() -> None:
    loss = add(LOSSES["mean"][0], mul(0.3, sum_(square(X))))
    found = terms(loss, X)
    assert found is not None
    assert found.count == COUNT
    value, slope = found(POINT, np.arange(COUNT))
    function = Function(loss, X)
    assert value / COUNT == pytest.approx(function.value(POINT), rel=1e-12)
    np.testing.assert_allclose(slope / COUNT, function.gradient(POINT), rtol=1e-10, atol=1e-12)
    bare = terms(LOSSES["mean"][0], X)
    assert bare is not None
    difference = found(POINT, np.array([2]))[0] - bare(POINT, np.array([2]))[0]
    assert difference == pytest.approx(0.3 * POINT @ POINT, rel=1e-12)


def test_no_terms() -> None:
    assert terms(exp(take(X, np.array([0]))), X) is None
    assert terms(mul(sum_(ERROR), sum_(square(X))), X) is None
    assert terms(constant(np.ones(1)), X) is None


def test_only_their_part_is_computed() -> None:
    """Twenty terms of a table of a hundred thousand rows: no array of that length is computed."""
    rows, keys = 100_000, 500
    x = variable(2 * keys)
    left, right = RANDOM.integers(0, keys, (2, rows))
    target = RANDOM.normal(size=rows)
    errors = sub(constant(target), mul(take(x, left), take(x, keys + right)))
    found = terms(div(sum_(square(errors)), float(rows)), x)
    assert found is not None
    chosen = RANDOM.integers(0, rows, 20)
    point = RANDOM.normal(size=2 * keys)
    value, _ = found(point, chosen)
    expected = (target - point[left] * point[keys + right])[chosen]
    assert value == pytest.approx(float(expected @ expected), rel=1e-12)
    program = found._program(20)
    assert max(node.size for stage in program._stages for node in stage.nodes) <= 2 * keys
