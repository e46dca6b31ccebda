"""Distributions against SciPy, inverses against their own functions, and tails down to the smallest numbers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import stats
from scipy.special import betaincc

from solver.compiler.calculation import Calculation
from solver.grid import Cell
from solver.values import ErrorValue, Scalar
from tests.books import book_of

HOME = Cell("Sheet1", 20, 20)
CALCULATION = Calculation(book_of({"Sheet1": {"A1": 1.0}}))


def value(formula: str) -> Scalar:
    """The value of one formula without cells."""
    return CALCULATION.evaluate(formula, HOME).scalar()


CONTINUOUS = [
    ("NORM.DIST", (1.5, 2.0), stats.norm(1.5, 2.0), [-60.0, -3.0, 1.4, 8.0]),
    ("LOGNORM.DIST", (0.5, 0.8), stats.lognorm(0.8, scale=math.exp(0.5)), [1e-6, 0.5, 2.0, 40.0]),
    ("GAMMA.DIST", (2.5, 3.0), stats.gamma(2.5, scale=3.0), [1e-9, 0.5, 7.0, 200.0]),
    ("GAMMA.DIST", (400.0, 0.1), stats.gamma(400.0, scale=0.1), [20.0, 39.0, 41.0, 60.0]),
    ("CHISQ.DIST", (7,), stats.chi2(7), [1e-5, 3.0, 20.0]),
    ("EXPON.DIST", (0.4,), stats.expon(scale=2.5), [1e-12, 1.0, 90.0]),
    ("WEIBULL.DIST", (1.7, 3.0), stats.weibull_min(1.7, scale=3.0), [1e-8, 2.0, 20.0]),
    ("BETA.DIST", (2.0, 7.5), stats.beta(2.0, 7.5), [1e-7, 0.2, 0.95]),
    ("F.DIST", (5, 12), stats.f(5, 12), [1e-4, 1.0, 30.0]),
    ("T.DIST", (3,), stats.t(3), [-1e6, -2.0, 0.0, 1e-3, 5.0]),
    ("T.DIST", (250,), stats.t(250), [-12.0, -0.5, 3.0]),
]


@pytest.mark.parametrize(("name", "parameters", "oracle", "points"), CONTINUOUS)
def test_continuous(name: str, parameters: tuple[float, ...], oracle: Any, points: list[float]) -> None:
    """Distribution function and density at ordinary and extreme points."""
    listed = ",".join(str(p) for p in parameters)
    for x in points:
        assert value(f"{name}({x},{listed},TRUE)") == pytest.approx(oracle.cdf(x), rel=1e-11, abs=1e-300)
        assert value(f"{name}({x},{listed},FALSE)") == pytest.approx(oracle.pdf(x), rel=1e-11, abs=1e-300)


INVERSES = [
    ("NORM.S.INV({p})", "NORM.S.DIST({x},TRUE)"),
    ("LOGNORM.INV({p},1,0.5)", "LOGNORM.DIST({x},1,0.5,TRUE)"),
    ("GAMMA.INV({p},0.7,2)", "GAMMA.DIST({x},0.7,2,TRUE)"),
    ("CHISQ.INV({p},4)", "CHISQ.DIST({x},4,TRUE)"),
    ("CHISQ.INV.RT({p},4)", "CHISQ.DIST.RT({x},4)"),
    ("BETA.INV({p},2,3)", "BETA.DIST({x},2,3,TRUE)"),
    ("F.INV({p},3,8)", "F.DIST({x},3,8,TRUE)"),
    ("F.INV.RT({p},3,8)", "F.DIST.RT({x},3,8)"),
    ("T.INV({p},5)", "T.DIST({x},5,TRUE)"),
    ("T.INV.2T({p},5)", "T.DIST.2T({x},5)"),
]


@pytest.mark.parametrize("p", [1e-300, 1e-40, 1e-9, 0.02, 0.5, 0.97])
@pytest.mark.parametrize(("inverse", "function"), INVERSES)
def test_inverse(inverse: str, function: str, p: float) -> None:
    """The distribution function at the inverse's value is the probability, however small."""
    x = value(inverse.format(p=p))
    assert isinstance(x, float)
    assert value(function.format(x=repr(x))) == pytest.approx(p, rel=1e-10)


def test_right_tails() -> None:
    """Upper tails are not one minus something."""
    assert value("CHISQ.DIST.RT(1200,3)") == pytest.approx(stats.chi2(3).sf(1200), rel=1e-10)
    assert value("F.DIST.RT(1E9,4,30)") == pytest.approx(stats.f(4, 30).sf(1e9), rel=1e-10)
    assert value("T.DIST.RT(1E5,9)") == pytest.approx(stats.t(9).sf(1e5), rel=1e-10)
    assert value("1-NORM.S.DIST(9,TRUE)") == 0
    assert value("NORM.S.DIST(-9,TRUE)") == pytest.approx(stats.norm.sf(9), rel=1e-12)


@pytest.mark.parametrize("k", [0, 1, 17, 30, 59, 60])
@pytest.mark.parametrize("p", [0.0, 1e-5, 0.3, 0.999, 1.0])
def test_binomial(k: int, p: float) -> None:
    """Masses and sums over the whole range of successes and probabilities."""
    oracle = stats.binom(60, p)
    assert value(f"BINOM.DIST({k},60,{p},FALSE)") == pytest.approx(oracle.pmf(k), rel=1e-11, abs=1e-300)
    assert value(f"BINOM.DIST({k},60,{p},TRUE)") == pytest.approx(oracle.cdf(k), rel=1e-11, abs=1e-300)


def test_other_counts() -> None:
    """Poisson, negative binomial and hypergeometric."""
    for k in (0, 3, 40):
        assert value(f"POISSON.DIST({k},7.5,FALSE)") == pytest.approx(stats.poisson(7.5).pmf(k), rel=1e-11)
        assert value(f"POISSON.DIST({k},7.5,TRUE)") == pytest.approx(stats.poisson(7.5).cdf(k), rel=1e-11)
        assert value(f"NEGBINOM.DIST({k},6,0.3,TRUE)") == pytest.approx(stats.nbinom(6, 0.3).cdf(k), rel=1e-11)
    for k in (2, 5, 9):
        oracle = stats.hypergeom(50, 20, 12)
        assert value(f"HYPGEOM.DIST({k},12,20,50,FALSE)") == pytest.approx(oracle.pmf(k), rel=1e-11)
        assert value(f"HYPGEOM.DIST({k},12,20,50,TRUE)") == pytest.approx(oracle.cdf(k), rel=1e-11)


@pytest.mark.parametrize("alpha", [0.001, 0.3, 0.5, 0.9999])
def test_critical_binomial(alpha: float) -> None:
    """The smallest number of successes whose sum of probabilities reaches alpha."""
    assert value(f"BINOM.INV(40,0.35,{alpha})") == stats.binom(40, 0.35).ppf(alpha)


@pytest.mark.parametrize("trials", [0, 1, 2, 30, 1e6, 1e12])
@pytest.mark.parametrize("probability", [1e-9, 0.02, 0.5, 0.9999])
@pytest.mark.parametrize("alpha", [0, 1e-12, 0.2, 0.5, 0.975])
def test_critical_binomial_of_any_size(trials: float, probability: float, alpha: float) -> None:
    """It reaches alpha, and one success less does not."""
    least = value(f"BINOM.INV({trials},{probability},{alpha})")
    assert isinstance(least, float)
    below, reached = (sum_to(least - k, trials, probability) for k in (1, 0))
    assert reached >= alpha
    assert below < alpha or least == 0


def sum_to(successes: float, trials: float, probability: float) -> float:
    """The probability of at most so many successes."""
    return 1.0 if successes >= trials else float(betaincc(successes + 1, trials - successes, probability))


@pytest.mark.parametrize(
    "formula",
    [
        "NORM.DIST(1,0,0,TRUE)",
        "NORM.S.INV(0)",
        "LOGNORM.INV(1,0,1)",
        "GAMMA.DIST(1,0,1,TRUE)",
        "GAMMA.INV(1,1,1)",
        "CHISQ.INV.RT(0,3)",
        "EXPON.DIST(-1,1,TRUE)",
        "WEIBULL.DIST(1,1,0,TRUE)",
        "POISSON.DIST(1,-1,TRUE)",
        "BETA.DIST(2,1,1,TRUE)",
        "BETA.INV(1.1,1,1)",
        "F.DIST(1,0.9,3,TRUE)",
        "T.DIST.2T(-1,3)",
        "T.INV.2T(-0.1,3)",
        "BINOM.DIST(5,4,0.5,TRUE)",
        "BINOM.DIST.RANGE(4,0.5,3,2)",
        "NEGBINOM.DIST(1,0,0.5,TRUE)",
        "HYPGEOM.DIST(1,4,21,20,TRUE)",
        "GAMMA(-3)",
        "FISHER(-1)",
    ],
)
def test_refused(formula: str) -> None:
    """Arguments out of range are #NUM!."""
    assert value(formula) is ErrorValue.NUM


def test_whole_counts_are_cut() -> None:
    """Degrees of freedom, trials and successes lose their fractions."""
    assert value("T.DIST(1,3.9,TRUE)") == value("T.DIST(1,3,TRUE)")
    assert value("CHISQ.DIST(1,3.9,TRUE)") == value("CHISQ.DIST(1,3,TRUE)")
    assert value("BINOM.DIST(2.9,5.9,0.5,TRUE)") == value("BINOM.DIST(2,5,0.5,TRUE)")
    assert value("POISSON.DIST(2.9,5,TRUE)") == value("POISSON.DIST(2,5,TRUE)")


def test_blocks_of_arguments() -> None:
    """An array argument gives an array: the same numbers one by one."""
    row = CALCULATION.evaluate("NORM.DIST({1,2,3},{0;1},2,TRUE)", HOME).known[0, 0]
    expected = stats.norm(np.array([[0.0], [1.0]]), 2).cdf(np.array([[1.0, 2.0, 3.0]]))
    assert row == pytest.approx(expected, rel=1e-12)
