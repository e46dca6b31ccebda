"""Depreciation: how the value of an asset is spread over the periods of its life."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from solver.algebra import add, div, mul, sub
from solver.functions.allowance import spend
from solver.functions.dates.serials import date_of_serial, is_leap
from solver.functions.dual import power
from solver.functions.finance.coupons import basis_of, day_of, days_between
from solver.functions.refusal import above, below, demand, not_above, ratio, refused
from solver.functions.registry import Calculus, function
from solver.values import ErrorValue

if TYPE_CHECKING:
    from solver.functions.here import Here
    from solver.functions.registry import Number, Sloped, Smooth, Strict

_PERIOD = 100
"""The steps of the depreciation of one period."""


@function("SLN")
def sln(cost: Number, salvage: Number, life: Number) -> Number:
    """The depreciation of one period where all are equal.

    =SLN(30000, 7500, 10) -> 2250
    =SLN(30000, 7500, 0) -> #DIV/0!
    """
    return ratio(sub(cost, salvage), life)


@function("SYD")
def syd(cost: Number, salvage: Number, life: Number, per: Number) -> Number:
    """The depreciation of a period where they fall by equal steps.

    =SYD(30000, 7500, 10, 1) -> 4090.909090909091
    =SYD(100, 10, 1, 0.3) -> 153
    =SYD(30000, 7500, 10, 11) -> #NUM!
    """
    share = div(add(sub(life, per), 1.0), mul(life, add(life, 1.0)))
    value = mul(mul(sub(cost, salvage), share), 2.0)
    return refused(value, not_above(life, 0.0), not_above(per, 0.0), above(per, life), below(salvage, 0.0))


@function("DB", calculus=Calculus.STEP)
def db(cost: float, salvage: float, life: float, period: float, month: float = 12) -> float:
    """The depreciation of a period at a fixed rate, rounded to three digits; the first year may have fewer months.

    =DB(1000000, 100000, 6, 1, 7) -> 186083.33333333334
    =DB(1000000, 100000, 6, 7, 7) -> 15845.098473848071
    =DB(1000000, 100000, 6, 0.5, 7) -> 186083.33333333334
    =DB(1000000, 100000, 6, 8, 7) -> #NUM!
    """
    months, at = math.trunc(month), max(math.trunc(period), 1)
    demand(cost >= 0, salvage >= 0, life > 0, period > 0, 1 <= months <= 12)
    demand(at <= math.trunc(life) + (months < 12))
    if cost == 0:
        return 0.0
    rate = math.floor((1 - math.pow(salvage / cost, 1 / life)) * 1000 + 0.5) / 1000
    written_off = cost * rate * months / 12
    if at == 1:
        return written_off
    last = at > math.trunc(life)
    return (cost - written_off) * (1 - rate) ** (at - 2) * rate * ((12 - months) / 12 if last else 1)


@function("DDB", calculus=Calculus.KINK)
def ddb(cost: Sloped, salvage: Sloped, life: Sloped, period: float, factor: Sloped = 2) -> float:
    """The depreciation of a period at a declining rate, never below the salvage value.

    =DDB(2400, 300, 10, 2, 1.5) -> 306
    =DDB(2400, 300, 10*365, 1) -> 1.3150684931506849
    =DDB(2400, 300, 10, 10) -> 22.1225472
    =DDB(12000, 1000, 5, 2.5, 0.5) -> 1024.5779618945550
    =DDB(2400, 300, 10, 11) -> #NUM!
    """
    demand(cost >= 0, salvage >= 0, life > 0, 0 < period <= life, factor > 0)
    rate = min(factor / life, 1.0)
    book = cost * power(1 - rate, period - 1) if period > 1 else cost
    return max(book - max(book * (1 - rate), salvage), 0.0)


@function("VDB", calculus=Calculus.KINK, steps=2_500)
def vdb(
    cost: Sloped,
    salvage: Sloped,
    life: Sloped,
    start: float,
    end: float,
    factor: Sloped = 2,
    no_switch: bool = False,
) -> float:
    """The depreciation between two times at a declining rate, which turns level when that gives more.

    =VDB(2400, 300, 10*365, 0, 1) -> 1.3150684931506849
    =VDB(2400, 300, 10, 0, 0.875, 1.5) -> 315
    =VDB(2400, 300, 10, 6, 18) -> #NUM!
    =VDB(2400, 300, 10*12, 6, 18) -> 396.3060532647513
    """
    demand(cost >= 0, salvage >= 0, life >= 0, 0 <= start <= end <= life, factor >= 0)
    demand(life > 0, otherwise=ErrorValue.DIV0)
    return _depreciation(cost, salvage, life, start, end, factor, not no_switch)


def _depreciation(
    cost: float, salvage: float, life: float, start: float, end: float, factor: float, switch: bool
) -> float:
    """The depreciation between two times: a broken period at the beginning shifts all others, one at the end is cut."""
    book, time, amounts = cost, 0.0, 0.0
    spend(_PERIOD * end)
    step = math.modf(start)[0] or 1.0
    while time < end - 1e-12:
        step = min(step, end - time)
        amount = step * _one_period(book, salvage, life, life - time, factor, switch)
        amounts += amount if time >= start - 1e-12 else 0.0
        book, time, step = book - amount, time + step, 1.0
    return amounts


def _one_period(book: float, salvage: float, life: float, left: float, factor: float, switch: bool) -> float:
    """The depreciation of a book value in one period: declining, or level over the rest of the life if that is more."""
    declining = min(book * factor / life, book - salvage)
    if not switch:
        return declining
    return max(declining, (book - salvage) / left)


@function("AMORLINC", calculus=Calculus.KINK)
def amorlinc(
    here: Here,
    cost: Smooth,
    purchased: Strict,
    first_period: Strict,
    salvage: Smooth,
    period: Strict,
    rate: Strict,
    basis: Strict = 0,
) -> float:
    """The depreciation of a period in the French system, level and in proportion in the first one.

    =AMORLINC(2400, 39679, 39813, 300, 1, 0.15, 1) -> 360
    =AMORLINC(2400, 39679, 39813, 300, 0, 0.15, 1) -> 131.80327868852459
    """
    amount, _ = _french(here, cost, purchased, first_period, salvage, period, rate, basis, 1.0)
    at = 1 if 0 < period < 1 else math.trunc(period)
    if cost == salvage or at > math.ceil(1 / rate):
        return 0.0
    spend(_PERIOD * at)
    left = cost - salvage
    for _ in range(at):
        left = max(left - amount, 0.0)
        amount = min(rate * cost, left)
    return amount


@function("AMORDEGRC", calculus=Calculus.STEP)
def amordegrc(
    here: Here,
    cost: Strict,
    purchased: Strict,
    first_period: Strict,
    salvage: Strict,
    period: Strict,
    rate: Strict,
    basis: Strict = 0,
) -> float:
    """The depreciation of a period in the French system, declining by a coefficient that depends on the life.

    =AMORDEGRC(2400, 39679, 39813, 300, 1, 0.15, 1) -> 776
    =AMORDEGRC(2400, 39679, 39813, 300, 0, 0.15, 1) -> 330
    """
    demand(rate > 0)
    life = math.ceil(1 / rate)
    demand(1 / rate >= 3, not 4 < 1 / rate < 5)
    coefficient = 1.5 if life <= 4 else 2.0 if life <= 6 else 2.5
    amount, years = _french(here, cost, purchased, first_period, salvage, period, rate, basis, coefficient)
    at = math.trunc(period)
    if cost == salvage or at > life or 0 < period < 1:
        return 0.0
    spend(_PERIOD * at)
    amount = _rounded(amount)
    book, declining = cost - amount, rate * coefficient
    for number in range(2, at + 2):
        # the last year but one takes half of the rest, the last one all of it
        late = years - number == 2
        amount = 0.0 if book < salvage else book * (0.5 if late else declining)
        declining = 1.0 if late else declining
        book -= amount
    return _rounded(amount)


def _rounded(value: float) -> float:
    """The nearest whole number, a half upwards; 22.49999999999999 is a half, for Excel looks at thirteen digits."""
    return float(math.floor(float(f"{value:.13g}") + 0.5))


def _french(
    here: Here,
    cost: float,
    purchased: float,
    first_period: float,
    salvage: float,
    period: float,
    rate: float,
    basis: float,
    coefficient: float,
) -> tuple[float, int]:
    """The depreciation of the first period, in proportion to its days, and the number of years of depreciation."""
    begin, end, count = day_of(here, purchased), day_of(here, first_period), basis_of(basis)
    demand(begin <= end, count != 2, 0 <= salvage <= cost, period >= 0, rate > 0)
    year = date_of_serial(begin)[0]
    length = (366 if is_leap(year) else 365) if count == 1 else 365 if count == 3 else 360
    share = days_between(_before_leap_day(begin, count), _before_leap_day(end, count), count) / length
    years = math.ceil(1 / rate) + (share != 0)
    first = (share or 1.0) * rate * coefficient * cost
    return min(first, cost - salvage), years


def _before_leap_day(day: int, basis: int) -> int:
    """The 28th for a 29 February where days are counted as they are."""
    return day - 1 if basis in (1, 3) and date_of_serial(day)[1:] == (2, 29) else day
