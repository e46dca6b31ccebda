"""The Name column of Excel's reports: the nearest text to the left and the nearest text above a cell.

Excel looks along the row to the left and up the column for the first cell that holds a text, and joins the two with a
blank (Frontline Systems, "Understanding the Answer Report").
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

import numpy as np

from solver.values import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from solver.book.book import Book, Sheet
    from solver.grid import Cell


def names_of(book: Book, cells: Iterable[Cell]) -> list[str]:
    """The name of each cell, "" where no text stands on either side."""
    found: dict[str, _Texts] = {}
    names = []
    for cell in cells:
        if cell.sheet not in found:
            found[cell.sheet] = _Texts(book.sheets[cell.sheet])
        texts = found[cell.sheet]
        parts = (texts.left_of(cell.row, cell.col), texts.above(cell.row, cell.col))
        names.append(" ".join(part for part in parts if part))
    return names


class _Texts:
    """The text cells of a sheet, sorted both ways."""

    def __init__(self, sheet: Sheet) -> None:
        at = np.nonzero(sheet.cells.kind == Kind.TEXT)[0]
        filled = [k for k in at.tolist() if str(sheet.cells.text[k]).strip()]
        self._text = sheet.cells.text
        by_row: dict[int, list[tuple[int, int]]] = {}
        by_col: dict[int, list[tuple[int, int]]] = {}
        for k in filled:
            row, col = int(sheet.cells.row[k]), int(sheet.cells.col[k])
            by_row.setdefault(row, []).append((col, k))
            by_col.setdefault(col, []).append((row, k))
        self._by_row = {row: tuple(zip(*sorted(entries), strict=True)) for row, entries in by_row.items()}
        self._by_col = {col: tuple(zip(*sorted(entries), strict=True)) for col, entries in by_col.items()}

    def left_of(self, row: int, col: int) -> str:
        """The nearest text to the left in the same row."""
        return self._before(self._by_row.get(row), col)

    def above(self, row: int, col: int) -> str:
        """The nearest text above in the same column."""
        return self._before(self._by_col.get(col), row)

    def _before(self, line: tuple[tuple[int, ...], ...] | None, place: int) -> str:
        if line is None:
            return ""
        at = bisect_left(line[0], place) - 1
        return str(self._text[line[1][at]]) if at >= 0 else ""
