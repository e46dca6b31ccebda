"""Corners written as rows: every largest value becomes a variable that is at least each of its arguments.

    min  f(x, max(a(x), b(x)))      is at least      min  f(x, z)   where   a(x) <= z,  b(x) <= z,

and nothing in the second has a corner (the epigraph; Boyd and Vandenberghe 2004, section 4.1.3). Where an answer has z
on the larger of both, it answers the first, too; so it is wherever f rises with that value, as a cost does with what it
counts. Smallest values are the negative of largest ones, and IF is one of both where its branches meet on its border.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from solver.algebra.node import Node, constant
from solver.algebra.primitives.choose import choice
from solver.algebra.primitives.corners import abs_, maximum, minimum
from solver.algebra.primitives.elementary import mul, sub
from solver.algebra.primitives.extremes import maximisation, minimisation
from solver.algebra.primitives.gather import join, take
from solver.algebra.primitives.reduce import broadcast
from solver.algebra.primitives.shape import reshape
from solver.algebra.running.function import VectorFunction
from solver.algebra.structure.apart import Apart, needed
from solver.algebra.structure.bends import BENDS, Piece
from solver.algebra.structure.degree import levels
from solver.algebra.structure.ladder import Degree

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MOST = 5000
"""More new variables than this are not made."""

_CORNERS: dict[object, Callable[[Apart, Node], Node]] = {
    op: BENDS[op] for op in (maximum, minimum, abs_, maximisation, minimisation, choice)
}
_POINTS, _CLOSE = 4, 1e-9


@dataclass(frozen=True, slots=True)
class Lifted:
    """Outputs over the vector `wrt` = (x, z); the elements `of` of this are to be at least `arguments` (rows,)."""

    wrt: Node
    outputs: tuple[Node, ...]
    arguments: Node
    of: npt.NDArray[np.intp]

    @property
    def excess(self) -> Node:
        """By how much each argument is larger than its variable, at most zero where all is as it should be: (rows,)."""
        return sub(self.arguments, take(self.wrt, self.of))


class _NotLifted(Exception):
    """A jump, or a choice that is neither the larger nor the smaller of its branches."""


def lifted(outputs: Sequence[Node], wrt: Node) -> Lifted | None:
    """The outputs with their corners lifted; None where something else than corners keeps them from being smooth."""
    nodes, degrees = needed(outputs), levels(outputs, wrt)
    bent = [node for node in nodes if node.op is choice or (node.op in _CORNERS and degrees[node].max() == Degree.KINK)]
    room = sum(node.size for node in bent)
    if not 0 < room <= MOST or any(degrees[node].max(initial=0) > Degree.KINK for node in nodes):
        return None
    try:
        made = _rebuilt(nodes, wrt, room, bent)
        taken = made.next - wrt.size
        if taken < room:  # a branch without a value needs no variable
            made = _rebuilt(nodes, wrt, taken, bent)
    except _NotLifted:
        return None
    return made.finished([made.of(output) for output in outputs])


def _rebuilt(nodes: Sequence[Node], wrt: Node, room: int, bent: Sequence[Node]) -> _Corners:
    made = _Corners(wrt, room, frozenset(bent))
    for node in nodes:
        made.add(node)
    return made


class _Corners(Apart):
    """The graph while its corners are lifted: those of the nodes `bent`."""

    def __init__(self, wrt: Node, room: int, bent: frozenset[Node]) -> None:
        super().__init__(wrt, room)
        self.bent = bent
        self.arguments: list[Node] = []
        self.places: list[npt.NDArray[np.intp]] = []

    def rule(self, node: Node) -> Callable[[Apart, Node], Node] | None:
        """How a corner is rebuilt."""
        return _CORNERS[node.op] if node in self.bent else None

    def new(self, piece: Piece, arguments: Sequence[Node], shape: tuple[int, ...]) -> Node:
        """New variables in the given shape, by arguments that broadcast to it."""
        if piece is Piece.LARGEST:
            return self._largest(arguments, shape)
        if piece not in (Piece.CHOICE_BELOW, Piece.CHOICE_UP_TO):
            raise _NotLifted
        distance, yes, no = (broadcast(each, shape) for each in arguments)
        sign = constant(self._sign(distance, sub(yes, no)).reshape(shape))
        return mul(sign, self._largest([mul(sign, yes), mul(sign, no)], shape))

    def _largest(self, arguments: Sequence[Node], shape: tuple[int, ...]) -> Node:
        columns = self.columns(prod(shape))
        self.arguments += [reshape(broadcast(each, shape), (columns.size,)) for each in arguments]
        self.places += [columns] * len(arguments)
        return take(self.all, columns.reshape(shape))

    def _sign(self, distance: Node, gain: Node) -> npt.NDArray[np.float64]:
        """For each element of a choice +1 where it is the larger of its branches, -1 where the smaller.

        It is one of both where the first less the second, `gain`, is a multiple of the distance that decides; analytic
        functions for which that holds at a few points hold it everywhere.
        """
        size = distance.size
        both = VectorFunction(
            reshape(join([reshape(each, (size,)) for each in (distance, gain)]), (2 * size,)), self.all
        )
        random = np.random.default_rng(size)
        points = random.standard_normal((_POINTS, self.all.size)) * np.exp(random.standard_normal((_POINTS, 1)))
        with np.errstate(all="ignore"):
            values = np.stack([both.value(point) for point in points])
            far, gained = values[:, :size], values[:, size:]
            slope = np.sum(far * gained, axis=0) / np.sum(far * far, axis=0)
            off = np.abs(gained - slope * far).max(axis=0)
            if not np.all(off <= _CLOSE * np.abs(gained).max(axis=0)):
                raise _NotLifted
        return np.where(slope > 0, -1.0, 1.0)

    def finished(self, outputs: Sequence[Node]) -> Lifted | None:
        """The outputs, if they and the arguments are smooth and there is any corner."""
        if not self.places:
            return None
        arguments, of = join(self.arguments), np.concatenate(self.places)
        found = levels([*outputs, arguments], self.all)
        if any(found[node].max(initial=0) > Degree.SMOOTH for node in (*outputs, arguments) if node.live):
            return None
        return Lifted(self.all, tuple(outputs), arguments, of)
