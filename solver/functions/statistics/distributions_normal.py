"""The normal and lognormal distributions, and what is made of them: standard scores, Fisher's transformation."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from solver.algebra import abs_, add, atanh, div, erf, exp, log, mul, ndtr, ndtri, sub, tanh
from solver.algebra.primitives.special import normal_density
from solver.functions.refusal import not_above, not_below, refused
from solver.functions.registry import function
from solver.functions.statistics.distributions import chosen, improper

if TYPE_CHECKING:
    from solver.functions.registry import Logical, Number


@function("NORM.S.DIST")
def norm_s_dist(z: Number, cumulative: Logical) -> Number:
    """The standard normal distribution function, or its density.

    =NORM.S.DIST(1.333333, TRUE) -> 0.9087887256040
    =NORM.S.DIST(-38, TRUE) -> 2.88542835e-316
    =NORM.S.DIST(0, FALSE) -> 0.3989422804014327
    """
    return chosen(cumulative, ndtr(z), normal_density(z))


@function("NORMSDIST")
def normsdist(z: Number) -> Number:
    """The standard normal distribution function.

    =NORMSDIST(0) -> 0.5
    """
    return ndtr(z)


@function("NORM.S.INV", "NORMSINV")
def norm_s_inv(probability: Number) -> Number:
    """The number below which a standard normal variable lies with a probability.

    =NORM.S.INV(0.975) -> 1.959963984540054
    =NORMSINV(1) -> #NUM!
    """
    return refused(ndtri(probability), improper(probability))


@function("NORM.DIST", "NORMDIST")
def norm_dist(x: Number, mean: Number, deviation: Number, cumulative: Logical) -> Number:
    """The normal distribution function, or its density.

    =NORM.DIST(42, 40, 1.5, TRUE) -> 0.9087887802741321
    =NORMDIST(42, 40, 1.5, FALSE) -> 0.10934004978399577
    =NORM.DIST(42, 40, 0, TRUE) -> #NUM!
    """
    z = div(sub(x, mean), deviation)
    return refused(chosen(cumulative, ndtr(z), div(normal_density(z), deviation)), not_above(deviation, 0.0))


@function("NORM.INV", "NORMINV")
def norm_inv(probability: Number, mean: Number, deviation: Number) -> Number:
    """The number below which a normal variable lies with a probability.

    =NORM.INV(0.908789, 40, 1.5) -> 42.00000200956624
    =NORMINV(0, 40, 1.5) -> #NUM!
    =NORMINV(0.5, 40, -1) -> #NUM!
    """
    value = add(mean, mul(deviation, ndtri(probability)))
    return refused(value, improper(probability), not_above(deviation, 0.0))


@function("LOGNORM.DIST")
def lognorm_dist(x: Number, mean: Number, deviation: Number, cumulative: Logical) -> Number:
    """The distribution function or density of a variable whose logarithm is normal.

    =LOGNORM.DIST(4, 3.5, 1.2, TRUE) -> 0.0390835557068005
    =LOGNORM.DIST(4, 3.5, 1.2, FALSE) -> 0.0176175966818061
    =LOGNORM.DIST(0, 3.5, 1.2, TRUE) -> #NUM!
    """
    z = div(sub(log(x), mean), deviation)
    density = div(normal_density(z), mul(x, deviation))
    return refused(chosen(cumulative, ndtr(z), density), not_above(x, 0.0), not_above(deviation, 0.0))


@function("LOGNORMDIST")
def lognormdist(x: Number, mean: Number, deviation: Number) -> Number:
    """The distribution function of a variable whose logarithm is normal.

    =LOGNORMDIST(4, 3.5, 1.2) -> 0.0390835557068005
    """
    z = div(sub(log(x), mean), deviation)
    return refused(ndtr(z), not_above(x, 0.0), not_above(deviation, 0.0))


@function("LOGNORM.INV", "LOGINV")
def lognorm_inv(probability: Number, mean: Number, deviation: Number) -> Number:
    """The number below which a lognormal variable lies with a probability.

    =LOGNORM.INV(0.039084, 3.5, 1.2) -> 4.0000252186806
    =LOGINV(1, 3.5, 1.2) -> #NUM!
    """
    value = exp(add(mean, mul(deviation, ndtri(probability))))
    return refused(value, improper(probability), not_above(deviation, 0.0))


@function("STANDARDIZE")
def standardize(x: Number, mean: Number, deviation: Number) -> Number:
    """How many standard deviations a number lies above the mean.

    =STANDARDIZE(42, 40, 1.5) -> 1.3333333333333333
    =STANDARDIZE(42, 40, 0) -> #NUM!
    """
    return refused(div(sub(x, mean), deviation), not_above(deviation, 0.0))


@function("PHI")
def phi(x: Number) -> Number:
    """The density of the standard normal distribution.

    =PHI(0.75) -> 0.30113743215480443
    """
    return normal_density(x)


@function("GAUSS")
def gauss(z: Number) -> Number:
    """The probability that a standard normal variable lies between 0 and z.

    =GAUSS(2) -> 0.47724986805182085
    =GAUSS(1e-20) -> 3.989422804014327e-21
    """
    return mul(erf(mul(z, math.sqrt(0.5))), 0.5)


@function("FISHER")
def fisher(x: Number) -> Number:
    """Fisher's transformation of a correlation coefficient.

    =FISHER(0.75) -> 0.9729550745276566
    =FISHER(1) -> #NUM!
    """
    return refused(atanh(x), not_below(abs_(x), 1.0))


@function("FISHERINV")
def fisherinv(y: Number) -> Number:
    """The correlation coefficient of which y is Fisher's transformation.

    =FISHERINV(0.972955) -> 0.7499999673941058
    """
    return tanh(y)
