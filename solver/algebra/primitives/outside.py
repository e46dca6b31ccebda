"""Functions that are computed outside the graph, each from the whole vector of variables.

Nothing is known of them but their values. Where it is wanted their slopes are central differences of these; where they
jump, the differences say nothing, so no derivative of them is ever relied on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from solver.algebra.node import Array, Kernel, Node, Shape, Smoothness, make
from solver.algebra.primitive import Entries, LinearMap, array, written
from solver.algebra.primitives.reduce import matmul
from solver.algebra.primitives.shape import reshape, transpose

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

STEP = float(np.cbrt(np.finfo(float).eps))
"""How far a variable is moved, relative to its size: the best compromise between curvature and rounding."""


@dataclass(frozen=True, slots=True, eq=False)
class Outside:
    """A function from a point (n,) to `count` values; `sloped` says whether differences are worth their 2 n calls."""

    value: Callable[[Array], Array]
    count: int
    sloped: bool


def _maps(node: Node) -> list[LinearMap | None]:
    function: Outside = node.param
    if not function.sloped:
        return [None]
    (x,), k = node.args, function.count
    slope = make(differencing, (x,), (k, x.size), function)

    def entries() -> Entries:
        rows, cols = np.divmod(np.arange(k * x.size), x.size)
        return Entries(rows, cols, lambda: reshape(slope, (k * x.size,)))

    return [
        LinearMap(
            lambda t: reshape(matmul(slope, reshape(t, (x.size, 1))), (k,)),
            lambda g: reshape(matmul(transpose(slope, [1, 0]), reshape(g, (k, 1))), (x.size,)),
            entries,
        )
    ]


@array("outside", _maps, Smoothness.STEP)
def computation(param: Outside, _shapes: Sequence[Shape]) -> Kernel:
    """A function that is computed outside the graph."""

    def kernel(x: Array, out: Array | None = None) -> Array:
        points = x.reshape((-1, x.shape[-1]))
        values = np.stack([param.value(point) for point in points])
        return written(values.reshape((*x.shape[:-1], param.count)), out)

    return kernel


@array("outside_slope", lambda _node: [None], Smoothness.STEP)
def differencing(param: Outside, _shapes: Sequence[Shape]) -> Kernel:
    """The slopes (count, n) of such a function by central differences."""

    def slope(point: Array) -> Array:
        result = np.empty((param.count, point.size))
        for j in range(point.size):
            ends = []
            for side in (1, -1):
                moved = point.copy()
                moved[j] += side * STEP * max(1.0, abs(point[j]))
                ends.append((moved[j], param.value(moved)))
            (above, high), (below, low) = ends
            result[:, j] = (high - low) / (above - below)
        return result

    def kernel(x: Array, out: Array | None = None) -> Array:
        points = x.reshape((-1, x.shape[-1]))
        slopes = np.stack([slope(point) for point in points])
        return written(slopes.reshape((*x.shape[:-1], param.count, x.shape[-1])), out)

    return kernel


def outside(x: Node, function: Outside) -> Node:
    """The values of such a function at the vector x, as a node."""
    return make(computation, (x,), (function.count,), function)
