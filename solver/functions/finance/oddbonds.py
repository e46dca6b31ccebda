"""Bonds whose first or last coupon period is shorter or longer than the others.

A long odd period is divided into normal ones, counted back from the first coupon or on from the last; each contributes
its share of a coupon.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from solver.functions.dual import power, total
from solver.functions.finance.bonds import yield_at
from solver.functions.finance.coupons import (
    basis_of,
    coupons_of,
    days_30us_both,
    days_between,
    days_of,
    frequency_of,
    moved,
)
from solver.functions.refusal import demand
from solver.functions.registry import function

if TYPE_CHECKING:
    from solver.functions.here import Here
    from solver.functions.registry import Smooth, Strict


def _days(first: int, last: int, basis: int) -> float:
    return max(days_between(first, last, basis), 0.0)


class _OddFirst(NamedTuple):
    """A bond with an odd first period: its dates, coupons a year and basis."""

    settlement: int
    maturity: int
    issue: int
    first: int
    frequency: int
    basis: int

    def price(self, rate: float, yld: float, redemption: float) -> float:
        """The price at a yield."""
        normal = coupons_of(self.settlement, self.first, self.frequency, self.basis).length
        if _days(self.issue, self.first, self.basis) < normal:
            return self._short(normal, rate, yld, redemption)
        return self._long(normal, rate, yld, redemption)

    def _short(self, normal: float, rate: float, yld: float, redemption: float) -> float:
        coupon = 100 * rate / self.frequency
        factor = 1 / (1 + yld / self.frequency)
        count = coupons_of(self.settlement, self.maturity, self.frequency, self.basis).count
        wait = _days(self.settlement, self.first, self.basis) / normal
        odd = coupon * _days(self.issue, self.first, self.basis) / normal
        accrued = coupon * _days(self.issue, self.settlement, self.basis) / normal
        later = total(coupon * power(factor, k + wait) for k in range(1, count))
        return redemption * power(factor, count - 1 + wait) + odd * power(factor, wait) + later - accrued

    def _long(self, normal: float, rate: float, yld: float, redemption: float) -> float:
        coupon = 100 * rate / self.frequency
        factor = 1 / (1 + yld / self.frequency)
        due, gone = self._odd_shares(normal)
        now = coupons_of(self.settlement, self.first, self.frequency, self.basis)
        if self.basis in (2, 3):
            left = _days(self.settlement, now.after, self.basis)
        else:
            left = normal - days_between(now.before, self.settlement, self.basis)
        wait = left / normal + (now.count - 1)
        count = coupons_of(self.first, self.maturity, self.frequency, self.basis).count
        later = total(coupon * power(factor, k + wait) for k in range(1, count + 1))
        odd = coupon * due * power(factor, wait)
        return redemption * power(factor, wait + count) + odd + later - coupon * gone

    def _odd_shares(self, normal: float) -> tuple[float, float]:
        """How many normal periods the first one is worth, and how many of them are gone at the settlement."""
        due = gone = 0.0
        count = coupons_of(self.issue, self.first, self.frequency, self.basis).count
        late = self.first
        for number in range(count, 0, -1):
            early = moved(late, -12 // self.frequency, False)
            length = _days(early, late, 1) if self.basis == 1 else normal
            due += (length if number > 1 else _days(self.issue, late, self.basis)) / length
            gone += _days(max(self.issue, early), min(self.settlement, late), self.basis) / length
            late = early
        return due, gone


def _odd_first(
    here: Here, settlement: float, maturity: float, issue: float, first: float, frequency: float, basis: float
) -> _OddFirst:
    """The bond of a function's arguments, whose first coupon must lie in the rhythm of the others."""
    begin, settled, coupon, last = days_of(here, issue, settlement, first, maturity)
    times, count = frequency_of(frequency), basis_of(basis)
    demand(coupons_of(coupon, last, times, count).before == coupon)
    return _OddFirst(settled, last, begin, coupon, times, count)


@function("ODDFPRICE", steps=10_000)
def oddfprice(
    here: Here,
    settlement: Strict,
    maturity: Strict,
    issue: Strict,
    first_coupon: Strict,
    rate: Smooth,
    yld: Smooth,
    redemption: Smooth,
    frequency: Strict,
    basis: Strict = 0,
) -> float:
    """The price per 100 of face value of a bond with an odd first period.

    =ODDFPRICE(39763, 44256, 39736, 39873, 0.0785, 0.0625, 100, 2, 1) -> 113.59771747407883
    """
    bond = _odd_first(here, settlement, maturity, issue, first_coupon, frequency, basis)
    demand(rate >= 0, yld >= 0, redemption > 0)
    return bond.price(rate, yld, redemption)


@function("ODDFYIELD", steps=300_000)
def oddfyield(
    here: Here,
    settlement: Strict,
    maturity: Strict,
    issue: Strict,
    first_coupon: Strict,
    rate: Smooth,
    pr: Smooth,
    redemption: Smooth,
    frequency: Strict,
    basis: Strict = 0,
) -> float:
    """The yield of a bond with an odd first period.

    =ODDFYIELD(39763, 44256, 39736, 39873, 0.0785, 113.59771747407883, 100, 2, 1) -> 0.0625
    =ODDFYIELD(39763, 44256, 39736, 39873, 0.0785, 0, 100, 2, 1) -> #NUM!
    """
    bond = _odd_first(here, settlement, maturity, issue, first_coupon, frequency, basis)
    demand(rate >= 0, pr > 0, redemption > 0)
    return yield_at(lambda y: bond.price(rate, y, redemption), pr, bond.frequency)


class _OddLast(NamedTuple):
    """The last period of a bond in normal periods: what it is worth, what of it is gone and what is left."""

    due: float
    gone: float
    left: float
    frequency: int


def _odd_last(
    here: Here, settlement: float, maturity: float, last_interest: float, frequency: float, basis: float
) -> _OddLast:
    early, settled, last = days_of(here, last_interest, settlement, maturity)
    times, count = frequency_of(frequency), basis_of(basis)
    due = gone = left = 0.0
    periods = coupons_of(early, last, times, count).count
    for number in range(1, periods + 1):
        late = moved(early, 12 // times, False)
        length = _between_coupons(early, late, count)
        whole = length if number < periods else _between_coupons(early, last, count)
        due += whole / length
        if late < settled:
            gone += whole / length
        elif early < settled:
            gone += _days(early, settled, count) / length
        left += _days(max(settled, early), min(last, late), count) / length
        early = late
    return _OddLast(due, gone, left, times)


def _between_coupons(first: int, last: int, basis: int) -> float:
    return max(days_30us_both(first, last), 0) if basis == 0 else _days(first, last, basis)


@function("ODDLPRICE", steps=4_000)
def oddlprice(
    here: Here,
    settlement: Strict,
    maturity: Strict,
    last_interest: Strict,
    rate: Smooth,
    yld: Smooth,
    redemption: Smooth,
    frequency: Strict,
    basis: Strict = 0,
) -> float:
    """The price per 100 of face value of a bond with an odd last period.

    =ODDLPRICE(39485, 39614, 39370, 0.0375, 0.0405, 100, 2, 0) -> 99.87828601472134
    """
    period = _odd_last(here, settlement, maturity, last_interest, frequency, basis)
    demand(rate >= 0, yld >= 0, redemption > 0)
    coupon = 100 * rate / period.frequency
    return (period.due * coupon + redemption) / (1 + period.left * yld / period.frequency) - period.gone * coupon


@function("ODDLYIELD", steps=4_000)
def oddlyield(
    here: Here,
    settlement: Strict,
    maturity: Strict,
    last_interest: Strict,
    rate: Smooth,
    pr: Smooth,
    redemption: Smooth,
    frequency: Strict,
    basis: Strict = 0,
) -> float:
    """The yield of a bond with an odd last period.

    =ODDLYIELD(39558, 39614, 39440, 0.0375, 99.875, 100, 2, 0) -> 0.04519223562916829
    """
    period = _odd_last(here, settlement, maturity, last_interest, frequency, basis)
    demand(rate >= 0, pr > 0, redemption > 0)
    coupon = 100 * rate / period.frequency
    paid = period.gone * coupon + pr
    return (period.due * coupon + redemption - paid) / paid * period.frequency / period.left
