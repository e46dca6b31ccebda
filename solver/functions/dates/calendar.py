"""Dates and times: making serial numbers, and taking them apart."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from solver.functions.dates.datetext import serial_of_text
from solver.functions.dates.serials import (
    SECONDS_OF_DAY,
    SHIFT_1904,
    clock_of_serial,
    date_of_serial,
    day_of_serial,
    days_in_month,
    is_serial,
    nearly_whole,
    serial_of_date,
)
from solver.functions.registry import Calculus, function
from solver.values import ErrorValue

if TYPE_CHECKING:
    from solver.functions.here import Here
    from solver.functions.registry import Strict

_MOST_OF_A_CLOCK = 32767
_LAST_YEAR = 10_000
"""DATE takes every later year for this one."""


def checked(serial: int, date1904: bool) -> float | ErrorValue:
    """A serial number of the 1900 system in the book's own system, or #NUM! if it has none."""
    own = serial - (SHIFT_1904 if date1904 else 0)
    return float(own) if is_serial(own, date1904) else ErrorValue.NUM


@function("DATE", calculus=Calculus.STEP)
def date(here: Here, year: float, month: float, day: float) -> float | ErrorValue:
    """The serial number of a day; years below 1900 are counted from 1900, months and days carry over.

    =DATE(2008, 14, 1) -> 39845
    =DATE(1900, 2, 29) -> 60
    =DATE(108, 1, 2) -> 39449
    =DATE(2024, 3, 0) -> 45351
    =DATE(10000, 1, 1) -> #NUM!
    =DATE(-1, 32000, 1) -> 973586
    =DATE(10001, -32000, 1) -> 1984455
    =DATE(2000, 1, 1E+100) -> 69292
    =DATE(2025.9999999, 6, -0.0000001) -> 46173
    """
    # the bounds are Excel's: 16-bit months, days of which all beyond 16 bits are the largest, years up to 10000
    y, m, d = (nearly_whole(part) for part in (year, month, day))
    if not -_MOST_OF_A_CLOCK <= m < _MOST_OF_A_CLOCK:
        return ErrorValue.NUM
    if not -_MOST_OF_A_CLOCK - 1 <= d <= _MOST_OF_A_CLOCK:
        d = _MOST_OF_A_CLOCK
    y = min(y, _LAST_YEAR) if y >= 1900 else y + 1900
    if not 1 <= y + (m - 1) // 12 <= 9999:
        return ErrorValue.NUM
    return checked(serial_of_date(y, m, d), here.date1904)


@function("DATEVALUE")
def datevalue(here: Here, text: str) -> float | ErrorValue:
    """The day that a text means.

    =DATEVALUE("8/22/2011") -> 40777
    =DATEVALUE("22-MAY-2011") -> 40685
    =DATEVALUE("2011/02/23 14:30") -> 40597
    =DATEVALUE("40597") -> #VALUE!
    """
    serial = serial_of_text(text)
    if serial is None:
        return ErrorValue.VALUE
    day = math.floor(serial)
    if day < 1 or not here.date1904:
        return float(day)
    return float(day - SHIFT_1904) if day >= SHIFT_1904 else ErrorValue.VALUE


@function("TIME", calculus=Calculus.STEP)
def clock(hour: float, minute: float, second: float) -> float | ErrorValue:
    """The part of a day that has passed at a time; whole days are dropped.

    =TIME(12, 0, 0) -> 0.5
    =TIME(27, 0, 0) -> 0.125
    =TIME(0, 750, 0) -> 0.520833333333333
    =TIME(0, 0, -1) -> #NUM!
    =TIME(1, 1, 0.9999999) -> 0.0423726851851852
    =TIME(-0.1, 0, 0) -> #NUM!
    """
    parts = [nearly_whole(part) for part in (hour, minute, second)]
    if any(abs(part) > _MOST_OF_A_CLOCK for part in parts):
        return ErrorValue.NUM
    seconds = parts[0] * 3600 + parts[1] * 60 + parts[2]
    return ErrorValue.NUM if seconds < 0 else seconds % SECONDS_OF_DAY / SECONDS_OF_DAY


@function("TIMEVALUE")
def timevalue(text: str) -> float | ErrorValue:
    """The part of a day that a text means.

    =TIMEVALUE("2:24 AM") -> 0.1
    =TIMEVALUE("22-Aug-2011 6:35 AM") -> 0.274305555555556
    =TIMEVALUE("25:00") -> 0.0416666666666667
    =TIMEVALUE("1.25") -> #VALUE!
    """
    serial = serial_of_text(text)
    return ErrorValue.VALUE if serial is None else serial - math.floor(serial)


@function("YEAR", calculus=Calculus.STEP)
def year_of(here: Here, serial: float) -> float | ErrorValue:
    """The year of a day.

    =YEAR(39448) -> 2008
    =YEAR(0) -> 1900
    =YEAR("2/29/1900") -> 1900
    =YEAR(-1) -> #NUM!
    """
    return _part_of_date(here, serial, 0)


@function("MONTH", calculus=Calculus.STEP)
def month_of(here: Here, serial: float) -> float | ErrorValue:
    """The month of a day, 1 to 12.

    =MONTH(60) -> 2
    =MONTH(0) -> 1
    """
    return _part_of_date(here, serial, 1)


@function("DAY", calculus=Calculus.STEP)
def day_of(here: Here, serial: float) -> float | ErrorValue:
    """The day of the month; 0 for day number 0.

    =DAY(60) -> 29
    =DAY(0) -> 0
    =DAY(61.5) -> 1
    =DAY(DATE(2025, 1, 31) + 0.9999999) -> 1
    """
    return _part_of_date(here, serial, 2)


def _part_of_date(here: Here, serial: float, part: int) -> float | ErrorValue:
    day = day_of_serial(serial)
    if not is_serial(serial, here.date1904) or not is_serial(day, here.date1904):
        return ErrorValue.NUM
    return float(date_of_serial(day, here.date1904)[part])


@function("HOUR", calculus=Calculus.STEP)
def hour(serial: float) -> float | ErrorValue:
    """The hour of a time, 0 to 23.

    =HOUR(61.6) -> 14
    =HOUR(0.999999999) -> 0
    """
    return _part_of_clock(serial, 0)


@function("MINUTE", calculus=Calculus.STEP)
def minute(serial: float) -> float | ErrorValue:
    """The minute of a time, 0 to 59.

    =MINUTE("4:48:10 PM") -> 48
    """
    return _part_of_clock(serial, 1)


@function("SECOND", calculus=Calculus.STEP)
def second(serial: float) -> float | ErrorValue:
    """The second of a time, rounded to 0 to 59.

    =SECOND(PI()) -> 54
    =SECOND(-1) -> #NUM!
    """
    return _part_of_clock(serial, 2)


def _part_of_clock(serial: float, part: int) -> float | ErrorValue:
    return float(clock_of_serial(serial)[part]) if is_serial(serial) else ErrorValue.NUM


@function("EDATE", calculus=Calculus.STEP)
def edate(here: Here, start: Strict, months: Strict) -> float | ErrorValue:
    """The same day of the month some months later, or that month's last day.

    =EDATE(DATE(2011, 1, 31), 1) -> 40602
    =EDATE(1, -1) -> #NUM!
    =EDATE(366, FALSE) -> #VALUE!
    =EDATE(31, 1) -> 59
    =EDATE(, 5) -> #N/A
    """
    return _months_later(here, start, months, last_day=False)


@function("EOMONTH", calculus=Calculus.STEP)
def eomonth(here: Here, start: Strict, months: Strict) -> float | ErrorValue:
    """The last day of the month some months later.

    =EOMONTH(DATE(2011, 1, 1), 1) -> 40602
    =EOMONTH(0, 0) -> 31
    =EOMONTH(DATE(1900, 2, 20), 0) -> 59
    =EOMONTH(1, -1) -> #NUM!
    """
    return _months_later(here, start, months, last_day=True)


def _months_later(here: Here, start: float, months: float, *, last_day: bool) -> float | ErrorValue:
    if not is_serial(start, here.date1904):
        return ErrorValue.NUM
    year, month, day = date_of_serial(start, here.date1904)
    years, month0 = divmod(month - 1 + math.trunc(months), 12)
    if not 1900 <= year + years <= 9999:
        return ErrorValue.NUM
    # these two do without the day that never was: February 1900 ends on its 28th
    length = 28 if (year + years, month0) == (1900, 1) else days_in_month(year + years, month0 + 1)
    target = length if last_day else min(day, length)
    return checked(serial_of_date(year + years, month0 + 1, target), here.date1904)


@function("NOW")
def now(here: Here) -> float:
    """The serial number of this moment.

    =NOW() - TODAY() < 1 -> TRUE
    """
    return here.now()


@function("TODAY")
def today(here: Here) -> float:
    """The serial number of this day.

    =TODAY() - INT(TODAY()) -> 0
    """
    return float(math.floor(here.now()))
