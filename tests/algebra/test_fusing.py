"""A product of matrices with a constant added or subtracted: the same numbers, and one operation less."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from solver.algebra import Node, Program, add, constant, matmul, reshape, square, sub, sum_, take, transpose, variable

if TYPE_CHECKING:
    from collections.abc import Callable

HEIGHT, WIDTH, DEPTH = 70, 80, 3
RNG = np.random.default_rng(5)
KNOWN = RNG.normal(size=(HEIGHT, WIDTH))
CASES: dict[str, Callable[[Node], Node]] = {
    "less a constant": lambda product: sub(product, KNOWN),
    "from a constant": lambda product: sub(KNOWN, product),
    "and a constant": lambda product: add(product, KNOWN),
    "reshaped": lambda product: sub(reshape(product, (HEIGHT * WIDTH,)), KNOWN.ravel()),
    "turned": lambda product: sub(transpose(product), KNOWN.T),
    "read twice": lambda product: add(sub(product, KNOWN), square(product)),
    "a number": lambda product: sub(product, 3.0),
    "a row": lambda product: sub(product, KNOWN[0]),
}
FORMULAS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "less a constant": lambda product: product - KNOWN,
    "from a constant": lambda product: KNOWN - product,
    "and a constant": lambda product: product + KNOWN,
    "reshaped": lambda product: (product - KNOWN).ravel(),
    "turned": lambda product: product.T - KNOWN.T,
    "read twice": lambda product: product - KNOWN + product**2,
    "a number": lambda product: product - 3.0,
    "a row": lambda product: product - KNOWN[0],
}


def factors(x: Node, *, left_by_rows: bool, right_by_rows: bool) -> tuple[Node, Node]:
    """The two matrices, each stored row by row or column by column in the vector."""
    first = np.arange(HEIGHT * DEPTH)
    second = np.arange(DEPTH * WIDTH) + HEIGHT * DEPTH
    left = first.reshape(HEIGHT, DEPTH) if left_by_rows else first.reshape(DEPTH, HEIGHT).T
    right = second.reshape(DEPTH, WIDTH) if right_by_rows else second.reshape(WIDTH, DEPTH).T
    return take(x, left), take(x, right)


@pytest.mark.parametrize("left_by_rows", [True, False])
@pytest.mark.parametrize("right_by_rows", [True, False])
@pytest.mark.parametrize("case", CASES)
def test_the_same_numbers(case: str, *, left_by_rows: bool, right_by_rows: bool) -> None:
    x = variable(DEPTH * (HEIGHT + WIDTH))
    left, right = factors(x, left_by_rows=left_by_rows, right_by_rows=right_by_rows)
    output = CASES[case](matmul(left, right))
    program, matrices = Program([x], [output, sum_(square(output))]), Program([x], [left, right])
    for _ in range(3):
        point = RNG.normal(size=x.size)
        a, b = matrices.run(point)
        expected = FORMULAS[case](a @ b)
        found, total = program.run(point)
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-13)
        assert total.item() == pytest.approx((expected**2).sum(), rel=1e-12)
        np.testing.assert_array_equal(program.run(point)[0], found)
        np.testing.assert_array_equal(Program([x], [output]).run(point)[0], found)


def test_one_operation_less() -> None:
    x = variable(DEPTH * (HEIGHT + WIDTH))
    product = matmul(*factors(x, left_by_rows=True, right_by_rows=True))
    both = {}
    for name, output in {"fused": sub(product, KNOWN), "apart": sub(product, KNOWN[0])}.items():
        program = Program([x], [sum_(square(output))])
        program.run(np.ones(x.size))
        (buffers,) = program._buffers.values()
        both[name] = sum(len(calls or []) for calls in buffers.calls)
    assert both["fused"] == both["apart"] - 1


def test_what_is_not_a_number_stays_so() -> None:
    x = variable(DEPTH * (HEIGHT + WIDTH))
    product = matmul(*factors(x, left_by_rows=True, right_by_rows=True))
    holes = KNOWN.copy()
    holes[3, 4], holes[5, 6] = np.nan, np.inf
    found = Program([x], [sub(product, constant(holes))]).run(np.ones(x.size))[0]
    assert np.isnan(found[3, 4])
    assert found[5, 6] == -np.inf
    assert np.isfinite(found).sum() == found.size - 2
