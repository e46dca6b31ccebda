"""Forecasts by exponential smoothing with a trend and a season.

The model is that of `smoothing`. Excel has not published how it looks for the parameters, for the starting states and
for the length of the season: its numbers and these agree in kind, and exactly only where the data leave no choice.
"""

from __future__ import annotations

from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from solver.functions.arrays.layout import whole
from solver.functions.registry import function
from solver.functions.statistics.smoothing import Smoothing, period_of, smoothing
from solver.functions.statistics.timeline import AGGREGATIONS, Series, series
from solver.values import ErrorValue

if TYPE_CHECKING:
    from collections.abc import Callable

    from solver.functions.here import Here
    from solver.functions.registry import Grid
    from solver.values import Scalar

_LONGEST_SEASON = 8760
_STEPS = 300_000
"""The steps of fitting one model."""


@function("FORECAST.ETS", steps=_STEPS)
def forecast_ets(
    here: Here,
    target: float,
    values: Grid,
    timeline: Grid,
    seasonality: Scalar = None,
    completion: Scalar = None,
    aggregation: Scalar = None,
) -> float | ErrorValue:
    """The value at a later time that exponential smoothing with additive trend and season expects (ETS(A,A,A)).

    The parameters make the squared errors of the steps ahead least, from states found by regression; Excel's own
    search is not published, and its digits may differ. Seasonality: 1 to find its length, 0 for none, else the
    length. Completion: 1 fills gaps by lines, 0 by 0. Aggregation of one time's values: 1 average, 2 and 3 count, 4
    maximum, 5 median, 6 minimum, 7 sum. Equal days of the month are steps of a month.

    =ROUND(FORECAST.ETS(6, {1,3,5,7,9}, {1,2,3,4,5}), 9) -> 11
    =ROUND(FORECAST.ETS(9, {1,5,2,6,3,7,4,8}, {1,2,3,4,5,6,7,8}, 2), 9) -> 5
    =FORECAST.ETS(4, {1,3,5,7,9}, {1,2,3,4,5}) -> #NUM!
    =FORECAST.ETS(6, {1,3}, {1,2,3}) -> #N/A
    """
    found = _fitted(here, values, timeline, seasonality, completion, aggregation)
    if isinstance(found, ErrorValue):
        return found
    ahead = found[0].ahead(target)
    return ahead if isinstance(ahead, ErrorValue) else found[1].at(ahead)


@function("FORECAST.ETS.CONFINT", steps=_STEPS)
def forecast_ets_confint(
    here: Here,
    target: float,
    values: Grid,
    timeline: Grid,
    confidence: Scalar = None,
    seasonality: Scalar = None,
    completion: Scalar = None,
    aggregation: Scalar = None,
) -> float | ErrorValue:
    """Half the width of the interval in which the value lies that FORECAST.ETS expects, at a confidence (0.95).

    The errors are taken as normal with the mean square of those of the training steps, and grow with the distance as
    the model passes them on.

    =ROUND(FORECAST.ETS.CONFINT(6, {1,3,5,7,9}, {1,2,3,4,5}), 9) -> 0
    =FORECAST.ETS.CONFINT(6, {1,3,5,7,9}, {1,2,3,4,5}, 1) -> #NUM!
    """
    level = 0.95 if confidence is None else confidence
    if isinstance(level, ErrorValue):
        return level
    if isinstance(level, (str, bool)):
        return ErrorValue.VALUE
    if not 0 < level < 1:
        return ErrorValue.NUM
    found = _fitted(here, values, timeline, seasonality, completion, aggregation)
    if isinstance(found, ErrorValue):
        return found
    ahead = found[0].ahead(target)
    return ahead if isinstance(ahead, ErrorValue) else NormalDist().inv_cdf((1 + level) / 2) * found[1].deviation(ahead)


@function("FORECAST.ETS.SEASONALITY", steps=_STEPS)
def forecast_ets_seasonality(
    here: Here, values: Grid, timeline: Grid, completion: Scalar = None, aggregation: Scalar = None
) -> float | ErrorValue:
    """The length of the season that FORECAST.ETS finds, 1 without one.

    It is the shortest lag at which the values without their linear trend are most like themselves.

    =FORECAST.ETS.SEASONALITY({1,5,3,1,5,3,1,5,3,1,5,3}, {1,2,3,4,5,6,7,8,9,10,11,12}) -> 3
    =FORECAST.ETS.SEASONALITY({1,2,3,4,5}, {1,2,3,4,5}) -> 1
    """
    found = _series(here, values, timeline, completion, aggregation)
    return found if isinstance(found, ErrorValue) else float(period_of(found.values, _LONGEST_SEASON))


@function("FORECAST.ETS.STAT", steps=_STEPS)
def forecast_ets_stat(
    here: Here,
    values: Grid,
    timeline: Grid,
    statistic: float,
    seasonality: Scalar = None,
    completion: Scalar = None,
    aggregation: Scalar = None,
) -> float | ErrorValue:
    """A number of the model behind FORECAST.ETS: 1 alpha, 2 beta, 3 gamma, 4 MASE, 5 SMAPE, 6 MAE, 7 RMSE, 8 the step.

    Those from 4 to 7 are of the errors of the training steps; the step of a monthly timeline is in months.

    =FORECAST.ETS.STAT({1,3,5,7,9}, {1,3,5,7,9}, 8) -> 2
    =ROUND(FORECAST.ETS.STAT({1,3,5,7,9}, {1,2,3,4,5}, 7), 9) -> 0
    =FORECAST.ETS.STAT({1,3,5,7,9}, {1,2,3,4,5}, 9) -> #NUM!
    """
    if not 1 <= statistic < len(_STATISTICS) + 1:
        return ErrorValue.NUM
    found = _fitted(here, values, timeline, seasonality, completion, aggregation)
    if isinstance(found, ErrorValue):
        return found
    return _STATISTICS[int(statistic) - 1](*found)


def _mase(known: Series, model: Smoothing) -> float:
    """The mean size of the errors, by that of the forecast that nothing changes."""
    naive = float(np.mean(np.abs(np.diff(known.values))))
    return float(np.mean(np.abs(model.errors))) / naive


def _smape(known: Series, model: Smoothing) -> float:
    """The mean size of the errors, by the mean size of value and forecast; 0 where both are 0."""
    y = np.array(known.values)
    size = (np.abs(y) + np.abs(y - model.errors)) / 2
    return float(np.mean(np.abs(model.errors) / np.where(size > 0, size, 1.0)))


_STATISTICS: tuple[Callable[[Series, Smoothing], float], ...] = (
    lambda _, model: model.alpha,
    lambda _, model: model.beta,
    lambda _, model: model.gamma,
    _mase,
    _smape,
    lambda _, model: float(np.mean(np.abs(model.errors))),
    lambda _, model: float(np.sqrt(np.mean(model.errors**2))),
    lambda known, _: known.step,
)


def _fitted(
    here: Here, values: Grid, timeline: Grid, seasonality: Scalar, completion: Scalar, aggregation: Scalar
) -> tuple[Series, Smoothing] | ErrorValue:
    """The values at equal steps and their model."""
    period = _choice(seasonality, 1, 0, _LONGEST_SEASON)
    known = _series(here, values, timeline, completion, aggregation)
    if isinstance(period, ErrorValue):
        return period
    if isinstance(known, ErrorValue):
        return known
    if period == 1:
        period = period_of(known.values, _LONGEST_SEASON)
    if period > 1 and len(known.values) < 2 * period:
        return ErrorValue.NUM
    return known, smoothing(known.values, max(period, 1))


def _series(here: Here, values: Grid, timeline: Grid, completion: Scalar, aggregation: Scalar) -> Series | ErrorValue:
    filling, combining = _choice(completion, 1, 0, 1), _choice(aggregation, 1, 1, len(AGGREGATIONS))
    if isinstance(filling, ErrorValue):
        return filling
    if isinstance(combining, ErrorValue):
        return combining
    return series(values, timeline, filling, combining, here.date1904)


def _choice(value: Scalar, default: int, least: int, most: int) -> int | ErrorValue:
    """A whole number within limits, #NUM! outside; the default where none is given."""
    number = whole(value, default)
    if isinstance(number, ErrorValue):
        return number
    assert number is not None
    return number if least <= number <= most else ErrorValue.NUM
