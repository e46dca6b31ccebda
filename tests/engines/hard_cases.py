"""Problems for search without derivatives: many minima, kinks, jumps, whole numbers, orders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from solver.algebra.structure.ladder import Degree

from .jets import cos, exp, larger, sqrt, value
from .zoo import INF, Case, build

if TYPE_CHECKING:
    from collections.abc import Sequence

RASTRIGIN = Case(
    "rastrigin",
    build(
        [3.7, -2.2, 4.1, 0.6, -3.3],
        lambda x: 10 * len(x) + sum(v**2 - 10 * cos(2 * np.pi * v) for v in x),
        lb=-5.12,
        ub=5.12,
    ),
    0.0,
    (0,) * 5,
    1e-8,
)


def _ackley(x: Sequence[Any]) -> Any:
    n = len(x)
    squares, waves = sum(v**2 for v in x) / n, sum(cos(2 * np.pi * v) for v in x) / n
    return -20 * exp(-0.2 * sqrt(squares)) - exp(waves) + 20 + np.e


ACKLEY = Case("ackley", build([7.0, -11.0, 3.0, 20.0], _ackley, lb=-30, ub=30), 0.0, tolerance=1e-8)


def _price(amount: Any) -> Any:
    """10 a piece, 9 from 50 on, 7.5 from 100 on."""
    return 10.0 - 1.0 * (amount >= 50) - 1.5 * (amount >= 100)


BREAKS = Case(
    "price breaks: three sellers, 130 pieces",
    build(
        [40.0, 40.0, 50.0],
        lambda x: x[0] * _price(x[0]) + x[1] * 8.2 + 40 * (x[1] > 0) + x[2] * (8.0 + 2.0 * (x[2] > 20)),
        lambda x: [x[0] + x[1] + x[2]],
        [130],
        [INF],
        lb=0,
        ub=(120, 60, 60),
        integer=(0, 1, 2),
        degree=Degree.STEP,
        row_degree=Degree.LINEAR,
    ),
    980.0,
    (120, 0, 10),
)


def _spread(x: Sequence[Any]) -> Any:
    return abs(x[0] - 3) + 2 * abs(x[1] + 1) + abs(x[0] + x[1] - 2)


CORNERS = Case("sum of distances", build([10.0, 10.0], _spread, degree=Degree.KINK), 0.0, (3, -1), 1e-6)

MINIMAX = Case(
    "smallest largest of three (Charalambous, Conn)",
    build(
        [1.0, -0.1],
        lambda x: larger(larger(x[0] ** 2 + x[1] ** 4, (2 - x[0]) ** 2 + (2 - x[1]) ** 2), 2 * exp(x[1] - x[0])),
        degree=Degree.KINK,
    ),
    1.9522244939,
    tolerance=1e-6,
)

CITIES = np.random.default_rng(3).random((9, 2))
DISTANCE = np.linalg.norm(CITIES[:, None] - CITIES[None], axis=2)


def _tour(x: Sequence[Any]) -> Any:
    stops = [np.clip(np.asarray(value(v)) - 1, 0, 8).astype(int) for v in x]
    return sum(DISTANCE[a, b] for a, b in zip(stops, stops[1:] + stops[:1], strict=True))


TOUR = build(np.arange(1.0, 10), _tour, groups=[range(9)], lb=1, ub=9, degree=Degree.STEP)
