"""A report outside a workbook: as rows of plain values, for JSON, and as CSV text."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, TypeAlias

from solver.values import ErrorValue

if TYPE_CHECKING:
    from solver.table import Table

    Plain: TypeAlias = "float | str | bool | None"


def rows_of(table: Table) -> list[list[Plain]]:
    """The rows of a report from its first to its last, blanks as None, error values as their text."""
    height = max((row for row, _ in table.entries), default=-1) + 1
    rows: list[list[Plain]] = [[] for _ in range(height)]
    for (row, col), entry in sorted(table.entries.items(), key=lambda item: item[0]):
        line, value = rows[row], entry.value
        line += [None] * (col - len(line))
        line.append(value.label if isinstance(value, ErrorValue) else value)
    return rows


def csv_of(table: Table) -> str:
    """A report as comma-separated values, with all digits of its numbers."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows_of(table))
    return text.getvalue()
