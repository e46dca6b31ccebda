"""Moving elements: taking them by position, its transpose, joining, and products with a constant sparse matrix.

Positions count in the flattened array. Where they lie on a regular grid, offset + i * s0 + j * s1 + ..., taking them is
a view: slices, rectangles, sliding windows and repeats cost nothing at run time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import as_strided

from solver.algebra.index import Index
from solver.algebra.node import Array, Kernel, Node, Operand, Shape, as_node, constant, make
from solver.algebra.primitive import Entries, Indices, LinearMap, Prepared, array, batch_of, linear, positions, written
from solver.algebra.primitives.reduce import broadcasting
from solver.algebra.primitives.shape import reshape, reshaping, transposition

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import scipy.sparse as sp


def _take_entries(node: Node) -> Entries:
    return Entries(np.arange(node.size), node.param.flat)


@linear("take", lambda node, g: scatter(g, node.param, node.args[0].shape), _take_entries, view=True)
def gathering(param: Index, shapes: Sequence[Shape]) -> Kernel:
    """The elements at given positions of the flattened array."""
    rank, grid, shape, rows = len(shapes[0]), param.grid, param.shape, param.rows

    def kernel(x: Array, out: Array | None = None) -> Array:
        batch = batch_of(x, rank)
        flat = x.reshape((*batch, -1))
        if grid is None and rows is not None and not batch:
            into = None if out is None else out.reshape((-1, rows.table.shape[1]))
            return np.take(np.take(flat, rows.table), rows.row, axis=0, out=into, mode="clip").reshape(shape)
        if grid is None:
            into = None if out is None else out.reshape((*batch, -1))
            return np.take(flat, param.flat, axis=-1, out=into, mode="clip").reshape(batch + shape)
        step = flat.strides[-1]
        strides = flat.strides[:-1] + tuple(step * stride for stride in grid[1])
        return as_strided(flat[..., grid[0] :], batch + shape, strides, writeable=False)

    return kernel


def take(x: Operand, index: npt.ArrayLike) -> Node:
    """The elements of the flattened x at the positions `index`, in the shape of `index`."""
    x = as_node(x)
    where = np.asarray(index, dtype=np.intp)
    if where.size and (int(where.min()) < 0 or int(where.max()) >= x.size):
        raise IndexError(f"positions lie outside an array of {x.size} elements")
    return _take(x, where)


def _take(x: Node, index: Indices) -> Node:
    """`take` through what only moves elements: to the array they come from."""
    while x.value is None:
        if x.op is reshaping:
            x = x.args[0]
        elif x.op is gathering:
            x, index = x.args[0], x.param.flat[index]
        elif x.op is broadcasting:
            base = x.args[0]
            x, index = base, positions(base.size, base.shape, x.shape)[index]
        elif x.op is transposition:
            base = x.args[0]
            order = [axis + x.rank for axis in x.param]
            x, index = base, np.arange(base.size).reshape(base.shape).transpose(order).ravel()[index]
        elif x.op is joining and index.size:
            ends = x.param
            first = int(np.searchsorted(ends, index.min(), side="right"))
            if first == int(np.searchsorted(ends, index.max(), side="right")):
                x, index = x.args[first], index - (ends[first - 1] if first else 0)
            elif 2 * index.size >= x.size and (whole := _taken_of_one(x.args)) is not None:
                x, index = whole[0], whole[1][index]
            else:
                break
        else:
            break
    if index.size == x.size and np.array_equal(index.ravel(), np.arange(x.size)):
        return reshape(x, index.shape)
    return make(gathering, (x,), index.shape, Index(index, x.size))


def _taken_of_one(parts: Sequence[Node]) -> tuple[Node, Indices] | None:
    """The one array that all parts are taken from, and where all their elements lie in it; None where there is none."""
    sources, places = [], []
    for part in parts:
        taken = part.args[0] if part.op is reshaping else part
        if taken.op is not gathering:
            return None
        sources.append(taken.args[0])
        places.append(taken.param.flat)
    return (sources[0], np.concatenate(places)) if len(set(sources)) == 1 else None


def _scatter_entries(node: Node) -> Entries:
    return Entries(node.param.flat, np.arange(node.args[0].size))


@linear("spread", lambda node, g: reshape(_take(g, node.param.flat), node.args[0].shape), _scatter_entries)
def scattering(param: Index, shapes: Sequence[Shape]) -> Kernel:
    """A vector with the elements added at given positions; the transpose of taking them."""
    rank, index, size = len(shapes[0]), param.flat, param.size
    rows = None if param.unique else param.rows
    summing = rows.summing() if rows is not None else None
    back = np.argsort(index) if param.unique and param.grid is None and index.size == size else None
    regular = param.grid is not None and param.unique
    first, steps = param.grid or (0, ())
    strides = tuple([_BYTES * step for step in steps])

    def kernel(x: Array, out: Array | None = None) -> Array:
        batch = batch_of(x, rank)
        flat = x.reshape((*batch, -1))
        if back is not None and not batch:  # a permutation: taking is quicker than putting
            return np.take(flat, back, out=out, mode="clip")
        if param.unique:
            if out is None:
                out = np.zeros((*batch, size))
            else:
                out[...] = 0.0
            if regular:
                whole = (*batch, *param.shape)
                grid: Array = np.ndarray(whole, buffer=out, offset=_BYTES * first, strides=out.strides[:-1] + strides)
                grid[...] = flat.reshape(whole)
            else:
                out[..., index] = flat
            return out
        if rows is not None and summing is not None and not batch:
            total = summing @ flat.reshape((-1, rows.table.shape[1]))
            every = np.bincount(rows.table.ravel(), weights=total.ravel(), minlength=size)
            return written(every.astype(np.float64, copy=False), out)
        if not batch:
            return written(np.bincount(index, weights=flat, minlength=size).astype(np.float64, copy=False), out)
        members = int(np.prod(batch, dtype=int))
        places = (np.arange(members)[:, None] * size + index).ravel()
        totals = np.bincount(places, weights=flat.ravel(), minlength=members * size).astype(np.float64, copy=False)
        return written(totals.reshape((*batch, size)), out)

    return kernel


_BYTES = np.dtype(np.float64).itemsize


def scatter(x: Node, index: Index, shape: Shape) -> Node:
    """The transpose of taking `index` from an array of `shape`."""
    if index.flat.size == 0:
        return constant(np.zeros(shape))
    return reshape(make(scattering, (x,), (index.size,), index), shape)


def spread(x: Operand, index: npt.ArrayLike, size: int) -> Node:
    """A vector of `size` zeros, to which the elements of x are added at the positions `index`."""
    x = as_node(x)
    where = np.asarray(index, dtype=np.intp)
    if where.size != x.size:
        raise ValueError(f"{x.size} elements cannot be spread over {where.size} positions")
    return scatter(x, Index(where, size), (size,))


def _join_maps(node: Node) -> list[LinearMap | None]:
    starts = (0, *node.param)
    return [_part(node, start, part) for start, part in zip(starts, node.args, strict=False)]


def _part(node: Node, start: int, part: Node) -> LinearMap:
    index = np.arange(start, start + part.size)
    return LinearMap(
        lambda t: spread(t, index, node.size),
        lambda g: reshape(_take(g, index), part.shape),
        lambda: Entries(index, np.arange(part.size)),
    )


def _join_tangent(node: Node, tangents: Sequence[Node | None]) -> Node:
    pieces = zip(tangents, node.args, strict=True)
    return join([constant(np.zeros(part.shape)) if tangent is None else tangent for tangent, part in pieces])


@array("join", _join_maps, tangent=_join_tangent)
def joining(param: Shape, shapes: Sequence[Shape]) -> Kernel:
    """The flattened arrays one after the other."""
    ranks = [len(shape) for shape in shapes]
    slots = [slice(end - int(np.prod(shape, dtype=int)), end) for end, shape in zip(param, shapes, strict=True)]

    def kernel(*parts: Array, out: Array | None = None) -> Array:
        batches = [batch_of(part, rank) for part, rank in zip(parts, ranks, strict=True)]
        if out is None:
            out = np.empty((*max(batches, key=len), param[-1]))
        for part, batch, slot in zip(parts, batches, slots, strict=True):
            out[..., slot] = part.reshape((*batch, -1))
        return out

    def bound(*arrays: Array) -> Callable[[], object] | None:
        out, parts = arrays[-1], arrays[:-1]
        if any(part.ndim != rank for part, rank in zip(parts, ranks, strict=True)):
            return None
        pairs = [(out[slot].reshape(part.shape), part) for part, slot in zip(parts, slots, strict=True)]

        def fill() -> None:
            for target, part in pairs:
                np.copyto(target, part)

        return fill

    return Prepared(kernel, bound)


def join(parts: Sequence[Operand]) -> Node:
    """The parts, flattened, one after the other, as one vector."""
    nodes = tuple([as_node(part) for part in parts])
    nodes = tuple([node for node in nodes if node.size])
    if not nodes:
        return constant(np.zeros(0))
    if len(nodes) == 1:
        return reshape(nodes[0], (nodes[0].size,))
    ends = tuple(np.cumsum([node.size for node in nodes]).tolist())
    return make(joining, nodes, (ends[-1],), ends)


class SparseMatrix:
    """A constant sparse matrix as a parameter, equal by identity; its transpose is made once."""

    __slots__ = ("matrix", "turned")

    def __init__(self, matrix: sp.csr_array, turned: SparseMatrix | None = None) -> None:
        self.matrix = matrix
        self.turned: SparseMatrix = turned or SparseMatrix(matrix.T.tocsr(), self)


def _apply_entries(node: Node) -> Entries:
    matrix = node.param.matrix.tocoo()
    return Entries(matrix.row.astype(np.intp), matrix.col.astype(np.intp), lambda: constant(matrix.data))


def _unapply(node: Node, g: Node) -> Node:
    turned = node.param.turned
    return reshape(make(application, (g,), (turned.matrix.shape[0],), turned), node.args[0].shape)


@linear("apply", _unapply, _apply_entries)
def application(param: SparseMatrix, shapes: Sequence[Shape]) -> Kernel:
    """The product of a constant sparse matrix with the flattened array."""
    rank, matrix, turned = len(shapes[0]), param.matrix, param.turned.matrix

    def kernel(x: Array, out: Array | None = None) -> Array:
        batch = batch_of(x, rank)
        if not batch:
            return written(matrix @ x.ravel(), out)
        product = x.reshape((-1, matrix.shape[1])) @ turned
        return written(product.reshape((*batch, matrix.shape[0])), out)

    return kernel


def apply(matrix: sp.csr_array, x: Operand) -> Node:
    """The product of a constant sparse matrix (m, n) with the flattened x, as a vector (m,)."""
    x = as_node(x)
    if matrix.shape[1] != x.size:
        raise ValueError(f"a matrix of shape {matrix.shape} cannot be applied to {x.size} elements")
    return make(application, (x,), (matrix.shape[0],), SparseMatrix(matrix.tocsr()))
