"""The numbers among selected values: how many, their sum, their extremes.

They are listed for every combination of criteria, or follow from stretches of an order, or stand under a live mask.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from solver.algebra import apply, constant, cumsum, max_, min_, mul, reshape, sum_, take, where
from solver.functions.arrange import flatten, spread_to
from solver.functions.criteria.selection import mask_of, selected
from solver.functions.mathematics.aggregate import taken
from solver.functions.operand import Operand, fail
from solver.values import ErrorValue, Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solver.algebra import Node
    from solver.functions.criteria.ranked import Ranked
    from solver.functions.criteria.selection import Condition
    from solver.functions.operand import BoolArray, FloatArray, IntArray, KindArray


@dataclass(frozen=True, slots=True)
class Picked:
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
        padded = where(constant(inside), take(self.numbers, self.place[slot]), worst)
        best = (max_ if largest else min_)(padded, -1)
        best = where(constant(counts[:, np.newaxis] > 0), best, 0.0)
        return take(best, self.which)


def picked_numbers(values: Operand, conditions: Sequence[Condition]) -> Picked:
    """The numbers that known criteria select, listed."""
    selection = selected(conditions, values.shape)
    row, place = selection.entries(values)
    kind = np.broadcast_to(values.kind, values.shape).ravel()[place]
    fault = np.zeros(len(selection.positions), dtype=np.uint8)
    wrong = np.flatnonzero(kind > Kind.ERROR)[::-1]
    fault[row[wrong]] = kind[wrong]
    counts = kind == Kind.NUMBER
    full = spread_to(Operand(values.kind, values.number), values.shape)
    return Picked(
        reshape(full.number, (full.number.size,)),
        row[counts],
        place[counts],
        selection.which,
        len(selection.positions),
        fault[selection.which],
    )


@dataclass(frozen=True, slots=True)
class Sorted:
    """Selected numbers by their order: `values` and where they are `counted`, in one row (n,)."""

    ranked: Ranked
    values: Node
    counted: BoolArray
    fault: KindArray

    @property
    def count(self) -> FloatArray:
        """How many numbers each result stands for."""
        if self.counted.all():
            return self.ranked.counts
        found = self.ranked.sums(constant(self.counted)).value
        assert found is not None
        return found

    def total(self) -> Node:
        """The sums."""
        return self.ranked.sums(self.values)

    def extreme(self, largest: bool) -> Node:
        """The largest or smallest numbers, 0 of none."""
        known = self.values.value
        assert known is not None
        best = np.where(self.counted, known, -np.inf if largest else np.inf)
        found = self.ranked.extremes(best, largest=largest)
        return constant(np.where(np.isinf(found), 0.0, found))


def sorted_numbers(values: Operand, order: Ranked) -> Sorted:
    """The numbers that known criteria of order select; if `values` are alive, for sums alone."""
    node, counted = taken(flatten(values))
    kind = np.broadcast_to(values.kind, values.shape).ravel()
    fault = np.zeros(order.shape, dtype=np.uint8)
    if values.has(Kind.ERROR):
        nowhere = float(kind.size)
        wrong = np.where(kind > Kind.ERROR, np.arange(kind.size, dtype=np.float64), nowhere)
        first = order.extremes(wrong, largest=False)
        fault = np.append(kind, np.uint8(0))[np.minimum(first, nowhere).astype(np.intp)]
    return Sorted(order, reshape(node, (node.size,)), counted.ravel(), fault)


@dataclass(frozen=True, slots=True)
class Masked:
    """Numbers under a live mask: `values` and `mask` (R, C, 1, n), and how far they count, if that varies."""

    values: Node
    mask: Node
    extent: Condition | None

    @property
    def count(self) -> Node:
        """How many numbers each result stands for."""
        return _summed(self.mask, self.extent)

    def total(self) -> Node:
        """The sums."""
        return _summed(where(self.mask, self.values, 0.0), self.extent)

    def extreme(self, largest: bool) -> Node:
        """The largest or smallest numbers, 0 of none."""
        over, worst = (max_, -np.inf) if largest else (min_, np.inf)
        return where(self.count, over(where(self.mask, self.values, worst), -1), 0.0)


def masked_numbers(values: Operand, conditions: Sequence[Condition], *, sums: bool = False) -> Masked:
    """The numbers under the mask of live criteria; an error among them fails whatever reads it.

    Where only `sums` are wanted, a range that grows under the same criteria for all cells is gone through once.
    """
    row = flatten(values)
    node, counts = taken(row)
    if row.has(Kind.ERROR):
        node = where(constant(row.errors), fail(ErrorValue.VALUE), node)
        counts = counts | row.errors
    conditions, extent = _apart(conditions) if sums else (conditions, None)
    return Masked(node, mul(mask_of(conditions), constant(counts)), extent)


def count_under(conditions: Sequence[Condition]) -> Node:
    """How many places meet live criteria."""
    conditions, extent = _apart(conditions)
    return _summed(mask_of(conditions), extent)


def _apart(conditions: Sequence[Condition]) -> tuple[Sequence[Condition], Condition | None]:
    """The conditions without how far a growing range goes, where nothing else varies from cell to cell."""
    *others, last = conditions
    alike = all(each.area.shape[:2] == each.wanted.shape[:2] == (1, 1) for each in others)
    return (others, last) if last.relation is not None and others and alike else (conditions, None)


def _summed(values: Node, extent: Condition | None) -> Node:
    """The sums of values (R, C, 1, n), or of those of one row as far as the range of each cell goes."""
    if extent is None:
        return sum_(values, -1)
    places, limit = extent.area.known, extent.wanted.known
    down = places[0, 0, 0, 0] != places[0, 0, -1, 0]
    order = np.argsort(places.ravel(), kind="stable")
    count = np.searchsorted(places.ravel()[order], limit)  # before the limit
    if extent.relation == ">=":
        order, count = order[::-1], order.size - count
    lined = take(values, order.reshape((1, 1, -1, 1) if down else (1, 1, 1, -1)))
    return take(cumsum(lined, 2 if down else 3), count - 1)
