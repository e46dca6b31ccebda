"""Measures of one sample: spread, means of other kinds, skewness and kurtosis.

Every moment is a sum of powers of the deviations from the mean, in two passes, so that no digits are lost when the
mean is large. `needing` names the error of a sample that is too small.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from solver.algebra import abs_, constant, div, equal, exp, less_equal, log, mul, power, sqrt, square, sub, sum_, where
from solver.functions.operand import guard
from solver.functions.registry import Calculus, function
from solver.functions.sample import deviations, needing, per, summary, total
from solver.values import ErrorValue

if TYPE_CHECKING:
    from solver.algebra import Node
    from solver.functions.here import Here
    from solver.functions.operand import Operand
    from solver.functions.registry import Ref
    from solver.functions.sample import Sample


def squares(sample: Sample) -> Node:
    """The sum of the squared deviations from the mean."""
    total = sum_(square(deviations(sample)), -1)
    lone = sample.count < 2
    # known to be 0: as a square it would have a root without a slope
    return where(constant(lone), 0.0, total) if lone.any() else total


def variance(sample: Sample) -> Node:
    """The unbiased estimate of the variance, #DIV/0! of fewer than two numbers."""
    return per(squares(sample), sample.count - 1)


def population_variance(sample: Sample) -> Node:
    """The mean squared deviation, #DIV/0! of nothing."""
    return per(squares(sample), sample.count)


def deviation(sample: Sample) -> Node:
    """The square root of the estimated variance."""
    return sqrt(variance(sample))


@function("VAR.S", "VAR")
def var_s(here: Here, *values: Ref) -> Operand:
    """The variance estimated from a sample.

    =VAR.S({1,2,3,4}) -> 1.6666666666666667
    =VAR(5) -> #DIV/0!
    """
    return summary(here, values, variance)


@function("VAR.P", "VARP")
def var_p(here: Here, *values: Ref) -> Operand:
    """The variance of a whole population.

    =VAR.P({1,2,3,4}) -> 1.25
    """
    return summary(here, values, population_variance)


@function("STDEV.S", "STDEV")
def stdev_s(here: Here, *values: Ref) -> Operand:
    """The standard deviation estimated from a sample.

    =STDEV.S({1,2,3,4}) -> 1.2909944487358056
    =STDEV(1, "3", TRUE) -> 1.1547005383792515
    =STDEV({1,"3",TRUE}) -> #DIV/0!
    """
    return summary(here, values, deviation)


@function("STDEV.P", "STDEVP")
def stdev_p(here: Here, *values: Ref) -> Operand:
    """The standard deviation of a whole population.

    =STDEV.P({1,2,3,4}) -> 1.118033988749895
    =STDEVP(7) -> 0
    """
    return summary(here, values, lambda sample: sqrt(population_variance(sample)))


@function("VARA")
def vara(here: Here, *values: Ref) -> Operand:
    """The variance estimated from a sample in which texts count as 0 and booleans as 0 and 1.

    =VARA({1,"x",TRUE,4}) -> 3
    =VARA({1,2,3,4}) -> 1.6666666666666667
    """
    return summary(here, values, variance, everything=True)


@function("VARPA")
def varpa(here: Here, *values: Ref) -> Operand:
    """The variance of a population in which texts count as 0 and booleans as 0 and 1.

    =VARPA({1,"x",TRUE,4}) -> 2.25
    =VARPA({1,2,3,4}) -> 1.25
    """
    return summary(here, values, population_variance, everything=True)


@function("STDEVA")
def stdeva(here: Here, *values: Ref) -> Operand:
    """The standard deviation estimated from a sample in which texts count as 0 and booleans as 0 and 1.

    =STDEVA({1,"x",TRUE,4}) -> 1.7320508075688772
    =STDEVA({1,2,3,4}) -> 1.2909944487358056
    """
    return summary(here, values, deviation, everything=True)


@function("STDEVPA")
def stdevpa(here: Here, *values: Ref) -> Operand:
    """The standard deviation of a population in which texts count as 0 and booleans as 0 and 1.

    =STDEVPA({1,"x",TRUE,4}) -> 1.5
    =STDEVPA({1,2,3,4}) -> 1.118033988749895
    """
    return summary(here, values, lambda sample: sqrt(population_variance(sample)), everything=True)


@function("DEVSQ")
def devsq(here: Here, *values: Ref) -> Operand:
    """The sum of the squared deviations from the mean.

    =DEVSQ({4,5,8,7,11,4,3}) -> 48
    """
    return summary(here, values, lambda sample: needing(squares(sample), sample.count > 0, ErrorValue.NUM))


@function("AVEDEV", calculus=Calculus.KINK)
def avedev(here: Here, *values: Ref) -> Operand:
    """The mean of the absolute deviations from the mean.

    =AVEDEV({4,5,6,7,5,4,3}) -> 1.0204081632653061
    """

    def measure(sample: Sample) -> Node:
        absolute = per(sum_(abs_(deviations(sample)), -1), sample.count)
        return needing(absolute, sample.count > 0, ErrorValue.NUM)

    return summary(here, values, measure)


@function("GEOMEAN")
def geomean(here: Here, *values: Ref) -> Operand:
    """The geometric mean of positive numbers.

    =GEOMEAN({4,5,8,7,11,4,3}) -> 5.476986969656962
    =GEOMEAN({4,0}) -> #NUM!
    """

    def measure(sample: Sample) -> Node:
        positive = sample.keep(sample.values, 1.0)
        average = per(sum_(log(positive), -1), sample.count)
        result = needing(exp(average), sample.count > 0, ErrorValue.NUM)
        return guard(result, _any(less_equal(positive, 0.0)), ErrorValue.NUM)

    return summary(here, values, measure)


@function("HARMEAN")
def harmean(here: Here, *values: Ref) -> Operand:
    """The harmonic mean of positive numbers.

    =HARMEAN({4,5,8,7,11,4,3}) -> 5.028375962061728
    =HARMEAN({4,-1}) -> #NUM!
    """

    def measure(sample: Sample) -> Node:
        positive = sample.keep(sample.values, 1.0)
        result = div(constant(sample.count), total(sample, div(1.0, positive)))
        result = needing(result, sample.count > 0, ErrorValue.NA)
        return guard(result, _any(less_equal(positive, 0.0)), ErrorValue.NUM)

    return summary(here, values, measure)


def _any(truths: Node) -> Node:
    return sum_(truths, -1)


def _standardised(sample: Sample, scale: Node, exponent: float) -> Node:
    """The sum of powers of the deviations in units of a scale; #DIV/0! if all numbers are equal."""
    sums = sum_(power(deviations(sample), exponent), -1)
    return guard(div(sums, power(scale, exponent)), equal(scale, 0.0), ErrorValue.DIV0)


@function("SKEW")
def skew(here: Here, *values: Ref) -> Operand:
    """The skewness estimated from a sample.

    =SKEW({3,4,5,2,3,4,5,6,4,7}) -> 0.3595430714067974
    =SKEW({1,2}) -> #DIV/0!
    """

    def measure(sample: Sample) -> Node:
        n = sample.count
        scaled = per(_standardised(sample, deviation(sample), 3.0), (n - 1) * (n - 2))
        return needing(mul(scaled, n), n > 2, ErrorValue.DIV0)

    return summary(here, values, measure)


@function("SKEW.P")
def skew_p(here: Here, *values: Ref) -> Operand:
    """The skewness of a whole population.

    =SKEW.P({3,4,5,2,3,4,5,6,4,7}) -> 0.30319333935414654
    """

    def measure(sample: Sample) -> Node:
        cubes = _standardised(sample, sqrt(population_variance(sample)), 3.0)
        return needing(per(cubes, sample.count), sample.count > 2, ErrorValue.DIV0)

    return summary(here, values, measure)


@function("KURT")
def kurt(here: Here, *values: Ref) -> Operand:
    """The excess kurtosis estimated from a sample.

    =KURT({3,4,5,2,3,4,5,6,4,7}) -> -0.15179963720841538
    =KURT({1,1,1,1}) -> #DIV/0!
    """

    def measure(sample: Sample) -> Node:
        n = sample.count
        fourth = _standardised(sample, deviation(sample), 4.0)
        factor = per(constant(n * (n + 1)), (n - 1) * (n - 2) * (n - 3))
        correction = per(constant(3 * (n - 1) ** 2), (n - 2) * (n - 3))
        return needing(sub(mul(fourth, factor), correction), n > 3, ErrorValue.DIV0)

    return summary(here, values, measure)
