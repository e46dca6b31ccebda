"""Excel's tables (list objects) and the filters that hide rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from solver.book.book import ListObject
from solver.book.markup import Element, decode_escapes
from solver.book.package.relations import read_tree, relations
from solver.grid import parse_area

if TYPE_CHECKING:
    from solver.book.package.archive import Archive
    from solver.grid import Area


@dataclass(frozen=True, slots=True)
class SheetTables:
    """The tables on one sheet, and the areas that a table's filter is at work in."""

    tables: tuple[ListObject, ...]
    filtered: tuple[Area, ...]


def read_tables(archive: Archive, part: str, sheet: str) -> SheetTables:
    """Reads the tables that a sheet's part points to; one that cannot be understood is left out."""
    tables: list[ListObject] = []
    filtered: list[Area] = []
    for relation in relations(archive, part):
        if relation.kind.lower() != "table" or relation.outside or relation.target not in archive:
            continue
        tree, _, _ = read_tree(archive, relation.target)
        area = parse_area(sheet, tree.get("ref"))
        if tree.name != "table" or area is None:
            continue
        listed = tree.first("tableColumns")
        titles = tuple(decode_escapes(c.get("name")) for c in listed.all("tableColumn")) if listed is not None else ()
        name = decode_escapes(tree.get("displayName") or tree.get("name"))
        tables.append(
            ListObject(name, area, titles, _count(tree, "headerRowCount", 1), _count(tree, "totalsRowCount", 0))
        )
        filtered += working_filters(tree, sheet)
    return SheetTables(tuple(tables), tuple(filtered))


def working_filters(tree: Element, sheet: str) -> list[Area]:
    """The areas of the filters directly below an element that have a criterion; others hide nothing."""
    areas = [
        parse_area(sheet, element.get("ref")) for element in tree.all("autoFilter") if any(element.all("filterColumn"))
    ]
    return [area for area in areas if area is not None]


def _count(tree: Element, name: str, default: int) -> int:
    text = tree.get(name).strip()
    return int(text) if text.isdecimal() else default
