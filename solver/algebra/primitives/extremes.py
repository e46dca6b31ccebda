"""Largest, smallest, sorted, counted; products; and functions that are known only by their values."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from solver.algebra.node import (
    Array,
    Kernel,
    Node,
    Operand,
    Primitive,
    Shape,
    Smoothness,
    as_node,
    broadcast_shape,
    make,
)
from solver.algebra.primitive import Entries, LinearMap, array, batch_of, positions, written
from solver.algebra.primitives.choose import pick, pick_map, placed_like, where
from solver.algebra.primitives.corners import equal
from solver.algebra.primitives.elementary import div, mul
from solver.algebra.primitives.gather import join, take
from solver.algebra.primitives.products import reduced_shape
from solver.algebra.primitives.reduce import negative_axes, sum_
from solver.algebra.primitives.shape import reshape, transpose

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def _extreme_maps(node: Node) -> list[LinearMap | None]:
    """Those that attain the extreme share the derivative; the others cannot spoil it."""
    x = node.args[0]
    attains = equal(x, node)
    count = sum_(attains, node.param)

    def entries() -> Entries:
        rows = positions(node.size, node.shape, x.shape)
        return Entries(rows, np.arange(x.size), lambda: reshape(div(attains, count), (x.size,)))

    return [
        LinearMap(
            lambda t: div(sum_(where(attains, t, 0.0), node.param), count),
            lambda g: where(attains, div(g, count), 0.0),
            entries,
        )
    ]


@array("max", _extreme_maps, Smoothness.KINK)
def maximisation(param: Shape, _shapes: Sequence[Shape]) -> Kernel:
    """The largest element over some axes."""
    return lambda x, out=None: np.asarray(np.maximum.reduce(x, axis=param, keepdims=True, out=out))


@array("min", _extreme_maps, Smoothness.KINK)
def minimisation(param: Shape, _shapes: Sequence[Shape]) -> Kernel:
    """The smallest element over some axes."""
    return lambda x, out=None: np.asarray(np.minimum.reduce(x, axis=param, keepdims=True, out=out))


def _reduced(op: Primitive, x: Operand, axes: int | Sequence[int] | None) -> Node:
    x = as_node(x)
    reduced = tuple(axis for axis in negative_axes(axes, x.rank) if x.shape[axis] != 1)
    return make(op, (x,), reduced_shape(x.shape, reduced), reduced) if reduced else x


def max_(x: Operand, axes: int | Sequence[int] | None = None) -> Node:
    """The largest element over `axes` (all of them without any), which stay with length one."""
    return _reduced(maximisation, x, axes)


def min_(x: Operand, axes: int | Sequence[int] | None = None) -> Node:
    """The smallest element over `axes` (all of them without any), which stay with length one."""
    return _reduced(minimisation, x, axes)


def prod_(x: Operand, axes: int | Sequence[int] | None = None) -> Node:
    """The product over `axes` (all of them without any), which stay with length one.

    It is a tree of products of halves: so its derivatives are right at zeros too.
    """
    x = as_node(x)
    wanted = negative_axes(axes, x.rank)
    kept = [axis for axis in range(-x.rank, 0) if axis not in wanted]
    order = [axis + x.rank for axis in (*wanted, *kept)]
    width = math.prod(x.shape[axis] for axis in kept)
    flat = reshape(transpose(x, order), (x.size // width if width else 0, width))
    while (length := flat.shape[0]) > 1:
        if length % 2:
            flat = reshape(join([flat, np.ones(width)]), (length + 1, width))
        places = np.arange(flat.size).reshape(flat.shape)
        half = flat.shape[0] // 2
        flat = mul(take(flat, places[:half]), take(flat, places[half:]))
    if flat.shape[0] == 0:
        flat = as_node(np.ones((1, width)))
    return reshape(flat, reduced_shape(x.shape, wanted))


@array("argsort", lambda _node: (None,), Smoothness.STEP)
def ordering(param: int, _shapes: Sequence[Shape]) -> Kernel:
    """The positions that sort an array along an axis; equal elements keep their order."""
    return lambda x, out=None: written(np.argsort(x, axis=param, kind="stable").astype(np.float64), out)


def _sort_maps(node: Node) -> list[LinearMap | None]:
    x, axis = node.args[0], node.param
    order = make(ordering, (x,), x.shape, axis)
    carried = pick(x, order, axis)
    return [
        LinearMap(
            lambda t: pick(t, order, axis),
            lambda g: placed_like(g, order, axis, x.shape),
            pick_map(carried).entries,
        )
    ]


@array("sort", _sort_maps, Smoothness.KINK)
def sorting(param: int, _shapes: Sequence[Shape]) -> Kernel:
    """The elements in ascending order along an axis; none has a value where one has none."""

    def kernel(x: Array, out: Array | None = None) -> Array:
        result = np.sort(x, axis=param)
        unknown = np.isnan(x).any(axis=param, keepdims=True)
        if unknown.any():
            np.copyto(result, np.nan, where=unknown)
        return written(result, out)

    return kernel


def sort_(x: Operand, axis: int) -> Node:
    """The elements in ascending order along `axis`."""
    x = as_node(x)
    axis = axis % x.rank - x.rank
    return make(sorting, (x,), x.shape, axis)


@array("count_less", lambda _node: (None, None), Smoothness.STEP)
def counting(param: bool, shapes: Sequence[Shape]) -> Kernel:
    """How many elements of a table are below each key."""
    ranks = [len(shape) for shape in shapes]

    def kernel(table: Array, key: Array, out: Array | None = None) -> Array:
        batch = max(batch_of(table, ranks[0]), batch_of(key, ranks[1]), key=len)
        tables = np.sort(np.broadcast_to(table.reshape((*batch_of(table, ranks[0]), -1)), (*batch, shapes[0][-1])))
        tables = tables.reshape((math.prod(batch), shapes[0][-1]))
        keys = np.broadcast_to(key, batch + shapes[1])
        flat = keys.reshape((len(tables), -1))
        counts = np.empty(flat.shape)
        for row, wanted, count in zip(tables, flat, counts, strict=True):
            known = row[: np.count_nonzero(~np.isnan(row))]
            count[...] = known.searchsorted(wanted, side="right" if param else "left")
        np.copyto(counts, np.nan, where=np.isnan(flat))
        return written(counts.reshape(keys.shape), out)

    return kernel


def count_less(table: Operand, key: Operand, *, or_equal: bool = False) -> Node:
    """For every key, how many elements of the table are less than it (or equal to it); the table is flattened."""
    table, key = as_node(table), as_node(key)
    return make(counting, (reshape(table, (table.size,)), key), key.shape, or_equal)


@array("opaque", lambda node: (None,) * len(node.args), Smoothness.STEP)
def opacity(param: Callable[..., Array], shapes: Sequence[Shape]) -> Kernel:
    """A function known only by its values."""
    ranks = [len(shape) for shape in shapes]
    shape = broadcast_shape(list(shapes))

    def kernel(*args: Array, out: Array | None = None) -> Array:
        batch = max((batch_of(arg, rank) for arg, rank in zip(args, ranks, strict=True)), key=len)
        return written(np.asarray(param(*[np.broadcast_to(arg, batch + shape) for arg in args]), dtype=np.float64), out)

    return kernel


def opaque(function: Callable[..., Array], *args: Operand) -> Node:
    """An element-by-element function that has no derivative: called with arrays of one shape, it gives that shape."""
    nodes = [as_node(arg) for arg in args]
    shape = broadcast_shape([node.shape for node in nodes])
    rank = len(shape)
    aligned = tuple([reshape(node, (1,) * (rank - node.rank) + node.shape) for node in nodes])
    return make(opacity, aligned, shape, function)
