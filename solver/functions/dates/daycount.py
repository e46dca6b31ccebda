"""Counting between two dates: in days, in whole years and months, and in parts of a year by the market's day counts."""

from __future__ import annotations

import math
from calendar import isleap, leapdays
from typing import TYPE_CHECKING

from solver.functions.coerce import strict_number_of
from solver.functions.dates.serials import (
    date_of_serial,
    day_of_serial,
    days_in_month,
    is_leap,
    is_serial,
    serial_of_date,
)
from solver.functions.registry import Calculus, function
from solver.values import ErrorValue

if TYPE_CHECKING:
    from solver.functions.here import Here
    from solver.functions.registry import Strict
    from solver.values import Scalar

Date = tuple[int, int, int]


@function("DAYS", calculus=Calculus.STEP)
def days(here: Here, end: Strict, start: Strict) -> float | ErrorValue:
    """The days from one date to another.

    =DAYS("3/15/21", "2/1/21") -> 42
    =DAYS(46000.999999, 45992.000001) -> 9
    =DAYS(2, TRUE) -> #VALUE!
    """
    if not (is_serial(end, here.date1904) and is_serial(start, here.date1904)):
        return ErrorValue.NUM
    return float(day_of_serial(end) - day_of_serial(start))


@function("DAYS360", calculus=Calculus.STEP)
def days360(here: Here, start: Strict, end: Strict, european: bool = False) -> float | ErrorValue:
    """The days between two dates in a year of twelve months of 30 days.

    =DAYS360(DATE(2011, 1, 30), DATE(2011, 2, 1)) -> 1
    =DAYS360(DATE(2011, 1, 1), DATE(2011, 12, 31)) -> 360
    =DAYS360(DATE(2011, 1, 1), DATE(2011, 12, 31), TRUE) -> 359
    =DAYS360(45992.000001, 46000.999999) -> 9
    """
    if start < 0 or end < 0:
        return ErrorValue.NUM
    start, end = day_of_serial(start), day_of_serial(end)
    if not (is_serial(end, here.date1904) and is_serial(start, here.date1904)):
        return ErrorValue.NUM
    (y1, m1, d1), (y2, m2, d2) = date_of_serial(start, here.date1904), date_of_serial(end, here.date1904)
    if european:
        d1, d2 = min(d1, 30), min(d2, 30)
    else:
        if d1 == days_in_month(y1, m1) and (d1 == 31 or m1 == 2):
            d1 = 30
        if d2 == 31 and d1 >= 30:
            d2 = 30
    return float((y2 - y1) * 360 + (m2 - m1) * 30 + d2 - d1)


@function("DATEDIF", calculus=Calculus.STEP)
def datedif(here: Here, start: Strict, end: Strict, unit: str) -> float | ErrorValue:
    """The whole years ("Y"), months ("M") or days ("D") between two dates, or what is left of them ("YM", "YD", "MD").

    =DATEDIF(DATE(2001, 6, 1), DATE(2002, 8, 15), "D") -> 440
    =DATEDIF(DATE(2001, 6, 1), DATE(2002, 8, 15), "YD") -> 75
    =DATEDIF(DATE(1988, 6, 22), DATE(2012, 5, 11), "YD") -> 323
    =DATEDIF(DATE(2000, 2, 29), DATE(2002, 3, 8), "YD") -> 7
    =DATEDIF(DATE(2001, 6, 1), DATE(2002, 8, 15), "ym") -> 2
    =DATEDIF(DATE(2011, 1, 31), DATE(2011, 3, 1), "MD") -> -2
    =DATEDIF(2, 1, "D") -> #NUM!
    =DATEDIF(TRUE, 2, "D") -> #VALUE!
    """
    if not (is_serial(end, here.date1904) and is_serial(start, here.date1904)) or math.floor(start) > math.floor(end):
        return ErrorValue.NUM
    (y1, m1, d1), (y2, m2, d2) = date_of_serial(start, here.date1904), date_of_serial(end, here.date1904)
    months = (y2 - y1) * 12 + m2 - m1 - (d2 < d1)
    if unit.upper() == "Y":
        return float(months // 12)
    if unit.upper() == "M":
        return float(months)
    if unit.upper() == "D":
        return float(math.floor(end) - math.floor(start))
    if unit.upper() == "YM":
        return float(months % 12)
    if unit.upper() == "YD":
        # the end is moved to the start's year or the next; a 29 February is 1 March if the end's own year has none
        if (m1, d1) == (2, 29) and not is_leap(y2):
            m1, d1 = 3, 1
        year = y1 if (m2, d2) >= (m1, d1) else y1 + 1
        return float(serial_of_date(year, m2, d2) - serial_of_date(y1, m1, d1))
    if unit.upper() == "MD":
        if d2 >= d1:
            return float(d2 - d1)
        # the month before the end's: it may be shorter than the start's day, and then the count is negative
        return float(d2 - d1 + (days_in_month(y2, m2 - 1) if m2 > 1 else 31))
    return ErrorValue.NUM


@function("YEARFRAC", calculus=Calculus.STEP)
def yearfrac(here: Here, start: Scalar, end: Scalar, basis: Scalar = 0.0) -> float | ErrorValue:
    """The part of a year between two dates: 30/360 (US), actual/actual, actual/360, actual/365, 30/360 (Europe).

    =YEARFRAC(DATE(2012, 1, 1), DATE(2012, 7, 30)) -> 0.580555555555556
    =YEARFRAC(DATE(2012, 1, 1), DATE(2012, 7, 30), 1) -> 0.576502732240437
    =YEARFRAC(DATE(2012, 1, 1), DATE(2012, 7, 30), 3) -> 0.578082191780822
    =YEARFRAC(1, 2, 5) -> #NUM!
    =YEARFRAC(DATE(1900, 1, 10), DATE(2024, 2, 29), 1) -> 124.137572279657
    =YEARFRAC(#DIV/0!, 2, #N/A) -> #N/A
    """
    # Excel looks at the last argument first: of several errors its error is the one shown
    way = strict_number_of(basis)
    if isinstance(way, ErrorValue):
        return way
    if not 0 <= way < 5:
        return ErrorValue.NUM
    first, last = strict_number_of(start), strict_number_of(end)
    if isinstance(first, ErrorValue):
        return first
    if isinstance(last, ErrorValue):
        return last
    if not (is_serial(last, here.date1904) and is_serial(first, here.date1904)):
        return ErrorValue.NUM
    return year_fraction(math.floor(first), math.floor(last), math.trunc(way), here.date1904)


def year_fraction(start: int, end: int, basis: int, date1904: bool = False) -> float | ErrorValue:
    """The part of a year between two days, in either order, by one of Excel's five day counts.

    >>> year_fraction(39448, 39479, 3)
    0.08493150684931507
    """
    if start > end:
        start, end = end, start
    first, last = date_of_serial(start, date1904), date_of_serial(end, date1904)
    if basis == 0:
        return days_30us(first, last) / 360
    if basis == 1:
        return (end - start) / _mean_year(first, last)
    if basis == 2:
        return (end - start) / 360
    if basis == 3:
        return (end - start) / 365
    if basis == 4:
        return days_30e(first, last) / 360
    return ErrorValue.NUM


def days_30us(first: Date, last: Date) -> int:
    """Days by the 30/360 rule of the United States, with its rule for the end of February."""
    (y1, m1, d1), (y2, m2, d2) = first, last
    if _ends_february(first) and _ends_february(last):
        d1 = d2 = 30
    elif _ends_february(first):
        d1 = 30
    elif d2 == 31 and d1 >= 30:
        d1 = d2 = 30
    else:
        d1 = min(d1, 30)
    return (y2 - y1) * 360 + (m2 - m1) * 30 + d2 - d1


def days_30e(first: Date, last: Date) -> int:
    """Days by the European 30/360 rule: the 31st is the 30th."""
    (y1, m1, d1), (y2, m2, d2) = first, last
    return (y2 - y1) * 360 + (m2 - m1) * 30 + min(d2, 30) - min(d1, 30)


def _ends_february(date: Date) -> bool:
    return date[1] == 2 and date[2] == days_in_month(date[0], 2)


def _mean_year(first: Date, last: Date) -> float:
    """The length of a year for actual/actual: the year's own within a year, the mean of all years touched beyond.

    Here 1900 has no leap day.
    """
    y1, y2 = first[0], last[0]
    if y1 == y2:
        return 366.0 if isleap(y1) else 365.0
    if y2 == y1 + 1 and first[1:] >= last[1:]:
        has_leap_day = (isleap(y1) and first[1:] <= (2, 29)) or (isleap(y2) and last[1:] >= (2, 29))
        return 366.0 if has_leap_day else 365.0
    years = y2 - y1 + 1
    return (365 * years + leapdays(y1, y2 + 1)) / years
