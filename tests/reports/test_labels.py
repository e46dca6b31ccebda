"""The Name column: the nearest texts to the left and above, against a search cell by cell."""

from __future__ import annotations

import numpy as np
import pytest

from solver.grid import Cell
from solver.places import Places
from solver.reports.labels import names_of
from tests.reports.solved import book_of

ROWS, COLS = 30, 8


@pytest.mark.parametrize("seed", range(3))
def test_names_are_those_that_a_walk_finds(seed: int) -> None:
    """Blank texts and numbers are passed over; cells may be asked for in any order, and again."""
    rng = np.random.default_rng(seed)
    kinds = rng.choice(["word", "  ", "number", ""], (ROWS, COLS), p=[0.15, 0.1, 0.35, 0.4])
    held: dict[tuple[int, int], object] = {
        (row, col): {"word": f"at {row} {col}", "number": 1.5}.get(kind, kind)
        for (row, col), kind in np.ndenumerate(kinds)
        if kind
    }
    book = book_of({"S": {f"{chr(65 + col)}{row + 1}": content for (row, col), content in held.items()}})

    def text(row: int, col: int) -> str:
        content = held.get((row, col))
        return content if isinstance(content, str) and content.strip() else ""

    def name(cell: Cell) -> str:
        left = next(filter(None, (text(cell.row, col) for col in range(cell.col - 1, -1, -1))), "")
        above = next(filter(None, (text(row, cell.col) for row in range(cell.row - 1, -1, -1))), "")
        return f"{left} {above}".strip()

    cells = [
        Cell("S", int(row), int(col))
        for row, col in zip(rng.integers(0, 40, 300), rng.integers(0, 10, 300), strict=True)
    ]
    assert names_of(book, cells) == [name(cell) for cell in cells]
    places = Places.listed(cells)
    assert names_of(book, places) == [name(cell) for cell in places]
    assert names_of(book, []) == []
