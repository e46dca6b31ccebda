"""Which inputs reach which element: the pattern of the Jacobian, carried through the graph.

The chain rule on patterns is P(node) = or over arguments of L(argument) P(argument), with L the pattern of a local
Jacobian. Small patterns are boolean arrays, large ones sparse; a graph of many lone cells would spend its time in the
bookkeeping of sparse matrices.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from solver.algebra.calculus.derive import between
from solver.algebra.calculus.maps import local_maps
from solver.algebra.pointwise import Pointwise
from solver.algebra.primitive import positions
from solver.algebra.primitives.choose import choice, picking
from solver.algebra.primitives.extremes import counting, opacity
from solver.algebra.primitives.gather import joining
from solver.algebra.primitives.march import marching
from solver.algebra.primitives.recur import System, direct, links_of, reached, recurrence
from solver.algebra.primitives.scan import cumulation
from solver.algebra.structure.degree import levels

if TYPE_CHECKING:
    from collections.abc import Callable

    from solver.algebra.node import Node
    from solver.algebra.primitive import Indices
    from solver.algebra.structure.degree import Levels

Sparse: TypeAlias = "sp.csr_array"
Pattern: TypeAlias = "npt.NDArray[np.bool_] | sp.csr_array"

_AT_ONCE = 1 << 22  # numbers of a recurrence's pattern that are held as an array at a time
_DENSE = 1 << 15  # patterns up to this many elements are arrays

_ELEMENTWISE = {(choice, 0), (picking, 1), (counting, 1)}
"""Arguments without derivative that act element by element all the same: conditions, positions, keys."""


def dependence(output: Node, wrt: Node) -> Sparse:
    """Which elements of `wrt` each element of the output depends on: a boolean matrix (size of output, n)."""
    found = levels([output], wrt)
    patterns: dict[Node, Pattern] = {wrt: sp.eye_array(wrt.size, format="csr")}
    for node in between([output], wrt):
        pattern = _pattern(node, patterns, wrt.size)
        patterns[node] = _alive(pattern, node, found[node])
    last = patterns.get(output)
    if last is None:
        return sp.csr_array((output.size, wrt.size), dtype=bool)
    matrix = _sparse(last)
    matrix.sort_indices()
    return matrix.astype(bool)


def _sparse(pattern: Pattern) -> Sparse:
    if not isinstance(pattern, np.ndarray):
        return pattern
    rows, cols = np.nonzero(pattern)
    starts = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=len(pattern)))])
    return sp.csr_array((np.ones(len(cols)), cols, starts), shape=pattern.shape)


def _fitting(pattern: Pattern) -> Pattern:
    """A sparse pattern as an array, where it is small."""
    if isinstance(pattern, np.ndarray) or pattern.shape[0] * pattern.shape[1] > _DENSE:
        return pattern
    return np.asarray(pattern.toarray() != 0)


def _alive(pattern: Pattern, node: Node, level: Levels) -> Pattern:
    """The pattern with the rows of constant elements emptied."""
    if level.all():
        return pattern
    keep = np.broadcast_to(level > 0, node.shape).ravel()
    if isinstance(pattern, np.ndarray):
        return pattern & keep[:, None]
    return kept_rows(pattern, keep)


def kept_rows(matrix: Sparse, keep: npt.NDArray[np.bool_]) -> Sparse:
    """The matrix with all other rows emptied."""
    counts = np.diff(matrix.indptr)
    kept = np.repeat(keep, counts)
    starts = np.concatenate([[0], np.cumsum(np.where(keep, counts, 0))])
    return sp.csr_array((matrix.data[kept], matrix.indices[kept], starts), shape=matrix.shape)


def viewed_rows(node: Node) -> Indices:
    """For a view, the flat positions in its argument that its elements come from."""
    arg = node.args[0]
    view: Callable[..., Any] = node.op.bind(node.param, [arg.shape])
    places: Indices = view(np.arange(arg.size).reshape(arg.shape)).ravel()
    return places


def _pattern(node: Node, patterns: dict[Node, Pattern], columns: int) -> Pattern:
    """The pattern of a node from those of its arguments."""
    if node.op is joining:
        return _joined(node, patterns, columns)
    if node.op.view:
        return _fitting(patterns[node.args[0]][viewed_rows(node)])
    parts = [_through(node, place, patterns[arg]) for place, arg in enumerate(node.args) if arg in patterns]
    total = parts[0]
    for part in parts[1:]:
        if isinstance(total, np.ndarray) and isinstance(part, np.ndarray):
            total = total | part
        else:
            total = _sparse(total) + _sparse(part)
    if isinstance(total, np.ndarray) or len(parts) == 1:
        return total
    return sp.csr_array((np.ones(total.nnz), total.indices, total.indptr), shape=total.shape)


def _through(node: Node, place: int, inner: Pattern) -> Pattern:
    """What one argument contributes to a node's pattern."""
    arg = node.args[place]
    if node.op is recurrence or node.op is marching:
        return _carried(node, _entering(node, place, _sparse(inner)))
    if node.op is cumulation and not isinstance(inner, np.ndarray):
        return by_columns(inner, lambda some: (accumulated(node, some != 0) > 0).astype(np.float64))
    if isinstance(node.op, Pointwise) or node.op is opacity or (node.op, place) in _ELEMENTWISE:
        return inner if arg.shape == node.shape else inner[positions(arg.size, arg.shape, node.shape)]
    map_ = local_maps(node)[place]
    if map_ is None:  # what looks at everything, as an order does: each element may depend on all of it
        reached = np.unique(_sparse(inner).indices)
        row = sp.csr_array((np.ones(len(reached)), reached, [0, len(reached)]), shape=(1, inner.shape[1]))
        return _fitting(row[np.zeros(node.size, dtype=np.intp)])
    entries = map_.entries()
    if isinstance(inner, np.ndarray):
        return _gathered(inner, entries.rows, entries.cols, node.size)
    local = sp.csr_array((np.ones(len(entries.rows)), (entries.rows, entries.cols)), shape=(node.size, arg.size))
    product = local @ inner
    product.data[:] = 1.0
    return _fitting(product)


def _entering(node: Node, place: int, inner: Sparse) -> Sparse:
    """What one argument of a recurrence contributes to each element directly."""
    if node.op is marching:
        local = dependence(node.param.step, node.param.inputs[place])
        return sp.csr_array(local.astype(np.float64) @ inner)
    entries = direct(node, place)
    shape = (node.size, node.args[place].size)
    local = sp.csr_array((np.ones(len(entries.rows)), (entries.rows, entries.cols)), shape=shape)
    return sp.csr_array(local @ inner)


def _carried(node: Node, entering: Sparse) -> Pattern:
    """What reaches each element of a recurrence, some columns at a time: its inverse is dense."""
    if node.op is marching:
        system = System(node.param.where)
        linked = np.ones(system.where.rows.shape, dtype=bool)
    else:
        system, linked = node.param, links_of(node.args[0])
    return by_columns(entering, lambda some: reached(some != 0, system, linked).astype(np.float64))


def accumulated(node: Node, columns: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """The running sums of columns that each hold an array of a running sum's shape."""
    kernel = node.op.bind(node.param, [node.shape])
    sums = kernel(np.ascontiguousarray(columns.T, dtype=np.float64).reshape(-1, *node.shape))
    return sums.reshape(-1, node.size).T


def by_columns(matrix: Sparse, change: Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]]) -> Sparse:
    """A sparse matrix changed column by column, so many at a time as fit in memory as an array."""
    portion = max(1, _AT_ONCE // max(1, matrix.shape[0]))
    columns = matrix.tocsc()
    parts = [
        sp.csc_array(change(columns[:, start : start + portion].toarray()))
        for start in range(0, max(1, matrix.shape[1]), portion)
    ]
    return sp.csr_array(sp.hstack(parts, format="csr"))


def _gathered(inner: npt.NDArray[np.bool_], rows: Indices, cols: Indices, size: int) -> Pattern:
    """For every row the union of the rows of `inner` that its columns name."""
    result = np.zeros((size, inner.shape[1]), dtype=bool)
    if len(rows):
        order = np.argsort(rows, kind="stable")
        present, starts = np.unique(rows[order], return_index=True)
        result[present] = np.logical_or.reduceat(inner[cols[order]], starts, axis=0)
    return result


def _joined(node: Node, patterns: dict[Node, Pattern], columns: int) -> Pattern:
    """The patterns of the parts below each other."""
    if node.size * columns <= _DENSE:
        none = (np.zeros((arg.size, columns), dtype=bool) for arg in node.args)
        parts = [np.asarray(_fitting(patterns.get(arg, empty))) for arg, empty in zip(node.args, none, strict=True)]
        return np.concatenate(parts)
    counts: list[npt.NDArray[np.integer[Any]]] = []
    cols: list[npt.NDArray[np.integer[Any]]] = []
    for arg in node.args:
        part = patterns.get(arg)
        if part is None:
            counts.append(np.zeros(arg.size, dtype=np.intp))
        elif isinstance(part, np.ndarray):
            counts.append(part.sum(axis=1))
            cols.append(np.nonzero(part)[1])
        else:
            counts.append(np.diff(part.indptr))
            cols.append(part.indices)
    indices = np.concatenate(cols)
    starts = np.concatenate([[0], np.cumsum(np.concatenate(counts))])
    return sp.csr_array((np.ones(len(indices)), indices, starts), shape=(node.size, columns))
