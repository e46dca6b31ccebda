"""Counts, sums, means and extremes of the cells that meet criteria."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from solver.algebra import constant, div
from solver.functions.alignment import aligned, extended
from solver.functions.arrange import spread_to
from solver.functions.call import scalar_of
from solver.functions.criteria.ranked import ranked
from solver.functions.criteria.selected import count_under, masked_numbers, picked_numbers, sorted_numbers
from solver.functions.criteria.selection import Condition, extent_of, selected, selects_live
from solver.functions.here import Growing, Reference, References, contents, growing_alike, size_of
from solver.functions.mathematics.aggregate import averaged
from solver.functions.operand import Operand, deleted, error, numbers
from solver.functions.registry import Calculus, function
from solver.functions.sample import blamed
from solver.grid import MAX_COLS, MAX_ROWS
from solver.values import ErrorValue, Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solver.functions.here import Here
    from solver.functions.registry import Ref, Value


_Summary: TypeAlias = Literal["sum", "mean", "min", "max"]


class _Mismatch(Exception):
    """The ranges differ in size."""


def _one(area: Ref) -> Operand | Reference:
    """The argument where it is one range or array; a union is not."""
    if isinstance(area, References):
        raise _Mismatch
    return area


def _conditions(here: Here, areas: Sequence[Ref], wanted: Sequence[Operand]) -> tuple[list[Condition], int]:
    """Ranges of one size with their criteria, and how many cells nobody read because nothing is there."""
    grown = growing_alike(areas)
    ranges = [_one(area) for area in areas]
    if len(ranges) != len(wanted) or len({size_of(area) for area in ranges}) != 1:
        raise _Mismatch
    grids = [contents(here, area) for area in ranges]
    rows, cols = size_of(ranges[0])
    high, wide = (max(grid.shape[axis] for grid in grids) for axis in (2, 3)) if grown is None else (rows, cols)
    grids = [extended(grid, high, wide, Kind.BLANK) for grid in grids]
    conditions = [Condition(*pair) for pair in zip(grids, aligned(*wanted), strict=True)]
    if grown is not None:
        conditions.append(extent_of(grown))
    return conditions, rows * cols - high * wide


def _refused(wanted: Sequence[Operand], fault: Operand) -> Operand:
    """An error for every combination of criteria."""
    return spread_to(fault, np.broadcast_shapes(*(each.shape for each in aligned(*wanted))))


def _count(here: Here, areas: Sequence[Ref], wanted: Sequence[Operand]) -> Operand:
    gone = deleted(*areas)
    if gone is not None:
        return _refused(wanted, gone)
    try:
        conditions, unread = _conditions(here, areas, wanted)
    except _Mismatch:
        return _refused(wanted, error(ErrorValue.VALUE))
    if selects_live(conditions):
        return numbers(count_under(conditions))
    order = ranked(conditions, (1, 1))
    if order is not None:
        return numbers(constant(order.counts))
    selection = selected(conditions, (1, 1))
    return numbers(constant((selection.counts + unread * selection.blanks)[selection.which]))


def _measured(here: Here, values: Ref, areas: Sequence[Ref], wanted: Sequence[Operand], how: _Summary) -> Operand:
    """The sum, mean, largest or smallest of the values whose cells meet all criteria."""
    gone = deleted(values, *areas)
    if gone is not None:
        return _refused(wanted, gone)
    try:
        growing_alike([values, *areas])
        conditions, _ = _conditions(here, areas, wanted)
        if size_of(_one(values)) != size_of(_one(areas[0])):
            raise _Mismatch
        high, wide = conditions[0].area.shape[2:]
        grid = extended(contents(here, _one(values)), high, wide, Kind.BLANK)
        if grid.shape[2:] != (high, wide):
            high, wide = grid.shape[2:]
            conditions = [each._replace(area=extended(each.area, high, wide, Kind.BLANK)) for each in conditions]
    except _Mismatch:
        return _refused(wanted, error(ErrorValue.VALUE))
    if selects_live(conditions):
        masked = masked_numbers(grid, conditions, sums=how in ("sum", "mean"))
        if how == "mean":
            return numbers(div(masked.total(), masked.count))
        return numbers(masked.total() if how == "sum" else masked.extreme(how == "max"))
    order = ranked(conditions, grid.shape) if how in ("sum", "mean") or not grid.live else None
    picked = picked_numbers(grid, conditions) if order is None else sorted_numbers(grid, order)
    if how == "mean":
        return blamed(averaged(picked.total(), picked.count), picked.fault)
    return blamed(numbers(picked.total() if how == "sum" else picked.extreme(how == "max")), picked.fault)


def _beside(values: Ref | None, area: Ref) -> Ref:
    """The range that starts where `values` starts and has the size of `area`; NotUniform where its places vary."""
    if values is None:
        return area
    if not isinstance(values, Reference) or not isinstance(area, Reference):
        return values
    rows = min(area.rows, MAX_ROWS - int(values.top.max()))
    cols = min(area.cols, MAX_COLS - int(values.left.max()))
    if any(isinstance(each, Growing) and each.at_end for each in (values, area)):
        growing_alike([values, area])
    if isinstance(area, Growing):
        return replace(area, sheet=values.sheet, top=values.top, left=values.left, rows=rows, cols=cols)
    return Reference(values.sheet, values.top, values.left, rows, cols, area.whole)


@function("COUNTIF", ranges=True, calculus=Calculus.STEP, grows=True)
def countif(here: Here, area: Ref, criterion: Value) -> Operand:
    """How many cells meet a criterion.

    =COUNTIF({1,5,"5","x"}, 5) -> 2
    =COUNTIF({"apple","Apricot","pear"}, "ap*") -> 2
    =COUNTIF({1,2,3,4}, {">2","<>2"}) -> {2,3}
    """
    return _count(here, [area], [criterion])


@function("COUNTIFS", ranges=True, calculus=Calculus.STEP, grows=True)
def countifs(here: Here, area: Ref, criterion: Value, *more: Ref) -> Operand:
    """How many places meet all criteria, each in its own range.

    =COUNTIFS({1,2,3}, ">1", {"a","b","a"}, "a") -> 1
    """
    wanted = [scalar_of(part, here) for part in more[1::2]]
    return _count(here, [area, *more[::2]], [criterion, *wanted])


@function("SUMIF", ranges=True, grows=True)
def sumif(here: Here, area: Ref, criterion: Value, values: Ref | None = None) -> Operand:
    """The sum of the cells that meet a criterion, or of the cells beside them.

    =SUMIF({1,2,3,4}, ">2") -> 7
    =SUMIF({"a","b","A"}, "a", {1,2,4}) -> 5
    """
    return _measured(here, _beside(values, area), [area], [criterion], "sum")


@function("SUMIFS", ranges=True, grows=True)
def sumifs(here: Here, values: Ref, area: Ref, criterion: Value, *more: Ref) -> Operand:
    """The sum of the values whose places meet all criteria.

    =SUMIFS({1,2,4}, {"a","b","a"}, "a", {7,8,9}, ">7") -> 4
    =SUMIFS({1,2,4}, {"a","b"}, "a") -> #VALUE!
    """
    wanted = [scalar_of(part, here) for part in more[1::2]]
    return _measured(here, values, [area, *more[::2]], [criterion, *wanted], "sum")


@function("AVERAGEIF", ranges=True, grows=True)
def averageif(here: Here, area: Ref, criterion: Value, values: Ref | None = None) -> Operand:
    """The mean of the cells that meet a criterion, or of the cells beside them.

    =AVERAGEIF({1,2,3,4}, ">2") -> 3.5
    =AVERAGEIF({1,2}, ">9") -> #DIV/0!
    """
    return _measured(here, _beside(values, area), [area], [criterion], "mean")


@function("AVERAGEIFS", ranges=True, grows=True)
def averageifs(here: Here, values: Ref, area: Ref, criterion: Value, *more: Ref) -> Operand:
    """The mean of the values whose places meet all criteria.

    =AVERAGEIFS({1,2,4}, {"a","b","a"}, "a") -> 2.5
    """
    wanted = [scalar_of(part, here) for part in more[1::2]]
    return _measured(here, values, [area, *more[::2]], [criterion, *wanted], "mean")


@function("MAXIFS", ranges=True, calculus=Calculus.KINK, grows=True)
def maxifs(here: Here, values: Ref, area: Ref, criterion: Value, *more: Ref) -> Operand:
    """The largest of the values whose places meet all criteria, 0 of none.

    =MAXIFS({1,2,4}, {"a","b","a"}, {"a","b","c"}) -> {4,2,0}
    """
    wanted = [scalar_of(part, here) for part in more[1::2]]
    return _measured(here, values, [area, *more[::2]], [criterion, *wanted], "max")


@function("MINIFS", ranges=True, calculus=Calculus.KINK, grows=True)
def minifs(here: Here, values: Ref, area: Ref, criterion: Value, *more: Ref) -> Operand:
    """The smallest of the values whose places meet all criteria, 0 of none.

    =MINIFS({1,2,4}, {"a","b","a"}, "a") -> 1
    """
    wanted = [scalar_of(part, here) for part in more[1::2]]
    return _measured(here, values, [area, *more[::2]], [criterion, *wanted], "min")
