"""Searching for rates of return: the roots of a net present value and of the annuity equation.

Newton's method runs from the guess for a whole block at once, as Excel does it. Where it fails, the root nearest to the
guess is looked for between sign changes on a grid of log(1 + r). Rates are above -1; NaN says that there is none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from solver.functions.operand import FloatArray

_ROUNDS = 60
_LEAST = -1 + 1e-9
_GRID = np.concatenate([np.linspace(-20, -1, 60), np.linspace(-1, 1, 201)[1:-1], np.linspace(1, 20, 60)])


def rate_of_flows(flows: FloatArray, times: FloatArray, guess: FloatArray) -> FloatArray:
    """The rates r (..., 1) with sum of flows * (1 + r)^-times = 0 over the last axis, near the guesses (..., 1)."""

    def value(rate: FloatArray) -> FloatArray:
        return np.asarray((flows * np.power(1 + rate, -times)).sum(axis=-1, keepdims=True))

    def slope(rate: FloatArray) -> FloatArray:
        return np.asarray((-times * flows * np.power(1 + rate, -times - 1)).sum(axis=-1, keepdims=True))

    lead = np.broadcast_shapes(flows.shape[:-1], times.shape[:-1], guess.shape[:-1])
    scale = np.abs(flows).sum(axis=-1, keepdims=True)
    rates = _newton(value, slope, np.broadcast_to(guess, (*lead, 1)), scale)
    for at in np.argwhere(np.isnan(rates[..., 0])):
        row = [_row(part, tuple(at)) for part in (flows, times, guess)]
        rates[tuple(at)] = _scan(_present_value(row[0], row[1]), float(row[2][0]))
    return rates


def _row(array: FloatArray, at: tuple[int, ...]) -> FloatArray:
    """The last axis at a position of the axes before it, which broadcast."""
    lead = array.shape[:-1]
    place = tuple(0 if size == 1 else k for k, size in zip(at[len(at) - len(lead) :], lead, strict=True))
    return np.asarray(array[place])


def _present_value(flows: FloatArray, times: FloatArray) -> Callable[[float], float]:
    """The net present value as a function of log(1 + r), scaled by the largest term so that it cannot overflow."""

    def value(u: float) -> float:
        exponents = -u * times
        return float((flows * np.exp(exponents - exponents.max())).sum())

    return value


def rate_of_annuity(
    periods: FloatArray,
    payment: FloatArray,
    present: FloatArray,
    later: FloatArray,
    early: FloatArray,
    guess: FloatArray,
) -> FloatArray:
    """The rates that fulfil the annuity equation; all arguments and the result broadcast to one shape."""
    shape = np.broadcast_shapes(*(part.shape for part in (periods, payment, present, later, early, guess)))

    def value(rate: FloatArray) -> FloatArray:
        return np.asarray(annuity(rate, periods, payment, present, later, early))

    def slope(rate: FloatArray) -> FloatArray:
        grown = np.power(1 + rate, periods)
        series = _series(rate, periods)
        with np.errstate(all="ignore"):
            by_rate = np.where(
                np.abs(rate * periods) < 1e-5,
                periods * (periods - 1) / 2,
                (periods * grown / (1 + rate) - series) / rate,
            )
        return np.asarray(
            present * periods * grown / (1 + rate) + payment * (early * series + (1 + early * rate) * by_rate)
        )

    scale = np.abs(present) + np.abs(payment) * np.abs(periods) + np.abs(later)
    rates = _newton(value, slope, np.broadcast_to(guess, shape), scale)
    wide = [np.broadcast_to(part, shape) for part in (periods, payment, present, later, early, guess)]
    for at in zip(*np.nonzero(np.isnan(rates)), strict=True):
        n, paid, now, then, first, start = (float(part[at]) for part in wide)
        rates[at] = _scan(_annuity_value(n, paid, now, then, first), start)
    return rates


def annuity(
    rate: FloatArray,
    periods: FloatArray,
    payment: FloatArray,
    present: FloatArray,
    later: FloatArray,
    early: FloatArray,
) -> FloatArray:
    """What is left of the annuity equation at a rate."""
    grown = np.power(1 + rate, periods)
    return np.asarray(present * grown + payment * (1 + rate * early) * _series(rate, periods) + later)


def _series(rate: FloatArray, periods: FloatArray) -> FloatArray:
    with np.errstate(all="ignore"):
        return np.asarray(np.where(rate == 0, periods, np.expm1(periods * np.log1p(rate)) / rate))


def _annuity_value(n: float, paid: float, now: float, then: float, early: float) -> Callable[[float], float]:
    def value(u: float) -> float:
        rate = np.expm1(u)
        parts = (np.asarray(part) for part in (rate, n, paid, now, then, early))
        with np.errstate(all="ignore"):
            # payments in advance add a root at r = -1 that means nothing
            return float(annuity(*parts) / np.exp(max(u * early, u * n)))

    return value


def _newton(
    value: Callable[[FloatArray], FloatArray],
    slope: Callable[[FloatArray], FloatArray],
    start: FloatArray,
    scale: FloatArray,
) -> FloatArray:
    """Newton's method element by element, NaN where it does not settle above -1."""
    rate = np.array(start, dtype=np.float64)
    settled = np.zeros(rate.shape, dtype=bool)
    with np.errstate(all="ignore"):
        for _ in range(_ROUNDS):
            step = value(rate) / slope(rate)
            moved = np.where(settled, rate, rate - step)
            # a step out of the domain is replaced by one half of the way to its edge
            moved = np.where(moved <= -1, (rate - 1) / 2, moved)
            settled |= np.abs(moved - rate) <= 1e-14 * (1 + np.abs(moved))
            rate = moved
            if settled.all():
                break
        small = np.abs(value(rate)) <= 1e-9 * scale * np.maximum(1.0, np.abs(rate))
    return np.where(np.isfinite(rate) & small & (rate > _LEAST), rate, np.nan)


def _scan(value: Callable[[float], float], guess: float) -> float:
    """The root nearest to the guess among the sign changes on the grid, as a rate."""
    from scipy.optimize import brentq

    values = np.array([value(u) for u in _GRID])
    signs = np.sign(values)  # a product of the values themselves may vanish
    changes = np.flatnonzero(signs[:-1] * signs[1:] <= 0)
    if not changes.size or not np.isfinite(values[changes]).all():
        return np.nan
    roots = [float(np.expm1(brentq(value, _GRID[k], _GRID[k + 1], xtol=1e-15, rtol=1e-15))) for k in changes]
    return min(roots, key=lambda root: abs(root - guess))
