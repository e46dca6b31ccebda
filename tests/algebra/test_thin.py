"""Sums over few live elements: the thinned graph has the value and the derivatives of the full one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from solver.algebra import (
    Function,
    add,
    constant,
    contract,
    exp,
    gradient,
    mul,
    reshape,
    sqrt,
    square,
    sub,
    sum_,
    take,
    variable,
    where,
)
from solver.algebra.node import Node, topological
from solver.algebra.primitives.choose import choice
from solver.algebra.primitives.reduce import matmul
from solver.algebra.primitives.routes import routing
from solver.algebra.running.thin import FEW, thinned

if TYPE_CHECKING:
    from collections.abc import Callable

SIZE, FACTORS = 90, 3
RNG = np.random.default_rng(7)
KNOWN = RNG.random((SIZE, SIZE)) < 0.1
TARGET = np.where(KNOWN, RNG.normal(size=(SIZE, SIZE)), 0.0)


def _prediction(x: Node) -> Node:
    rows = take(x, np.arange(SIZE * FACTORS).reshape(SIZE, FACTORS))
    columns = take(x, SIZE * FACTORS + np.arange(FACTORS * SIZE).reshape(FACTORS, SIZE))
    return matmul(rows, columns)


def _masked(x: Node) -> Node:
    return where(constant(KNOWN.astype(float)), _prediction(x), 0.0)


def _sum_of_squares(x: Node) -> Node:
    return sum_(square(sub(constant(TARGET), _masked(x))))


def _with_a_constant_elsewhere(x: Node) -> Node:
    return sum_(square(sub(constant(TARGET), where(constant(KNOWN.astype(float)), _prediction(x), 2.0))))


def _nested_and_not_square(x: Node) -> Node:
    inner = where(constant(KNOWN.astype(float)), exp(mul(_prediction(x), 0.1)), 0.0)
    outer = where(constant((TARGET != 0).astype(float)), add(inner, take(x, [0])), 1.0)
    return sqrt(sum_(mul(outer, constant(TARGET**2 + 1.0))))


CASES = [_sum_of_squares, _with_a_constant_elsewhere, _nested_and_not_square]


@pytest.mark.parametrize("objective", CASES, ids=lambda each: each.__name__.strip("_"))
def test_thin_and_full_agree(objective: Callable[[Node], Node]) -> None:
    x = variable(2 * SIZE * FACTORS)
    output = objective(x)
    thin = thinned(output, x)
    assert thin is not output
    assert max(node.size for node in topological([thin])) < SIZE * SIZE * FEW * FACTORS
    full, other = Function(output, x), Function(thin, x)
    for _ in range(3):
        point, direction = RNG.normal(size=x.size), RNG.normal(size=x.size)
        assert other.value(point) == pytest.approx(full.value(point), rel=1e-12)
        np.testing.assert_allclose(other.gradient(point), full.gradient(point), rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(other.hessp(point, direction), full.hessp(point, direction), rtol=1e-8, atol=1e-9)
    points = RNG.normal(size=(4, x.size))
    np.testing.assert_allclose(other.value_many(points), full.value_many(points), rtol=1e-12)


def test_an_error_among_the_dead_still_counts() -> None:
    x = variable(2 * SIZE * FACTORS)
    broken = np.where(KNOWN, TARGET, np.nan)
    output = sum_(square(sub(constant(broken), _masked(x))))
    assert np.isnan(Function(thinned(output, x), x).value(np.ones(x.size)))


def test_what_is_mostly_alive_is_masked_once() -> None:
    """Two masks on the way to a sum become one, behind all else, and the gradient needs no other."""
    x = variable(2 * SIZE * FACTORS)
    most = RNG.random((SIZE, SIZE)) < 0.6
    target = constant(np.where(most, RNG.normal(size=(SIZE, SIZE)), 0.0))
    inner = where(constant(most * 1.0), _prediction(x), 0.0)
    again = where(constant(most.ravel() * 2.0), reshape(inner, (SIZE * SIZE,)), 0.0)
    output = sum_(square(sub(reshape(target, (SIZE * SIZE,)), again)))
    thin = thinned(output, x)
    full, other = Function(output, x), Function(thin, x)
    point = RNG.normal(size=x.size)
    assert other.value(point) == pytest.approx(full.value(point), rel=1e-12)
    np.testing.assert_allclose(other.gradient(point), full.gradient(point), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(other.hessp(point, point), full.hessp(point, point), rtol=1e-8, atol=1e-9)
    assert sum(node.op is choice for node in topological([thin, gradient(thin, x)])) == 1


def test_the_way_back_from_dot_products_is_a_route() -> None:
    """Gradients of lookups in two tables need no product for every pair."""
    x = variable(60)
    first, second = RNG.integers(0, 10, (2, 1500))
    users = take(x, first[:, np.newaxis] * 3 + np.arange(3))
    movies = take(x, 30 + second[:, np.newaxis] + 10 * np.arange(3))
    output = sum_(square(sub(contract(users, movies, -1), constant(RNG.normal(size=(1500, 1))))))
    function = Function(output, x)
    point = RNG.normal(size=60)
    step = 1e-6 * np.eye(60)
    slopes = (function.value_many(point + step) - function.value_many(point - step)) / 2e-6
    np.testing.assert_allclose(function.gradient(point), slopes, rtol=1e-4, atol=1e-4)
    ops = [node.op for node in topological([gradient(function.output, x)])]
    assert ops.count(routing) == 2
    assert max(node.size for node in topological([reshape(output, ())])) == 4500
