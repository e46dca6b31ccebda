"""The values that a workbook keeps of the workbooks it is linked to; the links themselves are never followed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solver.book.markup import Element, decode_escapes
from solver.book.package.relations import read_tree
from solver.book.sheets.cellvalues import Context, columns
from solver.book.sheets.scan import Batch, CellAttributes
from solver.grid import parse_a1

if TYPE_CHECKING:
    from solver.book.book import Cells
    from solver.book.package.archive import Archive


def read_external(archive: Archive, part: str, date1904: bool) -> dict[str, Cells]:
    """The stored cells of a linked workbook, by sheet; none for other kinds of links."""
    if part not in archive:
        return {}
    tree, _, _ = read_tree(archive, part)
    book = tree.first("externalBook")
    if book is None:
        return {}
    listed, stored = book.first("sheetNames"), book.first("sheetDataSet")
    names = [decode_escapes(element.get("val")) for element in listed.all("sheetName")] if listed is not None else []
    batches = {name: Batch() for name in names}
    for sheet in stored.all("sheetData") if stored is not None else ():
        number = sheet.get("sheetId", "0")
        if number.isdecimal() and int(number) < len(names):
            _fill(batches[names[int(number)]], sheet)
    return {name: columns(batch, name, Context(date1904=date1904)) for name, batch in batches.items()}


def _fill(batch: Batch, sheet: Element) -> None:
    for row in sheet.all("row"):
        for cell in row.all("cell"):
            try:
                at = parse_a1(cell.get("r"))
            except ValueError:
                continue
            value = cell.first("v")
            batch.row.append(at[0])
            batch.col.append(at[1])
            batch.attributes.append(CellAttributes(cell.get("t", "n")))
            batch.value.append("" if value is None else value.text)
