"""The degree of every element of every node, carried through the graph by one rule per kind of primitive.

An element is CONSTANT where no input reaches it, also where the coefficient of the one that would is zero; sums have
the largest degree of their terms; a product of two linear elements is QUADRATIC, any other of live ones SMOOTH.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

from solver.algebra.calculus.derive import between
from solver.algebra.node import Node, Smoothness
from solver.algebra.pointwise import Pointwise
from solver.algebra.primitives.choose import choice, picking, placement
from solver.algebra.primitives.corners import maximum, minimum
from solver.algebra.primitives.dense import determination, inversion
from solver.algebra.primitives.elementary import add, div, logarithmic, mul, neg, power, silenced, square, sub
from solver.algebra.primitives.extremes import maximisation, minimisation, ordering, sorting
from solver.algebra.primitives.gather import application, gathering, joining, scattering
from solver.algebra.primitives.march import marching
from solver.algebra.primitives.recur import System, carried, links_of, reached, recurrence
from solver.algebra.primitives.reduce import broadcasting, contraction, summation
from solver.algebra.primitives.scan import cumulation, shifting
from solver.algebra.primitives.shape import reshaping, transposition
from solver.algebra.structure.continuity import continuous
from solver.algebra.structure.ladder import Degree
from solver.distinct import distinct

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

Levels: TypeAlias = "npt.NDArray[np.uint8]"
"""Degrees as an array that broadcasts to its node's shape."""

_CONSTANT = np.array(Degree.CONSTANT, dtype=np.uint8)
_PRODUCT = np.array(
    [[max(a, b) if 0 in (a, b) else 2 if a == b == 1 else max(a, b, 3) for b in range(6)] for a in range(6)],
    dtype=np.uint8,
)
_PRODUCT_ROWS: list[list[int]] = _PRODUCT.tolist()
_SQUARE = _PRODUCT.diagonal().copy()
_LIFTED = {
    kind: np.array([0 if d == 0 else max(d, floor) for d in range(6)], dtype=np.uint8)
    for kind, floor in (
        (Smoothness.YES, Degree.SMOOTH),
        (Smoothness.KINK, Degree.KINK),
        (Smoothness.STEP, Degree.STEP),
    )
}


def degrees(outputs: Sequence[Node], wrt: Node) -> list[Levels]:
    """The degree in `wrt` of every element of the outputs: uint8 arrays of their shapes."""
    found = levels(outputs, wrt)
    return [np.broadcast_to(level_of(output, found), output.shape) for output in outputs]


def level_of(node: Node, found: Mapping[Node, Levels]) -> Levels:
    """The degrees of a node among those of `levels`: CONSTANT where no input reaches it."""
    return found.get(node, _CONSTANT)


def levels(outputs: Iterable[Node], wrt: Node) -> dict[Node, Levels]:
    """The degrees of all nodes between `wrt` and the outputs, as arrays that broadcast to the nodes' shapes."""
    found: dict[Node, Levels] = {wrt: np.array(Degree.LINEAR, dtype=np.uint8)}
    steady = {wrt}
    for node in between(outputs, wrt):
        args = [level_of(arg, found) for arg in node.args]
        rule = _RULES.get(node.op)
        if rule is not None:
            level = rule(node, args)
            if node.op is choice or node.op is mul:
                level = _without_joined_jumps(node, level, args, wrt, steady)
        elif isinstance(node.op, Pointwise):
            level = _LIFTED[node.op.smoothness][_largest(args)]
        else:  # an array primitive without a rule: every element may depend on all of its arguments
            highest = max(int(arg.max(initial=0)) for arg in args)
            level = np.asarray(_LIFTED[node.op.smoothness][highest])
        found[node] = level
        if level.max(initial=0) < Degree.STEP:
            steady.add(node)
    return found


def _without_joined_jumps(
    node: Node, level: Levels, args: Sequence[Levels], wrt: Node, steady: Collection[Node]
) -> Levels:
    """The degrees of a choice, or of a product with a condition, with corners where nothing but the slope jumps.

    `level` are its degrees by its rule, `steady` the nodes before it that do not jump.
    """
    for place, condition in enumerate(node.args if node.op is mul else node.args[:1]):
        rest = _largest([*args[:place], *args[place + 1 :]])
        mended = (args[place] == Degree.STEP) & (rest < Degree.STEP)
        if mended.any():
            mended = mended & continuous(node, condition, wrt, steady)
            return np.where(mended, np.uint8(Degree.KINK), level)
    return level


def _largest(args: Sequence[Levels]) -> Levels:
    result = args[0]
    for arg in args[1:]:
        result = np.maximum(result, arg)
    return np.asarray(result)


def _full(levels_: Levels, node: Node) -> Levels:
    return np.broadcast_to(levels_, node.shape)


def _product(node: Node, args: Sequence[Levels]) -> Levels:
    result = np.asarray(_PRODUCT[args[0], args[1]])
    for arg in node.args:
        if arg.value is not None and not arg.value.all():
            result = np.where(arg.value == 0, np.uint8(0), result)
    return result


def _quotient(node: Node, args: Sequence[Levels]) -> Levels:
    above, below = args
    result = np.where(below == 0, above, _LIFTED[Smoothness.YES][np.maximum(above, below)]).astype(np.uint8)
    value = node.args[0].value
    if value is not None and not value.all():
        result = np.where(value == 0, 0, result).astype(np.uint8)
    return result


def _power(node: Node, args: Sequence[Levels]) -> Levels:
    lifted = _LIFTED[Smoothness.YES][_largest(args)]
    exponent = node.args[1].value
    if exponent is None:
        return lifted
    base = args[0]
    whole = np.where(exponent == 1, base, np.where(exponent == 2, _SQUARE[base], lifted))
    return np.where(exponent == 0, 0, whole).astype(np.uint8)


def _choice(node: Node, args: Sequence[Levels]) -> Levels:
    test, yes, no = args
    value = node.args[0].value
    if value is not None:
        return np.where(value != 0, yes, no)
    return np.where(test > 0, Degree.STEP, np.maximum(yes, no)).astype(np.uint8)


def _moved(node: Node, args: Sequence[Levels]) -> Levels:
    """Views and shifts: the kernel moves degrees as it moves numbers."""
    moved = args[0]
    if moved.ndim == 0 and node.op is not shifting:
        return moved
    kernel = node.op.bind(node.param, [node.args[0].shape])
    return np.asarray(kernel(np.ascontiguousarray(_full(moved, node.args[0]))), dtype=np.uint8)


def _summed(node: Node, args: Sequence[Levels]) -> Levels:
    inner = args[0]
    return inner if inner.ndim == 0 else _full(inner, node.args[0]).max(axis=node.param, keepdims=True)


def _mixed(node: Node, args: Sequence[Levels]) -> Levels:
    """Extremes and orders along axes: each result may be any of the elements."""
    return _LIFTED[node.op.smoothness][_summed(node, args)]


def _by_level(node: Node, inner: Levels, reach: Callable[[npt.NDArray[np.bool_]], npt.NDArray[np.bool_]]) -> Levels:
    """For each degree upwards, the elements of the node that one of that degree reaches."""
    result = np.zeros(node.shape, dtype=np.uint8)
    for level in distinct(inner):
        if level:
            result[reach(inner == level)] = level
    return result


def _spread(node: Node, args: Sequence[Levels]) -> Levels:
    inner = _full(args[0], node.args[0]).ravel()
    return _by_level(node, inner, lambda here: np.bincount(node.param.flat[here], minlength=node.size) > 0)


def _applied(node: Node, args: Sequence[Levels]) -> Levels:
    weights = abs(node.param.matrix)
    inner = _full(args[0], node.args[0]).ravel()
    return _by_level(node, inner, lambda here: np.asarray(weights @ here.astype(np.float64)) > 0)


def _joined(node: Node, args: Sequence[Levels]) -> Levels:
    first = args[0]
    if all(arg.ndim == 0 and arg == first for arg in args):
        return first
    return np.concatenate([_full(inner, part).ravel() for inner, part in zip(args, node.args, strict=True)])


def _contracted(node: Node, args: Sequence[Levels]) -> Levels:
    """The largest product over the summed axes, found by contracting indicators of degree with each other."""
    a, b = node.args
    whole = all(arg.value is None or arg.value.all() for arg in node.args)
    if whole and args[0].ndim == args[1].ndim == 0:
        return np.asarray(_PRODUCT[args[0], args[1]])
    kernel = node.op.bind(node.param, [a.shape, b.shape])
    alive = [
        np.ones(arg.shape, dtype=bool) if arg.value is None else np.broadcast_to(arg.value != 0, arg.shape)
        for arg in (a, b)
    ]
    result = np.zeros(node.shape, dtype=np.uint8)
    for left in distinct(args[0]):
        for right in distinct(args[1]):
            level = _PRODUCT[left, right]
            if level:
                here = ((_full(args[0], a) == left) & alive[0]).astype(np.float64)
                there = ((_full(args[1], b) == right) & alive[1]).astype(np.float64)
                np.maximum(result, level, out=result, where=kernel(here, there) > 0)
    return result


def _accumulated(node: Node, args: Sequence[Levels]) -> Levels:
    axis, reverse, exclusive = node.param
    inner = np.flip(_full(args[0], node), axis) if reverse else _full(args[0], node)
    total = np.maximum.accumulate(inner, axis=axis)
    if exclusive:
        total = np.moveaxis(total.copy(), axis, 0)
        total[1:] = total[:-1].copy()
        total[:1] = 0
        total = np.moveaxis(total, 0, axis)
    return np.flip(total, axis) if reverse else total


def _recurred(node: Node, args: Sequence[Levels]) -> Levels:
    """Element after element: that of its own term, or that of a coefficient times an earlier element."""
    c, b = node.args
    factors: list[int] = _full(args[0], c).tolist()

    def step(here: int, there: int, entry: int) -> int:
        return max(here, _PRODUCT_ROWS[factors[entry]][there])

    return np.array(carried(_full(args[1], b).tolist(), node.param, links_of(c), step), dtype=np.uint8)


def _marched(node: Node, args: Sequence[Levels]) -> Levels:
    """Smooth at best where a live input reaches; a corner or a jump anywhere counts everywhere."""
    march = node.param
    within = [degrees([march.step], each)[0] for each in (march.y, *march.inputs)]
    entering = np.any([own > 0 for arg, own in zip(args, within[1:], strict=True) if arg.any()], axis=0)
    linked = np.ones(march.where.rows.shape, dtype=bool)
    live = reached(entering[:, None], System(march.where), linked)[:, 0]
    highest = max(Degree.SMOOTH, *[int(level.max()) for level in (*args, *within)])
    return np.where(live, highest, 0).astype(np.uint8)


def _picked(node: Node, args: Sequence[Levels]) -> Levels:
    """Any element along the axis may be the one, and a position that moves makes it jump."""
    axis = node.param if node.op is picking else node.param[0]
    inner = _full(args[0], node.args[0]).max(axis=axis, keepdims=True)
    where = _full(args[1], node.args[1])
    moving = where if node.op is picking else where.max(axis=axis, keepdims=True)
    return np.where(moving > 0, np.uint8(Degree.STEP), inner)


def _matrixwise(node: Node, args: Sequence[Levels]) -> Levels:
    inner = args[0] if args[0].ndim == 0 else _full(args[0], node.args[0]).max(axis=(-2, -1), keepdims=True)
    return _LIFTED[Smoothness.YES][inner]


_RULES: dict[object, Callable[[Node, Sequence[Levels]], Levels]] = {
    add: lambda _node, args: _largest(args),
    sub: lambda _node, args: _largest(args),
    neg: lambda _node, args: args[0],
    mul: _product,
    silenced: _product,
    div: _quotient,
    square: lambda _node, args: _SQUARE[args[0]],
    power: _power,
    logarithmic: lambda _node, args: _LIFTED[Smoothness.YES][_largest(args)],
    maximum: lambda _node, args: _LIFTED[Smoothness.KINK][_largest(args)],
    minimum: lambda _node, args: _LIFTED[Smoothness.KINK][_largest(args)],
    choice: _choice,
    reshaping: _moved,
    transposition: _moved,
    broadcasting: lambda _node, args: args[0],
    gathering: _moved,
    shifting: _moved,
    summation: _summed,
    maximisation: _mixed,
    minimisation: _mixed,
    scattering: _spread,
    application: _applied,
    joining: _joined,
    contraction: _contracted,
    cumulation: _accumulated,
    recurrence: _recurred,
    marching: _marched,
    sorting: _mixed,
    ordering: _mixed,
    picking: _picked,
    placement: _picked,
    inversion: _matrixwise,
    determination: _matrixwise,
}
