"""Observations on a timeline as values at equal steps: sorted, doubles summed up, gaps filled."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from solver.functions.dates.serials import date_of_serial, days_in_month, is_serial
from solver.grid import MAX_ROWS
from solver.values import ErrorValue

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from solver.functions.operand import Operand

_SHORTEST_MONTH = 28
_LAST_DAY = 31
_LARGEST = 1e150  # the squares of larger values are not finite
_MOST_GAPS = 0.3
_TOLERANCE = 1e-6
AGGREGATIONS: tuple[Callable[[Sequence[float]], float], ...] = (
    statistics.fmean,
    len,
    len,
    max,
    statistics.median,
    min,
    sum,
)
"""What is made of the values of one time: average, count, count of all, maximum, median, minimum, sum (1 to 7)."""


@dataclass(frozen=True, slots=True)
class Series:
    """Values at equal steps, the last time, and the step.

    Both are in months where the timeline has one `day` of the month (31 for the last one), else in its own unit.
    """

    values: tuple[float, ...]
    last: float
    step: float
    day: int | None
    date1904: bool

    def ahead(self, time: float) -> float | ErrorValue:
        """How many steps after the last value a time is; #NUM! before it."""
        if self.day is not None:
            if not is_serial(time, self.date1904):
                return ErrorValue.NUM
            time = _months(time, self.day, self.date1904)
        return (time - self.last) / self.step if time >= self.last else ErrorValue.NUM


def series(
    values: Operand, timeline: Operand, completion: int, aggregation: int, date1904: bool
) -> Series | ErrorValue:
    """The values along the timeline.

    Gaps, at most 30 % of all points, are filled by the line between their neighbours (completion 1) or by 0.
    #N/A if the sizes differ, #NUM! without a constant step or with fewer than two points.
    """
    y, x = values.scalars()[0, 0].ravel().tolist(), timeline.scalars()[0, 0].ravel().tolist()
    if len(y) != len(x):
        return ErrorValue.NA
    points: dict[float, list[float]] = {}
    for time, value in zip(x, y, strict=True):
        for part in (time, value):
            if isinstance(part, ErrorValue):
                return part
            if isinstance(part, str):
                return ErrorValue.VALUE
        if time is None or value is None:
            continue
        points.setdefault(float(time), []).append(float(value))
    if len(points) < 2:
        return ErrorValue.NUM
    times = sorted(points)
    day = _day_of_month(times, date1904)
    scale = np.array(times if day is None else [_months(time, day, date1904) for time in times])
    step = float(np.diff(scale).min())
    with np.errstate(over="ignore"):
        places = (scale - scale[0]) / step
    if not places[-1] < MAX_ROWS:
        return ErrorValue.NUM
    whole = np.rint(places)
    count = int(whole[-1]) + 1
    if np.abs(places - whole).max() > _TOLERANCE * max(1, count) or count - len(times) > _MOST_GAPS * count:
        return ErrorValue.NUM
    known = [AGGREGATIONS[aggregation - 1](points[time]) for time in times]
    if max(map(abs, known)) > _LARGEST:
        return ErrorValue.NUM
    filled = np.zeros(count)
    filled[whole.astype(int)] = known
    if completion == 1:
        filled = np.interp(np.arange(count), whole, known)
    return Series(tuple(filled.tolist()), float(scale[-1]), step, day, date1904)


def _day_of_month(times: Sequence[float], date1904: bool) -> int | None:
    """The day that all times are of different months, 31 if each is the last one of its month; None if they are not."""
    if not all(time.is_integer() and is_serial(time, date1904) for time in times):
        return None
    if min(b - a for a, b in pairwise(times)) < _SHORTEST_MONTH:
        return None
    dates = [date_of_serial(time, date1904) for time in times]
    if all(day == days_in_month(year, month) for year, month, day in dates):
        return _LAST_DAY
    first = dates[0][2]
    return first if all(day == first for _, _, day in dates) else None


def _months(time: float, day: int, date1904: bool) -> float:
    """A date in months, whole on the given day of the month (or its last one)."""
    year, month, own = date_of_serial(time, date1904)
    length = days_in_month(year, month)
    return 12 * year + month + (own + time % 1 - min(day, length)) / length
