"""Exponential smoothing: exact where the data leave no choice, as good as another search where they do."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import differential_evolution

from solver.functions.statistics.smoothing import smoothing
from solver.functions.statistics.timeline import AGGREGATIONS
from solver.values import ErrorValue
from tests.functions.formulas import value_of

PATTERN = [4.0, -1.0, -5.0, 2.0]
LINE = {f"A{k}": float(k) for k in range(1, 25)} | {f"B{k}": 10 + 3.0 * k for k in range(1, 25)}
SEASON = LINE | {f"B{k}": 10 + 3.0 * k + PATTERN[k % 4] for k in range(1, 25)}


def _noisy(count: int) -> tuple[float, ...]:
    noise = np.random.default_rng(5).normal(0, 1.5, count)
    return tuple(float(20 + 0.4 * k + 6 * np.sin(np.pi * k / 3) + noise[k]) for k in range(count))


def _squares(parameters: np.ndarray, y: tuple[float, ...], period: int) -> float:
    """The model's squared errors, step by step in plain numbers, from the regression's states."""
    alpha, beta, gamma = parameters
    rows = [[t + 1.0, *(float(t % period == k) for k in range(period))] for t in range(len(y))]
    trend, *levels = np.linalg.lstsq(np.array(rows), np.array(y), rcond=None)[0]
    level = sum(levels) / period
    season, total = [part - level for part in levels], 0.0
    for t, value in enumerate(y):
        error = value - (level + trend + season[t % period])
        total += error**2
        level, trend = level + trend + alpha * error, trend + alpha * beta * error
        season[t % period] += gamma * (1 - alpha) * error
    return total


@pytest.mark.parametrize(("ahead", "step"), [(1, 1.0), (2, 1.0), (7, 1.0), (2.5, 1.0)])
def test_a_line_goes_on(ahead: float, step: float) -> None:
    got = value_of(f"=FORECAST.ETS({24 + ahead * step},B1:B24,A1:A24)", LINE)
    assert got == pytest.approx(10 + 3 * (24 + ahead))


@pytest.mark.parametrize("seasonality", ["", ",4", ",1"])
def test_a_season_goes_on(seasonality: str) -> None:
    """A pattern without noise is found, repeated and certain."""
    for k in range(25, 33):
        got = value_of(f"=FORECAST.ETS({k},B1:B24,A1:A24{seasonality})", SEASON)
        assert got == pytest.approx(10 + 3.0 * k + PATTERN[k % 4])
    assert value_of("=FORECAST.ETS.SEASONALITY(B1:B24,A1:A24)", SEASON) == 4
    assert value_of("=FORECAST.ETS.CONFINT(30,B1:B24,A1:A24)", SEASON) == pytest.approx(0, abs=1e-9)


def test_squared_errors_are_least() -> None:
    """A global search with its own recursion finds nothing better."""
    y = _noisy(36)
    model = smoothing(y, 6)
    least = differential_evolution(_squares, [(0, 1)] * 3, args=(y, 6), seed=1, maxiter=40, tol=1e-8).fun
    squares = float(model.errors @ model.errors)
    assert squares == pytest.approx(_squares(np.array([model.alpha, model.beta, model.gamma]), y, 6))
    assert squares <= least * (1 + 1e-6)


def test_season_in_noise() -> None:
    sheet = {f"A{k + 1}": float(k) for k in range(48)} | {f"B{k + 1}": v for k, v in enumerate(_noisy(48))}
    assert value_of("=FORECAST.ETS.SEASONALITY(B1:B48,A1:A48)", sheet) == 6
    near, far = (value_of(f"=FORECAST.ETS.CONFINT({k},B1:B48,A1:A48)", sheet) for k in (48, 60))
    assert isinstance(near, float)
    assert isinstance(far, float)
    assert 1.5 < near <= far
    rmse = value_of("=FORECAST.ETS.STAT(B1:B48,A1:A48,7)", sheet)
    assert near == pytest.approx(1.959963984540054 * float(rmse or 0))


def test_timeline() -> None:
    """The order does not matter, gaps are filled, months are steps of one month, and sizes must agree."""
    turned = {f"A{k}": LINE[f"A{25 - k}"] for k in range(1, 25)} | {f"B{k}": LINE[f"B{25 - k}"] for k in range(1, 25)}
    assert value_of("=FORECAST.ETS(25,B1:B24,A1:A24)", turned) == pytest.approx(85)
    gap = {key: value for key, value in LINE.items() if key not in ("A7", "B7", "B12")}
    assert value_of("=FORECAST.ETS(25,B1:B24,A1:A24)", gap) == pytest.approx(85)
    assert value_of("=FORECAST.ETS(25,B1:B24,A1:A24,,0)", gap) != pytest.approx(85)
    for day in (15, 0):
        months = LINE | {f"A{k}": float(value_of(f"=DATE(2021,{k},{day})") or 0) for k in range(1, 25)}
        got = value_of(f"=FORECAST.ETS(DATE(2021,27,{day}),B1:B24,A1:A24)", months)
        assert got == pytest.approx(10 + 3 * 27)
        assert value_of("=FORECAST.ETS.STAT(B1:B24,A1:A24,8)", months) == 1


@pytest.mark.parametrize("aggregation", range(1, len(AGGREGATIONS) + 1))
def test_doubles(aggregation: int) -> None:
    """Values of the same time are first made one."""
    names = ["AVERAGE", "COUNT", "COUNTA", "MAX", "MEDIAN", "MIN", "SUM"]
    formula = f"=FORECAST.ETS(5,{{1;2;7;3;4;9}},{{1;2;2;3;4;4}},0,1,{aggregation})"
    name = names[aggregation - 1]
    single = f"=FORECAST.ETS(5,VSTACK({name}(1),{name}(2,7),{name}(3),{name}(4,9)),{{1;2;3;4}},0)"
    assert value_of(formula) == pytest.approx(value_of(single))


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("FORECAST.ETS(23,B1:B24,A1:A24)", ErrorValue.NUM),
        ("FORECAST.ETS(25,B1:B24,A1:A23)", ErrorValue.NA),
        ("FORECAST.ETS(25,B1:B24,A1:A24,-1)", ErrorValue.NUM),
        ("FORECAST.ETS(25,B1:B24,A1:A24,13)", ErrorValue.NUM),
        ("FORECAST.ETS(25,B1:B24,A1:A24,1,2)", ErrorValue.NUM),
        ("FORECAST.ETS(25,B1:B24,A1:A24,1,1,8)", ErrorValue.NUM),
        ("FORECAST.ETS(9,{1,2,3},{1,2,2.3})", ErrorValue.NUM),
        ("FORECAST.ETS(9,{1,2,3},{1,2,9})", ErrorValue.NUM),
        ("FORECAST.ETS(9,{1,2,3},{1,1,1})", ErrorValue.NUM),
        ('FORECAST.ETS(9,{1,"x",3},{1,2,3})', ErrorValue.VALUE),
        ("FORECAST.ETS(9,{1,#REF!,3},{1,2,3})", ErrorValue.REF),
        ("FORECAST.ETS.STAT({5,5,5},{1,2,3},4)", ErrorValue.NUM),
    ],
)
def test_refused(formula: str, expected: ErrorValue) -> None:
    assert value_of(f"={formula}", LINE) == expected
