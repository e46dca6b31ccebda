"""Securities without coupons: discounts, simple interest to maturity, treasury bills, and prices in fractions."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from solver.functions.dates.serials import date_of_serial, days_in_month, serial_of_date
from solver.functions.dual import power
from solver.functions.finance.coupons import day_of, days_between, days_in_year
from solver.functions.registry import Calculus, function
from solver.values import ErrorValue

if TYPE_CHECKING:
    from solver.functions.here import Here
    from solver.functions.registry import Smooth, Strict


def _years(here: Here, settlement: float, maturity: float, basis: float) -> float | ErrorValue:
    """The years between two dates in order, by a basis."""
    first, last, count = day_of(here, settlement), day_of(here, maturity), math.trunc(basis)
    if first is None or last is None or first >= last or count not in (0, 1, 2, 3, 4):
        return ErrorValue.NUM
    return days_between(first, last, count) / days_in_year(first, last, count)


@function("DISC")
def disc(
    here: Here, settlement: Strict, maturity: Strict, pr: Smooth, redemption: Smooth, basis: Strict = 0
) -> float | ErrorValue:
    """The discount rate of a security.

    =DISC(39107, 39248, 97.975, 100, 1) -> 0.05242021276595744
    =DISC(39107, 39248, 0, 100, 1) -> #NUM!
    """
    years = _years(here, settlement, maturity, basis)
    if isinstance(years, ErrorValue) or pr <= 0 or redemption <= 0:
        return ErrorValue.NUM
    return (redemption - pr) / redemption / years


@function("INTRATE")
def intrate(
    here: Here, settlement: Strict, maturity: Strict, investment: Smooth, redemption: Smooth, basis: Strict = 0
) -> float | ErrorValue:
    """The rate of interest of a fully invested security.

    =INTRATE(39493, 39583, 1000000, 1014420, 2) -> 0.05768
    """
    years = _years(here, settlement, maturity, basis)
    if isinstance(years, ErrorValue) or investment <= 0 or redemption <= 0:
        return ErrorValue.NUM
    return (redemption - investment) / investment / years


@function("RECEIVED")
def received(
    here: Here, settlement: Strict, maturity: Strict, investment: Smooth, discount: Smooth, basis: Strict = 0
) -> float | ErrorValue:
    """The amount received at maturity for a fully invested security.

    =RECEIVED(39493, 39583, 1000000, 0.0575, 2) -> 1014584.654407102
    """
    years = _years(here, settlement, maturity, basis)
    if isinstance(years, ErrorValue) or investment <= 0 or discount <= 0 or discount * years >= 1:
        return ErrorValue.NUM
    return investment / (1 - discount * years)


@function("PRICEDISC")
def pricedisc(
    here: Here, settlement: Strict, maturity: Strict, discount: Smooth, redemption: Smooth, basis: Strict = 0
) -> float | ErrorValue:
    """The price of a discounted security per 100 of face value.

    =PRICEDISC(39494, 39508, 0.0525, 100, 2) -> 99.79583333333333
    """
    years = _years(here, settlement, maturity, basis)
    if isinstance(years, ErrorValue) or discount <= 0 or redemption <= 0:
        return ErrorValue.NUM
    return redemption - discount * redemption * years


@function("YIELDDISC")
def yielddisc(
    here: Here, settlement: Strict, maturity: Strict, pr: Smooth, redemption: Smooth, basis: Strict = 0
) -> float | ErrorValue:
    """The yield of a discounted security.

    =YIELDDISC(39494, 39508, 99.795, 100, 2) -> 0.05282257198685834
    """
    years = _years(here, settlement, maturity, basis)
    if isinstance(years, ErrorValue) or pr <= 0 or redemption <= 0:
        return ErrorValue.NUM
    return (redemption - pr) / pr / years


def _spans(here: Here, settlement: float, maturity: float, issue: float, basis: float) -> tuple[float, float] | None:
    """The years from the issue to the settlement and to the maturity, None if the dates are out of order."""
    begin, first, last = (day_of(here, value) for value in (issue, settlement, maturity))
    count = math.trunc(basis)
    if begin is None or first is None or last is None or count not in (0, 1, 2, 3, 4):
        return None
    if first >= last or begin >= first:
        return None
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
) -> float | ErrorValue:
    """The price per 100 of face value of a security that pays its interest at maturity.

    =PRICEMAT(39493, 39551, 39397, 0.061, 0.061, 0) -> 99.98449887555694
    """
    spans = _spans(here, settlement, maturity, issue, basis)
    if spans is None or rate < 0 or yld < 0:
        return ErrorValue.NUM
    gone, whole = spans
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
) -> float | ErrorValue:
    """The yield of a security that pays its interest at maturity.

    =YIELDMAT(39522, 39755, 39394, 0.0625, 100.0123, 0) -> 0.060954333691538576
    """
    spans = _spans(here, settlement, maturity, issue, basis)
    if spans is None or rate < 0 or pr <= 0:
        return ErrorValue.NUM
    gone, whole = spans
    paid = pr / 100 + gone * rate
    return (whole * rate + 1 - paid) / paid / (whole - gone)


def _bill_days(here: Here, settlement: float, maturity: float) -> int | None:
    """The days of a treasury bill, None if it runs longer than a year."""
    first, last = day_of(here, settlement), day_of(here, maturity)
    if first is None or last is None or first >= last:
        return None
    year, month, day = date_of_serial(first)
    limit = serial_of_date(year + 1, month, min(day, days_in_month(year + 1, month)))
    return last - first if last <= limit else None


@function("TBILLPRICE")
def tbillprice(here: Here, settlement: Strict, maturity: Strict, discount: Smooth) -> float | ErrorValue:
    """The price of a treasury bill per 100 of face value.

    =TBILLPRICE(39538, 39600, 0.09) -> 98.45
    =TBILLPRICE(39538, 39600, 0) -> #NUM!
    """
    days = _bill_days(here, settlement, maturity)
    if days is None or discount <= 0 or discount * days >= 360:
        return ErrorValue.NUM
    return 100 * (1 - discount * days / 360)


@function("TBILLYIELD")
def tbillyield(here: Here, settlement: Strict, maturity: Strict, pr: Smooth) -> float | ErrorValue:
    """The yield of a treasury bill.

    =TBILLYIELD(39538, 39600, 98.45) -> 0.09141696292534264
    """
    days = _bill_days(here, settlement, maturity)
    if days is None or pr <= 0:
        return ErrorValue.NUM
    return (100 - pr) / pr * 360 / days


@function("TBILLEQ")
def tbilleq(here: Here, settlement: Strict, maturity: Strict, discount: Smooth) -> float | ErrorValue:
    """The bond-equivalent yield of a treasury bill, with a payment of interest at half time if it runs longer.

    =TBILLEQ(39538, 39600, 0.0914) -> 0.09415149356594302
    =TBILLEQ(39538, 39800, 0.0914) -> 0.09782118921692845
    """
    days = _bill_days(here, settlement, maturity)
    if days is None or discount <= 0 or discount * days >= 360:
        return ErrorValue.NUM
    if days <= 182:
        return 365 * discount / (360 - discount * days)
    years = days / (366 if days == 366 else 365)
    price = 1 - discount * days / 360
    root = power(years * years - (2 * years - 1) * (1 - 1 / price), 0.5)
    return 2 * (root - years) / (2 * years - 1)


def _denominator(fraction: float) -> tuple[int, float] | ErrorValue:
    """The whole denominator of a price in fractions, and the power of ten that its digits take."""
    if fraction < 0:
        return ErrorValue.NUM
    whole = math.trunc(fraction)
    if whole == 0:
        return ErrorValue.DIV0
    return whole, 10.0 ** math.ceil(math.log10(whole))


@function("DOLLARDE", calculus=Calculus.STEP)
def dollarde(price: Strict, fraction: Strict) -> float | ErrorValue:
    """A price in decimals, of one whose digits after the point are a numerator.

    =DOLLARDE(1.02, 16) -> 1.125
    =DOLLARDE(-1.1, 32) -> -1.3125
    =DOLLARDE(1.02, 0.5) -> #DIV/0!
    """
    found = _denominator(fraction)
    if isinstance(found, ErrorValue):
        return found
    whole, scale = found
    rest, units = math.modf(price)
    return units + rest * scale / whole


@function("DOLLARFR", calculus=Calculus.STEP)
def dollarfr(price: Strict, fraction: Strict) -> float | ErrorValue:
    """A price whose digits after the point are a numerator, of one in decimals.

    =DOLLARFR(1.125, 16) -> 1.02
    =DOLLARFR(1.125, -1) -> #NUM!
    """
    found = _denominator(fraction)
    if isinstance(found, ErrorValue):
        return found
    whole, scale = found
    rest, units = math.modf(price)
    return units + rest * whole / scale
