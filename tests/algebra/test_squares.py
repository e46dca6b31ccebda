"""Sums of squares and quadratics: what is recognised equals the output at any point."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import scipy.sparse as sp

from solver.algebra import (
    Node,
    Program,
    abs_,
    add,
    broadcast,
    contract,
    div,
    exp,
    join,
    least_squares,
    log,
    matmul,
    mul,
    neg,
    power,
    quadratic,
    reshape,
    spread,
    sqrt,
    square,
    sub,
    sum_,
    take,
    transpose,
    variable,
    where,
)
from solver.algebra.structure.quadratic import is_positive_semidefinite

if TYPE_CHECKING:
    from collections.abc import Callable

RNG = np.random.default_rng(11)
T = RNG.normal(size=(3, 4))
W = RNG.uniform(0.1, 2.0, size=(3, 4))
MASK = (T > 0).astype(float)


def _model(x: Node) -> Node:
    """A nonlinear 3 by 4 grid of predictions from 12 inputs."""
    return exp(mul(reshape(x, (3, 4)), 0.3))


def _errors(x: Node) -> Node:
    return sub(_model(x), T)


def _two_blocks(x: Node) -> Node:
    """Cells of two blocks, added one by one with a constant in between."""
    e = square(_errors(x))
    cells = [take(e, [k]) for k in range(5)]
    total: Node = cells[0]
    for cell in cells[1:]:
        total = add(total, cell)
    return add(total, take(join([e, [4.0, 9.0]]), [12]))


RECOGNISED: dict[str, Callable[[Node], Node]] = {
    "sum of squares": lambda x: sum_(square(_errors(x))),
    "sum of products": lambda x: sum_(mul(_errors(x), _errors(x))),
    "contraction": lambda x: contract(_errors(x), _errors(x), (0, 1)),
    "by rows": lambda x: sum_(contract(_errors(x), _errors(x), 1)),
    "root of the mean": lambda x: sqrt(div(sum_(square(_errors(x))), 12.0)),
    "power of a half": lambda x: power(mul(sum_(power(_errors(x), 2.0)), 1 / 12), 0.5),
    "with decay": lambda x: add(sum_(square(_errors(x))), mul(sum_(square(x), keepdims=False), 0.02)),
    "weighted": lambda x: sum_(mul(square(_errors(x)), W)),
    "weight inside a product": lambda x: sum_(mul(mul(_errors(x), W), _errors(x))),
    "divided": lambda x: sum_(div(square(_errors(x)), W)),
    "masked": lambda x: sum_(where(MASK, square(_errors(x)), 0.0)),
    "mask as a factor": lambda x: sum_(mul(MASK, square(_errors(x)))),
    "shifted": lambda x: sub(sum_(square(_errors(x))), 3.0),
    "logarithm": lambda x: log(add(sum_(square(_errors(x))), 1.0)),
    "fourth power": lambda x: sum_(power(_errors(x), 4.0)),
    "absolute": lambda x: sum_(square(abs_(_errors(x)))),
    "negated": lambda x: sum_(square(neg(_errors(x)))),
    "square of a root": lambda x: square(sqrt(sum_(square(_errors(x))))),
    "one element of a block": lambda x: take(mul(sum_(square(_errors(x)), 1), 2.0), [1]),
    "one of a contraction": lambda x: take(contract(_errors(x), _errors(x), 1), [2]),
    "taken apart": _two_blocks,
    "repeated": lambda x: sum_(broadcast(reshape(sum_(square(_errors(x)), 1), (3, 1, 1)), (3, 2, 1))),
    "transposed and spread": lambda x: sum_(spread(transpose(square(_errors(x))), np.arange(12) // 2, 7)),
    "dead residuals": lambda x: sum_(square(join([_errors(x), [1.0, 2.0]]))),
    "factorisation": lambda x: sum_(square(sub(matmul(reshape(x, (3, 4)), reshape(x, (4, 3))), 1.5))),
    "single": lambda x: square(sub(take(x, [0]), 3.0)),
}

REFUSED: dict[str, Callable[[Node], Node]] = {
    "difference": lambda x: sub(sum_(square(_errors(x))), sum_(square(x))),
    "negative weights": lambda x: sum_(mul(square(_errors(x)), T)),
    "sum of values": lambda x: sum_(_errors(x)),
    "sum of absolute values": lambda x: sum_(abs_(_errors(x))),
    "negative": lambda x: neg(sum_(square(_errors(x)))),
    "product of two": lambda x: sum_(mul(_errors(x), reshape(x, (3, 4)))),
    "squares plus a line": lambda x: add(sum_(square(_errors(x))), sum_(reshape(x, (3, 4)))),
    "constant": lambda x: sum_(mul(square(x), 0.0)),
    "root of a negative shift": lambda x: sqrt(sub(sum_(square(_errors(x))), 1.0)),
}


@pytest.mark.parametrize("name", RECOGNISED)
def test_outer_of_the_squares_is_the_output(name: str) -> None:
    x = variable(12)
    output = RECOGNISED[name](x)
    found = least_squares(output, x)
    assert found is not None
    assert found.residuals.rank == 1
    program = Program([x], [output, found.residuals])
    for _ in range(3):
        value, residuals = program.run(RNG.normal(size=12))
        assert found.outer(float(residuals @ residuals)) == pytest.approx(float(value.ravel()[0]), rel=1e-12)
    totals = [found.outer(total) for total in (1.0, 2.0, 5.0)]
    assert totals == sorted(set(totals))


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_sum_of_squares(name: str) -> None:
    x = variable(12)
    assert least_squares(REFUSED[name](x), x) is None


def test_dead_residuals_move_to_the_constant() -> None:
    x = variable(12)
    found = least_squares(RECOGNISED["dead residuals"](x), x)
    assert found is not None
    assert found.residuals.size == 12
    assert found.constant == pytest.approx(5.0)


def test_masked_residuals_are_left_out() -> None:
    x = variable(12)
    found = least_squares(RECOGNISED["masked"](x), x)
    assert found is not None
    assert found.residuals.size == int(MASK.sum())


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_quadratic_coefficients(sign: float) -> None:
    x = variable(5)
    root = RNG.normal(size=(5, 5))
    q, c = sign * root.T @ root, RNG.normal(size=5)
    form = add(add(sum_(mul(x, reshape(matmul(q, reshape(x, (5, 1))), (5,)))), contract(x, c, 0)), 7.0)
    found = quadratic(form, x)
    assert found is not None
    np.testing.assert_allclose(found.hessian.toarray(), 2 * q, atol=1e-12)
    np.testing.assert_allclose(found.cost, c, atol=1e-12)
    assert found.offset == pytest.approx(7.0)
    assert found.convex is (sign > 0)


def test_no_quadratic_beyond_degree_two() -> None:
    x = variable(3)
    assert quadratic(sum_(exp(x)), x) is None
    line = quadratic(contract(x, [1.0, 2.0, 3.0], 0), x)
    assert line is not None
    assert line.hessian.nnz == 0
    assert line.convex


@pytest.mark.parametrize("shift", [1e-3, -1e-3])
def test_semidefinite_by_its_eigenvalues(shift: float) -> None:
    """Two blocks: one that dominates its diagonal, one that has its least eigenvalue at `shift`."""
    root = RNG.normal(size=(6, 6))
    block = root @ root.T
    block += (shift - np.linalg.eigvalsh(block)[0]) * np.eye(6)
    matrix = sp.csr_array(sp.block_diag([np.diag([1.0, 2.0]), sp.coo_array(block)]))
    assert is_positive_semidefinite(matrix) is (shift > 0)


@pytest.mark.parametrize("bad", [None, 0, 7, 19])
def test_semidefinite_block_by_block(bad: int | None) -> None:
    """Interleaved blocks of two and three, one of them indefinite: the verdict is that of all eigenvalues."""
    rng = np.random.default_rng(3)
    roots = [rng.normal(size=(2 + k % 2, 2 + k % 2)) for k in range(20)]
    blocks = [root @ root.T + 0.1 * np.eye(len(root)) for root in roots]
    if bad is not None:
        blocks[bad] = np.array([[1.0, 2.0], [2.0, 1.0]])
    whole = sp.block_diag([sp.coo_array(block) for block in blocks], format="csr")
    order = rng.permutation(whole.shape[0])
    mixed = sp.csr_array(whole[order][:, order])
    assert is_positive_semidefinite(mixed) is (bad is None) is bool(np.linalg.eigvalsh(mixed.toarray())[0] > 0)


def test_a_large_multiple_of_the_identity_is_semidefinite() -> None:
    """The Hessian of a plain sum of squares: all its eigenvalues are the same."""
    assert is_positive_semidefinite(sp.csr_array(2.0 * sp.eye_array(3000)))
    assert not is_positive_semidefinite(sp.csr_array(-2.0 * sp.eye_array(3000)))
