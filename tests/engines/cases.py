"""Problems with known answers: bounded quadratics, fits, and problems of Hock and Schittkowski (1981)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .jets import cos, exp, log, sin, sqrt
from .zoo import INF, Case, build, least_squares

if TYPE_CHECKING:
    from collections.abc import Sequence


def _valley(x: Sequence[Any]) -> Any:
    return 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2


ROSENBROCK = Case("rosenbrock", build([-1.2, 1], _valley), 0.0, (1, 1))

BOUNDED = Case(
    "bounded quadratic",
    build([5, 5, 5], lambda x: (x[0] - 1) ** 2 + 2 * (x[1] + 3) ** 2 + (x[2] - 20) ** 2, lb=0, ub=10),
    118.0,
    (1, 0, 10),
)

WOOD = Case(
    "wood",
    build(
        [-3, -1, -3, -1],
        lambda x: (
            100 * (x[1] - x[0] ** 2) ** 2
            + (1 - x[0]) ** 2
            + 90 * (x[3] - x[2] ** 2) ** 2
            + (1 - x[2]) ** 2
            + 10.1 * ((x[1] - 1) ** 2 + (x[3] - 1) ** 2)
            + 19.8 * (x[1] - 1) * (x[3] - 1)
        ),
        lb=-10,
        ub=10,
    ),
    0.0,
    (1, 1, 1, 1),
)

SMOOTH = [
    ROSENBROCK,
    BOUNDED,
    WOOD,
    Case("hs001", build([-2, 1], _valley, lb=(-INF, -1.5)), 0.0, (1, 1)),
    Case(
        "hs005",
        build(
            [0, 0],
            lambda x: sin(x[0] + x[1]) + (x[0] - x[1]) ** 2 - 1.5 * x[0] + 2.5 * x[1] + 1,
            lb=(-1.5, -3),
            ub=(4, 3),
        ),
        -np.sqrt(3) / 2 - np.pi / 3,
    ),
    Case(
        "hs045",
        build([2] * 5, lambda x: 2 - x[0] * x[1] * x[2] * x[3] * x[4] / 120, lb=0, ub=(1, 2, 3, 4, 5)),
        1.0,
        (1, 2, 3, 4, 5),
    ),
    Case("logarithm", build([3.0], lambda x: x[0] - log(x[0])), 1.0, (1,)),
]

MISRA = (
    (10.07, 77.6), (14.73, 114.9), (17.94, 141.1), (23.93, 190.8), (29.61, 239.9), (35.18, 289.0), (40.02, 332.8),
    (44.82, 378.4), (50.76, 434.8), (55.05, 477.3), (61.01, 536.8), (66.40, 593.1), (75.47, 689.1), (81.78, 760.0),
)  # fmt: skip


def _misra(name: str, x0: tuple[float, float]) -> Case:
    problem = least_squares(x0, lambda b: [y - b[0] * (1 - exp(-b[1] * x)) for y, x in MISRA])
    return Case(name, problem, 1.2455138894e-01, (2.3894212918e02, 5.5015643181e-04), 1e-9)


SQUARES = [
    _misra("misra1a, far", (500, 0.0001)),
    _misra("misra1a, near", (250, 0.0005)),
    Case("rosenbrock fit", least_squares([-1.2, 1], lambda x: [10 * (x[1] - x[0] ** 2), 1 - x[0]]), 0.0, (1, 1)),
    Case(
        "bounded fit",
        least_squares([0.5, 0.5], lambda x: [10 * (x[1] - x[0] ** 2), 1 - x[0]], lb=(-2, -2), ub=(0.8, 2)),
        0.04,
        (0.8, 0.64),
    ),
    Case(
        "powell singular",
        least_squares(
            [3, -1, 0, 1],
            lambda x: [
                x[0] + 10 * x[1],
                sqrt(5.0) * (x[2] - x[3]),
                (x[1] - 2 * x[2]) ** 2,
                sqrt(10.0) * (x[0] - x[3]) ** 2,
            ],
        ),
        0.0,
    ),
    Case(
        "freudenstein roth, near the far minimum",
        least_squares(
            [0.5, -2],
            lambda x: [-13 + x[0] + ((5 - x[1]) * x[1] - 2) * x[1], -29 + x[0] + ((x[1] + 1) * x[1] - 14) * x[1]],
        ),
        48.98425367924,
        (11.41277899, -0.8968052532),
    ),
]

ROWS = [
    Case(
        "hs021",
        build(
            [2, -1],
            lambda x: 0.01 * x[0] ** 2 + x[1] ** 2 - 100,
            lambda x: [10 * x[0] - x[1]],
            [10],
            [INF],
            lb=(2, -50),
            ub=50,
        ),
        -99.96,
        (2, 0),
    ),
    Case(
        "hs029",
        build(
            [1, 1, 1],
            lambda x: -x[0] * x[1] * x[2],
            lambda x: [x[0] ** 2 + 2 * x[1] ** 2 + 4 * x[2] ** 2],
            [-INF],
            [48],
        ),
        -16 * np.sqrt(2),
    ),
    Case(
        "hs033",
        build(
            [0, 0, 3],
            lambda x: (x[0] - 1) * (x[0] - 2) * (x[0] - 3) + x[2],
            lambda x: [x[2] ** 2 - x[1] ** 2 - x[0] ** 2, x[0] ** 2 + x[1] ** 2 + x[2] ** 2],
            [0, 4],
            [INF, INF],
            lb=0,
            ub=(INF, INF, 5),
        ),
        np.sqrt(2) - 6,
        (0, np.sqrt(2), np.sqrt(2)),
    ),
    Case(
        "hs037",
        build(
            [10, 10, 10], lambda x: -x[0] * x[1] * x[2], lambda x: [x[0] + 2 * x[1] + 2 * x[2]], [0], [72], lb=0, ub=42
        ),
        -3456.0,
        (24, 12, 12),
    ),
    Case(
        "hs041",
        build(
            [2, 2, 2, 2],
            lambda x: 2 - x[0] * x[1] * x[2],
            lambda x: [x[0] + 2 * x[1] + 2 * x[2] - x[3]],
            [0],
            [0],
            lb=0,
            ub=(1, 1, 1, 2),
        ),
        52 / 27,
        (2 / 3, 1 / 3, 1 / 3, 2),
    ),
    Case(
        "hs060",
        build(
            [2, 2, 2],
            lambda x: (x[0] - 1) ** 2 + (x[0] - x[1]) ** 2 + (x[1] - x[2]) ** 4,
            lambda x: [x[0] * (1 + x[1] ** 2) + x[2] ** 4],
            [4 + 3 * np.sqrt(2)],
            [4 + 3 * np.sqrt(2)],
            lb=-10,
            ub=10,
        ),
        0.03256820025,
    ),
    Case(
        "hs064",
        build(
            [1, 1, 1],
            lambda x: 5 * x[0] + 50000 / x[0] + 20 * x[1] + 72000 / x[1] + 10 * x[2] + 144000 / x[2],
            lambda x: [4 / x[0] + 32 / x[1] + 120 / x[2]],
            [-INF],
            [1],
            lb=1e-5,
        ),
        6299.842428,
    ),
    Case(
        "hs071",
        build(
            [1, 5, 5, 1],
            lambda x: x[0] * x[3] * (x[0] + x[1] + x[2]) + x[2],
            lambda x: [x[0] * x[1] * x[2] * x[3], x[0] ** 2 + x[1] ** 2 + x[2] ** 2 + x[3] ** 2],
            [25, 40],
            [INF, 40],
            lb=1,
            ub=5,
        ),
        17.0140173,
    ),
    Case(
        "hs076",
        build(
            [0.5] * 4,
            lambda x: (
                x[0] ** 2
                + 0.5 * x[1] ** 2
                + x[2] ** 2
                + 0.5 * x[3] ** 2
                - x[0] * x[2]
                + x[2] * x[3]
                - x[0]
                - 3 * x[1]
                + x[2]
                - x[3]
            ),
            lambda x: [x[0] + 2 * x[1] + x[2] + x[3], 3 * x[0] + x[1] + 2 * x[2] - x[3], x[1] + 4 * x[2]],
            [-INF, -INF, 1.5],
            [5, 4, INF],
            lb=0,
        ),
        -4.681818181,
    ),
    Case(
        "hs080",
        build(
            [-2, 2, 2, -1, -1],
            lambda x: exp(x[0] * x[1] * x[2] * x[3] * x[4]),
            lambda x: [
                x[0] ** 2 + x[1] ** 2 + x[2] ** 2 + x[3] ** 2 + x[4] ** 2,
                x[1] * x[2] - 5 * x[3] * x[4],
                x[0] ** 3 + x[1] ** 3,
            ],
            [10, 0, -1],
            [10, 0, -1],
            lb=(-2.3, -2.3, -3.2, -3.2, -3.2),
            ub=(2.3, 2.3, 3.2, 3.2, 3.2),
        ),
        0.0539498478,
    ),
    Case(
        "hs100",
        build(
            [1, 2, 0, 4, 0, 1, 1],
            lambda x: (
                (x[0] - 10) ** 2
                + 5 * (x[1] - 12) ** 2
                + x[2] ** 4
                + 3 * (x[3] - 11) ** 2
                + 10 * x[4] ** 6
                + 7 * x[5] ** 2
                + x[6] ** 4
                - 4 * x[5] * x[6]
                - 10 * x[5]
                - 8 * x[6]
            ),
            lambda x: [
                2 * x[0] ** 2 + 3 * x[1] ** 4 + x[2] + 4 * x[3] ** 2 + 5 * x[4],
                7 * x[0] + 3 * x[1] + 10 * x[2] ** 2 + x[3] - x[4],
                23 * x[0] + x[1] ** 2 + 6 * x[5] ** 2 - 8 * x[6],
                4 * x[0] ** 2 + x[1] ** 2 - 3 * x[0] * x[1] + 2 * x[2] ** 2 + 5 * x[5] - 11 * x[6],
            ],
            [-INF] * 4,
            [127, 282, 196, 0],
        ),
        680.6300573,
    ),
    Case(
        "hs106",
        build(
            [5000, 5000, 5000, 200, 350, 150, 225, 425],
            lambda x: x[0] + x[1] + x[2],
            lambda x: [
                0.0025 * (x[3] + x[5]),
                0.0025 * (x[4] + x[6] - x[3]),
                0.01 * (x[7] - x[4]),
                x[0] * x[5] - 833.33252 * x[3] - 100 * x[0],
                x[1] * x[6] - 1250 * x[4] - x[1] * x[3] + 1250 * x[3],
                x[2] * x[7] - x[2] * x[4] + 2500 * x[4],
            ],
            [-INF, -INF, -INF, -83333.333, 0, 1250000],
            [1, 1, 1, INF, INF, INF],
            lb=(100, 1000, 1000, 10, 10, 10, 10, 10),
            ub=(10000, 10000, 10000, 1000, 1000, 1000, 1000, 1000),
        ),
        7049.24802,
        tolerance=1e-6,
    ),
    Case(
        "equality circle",
        build([1.0, 0.5], lambda x: x[0] + x[1], lambda x: [x[0] ** 2 + x[1] ** 2], [2], [2]),
        -2.0,
        (-1, -1),
    ),
    Case(
        "exponential with a cosine row",
        build([0.1, 0.1], lambda x: exp(x[0]) + x[1] ** 2, lambda x: [x[0] + cos(x[1])], [1], [INF], lb=-1, ub=3),
        1.0,
        (0, 0),
    ),
]
