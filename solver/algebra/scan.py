"""Along an axis, one element after the other: shifts, running sums, and first-order recurrences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from solver.algebra.elementary import add, mul
from solver.algebra.gather import take
from solver.algebra.node import Array, Kernel, Node, Operand, Shape, as_node, broadcast_shape, make
from solver.algebra.primitive import Entries, Indices, LinearMap, array, linear, positions, written
from solver.algebra.reduce import broadcast, sum_
from solver.algebra.shape import reshape

if TYPE_CHECKING:
    from collections.abc import Sequence


def _along(axis: int, part: slice) -> tuple[Any, ...]:
    """The index that cuts one axis, counted from the end."""
    return (Ellipsis, part) + (slice(None),) * (-axis - 1)


def _shift_entries(node: Node) -> Entries:
    axis, by = node.param
    places = np.arange(node.size).reshape(node.shape)
    length = node.shape[axis]
    to = places[_along(axis, slice(max(by, 0), length + min(by, 0)))]
    source = places[_along(axis, slice(max(-by, 0), length + min(-by, 0)))]
    return Entries(to.ravel(), source.ravel())


@linear("shift", lambda node, g: shift(g, node.param[0], -node.param[1]), _shift_entries)
def shifting(param: tuple[int, int], shapes: Sequence[Shape]) -> Kernel:
    """The elements moved along an axis, zeros where none arrives."""
    axis, by = param
    length = shapes[0][axis]
    to = _along(axis, slice(max(by, 0), max(length + min(by, 0), 0)))
    source = _along(axis, slice(max(-by, 0), max(length + min(-by, 0), 0)))

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


def _first(length: int, axis: int, *, reverse: bool) -> Array:
    """One at the element where a recurrence starts, zero elsewhere, along the axis."""
    mark = np.zeros((length,) + (1,) * (-axis - 1))
    mark[-1 if reverse else 0] = 1.0
    return mark


def _recur_maps(node: Node) -> list[LinearMap | None]:
    a, _, start = node.args
    axis, reverse = node.param
    length = node.shape[axis]
    step = -1 if reverse else 1
    mark = _first(length, axis, reverse=reverse)
    none = np.zeros(start.shape)

    def onward(t: Operand, initial: Operand = none) -> Node:
        return recur(a, broadcast(t, node.shape), initial, axis, reverse=reverse)

    def backward(g: Node) -> Node:
        return recur(shift(a, axis, -step), g, none, axis, reverse=not reverse)

    def previous() -> Node:
        return add(shift(node, axis, step), mul(start, mark))

    def response(to: Indices, source: Indices) -> Node:
        """What a unit added at one element makes of the later ones."""
        unit = np.moveaxis(np.eye(length).reshape((length, length) + (1,) * (node.rank - 1)), 1, axis)
        full = (length, *node.shape)
        factors = broadcast(reshape(a, (1, *a.shape)), full)
        answer = recur(factors, broadcast(unit, full), np.zeros((1,) * (node.rank + 1)), axis, reverse=reverse)
        place = np.indices(node.shape)[axis].ravel()[source]
        return take(answer, place * node.size + to)

    def entries_b() -> Entries:
        to, source = _triangle(node.shape, axis, reverse=reverse, exclusive=False)
        return Entries(to, source, lambda: response(to, source))

    def entries_a() -> Entries:
        to, source = _triangle(node.shape, axis, reverse=reverse, exclusive=False)
        return Entries(to, source, lambda: mul(response(to, source), take(previous(), source)))

    def entries_start() -> Entries:
        cols = positions(start.size, start.shape, node.shape)
        return Entries(np.arange(node.size), cols, lambda: reshape(onward(0.0, np.ones(start.shape)), (node.size,)))

    return [
        LinearMap(lambda t: onward(mul(t, previous())), lambda g: mul(backward(g), previous()), entries_a),
        LinearMap(onward, backward, entries_b),
        LinearMap(lambda t: onward(0.0, t), lambda g: sum_(mul(mul(backward(g), a), mark), axis), entries_start),
    ]


@array("recur", _recur_maps)
def recurrence(param: tuple[int, bool], _shapes: Sequence[Shape]) -> Kernel:
    """y[k] = a[k] * y[k - 1] + b[k]."""
    axis, reverse = param
    turned = _along(axis, slice(None, None, -1 if reverse else 1))

    def kernel(a: Array, b: Array, start: Array, out: Array | None = None) -> Array:
        wide = [np.broadcast_to(x, np.broadcast_shapes(a.shape, b.shape)) for x in (a, b)]
        factors, terms = (np.moveaxis(x[turned], axis, 0) for x in wide)
        rest = terms.shape[1:]
        shape = np.broadcast_shapes(np.moveaxis(start, axis, 0).shape[1:], rest)
        result = np.empty((terms.shape[0], *shape))
        y = np.broadcast_to(np.moveaxis(start, axis, 0)[0], shape)
        if y.size == 1:  # plain floats are ten times faster here than arrays
            value = float(y.ravel()[0])
            flat = []
            for factor, term in zip(factors.ravel().tolist(), terms.ravel().tolist(), strict=True):
                value = factor * value + term
                flat.append(value)
            result[...] = np.reshape(flat, result.shape)
        else:
            for k in range(len(result)):
                y = np.add(np.multiply(factors[k], y), terms[k], out=result[k])
        return written(np.moveaxis(result, 0, axis)[turned], out)

    return kernel


def recur(a: Operand, b: Operand, start: Operand, axis: int, *, reverse: bool = False) -> Node:
    """y with y[k] = a[k] * y[k - 1] + b[k] along `axis`, where y[-1] is `start`; from the end if `reverse`.

    a, b and start broadcast; start has length one along the axis.
    """
    a, b, start = as_node(a), as_node(b), as_node(start)
    shape = broadcast_shape([a.shape, b.shape, start.shape])
    axis = axis % len(shape) - len(shape)
    before = list(shape)
    before[axis] = 1
    args = (broadcast(a, shape), broadcast(b, shape), broadcast(start, tuple(before)))
    return make(recurrence, args, shape, (axis, reverse))
