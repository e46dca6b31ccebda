"""Ranks: where a number stands among others, as a place or as a share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solver.algebra import (
    add,
    constant,
    div,
    equal,
    floor,
    less,
    mul,
    power,
    reshape,
    sub,
    sum_,
    trunc,
    where,
)
from solver.functions.operand import guard, numbers
from solver.functions.registry import Calculus, function
from solver.functions.sample import blamed, needing, per
from solver.functions.statistics.order import at_place, known_value
from solver.functions.statistics.prefixes import Prefixes, sample_of_part
from solver.values import ErrorValue

if TYPE_CHECKING:
    from solver.algebra import Node
    from solver.functions.operand import Operand
    from solver.functions.registry import Grid, Number
    from solver.functions.sample import Sample


@function("RANK.EQ", "RANK", calculus=Calculus.STEP, grows=True)
def rank_eq(number: Number, array: Grid, ascending_order: Number | None = None) -> Operand:
    """The rank of a number in a list: 1 is the largest, or the smallest if the order is not 0; ties share the best.

    =RANK.EQ(7, {7,3.5,3.5,1,2}) -> 1
    =RANK(3.5, {7,3.5,3.5,1,2}, 1) -> 3
    =RANK(4, {7,3.5,3.5,1,2}) -> #N/A
    """
    return _rank(number, sample_of_part(array), ascending_order, 0.0)


@function("RANK.AVG", calculus=Calculus.STEP, grows=True)
def rank_avg(number: Number, array: Grid, ascending_order: Number | None = None) -> Operand:
    """The rank of a number in a list; ties get the mean of their ranks.

    =RANK.AVG(3.5, {7,3.5,3.5,1,2}) -> 2.5
    """
    return _rank(number, sample_of_part(array), ascending_order, 0.5)


def _rank(number: Node, sample: Sample, order: Node | None, tie: float) -> Operand:
    below, same = counts_around(sample, number)
    above = sub(sub(constant(sample.count), below), same)
    better = above if order is None else where(order, below, above)
    rank = add(add(better, 1.0), mul(sub(same, 1.0), tie))
    missing = equal(same, 0.0)
    return blamed(numbers(guard(rank, missing, ErrorValue.NA)), sample.fault)


def counts_around(sample: Sample, x: Node) -> tuple[Node, Node]:
    """How many of the numbers are below x and how many are equal to it, in the shape of x."""
    if isinstance(sample, Prefixes):
        smaller, equal_ones = sample.around(known_value(x))
        return constant(smaller), constant(equal_ones)
    values = sample.keep(sample.values, np.inf)
    if values.value is not None and x.value is not None and values.size == values.shape[3]:
        row = np.sort(values.value.ravel())
        below, upto = (np.searchsorted(row, x.value, side=side) for side in ("left", "right"))
        return constant(below), constant(upto - below)
    wide = values.shape[3]
    row_of = reshape(values, (*values.shape[:2], 1, 1, wide))
    keys = reshape(x, (*x.shape, 1))
    below_node = sum_(less(row_of, keys), -1, keepdims=False)
    return below_node, sum_(equal(row_of, keys), -1, keepdims=False)


@function("PERCENTRANK.INC", "PERCENTRANK", calculus=Calculus.STEP, grows=True)
def percentrank_inc(array: Grid, x: Number, significance: Number | None = None) -> Operand:
    """The share of the numbers below x, where the smallest is at 0 and the largest at 1, cut to some digits.

    =PERCENTRANK.INC({13,12,11,8,4,3,2,1,1,1}, 2) -> 0.333
    =PERCENTRANK.INC({13,12,11,8,4,3,2,1,1,1}, 5, 4) -> 0.5833
    =PERCENTRANK({1,2,3}, 4) -> #N/A
    =PERCENTRANK({1,2,3}, 2, 0) -> #NUM!
    """
    sample = sample_of_part(array)
    single = sample.count == 1
    share = per(_rank_inside(sample, x), np.where(single, 1.0, sample.count - 1))
    return _cut(sample, x, add(share, single.astype(np.float64)), significance)


@function("PERCENTRANK.EXC", calculus=Calculus.STEP, grows=True)
def percentrank_exc(array: Grid, x: Number, significance: Number | None = None) -> Operand:
    """The share of a population below x, where n numbers are at 1/(n+1) to n/(n+1), cut to some digits.

    =PERCENTRANK.EXC({1,2,3,6,6,6,7,8,9}, 7) -> 0.7
    =PERCENTRANK.EXC({1,2,3,6,6,6,7,8,9}, 5.43) -> 0.381
    """
    sample = sample_of_part(array)
    return _cut(sample, x, per(add(_rank_inside(sample, x), 1.0), sample.count + 1), significance)


def _rank_inside(sample: Sample, x: Node) -> Node:
    """The place of x among the sorted numbers, counted from 0, interpolated between its neighbours."""
    below, same = counts_around(sample, x)
    low, high = at_place(sample, sub(below, 1.0)), at_place(sample, below)
    gap = where(same, 1.0, where(equal(high, low), 1.0, sub(high, low)))
    between = add(sub(below, 1.0), div(sub(x, low), gap))
    return where(same, below, between)


def _cut(sample: Sample, x: Node, share: Node, significance: Node | None) -> Operand:
    below, same = counts_around(sample, x)
    outside = mul(equal(same, 0.0), add(equal(below, 0.0), equal(below, sample.count)))
    digits = constant(np.full((1, 1, 1, 1), 3.0)) if significance is None else trunc(significance)
    scale = power(10.0, digits)
    # a share such as 0.29 is a little less than 29 hundredths: forgive the last digit before cutting
    cut = div(floor(add(mul(share, scale), 1e-9)), scale)
    result = guard(cut, outside, ErrorValue.NA)
    result = guard(result, less(digits, 1.0), ErrorValue.NUM)
    return blamed(numbers(needing(result, sample.count > 0, ErrorValue.NUM)), sample.fault)
