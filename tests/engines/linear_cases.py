"""Linear and integer programs with known optima, duals and ranges."""

from __future__ import annotations

from .zoo import INF, Case, linear_program

FACTORY = Case(
    "factory: 5x + 4y, two machines",
    linear_program([-5, -4], [[6, 4], [1, 2]], [-INF, -INF], [24, 6], lb=0, sense=-1),
    -21.0,
    (3, 1.5),
)

DIET = Case(
    "diet with a free variable and an offset",
    linear_program([2, 4, 1], [[1, 1, 0], [0, 1, 1]], [4, 2], [INF, 2], lb=(0, 0, -INF), ub=(INF, INF, 10), offset=7),
    17.0,
    (4, 0, 2),
)

TRANSPORT = Case(
    "transport, two plants, three markets",
    linear_program(
        [8, 6, 10, 9, 12, 13],
        [[1, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 1], [1, 0, 0, 1, 0, 0], [0, 1, 0, 0, 1, 0], [0, 0, 1, 0, 0, 1]],
        [-INF, -INF, 20, 30, 25],
        [35, 50, 20, 30, 25],
        lb=0,
    ),
    6 * 30 + 10 * 5 + 9 * 20 + 13 * 20.0,
)

LINEAR = [FACTORY, DIET, TRANSPORT]

KNAPSACK = Case(
    "knapsack",
    linear_program(
        [-24, -13, -23, -15, -16, -8, -19],
        [[12, 7, 11, 8, 9, 6, 10]],
        [-INF],
        [26],
        lb=0,
        ub=1,
        binary=range(7),
    ),
    -51.0,
)

ROUNDED = Case(
    "whole corner away from the rounded one",
    linear_program([-5, -8], [[1, 1], [5, 9]], [-INF, -INF], [6, 45], lb=0, integer=(0, 1)),
    -40.0,
    (0, 5),
)

MIXED = Case(
    "one whole, one not",
    linear_program([-1, -2], [[2, 3]], [-INF], [10.5], lb=0, integer=(0,), ub=(INF, 2.75)),
    -6.5,
    (1, 2.75),
)

ASSIGNMENT = Case(
    "linear cost of an order",
    linear_program([3, -1, 2, 0.5], [[1, 1, 0, 0]], [5], [INF], groups=[(0, 1, 2, 3)], lb=1, ub=4),
    3 * 1 - 4 + 2 * 2 + 0.5 * 3,
    (1, 4, 2, 3),
)

WHOLE = [KNAPSACK, ROUNDED, MIXED]
