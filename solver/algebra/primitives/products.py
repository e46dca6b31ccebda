"""How a sum of products runs: as inner products, or as one product of matrices.

Arrays come with their axes counted from the end, and may have a population's axis in front.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from solver.algebra.primitive import Prepared, batch_of, written

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from solver.algebra.node import Array, Shape


def reduced_shape(shape: Shape, axes: Shape) -> Shape:
    """The shape after a reduction that keeps its axes with length one."""
    kept = list(shape)
    for axis in axes:
        kept[axis] = 1
    return tuple(kept)


def inner_products(shapes: Sequence[Shape], summed: list[int], shared: list[int]) -> Prepared:
    """Row by row inner products, fused."""
    rank = len(shapes[0])
    axes = sorted(summed + shared)
    core = tuple(shapes[0][axis] for axis in axes)
    kept = tuple(shapes[0][axis] for axis in shared)
    final = reduced_shape(shapes[0], tuple(summed))
    letters = {axis: chr(97 + place) for place, axis in enumerate(axes)}
    inner = "".join(letters[axis] for axis in axes)
    spec = f"...{inner},...{inner}->...{''.join(letters[axis] for axis in shared)}"

    def bound(a: Array, b: Array, out: Array) -> Callable[[], object] | None:
        plain = not shared and a.ndim == b.ndim == rank and a.flags.c_contiguous and b.flags.c_contiguous
        return partial(np.dot, a.reshape(-1), b.reshape(-1), out=out.reshape(())) if plain else None

    def kernel(a: Array, b: Array, out: Array | None = None) -> Array:
        batch_a, batch_b = batch_of(a, rank), batch_of(b, rank)
        if not shared and not batch_a and not batch_b:
            return written(np.dot(a.ravel(), b.ravel()).reshape(final), out)
        a, b = a.reshape(batch_a + core), b.reshape(batch_b + core)
        if out is None:
            value = np.asarray(np.einsum(spec, a, b, order="C"))
            return value.reshape(value.shape[: value.ndim - len(kept)] + final)
        np.einsum(spec, a, b, out=out.reshape(batch_of(out, rank) + kept))
        return out

    return Prepared(kernel, bound)


def matrix_product(
    shapes: Sequence[Shape], summed: list[int], shared: list[int], rows: list[int], cols: list[int]
) -> Prepared:
    """One (stacked) BLAS product: shared axes stack, rows @ cols over the summed ones.

    Where the result is wanted with the columns first, the product is taken the other way round.
    """
    if max(rows, default=0) > min(cols, default=0) and sorted([*shared, *cols, *rows]) == [*shared, *cols, *rows]:
        turned = matrix_product(shapes[::-1], summed, shared, cols, rows)
        return Prepared(lambda a, b, out=None: turned.kernel(b, a, out=out), lambda a, b, out: turned.bound(b, a, out))
    rank = len(shapes[0])

    def flattening(shape: Shape, first: list[int], second: list[int]) -> tuple[Shape, list[int], Shape]:
        """The shape without unit axes, the order of those left, and the shape (shared..., first, second)."""
        axes = [*shared, *first, *second]
        present = sorted(axes)
        dense = tuple(shape[axis] for axis in present)
        order = [present.index(axis) - len(present) for axis in axes]
        sizes = [int(np.prod([shape[axis] for axis in group], dtype=int)) for group in (first, second)]
        return dense, order, (*[shape[axis] for axis in shared], *sizes)

    dense_a, order_a, flat_a = flattening(shapes[0], rows, summed)
    dense_b, order_b, flat_b = flattening(shapes[1], summed, cols)
    full = tuple(max(pair) if 0 not in pair else 0 for pair in zip(*shapes, strict=True))
    final = reduced_shape(full, tuple(summed))
    kept = [*shared, *rows, *cols]
    unflat = tuple(full[axis] for axis in kept)
    back = [kept.index(axis) for axis in sorted(kept)]
    in_order = kept == sorted(kept)

    def arranged(x: Array, dense: Shape, order: list[int], flat: Shape) -> Array:
        batch = batch_of(x, rank)
        x = x.reshape(batch + dense)
        return x.transpose(*range(len(batch)), *[axis + x.ndim for axis in order]).reshape(batch + flat)

    def kernel(a: Array, b: Array, out: Array | None = None) -> Array:
        a, b = arranged(a, dense_a, order_a, flat_a), arranged(b, dense_b, order_b, flat_b)
        if a.ndim == b.ndim == 2:
            a, b = _turned(a, b)
        if out is not None and in_order and a.ndim == b.ndim == len(flat_a):
            np.matmul(a, b, out=out.reshape((*flat_a[:-1], flat_b[-1])))
            return out
        value = _stacked_product(a, b)
        batch = value.shape[: value.ndim - len(flat_a)]
        extra = len(batch)
        value = value.reshape(batch + unflat).transpose(*range(extra), *[axis + extra for axis in back])
        return written(value.reshape(batch + final), out)

    def bound(a: Array, b: Array, out: Array) -> Callable[[], object] | None:
        left, right = arranged(a, dense_a, order_a, flat_a), arranged(b, dense_b, order_b, flat_b)
        views = np.may_share_memory(left, a) and np.may_share_memory(right, b)
        if not (in_order and views and left.ndim == right.ndim == len(flat_a)):
            return None
        target = out.reshape((*flat_a[:-1], flat_b[-1]))
        if left.ndim == 2:
            quick_left, quick_right = _turned(left, right)
            for copy, original in ((quick_left, left), (quick_right, right)):
                if copy is not original:
                    return partial(_after_copying, original, copy, partial(np.matmul, quick_left, quick_right, target))
        return partial(np.matmul, left, right, target)

    return Prepared(kernel, bound)


def _after_copying(source: Array, target: Array, call: Callable[[], object]) -> None:
    np.copyto(target, source)
    call()


def _turned(a: Array, b: Array) -> tuple[Array, Array]:
    """Two matrices to be multiplied: a slim one is copied if both run along the summed axis, where BLAS is slow."""
    if a.strides[1] == a.itemsize and b.strides[0] == b.itemsize and min(a.shape[0], *b.shape) > 1:
        if _SLIM * a.size <= b.size:
            return np.asfortranarray(a), b
        if _SLIM * b.size <= a.size:
            return a, np.ascontiguousarray(b)
    return a, b


_SLIM = 8


def _stacked_product(a: Array, b: Array) -> Array:
    """a @ b; a population against one matrix becomes one product instead of many small ones."""
    if a.ndim > b.ndim == 2:
        return (a.reshape((-1, a.shape[-1])) @ b).reshape((*a.shape[:-1], b.shape[-1]))
    if b.ndim > a.ndim == 2 and b.shape[-1] == 1:
        return (b.reshape((-1, b.shape[-2])) @ a.T).reshape((*b.shape[:-2], a.shape[0], 1))
    product: Array = np.matmul(a, b)
    return product
