"""Filled columns that read each other row by row are computed in the order of their rows, not called circular."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from solver.compiler.calculation import Calculation
from solver.errors import CircularReference
from solver.grid import Area
from tests.books import book_of

STEPS = 12


def descent(momentum: bool) -> dict[str, Any]:
    """Stochastic gradient descent on y = a + b x, one step a row, as people lay it out."""
    cells: dict[str, Any] = {"A1": 0.5, "B1": 0.25, "C1": 0.01, "D1": 0.9, "E1": "=1-D1", "J3": -3.0, "K3": 4.0}
    for step in range(STEPS):
        row = 4 + step
        cells |= {
            f"A{row}": float(step % 5),
            f"B{row}": float(step % 3),
            f"C{row}": "=A1" if step == 0 else f"=H{row - 1}",
            f"D{row}": "=B1" if step == 0 else f"=I{row - 1}",
            f"E{row}": f"=C{row}+D{row}*A{row}",
            f"F{row}": f"=2*(D{row}*A{row}+C{row}-B{row})",
            f"G{row}": f"=F{row}*A{row}",
            f"H{row}": f"=C{row}-{'J' if momentum else 'F'}{row}*$C$1",
            f"I{row}": f"=D{row}-{'K' if momentum else 'G'}{row}*$C$1",
            f"J{row}": f"=J{row - 1}*$D$1+$E$1*F{row}",
            f"K{row}": f"=K{row - 1}*$D$1+$E$1*G{row}",
        }
    return cells


@pytest.mark.parametrize("momentum", [False, True])
@pytest.mark.parametrize("first", ["E4:E15", "J4:K15", "H4:I15", "C15:D15", "A1:K15"])
def test_rows_that_feed_the_next_row_are_computed_in_order(momentum: bool, first: str) -> None:
    calculation = Calculation(book_of({"S": descent(momentum)}), strict=True)
    area = Area("S", *_corners(first))
    calculation.value(area)
    found = calculation.value(Area("S", 3, 7, 2 + STEPS, 10)).known[0, 0]
    a, b, velocity = 0.5, 0.25, np.array([-3.0, 4.0])
    for step in range(STEPS):
        x, y = float(step % 5), float(step % 3)
        slope = 2 * (b * x + a - y) * np.array([1.0, x])
        velocity = 0.9 * velocity + (1 - 0.9) * slope
        a, b = np.array([a, b]) - (velocity if momentum else slope) * 0.01
        np.testing.assert_allclose(found[step], [a, b, *velocity], rtol=1e-13)


def _corners(text: str) -> tuple[int, int, int, int]:
    first, last = text.split(":")
    return int(first[1:]) - 1, ord(first[0]) - 65, int(last[1:]) - 1, ord(last[0]) - 65


def test_a_true_ring_among_filled_columns_is_found_with_its_cells() -> None:
    cells = descent(momentum=True) | {"J3": "=J15"}
    with pytest.raises(CircularReference, match="S!J4 -> S!J3 -> S!J15"):
        Calculation(book_of({"S": cells}), strict=True).value(Area("S", 3, 2, 14, 10))
