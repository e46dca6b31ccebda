"""Counting values: the most frequent ones, frequencies by class, probabilities, shares."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solver.algebra import (
    abs_,
    constant,
    count_less,
    join,
    less,
    less_equal,
    mul,
    reshape,
    shift,
    sub,
    sum_,
    take,
    where,
)
from solver.functions.mathematics.aggregate import sum_of
from solver.functions.operand import NeedsValue, Operand, error, guard, numbers
from solver.functions.operators import binary
from solver.functions.registry import Calculus, function
from solver.functions.sample import blamed, collected, paired, sample_of
from solver.values import ErrorValue, Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solver.functions.here import Here
    from solver.functions.operand import FloatArray
    from solver.functions.registry import Grid, Number, Ref


def _modes(here: Here, arguments: Sequence[Ref]) -> FloatArray | Operand:
    """The most frequent numbers in the order of their first appearance, or the error there is instead."""
    sample = collected(here, arguments)
    if sample.fault.any():
        return error(ErrorValue(int(sample.fault.ravel()[0]) - Kind.ERROR))
    values = sample.values.value
    if values is None:
        raise NeedsValue("the most frequent value depends on a variable cell")
    found, first, counts = np.unique(values[sample.mask], return_index=True, return_counts=True)
    if not counts.size or counts.max() == 1:
        return error(ErrorValue.NA)
    often = counts == counts.max()
    order = np.argsort(first[often])
    return np.asarray(found[often][order])


@function("MODE.SNGL", "MODE", per_cell=True, calculus=Calculus.NONE)
def mode_sngl(here: Here, *values: Ref) -> Operand:
    """The most frequent number, the first of them if there are several.

    =MODE.SNGL({5.6,4,4,3,2,4}) -> 4
    =MODE({3,2,2,3}) -> 3
    =MODE({1,2,3}) -> #N/A
    """
    modes = _modes(here, values)
    return modes if isinstance(modes, Operand) else numbers(constant(modes[:1].reshape(1, 1, 1, 1)))


@function("MODE.MULT", per_cell=True, calculus=Calculus.NONE)
def mode_mult(here: Here, *values: Ref) -> Operand:
    """All most frequent numbers, one below the other.

    =MODE.MULT({1,2,3,4,3,2,1,2,3,5}) -> {2;3}
    """
    modes = _modes(here, values)
    return modes if isinstance(modes, Operand) else numbers(constant(modes.reshape(1, 1, -1, 1)))


@function("FREQUENCY", per_cell=True, calculus=Calculus.STEP)
def frequency(data: Grid, bins: Grid) -> Operand:
    """How many numbers lie in each class, up to and including its bound, and how many lie above the last.

    =FREQUENCY({79,85,78,85,50,81,95,88,97}, {70;79;89}) -> {1;2;4;2}
    =FREQUENCY({1,2,3}, {2;1;2}) -> {1;1;0;1}
    """
    sample, classes = sample_of(data), sample_of(bins)
    bounds = classes.values.value
    if bounds is None:
        raise NeedsValue("a class bound depends on a variable cell")
    limits = bounds[classes.mask]
    order = np.argsort(limits, kind="stable")
    counted = take(sample.values, np.flatnonzero(sample.mask))
    upto = count_less(counted, limits[order], or_equal=True)
    within = sub(upto, shift(upto, -1, 1)) if limits.size else upto
    # classes of equal bounds: the first of them holds all, as they are counted in ascending order
    back = np.argsort(order)
    above = sub(float(counted.size), take(upto, [limits.size - 1]) if limits.size else 0.0)
    parts = [take(within, back), above] if limits.size else [above]
    result = reshape(join(parts), (1, 1, limits.size + 1, 1))
    return blamed(numbers(result), sample.fault, classes.fault)


@function("PROB", singly=True, calculus=Calculus.STEP)
def prob(values: Grid, probabilities: Grid, lower: Number, upper: Number | None = None) -> Operand:
    """The probability that a value lies between two limits, or is equal to the one.

    =PROB({0,1,2,3}, {0.2,0.3,0.1,0.4}, 2) -> 0.1
    =PROB({0,1,2,3}, {0.2,0.3,0.1,0.4}, 1, 3) -> 0.8
    =PROB({0,1}, {0.2,0.3}, 1) -> #NUM!
    =PROB({0,1}, {1}, 1) -> #N/A
    """
    pairs = paired(values, probabilities)
    if pairs is None:
        return error(ErrorValue.NA)
    weights = pairs.y.values
    inside = mul(less_equal(lower, pairs.x.values), less_equal(pairs.x.values, lower if upper is None else upper))
    result = sum_(where(pairs.y.keep(inside), weights, 0.0), -1)
    improper = pairs.y.keep(less_equal(weights, 0.0))
    result = guard(result, sum_(improper, -1), ErrorValue.NUM)
    result = guard(result, sum_(less(1.0, weights), -1), ErrorValue.NUM)
    result = guard(result, less(1e-7, abs_(sub(sum_(weights, -1), 1.0))), ErrorValue.NUM)
    return blamed(numbers(result), pairs.fault)


@function("PERCENTOF")
def percentof(here: Here, part: Ref, whole: Ref) -> Operand:
    """The share that the sum of a part has in the sum of the whole.

    =PERCENTOF({1,2}, {1,2,3,4}) -> 0.3
    =PERCENTOF(1, 0) -> #DIV/0!
    """
    return binary("/", sum_of(here, part), sum_of(here, whole))
