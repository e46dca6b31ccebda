"""The coloured Jacobian equals the dense one, and large ones stay cheap."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

import numpy as np
import pytest
import scipy.sparse as sp

from solver.algebra import (
    Jacobian,
    Node,
    Program,
    add,
    apply,
    contract,
    div,
    exp,
    jacobian,
    join,
    jvp,
    matmul,
    mul,
    recur,
    reshape,
    shift,
    sin,
    square,
    sub,
    sum_,
    take,
    variable,
    where,
)
from solver.algebra.calculus.coloring import color_columns
from solver.algebra.primitives.recur import Triangle
from tests.algebra.cases import CASES, Case

if TYPE_CHECKING:
    from collections.abc import Callable

RNG = np.random.default_rng(2)


def chain_of(x: Node) -> Triangle:
    """Every element reads the one before it."""
    return Triangle(np.arange(1, x.size), np.arange(x.size - 1), x.size)


def _dense(output: Node, x: Node, at: np.ndarray) -> np.ndarray:
    direction = variable(x.size, "v")
    tangent = jvp([reshape(output, (output.size,))], x, direction)[0]
    return Program([x, direction], [tangent]).run(at, np.eye(x.size))[0].T


SHAPES: dict[str, Callable[[Node], Node]] = {
    "identity": lambda x: x,
    "constant": lambda x: join([mul(x, 0.0), [1.0, 2.0]]),
    "banded": lambda x: sub(mul(x, exp(shift(x, 0, 1))), square(shift(x, 0, -2))),
    "arrow": lambda x: join([sum_(square(x)), mul(x, sin(x)), div(x, 2.0)]),
    "arrow the other way": lambda x: mul(x, exp(take(x, np.zeros(12, int)))),
    "dense": lambda x: matmul(np.ones((5, 12)), reshape(mul(exp(x), x), (12, 1))),
    "mixed": lambda x: where(np.arange(12) % 2, exp(x), mul(x, 3.0)),
    "factorisation": lambda x: matmul(
        reshape(take(x, np.arange(6)), (3, 2)), reshape(take(x, np.arange(6, 12)), (2, 3))
    ),
    "recurrence": lambda x: recur(np.full(x.size - 1, 1.1), mul(x, x), chain_of(x)),
    "recurrence from the end": lambda x: recur(
        np.full(x.size - 1, 0.7), add(x, mul(x, x)), chain_of(x), transposed=True
    ),
    "few rows": lambda x: join([sum_(exp(x)), sum_(mul(x, sin(x)))]),
    "linear with a live product": lambda x: mul(x, join([take(x, [3]), np.arange(11.0)])),
    "scaled by a live constant": lambda x: div(x, take(join([exp(x), np.arange(1.0, 13.0)]), np.arange(11, 23))),
}


@pytest.mark.parametrize("name", SHAPES)
def test_sparse_is_dense(name: str) -> None:
    x = variable(12)
    output = SHAPES[name](x)
    found = jacobian(output, x)
    for _ in range(2):
        at = RNG.normal(size=12)
        matrix = found(at)
        assert isinstance(matrix, sp.csr_array)
        assert matrix.has_sorted_indices
        np.testing.assert_allclose(matrix.toarray(), _dense(output, x, at), rtol=1e-12, atol=1e-13)
        assert not (matrix.toarray()[~found.pattern.toarray()]).any()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_primitive(case: Case) -> None:
    sizes = [int(np.prod(shape, dtype=int)) for shape in case.shapes]
    starts = np.cumsum([0, *sizes])
    x = variable(sum(sizes))
    parts = [
        take(x, np.arange(start, start + size).reshape(shape))
        for start, size, shape in zip(starts, sizes, case.shapes, strict=False)
    ]
    output = case.build(*parts)
    drawn = zip(sizes, case.domain, strict=False)
    at = np.concatenate([RNG.uniform(low, high, size) for size, (low, high) in drawn])
    np.testing.assert_allclose(jacobian(output, x)(at).toarray(), _dense(output, x, at), rtol=1e-9, atol=1e-12)


def test_directions_are_few() -> None:
    x = variable(2000)
    banded = sub(mul(x, exp(shift(x, 0, 1))), square(shift(x, 0, -1)))
    assert jacobian(banded, x).sweeps == 3
    arrow = join([sum_(square(x)), sum_(sin(x)), mul(x, sin(x))])
    assert jacobian(arrow, x).sweeps == 3
    assert jacobian(sum_(square(x)), x).sweeps == 1


def test_portions_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sweeps that do not fit in memory together are run one after the other."""
    x = variable(12)
    output = SHAPES["dense"](x)
    at = RNG.normal(size=12)
    whole = jacobian(output, x)(at).toarray()
    monkeypatch.setattr(import_module("solver.algebra.calculus.jacobian"), "_SWEEP_ELEMENTS", 100)
    np.testing.assert_allclose(jacobian(output, x)(at).toarray(), whole, rtol=1e-13)


def test_linear_rows_take_no_sweep() -> None:
    x = variable(4000)
    rows = [sum_(mul(take(x, np.arange(50) + 40 * i), RNG.normal(size=50))) for i in range(60)]
    matrix = sp.random_array((30, 4000), density=0.01, rng=RNG).tocsr()
    found = Jacobian(join([*rows, apply(matrix, x), contract(x, np.arange(4000.0), 0)]), x)
    assert found.constant
    assert found.sweeps == 0
    assert found.shape == (91, 4000)
    np.testing.assert_allclose(found(np.ones(4000)).toarray()[60:90], matrix.toarray())


def test_colours_separate_columns() -> None:
    pattern = sp.csr_array(sp.random_array((60, 80), density=0.05, rng=RNG))
    coloring = color_columns(pattern)
    for row in range(60):
        colors = coloring.colors[pattern[[row]].indices]
        assert len(set(colors)) == len(colors)
    assert coloring.count == coloring.colors.max() + 1
    np.testing.assert_array_equal(coloring.directions().sum(axis=0), np.ones(80))
    parts = [coloring.directions(first, first + 3) for first in range(0, coloring.count, 3)]
    np.testing.assert_array_equal(np.concatenate(parts), coloring.directions())
