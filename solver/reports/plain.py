"""A report outside a workbook: as rows of plain values for JSON, as CSV, and as lines for a terminal."""

from __future__ import annotations

import csv
import io
import math
from typing import TYPE_CHECKING, TypeAlias

from solver.table import FORMULA_SIGNS
from solver.values import ErrorValue, Scalar

if TYPE_CHECKING:
    from solver.table import Entry, Table

    Plain: TypeAlias = "float | str | bool | None"

_GAP = "  "


def rows_of(table: Table) -> list[list[Plain]]:
    """The rows of a report from its first to its last, blanks as None, error values as their text."""
    height = max((row for row, _ in table.entries), default=-1) + 1
    rows: list[list[Plain]] = [[] for _ in range(height)]
    for (row, col), entry in sorted(table.entries.items(), key=lambda item: item[0]):
        line = rows[row]
        line += [None] * (col - len(line))
        line.append(_plain(entry.value))
    return rows


def _plain(value: Scalar) -> Plain:
    """A value as a sheet would show it: what is no number is the error value that stands in its place."""
    if isinstance(value, float) and not math.isfinite(value):
        return ErrorValue.NUM.label
    return value.label if isinstance(value, ErrorValue) else value


def csv_of(table: Table) -> str:
    """A report as comma-separated values, with all digits of its numbers.

    A text that a spreadsheet program would calculate is kept a text by an apostrophe before it.
    """
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([_harmless(value) for value in row] for row in rows_of(table))
    return text.getvalue()


def _harmless(value: Plain) -> Plain:
    return "'" + value if isinstance(value, str) and value.startswith(FORMULA_SIGNS) else value


def text_of(table: Table) -> str:
    """A report as lines of text: columns as wide as their longest entry, numbers to ten digits on the right."""
    by_row: dict[int, dict[int, Entry]] = {}
    for (row, col), entry in table.entries.items():
        by_row.setdefault(row, {})[col] = entry
    widths: dict[int, int] = {}
    for entries in by_row.values():
        for col, entry in entries.items():
            widths[col] = max(widths.get(col, 0), 0 if _is_line(entries) else len(_shown(entry.value)))
    lines = []
    for row in range(max(by_row, default=-1) + 1):
        entries = by_row.get(row, {})
        pieces = []
        for col in sorted(widths):
            text = entries.get(col)
            pieces.append(_padded(text, 0 if _is_line(entries) and text is not None else widths[col]))
        lines.append(_GAP.join(pieces).rstrip())
    return "\n".join(lines) + "\n"


def _is_line(entries: dict[int, Entry]) -> bool:
    """Whether a row is one text that runs on over the columns."""
    filled = [entry for entry in entries.values() if entry.value is not None]
    return len(filled) == 1 and isinstance(filled[0].value, str) and not filled[0].style.is_heading


def _padded(entry: Entry | None, width: int) -> str:
    if entry is None:
        return " " * width
    text = _shown(entry.value)
    if entry.style.is_heading:
        return text.center(width)
    return text.ljust(width) if isinstance(entry.value, str) else text.rjust(width)


def _shown(value: Scalar) -> str:
    plain = _plain(value)
    if plain is None:
        return ""
    if isinstance(plain, bool):
        return str(plain).upper()
    return " ".join(plain.split()) if isinstance(plain, str) else f"{plain:.10g}"
