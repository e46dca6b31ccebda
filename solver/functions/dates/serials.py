"""Day numbers and calendar dates.

A workbook counts days: 1 is 1 January 1900 and, by an old mistake that Excel keeps, 60 is 29 February 1900, a day that
never was; day 0 is shown as 0 January 1900. Books of the 1904 system count from 1 January 1904 as day 0, so that
their day numbers are smaller by 1462.
"""

from __future__ import annotations

import datetime as dt
import math

LEAP_DAY_1900 = 60
LAST_DAY = 2958465
SHIFT_1904 = 1462
SECONDS_OF_DAY = 86400
_ORIGIN = dt.date(1899, 12, 30).toordinal()
MONTH_NAMES = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
DAY_NAMES = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")


def is_leap(year: int) -> bool:
    """Whether a year has 29 February; 1900 has it in the calendar of serial numbers.

    >>> is_leap(1900), is_leap(2000), is_leap(2100)
    (True, True, False)
    """
    return year == 1900 or (year % 4 == 0 and (year % 100 != 0 or year % 400 == 0))


def days_in_month(year: int, month: int) -> int:
    """How many days a month has.

    >>> days_in_month(2023, 2), days_in_month(1900, 2)
    (28, 29)
    """
    if month == 2:
        return 29 if is_leap(year) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def serial_of_date(year: int, month: int, day: int) -> int:
    """The day number of a date in the 1900 system; month and day may lie outside their ranges and carry over.

    The year after the carry must be 1 to 9999 (ValueError).

    >>> serial_of_date(1900, 1, 1), serial_of_date(1900, 2, 29), serial_of_date(2008, 14, 1)
    (1, 60, 39845)
    """
    years, month0 = divmod(month - 1, 12)
    first = dt.date(year + years, month0 + 1, 1).toordinal() - _ORIGIN
    return (first if first > LEAP_DAY_1900 else first - 1) + day - 1


def date_of_serial(serial: float, date1904: bool = False) -> tuple[int, int, int]:
    """Year, month and day of a day number, whose time of day is ignored.

    >>> date_of_serial(0), date_of_serial(60), date_of_serial(61.7), date_of_serial(0, date1904=True)
    ((1900, 1, 0), (1900, 2, 29), (1900, 3, 1), (1904, 1, 1))
    """
    days = math.floor(serial) + (SHIFT_1904 if date1904 else 0)
    if days == 0:
        return 1900, 1, 0
    if days == LEAP_DAY_1900:
        return 1900, 2, 29
    date = dt.date.fromordinal(days + _ORIGIN + (days < LEAP_DAY_1900))
    return date.year, date.month, date.day


def weekday_of_serial(serial: float, date1904: bool = False) -> int:
    """The day of the week, 0 for Sunday to 6 for Saturday; day 1 is a Sunday, as Excel has it.

    >>> weekday_of_serial(1), weekday_of_serial(39494)
    (0, 6)
    """
    return (math.floor(serial) + (SHIFT_1904 if date1904 else 0) + 6) % 7


def is_serial(value: float, date1904: bool = False) -> bool:
    """Whether a number is a day number: from 0 to the end of the year 9999."""
    return 0 <= value < LAST_DAY + 1 - (SHIFT_1904 if date1904 else 0)


def nearly_whole(value: float) -> int:
    """The whole number below a part of a date or time; one that lies above by less than 5e-7 is taken instead.

    Excel takes 0.9999999 for 1 and -0.0000001 for 0, but 0.999999 for 0.

    >>> nearly_whole(2025.9999999), nearly_whole(0.999999), nearly_whole(-0.0000001), nearly_whole(-0.1)
    (2026, 0, 0, -1)
    """
    return math.floor(value + 5e-7)


def day_of_serial(serial: float) -> int:
    """The day number of a date with a time: a time that rounds to 24:00:00 belongs to the next day.

    >>> day_of_serial(40000.9999999), day_of_serial(40000.99999)
    (40001, 40000)
    """
    return math.floor(serial + 0.5 / SECONDS_OF_DAY)


def clock_of_serial(serial: float) -> tuple[int, int, int]:
    """Hour, minute and second of a day number's time, rounded to the second (and carried, so 24:00 is 0:00).

    >>> clock_of_serial(0.5), clock_of_serial(1.9999999)
    ((12, 0, 0), (0, 0, 0))
    """
    seconds = round_half_up((serial - math.floor(serial)) * SECONDS_OF_DAY) % SECONDS_OF_DAY
    return seconds // 3600, seconds // 60 % 60, seconds % 60


def round_half_up(value: float) -> int:
    """The nearest whole number, halves upwards, forgiving the last digits of a product."""
    return math.floor(value + 0.5 + 1e-7)
