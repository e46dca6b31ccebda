"""Problems of Hock and Schittkowski with three variables."""

from __future__ import annotations

import numpy as np

from .hock import add, norm
from .jets import exp, log
from .zoo import INF, Case

SPACE: list[Case] = []

add(
    SPACE,
    26,
    [-2.6, 2, 2],
    0.0,
    lambda x: (x[0] - x[1]) ** 2 + (x[1] - x[2]) ** 4,
    lambda x: [(1 + x[1] ** 2) * x[0] + x[2] ** 4],
    [3],
    [3],
)
add(
    SPACE,
    27,
    [2, 2, 2],
    0.04,
    lambda x: 0.01 * (x[0] - 1) ** 2 + (x[1] - x[0] ** 2) ** 2,
    lambda x: [x[0] + x[2] ** 2],
    [-1],
    [-1],
)
add(
    SPACE,
    28,
    [-4, 1, 1],
    0.0,
    lambda x: (x[0] + x[1]) ** 2 + (x[1] + x[2]) ** 2,
    lambda x: [x[0] + 2 * x[1] + 3 * x[2]],
    [1],
    [1],
)
add(SPACE, 30, [1, 1, 1], 1.0, norm, lambda x: [x[0] ** 2 + x[1] ** 2], [1], [INF], (1, -10, -10), 10)
add(
    SPACE,
    31,
    [1, 1, 1],
    6.0,
    lambda x: 9 * x[0] ** 2 + x[1] ** 2 + 9 * x[2] ** 2,
    lambda x: [x[0] * x[1]],
    [1],
    [INF],
    (-10, 1, -10),
    (10, 10, 1),
)
add(
    SPACE,
    32,
    [0.1, 0.7, 0.2],
    1.0,
    lambda x: (x[0] + 3 * x[1] + x[2]) ** 2 + 4 * (x[0] - x[1]) ** 2,
    lambda x: [6 * x[1] + 4 * x[2] - x[0] ** 3, x[0] + x[1] + x[2]],
    [3, 1],
    [INF, 1],
    0,
)
add(
    SPACE,
    34,
    [0, 1.05, 2.9],
    -np.log(np.log(10)),
    lambda x: -x[0],
    lambda x: [x[1] - exp(x[0]), x[2] - exp(x[1])],
    [0, 0],
    [INF] * 2,
    0,
    (100, 100, 10),
)
add(
    SPACE,
    35,
    [0.5, 0.5, 0.5],
    1 / 9,
    lambda x: (
        9
        - 8 * x[0]
        - 6 * x[1]
        - 4 * x[2]
        + 2 * x[0] ** 2
        + 2 * x[1] ** 2
        + x[2] ** 2
        + 2 * x[0] * x[1]
        + 2 * x[0] * x[2]
    ),
    lambda x: [x[0] + x[1] + 2 * x[2]],
    [-INF],
    [3],
    0,
)
add(
    SPACE,
    36,
    [10, 10, 10],
    -3300.0,
    lambda x: -x[0] * x[1] * x[2],
    lambda x: [x[0] + 2 * x[1] + 2 * x[2]],
    [-INF],
    [72],
    0,
    (20, 11, 42),
)
add(
    SPACE,
    61,
    [0, 0, 0],
    -143.6461422,
    lambda x: 4 * x[0] ** 2 + 2 * x[1] ** 2 + 2 * x[2] ** 2 - 33 * x[0] + 16 * x[1] - 24 * x[2],
    lambda x: [3 * x[0] - 2 * x[1] ** 2, 4 * x[0] - x[2] ** 2],
    [7, 11],
    [7, 11],
)
add(
    SPACE,
    62,
    [0.7, 0.2, 0.1],
    -26272.51448,
    lambda x: (
        -32.174
        * (
            255 * log((x[0] + x[1] + x[2] + 0.03) / (0.09 * x[0] + x[1] + x[2] + 0.03))
            + 280 * log((x[1] + x[2] + 0.03) / (0.07 * x[1] + x[2] + 0.03))
            + 290 * log((x[2] + 0.03) / (0.13 * x[2] + 0.03))
        )
    ),
    lambda x: [x[0] + x[1] + x[2]],
    [1],
    [1],
    0,
    1,
)
add(
    SPACE,
    63,
    [2, 2, 2],
    961.7151721,
    lambda x: 1000 - x[0] ** 2 - 2 * x[1] ** 2 - x[2] ** 2 - x[0] * x[1] - x[0] * x[2],
    lambda x: [8 * x[0] + 14 * x[1] + 7 * x[2], norm(x)],
    [56, 25],
    [56, 25],
    0,
)
add(
    SPACE,
    65,
    [-5, 5, 0],
    0.9535288567,
    lambda x: (x[0] - x[1]) ** 2 + (x[0] + x[1] - 10) ** 2 / 9 + (x[2] - 5) ** 2,
    lambda x: [norm(x)],
    [-INF],
    [48],
    (-4.5, -4.5, -5),
    (4.5, 4.5, 5),
)
add(
    SPACE,
    66,
    [0, 1.05, 2.9],
    0.5181632741,
    lambda x: 0.2 * x[2] - 0.8 * x[0],
    lambda x: [x[1] - exp(x[0]), x[2] - exp(x[1])],
    [0, 0],
    [INF] * 2,
    0,
    (100, 100, 10),
)
