"""Working days: counting them and stepping over them, with any weekend and a list of holidays."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from solver.functions.coerce import number_of
from solver.functions.dates.serials import is_serial, weekday_of_serial
from solver.functions.registry import Calculus, function
from solver.values import ErrorValue

if TYPE_CHECKING:
    from solver.functions.here import Here
    from solver.functions.operand import Operand
    from solver.functions.registry import Grid, Strict
    from solver.values import Scalar


@dataclass(frozen=True, slots=True)
class WorkWeek:
    """Which days of the week are worked, Monday first, and the holidays as day numbers."""

    worked: tuple[bool, ...]
    holidays: frozenset[int]
    date1904: bool

    def is_workday(self, serial: int) -> bool:
        """Whether a day is worked."""
        return self.worked[self._monday_0(serial)] and serial not in self.holidays

    def _monday_0(self, serial: int) -> int:
        return (weekday_of_serial(serial, self.date1904) - 1) % 7

    def count(self, first: int, last: int) -> int:
        """The working days from first to last, both included."""
        weeks, rest = divmod(last - first + 1, 7)
        start = self._monday_0(first)
        worked = weeks * sum(self.worked) + sum(self.worked[(start + k) % 7] for k in range(rest))
        return worked - sum(first <= day <= last and self.worked[self._monday_0(day)] for day in self.holidays)

    def step(self, start: int, days: int) -> int:
        """The working day that lies that many working days after the start (before it, if negative)."""
        sign = 1 if days > 0 else -1
        serial, left = start, abs(days)
        per_week = sum(self.worked)
        while left > 7 * (per_week + len(self.holidays)):  # whole weeks at once while that cannot overshoot
            weeks = (left - 1) // per_week - len(self.holidays)
            begin = serial + sign
            end = serial + sign * 7 * weeks
            left -= self.count(min(begin, end), max(begin, end))
            serial = end
        while left:
            serial += sign
            left -= self.is_workday(serial)
        return serial


def _weekend_of(weekend: Scalar) -> tuple[bool, ...] | ErrorValue:
    """The worked days, Monday first, of a weekend's number or of its seven digits."""
    if isinstance(weekend, ErrorValue):
        return weekend
    if weekend is None:
        return ErrorValue.NUM
    if isinstance(weekend, str):
        if len(weekend) != 7 or set(weekend) - {"0", "1"}:
            return ErrorValue.VALUE
        return tuple(digit == "0" for digit in weekend)
    number = math.trunc(weekend)
    if 1 <= number <= 7:
        free = {(number + 4) % 7, (number + 5) % 7}
    elif 11 <= number <= 17:
        free = {(number - 12) % 7}
    else:
        return ErrorValue.NUM
    return tuple(day not in free for day in range(7))


def _work_week(weekend: Scalar, holidays: Operand | None, date1904: bool) -> WorkWeek | ErrorValue:
    worked = _weekend_of(weekend)
    if isinstance(worked, ErrorValue):
        return worked
    free = set()
    for value in () if holidays is None else holidays.scalars().ravel():
        if value is None:
            continue
        if isinstance(value, bool):
            return ErrorValue.VALUE
        serial = number_of(value)
        if isinstance(serial, ErrorValue):
            return serial
        if not is_serial(serial, date1904):
            return ErrorValue.NUM
        free.add(math.floor(serial))
    return WorkWeek(worked, frozenset(free), date1904)


@function("NETWORKDAYS.INTL", calculus=Calculus.STEP)
def networkdays_intl(
    here: Here, start: Strict, end: Strict, weekend: Scalar = 1.0, holidays: Grid | None = None
) -> float | ErrorValue:
    """The working days from one day to another, both included; negative if the end lies before the start.

    =NETWORKDAYS.INTL(DATE(2006, 1, 1), DATE(2006, 1, 31)) -> 22
    =NETWORKDAYS.INTL(DATE(2006, 2, 28), DATE(2006, 1, 31)) -> -21
    =NETWORKDAYS.INTL(DATE(2006, 1, 1), DATE(2006, 2, 1), 7, {38719,38733}) -> 22
    =NETWORKDAYS.INTL(DATE(2006, 1, 1), DATE(2006, 2, 1), "0010001", {38719,38733}) -> 20
    =NETWORKDAYS.INTL(DATE(2006, 1, 1), DATE(2006, 2, 1), "1111111") -> 0
    =NETWORKDAYS.INTL(1, 2, 8) -> #NUM!
    """
    return _counted(here, start, end, weekend, holidays)


def _counted(here: Here, start: float, end: float, weekend: Scalar, holidays: Operand | None) -> float | ErrorValue:
    week = _work_week(weekend, holidays, here.date1904)
    if isinstance(week, ErrorValue):
        return week
    if not (is_serial(start, here.date1904) and is_serial(end, here.date1904)):
        return ErrorValue.NUM
    first, last = math.floor(start), math.floor(end)
    return float(week.count(first, last) if first <= last else -week.count(last, first))


@function("NETWORKDAYS", calculus=Calculus.STEP)
def networkdays(here: Here, start: Strict, end: Strict, holidays: Grid | None = None) -> float | ErrorValue:
    """The days from one day to another, both included, that are neither Saturday, Sunday nor a holiday.

    =NETWORKDAYS(DATE(2012, 10, 1), DATE(2013, 3, 1)) -> 110
    =NETWORKDAYS(DATE(2012, 10, 1), DATE(2013, 3, 1), DATE(2012, 11, 22)) -> 109
    """
    return _counted(here, start, end, 1.0, holidays)


@function("WORKDAY.INTL", calculus=Calculus.STEP)
def workday_intl(
    here: Here, start: Strict, days: Strict, weekend: Scalar = 1.0, holidays: Grid | None = None
) -> float | ErrorValue:
    """The working day that lies some working days after a day, or before it.

    =WORKDAY.INTL(DATE(2012, 1, 1), 30, 0) -> #NUM!
    =WORKDAY.INTL(DATE(2012, 1, 1), 90, 11) -> 41013
    =WORKDAY.INTL(DATE(2012, 1, 1), 30, 17) -> 40944
    =WORKDAY.INTL(DATE(2012, 1, 1), 3, "1111111") -> #VALUE!
    =WORKDAY.INTL(DATE(2025, 1, 10), 10, ) -> 45681
    =WORKDAY.INTL(DATE(2025, 1, 10), 10, Z99) -> #NUM!
    """
    return _stepped(here, start, days, weekend, holidays)


def _stepped(here: Here, start: float, days: float, weekend: Scalar, holidays: Operand | None) -> float | ErrorValue:
    week = _work_week(weekend, holidays, here.date1904)
    if isinstance(week, ErrorValue):
        return week
    if not any(week.worked):
        return ErrorValue.VALUE
    if not is_serial(start, here.date1904) or abs(days) > 3_000_000:
        return ErrorValue.NUM
    result = float(week.step(math.floor(start), math.floor(days)))
    return result if is_serial(result, here.date1904) else ErrorValue.NUM


@function("WORKDAY", calculus=Calculus.STEP)
def workday(here: Here, start: Strict, days: Strict, holidays: Grid | None = None) -> float | ErrorValue:
    """The day that lies some days after a day, or before it, skipping Saturdays, Sundays and holidays.

    =WORKDAY(DATE(2008, 10, 1), 151) -> 39933
    =WORKDAY(DATE(2008, 10, 1), 151, {39778,39786,39834}) -> 39938
    =WORKDAY(10, -20) -> #NUM!
    """
    return _stepped(here, start, days, 1.0, holidays)
