"""What the rows of a sheet say: columns of values, and the formulas with shared ones led back to their masters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from solver.book.book import Cells, Formula, FormulaKind
from solver.book.markup import is_true
from solver.book.pause import collector_paused
from solver.book.sheets.cellvalues import Context, columns
from solver.book.sheets.scan import Batch, Frame, RawFormula, Rows, Spans, scan
from solver.grid import Area, parse_area

if TYPE_CHECKING:
    from solver.book.book import IntArray


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
    formulas: tuple[Formula, ...]


class _Columns(NamedTuple):
    cells: Cells
    start: Spans
    stop: Spans
    plain: list[tuple[int, str]]
    special: list[tuple[int, RawFormula, int]]


def read_sheet_text(content: bytes, part: str, sheet: str, context: Context) -> SheetText:
    """Reads a sheet's part in UTF-8; WorkbookError names the cell that cannot be read."""
    with collector_paused():
        return _read(content, part, sheet, context)


def _read(content: bytes, part: str, sheet: str, context: Context) -> SheetText:

    def convert(batch: Batch) -> _Columns:
        start, stop = np.asarray(batch.start, np.int64), np.asarray(batch.stop, np.int64)
        plain = [(index, found) for index, found in batch.formulas if isinstance(found, str)]
        special = [
            (index, found, batch.attributes[index].cm)
            for index, found in batch.formulas
            if isinstance(found, RawFormula)
        ]
        return _Columns(columns(batch, sheet, context), start, stop, plain, special)

    frame, rows, batches = scan(content, part, convert)
    batches = batches or [convert(Batch())]
    cells = join([batch.cells for batch in batches])
    start = np.concatenate([batch.start for batch in batches])
    stop = np.concatenate([batch.stop for batch in batches])
    formula, formulas = _formulas(batches, cells, sheet, context)
    key = cells.keys()
    if len(key) > 1 and not np.all(np.diff(key) > 0):
        order = np.argsort(key, kind="stable")
        order = order[np.append(np.diff(key[order]) > 0, True)]  # of two cells in one place the later counts
        cells, start, stop, formula = cells.at(order), start[order], stop[order], formula[order]
    return SheetText(frame, rows, cells, start, stop, formula, formulas)


def join(parts: list[Cells]) -> Cells:
    """The columns of several, one after the other."""
    return Cells(*(np.concatenate([getattr(part, name) for part in parts]) for name in Cells.__slots__))


def _formulas(
    batches: list[_Columns], cells: Cells, sheet: str, context: Context
) -> tuple[IntArray, tuple[Formula, ...]]:
    """Per cell the index of its formula, and the formulas."""
    formula = np.full(len(cells), -1, np.int32)
    formulas: list[Formula] = []
    shared: list[tuple[int, RawFormula]] = []
    rows, cols = cells.row.tolist(), cells.col.tolist()
    offset = 0
    for batch in batches:
        plain = [(index + offset, text) for index, text in batch.plain if text]
        formula[[index for index, _ in plain]] = np.arange(len(formulas), len(formulas) + len(plain))
        formulas += [Formula(_bare(text), rows[index], cols[index]) for index, text in plain]
        for local, found, cm in batch.special:
            index, attributes = local + offset, found.attributes
            type_, text, kind, area = attributes.get("t"), found.text, FormulaKind.NORMAL, None
            if type_ == "shared":
                shared.append((index, found))
                continue
            if type_ in ("array", "dataTable"):
                area = _area(sheet, attributes.get("ref", ""), rows[index], cols[index])
                kind = FormulaKind.DYNAMIC if cm in context.dynamic else FormulaKind.ARRAY
            if type_ == "dataTable":
                kind, text = FormulaKind.TABLE, _what_if(attributes)
            if text:
                formula[index] = len(formulas)
                formulas.append(Formula(_bare(text), rows[index], cols[index], kind, area))
        offset += len(batch.cells)
    _share(shared, formula, formulas, rows, cols, sheet)
    return formula, tuple(formulas)


def _bare(text: str) -> str:
    """A formula without the `=` that some programs store."""
    return text[1:] if text[0] == "=" else text


def _share(
    shared: list[tuple[int, RawFormula]],
    formula: IntArray,
    formulas: list[Formula],
    rows: list[int],
    cols: list[int],
    sheet: str,
) -> None:
    """Points every cell of a shared formula to the one with its text, which may come after it.

    The master is the cell with text and `ref`; where a number was given twice, the last master whose area holds
    the cell. Without any master a cell's own text counts, and the first such text serves those that have none.
    """
    groups: dict[str, list[tuple[int, Area | None]]] = {}
    for with_ref in (True, False):
        for index, found in shared:
            attributes, group = found.attributes, found.attributes.get("si", "")
            if not found.text or ("ref" in attributes) != with_ref or (not with_ref and group in groups):
                continue
            area = _area(sheet, attributes["ref"], rows[index], cols[index]) if with_ref else None
            formula[index] = len(formulas)
            kind = FormulaKind.SHARED if with_ref else FormulaKind.NORMAL
            formulas.append(Formula(_bare(found.text), rows[index], cols[index], kind))
            if with_ref:
                groups.setdefault(group, []).append((len(formulas) - 1, area))
    for index, found in shared:
        if formula[index] >= 0:
            continue
        masters = groups.get(found.attributes.get("si", ""), [])
        row, col = rows[index], cols[index]
        holding = [
            number
            for number, area in masters
            if area is None or (area.top <= row <= area.bottom and area.left <= col <= area.right)
        ]
        if masters:
            formula[index] = holding[-1] if holding else masters[0][0]


def _area(sheet: str, reference: str, row: int, col: int) -> Area:
    """The area that an `<f>` states, or the cell alone where it states none."""
    return parse_area(sheet, reference) or Area(sheet, row, col, row, col)


def _what_if(attributes: dict[str, str]) -> str:
    """The formula that Excel shows for a what-if table: the row input cell, then the column input cell."""
    first, second = attributes.get("r1", ""), attributes.get("r2", "")
    if is_true(attributes.get("dt2D", "0")):
        return f"TABLE({first},{second})"
    return f"TABLE({first},)" if is_true(attributes.get("dtr", "0")) else f"TABLE(,{first})"
