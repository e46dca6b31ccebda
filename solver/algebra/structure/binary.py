"""Functions of one binary variable are linear: f(x) = f(0) + (f(1) - f(0)) x wherever x is 0 or 1.

So a comparison, a choice or a square of a single binary variable, element by element, can be replaced by a linear
form that has the same value at every point that counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from solver.algebra.node import Array, Node, constant, make, topological
from solver.algebra.pointwise import Pointwise
from solver.algebra.primitives.choose import choice
from solver.algebra.primitives.elementary import add, mul
from solver.algebra.primitives.gather import gathering, joining, take
from solver.algebra.primitives.reduce import broadcasting
from solver.algebra.primitives.shape import reshaping, transposition
from solver.algebra.structure.degree import levels
from solver.algebra.structure.ladder import Degree

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

_MOVING = frozenset({gathering, joining, reshaping, transposition, broadcasting})
_NONE = -1.0


@dataclass(frozen=True, slots=True)
class _OfOne:
    """A node each of whose elements is known or a function of one binary variable.

    Per element the variable's place (-1 for none), and the values at 0 and at 1.
    """

    place: Array
    at_zero: Array
    at_one: Array


def linear_in_binaries(outputs: Sequence[Node], wrt: Node, binary: npt.NDArray[np.bool_]) -> list[Node]:
    """The outputs with every function of a single binary element of `wrt` replaced by its linear form."""
    if not binary.any():
        return list(outputs)
    level = levels(outputs, wrt)
    everything = _OfOne(np.arange(wrt.size, dtype=np.float64), np.zeros(wrt.size), np.ones(wrt.size))
    known: dict[Node, _OfOne | None] = {wrt: everything if binary.all() else None}
    fresh: dict[Node, Node] = {}
    for node in topological(outputs):
        if node is wrt:
            fresh[node] = node
            continue
        known[node] = found = _of_one(node, wrt, binary, known)
        degree = int(level[node].max(initial=0)) if node in level else 0
        if found is not None and degree > Degree.LINEAR and node.op not in _MOVING:
            fresh[node] = _linear_form(found, wrt)
            continue
        args = tuple(arg if arg.value is not None else fresh[arg] for arg in node.args)
        fresh[node] = node if args == node.args else make(node.op, args, node.shape, node.param)
    return [output if output.value is not None else fresh[output] for output in outputs]


def _of_one(node: Node, wrt: Node, binary: npt.NDArray[np.bool_], known: dict[Node, _OfOne | None]) -> _OfOne | None:
    """The node as functions of single binary variables, None where it is more than that."""
    if node.op is gathering and node.args[0] is wrt:
        taken = node.param.flat.reshape(node.shape)
        if not binary[taken].all():
            return None
        return _OfOne(taken.astype(np.float64), np.zeros(node.shape), np.ones(node.shape))
    moving = node.op in _MOVING
    if not (moving or node.op is choice or isinstance(node.op, Pointwise)):
        return None
    parts = [_known(arg) if arg.value is not None else known.get(arg) for arg in node.args]
    if any(part is None for part in parts):
        return None
    args = [part for part in parts if part is not None]
    kernel = node.op.bind(node.param, [arg.shape for arg in node.args])
    with np.errstate(all="ignore"):
        at_zero = np.array(kernel(*[arg.at_zero for arg in args]))
        at_one = np.array(kernel(*[arg.at_one for arg in args]))
        if moving:
            return _OfOne(np.array(kernel(*[arg.place for arg in args])), at_zero, at_one)
    place = np.full(node.shape, _NONE)
    for arg in args:
        other = np.broadcast_to(arg.place, node.shape)
        if ((place != _NONE) & (other != _NONE) & (place != other)).any():
            return None
        place = np.where(place == _NONE, other, place)
    return _OfOne(place, np.broadcast_to(at_zero, node.shape), np.broadcast_to(at_one, node.shape))


def _known(node: Node) -> _OfOne:
    assert node.value is not None
    return _OfOne(np.full(node.shape, _NONE), node.value, node.value)


def _linear_form(found: _OfOne, wrt: Node) -> Node:
    slope = np.where(found.place == _NONE, 0.0, found.at_one - found.at_zero)
    return add(constant(found.at_zero), mul(constant(slope), take(wrt, np.maximum(found.place, 0).astype(np.intp))))
