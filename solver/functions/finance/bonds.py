"""Bonds that pay coupons: price, yield, duration and accrued interest.

The price at a yield y, with m coupons a year, N of them to come, the share w of the current period still to run and
1 - w of it gone, is

    redemption / (1 + y/m)^(N - 1 + w) + sum_{k=1..N} (100 rate/m) / (1 + y/m)^(k - 1 + w) - (1 - w) 100 rate/m,

except that the last period earns simple interest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from solver.functions.dual import Dual, power, slope_of, total
from solver.functions.finance.bills import years_between
from solver.functions.finance.coupons import (
    basis_of,
    coupons,
    coupons_of,
    day_of,
    days_30us_both,
    days_between,
    days_of,
    ends_month,
    frequency_of,
    moved,
)
from solver.functions.refusal import demand
from solver.functions.registry import function

if TYPE_CHECKING:
    from collections.abc import Callable

    from solver.functions.finance.coupons import Coupons
    from solver.functions.here import Here
    from solver.functions.registry import Smooth, Strict


def _price(bond: Coupons, rate: float, yld: float, redemption: float) -> float:
    coupon = 100 * rate / bond.frequency
    left = bond.share_left
    accrued = coupon * bond.gone / bond.length
    if bond.count == 1:
        return (redemption + coupon) / (1 + left * yld / bond.frequency) - accrued
    factor = 1 / (1 + yld / bond.frequency)
    values = total(coupon * power(factor, k + left) for k in range(bond.count))
    return redemption * power(factor, bond.count - 1 + left) + values - accrued


def yield_at(price: Callable[[float], float], wanted: float, frequency: int) -> float:
    """The yield at which a price, which falls with it, is the wanted one (#NUM! if there is none)."""
    from scipy.optimize import brentq

    low, high = 0.0, 1.0
    while price(high) > wanted:
        low, high = high, high * 4
        demand(high <= 1e12)
    reach = 0.5
    while price(low) < wanted:
        low, high = -frequency * (1 - reach), low
        reach /= 2
        demand(reach >= 1e-12)
    root = float(brentq(lambda y: price(y) - wanted, low, high, xtol=1e-15, rtol=1e-15))
    there = price(root)
    if not (isinstance(there, Dual) or isinstance(wanted, Dual)):
        return root
    by_yield = slope_of(price(Dual(root, 1.0))) - slope_of(there)
    return Dual(root, (slope_of(wanted) - slope_of(there)) / by_yield)


@function("PRICE", steps=6_000)
def price(
    here: Here,
    settlement: Strict,
    maturity: Strict,
    rate: Smooth,
    yld: Smooth,
    redemption: Smooth,
    frequency: Strict,
    basis: Strict = 0,
) -> float:
    """The price of a bond per 100 of face value.

    =PRICE(39493, 43054, 0.0575, 0.065, 100, 2, 0) -> 94.63436162132213
    =PRICE(39493, 43054, -1, 0.065, 100, 2, 0) -> #NUM!
    """
    bond = coupons(here, settlement, maturity, frequency, basis)
    demand(rate >= 0, yld >= 0, redemption > 0)
    return _price(bond, rate, yld, redemption)


@function("YIELD", steps=20_000)
def yield_(
    here: Here,
    settlement: Strict,
    maturity: Strict,
    rate: Smooth,
    pr: Smooth,
    redemption: Smooth,
    frequency: Strict,
    basis: Strict = 0,
) -> float:
    """The yield of a bond that is bought at a price.

    =YIELD(39493, 42689, 0.0575, 95.04287, 100, 2, 0) -> 0.0650000068807
    =YIELD(39493, 42689, 0.0575, 0, 100, 2, 0) -> #NUM!
    """
    bond = coupons(here, settlement, maturity, frequency, basis)
    demand(rate >= 0, pr > 0, redemption > 0)
    if bond.count == 1:
        earned = rate / bond.frequency
        paid = pr / 100 + bond.gone / bond.length * earned
        return (redemption / 100 + earned - paid) / paid * bond.frequency / bond.share_left
    return yield_at(lambda y: _price(bond, rate, y, redemption), pr, bond.frequency)


@function("DURATION", steps=20_000)
def duration(
    here: Here,
    settlement: Strict,
    maturity: Strict,
    coupon: Smooth,
    yld: Smooth,
    frequency: Strict,
    basis: Strict = 0,
) -> float:
    """Macaulay's duration of a bond of 100: the mean time of its payments in years, weighted by their present values.

    =DURATION(43282, 54058, 0.08, 0.09, 2, 1) -> 10.919145281591925
    """
    bond = coupons(here, settlement, maturity, frequency, basis)
    demand(coupon >= 0, yld >= 0)
    factor = 1 / (1 + yld / bond.frequency)
    times = [k + bond.share_left for k in range(bond.count)]
    values = [100 * coupon / bond.frequency * power(factor, t) for t in times]
    values[-1] += 100 * power(factor, times[-1])
    weighted = total(t * value for t, value in zip(times, values, strict=True))
    return weighted / total(values) / bond.frequency


@function("MDURATION", steps=10_000)
def mduration(
    here: Here,
    settlement: Strict,
    maturity: Strict,
    coupon: Smooth,
    yld: Smooth,
    frequency: Strict,
    basis: Strict = 0,
) -> float:
    """The modified duration of a bond of 100: how its price falls with the yield.

    =MDURATION(39448, 42370, 0.08, 0.09, 2, 1) -> 5.735669813918838
    """
    mean: float = duration(here, settlement, maturity, coupon, yld, frequency, basis)
    return mean / (1 + yld / frequency_of(frequency))


@function("ACCRINT", steps=2_000, filled={"par": 1000.0})
def accrint(
    here: Here,
    issue: Strict,
    first_interest: Strict,
    settlement: Strict,
    rate: Smooth,
    par: Smooth,
    frequency: Strict,
    basis: Strict = 0,
    from_issue: bool = True,
) -> float:
    """The interest that has accrued on a bond that pays it periodically.

    =ACCRINT(39508, 39691, 39569, 0.1, 1000, 2, 0) -> 16.666666666666668
    =ACCRINT(DATE(2008,3,5), 39691, 39569, 0.1, 1000, 2, 0, FALSE) -> 15.555555555555555
    =ACCRINT(39508, 39691, 39569, 0.1, , 2, 0) -> 16.666666666666668
    =ACCRINT(39569, 39691, 39508, 0.1, 1000, 2, 0) -> #NUM!
    """
    begin, last = days_of(here, issue, settlement)
    first, times, count = day_of(here, first_interest), frequency_of(frequency), basis_of(basis)
    demand(rate > 0, par > 0)
    return par * rate / times * _accrued_periods(begin, first, last, times, count, from_issue)


def _accrued_periods(begin: int, first: int, last: int, frequency: int, basis: int, from_issue: bool) -> float:
    """How many coupon periods of interest have accrued: the broken one of the settlement and those before it."""
    months = 12 // frequency
    to_end = ends_month(first)
    steps = -1
    if last > first and from_issue:
        steps = 0
        while moved(first, months * steps, to_end) < last:
            steps += 1
    start = moved(first, months * steps, to_end)
    length = coupons_of(start, first, frequency, basis).length if start < first else _period(start, months, basis)
    total = days_between(max(begin, start), last, basis) / length
    while start > begin:
        steps -= 1
        end, start = start, moved(first, months * steps, to_end)
        if begin <= start:
            total += 1.0 if from_issue else 0.0
        else:
            total += days_between(begin, end, basis) / _full_period(start, end, frequency, basis)
    return total


def _period(start: int, months: int, basis: int) -> float:
    """The days of the period that begins at a coupon date."""
    if basis == 1:
        return moved(start, months, ends_month(start)) - start
    return (365 if basis == 3 else 360) * months / 12


def _full_period(start: int, end: int, frequency: int, basis: int) -> float:
    if basis == 0:
        return days_30us_both(start, end)
    if basis == 3:
        return 365 / frequency
    return days_between(start, end, 0 if basis == 2 else basis)


@function("ACCRINTM", filled={"par": 1000.0})
def accrintm(here: Here, issue: Strict, settlement: Strict, rate: Smooth, par: Smooth, basis: Strict = 0) -> float:
    """The interest that has accrued on a bond that pays it at maturity.

    =ACCRINTM(39539, 39614, 0.1, 1000, 3) -> 20.547945205479454
    =ACCRINTM(39539, 39614, 0, 1000, 3) -> #NUM!
    """
    demand(rate > 0, par > 0)
    return par * rate * years_between(here, issue, settlement, basis)
