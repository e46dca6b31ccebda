"""Depreciation: how the value of an asset is spread over the periods of its life."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from solver.algebra import add, div, equal, mul, sub
from solver.functions.daycount import year_fraction
from solver.functions.distributions import above, below, not_above, refused
from solver.functions.operand import guard
from solver.functions.registry import Calculus, function
from solver.functions.serials import is_serial
from solver.values import ErrorValue

if TYPE_CHECKING:
    from solver.functions.here import Here
    from solver.functions.registry import Number, Strict


@function("SLN")
def sln(cost: Number, salvage: Number, life: Number) -> Number:
    """The depreciation of one period where all are equal.

    =SLN(30000, 7500, 10) -> 2250
    =SLN(30000, 7500, 0) -> #DIV/0!
    """
    return guard(div(sub(cost, salvage), life), equal(life, 0.0), ErrorValue.DIV0)


@function("SYD")
def syd(cost: Number, salvage: Number, life: Number, per: Number) -> Number:
    """The depreciation of a period where they fall by equal steps.

    =SYD(30000, 7500, 10, 1) -> 4090.909090909091
    =SYD(30000, 7500, 10, 11) -> #NUM!
    """
    share = div(add(sub(life, per), 1.0), mul(life, add(life, 1.0)))
    value = mul(mul(sub(cost, salvage), share), 2.0)
    return refused(value, not_above(life, 0.0), below(per, 1.0), above(per, life), below(salvage, 0.0))


@function("DB", calculus=Calculus.STEP)
def db(cost: float, salvage: float, life: float, period: float, month: float = 12) -> float | ErrorValue:
    """The depreciation of a period at a fixed rate, rounded to three digits; the first year may have fewer months.

    =DB(1000000, 100000, 6, 1, 7) -> 186083.33333333334
    =DB(1000000, 100000, 6, 7, 7) -> 15845.098473848071
    =DB(1000000, 100000, 6, 8, 7) -> #NUM!
    """
    months, at = math.trunc(month), math.trunc(period)
    if cost < 0 or salvage < 0 or life <= 0 or period < 1 or not 1 <= months <= 12:
        return ErrorValue.NUM
    if at > math.trunc(life) + (months < 12):
        return ErrorValue.NUM
    if cost == 0:
        return 0.0
    rate = math.floor((1 - math.pow(salvage / cost, 1 / life)) * 1000 + 0.5) / 1000
    written_off = cost * rate * months / 12
    if at == 1:
        return written_off
    for _ in range(2, at):
        written_off += (cost - written_off) * rate
    last = at > math.trunc(life)
    return (cost - written_off) * rate * ((12 - months) / 12 if last else 1)


@function("DDB", calculus=Calculus.STEP)
def ddb(cost: float, salvage: float, life: float, period: float, factor: float = 2) -> float | ErrorValue:
    """The depreciation of a period at a declining rate, never below the salvage value.

    =DDB(2400, 300, 10, 2, 1.5) -> 306
    =DDB(2400, 300, 10*365, 1) -> 1.3150684931506849
    =DDB(2400, 300, 10, 10) -> 22.1225472
    =DDB(2400, 300, 10, 11) -> #NUM!
    """
    if cost < 0 or salvage < 0 or life <= 0 or period < 1 or period > life or factor <= 0:
        return ErrorValue.NUM
    return _declining(cost, salvage, life, period, factor)


def _declining(cost: float, salvage: float, life: float, period: float, factor: float) -> float:
    rate = factor / life
    if rate >= 1:
        before = cost if period == 1 else 0.0
        after = 0.0
    else:
        before = cost * math.pow(1 - rate, period - 1)
        after = cost * math.pow(1 - rate, period)
    return max(before - max(after, salvage), 0.0)


@function("VDB", calculus=Calculus.STEP)
def vdb(
    cost: float,
    salvage: float,
    life: float,
    start: float,
    end: float,
    factor: float = 2,
    no_switch: bool = False,
) -> float | ErrorValue:
    """The depreciation between two times at a declining rate, which turns level when that gives more.

    =VDB(2400, 300, 10*365, 0, 1) -> 1.3150684931506849
    =VDB(2400, 300, 10, 0, 0.875, 1.5) -> 315
    =VDB(2400, 300, 10, 6, 18) -> #NUM!
    =VDB(2400, 300, 10*12, 6, 18) -> 396.3060532647513
    """
    if cost < 0 or salvage < 0 or life < 0 or start < 0 or end < start or end > life or factor < 0:
        return ErrorValue.NUM
    if life == 0:
        return ErrorValue.DIV0
    if no_switch:
        return _declined(cost, salvage, life, start, end, factor)
    first = math.floor(start)
    # what a broken first period has already taken is part of the whole schedule
    left = cost - _switching(cost, salvage, life, life, float(first), factor)
    return _switching(left, salvage, life, life - first, end - first, factor) - _switching(
        left, salvage, life, life - first, start - first, factor
    )


def _declined(cost: float, salvage: float, life: float, start: float, end: float, factor: float) -> float:
    """The declining depreciation between two times without a switch."""
    total = 0.0
    for period in range(math.floor(start) + 1, math.ceil(end) + 1):
        share = min(end, period) - max(start, period - 1)
        total += _declining(cost, salvage, life, period, factor) * share
    return total


def _switching(cost: float, salvage: float, life: float, left: float, periods: float, factor: float) -> float:
    """The depreciation of the first `periods` when `left` periods of life are left, broken periods in proportion."""
    total, level, switched = 0.0, 0.0, False
    remaining = cost - salvage
    whole = math.ceil(periods)
    for period in range(1, whole + 1):
        amount = level
        if not switched:
            declining = _declining(cost, salvage, life, period, factor)
            straight = remaining / (left - (period - 1))
            if straight > declining:
                amount = level = straight
                switched = True
            else:
                amount = declining
                remaining -= declining
        total += amount * (periods + 1 - whole) if period == whole else amount
    return total


@function("AMORLINC", calculus=Calculus.STEP)
def amorlinc(
    here: Here,
    cost: Strict,
    purchased: Strict,
    first_period: Strict,
    salvage: Strict,
    period: Strict,
    rate: Strict,
    basis: Strict = 0,
) -> float | ErrorValue:
    """The depreciation of a period in the French system, level and in proportion in the first one.

    =AMORLINC(2400, 39679, 39813, 300, 1, 0.15, 1) -> 360
    =AMORLINC(2400, 39679, 39813, 300, 0, 0.15, 1) -> 131.80327868852459
    """
    first = _first_share(here, cost, purchased, first_period, salvage, period, rate, basis)
    if isinstance(first, ErrorValue):
        return first
    level = cost * rate
    opening = first * rate * cost
    at = math.trunc(period)
    if at == 0:
        return opening
    full = math.floor((cost - salvage - opening) / level)
    if at <= full:
        return level
    return cost - salvage - level * full - opening if at == full + 1 else 0.0


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
) -> float | ErrorValue:
    """The depreciation of a period in the French system, declining by a coefficient that depends on the life.

    =AMORDEGRC(2400, 39679, 39813, 300, 1, 0.15, 1) -> 776
    =AMORDEGRC(2400, 39679, 39813, 300, 0, 0.15, 1) -> 330
    """
    first = _first_share(here, cost, purchased, first_period, salvage, period, rate, basis)
    if isinstance(first, ErrorValue):
        return first
    life = 1 / rate
    if life < 3 or 4 < life < 5:
        return ErrorValue.NUM
    declining = rate * (1.5 if life <= 4 else 2.0 if life <= 6 else 2.5)
    amount = _rounded(first * declining * cost)
    value = cost - amount
    left = value - salvage
    for step in range(math.trunc(period)):
        amount = _rounded(declining * value)
        left -= amount
        if left < 0:
            return _rounded(value * 0.5) if math.trunc(period) - step in (1, 2) else 0.0
        value -= amount
    return amount


def _rounded(value: float) -> float:
    return float(math.floor(value + 0.5))


def _first_share(
    here: Here,
    cost: float,
    purchased: float,
    first_period: float,
    salvage: float,
    period: float,
    rate: float,
    basis: float,
) -> float | ErrorValue:
    """The part of a year in the first period, or the error that the arguments make."""
    if cost < 0 or salvage < 0 or salvage > cost or period < 0 or rate <= 0 or math.trunc(basis) == 2:
        return ErrorValue.NUM
    if not (is_serial(purchased, here.date1904) and is_serial(first_period, here.date1904)):
        return ErrorValue.NUM
    if math.floor(purchased) > math.floor(first_period):
        return ErrorValue.NUM
    return year_fraction(math.floor(purchased), math.floor(first_period), math.trunc(basis), here.date1904)
