"""Distributions made of the beta integral: beta, F and Student's t."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solver.algebra import add, betainc, betaincinv, div, equal, mul, neg, sub, trunc
from solver.algebra.primitives.probability import betainccinv, student, student_density, student_inverse
from solver.algebra.primitives.special import beta_density
from solver.functions.operand import ONE, ZERO, guard
from solver.functions.refusal import above, below, not_above, not_below, refused
from solver.functions.registry import function
from solver.functions.statistics.distributions import chosen, improper
from solver.values import ErrorValue

if TYPE_CHECKING:
    from solver.algebra import Node
    from solver.functions.registry import Logical, Number


@function("BETA.DIST")
def beta_dist(
    x: Number, alpha: Number, beta: Number, cumulative: Logical, lower: Number = ZERO, upper: Number = ONE
) -> Number:
    """The beta distribution function on an interval, or its density.

    =BETA.DIST(2, 8, 10, TRUE, 1, 3) -> 0.6854705810117458
    =BETA.DIST(2, 8, 10, FALSE, 1, 3) -> 1.4837646484374
    =BETA.DIST(4, 8, 10, TRUE, 1, 3) -> #NUM!
    """
    width = sub(upper, lower)
    unit = div(sub(x, lower), width)
    value = chosen(cumulative, betainc(alpha, beta, unit), div(beta_density(alpha, beta, unit), width))
    return refused(value, *_wrong_beta(alpha, beta), below(x, lower), above(x, upper), equal(lower, upper))


@function("BETADIST")
def betadist(x: Number, alpha: Number, beta: Number, lower: Number = ZERO, upper: Number = ONE) -> Number:
    """The beta distribution function on an interval.

    =BETADIST(2, 8, 10, 1, 3) -> 0.6854705810117458
    """
    unit = div(sub(x, lower), sub(upper, lower))
    value = betainc(alpha, beta, unit)
    return refused(value, *_wrong_beta(alpha, beta), below(x, lower), above(x, upper), equal(lower, upper))


@function("BETA.INV", "BETAINV")
def beta_inv(probability: Number, alpha: Number, beta: Number, lower: Number = ZERO, upper: Number = ONE) -> Number:
    """The number below which a beta variable lies with a probability.

    =BETA.INV(0.685470581, 8, 10, 1, 3) -> 1.9999999999602
    =BETAINV(0, 8, 10) -> #NUM!
    =BETA.INV(1, 1, 2, 0, 1) -> #NUM!
    """
    value = add(lower, mul(betaincinv(alpha, beta, probability), sub(upper, lower)))
    outside = not_above(probability, 0.0), not_below(probability, 1.0)
    return refused(value, *_wrong_beta(alpha, beta), *outside, not_below(lower, upper))


def _wrong_beta(alpha: Node, beta: Node) -> tuple[Node, Node]:
    return not_above(alpha, 0.0), not_above(beta, 0.0)


class _Ratio:
    """Both degrees of freedom of an F distribution, whole, and the conditions under which they are refused.

    With a = n1 / 2 and b = n2 / 2, F = (b / a) u / (1 - u) where u has the beta distribution of a and b.
    """

    def __init__(self, first: Node, second: Node) -> None:
        n, m = trunc(first), trunc(second)
        self.a, self.b = div(n, 2.0), div(m, 2.0)
        self.wrong = (below(n, 1.0), below(m, 1.0), above(n, 1e10), above(m, 1e10))

    def unit(self, x: Node) -> Node:
        """u at F = x."""
        scaled = mul(x, self.a)
        return div(scaled, add(scaled, self.b))

    def rest(self, x: Node) -> Node:
        """1 - u at F = x, which keeps its digits where x is large."""
        return div(self.b, add(mul(x, self.a), self.b))

    def ratio(self, unit: Node, rest: Node) -> Node:
        """F at u and 1 - u."""
        return div(mul(unit, self.b), mul(rest, self.a))

    def density(self, x: Node) -> Node:
        """The density at F = x: that of u, times du/dx = u' = (a / b) (1 - u)^2."""
        rest = self.rest(x)
        return div(mul(mul(beta_density(self.a, self.b, self.unit(x)), self.a), mul(rest, rest)), self.b)


@function("F.DIST")
def f_dist(x: Number, first: Number, second: Number, cumulative: Logical) -> Number:
    """The F distribution function, or its density.

    =F.DIST(15.206864861157, 6, 4, TRUE) -> 0.99
    =F.DIST(15.2069, 6, 4, FALSE) -> 0.0012237917087831735
    =F.DIST(0, 2, 4, FALSE) -> 1
    =F.DIST(1, 0.5, 4, TRUE) -> #NUM!
    """
    ratio = _Ratio(first, second)
    value = chosen(cumulative, betainc(ratio.a, ratio.b, ratio.unit(x)), ratio.density(x))
    return refused(value, below(x, 0.0), *ratio.wrong)


@function("F.DIST.RT", "FDIST")
def f_dist_rt(x: Number, first: Number, second: Number) -> Number:
    """The probability that an F variable exceeds x.

    =F.DIST.RT(15.206864861157, 6, 4) -> 0.01
    =FDIST(1e10, 6, 4) -> 2.666666666074074e-20
    """
    ratio = _Ratio(first, second)
    return refused(betainc(ratio.b, ratio.a, ratio.rest(x)), below(x, 0.0), *ratio.wrong)


@function("F.INV")
def f_inv(probability: Number, first: Number, second: Number) -> Number:
    """The number below which an F variable lies with a probability.

    =F.INV(0.01, 6, 4) -> 0.10930991412457852
    =F.INV(1, 6, 4) -> #NUM!
    """
    ratio = _Ratio(first, second)
    unit = betaincinv(ratio.a, ratio.b, probability)
    rest = betainccinv(ratio.b, ratio.a, probability)
    return refused(ratio.ratio(unit, rest), below(probability, 0.0), not_below(probability, 1.0), *ratio.wrong)


@function("F.INV.RT", "FINV")
def f_inv_rt(probability: Number, first: Number, second: Number) -> Number:
    """The number that an F variable exceeds with a probability.

    =F.INV.RT(0.01, 6, 4) -> 15.206864861157
    =FINV(1, 6, 4) -> 0
    =FINV(0, 6, 4) -> #NUM!
    """
    ratio = _Ratio(first, second)
    rest = betaincinv(ratio.b, ratio.a, probability)
    unit = betainccinv(ratio.a, ratio.b, probability)
    return refused(ratio.ratio(unit, rest), not_above(probability, 0.0), above(probability, 1.0), *ratio.wrong)


def _degrees(degrees: Node) -> tuple[Node, tuple[Node, Node]]:
    """The whole degrees of freedom of Student's t, and the conditions under which they are refused."""
    whole = trunc(degrees)
    return whole, (below(whole, 1.0), above(whole, 1e10))


@function("T.DIST")
def t_dist(x: Number, degrees: Number, cumulative: Logical) -> Number:
    """Student's t distribution function, or its density.

    =T.DIST(60, 1, TRUE) -> 0.99469532638159
    =T.DIST(8, 3, FALSE) -> 0.000736906520946927
    =T.DIST(-1e100, 2, TRUE) -> 5e-201
    =T.DIST(1, 0.9, FALSE) -> #DIV/0!
    """
    n, wrong = _degrees(degrees)
    value = refused(chosen(cumulative, student(n, x), student_density(n, x)), *wrong)
    return guard(value, mul(equal(n, 0.0), equal(cumulative, 0.0)), ErrorValue.DIV0)


@function("T.DIST.RT")
def t_dist_rt(x: Number, degrees: Number) -> Number:
    """The probability that Student's t exceeds x.

    =T.DIST.RT(1.959999998, 60) -> 0.027322464988
    """
    n, wrong = _degrees(degrees)
    return refused(student(n, neg(x)), *wrong)


@function("T.DIST.2T")
def t_dist_2t(x: Number, degrees: Number) -> Number:
    """The probability that Student's t exceeds x in either direction.

    =T.DIST.2T(1.959999998, 60) -> 0.054644929975921
    =T.DIST.2T(-1, 60) -> #NUM!
    """
    n, wrong = _degrees(degrees)
    return refused(mul(student(n, neg(x)), 2.0), below(x, 0.0), *wrong)


@function("TDIST")
def tdist(x: Number, degrees: Number, tails: Number) -> Number:
    """The probability that Student's t exceeds x in one direction or in either.

    =TDIST(1.959999998, 60, 2) -> 0.054644929975921
    =TDIST(1.959999998, 60, 1) -> 0.0273224649879605
    =TDIST(1, 60, 3) -> #NUM!
    """
    n, wrong = _degrees(degrees)
    sides = trunc(tails)
    return refused(mul(student(n, neg(x)), sides), below(x, 0.0), below(sides, 1.0), above(sides, 2.0), *wrong)


@function("T.INV")
def t_inv(probability: Number, degrees: Number) -> Number:
    """The number below which Student's t lies with a probability.

    =T.INV(0.75, 2) -> 0.816496580927726
    =T.INV(1, 2) -> #NUM!
    =T.INV(0, 2) -> #DIV/0!
    """
    n, wrong = _degrees(degrees)
    value = refused(student_inverse(n, probability), improper(probability), *wrong)
    return guard(value, equal(probability, 0.0), ErrorValue.DIV0)


@function("T.INV.2T")
def t_inv_2t(probability: Number, degrees: Number) -> Number:
    """The number that Student's t exceeds in either direction with a probability.

    Beyond what Excel documents, up to a probability of 2, the number is negative.

    =T.INV.2T(0.546449, 60) -> 0.606533075825
    =T.INV.2T(1.5, 10) -> -0.6998120613124317
    =T.INV.2T(0, 1) -> #DIV/0!
    """
    return guard(_exceeded(probability, degrees), equal(probability, 0.0), ErrorValue.DIV0)


def _exceeded(probability: Node, degrees: Node) -> Node:
    n, wrong = _degrees(degrees)
    value = neg(student_inverse(n, div(probability, 2.0)))
    return refused(value, not_above(probability, 0.0), not_below(probability, 2.0), *wrong)


@function("TINV")
def tinv(probability: Number, degrees: Number) -> Number:
    """The number that Student's t exceeds in either direction with a probability.

    =TINV(1, 60) -> 0
    =TINV(0.546449, 60) -> 0.606533075825
    =TINV(1.1, 60) -> #NUM!
    """
    return refused(_exceeded(probability, degrees), above(probability, 1.0))
