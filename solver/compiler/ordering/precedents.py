"""Which cells a block's formula names, without computing it: a superset, or "may be any"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solver.compiler.lowering.names import external_sheet
from solver.formula import tree as t
from solver.grid import MAX_COLS, MAX_ROWS, Area

if TYPE_CHECKING:
    from solver.compiler.grouping.blocks import Block
    from solver.compiler.lowering.names import Names

_WITHOUT_CELLS = frozenset((t.Number, t.Text, t.Logical, t.Missing, t.Binary, t.Unary, t.Percent))
_ANYWHERE = frozenset(("OFFSET", "INDIRECT"))


def precedents(block: Block, names: Names) -> tuple[list[Area], bool]:
    """The areas that the formulas of a block name, and whether those are all the cells that they can reach."""
    areas: list[Area] = []
    return areas, _collect(block.template.parsed(), block, names, areas, set())


def _collect(tree: t.Tree, block: Block, names: Names, areas: list[Area], seen: set[str]) -> bool:
    exact = True
    for node in t.postorder(tree):
        if type(node) in _WITHOUT_CELLS:
            continue
        if isinstance(node, t.Reference):
            areas.extend(_areas(node, block, names))
        elif isinstance(node, (t.Range, t.Spill)) or (isinstance(node, t.Call) and node.name in _ANYWHERE):
            exact = False
        elif isinstance(node, t.Structured):
            table = names.table(node.table, block.first)
            if table is not None:
                areas.append(table.area)
        elif isinstance(node, (t.Name, t.Call)) and node.name.casefold() not in seen:
            template = names.meaning(node.name, (node.sheet if isinstance(node, t.Name) else None) or block.area.sheet)
            if template is not None:
                seen.add(node.name.casefold())
                exact &= _collect(template.parsed(), block, names, areas, seen)
    return exact


def _areas(reference: t.Reference, block: Block, names: Names) -> list[Area]:
    sheet = reference.sheet or block.area.sheet
    if reference.book is not None:
        sheet = external_sheet(reference.book, sheet)
    if reference.sheet_end is not None:
        sheets = list(names.between(sheet, reference.sheet_end))
    else:
        found = names.sheet(sheet)
        sheets = [found] if found is not None else []
    area = block.area
    last_row, last_col = (area.top, area.left) if block.filling else (area.bottom, area.right)
    top, bottom = _extent(reference.row, reference.row_end, area.top, last_row, MAX_ROWS)
    left, right = _extent(reference.col, reference.col_end, area.left, last_col, MAX_COLS)
    return [Area(name, top, left, bottom, right) for name in sheets]


def _extent(first: t.Axis | None, last: t.Axis | None, start: int, end: int, size: int) -> tuple[int, int]:
    """The lowest and highest place that an axis pair reaches while the formula's cell goes from start to end."""
    if first is None:
        return 0, size - 1
    places = []
    for axis in (first, last or first):
        if axis.relative:
            if start + axis.value < 0 or end + axis.value >= size:
                return 0, size - 1
            places += [start + axis.value, end + axis.value]
        else:
            places.append(axis.value)
    return min(places), max(places)
