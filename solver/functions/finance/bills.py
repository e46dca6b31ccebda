"""Securities without coupons: discounts, simple interest to maturity, treasury bills, and prices in fractions."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from solver.functions.dual import power
from solver.functions.finance.coupons import basis_of, days_between, days_in_year, days_of, moved
from solver.functions.refusal import demand
from solver.functions.registry import Calculus, function
from solver.values import ErrorValue

if TYPE_CHECKING:
    from solver.functions.here import Here
    from solver.functions.registry import Smooth, Strict


def years_between(here: Here, settlement: float, maturity: float, basis: float) -> float:
    """The years between two dates in order, by a basis."""
    first, last = days_of(here, settlement, maturity)
    count = basis_of(basis)
    return days_between(first, last, count) / days_in_year(first, last, count)


@function("DISC")
def disc(here: Here, settlement: Strict, maturity: Strict, pr: Smooth, redemption: Smooth, basis: Strict = 0) -> float:
    """The discount rate of a security.

    =DISC(39107, 39248, 97.975, 100, 1) -> 0.05242021276595744
    =DISC(39107, 39248, 0, 100, 1) -> #NUM!
    """
    years = years_between(here, settlement, maturity, basis)
    demand(pr > 0, redemption > 0)
    return (redemption - pr) / redemption / years


def _simple_yield(
    here: Here, settlement: float, maturity: float, paid: float, redemption: float, basis: float
) -> float:
    """What is earned in a year as a share of what was paid, without interest on interest."""
    years = years_between(here, settlement, maturity, basis)
    demand(paid > 0, redemption > 0)
    return (redemption - paid) / paid / years


@function("INTRATE")
def intrate(
    here: Here, settlement: Strict, maturity: Strict, investment: Smooth, redemption: Smooth, basis: Strict = 0
) -> float:
    """The rate of interest of a fully invested security.

    =INTRATE(39493, 39583, 1000000, 1014420, 2) -> 0.05768
    """
    return _simple_yield(here, settlement, maturity, investment, redemption, basis)


@function("RECEIVED")
def received(
    here: Here, settlement: Strict, maturity: Strict, investment: Smooth, discount: Smooth, basis: Strict = 0
) -> float:
    """The amount received at maturity for a fully invested security.

    =RECEIVED(39493, 39583, 1000000, 0.0575, 2) -> 1014584.654407102
    """
    years = years_between(here, settlement, maturity, basis)
    demand(investment > 0, discount > 0, discount * years < 1)
    return investment / (1 - discount * years)


@function("PRICEDISC")
def pricedisc(
    here: Here, settlement: Strict, maturity: Strict, discount: Smooth, redemption: Smooth, basis: Strict = 0
) -> float:
    """The price of a discounted security per 100 of face value.

    =PRICEDISC(39494, 39508, 0.0525, 100, 2) -> 99.79583333333333
    """
    years = years_between(here, settlement, maturity, basis)
    demand(discount > 0, redemption > 0)
    return redemption - discount * redemption * years


@function("YIELDDISC")
def yielddisc(
    here: Here, settlement: Strict, maturity: Strict, pr: Smooth, redemption: Smooth, basis: Strict = 0
) -> float:
    """The yield of a discounted security.

    =YIELDDISC(39494, 39508, 99.795, 100, 2) -> 0.05282257198685834
    """
    return _simple_yield(here, settlement, maturity, pr, redemption, basis)


def _spans(here: Here, issue: float, settlement: float, maturity: float, basis: float) -> tuple[float, float]:
    """The years from the issue to the settlement and to the maturity."""
    begin, first, last = days_of(here, issue, settlement, maturity)
    count = basis_of(basis)
    length = days_in_year(begin, first, count)
    return days_between(begin, first, count) / length, days_between(begin, last, count) / length


@function("PRICEMAT")
def pricemat(
    here: Here,
    settlement: Strict,
    maturity: Strict,
    issue: Strict,
    rate: Smooth,
    yld: Smooth,
    basis: Strict = 0,
) -> float:
    """The price per 100 of face value of a security that pays its interest at maturity.

    =PRICEMAT(39493, 39551, 39397, 0.061, 0.061, 0) -> 99.98449887555694
    """
    gone, whole = _spans(here, issue, settlement, maturity, basis)
    demand(rate >= 0, yld >= 0)
    return (100 + whole * rate * 100) / (1 + (whole - gone) * yld) - gone * rate * 100


@function("YIELDMAT")
def yieldmat(
    here: Here,
    settlement: Strict,
    maturity: Strict,
    issue: Strict,
    rate: Smooth,
    pr: Smooth,
    basis: Strict = 0,
) -> float:
    """The yield of a security that pays its interest at maturity.

    =YIELDMAT(39522, 39755, 39394, 0.0625, 100.0123, 0) -> 0.060954333691538576
    """
    gone, whole = _spans(here, issue, settlement, maturity, basis)
    demand(rate >= 0, pr > 0)
    paid = pr / 100 + gone * rate
    return (whole * rate + 1 - paid) / paid / (whole - gone)


def _bill_days(here: Here, settlement: float, maturity: float) -> int:
    """The days of a treasury bill, which runs for a year at most."""
    first, last = days_of(here, settlement, maturity)
    demand(last <= moved(first, 12, False))
    return last - first


@function("TBILLPRICE")
def tbillprice(here: Here, settlement: Strict, maturity: Strict, discount: Smooth) -> float:
    """The price of a treasury bill per 100 of face value.

    =TBILLPRICE(39538, 39600, 0.09) -> 98.45
    =TBILLPRICE(39538, 39600, 0) -> #NUM!
    =TBILLPRICE(39538, 39539, 360) -> 0
    =TBILLPRICE(39538, 39539, 361) -> #NUM!
    """
    days = _bill_days(here, settlement, maturity)
    demand(discount > 0, discount * days <= 360)
    return 100 * (1 - discount * days / 360)


@function("TBILLYIELD")
def tbillyield(here: Here, settlement: Strict, maturity: Strict, pr: Smooth) -> float:
    """The yield of a treasury bill.

    =TBILLYIELD(39538, 39600, 98.45) -> 0.09141696292534264
    """
    days = _bill_days(here, settlement, maturity)
    demand(pr > 0)
    return (100 - pr) / pr * 360 / days


@function("TBILLEQ")
def tbilleq(here: Here, settlement: Strict, maturity: Strict, discount: Smooth) -> float:
    """The bond-equivalent yield of a treasury bill, with a payment of interest at half time if it runs longer.

    =TBILLEQ(39538, 39600, 0.0914) -> 0.09415149356594302
    =TBILLEQ(39538, 39800, 0.0914) -> 0.09782118921692845
    """
    days = _bill_days(here, settlement, maturity)
    demand(discount > 0, discount * days < 360)
    if days <= 182:
        return 365 * discount / (360 - discount * days)
    years = days / (366 if days == 366 else 365)
    price = 1 - discount * days / 360
    root = power(years * years - (2 * years - 1) * (1 - 1 / price), 0.5)
    return 2 * (root - years) / (2 * years - 1)


def _denominator(fraction: float) -> tuple[int, float]:
    """The whole denominator of a price in fractions, and the power of ten that its digits take."""
    demand(fraction >= 0)
    demand(fraction >= 1, otherwise=ErrorValue.DIV0)
    return math.trunc(fraction), 10.0 ** math.ceil(math.log10(math.trunc(fraction)))


@function("DOLLARDE", calculus=Calculus.STEP)
def dollarde(price: Strict, fraction: Strict) -> float:
    """A price in decimals, of one whose digits after the point are a numerator.

    =DOLLARDE(1.02, 16) -> 1.125
    =DOLLARDE(-1.1, 32) -> -1.3125
    =DOLLARDE(1.02, 0.5) -> #DIV/0!
    """
    whole, scale = _denominator(fraction)
    rest, units = math.modf(price)
    return units + rest * scale / whole


@function("DOLLARFR", calculus=Calculus.STEP)
def dollarfr(price: Strict, fraction: Strict) -> float:
    """A price whose digits after the point are a numerator, of one in decimals.

    =DOLLARFR(1.125, 16) -> 1.02
    =DOLLARFR(1.125, -1) -> #NUM!
    """
    whole, scale = _denominator(fraction)
    rest, units = math.modf(price)
    return units + rest * whole / scale
