"""A report sheet in the making: lines and tables, one below the other, in the look of Excel's reports."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from solver.grid import MAX_ROWS, Area
from solver.table import Entry, Style, Table
from solver.values import ErrorValue, Scalar

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from solver.chart import Chart

    Row: TypeAlias = "Sequence[Scalar | Entry]"

NO_LIMIT = 1e30
"""How Excel's reports write infinity."""

CUT = "{count} more rows do not fit on a sheet."

_NARROW, _LEAST, _MOST = 2.29, 6.29, 60.0
_MARGIN = 1.43


class Page:
    """What is written so far, and the `row` where the next thing goes (zero-based)."""

    def __init__(self, row: int = 5) -> None:
        self.row = row
        self._entries: dict[tuple[int, int], Entry] = {}
        self._widths: dict[int, float] = {0: _NARROW}
        self._columns: set[int] = set()
        self._overflowing: set[tuple[int, int]] = set()
        self._charts: list[Chart] = []
        self._grouped: set[int] = set()

    def line(self, text: str, *, col: int = 0, style: Style = Style.PLAIN) -> None:
        """Writes a line of text."""
        self._entries[self.row, col] = Entry(text, style)
        self._overflowing.add((self.row, col))
        self.row += 1

    def notes(self, texts: Iterable[str]) -> None:
        """Writes lines of explanation below a table, with a blank one before them."""
        texts = list(texts)
        if texts:
            self.row += 1
        for text in texts:
            self.line(text, col=1)

    def table(
        self,
        header: Sequence[str | None],
        rows: Sequence[Row],
        *,
        left: int = 1,
        plain: bool = False,
        wide: bool = True,
    ) -> Area:
        """Writes a table from column `left` on: one heading line, or two where a heading has a line break in it.

        None in the header leaves a narrow gap. `plain` rows have no lines around them. Without `wide` the texts of
        the last column run on to the right instead of widening it, with no lines either. Returns the rectangle of
        the rows.
        """
        shown = {left + k: text for k, text in enumerate(header) if text is not None}
        gaps = set(range(left, left + len(header))) - set(shown)
        self._widths.update(dict.fromkeys(gaps, _NARROW))
        self._columns.update(shown)
        double = any("\n" in text for text in shown.values())
        for col, text in shown.items():
            top, _, bottom = text.rpartition("\n")
            if double:
                self._entries[self.row, col] = Entry(top or None, Style.HEADER_TOP)
                self._entries[self.row + 1, col] = Entry(bottom or None, Style.HEADER_BOTTOM)
            else:
                self._entries[self.row, col] = Entry(bottom, Style.HEADER)
        self.row += 2 if double else 1
        return self.body(header, rows, left=left, plain=plain, wide=wide)

    def body(
        self,
        header: Sequence[str | None],
        rows: Sequence[Row],
        *,
        left: int = 1,
        plain: bool = False,
        wide: bool = True,
        ends: bool = True,
    ) -> Area:
        """Writes further rows of a table with this header, as `table` does; it goes on below unless it `ends`."""
        shown = [left + k for k, text in enumerate(header) if text is not None]
        for number, row in enumerate(rows, start=1):
            style = Style.PLAIN if plain else Style.LAST if ends and number == len(rows) else Style.BODY
            for col in shown:
                self._entries[self.row, col] = _entry(row[col - left] if col - left < len(row) else None, style)
            if not wide:
                last = self.row, shown[-1]
                self._entries[last] = replace(self._entries[last], style=Style.PLAIN)
                self._overflowing.add(last)
            self.row += 1
        return Area("", self.row - len(rows), left, self.row - 1, shown[-1])

    def group(self, rows: range) -> None:
        """Makes rows a group that is closed at first."""
        self._grouped.update(rows)

    def chart(self, chart: Chart) -> None:
        """Puts a chart over the sheet."""
        self._charts.append(chart)

    def table_of(self, title: str, lines: Iterable[str]) -> Table:
        """The finished sheet, with the heading in its first rows."""
        for row, text in enumerate(lines):
            self._entries[row, 0] = Entry(text, Style.TITLE)
            self._overflowing.add((row, 0))
        self._cut()
        widths = {**self._widths, **self._fitted()}
        return Table(title, self._entries, widths, frozenset(self._grouped), charts=tuple(self._charts))

    def _cut(self) -> None:
        """Leaves out what a sheet has no room for, and says in its last row how much that is."""
        last = max((row for row, _ in self._entries), default=0)
        if last < MAX_ROWS:
            return
        self._entries = {place: entry for place, entry in self._entries.items() if place[0] < MAX_ROWS - 1}
        self._entries[MAX_ROWS - 1, 1] = Entry(CUT.format(count=last - MAX_ROWS + 2))
        self._overflowing.add((MAX_ROWS - 1, 1))
        self._grouped = {row for row in self._grouped if row < MAX_ROWS - 1}

    def _fitted(self) -> dict[int, float]:
        """The width of each column that shows the longest of its entries in full."""
        longest = dict.fromkeys(self._columns, 0.0)
        for place, entry in self._entries.items():
            col = place[1]
            if col in longest and place not in self._overflowing:
                longest[col] = max(longest[col], _length(entry))
        return {col: min(max(length, _LEAST), _MOST) for col, length in longest.items()}


def column(area: Area, number: int) -> Area:
    """One column of a table's rows, counted from its left edge."""
    return Area(area.sheet, area.top, area.left + number, area.bottom, area.left + number)


def shown(value: Scalar, number_format: str = "") -> Entry:
    """A value that keeps the number format of the cell it comes from."""
    return Entry(value, Style.BODY, number_format)


def number(value: float | None) -> Scalar:
    """A number as Excel's reports write it: infinity as 1E+30, no negative zero, #N/A where there is none."""
    if value is None or math.isnan(value):
        return ErrorValue.NA
    return math.copysign(NO_LIMIT, value) if math.isinf(value) else float(value) + 0.0


def _entry(value: Scalar | Entry, style: Style) -> Entry:
    if isinstance(value, Entry):
        own = value.style not in (Style.BODY, Style.LAST)
        return Entry(value.value, value.style if own else style, value.number_format)
    return Entry(value, style)


def _length(entry: Entry) -> float:
    """About how many characters an entry takes."""
    value = entry.value
    if isinstance(value, str):
        return len(value) * (1.05 if entry.style.is_heading else 1.0) + _MARGIN
    if not isinstance(value, float) or isinstance(value, bool):
        return 8.0
    digits = len(f"{value:.10g}")
    return _MARGIN + (max(digits, len(f"{abs(value):,.2f}") + 3) if entry.number_format else digits)
