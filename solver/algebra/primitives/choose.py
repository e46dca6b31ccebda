"""Choices: between two arrays by a condition, and of elements by a position that depends on the input."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from solver.algebra.node import Array, Kernel, Node, Operand, Shape, Smoothness, as_node, constant, make
from solver.algebra.pointwise import align
from solver.algebra.primitive import Entries, Indices, LinearMap, Prepared, array, batch_of, positions, written
from solver.algebra.primitives.corners import equal
from solver.algebra.primitives.gather import take
from solver.algebra.primitives.reduce import broadcast, scaled_part, unbroadcast
from solver.algebra.primitives.shape import reshape, reshaping

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def _branch(node: Node, place: int) -> LinearMap:
    """The derivative of a choice by one of its branches: selecting, so that what is not chosen cannot spoil it."""
    condition, branch = node.args[0], node.args[place]

    def selected(x: Operand) -> Node:
        return where(condition, x, 0.0) if place == 1 else where(condition, 0.0, x)

    def entries() -> Entries:
        rows = np.arange(node.size)
        cols = positions(branch.size, branch.shape, node.shape)
        test = condition.value
        if test is not None:
            rows = np.flatnonzero(np.broadcast_to((test != 0) == (place == 1), node.shape))
            return Entries(rows, cols[rows])
        return Entries(rows, cols, lambda: reshape(broadcast(selected(1.0), node.shape), (node.size,)))

    return LinearMap(
        lambda t: broadcast(selected(t), node.shape), lambda g: unbroadcast(selected(g), branch.shape), entries
    )


def _choice_tangent(node: Node, tangents: Sequence[Node | None]) -> Node:
    yes, no = tangents[1:]
    return broadcast(where(node.args[0], 0.0 if yes is None else yes, 0.0 if no is None else no), node.shape)


def _masked(_shapes: Sequence[Shape], values: Sequence[Array | None]) -> Kernel | None:
    """The kernel of a known choice between a live branch and a constant one: the bits of what is not chosen go out.

    Unlike a product with 0 and 1 this stops NaN and infinity, and unlike a copy under a mask it is as quick.
    """
    test, yes, no = values
    if test is None or (yes is None) == (no is None) or np.isnan(test).any():
        return None
    kept = (test != 0) == (yes is None)
    mask = np.where(kept, -1, 0).astype(np.int64)
    other = no if yes is None else yes
    assert other is not None
    fixed = np.ascontiguousarray(np.where(kept, 0.0, other)).view(np.int64)
    filled = bool(fixed.any())

    def kernel(_test: Array, yes_: Array, no_: Array, out: Array | None = None) -> Array:
        live = yes_ if yes is None else no_
        if out is None:
            out = np.empty(np.broadcast_shapes(mask.shape, fixed.shape, live.shape))
        bits = out.view(np.int64)
        np.bitwise_and(live.view(np.int64), mask, out=bits)
        if filled:
            np.bitwise_or(bits, fixed, out=bits)
        return out

    def bound(_test: Array, yes_: Array, no_: Array, out: Array) -> Callable[[], object] | None:
        live = yes_ if yes is None else no_
        return None if filled else partial(np.bitwise_and, live.view(np.int64), mask, out.view(np.int64))

    return Prepared(kernel, bound)


@array(
    "where",
    lambda node: (None, _branch(node, 1), _branch(node, 2)),
    Smoothness.STEP,
    _choice_tangent,
    special=_masked,
)
def choice(_param: None, _shapes: Sequence[Shape]) -> Kernel:
    """One array where a condition is not zero, another where it is; NaN where the condition is NaN."""

    def kernel(condition: Array, yes: Array, no: Array, out: Array | None = None) -> Array:
        chosen = np.where(condition != 0, yes, no)
        unknown = np.isnan(condition)
        if unknown.any():
            chosen[np.broadcast_to(unknown, chosen.shape)] = np.nan
        return written(chosen, out)

    return kernel


def where(condition: Operand, yes: Operand, no: Operand) -> Node:
    """`yes` where the condition is not zero, `no` where it is zero, no value where it has none."""
    args, shape = align([as_node(condition), as_node(yes), as_node(no)])
    test = args[0].value
    if test is not None and test.size and not np.isnan(test).any():
        truth = test != 0
        if truth.all():
            return broadcast(args[1], shape)
        if not truth.any():
            return broadcast(args[2], shape)
        for place in (1, 2):
            merged = _merged(args, place, shape)
            if merged is not None:
                return merged
    return make(choice, args, shape)


def _merged(args: tuple[Node, ...], place: int, shape: Shape) -> Node | None:
    """One choice in the place of two, both known and between something live and a constant; None for other nodes.

    Zeros that a scale keeps at zero need not be put there again.
    """
    outer, other = args[place], args[3 - place]
    inner = outer.args[0] if outer.op is reshaping else outer
    size = int(np.prod(shape, dtype=int))
    if outer.size != size or other.value is None:
        return None
    scaled = scaled_part(outer)
    if scaled is not None and not other.value.any() and scaled[0].op is choice and scaled[0].args[0] is args[0]:
        zeros = masked_part(scaled[0])
        if zeros is not None and scaled[0].args[place].value is None and not zeros[2][~zeros[0]].any():
            return outer
    found, condition = masked_part(inner), args[0].value
    if found is None or condition is None:
        return None
    kept_inside, live, constant_inside = found
    kept = np.broadcast_to((condition != 0) == (place == 1), shape)
    fixed = np.where(kept, constant_inside.reshape(shape), other.value)
    chosen = constant((kept & kept_inside.reshape(shape)).astype(np.float64))
    return where(chosen, reshape(broadcast(live, inner.shape), shape), constant(fixed) if fixed.any() else 0.0)


def masked_part(node: Node) -> tuple[npt.NDArray[np.bool_], Node, Array] | None:
    """Of a known choice between something live and a constant: where the live one is chosen, it, and the constant.

    The mask and the constant have the shape of the node.
    """
    if node.op is not choice:
        return None
    test, yes, no = (arg.value for arg in node.args)
    fixed = yes if no is None else no
    if test is None or fixed is None or (yes is None) == (no is None) or np.isnan(test).any():
        return None
    mask = np.broadcast_to((test != 0) == (yes is None), node.shape)
    return mask, node.args[1 if yes is None else 2], np.broadcast_to(fixed, node.shape)


def _candidates(shape: Shape, index: Shape, axis: int) -> tuple[Indices, Indices, Array]:
    """For every picked element and every place along the axis: the element, the flat position, and the place."""
    length = shape[axis]
    full = [max(a, b) for a, b in zip(shape, index, strict=True)]
    full[axis] = index[axis]
    grid = np.indices((*full, length))
    places = grid[-1]
    target = list(grid[:-1])
    target[axis] = places
    inside = [np.minimum(place, size - 1) for place, size in zip(target, shape, strict=True)]
    rows = positions(int(np.prod(full, dtype=int)), (*full, 1), (*full, length))
    return rows, np.ravel_multi_index(inside, shape).ravel(), places.ravel().astype(np.float64)


def pick_map(node: Node) -> LinearMap:
    """The derivative of a pick by the array it picks from."""
    x, index = node.args
    axis = node.param

    def entries() -> Entries:
        # Any element along the axis may be picked: one column per candidate, with an indicator of the choice.
        rows, cols, places = _candidates(x.shape, index.shape, axis)
        at = positions(index.size, index.shape, node.shape)[rows]
        return Entries(rows, cols, lambda: equal(take(index, at), places))

    return LinearMap(
        lambda t: pick(broadcast(t, x.shape), index, axis), lambda g: placed_like(g, index, axis, x.shape), entries
    )


def placed_like(g: Node, index: Node, axis: int, shape: Shape) -> Node:
    """The transpose of picking `index` along `axis` from an array of `shape`."""
    full = list(g.shape)
    full[axis] = shape[axis]
    placed = make(placement, (g, index), tuple(full), (axis, shape[axis]))
    return unbroadcast(placed, shape)


def _along(x: Array, index: Array, axis: int, rank: int) -> tuple[Array, Array]:
    """Both arrays with the same leading axes, broadcast along all but `axis`."""
    batch = max(batch_of(x, rank), batch_of(index, rank), key=len)
    side = [max(a, b) for a, b in zip(x.shape[x.ndim - rank :], index.shape[index.ndim - rank :], strict=True)]
    shape_x, shape_i = [*batch, *side], [*batch, *side]
    shape_x[axis], shape_i[axis] = x.shape[axis], index.shape[axis]
    return np.broadcast_to(x, shape_x), np.broadcast_to(index, shape_i)


def _whole(index: Array, length: int) -> tuple[Indices, npt.NDArray[np.bool_]]:
    """Usable positions, and where they are not positions at all."""
    bad = ~((index >= 0) & (index < length))
    return np.where(bad, 0.0, index).astype(np.intp), bad


@array("pick", lambda node: (pick_map(node), None), Smoothness.STEP)
def picking(param: int, shapes: Sequence[Shape]) -> Kernel:
    """The elements at positions along an axis that are computed; NaN outside."""
    rank = len(shapes[0])

    def kernel(x: Array, index: Array, out: Array | None = None) -> Array:
        x, index = _along(x, index, param, rank)
        place, bad = _whole(index, x.shape[param])
        chosen = np.take_along_axis(x, place, axis=param)
        chosen[bad] = np.nan
        return written(chosen, out)

    return kernel


def pick(x: Operand, index: Operand, axis: int) -> Node:
    """The elements of x at the positions `index` (whole numbers from 0) along `axis`; both have the same rank."""
    x, index = as_node(x), as_node(index)
    if x.rank != index.rank:
        raise ValueError(f"arrays of shapes {x.shape} and {index.shape} differ in rank")
    axis = axis % x.rank - x.rank
    shape = [max(a, b) for a, b in zip(x.shape, index.shape, strict=True)]
    shape[axis] = index.shape[axis]
    return make(picking, (x, index), tuple(shape), axis)


def _placement_map(node: Node) -> LinearMap:
    g, index = node.args
    axis = node.param[0]

    def entries() -> Entries:
        # node.shape is the shape picked from; g may be narrower than what is picked
        rows, cols, places = _candidates(node.shape, index.shape, axis)
        picked = list(node.shape)
        picked[axis] = index.shape[axis]
        at = positions(index.size, index.shape, tuple(picked))[rows]
        source = positions(g.size, g.shape, tuple(picked))[rows]
        return Entries(cols, source, lambda: equal(take(index, at), places))

    return LinearMap(
        lambda t: make(placement, (t, index), node.shape, node.param),
        lambda h: unbroadcast(pick(h, index, axis), g.shape),
        entries,
    )


@array("put", lambda node: (_placement_map(node), None), Smoothness.STEP)
def placement(param: tuple[int, int], shapes: Sequence[Shape]) -> Kernel:
    """Elements added at computed positions along an axis: the transpose of picking them."""
    axis, length = param
    rank = len(shapes[0])

    def kernel(g: Array, index: Array, out: Array | None = None) -> Array:
        g, index = _along(g, index, axis, rank)
        place, bad = _whole(index, length)
        g, place = np.moveaxis(np.where(bad, 0.0, g), axis, 0), np.moveaxis(place, axis, 0)
        rest = g.shape[1:]
        size = int(np.prod(rest, dtype=int))
        offset = np.arange(size) + place.reshape((place.shape[0], size)) * size
        total = np.bincount(offset.ravel(), weights=g.ravel(), minlength=size * length)
        return written(np.ascontiguousarray(np.moveaxis(total.reshape((length, *rest)), 0, axis)), out)

    return kernel
