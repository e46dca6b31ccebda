"""A sheet of the book laid out for calculation: its stored cells on the compact grid of a `SheetStore`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solver.book.texts import Texts
from solver.compiler.sheets.store import blank_store
from solver.distinct import distinct
from solver.places import Places
from solver.values import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt

    from solver.algebra import Node
    from solver.book.book import Cells
    from solver.compiler.sheets.store import Ints, SheetStore
    from solver.grid import Area

_PIECE = 1 << 20
"""How many cells are written at once: the memory on the way stays small beside the grid."""


def sheet_store(
    name: str, cells: Cells, extra: Iterable[Area], nodes: list[Node], given: Places | None = None
) -> SheetStore:
    """The grid of a sheet's stored cells, with room for the cells of `extra` areas (spills, variables) and `given`."""
    extra = list(extra)
    _, given_rows, given_cols = (given or Places.of(())).on(name)
    rows = _used((cells.row, given_rows), [(a.top, a.bottom) for a in extra])
    cols = _used((cells.col, given_cols), [(a.left, a.right) for a in extra])
    store = blank_store(name, rows, cols, nodes)
    put_cells(store, cells)
    return store


def put_cells(store: SheetStore, cells: Cells) -> None:
    """Writes columns of cells into an empty grid, piece by piece."""
    texts = Texts.of(cells.text)
    store.text = texts.over(store.text.code)
    for first in range(0, len(cells), _PIECE):
        piece = slice(first, first + _PIECE)
        row, col, kind, number = (column[piece] for column in (cells.row, cells.col, cells.kind, cells.number))
        r, c = np.searchsorted(store.rows, row), np.searchsorted(store.cols, col)
        plain = (kind == Kind.NUMBER) | (kind == Kind.BOOLEAN)
        store.kind[r, c] = np.where(kind == Kind.ERROR, Kind.ERROR + number, kind).astype(np.uint8)
        store.number[r, c] = np.where(plain, number, 0.0)
        if (kind == Kind.TEXT).any():
            store.text.code[r, c] = texts.code[piece]


def with_room(store: SheetStore, area: Area) -> SheetStore:
    """The same store with room for every cell of an area."""
    rows = np.union1d(store.rows, np.arange(area.top, area.bottom + 1, dtype=np.int32)).astype(np.int32)
    cols = np.union1d(store.cols, np.arange(area.left, area.right + 1, dtype=np.int32)).astype(np.int32)
    larger = blank_store(store.name, rows, cols, store.nodes)
    at = np.ix_(np.searchsorted(rows, store.rows), np.searchsorted(cols, store.cols))
    for new, old in zip(larger.grids, store.grids, strict=True):
        new[at] = old
    larger.text = store.text.over(larger.text.code)
    larger.any_live, larger.any_volatile = store.any_live, store.any_volatile
    return larger


def _used(stored: Iterable[npt.NDArray[np.signedinteger]], spans: Iterable[tuple[int, int]]) -> Ints:
    parts: list[npt.NDArray[np.signedinteger]] = [distinct(numbers) for numbers in stored]
    parts.extend(np.arange(a, b + 1, dtype=np.int32) for a, b in spans)
    return distinct(np.concatenate(parts)).astype(np.int32)
