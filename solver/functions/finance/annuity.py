"""Annuities: level payments at a fixed rate of interest.

Present value, payment and future value are tied by one equation, in which money received counts positive,

    pv (1 + r)^n + pmt (1 + r type) ((1 + r)^n - 1) / r + fv = 0,

where type is 1 if payments are made at the beginning of each period. The sum of the geometric series is smooth through
r = 0; the rate itself is a root of the equation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from solver.algebra import add, ceil, div, equal, less, log, log1p, mul, neg, not_equal, power, sub, trunc, where
from solver.algebra.primitives.geometric import geometric_sum
from solver.functions.operand import ZERO, guard
from solver.functions.refusal import above, below, not_above, not_below, refused
from solver.functions.registry import function
from solver.values import ErrorValue

if TYPE_CHECKING:
    from solver.algebra import Node
    from solver.functions.registry import Firm, Number


def growth(rate: Node, periods: Node) -> Node:
    """(1 + r)^n."""
    return power(add(rate, 1.0), periods)


def _timely(rate: Node, when: Node) -> Node:
    """1 + r where payments are made at the beginning of a period, 1 at the end."""
    return add(1.0, mul(rate, not_equal(when, 0.0)))


def payments_at_end(rate: Node, periods: Node, when: Node) -> Node:
    """What payments of 1 have grown to after the last period."""
    return mul(_timely(rate, when), geometric_sum(rate, periods))


def future(rate: Node, periods: Node, payment: Node, present: Node, when: Node) -> Node:
    """The future value by the equation."""
    grown = mul(payment, payments_at_end(rate, periods, when))
    return neg(add(mul(present, growth(rate, periods)), grown))


def payment_of(rate: Node, periods: Node, present: Node, later: Node, when: Node) -> Node:
    """The payment by the equation."""
    due = add(mul(present, growth(rate, periods)), later)
    return neg(div(due, payments_at_end(rate, periods, when)))


@function("FV")
def fv(rate: Number, nper: Number, pmt: Number, pv: Number = ZERO, when: Number = ZERO) -> Number:
    """The future value of level payments and of a present value.

    =FV(0.06/12, 10, -200, -500, 1) -> 2581.4033740601362
    =FV(0, 10, -200) -> 2000
    """
    return future(rate, nper, pmt, pv, when)


@function("PV")
def pv(rate: Number, nper: Number, pmt: Number, fv: Number = ZERO, when: Number = ZERO) -> Number:
    """The present value of level payments and of a future value.

    =PV(0.08/12, 12*20, 500) -> -59777.14585118777
    =PV(0, 10, -200) -> 2000
    """
    grown = add(mul(pmt, payments_at_end(rate, nper, when)), fv)
    return neg(div(grown, growth(rate, nper)))


@function("PMT")
def pmt(rate: Number, nper: Number, pv: Number, fv: Number = ZERO, when: Number = ZERO) -> Number:
    """The level payment that turns a present value into a future value.

    =PMT(0.08/12, 10, 10000) -> -1037.0320893591606
    =PMT(0.08/12, 10, 10000, 0, 1) -> -1030.1643271779738
    =PMT(0, 10, 10000) -> -1000
    =PMT(0.1, 0, 10000) -> #NUM!
    """
    return payment_of(rate, nper, pv, fv, when)


def _interest(rate: Node, per: Node, payment: Node, present: Node, when: Node) -> Node:
    """The interest in one period: of the balance before it; nothing in a first period paid in advance."""
    early = not_equal(when, 0.0)
    at_end = future(rate, sub(per, 1.0), payment, present, ZERO)
    in_advance = sub(future(rate, sub(per, 2.0), payment, present, when), payment)
    return mul(rate, where(early, where(equal(per, 1.0), 0.0, in_advance), at_end))


@function("IPMT")
def ipmt(rate: Number, per: Number, nper: Number, pv: Number, fv: Number = ZERO, when: Number = ZERO) -> Number:
    """The interest in the payment of one period.

    =IPMT(0.1/12, 1, 36, 8000) -> -66.66666666666667
    =IPMT(0.1, 3, 3, 8000) -> -292.4471299093658
    =IPMT(0.1, 4, 3, 8000) -> #NUM!
    """
    value = _interest(rate, per, payment_of(rate, nper, pv, fv, when), pv, when)
    return refused(value, below(per, 1.0), not_below(per, add(nper, 1.0)))


@function("PPMT")
def ppmt(rate: Number, per: Number, nper: Number, pv: Number, fv: Number = ZERO, when: Number = ZERO) -> Number:
    """The repayment in the payment of one period.

    =PPMT(0.1/12, 1, 24, 2000) -> -75.62318600836678
    =PPMT(0.08, 10, 10, 200000) -> -27598.053462421354
    """
    payment = payment_of(rate, nper, pv, fv, when)
    value = sub(payment, _interest(rate, per, payment, pv, when))
    return refused(value, below(per, 1.0), not_below(per, add(nper, 1.0)))


@function("ISPMT")
def ispmt(rate: Number, per: Number, nper: Number, pv: Number) -> Number:
    """The interest in one period of a loan that is repaid in equal parts.

    =ISPMT(0.1/12, 1, 3*12, 8000000) -> -64814.81481481482
    =ISPMT(0.1, 1, 0, 8000) -> #DIV/0!
    """
    value = mul(mul(pv, rate), sub(div(per, nper), 1.0))
    return guard(value, equal(nper, 0.0), ErrorValue.DIV0)


@function("NPER")
def nper(rate: Number, pmt: Number, pv: Number, fv: Number = ZERO, when: Number = ZERO) -> Number:
    """The number of periods by the equation.

    =NPER(0.12/12, -100, -1000, 10000, 1) -> 59.67386567429457
    =NPER(0, -100, 1000) -> 10
    =NPER(0.1, 0, 1000) -> #NUM!
    """
    due = mul(pmt, _timely(rate, when))
    logarithm = log(div(sub(due, mul(fv, rate)), add(due, mul(pv, rate))))
    periods = div(logarithm, log1p(rate))
    # a rate that is alive passes zero at most for a moment: the jump of a test is not worth it
    return periods if rate.value is None else where(equal(rate, 0.0), neg(div(add(pv, fv), pmt)), periods)


def _balance(rate: Node, period: Node, payment: Node, present: Node, when: Node) -> Node:
    """What is still owed after a payment."""
    at_end = neg(future(rate, period, payment, present, ZERO))
    paid = mul(payment, geometric_sum(rate, period))
    in_advance = add(mul(present, growth(rate, sub(period, 1.0))), paid)
    return where(not_equal(when, 0.0), where(equal(period, 0.0), present, in_advance), at_end)


def _repaid(rate: Node, payment: Node, present: Node, start: Node, end: Node, when: Node) -> Node:
    """The repayments from one period to another."""
    before = _balance(rate, sub(start, 1.0), payment, present, when)
    return sub(_balance(rate, end, payment, present, when), before)


@function("CUMPRINC")
def cumprinc(rate: Firm, nper: Firm, pv: Firm, start: Firm, end: Firm, when: Firm) -> Number:
    """The repayments between two periods.

    =CUMPRINC(0.09/12, 30*12, 125000, 13, 24, 0) -> -934.1071234208765
    =CUMPRINC(0.09/12, 30*12, 125000, 1, 1, 0) -> -68.27827118097537
    =CUMPRINC(0.6, 10, 100, 2.5, 3.9, 0) -> -1.409805972549
    =CUMPRINC(0.09/12, 30*12, 125000, 2, 1, 0) -> #NUM!
    """
    value = _repaid(rate, payment_of(rate, nper, pv, ZERO, when), pv, ceil(start), trunc(end), when)
    return refused(value, *_wrong_span(rate, nper, pv, start, end, when))


@function("CUMIPMT")
def cumipmt(rate: Firm, nper: Firm, pv: Firm, start: Firm, end: Firm, when: Firm) -> Number:
    """The interest between two periods.

    =CUMIPMT(0.09/12, 30*12, 125000, 13, 24, 0) -> -11135.232130750845
    =CUMIPMT(0.09/12, 30*12, 125000, 1, 1, 0) -> -937.5
    =CUMIPMT(0.6, 10, 100, 2.5, 3.9, 1) -> -36.96306217842
    =CUMIPMT(0.09/12, 30*12, 125000, 1, 1, 2) -> #NUM!
    =CUMIPMT(0.09/12, 30*12, 125000, 13, 24, TRUE) -> #VALUE!
    """
    first, last = ceil(start), trunc(end)
    payment = payment_of(rate, nper, pv, ZERO, when)
    paid = mul(payment, add(sub(last, first), 1.0))
    value = sub(paid, _repaid(rate, payment, pv, first, last, when))
    return refused(value, *_wrong_span(rate, nper, pv, start, end, when))


def _wrong_span(rate: Node, periods: Node, present: Node, start: Node, end: Node, when: Node) -> tuple[Node, ...]:
    kind = trunc(when)
    return (
        not_above(rate, 0.0),
        not_above(periods, 0.0),
        not_above(present, 0.0),
        below(start, 1.0),
        above(start, end),
        above(end, periods),
        add(less(kind, 0.0), less(1.0, kind)),
    )
