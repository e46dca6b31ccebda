"""Along an axis, one element after the other: shifts and running sums."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from solver.algebra.node import Array, Kernel, Node, Operand, Shape, as_node, make
from solver.algebra.primitive import Entries, Indices, linear, written

if TYPE_CHECKING:
    from collections.abc import Sequence


def _along(axis: int, part: slice) -> tuple[Any, ...]:
    """The index that cuts one axis, counted from the end."""
    return (Ellipsis, part) + (slice(None),) * (-axis - 1)


def _shifted(axis: int, by: int, length: int) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """The indices of what a shift fills and of what it reads; `by` is no more than the length."""
    to = slice(max(by, 0), length + min(by, 0))
    source = slice(max(-by, 0), length + min(-by, 0))
    return _along(axis, to), _along(axis, source)


def _shift_entries(node: Node) -> Entries:
    axis, by = node.param
    places = np.arange(node.size).reshape(node.shape)
    to, source = _shifted(axis, by, node.shape[axis])
    return Entries(places[to].ravel(), places[source].ravel())


@linear("shift", lambda node, g: shift(g, node.param[0], -node.param[1]), _shift_entries)
def shifting(param: tuple[int, int], shapes: Sequence[Shape]) -> Kernel:
    """The elements moved along an axis, zeros where none arrives."""
    axis, by = param
    to, source = _shifted(axis, by, shapes[0][axis])

    def kernel(x: Array, out: Array | None = None) -> Array:
        if out is None:
            out = np.zeros(x.shape)
        else:
            out[...] = 0.0
        out[to] = x[source]
        return out

    return kernel


def shift(x: Operand, axis: int, by: int) -> Node:
    """The elements of x moved by `by` places along `axis`; zeros fill the gap."""
    x = as_node(x)
    axis = axis % x.rank - x.rank
    by = max(-x.shape[axis], min(by, x.shape[axis]))
    return make(shifting, (x,), x.shape, (axis, by)) if by else x


class Running(NamedTuple):
    """How a running sum runs: along which axis, from which end, with or without the element itself."""

    axis: int
    reverse: bool
    exclusive: bool


def _cumsum_entries(node: Node) -> Entries:
    axis, reverse, exclusive = node.param
    rows, cols = _triangle(node.shape, axis, reverse=reverse, exclusive=exclusive)
    return Entries(rows, cols)


def _triangle(shape: Shape, axis: int, *, reverse: bool, exclusive: bool) -> tuple[Indices, Indices]:
    """The pairs of positions (to, from) where an element reaches those after it along the axis."""
    length = shape[axis]
    later, earlier = np.tril_indices(length, -1 if exclusive else 0)
    if reverse:
        later, earlier = earlier, later
    places = np.moveaxis(np.arange(int(np.prod(shape, dtype=int))).reshape(shape), axis, 0)
    return places[later].ravel(), places[earlier].ravel()


def _cumsum_transpose(node: Node, g: Node) -> Node:
    axis, reverse, exclusive = node.param
    return cumsum(g, axis, reverse=not reverse, exclusive=exclusive)


@linear("cumsum", _cumsum_transpose, _cumsum_entries)
def cumulation(param: Running, _shapes: Sequence[Shape]) -> Kernel:
    """The running sum along an axis."""
    axis, reverse, exclusive = param
    turned = _along(axis, slice(None, None, -1 if reverse else 1))
    after, before = _along(axis, slice(1, None)), _along(axis, slice(None, -1))

    def kernel(x: Array, out: Array | None = None) -> Array:
        total = np.cumsum(x[turned], axis=axis)
        if exclusive:
            total[after] = total[before].copy()
            total[_along(axis, slice(0, 1))] = 0.0
        return written(total[turned], out)

    return kernel


def cumsum(x: Operand, axis: int, *, reverse: bool = False, exclusive: bool = False) -> Node:
    """The sums of the elements up to each one along `axis` (from the end if `reverse`; without it if `exclusive`)."""
    x = as_node(x)
    axis = axis % x.rank - x.rank
    if x.shape[axis] == 1 and not exclusive:
        return x
    return make(cumulation, (x,), x.shape, Running(axis, reverse, exclusive))
