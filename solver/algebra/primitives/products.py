"""How a sum of products runs: as inner products, or as one product of matrices.

Arrays come with their axes counted from the end, and may have a population's axis in front.
"""

from __future__ import annotations

from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class _Stacked:
    """An operand as a stack of matrices: its shape without unit axes, their order, and (shared..., first, second)."""

    rank: int
    dense: Shape
    order: tuple[int, ...]
    flat: Shape

    def __call__(self, x: Array) -> Array:
        """The operand in that form, a view where it can be; a population's axis stays in front."""
        batch = batch_of(x, self.rank)
        x = x.reshape(batch + self.dense)
        return x.transpose(*range(len(batch)), *[axis + x.ndim for axis in self.order]).reshape(batch + self.flat)


def _stacked(shape: Shape, shared: list[int], first: list[int], second: list[int]) -> _Stacked:
    """How an operand of some shape becomes a stack of matrices over the axes `first` and `second`."""
    axes = [*shared, *first, *second]
    present = sorted(axes)
    order = tuple(present.index(axis) - len(present) for axis in axes)
    sizes = [int(np.prod([shape[axis] for axis in group], dtype=int)) for group in (first, second)]
    flat = (*[shape[axis] for axis in shared], *sizes)
    return _Stacked(len(shape), tuple(shape[axis] for axis in present), order, flat)


def matrix_product(
    shapes: Sequence[Shape], summed: list[int], shared: list[int], rows: list[int], cols: list[int]
) -> Prepared:
    """One (stacked) BLAS product: shared axes stack, rows @ cols over the summed ones.

    Where the result is wanted with the columns first, the product is taken the other way round.
    """
    if max(rows, default=0) > min(cols, default=0) and sorted([*shared, *cols, *rows]) == [*shared, *cols, *rows]:
        turned = matrix_product(shapes[::-1], summed, shared, cols, rows)
        return Prepared(lambda a, b, out=None: turned.kernel(b, a, out=out), lambda a, b, out: turned.bound(b, a, out))
    left, right = _stacked(shapes[0], shared, rows, summed), _stacked(shapes[1], shared, summed, cols)
    depth, flat = len(left.flat), (*left.flat[:-1], right.flat[-1])
    full = tuple(max(pair) if 0 not in pair else 0 for pair in zip(*shapes, strict=True))
    final = reduced_shape(full, tuple(summed))
    kept = [*shared, *rows, *cols]
    unflat = tuple(full[axis] for axis in kept)
    back = [kept.index(axis) for axis in sorted(kept)]
    in_order = kept == sorted(kept)

    def kernel(a: Array, b: Array, out: Array | None = None) -> Array:
        a, b = left(a), right(b)
        if a.ndim == b.ndim == 2:
            a, b = _turned(a, b)
        if out is not None and in_order and a.ndim == b.ndim == depth:
            np.matmul(a, b, out=out.reshape(flat))
            return out
        value = _stacked_product(a, b)
        batch = value.shape[: value.ndim - depth]
        extra = len(batch)
        value = value.reshape(batch + unflat).transpose(*range(extra), *[axis + extra for axis in back])
        return written(value.reshape(batch + final), out)

    def bound(a: Array, b: Array, out: Array) -> Callable[[], object] | None:
        x, y = left(a), right(b)
        views = np.may_share_memory(x, a) and np.may_share_memory(y, b)
        if not (in_order and views and x.ndim == y.ndim == depth):
            return None
        target = out.reshape(flat)
        if x.ndim == 2:
            quick_x, quick_y = _turned(x, y)
            for copy, original in ((quick_x, x), (quick_y, y)):
                if copy is not original:
                    return partial(_after_copying, original, copy, partial(np.matmul, quick_x, quick_y, target))
        return partial(np.matmul, x, y, target)

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
