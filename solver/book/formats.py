"""The number formats of cells, as codes: what a report copies beside a value."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from solver.book.markup import OPEN_TAG, parse
from solver.book.read import Parts
from solver.book.styles import BUILT_IN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from solver.book.book import Book
    from solver.grid import Cell

_BY_LANGUAGE = {
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
"""The formats without a code in the file that depend on the language, as in English (ECMA-376 part 1, 18.8.30)."""

_STYLE = re.compile(rb"""\ss\s*=\s*["'](\d+)""")


def number_formats(book: Book, cells: Iterable[Cell]) -> list[str]:
    """The number format of each cell, "" for General and for cells that the file does not store."""
    parts = book.parts
    codes = _codes(parts) if isinstance(parts, Parts) else []
    contents: dict[str, bytes] = {}
    found = []
    for cell in cells:
        if not codes or cell.sheet not in parts.texts:
            found.append("")
            continue
        text = parts.texts[cell.sheet]
        at = text.cells.find(cell.row, cell.col)
        if at < 0:
            found.append("")
            continue
        if cell.sheet not in contents:
            part = next(tab.part for tab in parts.workbook.tabs if tab.name == cell.sheet)
            contents[cell.sheet] = parts.content(part)[0]
        tag = OPEN_TAG.match(contents[cell.sheet], int(text.start[at]))
        style = _STYLE.search(tag[0]) if tag is not None else None
        number = int(style[1]) if style is not None else 0
        found.append(codes[number] if number < len(codes) else "")
    return found


def _codes(parts: Parts) -> list[str]:
    """The number format of every cell format of the book, by its place."""
    name = parts.workbook.related("styles")
    if name not in parts.archive:
        return []
    tree = parse(parts.content(name)[0], name)
    own, formats = tree.first("numFmts"), tree.first("cellXfs")
    known = {number: code for code, number in BUILT_IN.items()} | _BY_LANGUAGE
    if own is not None:
        known.update((int(each.get("numFmtId", "0")), each.get("formatCode")) for each in own.all("numFmt"))
    if formats is None:
        return []
    codes = (known.get(int(each.get("numFmtId", "0")), "") for each in formats.all("xf"))
    return ["" if code == "General" else code for code in codes]
