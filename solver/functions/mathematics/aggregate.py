"""Sums, means, counts, products and extremes over whole ranges, each argument reduced on its own grid.

Which values count is known beforehand: sums run under a constant mask, counts are constants, and a sum of products
stays one contraction.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

import numpy as np

from solver.algebra import (
    add,
    broadcast,
    constant,
    div,
    max_,
    maximum,
    min_,
    minimum,
    mul,
    prod_,
    square,
    sub,
    sum_,
    where,
)
from solver.functions.alignment import overlaid
from solver.functions.arrange import flatten, spread_to
from solver.functions.here import Reference, contents_of_all
from solver.functions.operand import deleted, error, numbers
from solver.functions.registry import Calculus, function
from solver.functions.sample import blamed, comparison, first_fault, is_direct, listed
from solver.values import ErrorValue, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from solver.algebra import Node
    from solver.functions.here import Here
    from solver.functions.operand import BoolArray, FloatArray, KindArray, Operand
    from solver.functions.registry import Array, Ref

_GRID = (-2, -1)


def taken(operand: Operand, other: float = 0.0) -> tuple[Node, BoolArray]:
    """The numbers of a range over its full grid, `other` where a value does not count, and where it does."""
    shape = operand.shape
    mask = np.broadcast_to(operand.kind == Kind.NUMBER, (*operand.kind.shape[:2], *shape[2:]))
    node = operand.number
    if not mask.all():
        node = where(constant(mask), node, other)
    return broadcast(node, (*node.shape[:2], *shape[2:])), mask


def fault_in(parts: Sequence[Operand]) -> KindArray:
    """The kind of the first error among all parts in reading order, or 0: (R, C, 1, 1)."""
    fault = np.zeros((1, 1, 1, 1), dtype=np.uint8)
    for part in reversed(parts):
        if part.has(Kind.ERROR):
            found = first_fault(spread_to(flatten(part), flatten(part).shape).kind)
            fault = np.where(found > 0, found, fault)
    return fault


def _count(mask: BoolArray) -> FloatArray:
    return np.asarray(mask.sum(axis=_GRID, keepdims=True), dtype=np.float64)


def _counted(parts: Sequence[Operand]) -> FloatArray:
    total = np.zeros((1, 1, 1, 1))
    for part in parts:
        total = total + _count(taken(part)[1])
    return total


def _total(parts: Sequence[Operand], measure: Callable[[Node], Node]) -> Node:
    return reduce(add, [sum_(measure(taken(part)[0]), _GRID) for part in parts])


def averaged(total: Node, count: FloatArray) -> Operand:
    """A total over a known count, #DIV/0! where nothing counts."""
    mean = numbers(div(total, np.where(count > 0, count, 1.0)))
    return overlaid(mean, count == 0, np.uint8(Kind.ERROR + ErrorValue.DIV0))


@function("SUM")
def sum_of(here: Here, *values: Ref) -> Operand:
    """The sum of all numbers; in ranges, texts and booleans do not count.

    =SUM(1, "2", TRUE) -> 4
    =SUM({1,2;3,"x"}) -> 6
    =SUM(1, "x") -> #VALUE!
    """
    parts = listed(here, values)
    return blamed(numbers(_total(parts, lambda node: node)), fault_in(parts))


@function("SUMSQ")
def sumsq(here: Here, *values: Ref) -> Operand:
    """The sum of the squares.

    =SUMSQ(3, 4) -> 25
    """
    parts = listed(here, values)
    return blamed(numbers(_total(parts, square)), fault_in(parts))


@function("AVERAGE")
def average(here: Here, *values: Ref) -> Operand:
    """The arithmetic mean of all numbers.

    =AVERAGE({1,2,"x";6,TRUE,3}) -> 3
    =AVERAGE({1,2}, 6) -> 3
    =AVERAGE({"x","y"}) -> #DIV/0!
    """
    parts = listed(here, values)
    return blamed(averaged(_total(parts, lambda node: node), _counted(parts)), fault_in(parts))


@function("AVERAGEA")
def averagea(here: Here, *values: Ref) -> Operand:
    """The arithmetic mean, with texts as 0 and booleans as 0 and 1.

    =AVERAGEA({10,7,9,2,"x"}) -> 5.6
    """
    parts = listed(here, values, everything=True)
    return blamed(averaged(_total(parts, lambda node: node), _counted(parts)), fault_in(parts))


@function("PRODUCT")
def product(here: Here, *values: Ref) -> Operand:
    """The product of all numbers, 0 of none.

    =PRODUCT({2,3,"x"}, 4) -> 24
    =PRODUCT({"x","y"}) -> 0
    """
    parts = listed(here, values)
    result = reduce(mul, [prod_(taken(part, 1.0)[0], _GRID) for part in parts])
    none = _counted(parts) == 0
    if none.any():
        result = where(constant(none), 0.0, result)
    return blamed(numbers(result), fault_in(parts))


def _extreme(parts: Sequence[Operand], worst: float) -> Operand:
    """The largest (worst is minus infinity) or smallest number, 0 of none."""
    over, between = (max_, maximum) if worst < 0 else (min_, minimum)
    result = reduce(between, [over(taken(part, worst)[0], _GRID) for part in parts])
    none = _counted(parts) == 0
    if none.any():
        result = where(constant(none), 0.0, result)
    return blamed(numbers(result), fault_in(parts))


@function("MAX", calculus=Calculus.KINK)
def max_of(here: Here, *values: Ref) -> Operand:
    """The largest number, 0 of none; numbers that tie for it share its derivative.

    =MAX({1,5;"9",TRUE}, 3) -> 5
    =MAX({"x","y"}) -> 0
    """
    return _extreme(listed(here, values), -np.inf)


@function("MIN", calculus=Calculus.KINK)
def min_of(here: Here, *values: Ref) -> Operand:
    """The smallest number, 0 of none.

    =MIN({1,5;"-9",FALSE}, 3) -> 1
    """
    return _extreme(listed(here, values), np.inf)


@function("MAXA", calculus=Calculus.KINK)
def maxa(here: Here, *values: Ref) -> Operand:
    """The largest value, with texts as 0 and booleans as 0 and 1.

    =MAXA({-1,"x"}) -> 0
    """
    return _extreme(listed(here, values, everything=True), -np.inf)


@function("MINA", calculus=Calculus.KINK)
def mina(here: Here, *values: Ref) -> Operand:
    """The smallest value, with texts as 0 and booleans as 0 and 1.

    =MINA({3,TRUE}) -> 1
    """
    return _extreme(listed(here, values, everything=True), np.inf)


def _number_of(here: Here, arguments: Sequence[Ref], ranged: Callable[[KindArray], BoolArray]) -> FloatArray:
    """How many values of ranges pass a test of their kinds: (R, C, 1, 1)."""
    total = np.zeros((1, 1, 1, 1))
    for argument in arguments:
        for operand in contents_of_all(here, argument):
            mask = ranged(operand.kind)
            total = total + _count(np.broadcast_to(mask, (*mask.shape[:2], *operand.shape[2:])))
    return total


@function("COUNT", calculus=Calculus.STEP)
def count_numbers(here: Here, *values: Ref) -> Operand:
    """How many numbers there are; written directly, also booleans and texts that read as numbers.

    =COUNT({1,"2",TRUE,3}) -> 2
    =COUNT(1, "2", TRUE, "x", #N/A) -> 3
    """
    direct = listed(here, [value for value in values if is_direct(value)])
    ranges = [value for value in values if not is_direct(value)]
    return numbers(constant(_counted(direct) + _number_of(here, ranges, lambda kind: kind == Kind.NUMBER)))


@function("COUNTA", calculus=Calculus.STEP)
def counta(here: Here, *values: Ref) -> Operand:
    """How many values there are, errors and empty texts included.

    =COUNTA({1,"","x"}, #N/A) -> 4
    """
    direct = sum(is_direct(value) for value in values)
    ranges = [value for value in values if not is_direct(value)]
    return numbers(constant(direct + _number_of(here, ranges, lambda kind: kind != Kind.BLANK)))


@function("COUNTBLANK", ranges=True, calculus=Calculus.STEP)
def countblank(here: Here, area: Ref) -> Operand:
    """How many cells of a range are blank or hold an empty text.

    =COUNTBLANK(A1:A3) -> 2
    =COUNTBLANK(5) -> #VALUE!
    """
    if not isinstance(area, Reference):
        return deleted(area) or error(ErrorValue.VALUE)
    operand = here.read(area)
    empty = operand.kind == Kind.BLANK
    if operand.text is not None:
        empty = empty | ((operand.kind == Kind.TEXT) & (operand.text == ""))
    shape = operand.shape
    unread = area.rows * area.cols - shape[2] * shape[3]
    return numbers(constant(_count(np.broadcast_to(empty, (*empty.shape[:2], *shape[2:]))) + unread))


@function("SUMPRODUCT")
def sumproduct(first: Array, *more: Array) -> Operand:
    """The sum of the products of entries in the same place; what is not a number is 0.

    =SUMPRODUCT({1,2;3,4}, {5,6;7,"x"}) -> 38
    =SUMPRODUCT({1,2}, {1;2}) -> #VALUE!
    """
    factors = (first, *more)
    if any(factor.shape[2:] != first.shape[2:] for factor in more):
        return blamed(error(ErrorValue.VALUE), fault_in(factors))
    result = sum_(reduce(mul, [taken(factor)[0] for factor in factors]), _GRID)
    return blamed(numbers(result), fault_in(factors))


@function("SUMXMY2")
def sumxmy2(x: Array, y: Array) -> Operand:
    """The sum of squared differences, over the pairs of numbers.

    =SUMXMY2({2,3,9,"x"}, {6,5,11,1}) -> 24
    =SUMXMY2({1,2}, {1,2,3}) -> #N/A
    """
    return comparison(x, y, lambda pairs: sum_(square(sub(pairs.x.values, pairs.y.values)), -1))


@function("SUMX2MY2")
def sumx2my2(x: Array, y: Array) -> Operand:
    """The sum of differences of squares, over the pairs of numbers.

    =SUMX2MY2({2,3,9}, {6,5,11}) -> -88
    """
    return comparison(x, y, lambda pairs: sum_(sub(square(pairs.x.values), square(pairs.y.values)), -1))


@function("SUMX2PY2")
def sumx2py2(x: Array, y: Array) -> Operand:
    """The sum of sums of squares, over the pairs of numbers.

    =SUMX2PY2({2,3,9}, {6,5,11}) -> 276
    """
    return comparison(x, y, lambda pairs: sum_(add(square(pairs.x.values), square(pairs.y.values)), -1))
