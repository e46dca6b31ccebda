"""More of Hock and Schittkowski's problems: badly scaled, degenerate, and taken from engineering.

Written as in `hock`; least values as printed in the book, or as later codes agree on to more digits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .hock import add
from .jets import cos, exp, log, sin
from .zoo import INF

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .zoo import Case

MORE: list[Case] = []

add(
    MORE,
    44,
    [0, 0, 0, 0],
    -15.0,
    lambda x: x[0] - x[1] - x[2] - x[0] * x[2] + x[0] * x[3] + x[1] * x[2] - x[1] * x[3],
    lambda x: [
        x[0] + 2 * x[1],
        4 * x[0] + x[1],
        3 * x[0] + 4 * x[1],
        2 * x[2] + x[3],
        x[2] + 2 * x[3],
        x[2] + x[3],
    ],
    [-INF] * 6,
    [8, 12, 12, 8, 8, 5],
    0,
)


def _normal(x: Sequence[Any]) -> Any:
    a, b = x[0] - 1e4, x[1] - 1
    h = (a**2 / 6.4e7 + a * b / 2e4 + b**2) / 0.96
    h = h + (x[2] - 2e6) ** 2 / 4.9e13 + (x[3] - 10) ** 2 / 2.5e3
    return -exp(-0.5 * (h + (x[4] - 1e-3) ** 2 / 2.5e-3 + (x[5] - 1e8) ** 2 / 2.5e17))


add(
    MORE,
    54,
    [6e3, 1.5, 4e6, 2, 3e-3, 5e7],
    -float(np.exp(-27 / 280)),
    _normal,
    lambda x: [x[0] + 4e3 * x[1]],
    [1.76e4],
    [1.76e4],
    (0, -10, 0, 0, -1, 0),
    (2e4, 10, 1e7, 20, 1, 2e8),
)
_HEATS = (
    (-24345, -8720288.849, 150512.5253, -156.6950325, 476470.3222, 729482.8271),
    (0, -145421.402, 2931.1506, -40.427932, 5106.192, 15711.36),
    (0, -155011.1084, 4360.53352, 12.9492344, 10236.884, 13176.786),
    (0, -326669.5104, 7390.68412, -27.8986976, 16643.076, 30988.146),
)


def _heat(x: Sequence[Any], a: Sequence[float]) -> Any:
    return a[0] + x[0] * (a[1] + sum(a[k + 1] * x[k] for k in range(1, 5)))


add(
    MORE,
    84,
    [2.52, 2, 37.5, 9.25, 6.8],
    -5280335.133,
    lambda x: -_heat(x, _HEATS[0]),
    lambda x: [_heat(x, a) for a in _HEATS[1:]],
    [0, 0, 0],
    [294000, 294000, 277200],
    (0, 1.2, 20, 9, 6.5),
    (1000, 2.4, 60, 9.3, 7),
)


def _blending(number: int, ends: Sequence[float], least: float) -> None:
    add(MORE,
        number,
        [0] * 6,
        least,
        lambda x: 4.3 * x[0] + 31.8 * x[1] + 63.3 * x[2] + 15.8 * x[3] + 68.5 * x[4] + 4.7 * x[5],
        lambda x: [
            17.1 * x[0] + 38.2 * x[1] + 204.2 * x[2] + 212.3 * x[3] + 623.4 * x[4] + 1495.5 * x[5]
            - 169 * x[0] * x[2] - 3580 * x[2] * x[4] - 3810 * x[3] * x[4] - 18500 * x[3] * x[5] - 24300 * x[4] * x[5],
            17.9 * x[0] + 36.8 * x[1] + 113.9 * x[2] + 169.7 * x[3] + 337.8 * x[4] + 1385.2 * x[5]
            - 139 * x[0] * x[2] - 2450 * x[3] * x[4] - 16600 * x[3] * x[5] - 17200 * x[4] * x[5],
            -273 * x[1] - 70 * x[3] - 819 * x[4] + 26000 * x[3] * x[4],
            159.9 * x[0] - 311 * x[1] + 587 * x[3] + 391 * x[4] + 2198 * x[5] - 14000 * x[0] * x[5],
        ],
        ends,
        [INF] * 4,
        0,
        (0.31, 0.046, 0.068, 0.042, 0.028, 0.0134),
    )  # fmt: skip


_blending(95, (4.97, -1.88, -29.08, -78.02), 0.015619514)
_blending(96, (4.97, -1.88, -69.08, -118.02), 0.015619514)
_blending(98, (32.97, 25.12, -124.08, -173.02), 3.1358091)


def _flight(x: Sequence[Any]) -> tuple[Any, Any, Any]:
    """The range, height and speed of a rocket at the end of a flight in seven phases."""
    push, times = (50, 50, 75, 75, 75, 100, 100), (0, 25, 50, 100, 150, 200, 290, 380)
    far, high, fast = 0.0, 0.0, 0.0
    for k in range(7):
        span = times[k + 1] - times[k]
        rise = push[k] * sin(x[k]) - 32
        far = push[k] * span * cos(x[k]) + far
        high = 0.5 * span**2 * rise + span * fast + high
        fast = span * rise + fast
    return far, high, fast


add(
    MORE,
    99,
    [0.5] * 7,
    -831079892.0,
    lambda x: -(_flight(x)[0] ** 2),
    lambda x: list(_flight(x)[1:]),
    [1e5, 1e3],
    [1e5, 1e3],
    0,
    1.58,
)


def _posynomials(number: int, a: float, least: float) -> None:
    def monomial(x: Sequence[Any], factor: float, powers: Sequence[float]) -> Any:
        return factor * exp(sum(p * log(v) for p, v in zip(powers, x, strict=True) if p))

    def fun(x: Sequence[Any]) -> Any:
        return (
            monomial(x, 10, (1, -1, 0, 2, 0, -3, a))
            + monomial(x, 15, (-1, -2, 1, 1, -1, 0, -0.5))
            + monomial(x, 20, (-2, 1, 0, -1, -2, 1, 0))
            + monomial(x, 25, (2, 2, -1, 0, 0.5, -2, 1))
        )

    def rows(x: Sequence[Any]) -> list[Any]:
        return [
            monomial(x, 0.5, (0.5, 0, -1, 0, 0, -2, 1))
            + monomial(x, 0.7, (3, 1, -2, 0, 0, 1, 0.5))
            + monomial(x, 0.2, (0, -1, 1, -0.5, 0, 2 / 3, 0.25)),
            monomial(x, 1.3, (-0.5, 1, -1, 0, -1, 1, 0))
            + monomial(x, 0.8, (0, 0, 1, -1, -1, 2, 0))
            + monomial(x, 3.1, (-1, 0.5, 0, -2, -1, 1 / 3, 0)),
            monomial(x, 2, (1, 0, -1.5, 0, 1, -1, 1 / 3))
            + monomial(x, 0.1, (0, 1, -0.5, 0, 1, -1, -0.5))
            + monomial(x, 1, (-1, 1, 0.5, 0, 1, 0, 0))
            + monomial(x, 0.65, (0, -2, 1, 0, 1, -1, 1)),
            monomial(x, 0.2, (-2, 1, 0, -1, 0.5, 0, 1 / 3))
            + monomial(x, 0.3, (0.5, 2, 1, 1 / 3, 0, 0, 0.25))
            + monomial(x, 0.4, (-3, -2, 0, 1, 0, 0, 0.75))
            + monomial(x, 0.5, (0, 0, -2, 1, 0, 0, 0.5)),
            fun(x),
        ]

    lower, upper = (0.1,) * 6 + (0.01,), 10
    add(MORE, number, [6] * 7, least, fun, rows, [-INF] * 4 + [100], [1] * 4 + [3000], lower, upper)


_posynomials(102, 0.125, 911.880571)

_ENERGY = (-6.089, -17.164, -34.054, -5.914, -24.721, -14.986, -24.100, -10.708, -26.662, -22.179)


def _mixture(x: Sequence[Any]) -> list[Any]:
    e = [exp(v) for v in x]
    return [
        e[0] + 2 * e[1] + 2 * e[2] + e[5] + e[9],
        e[3] + 2 * e[4] + e[5] + e[6],
        e[2] + e[6] + e[7] + 2 * e[8] + e[9],
    ]


def _free_energy(x: Sequence[Any]) -> Any:
    e = [exp(v) for v in x]
    total = log(sum(e))
    return sum(amount * (c + v - total) for amount, c, v in zip(e, _ENERGY, x, strict=True))


add(MORE, 111, [-2.3] * 10, -47.76109026, _free_energy, _mixture, [2, 1, 1], [2, 1, 1], -100, 100)


def _alkylation(x: Sequence[Any]) -> list[Any]:
    a, b = 0.99, 0.9
    first, second = 35.82 - 0.222 * x[9] - b * x[8], -133 + 3 * x[6] - a * x[9]
    third = 1.12 * x[0] + 0.13167 * x[0] * x[7] - 0.00667 * x[0] * x[7] ** 2 - a * x[3]
    fourth = 57.425 + 1.098 * x[7] - 0.038 * x[7] ** 2 + 0.325 * x[5] - a * x[6]
    return [
        first,
        second,
        -first + x[8] * (1 / b - b),
        -second + (1 / a - a) * x[9],
        third,
        fourth,
        -third + (1 / a - a) * x[3],
        -fourth + (1 / a - a) * x[6],
        1.22 * x[3] - x[0] - x[4],
        98000 * x[2] / (x[3] * x[8] + 1000 * x[2]) - x[5],
        (x[1] + x[4]) / x[0] - x[7],
    ]


add(
    MORE,
    114,
    [1745, 12000, 110, 3048, 1974, 89.2, 92.8, 8, 3.6, 145],
    -1768.80696,
    lambda x: 5.04 * x[0] + 0.035 * x[1] + 10 * x[2] + 3.36 * x[4] - 0.063 * x[3] * x[6],
    _alkylation,
    [0] * 11,
    [INF] * 8 + [0] * 3,
    (1e-5, 1e-5, 1e-5, 1e-5, 1e-5, 85, 90, 3, 1.2, 145),
    (2000, 16000, 120, 5000, 2000, 93, 95, 12, 4, 162),
)


def _membranes(x: Sequence[Any]) -> list[Any]:
    return [
        x[2] - x[1],
        x[1] - x[0],
        1 - 0.002 * x[6] + 0.002 * x[7],
        x[10] + x[11] + x[12],
        x[12] - 1.262626 * x[9] + 1.231059 * x[2] * x[9],
        x[4] - 0.03475 * x[1] - 0.975 * x[1] * x[4] + 0.00975 * x[1] ** 2,
        x[5] - 0.03475 * x[2] - 0.975 * x[2] * x[5] + 0.00975 * x[2] ** 2,
        x[4] * x[6] - x[0] * x[7] - x[3] * x[6] + x[3] * x[7],
        1 - 0.002 * (x[1] * x[8] + x[4] * x[7] - x[0] * x[7] - x[5] * x[8]) - x[4] - x[5],
        x[1] * x[8] - x[2] * x[9] - x[5] * x[8] - 500 * x[1] + 500 * x[5] + x[1] * x[9],
        x[1] - 0.9 - 0.002 * (x[1] * x[9] - x[2] * x[9]),
        x[3] - 0.03475 * x[0] - 0.975 * x[0] * x[3] + 0.00975 * x[0] ** 2,
        x[10] - 1.262626 * x[7] + 1.231059 * x[0] * x[7],
        x[11] - 1.262626 * x[8] + 1.231059 * x[1] * x[8],
    ]


add(
    MORE,
    116,
    [0.5, 0.8, 0.9, 0.1, 0.14, 0.5, 489, 80, 650, 450, 150, 150, 150],
    97.58751,
    lambda x: x[10] + x[11] + x[12],
    _membranes,
    [0, 0, 0, 50] + [0] * 10,
    [INF, INF, INF, 250] + [INF] * 10,
    (0.1, 0.1, 0.1, 1e-4, 0.1, 0.1, 0.1, 0.1, 500, 0.1, 1, 1e-4, 1e-4),
    (1, 1, 1, 0.1, 0.9, 0.9, 1000, 1000, 1000, 500, 150, 150, 150),
)


def _stages(x: Sequence[Any]) -> list[Any]:
    steps = [x[3 * j + i] - x[3 * j - 3 + i] for j in range(1, 5) for i in range(3)]
    return [*steps, *[sum(x[3 * j : 3 * j + 3]) for j in range(5)]]


add(
    MORE,
    118,
    [20, 55, 15, *[20, 60, 20] * 4],
    664.82045,
    lambda x: (
        sum(2.3 * v + 0.0001 * v**2 for v in x[0::3])
        + sum(1.7 * v + 0.0001 * v**2 for v in x[1::3])
        + sum(2.2 * v + 0.00015 * v**2 for v in x[2::3])
    ),
    _stages,
    [-7] * 12 + [60, 50, 70, 85, 100],
    [6, 7, 6] * 4 + [INF] * 5,
    (8, 43, 3, *[0] * 12),
    (21, 57, 16, *[90, 120, 60] * 4),
)
