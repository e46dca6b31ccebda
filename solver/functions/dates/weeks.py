"""Weeks: the day of a week, and which week of a year a day is in."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from solver.functions.dates.serials import (
    SHIFT_1904,
    date_of_serial,
    is_serial,
    serial_of_date,
    weekday_of_serial,
)
from solver.functions.registry import Calculus, function
from solver.values import ErrorValue

if TYPE_CHECKING:
    from solver.functions.here import Here
    from solver.functions.registry import Strict

_WEEK_STARTS = {1: 0, 2: 1, 17: 0} | {10 + k: k for k in range(1, 7)}
"""The day, 0 for Sunday, that each way of counting has as its first one; it is number 1."""
_MONDAY_IS_0 = 3


@function("WEEKDAY", calculus=Calculus.STEP)
def weekday(here: Here, serial: float, kind: float = 1) -> float | ErrorValue:
    """The day of the week as a number, by one of ten ways to count.

    =WEEKDAY(39492) -> 5
    =WEEKDAY(39492, 2) -> 4
    =WEEKDAY(39492, 3) -> 3
    =WEEKDAY(0) -> 7
    =WEEKDAY(39492, 4) -> #NUM!
    """
    if not is_serial(serial, here.date1904):
        return ErrorValue.NUM
    number = weekday_of_serial(serial, here.date1904)
    way = math.trunc(kind)
    if way == _MONDAY_IS_0:
        return float((number - 1) % 7)
    if way not in _WEEK_STARTS:
        return ErrorValue.NUM
    return float((number - _WEEK_STARTS[way]) % 7 + 1)


@function("WEEKNUM", calculus=Calculus.STEP)
def weeknum(here: Here, serial: Strict, kind: Strict = 1) -> float | ErrorValue:
    """The number of the week in its year; the first of January is in week 1, but for kind 21, the ISO week.

    =WEEKNUM(DATE(2012, 3, 9)) -> 10
    =WEEKNUM(DATE(2012, 3, 9), 2) -> 11
    =WEEKNUM(DATE(2016, 1, 1), 21) -> 53
    """
    if not is_serial(serial, here.date1904):
        return ErrorValue.NUM
    way = math.trunc(kind)
    if way == 21:
        return _iso_week(serial, here.date1904)
    if way not in _WEEK_STARTS:
        return ErrorValue.NUM
    shift = SHIFT_1904 if here.date1904 else 0
    first = serial_of_date(date_of_serial(serial, here.date1904)[0], 1, 1) - shift
    before = (weekday_of_serial(first, here.date1904) - _WEEK_STARTS[way]) % 7
    return float((math.floor(serial) - first + before) // 7 + 1)


@function("ISOWEEKNUM", calculus=Calculus.STEP)
def isoweeknum(here: Here, serial: float) -> float | ErrorValue:
    """The number of the ISO week: weeks begin on Monday, the first one has a Thursday.

    =ISOWEEKNUM(DATE(2012, 3, 9)) -> 10
    =ISOWEEKNUM(-1) -> #NUM!
    """
    return _iso_week(serial, here.date1904) if is_serial(serial, here.date1904) else ErrorValue.NUM


def _iso_week(serial: float, date1904: bool) -> float:
    shift = SHIFT_1904 if date1904 else 0
    thursday = math.floor(serial) + 3 - (weekday_of_serial(serial, date1904) - 1) % 7
    if thursday + shift < 1:
        return 52.0
    first = serial_of_date(date_of_serial(thursday, date1904)[0], 1, 1) - shift
    return float((thursday - first) // 7 + 1)
