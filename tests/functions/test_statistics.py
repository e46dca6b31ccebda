"""Statistics against NumPy and SciPy, on ranges with holes, in blocks, and their errors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from solver.values import ErrorValue
from tests.functions.formulas import grid_of, value_of

numbers = st.integers(-1000, 1000).map(lambda k: k / 8)
samples = st.lists(numbers, min_size=4, max_size=12).filter(lambda values: len(set(values)) > 2)
MEASURES: dict[str, Any] = {
    "VAR.S": lambda x: np.var(x, ddof=1),
    "VAR.P": np.var,
    "STDEV.S": lambda x: np.std(x, ddof=1),
    "STDEV.P": np.std,
    "DEVSQ": lambda x: np.var(x) * len(x),
    "AVEDEV": lambda x: np.abs(x - np.mean(x)).mean(),
    "MEDIAN": np.median,
    "SKEW": lambda x: stats.skew(x, bias=False),
    "SKEW.P": stats.skew,
    "KURT": lambda x: stats.kurtosis(x, bias=False),
}


def column(values: list[Any], letter: str = "A") -> dict[str, Any]:
    """Values one below the other; None leaves a cell empty."""
    return {f"{letter}{k + 1}": value for k, value in enumerate(values) if value is not None}


@settings(max_examples=25, deadline=None)
@given(samples)
def test_measures(values: list[float]) -> None:
    """Each measure is the oracle's, and what is no number does not count."""
    cells = column([values[0], "text", *values[1:], True, None])
    for name, oracle in MEASURES.items():
        got = value_of(f"={name}(A1:A20)", cells)
        assert got == pytest.approx(oracle(np.array(values)), rel=1e-9, abs=1e-9), name


@settings(max_examples=25, deadline=None)
@given(samples, st.floats(0, 1))
def test_order(values: list[float], share: float) -> None:
    """Percentiles, ranks and the k-th value of a sorted list."""
    cells, ordered = column(values), sorted(values)
    for k in (1, 2, len(values)):
        assert value_of(f"=SMALL(A1:A20,{k})", cells) == ordered[k - 1]
        assert value_of(f"=LARGE(A1:A20,{k})", cells) == ordered[-k]
        same = [i + 1 for i, value in enumerate(ordered) if value == ordered[k - 1]]
        assert value_of(f"=RANK.EQ({ordered[k - 1]},A1:A20,1)", cells) == same[0]
        assert value_of(f"=RANK.AVG({ordered[k - 1]},A1:A20,1)", cells) == np.mean(same)
    got = value_of(f"=PERCENTILE.INC(A1:A20,{share!r})", cells)
    assert got == pytest.approx(np.quantile(values, share), rel=1e-9, abs=1e-9)
    inner = 0.2 + share * 0.6
    got = value_of(f"=PERCENTILE.EXC(A1:A20,{inner!r})", cells)
    assert got == pytest.approx(np.quantile(values, inner, method="weibull"), rel=1e-9, abs=1e-9)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(numbers, numbers), min_size=4, max_size=10))
def test_pairs(pairs: list[tuple[float, float]]) -> None:
    """A pair of which one part is missing counts for nothing."""
    x, y = np.array(pairs).T
    if min(np.ptp(x), np.ptp(y)) == 0:
        return
    cells = column([1.0, *x, None, 5.0], "A") | column(["none", *y, 7.0, None], "B")
    area = f"A1:A{len(x) + 3},B1:B{len(x) + 3}"
    line = stats.linregress(x, y)
    swapped = f"B1:B{len(x) + 3},A1:A{len(x) + 3}"
    expected = {
        f"=CORREL({area})": line.rvalue,
        f"=RSQ({swapped})": line.rvalue**2,
        f"=SLOPE({swapped})": line.slope,
        f"=INTERCEPT({swapped})": line.intercept,
        f"=FORECAST.LINEAR(2.5,{swapped})": line.intercept + 2.5 * line.slope,
        f"=COVARIANCE.S({area})": np.cov(x, y)[0, 1],
        f"=COVARIANCE.P({area})": np.cov(x, y, ddof=0)[0, 1],
    }
    for formula, value in expected.items():
        assert value_of(formula, cells) == pytest.approx(value, rel=1e-8, abs=1e-8), formula


def test_hypotheses() -> None:
    """The tests of SciPy, two-sided and one-sided."""
    a, b = [3.1, 4.7, 5.2, 8.8, 9.0, 1.4], [6.3, 19.0, 3.2, 2.1, 14.8, 4.0]
    cells = column(a) | column(b, "B")
    kinds = {1: stats.ttest_rel(a, b), 2: stats.ttest_ind(a, b), 3: stats.ttest_ind(a, b, equal_var=False)}
    for kind, result in kinds.items():
        assert value_of(f"=T.TEST(A1:A6,B1:B6,2,{kind})", cells) == pytest.approx(result.pvalue, rel=1e-10)
        assert value_of(f"=T.TEST(A1:A6,B1:B6,1,{kind})", cells) == pytest.approx(result.pvalue / 2, rel=1e-10)
    ratio = np.var(a, ddof=1) / np.var(b, ddof=1)
    assert value_of("=F.TEST(A1:A6,B1:B6)", cells) == pytest.approx(2 * stats.f(5, 5).cdf(ratio), rel=1e-10)
    chi = stats.chisquare(a, np.array(b) * sum(a) / sum(b))
    assert value_of("=CHISQ.TEST(A1:A6,B1:B6*SUM(A1:A6)/SUM(B1:B6))", cells) == pytest.approx(chi.pvalue, rel=1e-9)


def test_large_mean_loses_no_digits() -> None:
    """A variance of 2.5 on top of a mean of ten billion."""
    cells = column([1e10 + k for k in range(1, 6)])
    assert value_of("=VAR.S(A1:A5)", cells) == pytest.approx(2.5, rel=1e-12)


def test_direct_arguments_are_converted() -> None:
    """Texts and booleans count when written, not when read, except for the functions ending in A."""
    cells = {"A1": "3", "A2": True, "A3": 5.0, "A4": 7.0}
    assert value_of('=VAR.P("3",TRUE,5)', cells) == pytest.approx(np.var([3, 1, 5]))
    assert value_of("=VAR.P(A1:A4)", cells) == pytest.approx(np.var([5, 7]))
    assert value_of("=VARPA(A1:A4)", cells) == pytest.approx(np.var([0, 1, 5, 7]))
    assert value_of('=VAR.P("x",5)', cells) is ErrorValue.VALUE


def test_errors() -> None:
    """Errors in a range are passed on; too little data has an error of its own."""
    cells = {"A1": 1.0, "A2": ErrorValue.NA, "A3": ErrorValue.DIV0, "B1": "text"}
    assert value_of("=STDEV.S(A1:A3)", cells) is ErrorValue.NA
    assert value_of("=CORREL(A1:A3,A1:A3)", cells) is ErrorValue.NA
    assert value_of("=MEDIAN(B1:B3)", cells) is ErrorValue.NUM
    assert value_of("=STDEV.S(A1)", cells) is ErrorValue.DIV0
    assert value_of("=LARGE(B1:B3,1)", cells) is ErrorValue.NUM
    assert value_of("=SLOPE({1,2,3},{1,2})", cells) is ErrorValue.NA


def test_windows_of_a_filled_column() -> None:
    """One formula filled down is one block of sliding windows with holes in different places."""
    data: list[Any] = [3.0, 1.0, None, 4.0, 1.5, "x", 9.0, 2.6, 5.3]
    cells = column(data) | {f"B{k}": f"=MEDIAN(A{k}:A{k + 3})+LARGE(A{k}:A{k + 3},2)" for k in range(1, 7)}
    got = [row[0] for row in grid_of("=B1:B6", cells)]
    windows = [sorted(v for v in data[k : k + 4] if isinstance(v, float)) for k in range(6)]
    assert got == pytest.approx([np.median(window) + window[-2] for window in windows])


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(numbers, numbers, numbers), min_size=6, max_size=9), st.booleans())
def test_several_variables(rows: list[tuple[float, float, float]], level: bool) -> None:
    """LINEST's coefficients are those of NumPy's least squares, and its standard errors those of the textbook."""
    table = np.array(rows)
    x, y = table[:, :2], table[:, 2]
    design = np.column_stack([x, np.ones(len(x))]) if level else x
    if np.linalg.cond(design) > 1e5:
        return
    cells = column(list(x[:, 0])) | column(list(x[:, 1]), "B") | column(list(y), "C")
    n = len(y)
    got = grid_of(f"=LINEST(C1:C{n},A1:B{n},{str(level).upper()},TRUE)", cells)
    best, *_ = np.linalg.lstsq(design, y, rcond=None)
    wanted = [best[1], best[0], best[2] if level else 0.0]
    assert got[0] == pytest.approx(wanted, rel=1e-8, abs=1e-8)
    residual = y - design @ best
    degrees = n - design.shape[1]
    noise = residual @ residual / degrees
    spread = np.sqrt(np.diag(np.linalg.inv(design.T @ design)) * noise)
    assert got[1][:2] == pytest.approx(spread[:2][::-1], rel=1e-6, abs=1e-8)
    assert got[3][1] == degrees
    assert got[4][1] == pytest.approx(residual @ residual, rel=1e-7, abs=1e-8)
    fitted = [row[0] for row in grid_of(f"=TREND(C1:C{n},A1:B{n},A1:B{n},{str(level).upper()})", cells)]
    assert fitted == pytest.approx(design @ best, rel=1e-7, abs=1e-7)


def test_dependent_variables() -> None:
    """A variable that repeats another gets the coefficient 0."""
    got = grid_of("=LINEST({1;3;4;8},{1,2;2,4;3,6;5,10})")
    assert got[0] == pytest.approx([0.0, 1.7142857142857142, -0.7142857142857135])
