"""Sums, their transposes, and sums of products.

`contract(a, b, axes)` is the sum of a * b over `axes`, without making a * b: axes that only one of the operands has
become the rows and columns of one matrix product, axes that both have and keep become its batch. So

    sum over k of (R, 1, 1, k) * (1, C, k, 1)^T     runs as     (R, k) @ (k, C).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from solver.algebra.node import REGISTRY, Array, Kernel, Node, Operand, Shape, as_node, broadcast_shape, make
from solver.algebra.primitive import Entries, LinearMap, array, batch_of, linear, positions, written
from solver.algebra.primitives.products import inner_products, matrix_product, reduced_shape
from solver.algebra.primitives.shape import reshape, reshaping, transpose

if TYPE_CHECKING:
    from collections.abc import Sequence


def _broadcast_entries(node: Node) -> Entries:
    x = node.args[0]
    return Entries(np.arange(node.size), positions(x.size, x.shape, node.shape))


@linear("broadcast", lambda node, g: unbroadcast(g, node.args[0].shape), _broadcast_entries, view=True)
def broadcasting(param: Shape, shapes: Sequence[Shape]) -> Kernel:
    """The same array repeated along its axes of length one."""
    rank = len(shapes[0])

    def kernel(x: Array, out: Array | None = None) -> Array:
        return written(np.broadcast_to(x, batch_of(x, rank) + param), out)

    return kernel


def broadcast(x: Operand, shape: Shape) -> Node:
    """The array x repeated to `shape`, by NumPy's rules."""
    x = as_node(x)
    shape = tuple(shape)
    if x.shape == shape:
        return x
    if x.rank < len(shape):
        x = reshape(x, (1,) * (len(shape) - x.rank) + x.shape)
    if broadcast_shape([x.shape, shape]) != shape:
        raise ValueError(f"an array of shape {x.shape} cannot be broadcast to {shape}")
    if x.shape == shape:
        return x
    if x.op is broadcasting:
        x = x.args[0]
    return make(broadcasting, (x,), shape, shape)


def unbroadcast(x: Operand, shape: Shape) -> Node:
    """The sum of x over the axes along which an array of `shape` was repeated."""
    x = as_node(x)
    if x.shape == shape:
        return x
    extra = x.rank - len(shape)
    axes = [axis for axis in range(x.rank) if axis < extra or (shape[axis - extra] == 1 and x.shape[axis] != 1)]
    return reshape(sum_(x, axes), shape)


def _sum_entries(node: Node) -> Entries:
    x = node.args[0]
    return Entries(positions(node.size, node.shape, x.shape), np.arange(x.size))


@linear("sum", lambda node, g: broadcast(g, node.args[0].shape), _sum_entries)
def summation(param: Shape, shapes: Sequence[Shape]) -> Kernel:
    """The sum over some axes, which keep length one."""
    shape = shapes[0]
    rank = len(shape)
    long = [axis for axis in range(-rank, 0) if shape[axis] != 1]
    first = sum(axis in param for axis in long)
    height = int(np.prod([shape[axis] for axis in param], dtype=int))
    # the sum of rows is a product with ones, which is quicker where rows are short
    down = 0 < first < len(long) and all(axis in param for axis in long[:first]) and height >= _TALL
    ones = np.ones(height if down else 0)
    final = reduced_shape(shape, param)

    def kernel(x: Array, out: Array | None = None) -> Array:
        if down and x.ndim == rank:
            return written(np.dot(ones, x.reshape((height, -1))).reshape(final), out)
        return np.asarray(np.add.reduce(x, axis=param, keepdims=True, out=out))

    return kernel


_TALL = 256


def negative_axes(axes: int | Sequence[int] | None, rank: int) -> Shape:
    """The axes counted from the end, sorted; None means all of them."""
    if axes is None:
        return tuple(range(-rank, 0))
    wanted = (axes,) if isinstance(axes, int) else axes
    return tuple(sorted({axis % rank - rank for axis in wanted}))


def sum_(x: Operand, axes: int | Sequence[int] | None = None, *, keepdims: bool = True) -> Node:
    """The sum over `axes` (all of them without any), which stay with length one unless `keepdims` is false."""
    x = as_node(x)
    wanted = negative_axes(axes, x.rank)
    summed = tuple(axis for axis in wanted if x.shape[axis] != 1)
    if not summed:
        total = x
    elif x.value is None and x.op is REGISTRY["mul"]:
        total = contract(x.args[0], x.args[1], summed)
    elif x.value is None and x.op is REGISTRY["square"]:
        total = contract(x.args[0], x.args[0], summed)
    else:
        total = make(summation, (x,), reduced_shape(x.shape, summed), summed)
    kept = [length for axis, length in enumerate(total.shape, -x.rank) if axis not in wanted]
    return total if keepdims else reshape(total, tuple(kept))


def _side(node: Node, place: int) -> LinearMap:
    """The derivative of a contraction by one of its two operands."""
    operand, other = node.args[place], node.args[1 - place]

    def transposed(g: Node) -> Node:
        axes = [axis for axis in range(-node.rank, 0) if operand.shape[axis] == 1]
        return contract(g, other, axes)

    def entries() -> Entries:
        from solver.algebra.primitives.gather import take  # only entries need it, and it stands above this floor

        full = broadcast_shape([operand.shape, other.shape])
        return Entries(
            positions(node.size, node.shape, full),
            positions(operand.size, operand.shape, full),
            lambda: take(other, positions(other.size, other.shape, full)),
        )

    return LinearMap(lambda t: contract(t, other, node.param), transposed, entries)


@array("contract", lambda node: (_side(node, 0), _side(node, 1)))
def contraction(param: Shape, shapes: Sequence[Shape]) -> Kernel:
    """The sum of a product over axes that both operands have."""
    rank = len(shapes[0])
    summed: list[int] = []
    shared: list[int] = []
    rows: list[int] = []
    cols: list[int] = []
    for axis in range(-rank, 0):
        left, right = shapes[0][axis], shapes[1][axis]
        if axis in param:
            summed.append(axis)
        elif left == right:
            if left != 1:
                shared.append(axis)
        else:
            (rows if right == 1 else cols).append(axis)
    if rows or cols:
        return matrix_product(shapes, summed, shared, rows, cols)
    return inner_products(shapes, summed, shared)


def ordered(a: Node, b: Node) -> tuple[Node, Node]:
    """The one order in which a commutative primitive takes its operands: live before constant, older before newer."""
    if (a.value is not None, a.serial) > (b.value is not None, b.serial):
        return b, a
    return a, b


def contract(a: Operand, b: Operand, axes: int | Sequence[int]) -> Node:
    """The sum of a * b over `axes`, which stay with length one; the operands broadcast, the product is never made."""
    a, b = as_node(a), as_node(b)
    rank = max(a.rank, b.rank)
    a = reshape(a, (1,) * (rank - a.rank) + a.shape)
    b = reshape(b, (1,) * (rank - b.rank) + b.shape)
    full = broadcast_shape([a.shape, b.shape])
    wanted = tuple(axis for axis in negative_axes(axes, rank) if full[axis] != 1)
    # What only one operand has is summed in it beforehand.
    a = sum_(a, [axis for axis in wanted if b.shape[axis] == 1])
    b = sum_(b, [axis for axis in wanted if a.shape[axis] == 1])
    summed = tuple(axis for axis in wanted if a.shape[axis] != 1 and b.shape[axis] != 1)
    if not summed:
        return _product(a, b)
    shape = reduced_shape(full, wanted)
    for operand, other in ((a, b), (b, a)) if a is not b else ():
        scaled = _scaled(operand)
        if scaled is not None and math.prod(shape) < operand.size:
            return _product(contract(scaled[0], other, summed), scaled[1])
    return make(contraction, ordered(a, b), shape, summed)


def scaled_part(x: Node) -> tuple[Node, Node] | None:
    """The factors of a product of an array with a single number: the array, and what scales it; else None."""
    if x.op is not REGISTRY["mul"] or x.size == 1:
        return None
    first, second = x.args
    if first.size < second.size:
        first, second = second, first
    return (first, second) if first.shape == x.shape and second.size == 1 else None


def _scaled(x: Node) -> tuple[Node, Node] | None:
    """`scaled_part` also through a change of shape, both factors with as many axes as x."""
    scaled = scaled_part(x.args[0] if x.op is reshaping else x)
    return None if scaled is None else (reshape(scaled[0], x.shape), reshape(scaled[1], (1,) * x.rank))


def _product(a: Node, b: Node) -> Node:
    """a * b, which is declared above this floor."""
    product = REGISTRY["mul"]
    assert callable(product)
    node = product(a, b)
    assert isinstance(node, Node)
    return node


def matmul(a: Operand, b: Operand) -> Node:
    """The matrix product over the last two axes, leading axes broadcast: (..., h, k) x (..., k, w) -> (..., h, w)."""
    a, b = as_node(a), as_node(b)
    if a.shape[-1] != b.shape[-2]:
        raise ValueError(f"matrices of shapes {a.shape} and {b.shape} cannot be multiplied")
    rank = max(a.rank, b.rank)
    left = reshape(a, (1,) * (rank - a.rank) + (*a.shape[:-1], 1, a.shape[-1]))
    right = reshape(b, (1,) * (rank - b.rank) + b.shape)
    right = transpose(right, [*range(rank - 2), rank - 1, rank - 2])
    right = reshape(right, (*right.shape[:-2], 1, *right.shape[-2:]))
    product = contract(left, right, -1)
    return reshape(product, product.shape[:-1])
