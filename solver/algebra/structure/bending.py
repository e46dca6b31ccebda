"""Which inputs an output is not linear in: those that reach an operation which is not linear in what they give it.

It is stricter than the degree of the output: in x + y z only y and z bend, in (x + y) z all three.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solver.algebra.calculus.derive import between
from solver.algebra.calculus.pattern import dependence
from solver.algebra.primitives.choose import choice
from solver.algebra.primitives.elementary import add, div, mul, neg, sub
from solver.algebra.primitives.gather import application, gathering, join, joining, scattering, take
from solver.algebra.primitives.recur import recurrence
from solver.algebra.primitives.reduce import broadcasting, contraction, summation
from solver.algebra.primitives.scan import cumulation, shifting
from solver.algebra.primitives.shape import reshaping, transposition
from solver.algebra.structure.degree import levels
from solver.algebra.structure.ladder import Degree

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from solver.algebra.node import Node

_STRAIGHT = frozenset(
    {
        add,
        sub,
        neg,
        reshaping,
        transposition,
        broadcasting,
        gathering,
        scattering,
        joining,
        summation,
        shifting,
        cumulation,
        application,
    }
)

_STRAIGHT_IF_CONSTANT = {mul: (0, 1), contraction: (0, 1), div: (1,), choice: (0,), recurrence: (0,)}
"""Operations that are linear in the others when one of these arguments does not vary."""


def bent_inputs(outputs: Sequence[Node], wrt: Node) -> npt.NDArray[np.bool_]:
    """For each element of `wrt` whether some output is not linear in it."""
    found = levels(outputs, wrt)
    bent = []
    for node in between(outputs, wrt):
        if not _is_straight(node):
            places = np.flatnonzero(np.broadcast_to(found[node] > Degree.LINEAR, node.shape))
            if len(places):
                bent.append(take(node, places))
    mask = np.zeros(wrt.size, dtype=bool)
    if bent:
        mask[dependence(join(bent), wrt).indices] = True
    return mask


def _is_straight(node: Node) -> bool:
    constant = _STRAIGHT_IF_CONSTANT.get(node.op, ())
    return node.op in _STRAIGHT or any(node.args[place].value is not None for place in constant)
