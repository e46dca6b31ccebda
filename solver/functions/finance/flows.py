"""Flows of money: their present value, the rate at which it vanishes, and rates that grow one value into another.

A rate of return is a root of the net present value, sum of v_k (1 + r)^-t_k; its derivative by any flow follows from
that equation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solver.algebra import (
    add,
    constant,
    div,
    equal,
    less,
    log,
    maximum,
    minimum,
    mul,
    neg,
    not_equal,
    power,
    prod_,
    sub,
    sum_,
    trunc,
)
from solver.algebra.primitives.geometric import geometric_slope, geometric_sum
from solver.algebra.primitives.roots import root
from solver.functions.coerce import as_numbers
from solver.functions.finance.annuity import payments_at_end
from solver.functions.finance.ratesearch import rate_of_annuity, rate_of_flows
from solver.functions.operand import ZERO, NotUniform, Operand, error, guard, numbers, with_errors
from solver.functions.refusal import below, not_above, refused
from solver.functions.registry import Calculus, function
from solver.functions.sample import Sample, blamed, collected, first_fault, needing, sample_of
from solver.functions.stack import beside
from solver.values import ErrorValue, Kind

if TYPE_CHECKING:
    from solver.algebra import Node
    from solver.functions.here import Here
    from solver.functions.operand import BoolArray, FloatArray
    from solver.functions.registry import Firm, Grid, Number, Ref

_GUESS = constant(np.full((1, 1, 1, 1), 0.1))


def _periods(sample: Sample) -> FloatArray:
    """The numbers of the periods, from 1, of the values that count."""
    return np.asarray(np.cumsum(sample.mask, axis=-1), dtype=np.float64)


def present_value(rate: Node, flows: Node, times: Node | FloatArray) -> Node:
    """The sum of flows * (1 + rate)^-times over the last axis."""
    return sum_(mul(flows, power(add(rate, 1.0), neg(times))), -1)


@function("NPV", singly=True)
def npv(here: Here, rate: Number, *values: Ref) -> Operand:
    """The present value of payments at the ends of periods.

    =NPV(0.1, -10000, 3000, 4200, 6800) -> 1188.4434123352207
    =NPV(0, {1,2,"x",TRUE}) -> 3
    =NPV(-1, 5) -> #DIV/0!
    """
    sample = collected(here, values)
    value = guard(present_value(rate, sample.values, _periods(sample)), equal(rate, -1.0), ErrorValue.DIV0)
    return blamed(numbers(value), sample.fault)


def _mixed(sample: Sample) -> BoolArray:
    """Whether known values hold both signs; alive ones are taken to."""
    known = sample.values.value
    if known is None:
        return np.ones((1, 1, 1, 1), dtype=bool)
    return np.asarray((known > 0).any(axis=-1, keepdims=True) & (known < 0).any(axis=-1, keepdims=True))


def _rate_of_return(flows: Node, times: Node, guess: Node) -> Node:
    def residual(rate: Node) -> tuple[Node, Node]:
        slope = neg(present_value(rate, mul(flows, times), add(times, 1.0)))
        return present_value(rate, flows, times), slope

    lead = np.broadcast_shapes(flows.shape[:-1], times.shape[:-1], guess.shape[:-1])
    return root(rate_of_flows, (*lead, 1), residual, flows, times, guess)


@function("IRR", singly=True)
def irr(values: Grid, guess: Number = _GUESS) -> Operand:
    """The rate at which the present value of payments at the ends of periods vanishes.

    =IRR({-70000,12000,15000,18000,21000,26000}) -> 0.08663094803653162
    =IRR({-70000,12000,15000}, -0.1) -> -0.44350694133474067
    =IRR({1,2,3}) -> #NUM!
    """
    sample = sample_of(values)
    times = constant(np.maximum(_periods(sample) - 1, 0.0))
    value = needing(_rate_of_return(sample.values, times, guess), _mixed(sample), ErrorValue.NUM)
    return blamed(numbers(value), sample.fault)


def _everywhere(*faults: BoolArray) -> bool:
    """Whether the payments of every cell of a block are at fault; NotUniform if only those of some are."""
    lead = np.broadcast_shapes(*(fault.shape[:2] for fault in faults))
    at_fault = np.zeros(lead, dtype=bool)
    for fault in faults:
        at_fault |= fault.any(axis=(2, 3))
    if at_fault.any() and not at_fault.all():
        raise NotUniform
    return bool(at_fault.all())


def _dated(values: Grid, dates: Grid, first_is_earliest: bool) -> tuple[Sample, Node] | Operand:
    """Payments and the years from the first date to theirs, or the error there is instead."""
    flows, days = beside([values]), as_numbers(beside([dates]))
    if flows.shape[3] != days.shape[3]:
        return error(ErrorValue.NUM)
    faults = first_fault(flows.kind), first_fault(days.kind)
    if _everywhere(faults[0] > 0, faults[1] > 0):
        return blamed(numbers(ZERO), *faults)
    if _everywhere(flows.kind != Kind.NUMBER):
        return error(ErrorValue.VALUE)
    whole = np.floor(days.known)
    if _everywhere((whole < whole[..., :1]) & first_is_earliest, whole <= 0):
        return error(ErrorValue.NUM)
    return sample_of(flows), constant((whole - whole[..., :1]) / 365)


@function("XNPV", singly=True)
def xnpv(rate: Firm, values: Grid, dates: Grid) -> Operand:
    """The present value, at the first date, of dated payments.

    =XNPV(0.09, {-10000,2750,4250,3250,2750}, {39448,39508,39751,39859,39904}) -> 2086.647602031535
    =XNPV(0.09, {-10000,2750}, {39448,39408}) -> #NUM!
    """
    found = _dated(values, dates, first_is_earliest=True)
    if isinstance(found, Operand):
        return found
    flows, years = found
    return numbers(refused(present_value(rate, flows.values, years), not_above(rate, -1.0), less(rate, 0.0)))


@function("XIRR", singly=True)
def xirr(values: Grid, dates: Grid, guess: Firm = _GUESS) -> Operand:
    """The rate at which the present value of dated payments vanishes; the dates may be in any order.

    =XIRR({-10000,2750,4250,3250,2750}, {39448,39508,39751,39859,39904}) -> 0.3733625335188316
    =XIRR({2750,-10000,4250,3250,2750}, {39508,39448,39751,39859,39904}) -> 0.3733625335188316
    =XIRR({10000,2750}, {39448,39508}) -> #NUM!
    =XIRR(10000, 39448) -> #N/A
    """
    found = _dated(values, dates, first_is_earliest=False)
    if isinstance(found, Operand):
        return found
    flows, years = found
    if years.shape[3] == 1:
        return error(ErrorValue.NA)
    value = needing(_rate_of_return(flows.values, years, guess), _mixed(flows), ErrorValue.NUM)
    return numbers(refused(value, not_above(guess, -1.0)))


@function("RATE")
def rate(
    nper: Number, pmt: Number, pv: Number, fv: Number = ZERO, when: Number = ZERO, guess: Number = _GUESS
) -> Number:
    """The rate of interest per period of an annuity.

    =RATE(4*12, -200, 8000) -> 0.007701472488245978
    =RATE(12, -100, 1000, 0, 1, 0.01) -> 0.03503153036227711
    =RATE(10, 100, 1000) -> #NUM!
    """
    early = not_equal(when, 0.0)

    def residual(r: Node) -> tuple[Node, Node]:
        series = geometric_sum(r, nper)
        grown = add(mul(pv, power(add(r, 1.0), nper)), mul(pmt, payments_at_end(r, nper, when)))
        by_rate = geometric_slope(series, r, nper)
        timely = add(1.0, mul(r, early))
        slope = add(
            mul(mul(pv, nper), power(add(r, 1.0), sub(nper, 1.0))),
            mul(pmt, add(mul(early, series), mul(timely, by_rate))),
        )
        return add(grown, fv), slope

    arguments = (nper, pmt, pv, fv, early, guess)
    shape = np.broadcast_shapes(*(argument.shape for argument in arguments))
    return refused(root(rate_of_annuity, shape, residual, *arguments), not_above(nper, 0.0))


@function("MIRR", singly=True, calculus=Calculus.KINK)
def mirr(values: Grid, finance_rate: Number, reinvest_rate: Number) -> Operand:
    """The rate of return where outlays are financed and returns reinvested at rates of their own.

    =MIRR({-120000,39000,30000,21000,37000,46000}, 0.1, 0.12) -> 0.12609413036590512
    =MIRR({1,2}, 0.1, 0.12) -> #DIV/0!
    """
    sample = sample_of(values)
    n = sample.count
    times = np.maximum(_periods(sample) - 1, 0.0)
    returns = present_value(reinvest_rate, maximum(sample.values, 0.0), times)
    outlays = present_value(finance_rate, minimum(sample.values, 0.0), times)
    last = np.maximum(n - 1, 1.0)
    ratio = div(mul(returns, power(add(reinvest_rate, 1.0), last)), neg(outlays))
    value = sub(power(ratio, 1 / last), 1.0)
    return blamed(numbers(needing(value, _mixed(sample), ErrorValue.DIV0)), sample.fault)


@function("FVSCHEDULE", singly=True)
def fvschedule(principal: Firm, schedule: Grid) -> Operand:
    """What a principal grows to at a rate for each period.

    =FVSCHEDULE(1, {0.09,0.11,0.1}) -> 1.33089
    =FVSCHEDULE(1, {0.09,"x"}) -> #VALUE!
    =FVSCHEDULE(TRUE, {0.09}) -> #VALUE!
    """
    rates = beside([schedule])
    bad = (rates.kind == Kind.TEXT) | (rates.kind == Kind.BOOLEAN)
    kind = np.where(bad, np.uint8(Kind.ERROR + ErrorValue.VALUE), rates.kind)
    grown = mul(principal, prod_(add(rates.number, 1.0), -1))
    return blamed(with_errors(numbers(grown), numbers(principal)), first_fault(kind))


@function("RRI")
def rri(nper: Number, pv: Number, fv: Number) -> Number:
    """The rate that grows a present value into a future value.

    =RRI(96, 10000, 11000) -> 0.0009933073762913303
    =RRI(0, 1, 2) -> #NUM!
    """
    return refused(sub(power(div(fv, pv), div(1.0, nper)), 1.0), not_above(nper, 0.0))


@function("PDURATION")
def pduration(rate: Number, pv: Number, fv: Number) -> Number:
    """The number of periods in which a rate grows a present value into a future value.

    =PDURATION(0.025, 2000, 2200) -> 3.859866162622655
    =PDURATION(0, 2000, 2200) -> #NUM!
    """
    value = div(log(div(fv, pv)), log(add(rate, 1.0)))
    return refused(value, not_above(rate, 0.0), not_above(pv, 0.0), not_above(fv, 0.0))


@function("EFFECT")
def effect(nominal_rate: Firm, npery: Firm) -> Number:
    """The rate per year of a nominal rate that is compounded several times a year.

    =EFFECT(0.0525, 4) -> 0.05354266737075841
    =EFFECT(0.0525, 0.9) -> #NUM!
    """
    times = trunc(npery)
    step = div(nominal_rate, times)
    return refused(mul(step, geometric_sum(step, times)), not_above(nominal_rate, 0.0), below(times, 1.0))


@function("NOMINAL")
def nominal(effect_rate: Firm, npery: Firm) -> Number:
    """The nominal rate that, compounded several times a year, has an effective rate.

    =NOMINAL(0.053543, 4) -> 0.05250031986893643
    =NOMINAL(0, 4) -> #NUM!
    """
    times = trunc(npery)
    value = mul(sub(power(add(effect_rate, 1.0), div(1.0, times)), 1.0), times)
    return refused(value, not_above(effect_rate, 0.0), below(times, 1.0))
