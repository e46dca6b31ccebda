"""Sums of products with conditions, SUMPRODUCT((A$2:A$99=A2)*B$2:B$99), without a table of every cell by every value.

A factor is either the same array for all cells of the block, or compares such an array with a value of the cell's own,
or is such a value. Arrays multiply into one row of weights; a comparison is a criterion on the places of the array in
its order; so every cell sums the weights that its criteria select (`functions.criteria`), n log n for n cells over n
values. Ranges that grow from cell to cell are arrays over their frame, and how far they go is one more criterion.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import reduce
from typing import TYPE_CHECKING

import numpy as np

from solver.algebra import broadcast, constant, mul, reshape
from solver.compiler.lowering.closures import value_of
from solver.compiler.ordering.growing import growing
from solver.compiler.ordering.runs import summed
from solver.formula import tree as t
from solver.functions.alignment import extended
from solver.functions.coerce import as_numbers
from solver.functions.comparison import places_in_order
from solver.functions.criteria.ranked import ranked
from solver.functions.criteria.selected import picked_numbers
from solver.functions.criteria.selection import Condition, extent_of
from solver.functions.here import Growing, Reference, growing_alike
from solver.functions.mathematics.aggregate import taken
from solver.functions.operand import NotUniform, Operand, numbers
from solver.functions.registry import lookup
from solver.values import Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from solver.algebra import Node
    from solver.compiler.lowering.site import Meaning, Site

    Evaluate = Callable[[t.Tree, Site], Meaning]

SUMS = ("SUMPRODUCT", "SUM")
"""The functions that sum products; SUM does so in array formulas."""

TABLE = 1 << 16
"""Up to so many values a table of cells by places is as quick."""

_LONGEST = 200
"""The most nodes of a tree that is taken apart."""

_MIRRORED = {"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_ONE = t.Logical(True)
_PLAIN = (t.Number, t.Text, t.Logical, t.Unary, t.Percent, t.Binary, t.ArrayConstant)


class _Otherwise(Exception):
    """The sum has a form, or values, for which it is computed in the plain way."""


@dataclass(frozen=True, slots=True)
class _Reads:
    """What an expression reads: whether it differs from cell to cell, has more than one value, and what of it grows."""

    moves: bool = False
    wide: bool = False
    grown: tuple[tuple[t.Reference, Growing], ...] = ()


@dataclass(frozen=True, slots=True)
class _Product:
    """Factors: arrays (1, 1, h, w), arrays compared with values of the cells, and such values (R, C, 1, 1)."""

    weights: list[Operand] = field(default_factory=list)
    compared: list[tuple[Operand, str, Operand]] = field(default_factory=list)
    shares: list[Operand] = field(default_factory=list)
    grown: list[Growing] = field(default_factory=list)


def summed_products(call: t.Call, site: Site, evaluate: Evaluate) -> Operand | None:
    """What SUMPRODUCT, or SUM in an array formula, gives at every cell.

    None where it is no sum of such products, or has values for which it is better computed in the plain way.
    """
    if site.row.size * site.col.size == 1 or not _may_be_one(call, site):
        return None
    site, found = site.in_array(), _Product()
    try:
        for arg in call.args:
            if not _reads(arg, site, evaluate).wide:
                return None
            for factor in _factors(arg):
                _sort(factor, site, evaluate, found, bare=factor is arg)
        return _sum(found, site)
    except (_Otherwise, NotUniform):
        return None


def _may_be_one(call: t.Call, site: Site) -> bool:
    """Whether a call could be one, by its text alone."""
    if call.name == "SUM" and not (site.array and len(call.args) == 1):
        return False
    if not any(isinstance(arg, (t.Binary, t.Unary)) for arg in call.args):
        return False
    return len(list(t.postorder(call))) <= _LONGEST


def _factors(tree: t.Tree) -> list[t.Tree]:
    """What is multiplied, divisors as 1/x, without the two signs that turn truth values into numbers."""
    pending, found = [tree], []
    while pending:
        each = pending.pop()
        if isinstance(each, t.Binary) and each.op == "*":
            pending += [each.right, each.left]
        elif isinstance(each, t.Binary) and each.op == "/" and each.left != _ONE:
            pending += [t.Binary("/", _ONE, each.right), each.left]
        elif isinstance(each, t.Unary) and isinstance(each.operand, t.Unary) and each.op == each.operand.op == "-":
            pending.append(each.operand.operand)
        else:
            found.append(each)
    return found


def _sort(factor: t.Tree, site: Site, evaluate: Evaluate, found: _Product, *, bare: bool) -> None:
    """Puts a factor where it belongs; of one that is `bare`, an argument by itself, numbers alone count."""
    reads = _reads(factor, site, evaluate)
    if not reads.moves:
        found.weights.append(_counting(_array(factor, reads, site, evaluate, found), bare=bare))
        return
    if not reads.wide:
        found.shares.append(_counting(value_of(evaluate(factor, site), site)))
        return
    if bare or not isinstance(factor, t.Binary) or factor.op not in _MIRRORED:
        raise _Otherwise
    sides = [(factor.left, factor.op, factor.right), (factor.right, _MIRRORED[factor.op], factor.left)]
    for array, op, own in sides:
        inside, outside = _reads(array, site, evaluate), _reads(own, site, evaluate)
        if not inside.moves and not outside.wide:
            grid = _array(array, inside, site, evaluate, found)
            found.compared.append((grid, op, value_of(evaluate(own, site), site)))
            return
    raise _Otherwise


def _reads(tree: t.Tree, site: Site, evaluate: Evaluate) -> _Reads:
    """What an expression reads; `_Otherwise` where it does not work value by value."""
    moves = wide = False
    grown = []
    for each in t.postorder(tree):
        if isinstance(each, t.Number):
            moves = moves or not isinstance(site.literals[each.slot], float)
        elif isinstance(each, (t.Reference, t.Name, t.Structured)):
            frame = growing(each, site) if isinstance(each, t.Reference) else None
            if frame is not None and isinstance(each, t.Reference):
                grown.append((each, frame))
                wide = True
                continue
            meaning = evaluate(each, site)
            if isinstance(meaning, Reference):
                moves, wide = moves or not meaning.fixed, wide or meaning.rows * meaning.cols > 1
            elif isinstance(meaning, Operand):
                moves, wide = moves or meaning.shape[:2] != (1, 1), wide or meaning.shape[2:] != (1, 1)
            else:
                raise _Otherwise
        elif isinstance(each, t.Call):
            function = lookup(each.name)
            if function is None or not each.args or not all(p.taking.scalar for p in function.parameters):
                raise _Otherwise
            if function.wants_here and not function.cellwise:
                raise _Otherwise
        elif not isinstance(each, _PLAIN):
            raise _Otherwise
        wide = wide or isinstance(each, t.ArrayConstant)
    return _Reads(moves, wide, tuple(grown))


def _array(tree: t.Tree, reads: _Reads, site: Site, evaluate: Evaluate, found: _Product) -> Operand:
    """The values of an expression that is the same for all cells, over the frames of what grows in it."""
    frames: dict[str, Meaning] = {}
    for k, (address, grown) in enumerate(reads.grown):
        if not grown.fixed:
            raise _Otherwise
        frames[name := f"frame {k}"] = extended(site.read(grown), grown.rows, grown.cols, Kind.BLANK)
        tree = _put(tree, address, t.Name(None, None, name))
        found.grown.append(grown)
    result = value_of(evaluate(tree, site.binding({**site.scope, **frames})), site)
    if result.shape[:2] != (1, 1):
        raise _Otherwise
    return result


def _put(tree: t.Tree, old: t.Tree, new: t.Tree) -> t.Tree:
    """The tree with one leaf in the place of another."""
    if tree == old:
        return new
    if isinstance(tree, (t.Unary, t.Percent)):
        return replace(tree, operand=_put(tree.operand, old, new))
    if isinstance(tree, t.Binary):
        return replace(tree, left=_put(tree.left, old, new), right=_put(tree.right, old, new))
    if isinstance(tree, t.Call):
        return replace(tree, args=tuple(_put(arg, old, new) for arg in tree.args))
    return tree


def _counting(factor: Operand, *, bare: bool = False) -> Operand:
    """A factor as numbers; what is none of an argument by itself counts as 0. `_Otherwise` where there are errors."""
    result = factor if bare else as_numbers(factor)
    if result.has(Kind.ERROR):
        raise _Otherwise
    return numbers(taken(result)[0])


def _sum(found: _Product, site: Site) -> Operand:
    """The sum of the product for every cell."""
    grids = {each.shape[2:] for each in (*found.weights, *(grid for grid, *_ in found.compared))} - {(1, 1)}
    if len(grids) != 1 or not (found.grown or found.compared):
        raise _Otherwise
    high, wide = grids.pop()
    grown = growing_alike(found.grown)
    if grown is None and site.row.size * site.col.size * high * wide <= TABLE:
        raise _Otherwise
    if grown is not None and (grown.rows, grown.cols) != (high, wide):
        raise _Otherwise
    weights = broadcast(
        reduce(mul, [each.number for each in found.weights], constant(np.ones((1, 1, 1, 1)))), (1, 1, high, wide)
    )
    if found.compared:
        conditions = [_condition(*each, (high, wide)) for each in found.compared]
        total = _selected(weights, conditions if grown is None else [*conditions, extent_of(grown)])
    else:
        assert grown is not None
        total = summed(weights, grown)
    return numbers(reduce(mul, [each.number for each in found.shares], total))


def _condition(grid: Operand, relation: str, wanted: Operand, size: tuple[int, int]) -> Condition:
    """A comparison as a criterion on numbers that stand in the order of the values."""
    if grid.live or wanted.live or grid.shape[2:] != size or wanted.shape[2:] != (1, 1):
        raise _Otherwise
    order = places_in_order(grid, wanted)
    if order is None:
        raise _Otherwise
    places, limits = order
    return Condition(numbers(constant(places)), numbers(constant(limits)), relation)


def _selected(weights: Node, conditions: list[Condition]) -> Node:
    order = ranked(conditions, (1, 1, 1, 1))
    if order is not None:
        return order.sums(reshape(weights, (weights.size,)))
    return picked_numbers(numbers(weights), conditions).total()
