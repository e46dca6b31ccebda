"""BFGS with a bisecting weak Wolfe line search, which also works where gradients jump (Lewis, Overton 2013)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from solver.model.problem import Mask, Vector

FALL, FLAT = 1e-4, 0.9
"""The constants of the weak Wolfe conditions: a step must gain FALL of what the slope promises, and end where the
function falls less steeply than FLAT of it."""

HALVINGS = 60


def bfgs(
    fun: Callable[[Vector], float],
    grad: Callable[[Vector], Vector],
    start: Vector,
    free: Mask,
    check: Callable[[], None],
) -> Vector:
    """The point where no more descent is found, moving in the free variables only; `check` may end the search."""
    n = int(free.sum())
    x, f, g = start.copy(), fun(start), grad(start)[free]
    inverse, first = np.eye(n), True
    fails = 0
    for _ in range(200 + 20 * n):
        check()
        if not np.all(np.isfinite(g)) or float(np.abs(g).max(initial=0.0)) < 1e-14:
            break
        d = -inverse @ g
        if float(d @ g) >= 0:
            inverse, d = np.eye(n), -g
        if first:
            d = d / max(1.0, float(np.linalg.norm(g)))
        found = _searched(fun, grad, x, f, g, d, free)
        if found is None:
            # Where the matrix no longer fits the corner, the steepest way may still lead down.
            fails += 1
            if fails > 2:
                break
            inverse = np.eye(n)
            continue
        new, f_new, g_new, step = found
        s, y = step * d, g_new - g
        along = float(s @ y)
        if along > 1e-300:
            if first:
                inverse = inverse * (along / float(y @ y))
            left = np.eye(n) - np.outer(s, y) / along
            inverse = left @ inverse @ left.T + np.outer(s, s) / along
        fails = fails if f - f_new <= 1e-14 * max(1.0, abs(f)) else 0
        x, f, g, first = new, f_new, g_new, False
    return x


def _searched(
    fun: Callable[[Vector], float],
    grad: Callable[[Vector], Vector],
    x: Vector,
    f: float,
    g: Vector,
    d: Vector,
    free: Mask,
) -> tuple[Vector, float, Vector, float] | None:
    """A step that falls enough and passes most of the slope, by doubling and halving; else the best that falls."""
    slope, low, high, step = float(g @ d), 0.0, np.inf, 1.0
    best = None
    for _ in range(HALVINGS):
        new = x.copy()
        new[free] += step * d
        f_new = fun(new)
        if not f_new < f + FALL * step * slope:
            high = step
        else:
            g_new = grad(new)[free]
            best = (new, f_new, g_new, step)
            if float(g_new @ d) >= FLAT * slope:
                return best
            low = step
        step = (low + high) / 2 if np.isfinite(high) else 2 * low
        if high - low < 1e-16 * max(1.0, low):
            break
    return best
