"""Counts, sums, means and extremes of the cells that meet criteria."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from solver.algebra import apply, constant, div, max_, min_, mul, reshape, sum_, take, where
from solver.functions.alignment import aligned, extended
from solver.functions.arrange import flatten, spread_to
from solver.functions.call import scalar_of
from solver.functions.criteria.selection import Condition, mask_of, selected, selects_live
from solver.functions.here import Reference, References
from solver.functions.mathematics.aggregate import averaged, taken
from solver.functions.operand import Operand, error, fail, numbers
from solver.functions.registry import Calculus, function
from solver.functions.sample import blamed
from solver.grid import MAX_COLS, MAX_ROWS
from solver.values import ErrorValue, Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solver.algebra import Node
    from solver.functions.here import Here
    from solver.functions.operand import FloatArray, IntArray, KindArray
    from solver.functions.registry import Ref, Value


class _Mismatch(Exception):
    """The ranges differ in size."""


def _grid(here: Here, area: Ref) -> Operand:
    if isinstance(area, References):
        raise _Mismatch
    return here.read(area) if isinstance(area, Reference) else area


def _size(area: Ref) -> tuple[int, int]:
    if isinstance(area, Reference):
        return area.rows, area.cols
    return _grid_size(area)


def _grid_size(area: Ref) -> tuple[int, int]:
    if not isinstance(area, Operand):
        raise _Mismatch
    return area.shape[2], area.shape[3]


def _conditions(here: Here, areas: Sequence[Ref], wanted: Sequence[Operand]) -> tuple[list[Condition], int]:
    """Ranges of one size with their criteria, and how many cells nobody read because nothing is there."""
    if len(areas) != len(wanted) or len({_size(area) for area in areas}) != 1:
        raise _Mismatch
    grids = [_grid(here, area) for area in areas]
    high, wide = (max(grid.shape[axis] for grid in grids) for axis in (2, 3))
    rows, cols = _size(areas[0])
    grids = [extended(grid, high, wide, Kind.BLANK) for grid in grids]
    return list(zip(grids, aligned(*wanted), strict=True)), rows * cols - high * wide


def _refused(wanted: Sequence[Operand]) -> Operand:
    """#VALUE! for every combination of criteria."""
    return spread_to(error(ErrorValue.VALUE), np.broadcast_shapes(*(each.shape for each in aligned(*wanted))))


def _count(here: Here, areas: Sequence[Ref], wanted: Sequence[Operand]) -> Operand:
    try:
        conditions, unread = _conditions(here, areas, wanted)
    except _Mismatch:
        return _refused(wanted)
    if selects_live(conditions):
        return numbers(sum_(mask_of(conditions), -1))
    selection = selected(conditions, (1, 1))
    return numbers(constant((selection.counts + unread * selection.blanks)[selection.which]))


@dataclass(frozen=True, slots=True)
class _Picked:
    """Selected numbers: `row` is the combination of criteria and `place` the flat position of each; `which` says
    which combination belongs to a result, `fault` (like the results) what is wrong with its values.
    """

    numbers: Node
    row: IntArray
    place: IntArray
    which: IntArray
    combinations: int
    fault: KindArray

    @property
    def count(self) -> FloatArray:
        """How many numbers each result stands for."""
        return np.bincount(self.row, minlength=self.combinations).astype(np.float64)[self.which]

    def total(self) -> Node:
        """The sums."""
        known = self.numbers.value
        if known is not None:
            sums = np.bincount(self.row, weights=known.ravel()[self.place], minlength=self.combinations)
            return constant(sums[self.which])
        from scipy.sparse import csr_array

        shape = (self.combinations, self.numbers.size)
        ones = csr_array((np.ones(len(self.row)), (self.row, self.place)), shape=shape)
        return take(apply(ones, self.numbers), self.which)

    def extreme(self, largest: bool) -> Node:
        """The largest or smallest numbers, 0 of none."""
        counts = np.bincount(self.row, minlength=self.combinations)
        longest = max(int(counts.max(initial=0)), 1)
        starts = np.cumsum(counts) - counts
        slot = np.minimum(starts[:, np.newaxis] + np.arange(longest), max(len(self.row) - 1, 0))
        inside = np.arange(longest) < counts[:, np.newaxis]
        if not len(self.row):
            return constant(np.zeros(self.which.shape))
        worst = -np.inf if largest else np.inf
        padded = where(constant(inside.astype(np.float64)), take(self.numbers, self.place[slot]), worst)
        best = (max_ if largest else min_)(padded, -1)
        best = where(constant((counts[:, np.newaxis] > 0).astype(np.float64)), best, 0.0)
        return take(best, self.which)


def _picked(values: Operand, conditions: Sequence[Condition]) -> _Picked:
    selection = selected(conditions, values.shape)
    row, place = selection.entries(values)
    kind = np.broadcast_to(values.kind, values.shape).ravel()[place]
    fault = np.zeros(len(selection.positions), dtype=np.uint8)
    wrong = np.flatnonzero(kind > Kind.ERROR)[::-1]
    fault[row[wrong]] = kind[wrong]
    counts = kind == Kind.NUMBER
    full = spread_to(Operand(values.kind, values.number), values.shape)
    return _Picked(
        reshape(full.number, (full.number.size,)),
        row[counts],
        place[counts],
        selection.which,
        len(selection.positions),
        fault[selection.which],
    )


@dataclass(frozen=True, slots=True)
class _Masked:
    """Numbers under a live mask: `values` and `mask` (R, C, 1, n)."""

    values: Node
    mask: Node

    @property
    def count(self) -> Node:
        """How many numbers each result stands for."""
        return sum_(self.mask, -1)

    def total(self) -> Node:
        """The sums."""
        return sum_(where(self.mask, self.values, 0.0), -1)

    def extreme(self, largest: bool) -> Node:
        """The largest or smallest numbers, 0 of none."""
        over, worst = (max_, -np.inf) if largest else (min_, np.inf)
        return where(self.count, over(where(self.mask, self.values, worst), -1), 0.0)


def _masked(values: Operand, conditions: Sequence[Condition]) -> _Masked:
    row = flatten(values)
    node, counts = taken(row)
    if row.has(Kind.ERROR):
        node = where(constant(row.errors.astype(np.float64)), fail(ErrorValue.VALUE), node)
        counts = counts | row.errors
    return _Masked(node, mul(mask_of(conditions), constant(counts.astype(np.float64))))


def _measured(here: Here, values: Ref, areas: Sequence[Ref], wanted: Sequence[Operand], how: str) -> Operand:
    """The sum, mean, largest or smallest of the values whose cells meet all criteria."""
    try:
        conditions, _ = _conditions(here, areas, wanted)
        if _size(values) != _size(areas[0]):
            raise _Mismatch
        high, wide = conditions[0][0].shape[2:]
        grid = extended(_grid(here, values), high, wide, Kind.BLANK)
        if grid.shape[2:] != (high, wide):
            high, wide = grid.shape[2:]
            conditions = [(extended(area, high, wide, Kind.BLANK), wish) for area, wish in conditions]
    except _Mismatch:
        return _refused(wanted)
    if selects_live(conditions):
        masked = _masked(grid, conditions)
        if how == "mean":
            return numbers(div(masked.total(), masked.count))
        return numbers(masked.total() if how == "sum" else masked.extreme(how == "max"))
    picked = _picked(grid, conditions)
    if how == "mean":
        return blamed(averaged(picked.total(), picked.count), picked.fault)
    return blamed(numbers(picked.total() if how == "sum" else picked.extreme(how == "max")), picked.fault)


def _beside(values: Ref | None, area: Ref) -> Ref:
    """The range that starts where `values` starts and has the size of `area`."""
    if values is None:
        return area
    if not isinstance(values, Reference) or not isinstance(area, Reference):
        return values
    rows = min(area.rows, MAX_ROWS - int(values.top.max()))
    cols = min(area.cols, MAX_COLS - int(values.left.max()))
    return Reference(values.sheet, values.top, values.left, rows, cols, area.whole)


@function("COUNTIF", calculus=Calculus.STEP)
def countif(here: Here, area: Ref, criterion: Value) -> Operand:
    """How many cells meet a criterion.

    =COUNTIF({1,5,"5","x"}, 5) -> 2
    =COUNTIF({"apple","Apricot","pear"}, "ap*") -> 2
    =COUNTIF({1,2,3,4}, {">2","<>2"}) -> {2,3}
    """
    return _count(here, [area], [criterion])


@function("COUNTIFS", calculus=Calculus.STEP)
def countifs(here: Here, area: Ref, criterion: Value, *more: Ref) -> Operand:
    """How many places meet all criteria, each in its own range.

    =COUNTIFS({1,2,3}, ">1", {"a","b","a"}, "a") -> 1
    """
    wanted = [scalar_of(part, here) for part in more[1::2]]
    return _count(here, [area, *more[::2]], [criterion, *wanted])


@function("SUMIF")
def sumif(here: Here, area: Ref, criterion: Value, values: Ref | None = None) -> Operand:
    """The sum of the cells that meet a criterion, or of the cells beside them.

    =SUMIF({1,2,3,4}, ">2") -> 7
    =SUMIF({"a","b","A"}, "a", {1,2,4}) -> 5
    """
    return _measured(here, _beside(values, area), [area], [criterion], "sum")


@function("SUMIFS")
def sumifs(here: Here, values: Ref, area: Ref, criterion: Value, *more: Ref) -> Operand:
    """The sum of the values whose places meet all criteria.

    =SUMIFS({1,2,4}, {"a","b","a"}, "a", {7,8,9}, ">7") -> 4
    =SUMIFS({1,2,4}, {"a","b"}, "a") -> #VALUE!
    """
    wanted = [scalar_of(part, here) for part in more[1::2]]
    return _measured(here, values, [area, *more[::2]], [criterion, *wanted], "sum")


@function("AVERAGEIF")
def averageif(here: Here, area: Ref, criterion: Value, values: Ref | None = None) -> Operand:
    """The mean of the cells that meet a criterion, or of the cells beside them.

    =AVERAGEIF({1,2,3,4}, ">2") -> 3.5
    =AVERAGEIF({1,2}, ">9") -> #DIV/0!
    """
    return _measured(here, _beside(values, area), [area], [criterion], "mean")


@function("AVERAGEIFS")
def averageifs(here: Here, values: Ref, area: Ref, criterion: Value, *more: Ref) -> Operand:
    """The mean of the values whose places meet all criteria.

    =AVERAGEIFS({1,2,4}, {"a","b","a"}, "a") -> 2.5
    """
    wanted = [scalar_of(part, here) for part in more[1::2]]
    return _measured(here, values, [area, *more[::2]], [criterion, *wanted], "mean")


@function("MAXIFS", calculus=Calculus.KINK)
def maxifs(here: Here, values: Ref, area: Ref, criterion: Value, *more: Ref) -> Operand:
    """The largest of the values whose places meet all criteria, 0 of none.

    =MAXIFS({1,2,4}, {"a","b","a"}, {"a","b","c"}) -> {4,2,0}
    """
    wanted = [scalar_of(part, here) for part in more[1::2]]
    return _measured(here, values, [area, *more[::2]], [criterion, *wanted], "max")


@function("MINIFS", calculus=Calculus.KINK)
def minifs(here: Here, values: Ref, area: Ref, criterion: Value, *more: Ref) -> Operand:
    """The smallest of the values whose places meet all criteria, 0 of none.

    =MINIFS({1,2,4}, {"a","b","a"}, "a") -> 1
    """
    wanted = [scalar_of(part, here) for part in more[1::2]]
    return _measured(here, values, [area, *more[::2]], [criterion, *wanted], "min")
