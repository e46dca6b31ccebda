"""Additive exponential smoothing with trend and season (Holt and Winters; ETS(A,A,A)), fitted by least squares.

With the error e = y - (level + trend + season) of each step ahead,

    level  <- level + trend + alpha e
    trend  <- trend + alpha beta e
    season <- season + gamma (1 - alpha) e

from the states that an ordinary linear regression on time and the place in the season gives for the start. Source:
Hyndman, Koehler, Ord and Snyder, Forecasting with Exponential Smoothing (2008), chapters 2, 3 and 6.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from solver.functions.allowance import PRODUCT, make_room, spend

if TYPE_CHECKING:
    from solver.functions.operand import FloatArray

_POINTS = 9
_ROUNDS = 14
_SHRINK = 0.45
_PASS = 2_000
"""The steps of a value in one run of many sets of parameters."""
_ALIKE = 0.95


@dataclass(frozen=True, slots=True)
class Smoothing:
    """A fitted model: its parameters, the last states and the errors of the steps ahead over the training values.

    `season` (m,) holds the season's part of the next m steps, zeros where there is none; `errors` (n,).
    """

    alpha: float
    beta: float
    gamma: float
    level: float
    trend: float
    season: tuple[float, ...]
    errors: FloatArray

    def at(self, ahead: float) -> float:
        """The forecast some steps after the last value; between whole steps the forecasts are joined by lines."""
        step = int(np.floor(ahead))
        part = ahead - step
        value = self._whole(step)
        return value + part * (self._whole(step + 1) - value) if part else value

    def _whole(self, step: int) -> float:
        return self.level + step * self.trend + self.season[(step - 1) % len(self.season)]

    def deviation(self, ahead: float) -> float:
        """The standard deviation of the forecast's error: that of one step, grown by the shocks that are passed on."""
        make_room((1, 1, max(1, int(ahead)), 1))
        passed = np.arange(1, max(1, int(np.ceil(ahead))))
        weights = self.alpha * (1 + self.beta * passed)
        if len(self.season) > 1:
            weights = weights + self.gamma * (1 - self.alpha) * (passed % len(self.season) == 0)
        return float(np.sqrt(np.mean(self.errors**2) * (1 + np.sum(weights**2))))


@lru_cache(maxsize=64)
def smoothing(values: tuple[float, ...], period: int) -> Smoothing:
    """The model of least squared errors, a period of 1 for none; at least two values, and two periods of them.

    The parameters in [0, 1] are searched on a grid that is drawn ever closer around the best point.
    """
    y = np.array(values)
    spend(_ROUNDS * _PASS * len(y))
    start = _start(y, period)
    dimensions = 3 if period > 1 else 2
    centre, half = np.full(dimensions, 0.5), 0.5
    for _ in range(_ROUNDS):
        axes = [np.clip(np.linspace(c - half, c + half, _POINTS), 0, 1) for c in centre]
        grid = [axis.ravel() for axis in np.meshgrid(*axes, indexing="ij")]
        squares = _run(y, start, *grid)[0]
        best = int(np.argmin(squares))
        centre, half = np.array([axis[best] for axis in grid]), half * _SHRINK
    _, level, trend, season, errors = _run(y, start, *[np.array([c]) for c in centre])
    gamma = float(centre[2]) if period > 1 else 0.0
    following = tuple(float(season[(len(y) + k) % period, 0]) for k in range(period))
    return Smoothing(float(centre[0]), float(centre[1]), gamma, float(level[0]), float(trend[0]), following, errors)


def _start(y: FloatArray, period: int) -> tuple[float, float, FloatArray]:
    """Level and trend before the first value, and the season (m,), by regression on time and place in the season."""
    make_room((1, 1, len(y), period))
    spend(PRODUCT * len(y) * period**2)
    time = np.arange(1.0, len(y) + 1)
    places = np.eye(period)[np.arange(len(y)) % period]
    effects = np.linalg.lstsq(np.column_stack([time, places]), y, rcond=None)[0]
    level = float(np.mean(effects[1:]))
    return level, float(effects[0]), np.asarray(effects[1:] - level, dtype=np.float64)


def _run(
    y: FloatArray, start: tuple[float, float, FloatArray], alpha: FloatArray, beta: FloatArray, *gammas: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
    """Squared errors, last states, and errors of the last set of parameters, for many sets (p,) at once."""
    first, slope, pattern = start
    level, trend = np.full(alpha.shape, first), np.full(alpha.shape, slope)
    season = np.repeat(pattern[:, np.newaxis], len(alpha), axis=1)
    squares, errors = np.zeros(alpha.shape), np.empty(len(y))
    passing = gammas[0] * (1 - alpha) if gammas else None
    for t, value in enumerate(y):
        place = t % len(pattern)
        error = value - (level + trend + season[place])
        level = level + trend + alpha * error
        trend = trend + alpha * beta * error
        if passing is not None:
            season[place] += passing * error
        squares += error * error
        errors[t] = error[-1]
    return squares, level, trend, season, errors


def period_of(values: tuple[float, ...], most: int) -> int:
    """The length of the season, 1 without one.

    Of the lags at which the values without their linear trend are most like themselves (the correlation is at a peak
    and significant at 5 %), it is the shortest that comes near the best; two whole periods must be there.
    """
    y = np.array(values)
    time = np.arange(len(y))
    rest = y - np.polyval(np.polyfit(time, y, 1), time) if len(y) > 2 else np.zeros(len(y))
    if np.ptp(rest) <= 1e-9 * max(1.0, float(np.abs(y).max())):
        return 1
    lags = range(1, min(most, len(y) // 2) + 2)
    spend(len(lags) * len(y))
    likeness = [_correlation(rest[:-lag], rest[lag:]) if lag < len(y) - 1 else -1.0 for lag in lags]
    peaks = [
        lag
        for lag in range(2, len(likeness))
        if likeness[lag - 2] < likeness[lag - 1] >= likeness[lag] and likeness[lag - 1] > 1.96 / np.sqrt(len(y) - lag)
    ]
    best = max((likeness[lag - 1] for lag in peaks), default=0.0)
    return next((lag for lag in peaks if likeness[lag - 1] >= _ALIKE * best), 1)


def _correlation(a: FloatArray, b: FloatArray) -> float:
    a, b = a - a.mean(), b - b.mean()
    size = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / size if size > 0 else 0.0
