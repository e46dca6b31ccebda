"""Random compositions: gradient and Hessian product against differences of the value; and the tape itself."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.algebra import (
    Function,
    Node,
    Program,
    VectorFunction,
    add,
    broadcast,
    constant,
    cos,
    cumsum,
    div,
    exp,
    gradient,
    hessp,
    join,
    log,
    matmul,
    mul,
    neg,
    reshape,
    shift,
    sin,
    sqrt,
    square,
    sub,
    sum_,
    take,
    tanh,
    transpose,
    variable,
    where,
)

N = 6


def _positive(a: Node) -> Node:
    return add(square(a), 0.5)


UNARY = [
    tanh,
    sin,
    cos,
    lambda a: exp(tanh(a)),
    lambda a: log(_positive(a)),
    lambda a: sqrt(_positive(a)),
    lambda a: transpose(reshape(a, (2, 3))),
    lambda a: cumsum(reshape(a, (3, 2)), 0, reverse=True),
    lambda a: shift(reshape(a, (N,)), 0, 2),
    lambda a: take(a, [5, 5, 0, 1, 2, 2]),
    lambda a: take(a, np.arange(N)[::-1]),
    lambda a: mul(sum_(reshape(a, (2, 3)), 0), np.ones((2, 1))),
    lambda a: where(np.arange(N) % 2, reshape(a, (N,)), 1.5),
    lambda a: broadcast(div(sum_(a), 6.0), a.shape),
    neg,
]
BINARY = [
    lambda a, b: add(reshape(a, (N,)), reshape(b, (N,))),
    lambda a, b: sub(reshape(a, (2, 3)), reshape(b, (2, 3))),
    lambda a, b: mul(reshape(a, (N,)), reshape(b, (N,))),
    lambda a, b: div(reshape(a, (N,)), _positive(reshape(b, (N,)))),
    lambda a, b: take(matmul(reshape(a, (2, 3)), reshape(b, (3, 2))), [0, 1, 2, 3, 3, 0]),
    lambda a, b: sum_(mul(reshape(a, (2, 1, 3)), reshape(b, (1, 2, 3))), 2),
    lambda a, b: take(join([a, b]), [0, 7, 2, 9, 4, 11]),
]


@st.composite
def graphs(draw: st.DrawFn) -> tuple[Node, Node]:
    """An input and a scalar made of it by up to a dozen random operations."""
    x = variable(N)
    pool: list[Node] = [x, mul(x, 0.5)]
    for _ in range(draw(st.integers(1, 12))):
        if draw(st.booleans()):
            pool.append(draw(st.sampled_from(UNARY))(draw(st.sampled_from(pool))))
        else:
            pool.append(draw(st.sampled_from(BINARY))(draw(st.sampled_from(pool)), draw(st.sampled_from(pool))))
        if pool[-1].size != N:
            pool[-1] = take(join([pool[-1], x]), np.arange(N))
    return x, sum_(tanh(mul(pool[-1], 0.3)), keepdims=False)


@settings(max_examples=150, deadline=None)
@given(graphs(), st.integers(0, 2**32 - 1))
def test_random_graphs(graph: tuple[Node, Node], seed: int) -> None:
    x, y = graph
    rng = np.random.default_rng(seed)
    at, v = rng.normal(size=N), rng.uniform(-1, 1, size=N)
    function = Function(y, x)
    step = 1e-4
    slope = (
        8 * (function.value(at + step * v) - function.value(at - step * v))
        - (function.value(at + 2 * step * v) - function.value(at - 2 * step * v))
    ) / (12 * step)
    assert function.gradient(at) @ v == pytest.approx(slope, rel=1e-6, abs=1e-7)
    curve = (function.gradient(at + step * v) - function.gradient(at - step * v)) / (2 * step)
    np.testing.assert_allclose(function.hessp(at, v), curve, rtol=1e-4, atol=1e-5)
    points = rng.normal(size=(4, N))
    alone = [function.value(point) for point in points]
    np.testing.assert_allclose(function.value_many(points), alone, rtol=1e-11, atol=1e-13)


def _dot_products(side: int) -> tuple[Node, Node]:
    """The root mean squared error of a factorised grid of side by side, five factors."""
    x = variable(side * 10)
    rows = take(x, np.arange(side * 5).reshape(side, 1, 1, 5))
    cols = take(x, (side * 5 + np.arange(side * 5)).reshape(5, side).T.reshape(1, side, 5, 1))
    error = sub(sum_(mul(rows, transpose(cols, (0, 1, 3, 2))), 3), np.ones((side, side, 1, 1)))
    return x, sqrt(div(sum_(square(error)), float(side * side)))


def test_operations_do_not_grow_with_the_grid() -> None:
    small, large = (Function(y, x) for x, y in (_dot_products(15), _dot_products(300)))
    assert small.operations == large.operations < 60


def test_products_of_factors_are_one_matrix_product() -> None:
    """No temporary of rows by columns by factors is made."""
    x, y = _dot_products(200)
    program = Program([x], [y, gradient(y, x)])
    program.run(np.ones(x.size))
    (buffers,) = program._buffers.values()
    assert max(array.size for array in buffers.arrays.values()) <= 200 * 200


def test_equal_expressions_are_one_node() -> None:
    x = variable(3)
    assert mul(x, 2.0) is mul(2.0, x)
    assert add(sin(x), x) is add(x, sin(x))
    assert take(x, [0, 1]) is take(x, np.array([0, 1]))
    assert neg(neg(x)) is x
    assert sub(x, 0.0) is x
    assert mul(x, x) is square(x)


def test_what_is_laid_side_by_side_and_taken_again_is_taken_at_once() -> None:
    """Embeddings of a user and of a movie side by side, for 300 ratings: rows of one vector, without a copy between."""
    rng = np.random.default_rng(0)
    x = variable(60)
    users, movies = rng.integers(10, size=(300, 1)), rng.integers(10, size=(300, 1))
    sides = [take(x, users * 3 + np.arange(3)), take(x, 30 + movies * 3 + np.arange(3))]
    first, second = np.arange(900).reshape(300, 3), 900 + np.arange(900).reshape(300, 3)
    pairs = take(join(sides), np.concatenate([first, second], axis=1))
    assert pairs.args == (x,)
    at = rng.normal(size=60)
    expected = np.concatenate([at[users * 3 + np.arange(3)], at[30 + movies * 3 + np.arange(3)]], axis=1)
    np.testing.assert_array_equal(Program([x], [pairs]).run(at)[0], expected)


def test_the_logistic_function_is_one_operation() -> None:
    """1 / (1 + exp(-x)) as a sheet writes it, and its slope; the error of exp(1000) is not hidden by the quotient."""
    x = variable(4)
    y = div(1.0, add(1.0, exp(neg(x))))
    assert y.op.name == "fermi"
    at = np.array([0.0, 2.0, -700.0, -1000.0])
    np.testing.assert_allclose(Program([x], [y]).run(at)[0], [0.5, 1 / (1 + np.exp(-2)), 1 / np.exp(700), np.nan])
    slope = Program([x], [gradient(sum_(take(y, [0, 1])), x)]).run(at)[0]
    np.testing.assert_allclose(slope, [0.25, np.exp(-2) / (1 + np.exp(-2)) ** 2, 0, 0])


def test_constants_fold() -> None:
    node = sum_(mul(exp(constant([0.0, 0.0])), 3.0))
    assert node.value is not None
    assert node.value.tolist() == [6.0]


def test_long_chains() -> None:
    """Twenty thousand nodes one after the other: nothing recurses."""
    x = variable(1)
    y: Node = x
    for _ in range(20_000):
        y = add(sin(y), x)
    assert np.isfinite(Program([x], [y]).run([0.1])[0]).all()
    slope = gradient(y, x)
    assert np.isfinite(Program([x], [slope]).run([0.1])[0]).all()


def test_memo_computes_shared_nodes_once() -> None:
    """A gradient after the value at the same point runs the shared part once, and a new point runs it again."""
    x = variable(4)
    y = sum_(square(exp(x)))
    calls = []
    program = Program([x], [y, gradient(y, x)])
    for point in ([1.0, 2.0, 3.0, 4.0], [0.0, 0.5, 1.0, 1.5]):
        value = program.evaluate(0, point)
        slope = program.evaluate(1, point)
        calls.append((value.item(), slope))
        np.testing.assert_allclose(value.item(), np.sum(np.exp(2 * np.array(point))))
        np.testing.assert_allclose(slope, 2 * np.exp(2 * np.array(point)))
    stages = [buffers.fresh for buffers in program._buffers.values()]
    assert all(all(fresh) for fresh in stages)


def test_outputs_are_the_callers_own() -> None:
    x = variable(3)
    program = Program([x], [mul(x, 2.0), x])
    first, same = program.run([1.0, 2.0, 3.0])
    program.run([5.0, 5.0, 5.0])
    assert first.tolist() == [2.0, 4.0, 6.0]
    first[:] = 0
    same[:] = 0
    assert program.run([5.0, 5.0, 5.0])[0].tolist() == [10.0, 10.0, 10.0]


def test_wrong_inputs_are_named() -> None:
    x, other = variable(3), variable(3, "other")
    with pytest.raises(ValueError, match="other"):
        Program([x], [add(x, other)])
    with pytest.raises(ValueError, match="shape"):
        Program([x], [x]).run([1.0])
    with pytest.raises(TypeError):
        Program([mul(x, 2.0)], [x])


def test_vector_function_curvature() -> None:
    x = variable(4)
    rows = VectorFunction(join([sum_(square(x)), mul(x, sin(x))]), x)
    at, w, v = np.arange(4.0), np.arange(5.0) + 1, np.array([1.0, -1.0, 0.5, 2.0])
    weighted = Function(sum_(mul(rows.output, w)), x)
    np.testing.assert_allclose(rows.hessp(at, w, v), weighted.hessp(at, v))
    np.testing.assert_allclose(weighted.hessian(at) @ v, weighted.hessp(at, v))
    np.testing.assert_allclose(rows.value_many(np.stack([at, v])), [rows.value(at), rows.value(v)])
    direction = variable(4, "v")
    again = Program([x, direction], [hessp(weighted.output, x, direction)]).run(at, v)[0]
    np.testing.assert_allclose(again, weighted.hessp(at, v))


def test_constant_outputs_follow_the_population() -> None:
    x = variable(2)
    shapes = [value.shape for value in Program([x], [constant([[1.0]]), x]).run(np.zeros((5, 2)))]
    assert shapes == [(5, 1, 1), (5, 2)]


def test_serials_grow_from_arguments_to_results() -> None:
    x = variable(3)
    chain = [x, exp(x), sin(exp(x))]
    assert all(a.serial < b.serial for a, b in pairwise(chain))
