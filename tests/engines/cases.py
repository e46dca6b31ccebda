"""Problems without constraints and with known answers: bounded quadratics, fits, Hock and Schittkowski (1981)."""

from __future__ import annotations

import numpy as np

from .hock import valley, wood
from .jets import exp, log, sin, sqrt
from .zoo import INF, Case, build, least_squares

ROSENBROCK = Case("rosenbrock", build([-1.2, 1], valley), 0.0, (1, 1))

BOUNDED = Case(
    "bounded quadratic",
    build([5, 5, 5], lambda x: (x[0] - 1) ** 2 + 2 * (x[1] + 3) ** 2 + (x[2] - 20) ** 2, lb=0, ub=10),
    118.0,
    (1, 0, 10),
)

WOOD = Case("wood", build([-3, -1, -3, -1], wood, lb=-10, ub=10), 0.0, (1, 1, 1, 1))

SMOOTH = [
    ROSENBROCK,
    BOUNDED,
    WOOD,
    Case("hs001", build([-2, 1], valley, lb=(-INF, -1.5)), 0.0, (1, 1)),
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
