"""Writing a serial number by the date and time tokens of a format section."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from solver.functions.dates.serials import (
    DAY_NAMES,
    MONTH_NAMES,
    SECONDS_OF_DAY,
    date_of_serial,
    is_serial,
    weekday_of_serial,
)
from solver.functions.formats.digitformat import decimal_of, rounded
from solver.functions.formats.formatcode import Part

if TYPE_CHECKING:
    from decimal import Decimal

    from solver.functions.formats.formatcode import Section

_BUDDHIST = 543


def date_text(section: Section, value: float, date1904: bool) -> str | None:
    """A serial number written by a section with dates; None where it is no date.

    Seconds are rounded to the decimals that are shown and carry into minutes, hours and days.
    """
    elapsed_only = len(section.tokens) == 1 and section.has(Part.ELAPSED)
    if not elapsed_only and value < 0:
        return None
    if not section.has(Part.ELAPSED) and not is_serial(value, date1904):
        return None
    places = max((len(token.text) - 1 for token in section.tokens if token.part is Part.FRACTION), default=0)
    seconds = rounded(decimal_of(abs(value)) * SECONDS_OF_DAY, places)
    has_clock = section.has(Part.ELAPSED, Part.FRACTION, Part.HALF_DAY) or any(
        token.part is Part.DATE and token.text[0] in "hsM" for token in section.tokens
    )
    days = int(seconds // SECONDS_OF_DAY) if has_clock else math.floor(abs(value))
    if not is_serial(days, date1904):
        days = 0
    moment = _Moment(days, seconds, date1904, section.has(Part.HALF_DAY))
    out = ["-" if value < 0 and int(seconds) else ""]
    for token in section.tokens:
        if token.part is Part.DATE:
            out.append(moment.written(token.text))
        elif token.part is Part.ELAPSED:
            out.append(moment.elapsed(token.text))
        elif token.part is Part.FRACTION:
            out.append(f"{seconds % 1:.{places}f}"[1:][: len(token.text)])
        elif token.part is Part.HALF_DAY:
            out.append(_half(token.text, moment.hour >= 12))
        else:
            out.append(token.text)
    return "".join(out)


class _Moment:
    """A day and the seconds since day 0, ready to be written piece by piece."""

    __slots__ = ("_date1904", "_days", "_half_days", "_seconds", "day", "hour", "minute", "month", "second", "year")

    def __init__(self, days: int, seconds: Decimal, date1904: bool, half_days: bool) -> None:
        self._days, self._seconds, self._date1904, self._half_days = days, seconds, date1904, half_days
        self.year, self.month, self.day = date_of_serial(days, date1904)
        clock = int(seconds) % SECONDS_OF_DAY
        self.hour, self.minute, self.second = clock // 3600, clock // 60 % 60, clock % 60

    def written(self, code: str) -> str:
        letter, width = code[0], len(code)
        if letter == "y":
            return f"{self.year % 100:02d}" if width <= 2 else f"{self.year:04d}"
        if letter == "e":
            return f"{self.year:04d}"
        if letter == "b":
            return f"{(self.year + _BUDDHIST) % 100:02d}" if width <= 2 else f"{self.year + _BUDDHIST:04d}"
        if letter == "m":
            name = MONTH_NAMES[self.month - 1]
            return _named(self.month, name, width) if width != 5 else name[0]
        if letter == "d":
            return _named(self.day, DAY_NAMES[weekday_of_serial(self._days, self._date1904)], width)
        if letter == "h":
            hour = (self.hour - 1) % 12 + 1 if self._half_days else self.hour
            return f"{hour:0{min(width, 2)}d}"
        if letter in "Ms":
            return f"{self.minute if letter == 'M' else self.second:0{min(width, 2)}d}"
        return ""

    def elapsed(self, code: str) -> str:
        unit = {"h": 3600, "m": 60, "s": 1}[code[0]]
        return f"{int(self._seconds) // unit:0{len(code)}d}"


def _named(number: int, name: str, width: int) -> str:
    if width <= 2:
        return f"{number:0{width}d}"
    return name[:3] if width == 3 else name


def _half(code: str, afternoon: bool) -> str:
    """AM or PM in the code's own letters."""
    before, after = code.split("/")
    if len(code) > 3:
        return "PM" if afternoon else "AM"
    return after if afternoon else before
