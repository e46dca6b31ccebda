"""Whether a choice is continuous although its condition jumps: its branches meet wherever the condition changes.

A condition is made of comparisons u < c. On the border u = c of one of them the choice must have the same value
whether that comparison holds or not: IF(x < 0, 0, x) does, and so does a tariff whose steps join. The border is
reached by putting c in the place of u, or the roots of f(v) = c in the place of v where u = f(v), as in Huber's loss
with u = |v|. Both values are functions there; analytic ones that agree at a random point agree everywhere, so a few
points decide, for every element.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from solver.algebra.node import VARIABLE, Array, Node, broadcast_shape, constant, make, topological
from solver.algebra.primitives.corners import abs_, equal, less, less_equal, not_equal
from solver.algebra.primitives.elementary import add, div, exp, fermi, log, mul, neg, sqrt, square, sub
from solver.algebra.primitives.reduce import broadcast

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

_COMPARISON_OPS: tuple[object, ...] = (less, less_equal, equal, not_equal)
_INVERSES: dict[object, Callable[..., tuple[Node, ...]]] = {
    abs_: lambda y: (y, neg(y)),
    square: lambda y: (sqrt(y), neg(sqrt(y))),
    neg: lambda y: (neg(y),),
    exp: lambda y: (log(y),),
    log: lambda y: (exp(y),),
    fermi: lambda y: (log(sub(div(1.0, y), 1.0)),),
    sqrt: lambda y: (square(y),),
    add: lambda y, other, _first: (sub(y, other),),
    sub: lambda y, other, first: (sub(other, y) if first else add(y, other),),
    mul: lambda y, other, _first: (div(y, other),),
    div: lambda y, other, first: (div(other, y) if first else mul(y, other),),
}
"""The values of an argument for which a primitive has a given value; `first` says that the other argument is first."""

_CLOSE = 1e-9
_POINTS = 2


def continuous(node: Node, condition: Node, wrt: Node, steady: Collection[Node]) -> npt.NDArray[np.bool_]:
    """Where `node`, which jumps by nothing but the comparisons of `condition`, does not jump: bools of its shape.

    `steady` holds the nodes below it that do not jump.
    """
    comparisons = _comparisons(condition, steady)
    met = np.full(node.shape, comparisons is not None)
    for comparison in comparisons or ():
        met &= _joins(node, comparison, wrt)
        if not met.any():
            break
    return met


def _comparisons(condition: Node, steady: Collection[Node]) -> list[Node] | None:
    """The comparisons of steady nodes that a condition is made of; None if there is something else in it."""
    found: dict[Node, None] = {}
    stack = [condition]
    while stack:
        node = stack.pop()
        if node.op in _COMPARISON_OPS and all(arg in steady for arg in node.args if arg.live):
            found[node] = None
        elif node in steady:
            return None
        else:
            stack += [arg for arg in node.args if arg.live]
    return list(found)


def _joins(node: Node, comparison: Node, wrt: Node) -> npt.NDArray[np.bool_]:
    """Where both sides of one comparison's border have the same value."""
    joined = np.zeros(node.shape, dtype=bool)
    for moved, held in (comparison.args, comparison.args[::-1]):
        if moved.live:
            for place, roots in _border(moved, held):
                if not joined.all():
                    joined |= _joins_at(node, comparison, wrt, place, roots)
    return joined


def _border(moved: Node, held: Node) -> Iterator[tuple[Node, list[Node]]]:
    """The ways to bring `moved` to the value of `held`: a node that it is made of, and all values this must take."""
    if broadcast_shape([held.shape, moved.shape]) != moved.shape:
        return  # one value is compared with many: there is no single border
    roots = [broadcast(held, moved.shape)]
    while True:
        yield moved, roots
        inner = [arg for arg in moved.args if arg.live]
        if len(inner) != 1 or inner[0].shape != moved.shape:
            return
        inverse = _INVERSES.get(moved.op)
        if inverse is None:
            return
        others = [arg for arg in moved.args if not arg.live]
        flipped = not moved.args[0].live
        roots = [back for root in roots for back in inverse(root, *others, *([flipped] if others else []))]
        moved = inner[0]


def _joins_at(node: Node, comparison: Node, wrt: Node, place: Node, roots: list[Node]) -> npt.NDArray[np.bool_]:
    """Where both sides have the same value when `place` has any of the roots."""
    met = np.ones(node.shape, dtype=bool)
    for x in _points(wrt.size):
        for root in roots:
            border = {wrt: x, place: _evaluated(root, {wrt: x})}
            sides = [_evaluated(node, {**border, comparison: np.full(comparison.shape, truth)}) for truth in (0.0, 1.0)]
            met &= _same(*sides)
    return met


def _points(size: int) -> Iterator[Array]:
    """Points of either sign and several magnitudes; always the same ones."""
    generator = np.random.default_rng(size)
    for _ in range(_POINTS):
        yield generator.standard_normal(size) * np.exp(generator.standard_normal(size))


def _same(a: Array, b: Array) -> npt.NDArray[np.bool_]:
    with np.errstate(all="ignore"):
        result: npt.NDArray[np.bool_] = np.isfinite(a) & (
            np.abs(a - b) <= _CLOSE * np.maximum(np.abs(a), np.abs(b)) + 1e-12
        )
    return result


def _evaluated(output: Node, given: Mapping[Node, Array]) -> Array:
    """The value of a node where some nodes have given values; any other variable is at a point of its own."""
    values: dict[Node, Node] = {node: constant(value) for node, value in given.items()}
    for node in topological([output]):
        if node.op is VARIABLE and node not in values:
            values[node] = constant(next(_points(node.size)))
        if node not in values:
            values[node] = make(node.op, tuple(values.get(arg, arg) for arg in node.args), node.shape, node.param)
    result = values.get(output, output).value
    assert result is not None, "every input has a value"
    return result
