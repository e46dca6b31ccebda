"""What a change reaches is computed anew, in whatever order the cells are asked for."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from typing import TYPE_CHECKING

import numpy as np
import pytest

from solver.algebra import Program
from solver.compiler.calculation import Calculation
from solver.grid import Area
from solver.values import Kind
from tests.books import book_of

if TYPE_CHECKING:
    from solver.book.book import Book

CELLS = {"A1": 2.0, "A2": 3.0, "B1": "=A1*10", "B2": "=A2*10", "C1": "=B1+B2", "D1": "=MOD(B1,3)", "E1": "=C1+D1"}
STORED = {"A1": 2.0, "B1": 20.0, "C1": 50.0, "D1": 2.0, "E1": 52.0, "A2": 3.0, "B2": 30.0}
WANTED = {"B1": 70.0, "C1": 120.0, "D1": 1.0, "E1": 121.0}


def saved() -> Book:
    """The cells as a file holds them: every formula with the value that it had."""
    book = book_of({"S": CELLS})
    sheet = book.sheets["S"]
    numbers = np.array(list(STORED.values()))
    cells = replace(sheet.cells, number=numbers, kind=np.full(numbers.size, Kind.NUMBER, dtype=np.uint8))
    return replace(book, sheets={"S": replace(sheet, cells=cells)})


@pytest.mark.parametrize("order", list(permutations(WANTED)), ids="".join)
def test_a_cell_read_through_finished_cells_is_alive_too(order: tuple[str, ...]) -> None:
    calculation = Calculation(saved(), variables=(Area("S", 0, 0, 1, 0),), trust=True)
    assert calculation.x is not None
    for name in order:
        column = ord(name[0]) - 65
        node = calculation.value(Area("S", 0, column, 0, column)).number
        found = Program([calculation.x], [node]).evaluate(0, np.array([7.0, 5.0]))
        assert found.item() == WANTED[name], name
