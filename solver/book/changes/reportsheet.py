"""A `Table` as the part of a new worksheet, and the name it may have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solver.book.changes.cell import formula_element, new_cell
from solver.book.drawings.drawing import DRAWING_KEY
from solver.book.markup import MAIN, STRICT
from solver.book.package.relations import relation_space
from solver.grid import Area
from solver.table import FORMULA_SIGNS
from solver.values import LONGEST_TEXT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from solver.table import Entry, Style, Table

_LONGEST_TITLE = 31
_TEXT = "@"
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", "_"))


def sheet_title(wanted: str, taken: Iterable[str]) -> str:
    """The name of a new sheet: as wanted, within Excel's rules, and not yet taken in any case.

    >>> sheet_title("Answer [1]", []), sheet_title("Answer 1", ["ANSWER 1", "Answer 1 (2)"])
    ('Answer _1_', 'Answer 1 (3)')
    """
    used = {name.casefold() for name in taken}
    title = "".join(sign for sign in wanted.translate(_FORBIDDEN) if sign >= " ").strip().strip("'")
    title = _cut(title, _LONGEST_TITLE) or "Report"
    if title.casefold() == "history":  # reserved by Excel
        title = "History_"
    candidate, number = title, 1
    while candidate.casefold() in used:
        number += 1
        ending = f" ({number})"
        candidate = _cut(title, _LONGEST_TITLE - len(ending)) + ending
    return candidate


def _cut(text: str, length: int) -> str:
    """The first part of a text, counted as Excel counts: in units of UTF-16."""
    return text.encode("utf-16-le")[: 2 * length].decode("utf-16-le", "ignore").rstrip()


def look_of(entry: Entry) -> tuple[Style, str]:
    """How an entry looks; a text that would be a formula if it were typed has the format of texts, and stays one."""
    typed = isinstance(entry.value, str) and entry.value.startswith(FORMULA_SIGNS) and not entry.formula
    return entry.style, _TEXT if typed else entry.number_format


def report_sheet(table: Table, looks: Mapping[tuple[Style, str], int], strict: bool) -> bytes:
    """The part of a worksheet that shows a table."""
    by_row: dict[int, list[int]] = {row: [] for at in table.outline for row in (at, at + 1)}
    for row, col in table.entries:
        by_row.setdefault(row, []).append(col)
    last_row = max(by_row, default=0)
    last_col = max((col for _, col in table.entries), default=0)
    pieces = [
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n',
        f'<worksheet xmlns="{STRICT if strict else MAIN}">',
        '<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>',
        f'<dimension ref="{Area("", 0, 0, last_row, last_col).absolute.replace("$", "")}"/>',
        "" if table.gridlines else '<sheetViews><sheetView showGridLines="0" workbookViewId="0"/></sheetViews>',
        f'<sheetFormatPr defaultRowHeight="15"{_outline_level(table)}/>',
        _columns(table),
        "<sheetData>",
    ]
    for row in sorted(by_row):
        group = ' outlineLevel="1" hidden="1"' if row in table.outline else ""
        if row - 1 in table.outline and row not in table.outline:
            group = ' collapsed="1"'
        pieces.append(f'<row r="{row + 1}"{group}>')
        pieces += (_entry(table, row, col, looks) for col in sorted(by_row.get(row, ())))
        pieces.append("</row>")
    pieces.append("</sheetData>")
    pieces += (_shade(Area("", *edges), place) for place, edges in enumerate(table.shades, start=1))
    pieces.append('<pageSetup orientation="landscape" fitToHeight="0"/>')  # as wide as one page, as long as need be
    if table.charts:
        pieces.append(f'<drawing xmlns:r="{relation_space(strict)}" r:id="{DRAWING_KEY}"/>')
    pieces.append("</worksheet>")
    return "".join(pieces).encode()


def _entry(table: Table, row: int, col: int, looks: Mapping[tuple[Style, str], int]) -> str:
    entry = table.entries[row, col]
    value = entry.value[:LONGEST_TEXT] if isinstance(entry.value, str) else entry.value
    number = looks[look_of(entry)]
    formula = formula_element(entry.formula, "") if entry.formula else None
    return new_cell(row, col, str(number) if number else "", value, formula, {})


def _shade(area: Area, priority: int) -> str:
    """A conditional format: from blue (the least number) over white (0) to red (the greatest)."""
    stops = "".join(f'<cfvo type="{kind}"{value}/>' for kind, value in (("min", ""), ("num", ' val="0"'), ("max", "")))
    colours = "".join(f'<color rgb="FF{colour}"/>' for colour in ("5B9BD5", "FFFFFF", "F4806A"))
    return (
        f'<conditionalFormatting sqref="{area.absolute.replace("$", "")}"><cfRule type="colorScale" '
        f'priority="{priority}"><colorScale>{stops}{colours}</colorScale></cfRule></conditionalFormatting>'
    )


def _outline_level(table: Table) -> str:
    return ' outlineLevelRow="1"' if table.outline else ""


def _columns(table: Table) -> str:
    columns = "".join(
        f'<col min="{col + 1}" max="{col + 1}" width="{width:g}" customWidth="1"/>'
        for col, width in sorted(table.widths.items())
    )
    return f"<cols>{columns}</cols>" if columns else ""
