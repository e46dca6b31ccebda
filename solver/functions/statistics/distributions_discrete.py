"""Distributions of counts: binomial, negative binomial and hypergeometric.

A sum of binomial probabilities is a beta integral, P(X <= k) = 1 - I(k + 1, n - k; p), which is smooth in p and keeps
the digits of both tails.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from solver.algebra import add, betainc, equal, exp, less, lgamma, maximum, minimum, mul, neg, sub, trunc, where
from solver.algebra.primitives.probability import betaincc
from solver.algebra.primitives.special import xlog1py, xlogy
from solver.functions.allowance import PRODUCT, spend
from solver.functions.refusal import above, below, refused
from solver.functions.registry import Calculus, function
from solver.functions.statistics.distributions import chosen, improper
from solver.values import ErrorValue

if TYPE_CHECKING:
    from solver.algebra import Node
    from solver.functions.registry import Logical, Number

_DEVIATION, _AT_MOST = 0.01, 1e7
"""The steps that a search among the sums takes for each unit of the root of the number of trials, and in all."""


def _log_choose(n: Node, k: Node) -> Node:
    """The logarithm of the number of ways to choose k of n things."""
    return sub(sub(lgamma(add(n, 1.0)), lgamma(add(k, 1.0))), lgamma(add(sub(n, k), 1.0)))


def _mass(k: Node, n: Node, p: Node) -> Node:
    """The probability of exactly k successes in n trials."""
    return exp(add(_log_choose(n, k), add(xlogy(k, p), xlog1py(sub(n, k), neg(p)))))


def _up_to(k: Node, n: Node, p: Node) -> Node:
    """The probability of at most k successes in n trials: 0 below 0, 1 from n on."""
    inside = minimum(maximum(k, 0.0), sub(n, 1.0))
    tail = betaincc(add(inside, 1.0), sub(n, inside), p)
    return where(less(k, 0.0), 0.0, where(less(k, n), tail, 1.0))


def _beyond(k: Node, n: Node, p: Node) -> Node:
    """The probability of more than k successes in n trials."""
    inside = minimum(maximum(k, 0.0), sub(n, 1.0))
    tail = betainc(add(inside, 1.0), sub(n, inside), p)
    return where(less(k, 0.0), 1.0, where(less(k, n), tail, 0.0))


def _no_probability(p: Node) -> Node:
    return add(less(p, 0.0), less(1.0, p))


@function("BINOM.DIST", "BINOMDIST")
def binom_dist(successes: Number, trials: Number, probability: Number, cumulative: Logical) -> Number:
    """The probability of at most a number of successes in independent trials, or of exactly that number.

    =BINOM.DIST(6, 10, 0.5, FALSE) -> 0.205078125
    =BINOMDIST(6, 10, 0.5, TRUE) -> 0.828125
    =BINOM.DIST(0, 0, 0.5, TRUE) -> 1
    =BINOM.DIST(11, 10, 0.5, TRUE) -> #NUM!
    =BINOM.DIST(-1E-10, 10, 0.5, TRUE) -> #NUM!
    """
    k, n = trunc(successes), trunc(trials)
    value = chosen(cumulative, _up_to(k, n, probability), _mass(k, n, probability))
    return refused(value, below(successes, 0.0), above(k, n), _no_probability(probability))


@function("BINOM.DIST.RANGE")
def binom_dist_range(trials: Number, probability: Number, least: Number, most: Number | None = None) -> Number:
    """The probability of a number of successes between two bounds, or of exactly the one.

    =BINOM.DIST.RANGE(60, 0.75, 48) -> 0.08397496742904753
    =BINOM.DIST.RANGE(60, 0.75, 45, 50) -> 0.5236297934718875
    =BINOM.DIST.RANGE(60, 0.75, 50, 45) -> #NUM!
    """
    n, low = trunc(trials), trunc(least)
    wrong = below(low, 0.0), above(low, n), _no_probability(probability)
    if most is None:
        return refused(_mass(low, n, probability), *wrong)
    high = trunc(most)
    before = sub(low, 1.0)
    # the difference of the smaller tails loses no digits
    upper = sub(_beyond(before, n, probability), _beyond(high, n, probability))
    lower = sub(_up_to(high, n, probability), _up_to(before, n, probability))
    value = where(less(mul(n, probability), low), upper, lower)
    value = where(equal(low, high), _mass(low, n, probability), value)
    return refused(value, *wrong, above(high, n), above(low, high))


@function("BINOM.INV", "CRITBINOM", calculus=Calculus.STEP, steps=10_000)
def binom_inv(trials: float, probability: float, alpha: float) -> float | ErrorValue:
    """The smallest number of successes that is not exceeded with at least a probability.

    =BINOM.INV(6, 0.5, 0.75) -> 4
    =CRITBINOM(100, 0.5, 0.05) -> 42
    =CRITBINOM(-1, 0.5, 0.05) -> #NUM!
    =BINOM.INV(10, 1, 0.8) -> #NUM!
    =BINOM.INV(1, 0.8, 0.2) -> 1
    """
    from scipy.special import betaincc, ndtri

    n = math.trunc(trials)
    if trials < 0 or not 0 < probability < 1 or not 0 <= alpha <= 1:
        return ErrorValue.NUM
    spend(min(_DEVIATION * math.sqrt(n), _AT_MOST))  # beta integrals near the mean take the longer, the more trials
    normal = n * probability + ndtri(alpha) * math.sqrt(n * probability * (1 - probability)) if n else 0.0
    below, enough, width = -1, n, 1
    at = int(min(max(normal, 0.0), n))
    while enough - below > 1:
        at = min(max(at, below + 1), enough - 1)
        if betaincc(at + 1, n - at, probability) >= alpha:
            enough = at
        else:
            below = at
        width *= 2
        at = enough - width if below < 0 else below + width if enough == n else (below + enough) // 2
    return float(enough)


@function("NEGBINOM.DIST")
def negbinom_dist(failures: Number, successes: Number, probability: Number, cumulative: Logical) -> Number:
    """The probability of at most (or exactly) so many failures before a number of successes.

    =NEGBINOM.DIST(10, 5, 0.25, TRUE) -> 0.3135140584781766
    =NEGBINOM.DIST(10, 5, 0.25, FALSE) -> 0.05504866037517786
    =NEGBINOM.DIST(-1E-10, 5, 0.25, TRUE) -> #NUM!
    =NEGBINOM.DIST(0, 1, 1, FALSE) -> #NUM!
    """
    k, r = trunc(failures), trunc(successes)
    value = chosen(cumulative, betainc(r, add(k, 1.0), probability), _waiting(k, r, probability))
    return refused(value, *_wrong_waiting(failures, r, probability))


@function("NEGBINOMDIST")
def negbinomdist(failures: Number, successes: Number, probability: Number) -> Number:
    """The probability of exactly so many failures before a number of successes.

    =NEGBINOMDIST(10, 5, 0.25) -> 0.05504866037517786
    """
    k, r = trunc(failures), trunc(successes)
    return refused(_waiting(k, r, probability), *_wrong_waiting(failures, r, probability))


def _waiting(k: Node, r: Node, p: Node) -> Node:
    ways = _log_choose(sub(add(k, r), 1.0), k)
    return exp(add(ways, add(xlogy(r, p), xlog1py(k, neg(p)))))


def _wrong_waiting(k: Node, r: Node, p: Node) -> tuple[Node, Node, Node]:
    return below(k, 0.0), below(r, 1.0), improper(p)


@function("HYPGEOM.DIST", calculus=Calculus.STEP)
def hypgeom_dist(
    sample_successes: float, sample: float, successes: float, population: float, cumulative: bool
) -> float | ErrorValue:
    """The probability of at most (or exactly) so many successes in a sample that is drawn without putting back.

    =HYPGEOM.DIST(1, 4, 8, 20, TRUE) -> 0.465428276573787
    =HYPGEOM.DIST(1, 4, 8, 20, FALSE) -> 0.363261093911249
    =HYPGEOM.DIST(5, 4, 8, 20, FALSE) -> #NUM!
    =HYPGEOM.DIST(-0.1, 4, 8, 20, FALSE) -> #NUM!
    """
    k, n = math.trunc(sample_successes), math.trunc(sample)
    good, total = math.trunc(successes), math.trunc(population)
    least = max(0, n - total + good)
    if sample_successes < 0 or total <= 0 or not 0 < n <= total or not 0 < good <= total:
        return ErrorValue.NUM
    if not least <= k <= min(n, good):
        return ErrorValue.NUM
    first = least if cumulative else k
    spend(PRODUCT * (k - first + 2) * min(n, total - n) ** 2)  # exact whole numbers grow with the sample
    ways = sum(math.comb(good, j) * math.comb(total - good, n - j) for j in range(first, k + 1))
    return ways / math.comb(total, n)


@function("HYPGEOMDIST", calculus=Calculus.STEP)
def hypgeomdist(sample_successes: float, sample: float, successes: float, population: float) -> float | ErrorValue:
    """The probability of exactly so many successes in a sample that is drawn without putting back.

    =HYPGEOMDIST(1, 4, 8, 20) -> 0.363261093911249
    """
    value = hypgeom_dist(sample_successes, sample, successes, population, False)
    assert isinstance(value, (float, ErrorValue))
    return value
