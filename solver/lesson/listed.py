"""Long tables: in each line a row key, a column key and a value, under headings that say so or without any."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solver.grid import Area
from solver.lesson.grids import contents, headings
from solver.values import Kind, Scalar

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from solver.book.book import Book


def long_header(
    book: Book, sheets: Iterable[str], roles: tuple[Collection[str], ...]
) -> tuple[int, int, int, Area] | None:
    """The columns under headings that have the words of each role, in its order, and the area of the lines below.

    Other headings may stand between them, but no gap: three headings over three grids are no table.
    """
    for name in sheets:
        lines: dict[int, dict[int, int]] = {}
        for role, words in enumerate(roles):
            for cell in headings(book, words, [name]):
                lines.setdefault(cell.row, {})[cell.col] = role
        for row, found in sorted(lines.items()):
            cols = {role: col for col, role in sorted(found.items(), reverse=True)}
            if len(cols) < len(roles):
                continue
            first, last = min(cols.values()), max(cols.values())
            if len(contents(book.sheets[name], Area(name, row, first, row, last))) == last - first + 1:
                bottom = _last_filled(book, name, row + 1, cols[0])
                if bottom > row:
                    return cols[0], cols[1], cols[2], Area(name, row + 1, first, bottom, last)
    return None


def _last_filled(book: Book, sheet: str, row: int, col: int) -> int:
    """The last row of an unbroken run of filled cells that begins at (row, col); row - 1 where there is none."""
    cells = book.sheets[sheet].cells
    rows = cells.row[(cells.col == col) & (cells.row >= row) & (cells.kind != Kind.BLANK)]
    gaps = np.flatnonzero(rows != row + np.arange(len(rows)))
    return row - 1 + (int(gaps[0]) if len(gaps) else len(rows))


def beside_keys(book: Book, area: Area) -> bool:
    """Whether a single column of numbers has two filled columns of keys left of it, one of them with repetitions."""
    if area.cols > 1 or area.rows < 2 or area.left < 2:
        return False
    columns = [column_of(book, area.left - k, area) for k in (1, 2)]
    return all(None not in column for column in columns) and any(len(set(c)) < len(c) for c in columns)


def bare_lines(book: Book, grid: Area) -> Area | None:
    """The lines of a sheet that is a long table under no headings that say so: of its keys, both kinds are repeated."""
    if grid.cols != 2 or not grid.left:
        return None
    for top in (grid.top - 1, grid.top):
        lines = Area(grid.sheet, max(top, 0), grid.left - 1, grid.bottom, grid.right)
        *keys, values = (column_of(book, col, lines) for col in range(lines.left, lines.right + 1))
        repeated = all(None not in column and len(set(column)) < len(column) for column in keys)
        if repeated and all(isinstance(value, float) for value in values):
            return lines
    return None


def column_of(book: Book, col: int, area: Area) -> list[Scalar]:
    """The values of a column of the sheet in the rows of an area, None where a cell is blank."""
    cells = book.sheets[area.sheet].cells
    values: list[Scalar] = [None] * area.rows
    inside = (cells.col == col) & (cells.row >= area.top) & (cells.row <= area.bottom)
    for k in np.flatnonzero(inside).tolist():
        value = cells.scalar(k)
        values[int(cells.row[k]) - area.top] = None if value == "" else value
    return values
