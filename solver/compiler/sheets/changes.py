"""What a calculation made of the cells, as columns: all of it, or only what differs from the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solver.book.book import Cells
from solver.compiler.sheets.store import UNKNOWN
from solver.distinct import distinct, positions
from solver.values import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt

    from solver.book.book import IntArray
    from solver.compiler.calculation import Calculation
    from solver.compiler.sheets.store import SheetStore
    from solver.grid import Area
    from solver.places import Places


def computed_cells(calculation: Calculation, sheet: str) -> Cells:
    """The cells of a sheet that were computed or given a value, in reading order; those that failed are left out."""
    store = calculation.store(sheet)
    areas = [block.area for block in calculation.order if block.area.sheet == sheet]
    return _columns(store, areas, calculation.inputs.cells.only(sheet))


def changed_cells(calculation: Calculation) -> dict[str, Cells]:
    """Per sheet the computed or given cells whose value or type is not what the file stores.

    Where the file is trusted, a formula that was computed only because it might have read a changed cell (OFFSET may
    read any) keeps its stored value when it did not, to the last bit.
    """
    changes = {}
    for name in calculation.stores:
        if name in calculation.book.sheets:
            cells, stored = computed_cells(calculation, name), calculation.book.sheets[name].cells
            different = ~_same(cells, stored)
            if calculation.trust:
                different &= _moved(cells, stored, calculation.stores[name])
            if different.any():
                changes[name] = cells.at(different)
    return changes


def held_at(store: SheetStore, rows: IntArray, cols: IntArray) -> Cells:
    """What cells that the grid of a sheet has, and that did not fail, hold now."""
    at = compact(store, rows, cols)
    kind, number = store.kind[at], store.number[at]
    errors = kind > Kind.ERROR
    number = np.where(errors, kind.astype(np.float64) - Kind.ERROR, number)
    return Cells(rows, cols, np.where(errors, np.uint8(Kind.ERROR), kind), number, store.text[at])


def compact(store: SheetStore, rows: IntArray, cols: IntArray) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Where cells that the grid of a sheet has stand in it."""
    return positions(store.rows, rows)[0], positions(store.cols, cols)[0]


def _columns(store: SheetStore, areas: Iterable[Area], single: Places) -> Cells:
    _, row, col = single.on(store.name)
    rows, cols = [np.searchsorted(store.rows, row)], [np.searchsorted(store.cols, col)]
    for area in areas:
        high, wide = store.area_window(area)
        r, c = np.meshgrid(np.arange(high.start, high.stop), np.arange(wide.start, wide.stop), indexing="ij")
        rows.append(r.ravel())
        cols.append(c.ravel())
    place = distinct(np.concatenate(rows) * len(store.cols) + np.concatenate(cols))
    r, c = place // max(1, len(store.cols)), place % max(1, len(store.cols))
    known = store.kind[r, c] != UNKNOWN
    return held_at(store, store.rows[r[known]], store.cols[c[known]])


def _same(cells: Cells, stored: Cells) -> npt.NDArray[np.bool_]:
    """Which of the cells are stored just so."""
    at, found = _places(cells, stored)
    if not len(stored):
        return found
    number_equal = (stored.number[at] == cells.number) | (cells.kind == Kind.TEXT) | (cells.kind == Kind.BLANK)
    text_equal = (cells.kind != Kind.TEXT) | (stored.text[at] == cells.text)
    same: npt.NDArray[np.bool_] = found & (stored.kind[at] == cells.kind) & number_equal & text_equal
    return same


def _moved(cells: Cells, stored: Cells, store: SheetStore) -> npt.NDArray[np.bool_]:
    """Which of the cells can differ from what is stored: by a changed cell, by themselves, or for want of a value."""
    at, found = _places(cells, stored)
    if len(stored):
        found &= stored.kind[at] != Kind.BLANK
    here = compact(store, cells.row, cells.col)
    moved: npt.NDArray[np.bool_] = store.moved[here] | store.volatile[here] | ~found
    return moved


def _places(cells: Cells, stored: Cells) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
    """Where the cells stand among the stored ones, and which of them stand there at all."""
    if not len(stored):
        return np.zeros(len(cells), dtype=np.intp), np.zeros(len(cells), dtype=bool)
    key, wanted = stored.keys(), cells.keys()
    at = np.minimum(np.searchsorted(key, wanted), len(key) - 1)
    return at, key[at] == wanted
