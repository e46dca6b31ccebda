"""The Name column of Excel's reports: the nearest text to the left and the nearest text above a cell.

Excel looks along the row to the left and up the column for the first cell that holds a text, and joins the two with a
blank (Frontline Systems, "Understanding the Answer Report").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solver.grid import MAX_COLS, MAX_ROWS
from solver.places import Places
from solver.values import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from solver.book.book import Book, Sheet
    from solver.grid import Cell
    from solver.places import Ints


def names_of(book: Book, cells: Iterable[Cell]) -> list[str]:
    """The name of each cell, "" where no text stands on either side."""
    asked = cells if isinstance(cells, Places) else list(cells)
    places = Places.listed(asked)
    names = [""] * len(places)
    for sheet in places.sheets:
        here, rows, cols = places.on(sheet)
        for place, name in zip(here.tolist(), _names(book.sheets[sheet], rows, cols), strict=True):
            names[place] = name
    if len(names) == len(asked):
        return names
    found = dict(zip(places, names, strict=True))
    return [found[cell] for cell in asked]


def _names(sheet: Sheet, rows: Ints, cols: Ints) -> list[str]:
    """The names of cells of one sheet."""
    cells = sheet.cells
    at = np.flatnonzero(cells.kind == Kind.TEXT)
    at = at[np.isin(cells.row[at], rows) | np.isin(cells.col[at], cols)]  # no text elsewhere can be the nearest
    texts = [str(cells.text[k]) for k in at.tolist()]
    filled = np.array([bool(text.strip()) for text in texts], dtype=bool)
    at, texts = at[filled], [text for text in texts if text.strip()]
    row, col = cells.row[at].astype(np.int64), cells.col[at].astype(np.int64)
    left, above = _before(row, col, rows, cols, MAX_COLS), _before(col, row, cols, rows, MAX_ROWS)
    texts.append("")  # at -1, where there is none
    pairs = zip(left.tolist(), above.tolist(), strict=True)
    return [" ".join(part for part in (texts[one], texts[other]) if part) for one, other in pairs]


def _before(line: Ints, place: Ints, lines: Ints, places: Ints, length: int) -> Ints:
    """Which entry is the last before each place on the same line; -1 where there is none."""
    codes = line * length + place
    order = np.argsort(codes)
    at = np.searchsorted(codes[order], lines * length + places) - 1
    found = np.append(order, -1)[at]
    return np.where((at >= 0) & (np.append(line, -1)[found] == lines), found, -1)
