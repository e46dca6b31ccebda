"""Square matrices over the last two axes: inverse and determinant."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np

from solver.algebra.node import Array, Kernel, Node, Operand, Shape, as_node, make
from solver.algebra.primitive import Entries, LinearMap, array, written
from solver.algebra.primitives.elementary import mul, neg
from solver.algebra.primitives.gather import take
from solver.algebra.primitives.reduce import broadcast, matmul, sum_
from solver.algebra.primitives.shape import reshape, transpose

if TYPE_CHECKING:
    from collections.abc import Sequence


def _turned(x: Node) -> Node:
    """The transposed matrices."""
    return transpose(x, [*range(x.rank - 2), x.rank - 1, x.rank - 2])


def _inverse_maps(y: Node) -> list[LinearMap | None]:
    def entries() -> Entries:
        side = y.shape[-1]
        stack = y.size // (side * side) if side else 0
        block, i, j, a, b = np.indices((stack, side, side, side, side)).reshape((5, -1))
        base = block * side * side
        left, right = base + i * side + a, base + b * side + j
        return Entries(base + i * side + j, base + a * side + b, lambda: neg(mul(take(y, left), take(y, right))))

    return [
        LinearMap(
            lambda t: neg(matmul(matmul(y, t), y)),
            lambda g: neg(matmul(matmul(_turned(y), g), _turned(y))),
            entries,
        )
    ]


@array("inverse", _inverse_maps)
def inversion(_param: None, _shapes: Sequence[Shape]) -> Kernel:
    """The inverse matrix; NaN where there is none."""

    def kernel(x: Array, out: Array | None = None) -> Array:
        try:
            return written(np.asarray(np.linalg.inv(x), dtype=np.float64), out)
        except np.linalg.LinAlgError:
            result = np.full(x.shape, np.nan)
            for at in np.ndindex(x.shape[:-2]):
                with suppress(np.linalg.LinAlgError):
                    result[at] = np.linalg.inv(x[at])
            return written(result, out)

    return kernel


def inverse(x: Operand) -> Node:
    """The inverse of the square matrices in the last two axes."""
    x = _as_square(x)
    return make(inversion, (x,), x.shape)


def _det_maps(node: Node) -> list[LinearMap | None]:
    x = node.args[0]
    cofactors = mul(node, _turned(inverse(x)))

    def entries() -> Entries:
        block = np.arange(x.size) // (x.shape[-1] * x.shape[-2])
        return Entries(block, np.arange(x.size), lambda: reshape(cofactors, (x.size,)))

    return [
        LinearMap(lambda t: sum_(mul(cofactors, t), (-2, -1)), lambda g: broadcast(mul(cofactors, g), x.shape), entries)
    ]


@array("det", _det_maps)
def determination(_param: None, _shapes: Sequence[Shape]) -> Kernel:
    """The determinant."""

    def kernel(x: Array, out: Array | None = None) -> Array:
        value = np.empty((*x.shape[:-2], 1, 1)) if out is None else out
        value[..., 0, 0] = np.linalg.det(x)
        return value

    return kernel


def det(x: Operand) -> Node:
    """The determinant of the square matrices in the last two axes, which stay with length one."""
    x = _as_square(x)
    return make(determination, (x,), (*x.shape[:-2], 1, 1))


def _as_square(x: Operand) -> Node:
    """The operand as a node; ValueError if its last two axes differ in length."""
    x = as_node(x)
    if x.rank < 2 or x.shape[-1] != x.shape[-2]:
        raise ValueError(f"an array of shape {x.shape} is not a square matrix")
    return x
