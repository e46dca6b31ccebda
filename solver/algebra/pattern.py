"""Which inputs reach which element, as sparse matrices carried through the graph; and the Jacobian of linear parts.

Both are the chain rule on local Jacobians, J(node) = sum over arguments of L(argument) @ J(argument): with ones for the
pattern, with numbers where these do not depend on the input.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import scipy.sparse as sp

from solver.algebra.choose import choice, picking
from solver.algebra.degree import levels
from solver.algebra.derive import between
from solver.algebra.extremes import counting, opacity
from solver.algebra.gather import joining
from solver.algebra.maps import local_maps
from solver.algebra.node import VARIABLE, Node, topological
from solver.algebra.pointwise import Pointwise
from solver.algebra.primitive import Entries, LinearMap, positions
from solver.algebra.program import Program
from solver.algebra.structure import Degree

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy.typing as npt

    from solver.algebra.degree import Levels
    from solver.algebra.primitive import Indices

Sparse: TypeAlias = "sp.csr_array"


def dependence(output: Node, wrt: Node) -> Sparse:
    """Which elements of `wrt` each element of the output depends on: a boolean matrix (size of output, n)."""
    if output is wrt:
        return _identity(wrt.size).astype(bool)
    found = levels([output], wrt)
    patterns: dict[Node, Sparse] = {wrt: _identity(wrt.size)}
    for node in between([output], wrt):
        patterns[node] = _alive(_pattern(node, patterns), node, found[node], Degree.STEP)
    last = patterns.get(output)
    return sp.csr_array((output.size, wrt.size), dtype=bool) if last is None else last.astype(bool)


_ELEMENTWISE = {(choice, 0), (picking, 1), (counting, 1)}
"""Arguments without derivative that act element by element all the same: conditions, positions, keys."""


def _identity(size: int) -> Sparse:
    return sp.eye_array(size, format="csr")


def _alive(matrix: Sparse, node: Node, level: Levels, highest: int) -> Sparse:
    """The matrix with the rows emptied whose degree is not between LINEAR and `highest`; its entries set to stay."""
    keep = np.broadcast_to((level > 0) & (level <= highest), node.shape).ravel()
    if keep.all():
        return matrix
    counts = np.diff(matrix.indptr)
    kept = np.repeat(keep, counts)
    indptr = np.concatenate([[0], np.cumsum(np.where(keep, counts, 0))])
    return sp.csr_array((matrix.data[kept], matrix.indices[kept], indptr), shape=matrix.shape)


def _moved(node: Node, matrices: dict[Node, Sparse]) -> Sparse:
    """The matrix of a view: the rows of its argument's, where the view takes them from."""
    arg = node.args[0]
    inner = matrices[arg]
    every = np.arange(arg.size)
    view: Callable[..., Any] = node.op.bind(node.param, [arg.shape])
    places: Indices = view(every.reshape(arg.shape)).ravel()
    return inner if np.array_equal(places, every) else inner[places]


def _pattern(node: Node, patterns: dict[Node, Sparse]) -> Sparse:
    """The pattern of a node from those of its arguments; ones where something may stand."""
    if node.op is joining:
        return _stacked(node, patterns)
    if node.op.view:
        return _moved(node, patterns)
    pointwise = isinstance(node.op, Pointwise)
    parts = {
        (arg, None if pointwise else place): _through(node, place, patterns[arg])
        for place, arg in enumerate(node.args)
        if arg in patterns
    }
    first, *others = parts.values()
    if pointwise and not others:
        return first
    total = sum(others, first)
    return sp.csr_array((np.ones(total.nnz), total.indices, total.indptr), shape=total.shape)


def _through(node: Node, place: int, inner: Sparse) -> Sparse:
    """What one argument contributes to a node's pattern."""
    arg = node.args[place]
    if isinstance(node.op, Pointwise):
        return inner if arg.shape == node.shape else inner[positions(arg.size, arg.shape, node.shape)]
    map_ = local_maps(node)[place]
    if map_ is not None:
        entries = map_.entries()
        local = sp.csr_array((np.ones(len(entries.rows)), (entries.rows, entries.cols)), shape=(node.size, arg.size))
        product: Sparse = local @ inner
        return product
    if (node.op, place) in _ELEMENTWISE or node.op is opacity:
        return inner[positions(arg.size, arg.shape, node.shape)]
    # What looks at everything, as an order does: each element may depend on all of it.
    reached = np.flatnonzero(np.bincount(inner.indices, minlength=inner.shape[1]))
    row = sp.csr_array((np.ones(len(reached)), reached, [0, len(reached)]), shape=(1, inner.shape[1]))
    return row[np.zeros(node.size, dtype=np.intp)]


def _stacked(node: Node, matrices: dict[Node, Sparse]) -> Sparse:
    columns = max(matrices[arg].shape[1] for arg in node.args if arg in matrices)
    parts = [matrices[arg] if arg in matrices else sp.csr_array((arg.size, columns)) for arg in node.args]
    return sp.csr_array(sp.vstack(parts, format="csr"))


def linear_part(output: Node, wrt: Node) -> tuple[Sparse, npt.NDArray[np.bool_]]:
    """The Jacobian of the elements of degree at most LINEAR, other rows empty; and which rows these are."""
    unit = _identity(wrt.size)
    if output is wrt:
        return unit, np.ones(wrt.size, dtype=bool)
    found = levels([output], wrt)
    level = np.broadcast_to(found.get(output, np.zeros((), np.uint8)), output.shape).ravel()
    path: list[Node] = []
    if (level == Degree.LINEAR).any():
        path = [node for node in between([output], wrt) if (found[node] == Degree.LINEAR).any()]
    matrices: dict[Node, Sparse] = {wrt: unit}
    locals_ = _LocalMatrices(path, wrt)
    for node in path:
        if node.op is joining:
            matrix = _stacked(node, matrices)
        elif node.op.view:
            matrix = _moved(node, matrices)
        else:
            parts: list[Sparse] = []
            for place, arg in enumerate(node.args):
                local = locals_.matrix(node, place)
                if local is not None:
                    parts.append(local if matrices[arg] is unit else local @ matrices[arg])
            matrix = sum(parts[1:], parts[0]) if parts else sp.csr_array((node.size, wrt.size))
        matrices[node] = _alive(matrix, node, found[node], Degree.LINEAR)
    last = matrices.get(output)
    return (sp.csr_array((output.size, wrt.size)) if last is None else last), level <= Degree.LINEAR


class _LocalMatrices:
    """The local Jacobians of the nodes on a path, with the numbers they have where these do not vary."""

    def __init__(self, path: Sequence[Node], wrt: Node) -> None:
        inside = {wrt, *path}
        self._entries: dict[tuple[Node, int], tuple[Entries, Node | None]] = {}
        for node in path:
            if node.op.view or node.op is joining:
                continue
            for place, map_ in enumerate(local_maps(node)):
                if isinstance(map_, LinearMap) and node.args[place] in inside:
                    entries = map_.entries()
                    self._entries[node, place] = entries, None if entries.data is None else entries.data()
        data = [node for _, node in self._entries.values() if node is not None]
        inputs = list({wrt: None, **{node: None for node in topological(data) if node.op is VARIABLE}})
        # Any point will do: an entry of a linear element is the same everywhere.
        values = Program(inputs, data).run(*[np.zeros(node.shape) for node in inputs])
        self._values = dict(zip(data, values, strict=True))

    def matrix(self, node: Node, place: int) -> Sparse | None:
        """The local Jacobian of a node by one argument."""
        found = self._entries.get((node, place))
        if found is None:
            return None
        entries, data = found
        values = np.ones(len(entries.rows)) if data is None else self._values[data]
        shape = (node.size, node.args[place].size)
        return sp.csr_array((values, (entries.rows, entries.cols)), shape=shape)
