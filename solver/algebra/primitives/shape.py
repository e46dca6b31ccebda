"""Primitives that only look at an array differently: reshape and transpose."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

import numpy as np

from solver.algebra.node import Array, Kernel, Node, Operand, Shape, as_node, make
from solver.algebra.primitive import Entries, linear, written

if TYPE_CHECKING:
    from collections.abc import Sequence


def _reshape_entries(node: Node) -> Entries:
    every = np.arange(node.size)
    return Entries(every, every)


@linear("reshape", lambda node, g: reshape(g, node.args[0].shape), _reshape_entries, view=True)
def reshaping(param: Shape, shapes: Sequence[Shape]) -> Kernel:
    """The same elements in reading order, in another shape."""
    rank = len(shapes[0])

    def kernel(x: Array, out: Array | None = None) -> Array:
        return written(x.reshape(x.shape[: x.ndim - rank] + param), out)

    return kernel


def reshape(x: Operand, shape: Shape) -> Node:
    """The elements of x in reading order, as an array of `shape`."""
    x = as_node(x)
    shape = tuple(shape)
    if shape == x.shape:
        return x
    if x.op is reshaping:
        return reshape(x.args[0], shape)
    if x.size != prod(shape):
        raise ValueError(f"an array of shape {x.shape} cannot be reshaped to {shape}")
    return make(reshaping, (x,), shape, shape)


def _transpose_entries(node: Node) -> Entries:
    x = node.args[0]
    axes = [axis + x.rank for axis in node.param]
    return Entries(np.arange(node.size), np.arange(node.size).reshape(x.shape).transpose(axes).ravel())


def _untranspose(node: Node, g: Node) -> Node:
    return transpose(g, np.argsort([axis + node.rank for axis in node.param]).tolist())


@linear("transpose", _untranspose, _transpose_entries, view=True)
def transposition(param: Shape, shapes: Sequence[Shape]) -> Kernel:
    """The axes in another order."""
    rank = len(shapes[0])

    def kernel(x: Array, out: Array | None = None) -> Array:
        extra = x.ndim - rank
        return written(x.transpose(*range(extra), *[axis + x.ndim for axis in param]), out)

    return kernel


def transpose(x: Operand, axes: Sequence[int] | None = None) -> Node:
    """The array with its axes in the given order (reversed without one)."""
    x = as_node(x)
    order = tuple(range(x.rank))[::-1] if axes is None else tuple(axis % x.rank for axis in axes)
    if order == tuple(range(x.rank)):
        return x
    moving = [axis for axis in order if x.shape[axis] != 1]
    shape = tuple(x.shape[axis] for axis in order)
    if moving == sorted(moving):  # only axes of length one move
        return reshape(x, shape)
    return make(transposition, (x,), shape, tuple(axis - x.rank for axis in order))
