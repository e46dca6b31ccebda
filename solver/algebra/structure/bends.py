"""What bends or breaks a piecewise linear function, one rule for each primitive: the new columns that it needs."""

from __future__ import annotations

from enum import Enum, auto
from functools import reduce
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from solver.algebra.node import broadcast_shape, constant, make
from solver.algebra.primitives.choose import choice, picking
from solver.algebra.primitives.corners import (
    abs_,
    ceil,
    equal,
    floor,
    less,
    less_equal,
    maximum,
    minimum,
    not_equal,
    rint,
    round_half_away,
    sign,
    trunc,
)
from solver.algebra.primitives.elementary import add, mul, neg, square, sub
from solver.algebra.primitives.extremes import counting, maximisation, minimisation
from solver.algebra.primitives.gather import take
from solver.algebra.primitives.reduce import broadcast, contraction, sum_
from solver.algebra.primitives.shape import reshape, transpose

if TYPE_CHECKING:
    from collections.abc import Callable

    from solver.algebra.node import Node
    from solver.algebra.structure.apart import Apart


class Piece(Enum):
    """What a new column z means, by its affine arguments."""

    LARGEST = auto()
    """The largest of the arguments."""
    BELOW = auto()
    """1 where the argument is below zero, else 0."""
    UP_TO = auto()
    """1 where the argument is at most zero, else 0."""
    CHOICE_BELOW = auto()
    """The second argument where the first is below zero, else the third."""
    CHOICE_UP_TO = auto()
    """The second argument where the first is at most zero, else the third."""
    WHOLE = auto()
    """The largest whole number that is not larger than the argument."""
    PRODUCT = auto()
    """The product of both arguments, of which one must turn out to be 0 or 1."""


def _larger(apart: Apart, node: Node) -> Node:
    args = apart.args(node)
    return apart.new(Piece.LARGEST, args, node.shape)


def _smaller(apart: Apart, node: Node) -> Node:
    args = apart.args(node)
    return neg(apart.new(Piece.LARGEST, [neg(arg) for arg in args], node.shape))


def _size(apart: Apart, node: Node) -> Node:
    args = apart.args(node)
    return apart.new(Piece.LARGEST, [args[0], neg(args[0])], node.shape)


def _along(node: Node, x: Node) -> list[Node]:
    """The slices of x over the axes that a reduction removes, each in the shape of its result."""
    axes = [axis + x.rank for axis in node.param]
    kept = [axis for axis in range(x.rank) if axis not in axes]
    count = int(np.prod([x.shape[axis] for axis in axes], dtype=int))
    flat = reshape(transpose(x, [*axes, *kept]), (count, node.size))
    places = np.arange(count * node.size).reshape(count, node.size)
    return [reshape(take(flat, row), node.shape) for row in places]


def _largest(apart: Apart, node: Node) -> Node:
    args = apart.args(node)
    return apart.new(Piece.LARGEST, _along(node, args[0]), node.shape)


def _smallest(apart: Apart, node: Node) -> Node:
    args = apart.args(node)
    return neg(apart.new(Piece.LARGEST, [neg(each) for each in _along(node, args[0])], node.shape))


def _below(apart: Apart, node: Node) -> Node:
    args = apart.args(node)
    return apart.new(Piece.BELOW, [sub(*args)], node.shape)


def _up_to(apart: Apart, node: Node) -> Node:
    args = apart.args(node)
    return apart.new(Piece.UP_TO, [sub(*args)], node.shape)


def _unlike(apart: Apart, node: Node) -> Node:
    """Below or above, which are never both."""
    args = apart.args(node)
    less_, more = sub(args[0], args[1]), sub(args[1], args[0])
    return add(apart.new(Piece.BELOW, [less_], node.shape), apart.new(Piece.BELOW, [more], node.shape))


def _alike(apart: Apart, node: Node) -> Node:
    return sub(1.0, _unlike(apart, node))


def _sign(apart: Apart, node: Node) -> Node:
    args = apart.args(node)
    return sub(apart.new(Piece.BELOW, [neg(args[0])], node.shape), apart.new(Piece.BELOW, args, node.shape))


def _counting(apart: Apart, node: Node) -> Node:
    """How many entries of a known table lie below the key: one condition for each."""
    table, key = node.args[0], apart.of(node.args[1])
    if table.value is None:
        return make(node.op, tuple(apart.args(node)), node.shape, node.param)
    piece = Piece.UP_TO if node.param else Piece.BELOW
    entries = table.value.ravel()[~np.isnan(table.value.ravel())]
    return _summed([apart.new(piece, [sub(entry, key)], node.shape) for entry in entries.tolist()], node)


def _picked(apart: Apart, node: Node) -> Node:
    """An entry of a known table by its position: the first one, and every step to the next that lies before it."""
    table, place = node.args[0].value, apart.of(node.args[1])
    if table is None:
        return make(node.op, tuple(apart.args(node)), node.shape, node.param)
    slices = [np.take(table, [k], axis=node.param) for k in range(table.shape[node.param])]
    steps = [
        mul(after - before, sub(1.0, apart.new(Piece.BELOW, [sub(place, float(k))], node.shape)))
        for k, (before, after) in enumerate(pairwise(slices), start=1)
    ]
    return add(_summed(steps, node), slices[0])


def _summed(parts: list[Node], node: Node) -> Node:
    return reduce(add, parts, constant(np.zeros(node.shape)))


def _floor(apart: Apart, node: Node) -> Node:
    args = apart.args(node)
    return apart.new(Piece.WHOLE, args, node.shape)


def _rounded(apart: Apart, node: Node) -> Node:
    """Halves go up; Excel rounds negative ones down, which counts when the formulas confirm the answer."""
    (x,) = apart.args(node)
    return apart.new(Piece.WHOLE, [add(x, 0.5)], node.shape)


def _ceil(apart: Apart, node: Node) -> Node:
    args = apart.args(node)
    return neg(apart.new(Piece.WHOLE, [neg(args[0])], node.shape))


def _trunc(apart: Apart, node: Node) -> Node:
    (x,) = apart.args(node)
    up, down = neg(apart.new(Piece.WHOLE, [neg(x)], node.shape)), apart.new(Piece.WHOLE, [x], node.shape)
    return apart.new(Piece.CHOICE_BELOW, [x, up, down], node.shape)


def _product(apart: Apart, node: Node) -> Node:
    args = apart.args(node)
    if any(arg.value is not None for arg in args):
        return make(node.op, tuple(args), node.shape, node.param)
    return apart.new(Piece.PRODUCT, args, node.shape)


def _square(apart: Apart, node: Node) -> Node:
    args = apart.args(node)
    return apart.new(Piece.PRODUCT, [args[0], args[0]], node.shape)


def _contraction(apart: Apart, node: Node) -> Node:
    args = apart.args(node)
    if any(arg.value is not None for arg in args):
        return make(node.op, tuple(args), node.shape, node.param)
    full = broadcast_shape([arg.shape for arg in args])
    return reshape(sum_(apart.new(Piece.PRODUCT, args, full), node.param), node.shape)


def _choice(apart: Apart, node: Node) -> Node:
    test = node.args[0]
    yes, no = (apart.of(arg) for arg in node.args[1:])
    if test.value is not None:
        return make(node.op, (test, yes, no), node.shape, node.param)
    for error, other in ((yes, no), (no, yes)):
        if error.value is not None and np.isnan(error.value).all():  # what has no value is no answer anyway
            return broadcast(other, node.shape)
    if test.op is less or test.op is less_equal:
        distance = sub(*[apart.of(arg) for arg in test.args])
        piece = Piece.CHOICE_BELOW if test.op is less else Piece.CHOICE_UP_TO
        return apart.new(piece, [distance, yes, no], node.shape)
    condition, gain = apart.of(test), sub(yes, no)
    if gain.value is not None:
        return add(no, mul(condition, gain))
    return add(no, apart.new(Piece.PRODUCT, [condition, gain], node.shape))


BENDS: dict[object, Callable[[Apart, Node], Node]] = {
    maximum: _larger,
    minimum: _smaller,
    abs_: _size,
    maximisation: _largest,
    minimisation: _smallest,
    less: _below,
    less_equal: _up_to,
    equal: _alike,
    not_equal: _unlike,
    sign: _sign,
    counting: _counting,
    picking: _picked,
    floor: _floor,
    ceil: _ceil,
    trunc: _trunc,
    rint: _rounded,
    round_half_away: _rounded,
    mul: _product,
    square: _square,
    contraction: _contraction,
    choice: _choice,
}
"""How each primitive that is not linear is rebuilt."""
