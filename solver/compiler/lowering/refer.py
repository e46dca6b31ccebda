"""From the reference nodes of a formula's tree to ranges of cells, for every cell of a block at once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from solver.compiler.lowering.names import external_sheet
from solver.compiler.lowering.r1c1 import a1_of_r1c1
from solver.compiler.lowering.site import fixed_reference
from solver.errors import FormulaError
from solver.formula.parse import parse
from solver.formula.tree import Axis, Name, Structured, Union
from solver.formula.tree import Reference as Address
from solver.functions.here import Reference, References
from solver.functions.operand import NotUniform, error
from solver.grid import MAX_COLS, MAX_ROWS, Area, Cell
from solver.values import ErrorValue

if TYPE_CHECKING:
    from solver.book.book import ListObject
    from solver.compiler.lowering.site import Site
    from solver.formula.tree import Tree
    from solver.functions.operand import IntArray, Operand


def cells_of(address: Address, site: Site) -> Reference | References | Operand:
    """The range that an address means at each cell of the site; #REF! where its sheet does not exist."""
    sheet = address.sheet or site.sheet
    if address.book is not None:
        name = site.world.names.sheet(external_sheet(address.book, sheet))
        return _on_sheet(address, name, site) if name else error(ErrorValue.REF)
    if address.sheet_end is not None:
        parts = [_on_sheet(address, name, site) for name in site.world.names.between(sheet, address.sheet_end)]
        return References(tuple(parts)) if parts else error(ErrorValue.REF)
    name = site.world.names.sheet(sheet)
    return _on_sheet(address, name, site) if name else error(ErrorValue.REF)


def cell_at(address: Address, site: Site) -> tuple[int, int] | None:
    """Row and column, where an address means one cell of the own sheet to a formula in one cell: most of them do."""
    row, col = address.row, address.col
    if row is None or col is None or address.sheet is not None or address.book is not None:
        return None
    if address.row_end is not None or address.col_end is not None or site.row.size != 1 or site.col.size != 1:
        return None
    top = site.row.item() + row.value if row.relative else row.value
    left = site.col.item() + col.value if col.relative else col.value
    return (top % MAX_ROWS, left % MAX_COLS)


def _on_sheet(address: Address, sheet: str, site: Site) -> Reference:
    top, rows = _span(address.row, address.row_end, site.row, MAX_ROWS)
    left, cols = _span(address.col, address.col_end, site.col, MAX_COLS)
    whole = address.row is None or address.col is None
    return Reference(sheet, top, left, rows, cols, whole)


def _span(first: Axis | None, last: Axis | None, origin: IntArray, size: int) -> tuple[IntArray, int]:
    """Where a range starts along one axis, for each row (or column) of the block, and how long it is."""
    if first is None:
        return np.zeros((1, 1), dtype=np.intp), size
    start = _place(first, origin, size)
    if last is None:
        return start, 1
    end = _place(last, origin, size)
    if start.size == 1 and end.size == 1:
        a, b = int(start[0, 0]), int(end[0, 0])
        return (start, b - a + 1) if a <= b else (end, a - b + 1)
    low, high = np.minimum(start, end), np.maximum(start, end)
    lengths = high - low + 1
    length = int(lengths.flat[0])
    if (lengths != length).any():
        raise NotUniform
    return low, length


def _place(axis: Axis, origin: IntArray, size: int) -> IntArray:
    if axis.relative:
        place: IntArray = origin + axis.value
        if place.size == 1:
            return place if 0 <= place[0, 0] < size else place % size
        return place if place.flat[0] >= 0 and place.flat[-1] < size else place % size
    return np.full((1, 1), axis.value, dtype=np.intp)


def part_of_table(structured: Structured, site: Site) -> Reference | References | Operand:
    """The cells of a structured reference."""
    at = Cell(site.sheet, int(site.row.flat[0]), int(site.col.flat[0]))
    table = site.world.names.table(structured.table, at)
    if table is None:
        return error(ErrorValue.REF)
    try:
        left, right = _columns(structured, table)
    except KeyError:
        return error(ErrorValue.REF)
    area = table.area
    body_top = area.top + table.header_rows
    body_bottom = area.bottom - table.totals_rows
    items = {item.casefold() for item in structured.items} or {"#data"}
    if "#this row" in items:
        inside = (site.row >= body_top) & (site.row <= body_bottom)
        if not inside.all():
            if inside.any():
                raise NotUniform
            return error(ErrorValue.VALUE)
        return Reference(area.sheet, site.row, np.full((1, 1), left), 1, right - left + 1)
    top, bottom = body_bottom + 1, body_top - 1
    if "#all" in items:
        top, bottom = area.top, area.bottom
    if "#data" in items:
        top, bottom = min(top, body_top), max(bottom, body_bottom)
    if "#headers" in items:
        top, bottom = area.top, max(bottom, area.top + table.header_rows - 1)
    if "#totals" in items:
        top, bottom = min(top, body_bottom + 1), area.bottom
    if bottom < top:
        return error(ErrorValue.REF)
    return fixed_reference(Area(area.sheet, top, left, bottom, right))


def _columns(structured: Structured, table: ListObject) -> tuple[int, int]:
    """First and last sheet column; KeyError for a title that the table does not have."""
    if structured.first is None:
        return table.area.left, table.area.right
    at = {title.casefold(): k for k, title in enumerate(table.columns)}
    first = at[structured.first.casefold()]
    last = at[structured.last.casefold()] if structured.last is not None else first
    first, last = min(first, last), max(first, last)
    return table.area.left + first, table.area.left + last


def bounding(left: Reference, right: Reference) -> Reference:
    """The smallest rectangle around two ranges (the `:` operator)."""
    if left.sheet != right.sheet:
        raise FormulaError("a range cannot span two sheets")
    top = np.minimum(left.top, right.top)
    start = np.minimum(left.left, right.left)
    rows = np.maximum(left.top + left.rows, right.top + right.rows) - top
    cols = np.maximum(left.left + left.cols, right.left + right.cols) - start
    if (rows != rows.flat[0]).any() or (cols != cols.flat[0]).any():
        raise NotUniform
    return Reference(left.sheet, top, start, int(rows.flat[0]), int(cols.flat[0]), left.whole or right.whole)


def common(left: Reference, right: Reference) -> Reference | Operand:
    """The common cells of two ranges (the space operator), #NULL! if there are none."""
    top, start = np.maximum(left.top, right.top), np.maximum(left.left, right.left)
    rows = np.minimum(left.top + left.rows, right.top + right.rows) - top
    cols = np.minimum(left.left + left.cols, right.left + right.cols) - start
    if (rows != rows.flat[0]).any() or (cols != cols.flat[0]).any():
        raise NotUniform
    if left.sheet != right.sheet or rows.flat[0] < 1 or cols.flat[0] < 1:
        return error(ErrorValue.NULL)
    return Reference(left.sheet, top, start, int(rows.flat[0]), int(cols.flat[0]), left.whole and right.whole)


def _names_cells(tree: Tree, site: Site) -> bool:
    """Whether a text is an address or stands for one; a name whose formula computes its range does not."""
    if not isinstance(tree, Name):
        return isinstance(tree, (Address, Structured, Union))
    behind = site.world.names.meaning(tree.name, tree.sheet or site.sheet)
    return behind is None or _names_cells(behind.parsed(), site)


def refer(text: str, site: Site, a1: bool) -> Reference | References | None:
    """The range that a text means (INDIRECT): an address, a defined name or a structured reference; else None.

    NotUniform if a name or a structured reference means another range at every cell of the block.
    """
    row, col = int(site.row.flat[0]), int(site.col.flat[0])
    address = text if a1 else a1_of_r1c1(text, row, col)
    if address is None:
        return None
    try:
        tree, _ = parse(address, row, col)
    except FormulaError:
        return None
    from solver.compiler.lowering.lower import evaluate

    if not _names_cells(tree, site):
        return None
    if not isinstance(tree, (Name, Structured)):  # an address is the same wherever the text is read
        site = replace(site, row=site.row[:1], col=site.col[:, :1])
    found = evaluate(tree, site)
    if isinstance(found, Reference) and not found.fixed:
        raise NotUniform
    return found if isinstance(found, (Reference, References)) else None
