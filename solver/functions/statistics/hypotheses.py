"""Tests of hypotheses and confidence intervals: the probability of a statistic if nothing but chance were at work."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solver.algebra import (
    add,
    betainc,
    div,
    equal,
    gammaincc,
    less,
    minimum,
    mul,
    ndtr,
    ndtri,
    neg,
    sqrt,
    square,
    sub,
    sum_,
    trunc,
    where,
)
from solver.algebra.primitives.probability import betaincc, student_inverse
from solver.functions.operand import Operand, error, guard, numbers
from solver.functions.refusal import below, not_above, ratio, refused
from solver.functions.registry import Calculus, function
from solver.functions.sample import blamed, deviations, mean, needing, paired, per, sample_of
from solver.functions.statistics.distributions import improper
from solver.functions.statistics.spread import deviation, squares, variance
from solver.values import ErrorValue

if TYPE_CHECKING:
    from solver.algebra import Node
    from solver.functions.operand import FloatArray
    from solver.functions.registry import Grid, Number
    from solver.functions.sample import Sample


@function("CONFIDENCE.NORM", "CONFIDENCE")
def confidence_norm(alpha: Number, spread: Number, size: Number) -> Number:
    """Half the width of the interval that holds the mean with probability 1 - alpha, the deviation being known.

    =CONFIDENCE.NORM(0.05, 2.5, 50) -> 0.6929519121748366
    =CONFIDENCE(0.05, 2.5, 0.5) -> #NUM!
    """
    n = trunc(size)
    value = neg(mul(ndtri(div(alpha, 2.0)), div(spread, sqrt(n))))
    return refused(value, improper(alpha), not_above(spread, 0.0), below(n, 1.0))


@function("CONFIDENCE.T")
def confidence_t(alpha: Number, spread: Number, size: Number) -> Number:
    """Half the width of the interval that holds the mean with probability 1 - alpha, the deviation being estimated.

    =CONFIDENCE.T(0.05, 1, 50) -> 0.28419685549572987
    =CONFIDENCE.T(0.05, 1, 1) -> #DIV/0!
    """
    n = trunc(size)
    value = neg(mul(student_inverse(sub(n, 1.0), div(alpha, 2.0)), div(spread, sqrt(n))))
    value = guard(value, equal(n, 1.0), ErrorValue.DIV0)
    return refused(value, improper(alpha), not_above(spread, 0.0), below(n, 1.0))


@function("Z.TEST", "ZTEST")
def z_test(array: Grid, x: Number, spread: Number | None = None) -> Operand:
    """The probability that the mean of a sample exceeds the one observed if the true mean is x.

    =Z.TEST({3,6,7,8,6,5,4,2,1,9}, 4) -> 0.09057419685136386
    =ZTEST({3,6,7,8,6,5,4,2,1,9}, 6, 2) -> 0.9226355382573108
    =Z.TEST({3,3}, 4) -> #DIV/0!
    """
    sample = sample_of(array)
    scale = deviation(sample) if spread is None else spread
    error_of_mean = div(scale, np.sqrt(np.maximum(sample.count, 1.0)))
    value = ndtr(div(sub(x, mean(sample)), error_of_mean))
    value = (
        guard(value, equal(scale, 0.0), ErrorValue.DIV0) if spread is None else refused(value, not_above(scale, 0.0))
    )
    return blamed(numbers(needing(value, sample.count > 0, ErrorValue.NA)), sample.fault)


@function("F.TEST", "FTEST", calculus=Calculus.KINK)
def f_test(first: Grid, second: Grid) -> Operand:
    """The probability that the variances of two samples differ as much as they do by chance.

    =F.TEST({6,7,9,15,21}, {20,28,31,38,40}) -> 0.648317846786175
    =FTEST({6}, {20,28}) -> #DIV/0!
    """
    a, b = sample_of(first), sample_of(second)
    upper, lower = squares(a), squares(b)
    half_a, half_b = (np.maximum(s.count - 1, 1.0) / 2 for s in (a, b))
    # the sums of squares are the beta variable's two parts, so the ratio of variances need not be formed
    rest = div(mul(variance(b), half_b), add(mul(variance(a), half_a), mul(variance(b), half_b)))
    above, below_it = betainc(half_b, half_a, rest), betaincc(half_b, half_a, rest)
    value = mul(minimum(above, below_it), 2.0)
    for spread in (upper, lower):
        value = guard(value, equal(spread, 0.0), ErrorValue.DIV0)
    value = needing(value, (a.count > 1) & (b.count > 1), ErrorValue.DIV0)
    return blamed(numbers(value), a.fault, b.fault)


@function("T.TEST", "TTEST")
def t_test(first: Grid, second: Grid, tails: Number, kind: Number) -> Operand:
    """The probability that the means of two samples differ as much as they do by chance.

    The kind is 1 for pairs, 2 for samples of equal variance, 3 for samples of any variance (Welch's test, whose degrees
    of freedom are not whole).

    =T.TEST({3,4,5,8,9,1,2,4,5}, {6,19,3,2,14,4,5,17,1}, 2, 1) -> 0.196015785
    =TTEST({3,4,5,8}, {6,19,3,2,14}, 1, 2) -> 0.17934299562897438
    =TTEST({3,4,5,8}, {6,19,3,2,14}, 2, 3) -> 0.3262804997848273
    =TTEST({3,4,5}, {6,19}, 2, 1) -> #N/A
    =TTEST({3,4,5}, {6,19,7}, 3, 1) -> #NUM!
    """
    a, b = sample_of(first), sample_of(second)
    sides, which = trunc(tails), trunc(kind)
    equal_spread, any_spread = _pooled(a, b), _welch(a, b)
    value = where(equal(which, 2.0), equal_spread, any_spread)
    pairs = paired(first, second)
    together = None if pairs is None else _paired_tail(pairs.x, pairs.y)
    one = equal(which, 1.0)
    if together is not None:
        value = where(one, together, value)
    elif one.value is not None and one.value.any():
        value = guard(value, one, ErrorValue.NA)
    value = mul(value, mul(sides, 0.5))
    value = refused(value, add(less(sides, 1.0), less(2.0, sides)), add(less(which, 1.0), less(3.0, which)))
    return blamed(numbers(value), a.fault, b.fault)


def _both_tails(squared: Node, degrees: Node | FloatArray) -> Node:
    """The probability that Student's t is farther from 0 than the root of a square."""
    return betainc(div(degrees, 2.0), 0.5, div(degrees, add(squared, degrees)))


def _paired_tail(x: Sample, y: Sample) -> Node:
    n = x.count
    differences = sub(deviations(x), deviations(y))
    spread = per(sum_(square(differences), -1), (n - 1) * n)
    squared = ratio(square(sub(mean(x), mean(y))), spread)
    return needing(_both_tails(squared, np.maximum(n - 1, 1.0)), n > 1, ErrorValue.DIV0)


def _pooled(a: Sample, b: Sample) -> Node:
    degrees = a.count + b.count - 2
    pooled = per(add(squares(a), squares(b)), degrees)
    scale = 1 / np.maximum(a.count, 1.0) + 1 / np.maximum(b.count, 1.0)
    squared = ratio(square(sub(mean(a), mean(b))), mul(pooled, scale))
    return needing(_both_tails(squared, np.maximum(degrees, 1.0)), (a.count > 0) & (b.count > 0), ErrorValue.DIV0)


def _welch(a: Sample, b: Sample) -> Node:
    u, v = div(variance(a), np.maximum(a.count, 1.0)), div(variance(b), np.maximum(b.count, 1.0))
    parts = add(div(square(u), np.maximum(a.count - 1, 1.0)), div(square(v), np.maximum(b.count - 1, 1.0)))
    degrees = ratio(square(add(u, v)), parts)
    squared = ratio(square(sub(mean(a), mean(b))), add(u, v))
    return needing(_both_tails(squared, degrees), (a.count > 1) & (b.count > 1), ErrorValue.DIV0)


@function("CHISQ.TEST", "CHITEST")
def chisq_test(actual: Grid, expected: Grid) -> Operand:
    """The probability that counts differ from the expected ones as much as they do by chance.

    =CHISQ.TEST({58,35;11,25;10,23}, {45.35,47.65;17.56,18.44;16.09,16.91}) -> 0.000308192017
    =CHITEST({1,2}, {0,2}) -> #DIV/0!
    =CHITEST({1}, {2}) -> #N/A
    =CHISQ.TEST({1,2,3}, {3;3;4}) -> 0.383531573
    """
    rows, cols = actual.shape[2:]
    degrees = (rows - 1) * (cols - 1) if rows > 1 and cols > 1 else max(rows, cols) - 1
    pairs = paired(actual, expected)
    if pairs is None or degrees == 0:
        return error(ErrorValue.NA)
    wanted = pairs.y.keep(pairs.y.values, 1.0)
    distance = sum_(pairs.x.keep(div(square(sub(pairs.x.values, wanted)), wanted)), -1)
    value = gammaincc(degrees / 2, div(distance, 2.0))
    value = guard(value, sum_(less(wanted, 0.0), -1), ErrorValue.NUM)
    value = guard(value, sum_(equal(wanted, 0.0), -1), ErrorValue.DIV0)
    return blamed(numbers(needing(value, pairs.count > 0, ErrorValue.DIV0)), pairs.fault)
