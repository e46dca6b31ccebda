"""Pivot tables as GETPIVOTDATA sees them: which cell shows which measure of which items.

A pivot table lists, for each of its rows and columns, the items that it belongs to, as numbers into the items of its
fields, which in turn point into the values of the cache. What the cells show is stored on the sheet like any value.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from solver.book.markup import Element, decode_escapes, is_true
from solver.book.package.relations import read_tree, relations
from solver.book.sheets.cellvalues import serial
from solver.errors import SolverError
from solver.grid import parse_area

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from solver.book.package.archive import Archive
    from solver.grid import Area

Item: TypeAlias = "float | str | bool"

_MEASURES = -2  # the number of the field that stands for the measures themselves
_BLANK_ITEM = "(blank)"


@dataclass(frozen=True, slots=True)
class PivotLine:
    """A row or a column of a pivot table: its items by field, and the position of its measure if it has its own."""

    items: Mapping[str, Item]
    measure: int | None = None


@dataclass(frozen=True, slots=True)
class PivotTable:
    """A pivot table: its area, its lines from (top, left) on, and what its measures are called.

    Field names are in lower case. Each measure is known by its caption and by the field that it is made of. `page`
    holds the items that its filters show. LibreOffice does not list the lines; then nothing can be found (`listed`).
    """

    area: Area
    top: int
    left: int
    rows: tuple[PivotLine, ...]
    columns: tuple[PivotLine, ...]
    measures: tuple[tuple[str, str], ...]
    fields: frozenset[str]
    page: Mapping[str, Item]
    listed: bool = True

    def find(self, measure: str, items: Mapping[str, Item]) -> tuple[int, int] | None:
        """The cell (zero-based) that shows a measure of exactly these items, None if the table shows none."""
        wanted = [k for k, names in enumerate(self.measures) if measure.strip().casefold() in names]
        asked = {name.casefold(): item for name, item in items.items()}
        for name, shown in self.page.items():
            if name in asked and not same_item(asked.pop(name), shown):
                return None
        if not wanted or not asked.keys() <= self.fields:
            return None
        for i, row in enumerate(self.rows):
            if not all(name in asked and same_item(asked[name], item) for name, item in row.items.items()):
                continue
            rest = {name: item for name, item in asked.items() if name not in row.items}
            for j, column in enumerate(self.columns):
                own = row.measure if row.measure is not None else column.measure
                if (0 if own is None else own) != wanted[0] or rest.keys() != column.items.keys():
                    continue
                if all(same_item(rest[name], item) for name, item in column.items.items()):
                    return self.top + i, self.left + j
        return None


def same_item(asked: Item, shown: Item) -> bool:
    """Whether an item is the one asked for: texts without case, numbers also where they are written as texts."""
    if isinstance(asked, str) or isinstance(shown, str):
        return _label(asked) == _label(shown)
    return asked == shown


def _label(item: Item) -> str:
    if isinstance(item, float):
        return f"{item:.15g}"
    return str(item).strip().casefold()


def read_pivots(archive: Archive, part: str, sheet: str) -> tuple[PivotTable, ...]:
    """The pivot tables on a sheet; one that cannot be understood is left out."""
    found = []
    for relation in relations(archive, part):
        if relation.kind == "pivotTable" and not relation.outside and relation.target in archive:
            try:
                found.append(_read_pivot(archive, relation.target, sheet))
            except (SolverError, ValueError, IndexError):
                continue
    return tuple(pivot for pivot in found if pivot is not None)


def _read_pivot(archive: Archive, part: str, sheet: str) -> PivotTable | None:
    tree, _, _ = read_tree(archive, part)
    location = tree.first("location")
    area = parse_area(sheet, location.get("ref")) if location is not None else None
    cache = next((r.target for r in relations(archive, part) if r.kind == "pivotCacheDefinition"), None)
    if location is None or area is None or cache is None or cache not in archive:
        return None
    names, values = _cache(read_tree(archive, cache)[0])
    items = [_field_items(field, values[k]) for k, field in enumerate(tree.grouped("pivotFields", "pivotField"))]
    data = tree.grouped("dataFields", "dataField")
    rows, columns = (tuple(_lines(tree, axis, names, items)) for axis in ("row", "col"))
    shown = {}
    for page in tree.grouped("pageFields", "pageField"):
        if page.get("item"):
            field = int(page.get("fld"))
            shown[names[field]] = items[field][int(page.get("item"))]
    return PivotTable(
        area,
        area.top + int(location.get("firstDataRow")),
        area.left + int(location.get("firstDataCol")),
        rows or (PivotLine({}),),
        columns or (PivotLine({}),),
        tuple((decode_escapes(f.get("name")).strip().casefold(), names[int(f.get("fld"))]) for f in data),
        frozenset(names),
        shown,
        all(tree.first(f"{axis}Fields") is None or tree.first(f"{axis}Items") is not None for axis in ("row", "col")),
    )


def _cache(tree: Element) -> tuple[list[str], list[list[Item]]]:
    """The names of a cache's fields, in lower case, and the values that their items point into."""
    names, values = [], []
    for field in tree.grouped("cacheFields", "cacheField"):
        names.append(decode_escapes(field.get("name")).strip().casefold())
        group = field.first("fieldGroup")
        grouped = group.first("groupItems") if group is not None else None
        shared = grouped if grouped is not None else field.first("sharedItems")
        values.append([_value(element) for element in shared.children] if shared is not None else [])
    return names, values


def _value(element: Element) -> Item:
    text = element.get("v")
    if element.name == "n":
        return float(text)
    if element.name == "b":
        return is_true(text)
    if element.name == "d":
        return serial(text)
    return _BLANK_ITEM if element.name == "m" else decode_escapes(text)


def _field_items(field: Element, values: Sequence[Item]) -> list[Item]:
    """What the items of a pivot field stand for; subtotals among them stand for nothing."""
    found: list[Item] = []
    for item in field.grouped("items", "item"):
        place = item.get("x")
        found.append(decode_escapes(item.get("n")) or (values[int(place)] if place else ""))
    return found


def _lines(tree: Element, axis: str, names: Sequence[str], items: Sequence[Sequence[Item]]) -> Iterator[PivotLine]:
    """The items of each row or column: what a line does not state again is that of the line before."""
    fields = [int(element.get("x")) for element in tree.grouped(f"{axis}Fields", "field")]
    path: list[int] = []
    for line in tree.grouped(f"{axis}Items", "i"):
        kept = int(line.get("r", "0"))
        path = [*path[:kept], *(int(x.get("v", "0")) for x in line.all("x"))]
        kind = line.get("t", "data")
        if kind == "blank":
            yield PivotLine({"": ""})  # no one can ask for it
            continue
        used = [] if kind == "grand" else [(f, v) for f, v in zip(fields, path, strict=False) if f != _MEASURES]
        measure = int(line.get("i", "0")) if _MEASURES in fields else None
        yield PivotLine({names[f]: items[f][v] for f, v in used}, measure)
