"""Measures of two samples: covariance, correlation, and the straight line through the points.

A pair counts only if both its values are numbers. The line is fitted in deviations from the means,

    slope = sum (x - mean x)(y - mean y) / sum (x - mean x)^2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from solver.algebra import add, mul, sqrt, square, sub
from solver.functions.operand import Operand, error, numbers
from solver.functions.refusal import ratio
from solver.functions.registry import function
from solver.functions.sample import blamed, comparison, mean, needing, paired, per
from solver.functions.statistics.spread import squares
from solver.values import ErrorValue

if TYPE_CHECKING:
    from solver.algebra import Node
    from solver.functions.registry import Grid, Number
    from solver.functions.sample import Pairs


def _correlation(pairs: Pairs) -> Node:
    spread = sqrt(mul(squares(pairs.x), squares(pairs.y)))
    return needing(ratio(pairs.product(), spread), pairs.count > 0, ErrorValue.DIV0)


@function("CORREL", "PEARSON")
def correl(x: Grid, y: Grid) -> Operand:
    """The correlation coefficient of two samples.

    =CORREL({3,2,4,5,6}, {9,7,12,15,17}) -> 0.9970544855015815
    =PEARSON({1,2,"x"}, {2,4,5}) -> 1
    =CORREL({1,2}, {3,3}) -> #DIV/0!
    =CORREL({1,2}, {3,3,4}) -> #N/A
    """
    return comparison(x, y, _correlation)


@function("RSQ")
def rsq(y: Grid, x: Grid) -> Operand:
    """The square of the correlation coefficient.

    =RSQ({2,3,9,1,8,7,5}, {6,5,11,7,5,4,4}) -> 0.057950191570881226
    """
    return comparison(x, y, lambda pairs: square(_correlation(pairs)))


@function("COVARIANCE.P", "COVAR")
def covariance_p(x: Grid, y: Grid) -> Operand:
    """The covariance of a whole population of pairs.

    =COVARIANCE.P({3,2,4,5,6}, {9,7,12,15,17}) -> 5.2
    """
    return comparison(x, y, lambda pairs: per(pairs.product(), pairs.count))


@function("COVARIANCE.S")
def covariance_s(x: Grid, y: Grid) -> Operand:
    """The covariance estimated from a sample of pairs.

    =COVARIANCE.S({2,4,8}, {5,11,12}) -> 9.666666666666668
    =COVARIANCE.S({2}, {5}) -> #DIV/0!
    """
    return comparison(x, y, lambda pairs: per(pairs.product(), pairs.count - 1))


def _slope(pairs: Pairs) -> Node:
    return needing(ratio(pairs.product(), squares(pairs.x)), pairs.count > 0, ErrorValue.DIV0)


def _line_at(pairs: Pairs, x: Node) -> Node:
    """The fitted line's value at x."""
    return add(mean(pairs.y), mul(_slope(pairs), sub(x, mean(pairs.x))))


@function("SLOPE")
def slope(y: Grid, x: Grid) -> Operand:
    """The slope of the straight line fitted through points.

    =SLOPE({2,3,9,1,8,7,5}, {6,5,11,7,5,4,4}) -> 0.3055555555555556
    =SLOPE({1,2}, {3,3}) -> #DIV/0!
    """
    return comparison(x, y, _slope)


@function("INTERCEPT")
def intercept(y: Grid, x: Grid) -> Operand:
    """Where the straight line fitted through points meets the y axis.

    =INTERCEPT({2,3,9,1,8}, {6,5,11,7,5}) -> 0.04838709677419217
    """
    return comparison(x, y, lambda pairs: sub(mean(pairs.y), mul(_slope(pairs), mean(pairs.x))))


@function("STEYX")
def steyx(y: Grid, x: Grid) -> Operand:
    """The standard error of the y values that the fitted line predicts.

    =STEYX({2,3,9,1,8,7,5}, {6,5,11,7,5,4,4}) -> 3.305718950210041
    =STEYX({2,3}, {6,5}) -> #DIV/0!
    """

    def measure(pairs: Pairs) -> Node:
        explained = ratio(square(pairs.product()), squares(pairs.x))
        return sqrt(per(sub(squares(pairs.y), explained), pairs.count - 2))

    return comparison(x, y, measure)


@function("FORECAST.LINEAR", "FORECAST")
def forecast_linear(x: Number, known_y: Grid, known_x: Grid) -> Operand:
    """The value at x of the straight line fitted through points.

    =FORECAST.LINEAR(30, {6,7,9,15,21}, {20,28,31,38,40}) -> 10.607253086419755
    =FORECAST(1, {1,2}, {3,3}) -> #DIV/0!
    """
    pairs = paired(known_x, known_y)
    if pairs is None:
        return error(ErrorValue.NA)
    return blamed(numbers(_line_at(pairs, x)), pairs.fault)
