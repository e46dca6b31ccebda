"""What the rows of a sheet say: columns of values, and the formulas with shared ones led back to their masters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from solver.book.book import Cells, Formula, FormulaKind
from solver.book.pause import collector_paused
from solver.book.sheets.columns import Columns, bare, stated_area
from solver.book.sheets.scan import scan

if TYPE_CHECKING:
    from solver.book.book import IntArray
    from solver.book.formulas import Formulas
    from solver.book.sheets.cellvalues import Context
    from solver.book.sheets.scan import Frame, Rows, Spans
    from solver.book.splice import Content
    from solver.grid import Area

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class SheetText:
    """A sheet's part, read: its values and formulas, and the bytes of every row and cell.

    `start` and `stop` are the spans of the `<c>` elements, entry by entry beside `cells`.
    """

    frame: Frame
    rows: Rows
    cells: Cells
    start: Spans
    stop: Spans
    formula: IntArray
    formulas: Formulas


def read_sheet_text(content: Content, part: str, sheet: str, context: Context) -> SheetText:
    """Reads a sheet's part in UTF-8; WorkbookError names the cell that cannot be read."""
    with collector_paused():
        columns = Columns(sheet, context, len(content))
        frame, rows = scan(content, part, columns)
        _share(columns, sheet)
        cells = columns.cells()
        start, stop, formula = (columns.column(name) for name in ("start", "stop", "formula"))
        if not _in_order(cells):
            keys = cells.keys()
            order = np.argsort(keys, kind="stable")
            order = order[np.append(np.diff(keys[order]) > 0, True)]  # of two cells in one place the later counts
            cells = Cells(*(getattr(cells, name)[order] for name in Cells.__slots__))
            start, stop, formula = start[order], stop[order], formula[order]
        return SheetText(frame, rows, cells, start, stop, formula, columns.formulas.formulas())


def _in_order(cells: Cells) -> bool:
    """Whether every cell comes after the one before it in reading order, looked at piece by piece."""
    for first in range(0, len(cells) - 1, _CHUNK):
        row, col = (column[first : first + _CHUNK + 1] for column in (cells.row, cells.col))
        if not np.all((row[1:] > row[:-1]) | ((row[1:] == row[:-1]) & (col[1:] > col[:-1]))):
            return False
    return True


def _share(columns: Columns, sheet: str) -> None:
    """Points every cell of a shared formula to the one with its text, which may come after it.

    The master is the cell with text and `ref`; where a number was given twice, the last master whose area holds
    the cell. Without any master a cell's own text counts.
    """
    formula, formulas = columns.column("formula"), columns.formulas
    at = np.array(columns.shared_at, np.int64)
    rows, cols = columns.column("row")[at], columns.column("col")[at]
    groups: dict[str, list[tuple[int, Area]]] = {}
    for with_ref in (True, False):
        for place, found in enumerate(columns.shared):
            attributes = found.attributes
            if not found.text or ("ref" in attributes) != with_ref:
                continue
            group = attributes.get("si", "")
            if not with_ref and group in groups:
                continue
            row, col = int(rows[place]), int(cols[place])
            formula[at[place]] = len(formulas)
            formulas.add(Formula(bare(found.text), row, col, FormulaKind.SHARED if with_ref else FormulaKind.NORMAL))
            if with_ref:
                area = stated_area(sheet, attributes["ref"], row, col)
                groups.setdefault(group, []).append((len(formulas) - 1, area))
    for place, found in enumerate(columns.shared):
        if formula[at[place]] >= 0:
            continue
        masters = groups.get(found.attributes.get("si", ""), [])
        row, col = rows[place], cols[place]
        holding = [
            number for number, area in masters if area.top <= row <= area.bottom and area.left <= col <= area.right
        ]
        if masters:
            formula[at[place]] = holding[-1] if holding else masters[0][0]
