"""Order statistics: values by their rank.

The numbers of a sample are sorted once; a quantile lies at a place between two of them,

    value = sorted[floor(place)] * (1 - share) + sorted[ceil(place)] * share,

and its derivative goes to those two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solver.algebra import (
    abs_,
    add,
    ceil,
    constant,
    div,
    floor,
    less,
    maximum,
    mul,
    reshape,
    sort_,
    sub,
    sum_,
    take,
    trunc,
    where,
)
from solver.functions.here import Growing, Partial
from solver.functions.operand import NotUniform, guard, numbers
from solver.functions.registry import Calculus, function
from solver.functions.sample import blamed, needing, sample_of, summary
from solver.functions.statistics.prefixes import Prefixes, sample_of_part
from solver.values import ErrorValue

if TYPE_CHECKING:
    from collections.abc import Callable

    from solver.algebra import Node
    from solver.functions.here import Here
    from solver.functions.operand import FloatArray, IntArray, Operand
    from solver.functions.registry import Grid, Number, Ref
    from solver.functions.sample import Sample


_ROUNDING = 1e-12


def ascending(sample: Sample) -> Node:
    """The numbers that count in ascending order, infinities behind them."""
    return sort_(sample.keep(sample.values, np.inf), -1)


def at_place(sample: Sample, place: Node) -> Node:
    """The sorted values at places counted from 0, between two of them by linear interpolation.

    `place` broadcasts to (R, C, h, w); places outside are moved to the ends, their error is the caller's.
    """
    if not sample.values.size:
        return mul(place, 0.0)
    if isinstance(sample, Prefixes):
        return _at_known(lambda rank: constant(sample.smallest(rank)), sample, known_value(place))
    ordered = ascending(sample)
    if place.value is None:
        return _at_live(ordered, sample, place)
    rows, cols, _, wide = ordered.shape
    start = np.arange(rows * cols).reshape(rows, cols, 1, 1) * wide
    return _at_known(lambda rank: take(ordered, start + rank), sample, place.value)


def known_value(node: Node) -> FloatArray:
    """The value of a constant; NotUniform of what is alive, which ranges that grow are not compared with."""
    if node.value is None:
        raise NotUniform
    return node.value


def _at_known(smallest: Callable[[IntArray], Node], sample: Sample, place: FloatArray) -> Node:
    last = np.maximum(sample.count - 1, 0)
    inside = np.clip(np.where(np.isnan(place), 0.0, place), 0.0, last)
    low = np.floor(inside)
    share = inside - low
    below = smallest(low.astype(np.intp))
    if not share.any():
        return below
    above = smallest(np.minimum(low + 1, last).astype(np.intp))
    return add(mul(below, 1 - share), mul(above, share))


def _at_live(ordered: Node, sample: Sample, place: Node) -> Node:
    """By weights that are hats around the place, so that the place itself has a derivative."""
    wide = ordered.shape[3]
    rank = np.arange(wide, dtype=np.float64)
    counts = np.asarray(rank < sample.count, dtype=np.float64)
    finite = where(constant(counts), ordered, 0.0)
    hats = maximum(sub(1.0, abs_(sub(reshape(place, (*place.shape, 1)), rank))), 0.0)
    lead = finite.shape[:2]
    return sum_(mul(hats, reshape(finite, (*lead, 1, 1, wide))), -1, keepdims=False)


def _order_statistic(sample: Sample, place: Node) -> Operand:
    """The value at a whole or fractional place; #NUM! where there is none."""
    # a place such as (n + 1) / (n + 1) - 1 may miss the first number by a rounding error
    outside = add(less(place, -_ROUNDING), less(sample.count - 1 + _ROUNDING, place))
    return blamed(numbers(guard(at_place(sample, place), outside, ErrorValue.NUM)), sample.fault)


@function("MEDIAN", calculus=Calculus.KINK, grows=True)
def median(here: Here, *values: Ref) -> Operand:
    """The value in the middle of the sorted numbers.

    =MEDIAN({5,1,3}) -> 3
    =MEDIAN(4, 1, "2", 9) -> 3
    =MEDIAN({"x","y"}) -> #NUM!
    """

    def measure(sample: Sample) -> Node:
        middle = at_place(sample, constant((sample.count - 1) / 2))
        return needing(middle, sample.count > 0, ErrorValue.NUM)

    if len(values) == 1 and isinstance(values[0], Growing):
        frame = here.read(values[0])
        sample = sample_of_part(Partial(frame.kind, frame.number, frame.text, extent=values[0]))
        return blamed(numbers(measure(sample)), sample.fault)
    if any(isinstance(value, Growing) for value in values):
        raise NotUniform
    return summary(here, values, measure)


@function("SMALL", calculus=Calculus.KINK, grows=True)
def small(array: Grid, k: Number) -> Operand:
    """The k-th smallest number.

    =SMALL({5,1,3}, 2) -> 3
    =SMALL({5,1,3}, {1,2}) -> {1,3}
    =SMALL({5,1,3}, 4) -> #NUM!
    """
    return _order_statistic(sample_of_part(array), sub(floor(k), 1.0))


@function("LARGE", calculus=Calculus.KINK, grows=True)
def large(array: Grid, k: Number) -> Operand:
    """The k-th largest number.

    =LARGE({5,1,3}, 1) -> 5
    =LARGE({5,1,3}, 1.2) -> 3
    =LARGE({5,1,3}, 0) -> #NUM!
    """
    sample = sample_of_part(array)
    return _order_statistic(sample, sub(sample.count, ceil(k)))


def _percentile(sample: Sample, k: Node) -> Operand:
    """The value below which a share k of the numbers lies, both ends included."""
    outside = add(less(k, 0.0), less(1.0, k))
    value = guard(at_place(sample, mul(k, sample.count - 1)), outside, ErrorValue.NUM)
    return blamed(numbers(needing(value, sample.count > 0, ErrorValue.NUM)), sample.fault)


def _percentile_inside(sample: Sample, k: Node) -> Operand:
    """The value below which a share k of a population lies, of which the numbers are a sample."""
    return _order_statistic(sample, sub(mul(k, sample.count + 1), 1.0))


@function("PERCENTILE.INC", "PERCENTILE", calculus=Calculus.KINK, grows=True)
def percentile_inc(array: Grid, k: Number) -> Operand:
    """The value below which a share k of the numbers lies, where the smallest is at 0 and the largest at 1.

    =PERCENTILE.INC({1,2,3,4}, 0.3) -> 1.9
    =PERCENTILE({1,2,3,4}, 1.1) -> #NUM!
    """
    return _percentile(sample_of_part(array), k)


@function("PERCENTILE.EXC", calculus=Calculus.KINK, grows=True)
def percentile_exc(array: Grid, k: Number) -> Operand:
    """The value below which a share k of the numbers lies, where n numbers are at 1/(n+1) to n/(n+1).

    =PERCENTILE.EXC({6,7,15,36,39,40,41,42,43,47,49}, 0.25) -> 15
    =PERCENTILE.EXC({1,2,3,4}, 0.1) -> #NUM!
    """
    return _percentile_inside(sample_of_part(array), k)


@function("QUARTILE.INC", "QUARTILE", calculus=Calculus.KINK, grows=True)
def quartile_inc(array: Grid, quart: Number) -> Operand:
    """The smallest number, the quartiles and the largest number, for 0 to 4.

    =QUARTILE.INC({1,2,4,7,8,9,10,12}, 1) -> 3.5
    =QUARTILE({1,2,3}, 2.9) -> 2
    =QUARTILE({1,2,3}, 5) -> #NUM!
    """
    return _percentile(sample_of_part(array), mul(trunc(quart), 0.25))


@function("QUARTILE.EXC", calculus=Calculus.KINK, grows=True)
def quartile_exc(array: Grid, quart: Number) -> Operand:
    """The quartiles by the rule of PERCENTILE.EXC, for 1 to 3.

    =QUARTILE.EXC({6,7,15,36,39,40,41,42,43,47,49}, 3) -> 43
    =QUARTILE.EXC({1,2,3}, 0) -> #NUM!
    =QUARTILE.EXC({1,2,3}, 4) -> #NUM!
    """
    return _percentile_inside(sample_of_part(array), mul(trunc(quart), 0.25))


@function("TRIMMEAN", singly=True, calculus=Calculus.KINK)
def trimmean(array: Grid, percent: Number) -> Operand:
    """The mean without a share of the numbers, taken half from either end.

    =TRIMMEAN({4,5,6,7,2,3,4,5,1,2,3}, 0.2) -> 3.7777777777777777
    =TRIMMEAN({1,2,3}, 1) -> #NUM!
    """
    sample = sample_of(array)
    count = constant(sample.count)
    cut = floor(mul(mul(count, percent), 0.5))
    rank = np.arange(sample.values.shape[3], dtype=np.float64)
    stays = mul(sub(1.0, less(rank, cut)), less(rank, sub(count, cut)))
    kept = where(stays, ascending(sample), 0.0)
    result = div(sum_(kept, -1), sub(count, mul(cut, 2.0)))
    outside = add(less(percent, 0.0), sub(1.0, less(percent, 1.0)))
    result = needing(guard(result, outside, ErrorValue.NUM), sample.count > 0, ErrorValue.NUM)
    return blamed(numbers(result), sample.fault)
