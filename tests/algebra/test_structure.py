"""Degrees and dependence: what they promise holds for values and derivatives."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from solver.algebra import (
    Degree,
    Node,
    Program,
    abs_,
    add,
    contract,
    cumsum,
    degrees,
    dependence,
    div,
    exp,
    floor,
    inverse,
    join,
    less,
    matmul,
    max_,
    maximum,
    mul,
    pick,
    power,
    recur,
    reshape,
    shift,
    sort_,
    spread,
    square,
    sub,
    sum_,
    take,
    variable,
    where,
)
from solver.algebra.primitives.recur import Triangle
from tests.algebra.cases import CASES, Case

if TYPE_CHECKING:
    from collections.abc import Callable

L, Q, S, K, J, C = Degree.LINEAR, Degree.QUADRATIC, Degree.SMOOTH, Degree.KINK, Degree.STEP, Degree.CONSTANT

CHAIN = Triangle(np.array([1, 2]), np.array([0, 1]), 3)

TABLE: list[tuple[str, Callable[[Node], Node], list[int]]] = [
    ("identity", lambda x: x, [L, L, L]),
    ("affine", lambda x: add(mul(x, [2.0, 0.0, 1.0]), 1.0), [L, C, L]),
    ("product", lambda x: mul(x, join([take(x, [0]), [3.0, 0.0]])), [Q, L, L]),
    ("product of three", lambda x: mul(square(x), join([take(x, [0]), [3.0, 1.0]])), [S, Q, Q]),
    ("quotient", lambda x: div(x, join([[2.0, 2.0], take(x, [0])])), [L, L, S]),
    ("powers", lambda x: power(x, [0.0, 1.0, 3.0]), [C, L, S]),
    ("squares", lambda x: power(x, [1.0, 2.0, 2.0]), [L, Q, Q]),
    ("exponential", lambda x: exp(mul(x, [1.0, 0.0, 1.0])), [S, C, S]),
    ("absolute", lambda x: abs_(mul(x, [1.0, 0.0, 1.0])), [K, C, K]),
    ("extreme", lambda x: maximum(mul(x, [1.0, 0.0, 1.0]), 0.0), [K, C, K]),
    ("rounding", lambda x: floor(mul(x, [1.0, 0.0, 1.0])), [J, C, J]),
    ("fixed choice", lambda x: where([1.0, 0.0, 1.0], x, [5.0, 6.0, 7.0]), [L, C, L]),
    ("live choice", lambda x: where(less(mul(x, [1.0, 0.0, 1.0]), 1.0), x, exp(x)), [J, S, J]),
    ("shifted", lambda x: shift(square(x), 0, 1), [C, Q, Q]),
    ("running", lambda x: cumsum(mul(x, [0.0, 1.0, 1.0]), 0), [C, L, L]),
    ("running, exclusive", lambda x: cumsum(x, 0, exclusive=True), [C, L, L]),
    ("spread", lambda x: spread(where([1.0, 0.0, 0.0], x, square(x)), [0, 2, 2], 4), [L, C, Q, C]),
    ("contracted", lambda x: reshape(contract(reshape(x, (1, 3)), np.eye(2, 3), 1), (2,)), [L, L]),
    ("contracted with itself", lambda x: contract(x, x, 0), [Q]),
    ("sum", lambda x: sum_(mul(x, join([take(x, [0]), [3.0, 1.0]]))), [Q]),
    ("largest", lambda x: max_(x), [K]),
    ("sorted", lambda x: sort_(x, 0), [K, K, K]),
    ("picked by a constant", lambda x: pick(square(x), [1.0, 0.0], 0), [Q, Q]),
    ("picked", lambda x: pick(x, x, 0), [J, J, J]),
    ("recurrence", lambda x: recur([2.0, 2.0], x, CHAIN), [L, L, L]),
    ("growing recurrence", lambda x: recur(take(x, [1, 2]), [1.0, 1.0, 1.0], CHAIN), [C, L, Q]),
    ("inverse", lambda x: reshape(inverse(add(reshape(take(x, [0, 1, 1, 2]), (2, 2)), np.eye(2) * 9)), (4,)), [S] * 4),
]


@pytest.mark.parametrize(("build", "expected"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_degrees_by_element(build: Callable[[Node], Node], expected: list[int]) -> None:
    x = variable(3)
    output = build(x)
    assert degrees([output], x)[0].ravel().tolist() == expected


def _input_and_node(case: Case) -> tuple[Node, Node]:
    sizes = [int(np.prod(shape, dtype=int)) for shape in case.shapes]
    x = variable(sum(sizes))
    starts = np.cumsum([0, *sizes])
    parts = [
        take(x, np.arange(start, start + size).reshape(shape))
        for start, size, shape in zip(starts, sizes, case.shapes, strict=False)
    ]
    return x, case.build(*parts)


def _points(case: Case, count: int) -> np.ndarray:
    rng = np.random.default_rng(5)
    parts = zip(case.shapes, case.domain, strict=False)
    return np.concatenate(
        [rng.uniform(low, high, (count, int(np.prod(shape, dtype=int)))) for shape, (low, high) in parts], axis=1
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_degree_bounds_the_differences(case: Case) -> None:
    """Constant elements do not move, linear ones have no second difference, quadratic ones no third."""
    x, y = _input_and_node(case)
    level = np.broadcast_to(degrees([y], x)[0], y.shape)
    start, end = _points(case, 2)
    steps = start + np.linspace(0, 0.5, 4)[:, None] * (end - start)
    values = Program([x], [y]).run(steps)[0]
    scale = 1 + np.abs(values).max()
    for degree in (Degree.CONSTANT, Degree.LINEAR, Degree.QUADRATIC):
        difference = np.diff(values, n=degree + 1, axis=0)
        assert np.abs(difference[:, level <= degree]).max(initial=0.0) < 1e-11 * scale


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_dependence_covers_every_change(case: Case) -> None:
    """An element moves only with inputs that its row of the dependence names."""
    x, y = _input_and_node(case)
    pattern = dependence(y, x).toarray()
    assert pattern.shape == (y.size, x.size)
    start, other = _points(case, 2)
    points = np.where(np.eye(x.size, dtype=bool), other, start)
    program = Program([x], [y])
    before = program.run(start)[0].ravel()
    moved = before[:, None] != program.run(points)[0].reshape((x.size, -1)).T
    rounding = np.isclose(program.run(points)[0].reshape((x.size, -1)).T, before[:, None], rtol=1e-13, atol=1e-13)
    assert not (moved & ~rounding & ~pattern).any()


def test_dependence_is_exact_where_coefficients_vanish() -> None:
    x = variable(4)
    y = join([mul(take(x, [0, 1]), [0.0, 2.0]), sum_(sub(take(x, [2, 3]), 1.0), keepdims=True), 5.0])
    assert dependence(y, x).toarray().astype(int).tolist() == [[0, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 1], [0] * 4]


def test_dependence_of_a_product_of_matrices() -> None:
    x = variable(6)
    y = matmul(reshape(take(x, [0, 1, 2, 3]), (2, 2)), reshape(take(x, [4, 5]), (2, 1)))
    assert dependence(y, x).toarray().astype(int).tolist() == [[1, 1, 0, 0, 1, 1], [0, 0, 1, 1, 1, 1]]
