"""Reading dates and times in texts, as Excel does with the settings of the United States.

A text is at most one date and one time, in either order. A date is written with numbers in the order month, day,
year (or year, month, day if the first is a year) or with the name of a month, of which three letters are enough;
parts that are left out are the first of the month, or this year. Spaces may stand around every separator, and after a
date, but before one only where it is a day and a month's name. The result is a serial number of the 1900 system.
"""

from __future__ import annotations

import math
import re
import time

from solver.functions.dates.serials import MONTH_NAMES, days_in_month, serial_of_date

_PART = r"(?:\d{1,2}|[1-9]\d{2,3})"
_CLOCK = rf"{_PART}\s*:(?:\s*{_PART})?(?:\s*:(?:\s*{_PART})?)?(?:\.\d*)?(?:\s+[ap]m?)?|\d{{1,2}}\s+[ap]m?"
_TIME = re.compile(
    rf"(?P<first>{_PART})\s*:(?:\s*(?P<second>{_PART})(?P<more>\s*:(?:\s*(?P<third>{_PART}))?)?)?(?P<fraction>\.\d*)?"
    r"(?:\s+(?P<half>[ap])m?)?\Z|(?P<hour>\d{1,2})\s+(?P<half_only>[ap])m?\Z",
    re.IGNORECASE,
)
_TIME_AT_START = re.compile(rf"(?:{_CLOCK})(?=\s)", re.IGNORECASE)
_TIME_AT_END = re.compile(rf"(?<=\s)(?:{_CLOCK})\Z", re.IGNORECASE)
_NUMERIC_DATE = re.compile(
    r"(\d{1,2}|\d{4})(?P<first>\s*[/-]\s*)(\d{1,2}|\d{4})(?:(?P<second>\s*[/-]\s*)(\d{1,2}|\d{4}))?\Z"
)
_NAMED_DATE = re.compile(
    r"(?:(?P<before>\d{1,4})(?:\s*[-/,]\s*|\s*))?(?P<name>[a-z]{3,9})\.?(?:(?:\s*[-/,]\s*|\s*)(?P<after>\d{1,4}))?"
    r"(?:(?:\s*[-/,]\s*|\s+)(?P<last>\d{1,4}))?\Z",
    re.IGNORECASE,
)
_DAY_AND_MONTH = re.compile(r"\d{1,2}\s*-\s*[a-z]{3,9}\Z", re.IGNORECASE)
_MONTHS = {name.lower()[:n]: k for k, name in enumerate(MONTH_NAMES, 1) for n in range(3, len(name) + 1)}
_FIRST_YEAR, _LAST_YEAR = 1900, 9999


def serial_of_text(text: str) -> float | None:
    """The serial number that a text with a date, a time or both stands for, or None if it is neither.

    >>> serial_of_text("1/2/2003"), serial_of_text("2-Jan-03 6:00 PM"), serial_of_text("13/1/2003")
    (37623.0, 37623.75, None)
    """
    words = text.strip()
    clock = _clock(words)
    if clock is not None:
        return clock
    if text[:1].isspace() and not _DAY_AND_MONTH.match(words):
        return None
    day = _day(words)
    if day is not None:
        return day
    for pattern in (_TIME_AT_END, _TIME_AT_START):
        match = pattern.search(words) if pattern is _TIME_AT_END else pattern.match(words)
        if match is not None:
            clock = _clock(match.group())
            day = _day((words[: match.start()] + words[match.end() :]).strip())
            if clock is not None and day is not None:
                return day + clock
    return None


def _clock(text: str) -> float | None:
    """The part of a day that a time means; more than 24 hours are more than one day."""
    match = _TIME.match(text)
    if match is None:
        return None
    half = match["half"] or match["half_only"]
    if half and not match["half_only"] and (match["second"] is None or (match["more"] and match["third"] is None)):
        return None
    if match["hour"]:
        hours, minutes, seconds = int(match["hour"]), 0, 0.0
    elif match["third"] is None and len(match["fraction"] or "") > 1:  # only seconds have decimals
        hours, minutes, seconds = 0, int(match["first"]), float(match["second"] + match["fraction"])
    else:
        hours, minutes = int(match["first"]), int(match["second"] or 0)
        seconds = float((match["third"] or "0") + (match["fraction"] or "").rstrip("."))
    if half:
        if hours > 12 or minutes > 59 or seconds >= 60:
            return None
        hours = hours % 12 + (12 if half in "pP" else 0)
    if (hours > 23) + (minutes > 59) + (seconds >= 60) > 1:
        return None
    thousandths = math.floor(seconds * 1000 + 0.5)
    return (hours * 3600 + minutes * 60 + thousandths / 1000) / 86400


def _day(text: str) -> float | None:
    match = _NUMERIC_DATE.match(text)
    if match is not None:
        separators = match["first"], match["second"] or match["first"]
        if separators[0].strip() != separators[1].strip() and len("".join(separators)) > 2:
            return None  # two kinds of separators, as in a fraction: not with spaces
        return _numeric_day(match[1], match[3], match[5])
    match = _NAMED_DATE.match(text)
    if match is None or match["name"].lower() not in _MONTHS:
        return None
    return _named_day(_MONTHS[match["name"].lower()], match["before"], match["after"], match["last"])


def _numeric_day(first: str, second: str, third: str | None) -> float | None:
    if third is None:
        if len(first) > 2:
            return _serial(_year(first), int(second), 1)
        return _month_with_number(int(first), second)
    if len(first) > 2:
        return _serial(_year(first), int(second), int(third))
    return _serial(_year(third), int(first), int(second))


def _named_day(month: int, before: str | None, after: str | None, last: str | None) -> float | None:
    if before is None:
        if after is None:
            return None
        return _month_with_number(month, after) if last is None else _serial(_year(last), month, int(after))
    if after is None:
        this_year = time.localtime().tm_year
        return _serial(_year(before), month, 1) if len(before) > 2 else _serial(this_year, month, int(before))
    if last is not None:
        return None
    if len(before) > 2:
        return _serial(_year(before), month, int(after))
    return _serial(_year(after), month, int(before))


def _month_with_number(month: int, number: str) -> float | None:
    """The date of a month beside one number: a day of this year, or the first of the month in that year."""
    this_year = time.localtime().tm_year
    if 1 <= month <= 12 and 1 <= int(number) <= days_in_month(this_year, month) and len(number) <= 2:
        return _serial(this_year, month, int(number))
    return _serial(_year(number), month, 1)


def _year(digits: str) -> int:
    """The year that its digits mean: two digits stand for 1930 to 2029."""
    year = int(digits)
    if len(digits) > 2:
        return year
    return year + (2000 if year < 30 else 1900)


def _serial(year: int, month: int, day: int) -> float | None:
    if not (_FIRST_YEAR <= year <= _LAST_YEAR and 1 <= month <= 12 and 1 <= day <= days_in_month(year, month)):
        return None
    return float(serial_of_date(year, month, day))
