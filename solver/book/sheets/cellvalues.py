"""Stored values to plain ones: numbers, shared and inline text, booleans, errors, dates, by the cell's `t`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from solver.book.book import Cells
from solver.book.markup import decode_escapes
from solver.errors import WorkbookError
from solver.grid import MAX_COLS, MAX_ROWS, Cell
from solver.values import ERROR_OF_LABEL, ErrorValue, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from solver.book.book import KeyArray, KindArray
    from solver.book.sheets.scan import Batch

_DAMAGED = "the file is damaged; open it in a spreadsheet program and save it again"
_NUMBER, _SHARED, _TEXT, _BOOLEAN, _ERROR, _DATE, _NOTHING = range(7)
_CODES = {
    "n": _NUMBER,
    "s": _SHARED,
    "str": _TEXT,
    "inlineStr": _TEXT,
    "b": _BOOLEAN,
    "e": _ERROR,
    "d": _DATE,
}
_MOMENT = re.compile(r"(?:(\d{4})-(\d\d)-(\d\d))?T?(?:(\d\d):(\d\d)(?::(\d\d(?:\.\d+)?))?)?Z?\Z")


@dataclass(frozen=True, slots=True)
class Context:
    """What a sheet's values refer to elsewhere in the book.

    `rich_errors` maps a cell's `vm` to the error that its value metadata stands for; `dynamic` holds the `cm` that
    mark dynamic arrays.
    """

    strings: Callable[[], Sequence[str]] = tuple
    rich_errors: Mapping[int, ErrorValue] = field(default_factory=dict)
    dynamic: frozenset[int] = frozenset()
    date1904: bool = False


def columns(batch: Batch, sheet: str, context: Context) -> Cells:
    """The values of a batch as columns; WorkbookError names the first cell that holds nonsense."""
    row, col = _inside(batch, sheet)
    size, value, codes = len(row), batch.value, _codes(batch)
    places = {code: np.flatnonzero(codes == code).tolist() for code in range(_NOTHING)}
    kind, number, text = np.zeros(size, np.uint8), np.zeros(size), np.full(size, None, object)

    at = places[_NUMBER]
    kind[at] = Kind.NUMBER
    number[at] = _each(batch, at, sheet, "a number", float)
    at = [index for index in at if not np.isfinite(number[index])] if not np.isfinite(number).all() else []
    kind[at], number[at] = Kind.ERROR, ErrorValue.NUM

    at = places[_SHARED]
    if at:
        strings = context.strings()
        kind[at] = Kind.TEXT
        text[at] = _each(batch, at, sheet, f"one of the book's {len(strings)} shared texts", _lookup(strings))

    at = places[_TEXT]
    kind[at] = Kind.TEXT
    text[at] = [decode_escapes(_str(value[index])) for index in at]

    at = places[_BOOLEAN]
    kind[at] = Kind.BOOLEAN
    number[at] = [_str(value[index]).strip().lower() in ("1", "true") for index in at]

    at = places[_ERROR]
    kind[at] = Kind.ERROR
    number[at] = [_error(_str(value[index]), batch.attributes[index].vm, context) for index in at]

    at = places[_DATE]
    kind[at] = Kind.NUMBER
    number[at] = _each(batch, at, sheet, "a date", lambda moment: serial(_str(moment), context.date1904))
    return Cells(row.astype(np.int32), col.astype(np.int32), kind, number, text)


def _inside(batch: Batch, sheet: str) -> tuple[KeyArray, KeyArray]:
    """The rows and columns of a batch; WorkbookError where one lies outside the sheet."""
    row, col = np.array(batch.row, np.int64), np.array(batch.col, np.int64)
    outside = np.flatnonzero((row < 0) | (row >= MAX_ROWS) | (col >= MAX_COLS))
    if len(outside):
        first = outside[0]
        raise WorkbookError(
            f"a cell in row {row[first] + 1} and column {col[first] + 1} lies outside the sheet",
            where=sheet,
            hint=_DAMAGED,
        )
    return row, col


def _codes(batch: Batch) -> KindArray:
    """Which kind of stored value each cell has."""
    if all(kind.type == "n" for kind in set(batch.attributes)):
        filled = np.fromiter(map(bool, batch.value), bool, len(batch.value))
        return np.where(filled, np.uint8(_NUMBER), np.uint8(_NOTHING))
    return np.array([_code(a.type, v) for a, v in zip(batch.attributes, batch.value, strict=True)], np.uint8)


def _code(type_: str, value: bytes | str) -> int:
    """Which kind of stored value this is; without a value only text is something (the empty text)."""
    code = _CODES.get(type_, _NUMBER)
    return code if value or code == _TEXT else _NOTHING


def _each(
    batch: Batch, at: list[int], sheet: str, wanted: str, convert: Callable[[bytes | str], float | str]
) -> list[float | str]:
    """The converted values at some places; WorkbookError with the cell of the first that cannot be converted."""
    value = batch.value
    try:
        return [convert(value[index]) for index in at]
    except (ValueError, IndexError):
        pass
    index = next(index for index in at if not _converts(convert, value[index]))
    cell = Cell(sheet, batch.row[index], batch.col[index])
    raise WorkbookError(f"the stored value {_str(value[index])!r} is not {wanted}", where=str(cell), hint=_DAMAGED)


def _converts(convert: Callable[[bytes | str], float | str], value: bytes | str) -> bool:
    try:
        convert(value)
    except (ValueError, IndexError):
        return False
    return True


def _lookup(strings: Sequence[str]) -> Callable[[bytes | str], str]:
    def lookup(index: bytes | str) -> str:
        place = int(index)
        if place < 0:
            raise IndexError
        return strings[place]

    return lookup


def _str(value: bytes | str) -> str:
    return value if isinstance(value, str) else value.decode("utf-8", "replace")


def _error(label: str, vm: int, context: Context) -> ErrorValue:
    rich = context.rich_errors.get(vm)
    return ERROR_OF_LABEL.get(label.strip(), ErrorValue.UNKNOWN) if rich is None else rich


def serial(moment: str, date1904: bool = False) -> float:
    """The serial number of an ISO 8601 date, time, or both; ValueError if it is none.

    >>> serial("1900-01-01"), serial("2024-02-29T12:00:00"), serial("06:00:00"), serial("1904-01-02", date1904=True)
    (1.0, 45351.5, 0.25, 1.0)
    """
    match = _MOMENT.match(moment.strip())
    if match is None or not moment.strip():
        raise ValueError(f"{moment!r} is not a date")
    day = 0
    if match[1]:
        when = date(int(match[1]), int(match[2]), int(match[3]))
        day = (when - (date(1904, 1, 1) if date1904 else date(1899, 12, 30))).days
        day -= not date1904 and day <= 60  # Excel's 29 February 1900
    seconds = int(match[4] or 0) * 3600 + int(match[5] or 0) * 60 + float(match[6] or 0)
    return day + seconds / 86400
