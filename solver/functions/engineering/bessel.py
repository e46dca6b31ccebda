"""Bessel functions of whole order, to the precision that Excel gives them.

Excel computes orders 0 and 1 by the classical rational and polynomial approximations with seven to nine digits
(Hart's for J and Y, those of Abramowitz and Stegun, section 9.8, for I and K) and higher orders by recurrence, upwards
where that is stable, else downwards from a high order (Miller). Better values would disagree with it.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from solver.functions.dual import Dual
from solver.functions.refusal import demand
from solver.functions.registry import function

if TYPE_CHECKING:
    from collections.abc import Callable

    from solver.functions.registry import Smooth, Strict

_TWO_OVER_PI = 0.636619772
_FAR_OSCILLATING, _FAR_GROWING, _FAR_DECAYING = 8.0, 3.75, 2.0
_EXTRA_ORDERS = 40.0
_TOO_BIG = 1e10
_HIGHEST_ORDER = 10_000

_J0 = (
    (57568490574.0, -13362590354.0, 651619640.7, -11214424.18, 77392.33017, -184.9052456),
    (57568490411.0, 1029532985.0, 9494680.718, 59272.64853, 267.8532712, 1.0),
)
_J1 = (
    (72362614232.0, -7895059235.0, 242396853.1, -2972611.439, 15704.48260, -30.16036606),
    (144725228442.0, 2300535178.0, 18583304.74, 99447.43394, 376.9991397, 1.0),
)
_Y0 = (
    (-2957821389.0, 7062834065.0, -512359803.6, 10879881.29, -86327.92757, 228.4622733),
    (40076544269.0, 745249964.8, 7189466.438, 47447.26470, 226.1030244, 1.0),
)
_Y1 = (
    (-0.4900604943e13, 0.1275274390e13, -0.5153438139e11, 0.7349264551e9, -0.4237922726e7, 0.8511937935e4),
    (0.2499580570e14, 0.4244419664e12, 0.3733650367e10, 0.2245904002e8, 0.1020426050e6, 0.3549632885e3, 1.0),
)
_FAR_0 = (
    (1.0, -0.1098628627e-2, 0.2734510407e-4, -0.2073370639e-5, 0.2093887211e-6),
    (-0.1562499995e-1, 0.1430488765e-3, -0.6911147651e-5, 0.7621095161e-6, -0.934945152e-7),
    0.785398164,
)
_FAR_1 = (
    (1.0, 0.183105e-2, -0.3516396496e-4, 0.2457520174e-5, -0.240337019e-6),
    (0.04687499995, -0.2002690873e-3, 0.8449199096e-5, -0.88228987e-6, 0.105787412e-6),
    2.356194491,
)
_I0 = (1.0, 3.5156229, 3.0899424, 1.2067492, 0.2659732, 0.360768e-1, 0.45813e-2)
_I1 = (0.5, 0.87890594, 0.51498869, 0.15084934, 0.2658733e-1, 0.301532e-2, 0.32411e-3)
_FAR_I0 = (
    0.39894228, 0.1328592e-1, 0.225319e-2, -0.157565e-2, 0.916281e-2, -0.2057706e-1, 0.2635537e-1, -0.1647633e-1,
    0.392377e-2,
)  # fmt: skip
_FAR_I1 = (
    0.39894228, -0.3988024e-1, -0.362018e-2, 0.163801e-2, -0.1031555e-1, 0.2282967e-1, -0.2895312e-1, 0.1787654e-1,
    -0.420059e-2,
)  # fmt: skip
_K0 = (-0.57721566, 0.42278420, 0.23069756, 0.3488590e-1, 0.262698e-2, 0.10750e-3, 0.74e-5)
_K1 = (1.0, 0.15443144, -0.67278579, -0.18156897, -0.1919402e-1, -0.110404e-2, -0.4686e-4)
_FAR_K0 = (1.25331414, -0.7832358e-1, 0.2189568e-1, -0.1062446e-1, 0.587872e-2, -0.251540e-2, 0.53208e-3)
_FAR_K1 = (1.25331414, 0.23498619, -0.3655620e-1, 0.1504268e-1, -0.780353e-2, 0.325614e-2, -0.68245e-3)


def _polynomial(coefficients: tuple[float, ...], x: float) -> float:
    total = 0.0
    for coefficient in reversed(coefficients):
        total = total * x + coefficient
    return total


def _ratio(table: tuple[tuple[float, ...], tuple[float, ...]], x: float) -> float:
    return _polynomial(table[0], x) / _polynomial(table[1], x)


def _j(order: int, x: float) -> float:
    """J of order 0 or 1 for x >= 0."""
    if x < _FAR_OSCILLATING:
        return _ratio(_J0, x * x) if order == 0 else x * _ratio(_J1, x * x)
    cosine, sine, phase = _FAR_0 if order == 0 else _FAR_1
    z = 8.0 / x
    angle = x - phase
    return math.sqrt(_TWO_OVER_PI / x) * (
        math.cos(angle) * _polynomial(cosine, z * z) - z * math.sin(angle) * _polynomial(sine, z * z)
    )


def _y(order: int, x: float) -> float:
    """Y of order 0 or 1 for x > 0."""
    if x < _FAR_OSCILLATING:
        if order == 0:
            return _ratio(_Y0, x * x) + _TWO_OVER_PI * _j(0, x) * math.log(x)
        return x * _ratio(_Y1, x * x) + _TWO_OVER_PI * (_j(1, x) * math.log(x) - 1.0 / x)
    cosine, sine, phase = _FAR_0 if order == 0 else _FAR_1
    z = 8.0 / x
    angle = x - phase
    return math.sqrt(_TWO_OVER_PI / x) * (
        math.sin(angle) * _polynomial(cosine, z * z) + z * math.cos(angle) * _polynomial(sine, z * z)
    )


def _i(order: int, x: float) -> float:
    """I of order 0 or 1 for x >= 0."""
    if x < _FAR_GROWING:
        y = (x / _FAR_GROWING) ** 2
        return _polynomial(_I0, y) if order == 0 else x * _polynomial(_I1, y)
    return math.exp(x) / math.sqrt(x) * _polynomial(_FAR_I0 if order == 0 else _FAR_I1, _FAR_GROWING / x)


def _k(order: int, x: float) -> float:
    """K of order 0 or 1 for x > 0."""
    if x <= _FAR_DECAYING:
        y = x * x / 4.0
        if order == 0:
            return -math.log(x / 2.0) * _i(0, x) + _polynomial(_K0, y)
        return math.log(x / 2.0) * _i(1, x) + _polynomial(_K1, y) / x
    return math.exp(-x) / math.sqrt(x) * _polynomial(_FAR_K0 if order == 0 else _FAR_K1, _FAR_DECAYING / x)


def _upwards(order: int, x: float, first: float, second: float, sign: float) -> float:
    """The recurrence f(n+1) = 2n/x f(n) + sign f(n-1), from orders 0 and 1."""
    for n in range(1, order):
        first, second = second, n * 2.0 / x * second + sign * first
    return second


def _downwards(order: int, x: float, sign: float) -> tuple[float, float, float]:
    """Miller's recurrence from a high order: f(order), f(0) and the sum of the even orders, all in the same scale."""
    beyond = order + int(math.sqrt(_EXTRA_ORDERS * order))
    start = 2 * (beyond // 2) if sign < 0 else 2 * beyond
    above, here, wanted, evens = 0.0, 1.0, 0.0, 0.0
    even = False
    for n in range(start, 0, -1):
        above, here = here, n * 2.0 / x * here + sign * above
        if abs(here) > _TOO_BIG:
            above, here, wanted, evens = above / _TOO_BIG, here / _TOO_BIG, wanted / _TOO_BIG, evens / _TOO_BIG
        if even:
            evens += here
        even = not even
        if n == order:
            wanted = above
    return wanted, here, evens


def _oscillating(value: Callable[[int, float], float], x: float, order: int) -> float:
    """J or Y with its slope, by f(n)' = (f(n-1) - f(n+1)) / 2 and f(-1) = -f(1)."""
    number = value(order, float(x))
    if not isinstance(x, Dual):
        return number
    lower = -value(1, float(x)) if order == 0 else value(order - 1, float(x))
    return Dual(number, x.slope * (lower - value(order + 1, float(x))) / 2)


def _modified(value: Callable[[int, float], float], x: float, order: int, sign: float) -> float:
    """I or K with its slope, by f(n)' = sign (f(n-1) + f(n+1)) / 2 and f(-1) = f(1)."""
    number = value(order, float(x))
    if not isinstance(x, Dual):
        return number
    return Dual(number, x.slope * sign * (value(abs(order - 1), float(x)) + value(order + 1, float(x))) / 2)


def _first_kind(order: int, x: float) -> float:
    far = abs(x)
    if far == 0:
        return float(order == 0)
    if order < 2:
        value = _j(order, far)
    elif far > order:
        value = _upwards(order, far, _j(0, far), _j(1, far), -1.0)
    else:
        wanted, first, evens = _downwards(order, far, -1.0)
        value = wanted / (2.0 * evens - first)
    return -value if x < 0 and order % 2 else value


def _second_kind(order: int, x: float) -> float:
    return _y(order, x) if order < 2 else _upwards(order, x, _y(0, x), _y(1, x), -1.0)


def _growing(order: int, x: float) -> float:
    far = abs(x)
    if order < 2:
        value = _i(order, far)
    elif far == 0:
        return 0.0
    else:
        wanted, first, _ = _downwards(order, far, 1.0)
        value = wanted * _i(0, far) / first
    return -value if x < 0 and order % 2 else value


def _decaying(order: int, x: float) -> float:
    return _k(order, x) if order < 2 else _upwards(order, x, _k(0, x), _k(1, x), 1.0)


def _whole(order: float) -> int:
    demand(0 <= math.trunc(order) <= _HIGHEST_ORDER)
    return math.trunc(order)


@function("BESSELJ")
def besselj(x: Smooth, order: Strict) -> float:
    """The Bessel function of the first kind.

    =BESSELJ(1.9, 2) -> 0.32992582866978504
    =BESSELJ(0, 0) -> 1
    =BESSELJ(1, -1) -> #NUM!
    """
    return _oscillating(_first_kind, x, _whole(order))


@function("BESSELY")
def bessely(x: Smooth, order: Strict) -> float:
    """The Bessel function of the second kind.

    =BESSELY(2.5, 1) -> 0.1459181375083129
    =BESSELY(0, 1) -> #NUM!
    """
    demand(x > 0)
    return _oscillating(_second_kind, x, _whole(order))


@function("BESSELI")
def besseli(x: Smooth, order: Strict) -> float:
    """The modified Bessel function of the first kind.

    =BESSELI(1.5, 1) -> 0.981666428475166
    =BESSELI(1, -1) -> #NUM!
    """
    demand(abs(float(x)) <= math.log(1e308))
    return _modified(_growing, x, _whole(order), 1.0)


@function("BESSELK")
def besselk(x: Smooth, order: Strict) -> float:
    """The modified Bessel function of the second kind.

    =BESSELK(1.5, 1) -> 0.2773878036322587
    =BESSELK(0, 1) -> #NUM!
    """
    demand(x > 0)
    return _modified(_decaying, x, _whole(order), -1.0)
