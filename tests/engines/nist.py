"""Nonlinear regressions of NIST's Statistical Reference Datasets, with their certified values, by formula and data.

Each is fitted from both printed starts; the first is meant to be far away.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .jets import exp, log
from .zoo import Case, least_squares

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

NIST: list[Case] = []


def add(
    name: str,
    model: Callable[[Sequence[Any], float], Any],
    data: tuple[Sequence[float], Sequence[float]],
    starts: tuple[Sequence[float], Sequence[float]],
    certified: Sequence[float],
    squares: float,
) -> None:
    """A model with its data (y, x), two starts, the certified parameters and sum of squares."""
    for k, start in enumerate(starts, 1):

        def residuals(b: Sequence[Any]) -> list[Any]:
            return [model(b, x) - y for y, x in zip(*data, strict=True)]

        NIST.append(Case(f"{name}, start {k}", least_squares(start, residuals), squares, tuple(certified)))


_MISRA = (
    (10.07, 14.73, 17.94, 23.93, 29.61, 35.18, 40.02, 44.82, 50.76, 55.05, 61.01, 66.40, 75.47, 81.78),
    (77.6, 114.9, 141.1, 190.8, 239.9, 289.0, 332.8, 378.4, 434.8, 477.3, 536.8, 593.1, 689.1, 760.0),
)
add(
    "Misra1b",
    lambda b, x: b[0] * (1 - (1 + b[1] * x / 2) ** -2.0),
    _MISRA,
    ((500, 0.0001), (300, 0.0002)),
    (337.99746163, 0.00039039091287),
    0.075464681533,
)
add(
    "Misra1c",
    lambda b, x: b[0] * (1 - (1 + 2 * b[1] * x) ** -0.5),
    _MISRA,
    ((500, 0.0001), (600, 0.0002)),
    (636.42725809, 0.00020813627256),
    0.040966836971,
)
add(
    "Misra1d",
    lambda b, x: b[0] * b[1] * x * (1 + b[1] * x) ** -1.0,
    _MISRA,
    ((500, 0.0001), (450, 0.0003)),
    (437.36970754, 0.00030227324449),
    0.056419295283,
)
add(
    "DanWood",
    lambda b, x: b[0] * exp(b[1] * float(np.log(x))),
    ((2.138, 3.421, 3.597, 4.340, 4.882, 5.660), (1.309, 1.471, 1.490, 1.565, 1.611, 1.680)),
    ((1, 5), (0.7, 4)),
    (0.76886226176, 3.8604055871),
    0.0043173084083,
)
add(
    "BoxBOD",
    lambda b, x: b[0] * (1 - exp(-b[1] * x)),
    ((109, 149, 149, 191, 213, 224), (1, 2, 3, 5, 7, 10)),
    ((1, 1), (100, 0.75)),
    (213.80940889, 0.54723748542),
    1168.0088766,
)
add(
    "Rat42",
    lambda b, x: b[0] / (1 + exp(b[1] - b[2] * x)),
    ((8.930, 10.800, 18.590, 22.330, 39.350, 56.110, 61.730, 64.620, 67.080), (9, 14, 21, 28, 42, 57, 63, 70, 79)),
    ((100, 1, 0.1), (75, 2.5, 0.07)),
    (72.462237576, 2.6180768402, 0.067359200066),
    8.0565229338,
)
add(
    "Rat43",
    lambda b, x: b[0] * exp(log(1 + exp(b[1] - b[2] * x)) * (b[3] ** -1.0) * -1.0),
    (
        (
            16.08,
            33.83,
            65.80,
            97.20,
            191.55,
            326.20,
            386.87,
            520.53,
            590.03,
            651.92,
            724.93,
            699.56,
            689.96,
            637.56,
            717.41,
        ),
        range(1, 16),
    ),
    ((100, 10, 1, 1), (700, 5, 0.75, 1.3)),
    (699.64151270, 5.2771253025, 0.75962938329, 1.2792483859),
    8786.4049080,
)
add(
    "MGH10",
    lambda b, x: b[0] * exp(b[1] / (b[2] + x)),
    (
        (34780, 28610, 23650, 19630, 16370, 13720, 11540, 9744, 8261, 7030, 6005, 5147, 4427, 3820, 3307, 2872),
        range(50, 130, 5),
    ),
    ((2, 400000, 25000), (0.02, 4000, 250)),
    (0.0056096364710, 6181.3463463, 345.22363462),
    87.945855171,
)
add(
    "MGH17",
    lambda b, x: b[0] + b[1] * exp(-x * b[3]) + b[2] * exp(-x * b[4]),
    (
        (
            0.844, 0.908, 0.932, 0.936, 0.925, 0.908, 0.881, 0.850, 0.818, 0.784, 0.751, 0.718, 0.685, 0.658, 0.628,
            0.603, 0.580, 0.558, 0.538, 0.522, 0.506, 0.490, 0.478, 0.467, 0.457, 0.448, 0.438, 0.431, 0.424, 0.420,
            0.414, 0.411, 0.406,
        ),
        range(0, 330, 10),
    ),
    ((50, 150, -100, 1, 2), (0.5, 1.5, -1, 0.01, 0.02)),
    (0.37541005211, 1.9358469127, -1.4646871366, 0.012867534640, 0.022122699662),
    5.4648946975e-05,
)  # fmt: skip


def _lanczos(x: float) -> float:
    """The sum of exponentials that the three sets of Lanczos were made from."""
    return float(0.0951 * np.exp(-x) + 0.8607 * np.exp(-3 * x) + 1.5576 * np.exp(-5 * x))


def _decays(b: Sequence[Any], x: float) -> Any:
    return b[0] * exp(-b[1] * x) + b[2] * exp(-b[3] * x) + b[4] * exp(-b[5] * x)


_TIMES = [0.05 * k for k in range(24)]
add(
    "Lanczos2",  # to six digits
    _decays,
    ([float(f"{_lanczos(x):.5e}") for x in _TIMES], _TIMES),
    ((1.2, 0.3, 5.6, 5.5, 6.5, 7.6), (0.5, 0.7, 3.6, 4.2, 4, 6.3)),
    (0.096251029939, 1.0057332849, 0.86424689056, 3.0078283915, 1.5529016879, 5.0028798100),
    2.2299428125e-11,
)
