"""The Jacobian of the linear elements of an output, once and as numbers.

It is the chain rule on sparse matrices, J(node) = sum over arguments of L(argument) @ J(argument), where an element of
degree LINEAR has a local Jacobian L that is the same at every point.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import scipy.sparse as sp

from solver.algebra.calculus.maps import local_maps
from solver.algebra.calculus.pattern import accumulated, by_columns, kept_rows, viewed_rows
from solver.algebra.node import VARIABLE, Node, topological
from solver.algebra.primitives.gather import joining
from solver.algebra.primitives.recur import System, direct, recurrence
from solver.algebra.primitives.scan import cumulation
from solver.algebra.running.program import Program
from solver.algebra.structure.degree import level_of, levels
from solver.algebra.structure.ladder import Degree

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from solver.algebra.node import Array
    from solver.algebra.primitive import Entries
    from solver.algebra.structure.degree import Levels

Sparse: TypeAlias = "sp.csr_array"


def linear_part(output: Node, wrt: Node) -> tuple[Sparse, npt.NDArray[np.bool_]]:
    """The Jacobian of the elements of degree at most LINEAR, other rows empty; and which rows these are."""
    unit: Sparse = sp.eye_array(wrt.size, format="csr")
    if output is wrt:
        return unit, np.ones(wrt.size, dtype=bool)
    found = levels([output], wrt)
    level = np.broadcast_to(level_of(output, found), output.shape).ravel()
    path = _straight_path(output, found)
    matrices: dict[Node, Sparse] = {wrt: unit}
    locals_ = _LocalMatrices(path, wrt)
    for node in path:
        if node.op is joining:
            matrix = _stacked(node, matrices)
        elif node.op is cumulation:
            matrix = by_columns(matrices[node.args[0]], partial(accumulated, node))
        elif node.op.view:
            places = viewed_rows(node)
            matrix = matrices[node.args[0]]
            if len(places) != matrix.shape[0] or (np.diff(places) != 1).any():
                matrix = matrix[places]
        else:
            parts: list[Sparse] = []
            for place, arg in enumerate(node.args):
                local = locals_.matrix(node, place)
                if local is not None:
                    parts.append(local if matrices[arg] is unit else local @ matrices[arg])
            matrix = sum(parts[1:], parts[0]) if parts else sp.csr_array((node.size, wrt.size))
        straight = np.broadcast_to(found[node] == Degree.LINEAR, node.shape)
        if node.op is recurrence:
            matrix = _solved(node, matrix, straight, locals_.coefficients(node))
        matrices[node] = matrix if straight.all() else kept_rows(matrix, straight.ravel())
    last = matrices.get(output)
    return (sp.csr_array((output.size, wrt.size)) if last is None else last), level <= Degree.LINEAR


def _solved(node: Node, entering: Sparse, straight: npt.NDArray[np.bool_], coefficients: Array) -> Sparse:
    """The Jacobian of a recurrence from that of what enters it: (I - C) J = entering, in the rows that are linear."""
    system: System = node.param
    inside = np.where(straight[system.targets], coefficients, 0.0)
    kernel = recurrence.bind(system, [inside.shape, node.shape])
    return by_columns(kept_rows(entering, straight), lambda some: kernel(inside, np.ascontiguousarray(some.T)).T)


def row_ranges(matrix: Sparse, low: Array, high: Array) -> tuple[Array, Array]:
    """The least and the largest value of every row of matrix @ x over low <= x <= high, which may be infinite."""
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    kept = matrix.data != 0
    factor, columns = matrix.data[kept], matrix.indices[kept]
    ends = np.where(factor > 0, low[columns], high[columns]), np.where(factor > 0, high[columns], low[columns])
    count = matrix.shape[0]
    least, most = (np.bincount(rows[kept], factor * end, count).astype(np.float64) for end in ends)
    return least, most


def _straight_path(output: Node, found: dict[Node, Levels]) -> list[Node]:
    """The nodes, arguments first, through which linear elements reach linear elements of the output."""

    def straight(node: Node) -> bool:
        return node in found and node.op is not VARIABLE and bool((found[node] == Degree.LINEAR).any())

    stack = [output] if straight(output) else []
    seen = set(stack)
    while stack:
        for arg in stack.pop().args:
            if arg not in seen and straight(arg):
                seen.add(arg)
                stack.append(arg)
    return sorted(seen, key=lambda node: node.serial)


def _stacked(node: Node, matrices: dict[Node, Sparse]) -> Sparse:
    """The matrices of the parts of a join below each other."""
    columns = next(matrices[arg].shape[1] for arg in node.args if arg in matrices)
    parts = [matrices[arg] if arg in matrices else sp.csr_array((arg.size, columns)) for arg in node.args]
    return sp.csr_array(sp.vstack(parts, format="csr"))


class _LocalMatrices:
    """The local Jacobians of the nodes on a path, with the numbers they have where these do not vary."""

    def __init__(self, path: Sequence[Node], wrt: Node) -> None:
        inside = {wrt, *path}
        self._entries: dict[tuple[Node, int], tuple[Entries, Node | None]] = {}
        for node in path:
            if node.op.view or node.op in (joining, cumulation):
                continue
            for place, map_ in enumerate(local_maps(node)):
                if map_ is not None and node.args[place] in inside:
                    entries = direct(node, place) if node.op is recurrence else map_.entries()
                    self._entries[node, place] = entries, None if entries.data is None else entries.data()
        data = [node for _, node in self._entries.values() if node is not None]
        data += [node.args[0] for node in path if node.op is recurrence]
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

    def coefficients(self, node: Node) -> Array:
        """The coefficients of a recurrence."""
        c = node.args[0]
        return self._values[c] if c.value is None else c.value
