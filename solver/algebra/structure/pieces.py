"""Piecewise linear functions taken apart: corners, choices and conditions become columns of their own.

Every element of a maximum, a choice, a condition, a whole part or a product gets a new variable z, and what is left is
affine in (x, z):

    min  |x1 - 2| + IF(x2 > 0, 5, 0)     =     min  z1 + z2   with   z1 = max(x1 - 2, 2 - x1),  z2 = 5 where x2 > 0.

So one sparse matrix and a list of small definitions say all that a mixed-integer solver must know. What the pieces
cannot say (a square, an exponential, a lookup by a variable key) makes the whole function no piecewise linear one.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from solver.algebra.node import Node, broadcast_shape, topological
from solver.algebra.primitives.choose import choice, picking
from solver.algebra.primitives.corners import equal, not_equal, sign, trunc
from solver.algebra.primitives.elementary import mul
from solver.algebra.primitives.extremes import counting
from solver.algebra.primitives.gather import gathering, join, take
from solver.algebra.primitives.reduce import broadcast, contraction
from solver.algebra.primitives.shape import reshape
from solver.algebra.running.function import VectorFunction
from solver.algebra.structure.apart import Apart, needed
from solver.algebra.structure.bends import BENDS, Piece
from solver.algebra.structure.degree import levels
from solver.algebra.structure.ladder import Degree
from solver.algebra.structure.linearity import linear_part

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import scipy.sparse as sp

MOST = 20_000
"""More new columns than this are not made."""


@dataclass(frozen=True, slots=True)
class Definition:
    """New columns z, one an element, each by the rows of its arguments: `arguments` is (arguments, elements)."""

    piece: Piece
    columns: npt.NDArray[np.intp]
    arguments: npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Pieces:
    """Outputs that are affine in (x, z): their values are the last rows of matrix @ (x, z) + shift.

    The rows before them are the arguments of the definitions, which are in the order of the calculation.
    """

    matrix: sp.csr_array
    shift: npt.NDArray[np.float64]
    definitions: tuple[Definition, ...]
    outputs: npt.NDArray[np.intp]


class _Bent(Exception):
    """A product of two values of which neither is made of conditions and binaries."""


def pieces(outputs: Sequence[Node], wrt: Node, binary: npt.NDArray[np.bool_]) -> Pieces | None:
    """The outputs, flat and one after the other, as pieces; None where they are not piecewise linear.

    `binary` (n,) says which elements of `wrt` are 0 or 1.
    """
    nodes = needed(outputs)
    room = sum(_columns(node) for node in nodes)
    if not room or room > MOST:
        return None
    taken = _Pieces(wrt, room, levels(outputs, wrt), binary)
    try:
        for node in nodes:
            taken.add(node)
    except _Bent:
        return None
    return taken.finished([taken.of(output) for output in outputs])


def _columns(node: Node) -> int:
    """At most so many new columns does a node need."""
    if node.op in (mul, contraction) and any(arg.value is not None for arg in node.args):
        return 0
    if node.op in (equal, not_equal, sign, trunc):
        return 3 * node.size
    if node.op in (counting, picking):
        table = node.args[0]
        return node.size * (table.size if node.op is counting else table.shape[node.param])
    if node.op is contraction:
        return prod(broadcast_shape([arg.shape for arg in node.args]))
    return node.size if node.op in BENDS else 0


class _Pieces(Apart):
    """The graph of pieces while it is rebuilt; `counted` says which columns are conditions or binaries."""

    def __init__(
        self, wrt: Node, room: int, degrees: dict[Node, npt.NDArray[np.uint8]], binary: npt.NDArray[np.bool_]
    ) -> None:
        super().__init__(wrt, room)
        self.degrees = degrees
        self.counted = np.r_[binary, np.zeros(room, dtype=bool)]
        self._counting: dict[Node, bool] = {self.all: False}
        self.found: list[tuple[Piece, npt.NDArray[np.intp], list[Node]]] = []

    def rule(self, node: Node) -> Callable[[Apart, Node], Node] | None:
        """How a node that is not linear is rebuilt."""
        straight = node not in self.degrees or int(self.degrees[node].max(initial=0)) <= Degree.LINEAR
        # the comparison of a choice has not been rebuilt
        return None if straight and node.op is not choice else BENDS.get(node.op)

    def new(self, piece: Piece, arguments: Sequence[Node], shape: tuple[int, ...]) -> Node:
        """New columns in the given shape, by arguments that broadcast to it."""
        columns = self.columns(prod(shape))
        if piece is Piece.PRODUCT and not any(self._counts(each) for each in arguments):
            raise _Bent
        values = arguments[1:] if piece in (Piece.CHOICE_BELOW, Piece.CHOICE_UP_TO) else arguments
        self.counted[columns] = piece in (Piece.BELOW, Piece.UP_TO) or all(self._counts(each) for each in values)
        self.found.append((piece, columns, [reshape(broadcast(each, shape), (columns.size,)) for each in arguments]))
        return take(self.all, columns.reshape(shape))

    def _counts(self, node: Node) -> bool:
        """Whether a node of the new graph is made of nothing but conditions and binaries."""
        for each in topological([node]):
            if each not in self._counting:
                direct = each.op is gathering and each.args[0] is self.all
                self._counting[each] = (
                    bool(self.counted[each.param.flat].all())
                    if direct
                    else all(self._counting[arg] for arg in each.args if arg.live)
                )
        return node.value is not None or self._counting[node]

    def finished(self, outputs: Sequence[Node]) -> Pieces | None:
        """The pieces, if all arguments and outputs are affine."""
        parts = [argument for _, _, arguments in self.found for argument in arguments]
        flat = join([*parts, *[reshape(output, (output.size,)) for output in outputs]])
        matrix, straight = linear_part(flat, self.all)
        if not straight.all():
            return None
        shift = VectorFunction(flat, self.all).value(np.zeros(self.all.size))
        if not np.isfinite(shift).all() or not np.isfinite(matrix.data).all():
            return None
        definitions, at = [], 0
        for piece, columns, arguments in self.found:
            rows = at + np.arange(len(arguments) * columns.size).reshape(len(arguments), columns.size)
            definitions.append(Definition(piece, columns, rows))
            at += rows.size
        matrix = matrix[:, : self.next]
        matrix.eliminate_zeros()
        return Pieces(matrix, shift, tuple(definitions), np.arange(at, flat.size))
