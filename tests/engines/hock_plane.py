"""Problems of Hock and Schittkowski with two variables."""

from __future__ import annotations

import numpy as np

from .hock import add, norm, valley
from .jets import log
from .zoo import INF, Case

PLANE: list[Case] = []

add(PLANE, 2, [-2, 1], 0.0504261879, valley, lb=(-INF, 1.5))
add(PLANE, 3, [10, 1], 0.0, lambda x: x[1] + 1e-5 * (x[1] - x[0]) ** 2, lb=(-INF, 0))
add(PLANE, 4, [1.125, 0.125], 8 / 3, lambda x: (x[0] + 1) ** 3 / 3 + x[1], lb=(1, 0))
add(PLANE, 6, [-1.2, 1], 0.0, lambda x: (1 - x[0]) ** 2, lambda x: [10 * (x[1] - x[0] ** 2)], [0], [0])
add(
    PLANE,
    7,
    [2, 2],
    -np.sqrt(3),
    lambda x: log(1 + x[0] ** 2) - x[1],
    lambda x: [(1 + x[0] ** 2) ** 2 + x[1] ** 2],
    [4],
    [4],
)
add(PLANE, 8, [2, 1], -1.0, lambda x: 0 * x[0] - 1, lambda x: [x[0] ** 2 + x[1] ** 2, x[0] * x[1]], [25, 9], [25, 9])
add(
    PLANE,
    10,
    [-10, 10],
    -1.0,
    lambda x: x[0] - x[1],
    lambda x: [-3 * x[0] ** 2 + 2 * x[0] * x[1] - x[1] ** 2],
    [-1],
    [INF],
)
add(
    PLANE,
    11,
    [4.9, 0.1],
    -8.498464223,
    lambda x: (x[0] - 5) ** 2 + x[1] ** 2 - 25,
    lambda x: [x[1] - x[0] ** 2],
    [0],
    [INF],
)
add(
    PLANE,
    12,
    [0, 0],
    -30.0,
    lambda x: 0.5 * x[0] ** 2 + x[1] ** 2 - x[0] * x[1] - 7 * x[0] - 7 * x[1],
    lambda x: [4 * x[0] ** 2 + x[1] ** 2],
    [-INF],
    [25],
)
add(
    PLANE,
    14,
    [2, 2],
    9 - 2.875 * np.sqrt(7),
    lambda x: (x[0] - 2) ** 2 + (x[1] - 1) ** 2,
    lambda x: [0.25 * x[0] ** 2 + x[1] ** 2, x[0] - 2 * x[1]],
    [-INF, -1],
    [1, -1],
)
add(PLANE, 15, [-2, 1], 306.5, valley, lambda x: [x[0] * x[1], x[0] + x[1] ** 2], [1, 0], [INF, INF], ub=(0.5, INF))
add(
    PLANE,
    16,
    [-2, 1],
    0.25,
    valley,
    lambda x: [x[0] + x[1] ** 2, x[0] ** 2 + x[1]],
    [0, 0],
    [INF, INF],
    lb=(-0.5, -INF),
    ub=(0.5, 1),
)
add(
    PLANE,
    18,
    [2, 2],
    5.0,
    lambda x: 0.01 * x[0] ** 2 + x[1] ** 2,
    lambda x: [x[0] * x[1], x[0] ** 2 + x[1] ** 2],
    [25, 25],
    [INF, INF],
    (2, 0),
    50,
)
add(
    PLANE,
    19,
    [20.1, 5.84],
    -6961.81381,
    lambda x: (x[0] - 10) ** 3 + (x[1] - 20) ** 3,
    lambda x: [(x[0] - 5) ** 2 + (x[1] - 5) ** 2, (x[1] - 5) ** 2 + (x[0] - 6) ** 2],
    [100, -INF],
    [INF, 82.81],
    (13, 0),
    100,
)
add(
    PLANE,
    20,
    [-2, 1],
    81.5 - 25 * np.sqrt(3),
    valley,
    lambda x: [x[0] + x[1] ** 2, x[0] ** 2 + x[1], x[0] ** 2 + x[1] ** 2],
    [0, 0, 1],
    [INF] * 3,
    (-0.5, -INF),
    (0.5, INF),
)
add(
    PLANE,
    22,
    [2, 2],
    1.0,
    lambda x: (x[0] - 2) ** 2 + (x[1] - 1) ** 2,
    lambda x: [x[0] + x[1], x[0] ** 2 - x[1]],
    [-INF, -INF],
    [2, 0],
)
add(
    PLANE,
    23,
    [3, 1],
    2.0,
    norm,
    lambda x: [x[0] + x[1], x[0] ** 2 + x[1] ** 2, 9 * x[0] ** 2 + x[1] ** 2, x[0] ** 2 - x[1], x[1] ** 2 - x[0]],
    [1, 1, 9, 0, 0],
    [INF] * 5,
    -50,
    50,
)
add(
    PLANE,
    24,
    [1, 0.5],
    -1.0,
    lambda x: ((x[0] - 3) ** 2 - 9) * x[1] ** 3 / (27 * np.sqrt(3)),
    lambda x: [x[0] / np.sqrt(3) - x[1], x[0] + np.sqrt(3) * x[1], x[0] + np.sqrt(3) * x[1]],
    [0, 0, -INF],
    [INF, INF, 6],
    0,
)
