"""The number formats of cells, read from the file when somebody asks what its numbers are meant to be."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from solver.book.looks.styles import BUILT_IN
from solver.book.markup import parse
from solver.book.read import Parts
from solver.grid import Cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from solver.book.book import Book
    from solver.book.sheets.worksheet import SheetText
    from solver.book.splice import Content
    from solver.grid import Area

_STYLE = re.compile(rb"""\ss\s*=\s*["'](\d+)["']""")
_KNOWN = {number: code for code, number in BUILT_IN.items() if number} | {
    14: "m/d/yyyy",
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM",
    20: "h:mm",
    21: "h:mm:ss",
    22: "m/d/yyyy h:mm",
    37: "#,##0_);(#,##0)",
    38: "#,##0_);[Red](#,##0)",
    39: "#,##0.00_);(#,##0.00)",
    40: "#,##0.00_);[Red](#,##0.00)",
    41: '_(* #,##0_);_(* \\(#,##0\\);_(* "-"_);_(@_)',
    42: '_("$"* #,##0_);_("$"* \\(#,##0\\);_("$"* "-"_);_(@_)',
    43: '_(* #,##0.00_);_(* \\(#,##0.00\\);_(* "-"??_);_(@_)',
    44: '_("$"* #,##0.00_);_("$"* \\(#,##0.00\\);_("$"* "-"??_);_(@_)',
    45: "mm:ss",
    46: "[h]:mm:ss",
    47: "mm:ss.0",
}
"""The codes of the numbers that stand for a format in every file, as in English (ECMA-376 part 1, 18.8.30)."""


def number_formats(book: Book, area: Area) -> Iterator[tuple[Cell, str]]:
    """The cells of an area that have a number format other than General, each with its code."""
    parts = book.parts
    if not isinstance(parts, Parts):
        return
    codes = _codes(parts)
    if not any(codes):
        return
    text, content = parts.texts[area.sheet], _content(parts, area.sheet)
    cells = text.cells
    inside = (cells.row >= area.top) & (cells.row <= area.bottom)
    inside &= (cells.col >= area.left) & (cells.col <= area.right)
    for at in inside.nonzero()[0].tolist():
        code = _code(codes, text, content, at)
        if code:
            yield Cell(area.sheet, int(cells.row[at]), int(cells.col[at])), code


def formats_of(book: Book, cells: Iterable[Cell]) -> list[str]:
    """The number format of each cell, "" for General and for cells that the file does not store."""
    parts = book.parts
    codes = _codes(parts) if isinstance(parts, Parts) else []
    contents: dict[str, Content] = {}
    found = []
    for cell in cells:
        text: SheetText | None = parts.texts.get(cell.sheet) if codes else None
        at = -1 if text is None else text.cells.find(cell.row, cell.col)
        if text is None or at < 0:
            found.append("")
            continue
        if cell.sheet not in contents:
            contents[cell.sheet] = _content(parts, cell.sheet)
        found.append(_code(codes, text, contents[cell.sheet], at))
    return found


def _content(parts: Parts, sheet: str) -> Content:
    """A sheet's part in UTF-8."""
    return parts.slices(next(tab.part for tab in parts.workbook.tabs if tab.name == sheet))


def _code(codes: list[str], text: SheetText, content: Content, at: int) -> str:
    """The format code of the cell at an index of a sheet."""
    tag = content[int(text.start[at]) : int(text.stop[at])].partition(b">")[0]
    found = _STYLE.search(tag)
    number = int(found[1]) if found is not None else 0
    return codes[number] if number < len(codes) else ""


def _codes(parts: Parts) -> list[str]:
    """The format code of every cell style, "" for General."""
    part = parts.workbook.related("styles")
    if part not in parts.archive:
        return []
    tree = parse(parts.content(part), part)
    own, styles = tree.first("numFmts"), tree.first("cellXfs")
    known = dict(_KNOWN)
    if own is not None:
        known.update({int(each.get("numFmtId", "0")): each.get("formatCode") for each in own.all("numFmt")})
    if styles is None:
        return []
    codes = (known.get(int(each.get("numFmtId", "0")), "") for each in styles.all("xf"))
    return ["" if code == "General" else code for code in codes]
