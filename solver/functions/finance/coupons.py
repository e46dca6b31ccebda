"""The coupon dates of a bond, counted back from its maturity, and the days between them by a day count basis.

A bond that matures on the last day of a month pays on last days. The bases are 0: 30/360 (US), 1: actual/actual,
2: actual/360, 3: actual/365, 4: 30/360 (Europe).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from solver.functions.dates.daycount import days_30e, days_30us, year_fraction
from solver.functions.dates.serials import SHIFT_1904, date_of_serial, days_in_month, is_serial, serial_of_date
from solver.functions.refusal import demand
from solver.functions.registry import Calculus, function
from solver.values import ErrorValue

if TYPE_CHECKING:
    from solver.functions.here import Here
    from solver.functions.registry import Strict

_BASES = (0, 1, 2, 3, 4)
_FREQUENCIES = (1, 2, 4)


def day_of(here: Here, value: float) -> int:
    """The day number of a date in the 1900 system; a number that is not a date is #NUM!."""
    demand(is_serial(value, here.date1904))
    return math.floor(value) + (SHIFT_1904 if here.date1904 else 0)


def days_of(here: Here, *values: float) -> list[int]:
    """The day numbers of dates, of which each must be later than the one before."""
    days = [day_of(here, value) for value in values]
    demand(*(early < late for early, late in pairwise(days)))
    return days


def basis_of(basis: float) -> int:
    """The number of a day count basis."""
    demand(math.trunc(basis) in _BASES)
    return math.trunc(basis)


def frequency_of(frequency: float) -> int:
    """How many coupons a year has."""
    demand(math.trunc(frequency) in _FREQUENCIES)
    return math.trunc(frequency)


def serial_in(here: Here, day: int) -> float:
    """A day of the 1900 system as the workbook's own day number."""
    return float(day - (SHIFT_1904 if here.date1904 else 0))


def ends_month(day: int) -> bool:
    """Whether a day is the last of its month."""
    year, month, of_month = date_of_serial(day)
    return of_month == days_in_month(year, month)


def moved(day: int, months: int, to_end: bool) -> int:
    """A day some months later, on the last day of the month if asked or if the month is too short."""
    year, month, of_month = date_of_serial(day)
    years, month0 = divmod(year * 12 + month - 1 + months, 12)
    length = days_in_month(years, month0 + 1)
    return serial_of_date(years, month0 + 1, length if to_end else min(of_month, length))


def days_between(first: int, last: int, basis: int) -> float:
    """The days from one day to another as the numerator of a basis counts them."""
    if basis == 0:
        return days_30us(date_of_serial(first), date_of_serial(last))
    if basis == 4:
        return days_30e(date_of_serial(first), date_of_serial(last))
    return last - first


def days_30us_both(first: int, last: int) -> int:
    """The US 30/360 days between two coupon dates: the ends of both months count as the 30th."""
    (y1, m1, d1), (y2, m2, d2) = date_of_serial(first), date_of_serial(last)
    d1 = 30 if d1 == 31 or (m1 == 2 and ends_month(first)) else d1
    d2 = 30 if d2 == 31 or (m2 == 2 and ends_month(last)) else d2
    return (y2 - y1) * 360 + (m2 - m1) * 30 + d2 - d1


def days_in_year(first: int, last: int, basis: int) -> float:
    """The length of a year as the denominator of a basis counts it, for a span of days."""
    if basis == 1:
        fraction = year_fraction(first, last, 1)
        return (last - first) / fraction if first != last and not isinstance(fraction, ErrorValue) else 365.0
    return 365.0 if basis == 3 else 360.0


@dataclass(frozen=True, slots=True)
class Coupons:
    """The coupon period in which a bond is settled, and how many coupons are still to come."""

    settlement: int
    maturity: int
    frequency: int
    basis: int
    before: int
    after: int
    count: int

    @property
    def length(self) -> float:
        """The days of the period by the basis."""
        if self.basis == 1:
            return self.after - self.before
        return (365 if self.basis == 3 else 360) / self.frequency

    @property
    def gone(self) -> float:
        """The days of the period before the settlement."""
        return days_between(self.before, self.settlement, self.basis)

    @property
    def left(self) -> float:
        """The days from the settlement to the next coupon."""
        if self.basis == 0:
            return days_30us_both(self.before, self.after) - self.gone
        return days_between(self.settlement, self.after, self.basis)

    @property
    def share_left(self) -> float:
        """The part of the period after the settlement."""
        return (self.length - self.gone) / self.length


def coupons_of(settlement: int, maturity: int, frequency: int, basis: int) -> Coupons:
    """The coupon period of a settlement before the maturity."""
    months = 12 // frequency
    to_end = ends_month(maturity)
    count = 1
    before, after = moved(maturity, -months, to_end), maturity
    while before > settlement:
        count += 1
        before, after = moved(maturity, -months * count, to_end), before
    return Coupons(settlement, maturity, frequency, basis, before, after, count)


def coupons(here: Here, settlement: float, maturity: float, frequency: float, basis: float) -> Coupons:
    """The coupon period for a function's arguments."""
    first, last = days_of(here, settlement, maturity)
    return coupons_of(first, last, frequency_of(frequency), basis_of(basis))


@function("COUPPCD", calculus=Calculus.STEP)
def couppcd(here: Here, settlement: Strict, maturity: Strict, frequency: Strict, basis: Strict = 0) -> float:
    """The coupon date before the settlement.

    =COUPPCD(40568, 40862, 2, 1) -> 40497
    =COUPPCD(40862, 40568, 2, 1) -> #NUM!
    """
    return serial_in(here, coupons(here, settlement, maturity, frequency, basis).before)


@function("COUPNCD", calculus=Calculus.STEP)
def coupncd(here: Here, settlement: Strict, maturity: Strict, frequency: Strict, basis: Strict = 0) -> float:
    """The coupon date after the settlement.

    =COUPNCD(40568, 40862, 2, 1) -> 40678
    """
    return serial_in(here, coupons(here, settlement, maturity, frequency, basis).after)


@function("COUPNUM", calculus=Calculus.STEP)
def coupnum(here: Here, settlement: Strict, maturity: Strict, frequency: Strict, basis: Strict = 0) -> float:
    """The number of coupons from the settlement to the maturity.

    =COUPNUM(39107, 39767, 2, 1) -> 4
    """
    return float(coupons(here, settlement, maturity, frequency, basis).count)


@function("COUPDAYS", calculus=Calculus.STEP)
def coupdays(here: Here, settlement: Strict, maturity: Strict, frequency: Strict, basis: Strict = 0) -> float:
    """The days of the coupon period that holds the settlement.

    =COUPDAYS(40568, 40862, 2, 1) -> 181
    =COUPDAYS(40568, 40862, 2, 3) -> 182.5
    =COUPDAYS(40568, 40862, 3) -> #NUM!
    """
    return float(coupons(here, settlement, maturity, frequency, basis).length)


@function("COUPDAYBS", calculus=Calculus.STEP)
def coupdaybs(here: Here, settlement: Strict, maturity: Strict, frequency: Strict, basis: Strict = 0) -> float:
    """The days of the coupon period before the settlement.

    =COUPDAYBS(40568, 40862, 2, 1) -> 71
    """
    return float(coupons(here, settlement, maturity, frequency, basis).gone)


@function("COUPDAYSNC", calculus=Calculus.STEP)
def coupdaysnc(here: Here, settlement: Strict, maturity: Strict, frequency: Strict, basis: Strict = 0) -> float:
    """The days from the settlement to the next coupon.

    =COUPDAYSNC(40568, 40862, 2, 1) -> 110
    """
    return float(coupons(here, settlement, maturity, frequency, basis).left)
