"""Lone numbers computed side by side are what they are alone, and so are their derivatives."""

from __future__ import annotations

import numpy as np
import pytest

from solver.algebra import (
    Function,
    Node,
    add,
    cos,
    div,
    exp,
    jacobian,
    join,
    less,
    maximum,
    mul,
    reshape,
    sin,
    square,
    sub,
    sum_,
    take,
    variable,
    where,
)
from solver.algebra.running.gang import ganged

SIZE = 12


def scattered(seed: int, count: int, x: Node) -> list[Node]:
    """Expressions of single elements, of earlier expressions and of constants, no two alike."""
    rng = np.random.default_rng(seed)
    table = mul(take(x, np.arange(SIZE).reshape(3, 4)), 0.5)
    made: list[Node] = []

    def number() -> Node:
        kind = rng.integers(0, 10)
        if kind < 4 or not made:
            return reshape(take(x, [int(rng.integers(SIZE))]), (1, 1, 1, 1))
        if kind < 5:
            return take(table, [[[[int(rng.integers(SIZE))]]]])
        if kind < 6:
            return reshape(sum_(take(x, rng.integers(0, SIZE, 3))), (1, 1, 1, 1))
        return made[int(rng.integers(min(len(made), 12)))]

    binary = [add, sub, mul, maximum, lambda a, b: div(a, add(square(b), 1.0)), lambda a, b: where(less(a, b), a, b)]
    unary = [sin, cos, square, lambda a: exp(sin(a))]
    for _ in range(count):
        a = number()
        if rng.random() < 0.3:
            node = unary[rng.integers(len(unary))](a)
        else:
            other = number() if rng.random() < 0.7 else np.full((1, 1, 1, 1), rng.normal())
            node = binary[rng.integers(len(binary))](a, other)
        made.append(sin(mul(node, 0.5)))
    return made


@pytest.mark.parametrize("seed", range(8))
def test_the_same_numbers_and_slopes(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("solver.algebra.running.gang._FEWEST", 1)
    monkeypatch.setattr("solver.algebra.running.gang._SMALLEST", 1)
    x = variable(SIZE)
    numbers = scattered(seed, 60, x)
    outputs = [sum_(square(join(numbers))), join([*numbers[::3], x, *numbers[1::3]]), numbers[-1]]
    together = ganged(outputs)
    at = np.random.default_rng(seed).uniform(-1, 1, SIZE)
    for alone, gang in zip(outputs, together, strict=True):
        assert gang.shape == alone.shape
        one, other = Function(sum_(alone), x), Function(sum_(gang), x)
        np.testing.assert_allclose(other.value(at), one.value(at), rtol=1e-11)
        np.testing.assert_allclose(other.gradient(at), one.gradient(at), rtol=1e-9, atol=1e-11)
        np.testing.assert_allclose(
            other.value_many(np.stack([at, -at])), one.value_many(np.stack([at, -at])), rtol=1e-11
        )
    direction = np.ones(SIZE)
    alone, gang = Function(outputs[0], x), Function(together[0], x)
    np.testing.assert_allclose(gang.hessp(at, direction), alone.hessp(at, direction), rtol=1e-9, atol=1e-9)
    difference = jacobian(together[1], x)(at) - jacobian(outputs[1], x)(at)
    assert abs(difference).max() < 1e-10
    assert gang.operations < alone.operations


def test_operations_are_few() -> None:
    """As many as there are kinds of operations at each depth, not as many as there are numbers."""
    x = variable(SIZE)
    rng = np.random.default_rng(0)
    terms = [
        mul(sin(take(x, [int(rng.integers(SIZE))])), add(take(x, [int(rng.integers(SIZE))]), float(rng.normal())))
        for _ in range(2000)
    ]
    (total,) = ganged([sum_(join(terms))])
    assert Function(total, x).operations < 40


def test_few_or_deep_graphs_stay_as_they_are() -> None:
    x = variable(SIZE)
    node = take(x, [0])
    for k in range(600):
        node = sin(add(node, float(k)))
    assert ganged([node]) == [node]
    small = sum_(join([sin(take(x, [k])) for k in range(SIZE)]))
    assert ganged([small]) == [small]
