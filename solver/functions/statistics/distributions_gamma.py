"""Distributions made of the gamma integral: gamma, chi-squared and Poisson; and the exponential and Weibull ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solver.algebra import (
    add,
    div,
    equal,
    exp,
    expm1,
    floor,
    gammainc,
    gammaincc,
    gammaincinv,
    lgamma,
    mul,
    neg,
    power,
    sub,
    trunc,
    where,
)
from solver.algebra.primitives.probability import gamma as gamma_of
from solver.algebra.primitives.probability import gammainccinv
from solver.algebra.primitives.special import gamma_density, xlogy
from solver.functions.refusal import above, below, not_above, not_below, refused
from solver.functions.registry import function
from solver.functions.statistics.distributions import chosen

if TYPE_CHECKING:
    from solver.algebra import Node
    from solver.functions.registry import Logical, Number

MOST_DEGREES = 1e10


@function("GAMMA")
def gamma(x: Number) -> Number:
    """The gamma function.

    =GAMMA(2.5) -> 1.329340388179137
    =GAMMA(-3.75) -> 0.26786612886141653
    =GAMMA(-2) -> #NUM!
    =GAMMA(0) -> #NUM!
    """
    pole = mul(not_above(x, 0.0), equal(x, floor(x)))
    return refused(gamma_of(x), pole)


@function("GAMMALN", "GAMMALN.PRECISE")
def gammaln(x: Number) -> Number:
    """The logarithm of the gamma function.

    =GAMMALN(4) -> 1.791759469228055
    =GAMMALN.PRECISE(4.5) -> 2.453736570842442
    =GAMMALN(0) -> #NUM!
    """
    return refused(lgamma(x), not_above(x, 0.0))


@function("GAMMA.DIST", "GAMMADIST")
def gamma_dist(x: Number, alpha: Number, beta: Number, cumulative: Logical) -> Number:
    """The gamma distribution function, or its density.

    =GAMMA.DIST(10.00001131, 9, 2, FALSE) -> 0.03263913041829483
    =GAMMADIST(10.00001131, 9, 2, TRUE) -> 0.06809400386510376
    =GAMMA.DIST(0, 2, 1, FALSE) -> 0
    =GAMMA.DIST(0, 1, 1, FALSE) -> #NUM!
    =GAMMA.DIST(-1, 9, 2, TRUE) -> #NUM!
    """
    scaled = div(x, beta)
    value = chosen(cumulative, gammainc(alpha, scaled), div(gamma_density(alpha, scaled), beta))
    # the density of the exponential distribution at 0 has a value, but not in Excel
    undefined = where(cumulative, 0.0, mul(equal(x, 0.0), not_above(alpha, 1.0)))
    return refused(value, below(x, 0.0), not_above(alpha, 0.0), not_above(beta, 0.0), undefined)


@function("GAMMA.INV", "GAMMAINV")
def gamma_inv(probability: Number, alpha: Number, beta: Number) -> Number:
    """The number below which a gamma variable lies with a probability.

    =GAMMA.INV(0.068094, 9, 2) -> 10.000011191436
    =GAMMAINV(0, 9, 2) -> 0
    =GAMMAINV(1, 9, 2) -> #NUM!
    """
    value = mul(gammaincinv(alpha, probability), beta)
    outside = below(probability, 0.0), not_below(probability, 1.0)
    return refused(value, *outside, not_above(alpha, 0.0), not_above(beta, 0.0))


def _degrees(degrees: Node) -> tuple[Node, tuple[Node, Node]]:
    """Half the whole degrees of freedom, and the conditions under which they are refused."""
    whole = trunc(degrees)
    return div(whole, 2.0), (below(whole, 1.0), above(whole, MOST_DEGREES))


@function("CHISQ.DIST")
def chisq_dist(x: Number, degrees: Number, cumulative: Logical) -> Number:
    """The chi-squared distribution function, or its density.

    =CHISQ.DIST(0.5, 1, TRUE) -> 0.520499877813047
    =CHISQ.DIST(2, 3, FALSE) -> 0.207553748710297
    =CHISQ.DIST(2, 0.9, TRUE) -> #NUM!
    """
    half, wrong = _degrees(degrees)
    scaled = div(x, 2.0)
    value = chosen(cumulative, gammainc(half, scaled), div(gamma_density(half, scaled), 2.0))
    return refused(value, below(x, 0.0), *wrong)


@function("CHISQ.DIST.RT", "CHIDIST")
def chisq_dist_rt(x: Number, degrees: Number) -> Number:
    """The probability that a chi-squared variable exceeds x.

    =CHISQ.DIST.RT(18.307, 10) -> 0.0500005890913981
    =CHIDIST(2000, 2) -> 0
    """
    half, wrong = _degrees(degrees)
    return refused(gammaincc(half, div(x, 2.0)), below(x, 0.0), *wrong)


@function("CHISQ.INV")
def chisq_inv(probability: Number, degrees: Number) -> Number:
    """The number below which a chi-squared variable lies with a probability.

    =CHISQ.INV(0.93, 1) -> 3.28302028675954
    =CHISQ.INV(1, 1) -> #NUM!
    """
    half, wrong = _degrees(degrees)
    value = mul(gammaincinv(half, probability), 2.0)
    return refused(value, below(probability, 0.0), not_below(probability, 1.0), *wrong)


@function("CHISQ.INV.RT", "CHIINV")
def chisq_inv_rt(probability: Number, degrees: Number) -> Number:
    """The number that a chi-squared variable exceeds with a probability.

    =CHISQ.INV.RT(0.050001, 10) -> 18.3069734569611
    =CHIINV(1, 3) -> 0
    =CHIINV(0, 3) -> #NUM!
    """
    half, wrong = _degrees(degrees)
    value = mul(gammainccinv(half, probability), 2.0)
    return refused(value, not_above(probability, 0.0), above(probability, 1.0), *wrong)


@function("EXPON.DIST", "EXPONDIST")
def expon_dist(x: Number, rate: Number, cumulative: Logical) -> Number:
    """The exponential distribution function, or its density.

    =EXPON.DIST(0.2, 10, TRUE) -> 0.864664716763387
    =EXPONDIST(0.2, 10, FALSE) -> 1.35335283236613
    =EXPON.DIST(1, 0, TRUE) -> #NUM!
    """
    exponent = neg(mul(rate, x))
    value = chosen(cumulative, neg(expm1(exponent)), mul(rate, exp(exponent)))
    return refused(value, below(x, 0.0), not_above(rate, 0.0))


@function("WEIBULL.DIST", "WEIBULL")
def weibull_dist(x: Number, alpha: Number, beta: Number, cumulative: Logical) -> Number:
    """The Weibull distribution function, or its density.

    =WEIBULL.DIST(105, 20, 100, TRUE) -> 0.929581390069277
    =WEIBULL(105, 20, 100, FALSE) -> 0.0355888640245043
    =WEIBULL.DIST(0, 1, 1, FALSE) -> 0
    """
    scaled = div(x, beta)
    risk = power(scaled, alpha)
    density = exp(sub(xlogy(sub(alpha, 1.0), scaled), risk))
    # the density of the exponential distribution at 0 has a value, but to Excel it is 0
    density = where(mul(equal(x, 0.0), equal(alpha, 1.0)), 0.0, density)
    value = chosen(cumulative, neg(expm1(neg(risk))), div(mul(density, alpha), beta))
    return refused(value, below(x, 0.0), not_above(alpha, 0.0), not_above(beta, 0.0))


@function("POISSON.DIST", "POISSON")
def poisson_dist(x: Number, mean: Number, cumulative: Logical) -> Number:
    """The probability of at most x events (or exactly x) where so many are expected.

    =POISSON.DIST(2, 5, TRUE) -> 0.124652019483081
    =POISSON(2, 5, FALSE) -> 0.0842243374885683
    =POISSON(0, 0, FALSE) -> 1
    =POISSON(-0.5, 5, TRUE) -> #NUM!
    """
    events = trunc(x)
    mass = exp(sub(sub(xlogy(events, mean), mean), lgamma(add(events, 1.0))))
    value = chosen(cumulative, gammaincc(add(events, 1.0), mean), mass)
    return refused(value, below(x, 0.0), below(mean, 0.0))
