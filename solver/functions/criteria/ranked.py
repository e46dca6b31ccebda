"""Criteria of order (">"&A2) and ranges that grow from cell to cell: what they select, without listing it.

In the order of its numbers a range meets such a criterion on a stretch, and so does a growing range in the order of its
places. Two such ranks are followed at once; what other criteria select divides the range into groups beforehand.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from solver.algebra import reshape, take
from solver.functions.criteria.selection import Condition, coded_criteria, column_of, selected
from solver.functions.criteria.stretches import Bounds, Stretches, between

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solver.algebra import Node
    from solver.functions.criteria.criterion import Column, Criterion
    from solver.functions.operand import FloatArray, IntArray, Shape

_FEW = 4  # so many different criteria for a range are looked up one by one
_RANKS = 2
_ORDERED = ("<", "<=", ">", ">=")


@dataclass(frozen=True, slots=True)
class Ranked:
    """What criteria select for results of some shape: `stretches` of the positions `place` (n,) in a range."""

    shape: Shape
    place: IntArray
    stretches: Stretches

    @property
    def counts(self) -> FloatArray:
        """How many values each result stands for."""
        return self.stretches.counts.reshape(self.shape)

    def sums(self, values: Node) -> Node:
        """The sums of the selected ones of the values of a range, in one row."""
        return reshape(self.stretches.sums(take(values, self.place)), self.shape)

    def extremes(self, values: FloatArray, *, largest: bool) -> FloatArray:
        """The largest or smallest of the selected ones of the values of a range, an infinity of none."""
        return self.stretches.extremes(values[self.place], largest=largest).reshape(self.shape)


@dataclass(frozen=True, slots=True)
class _Rank:
    """A range by the order of its numbers, and for each result the first of them that it takes and the one after."""

    column: Column
    low: IntArray
    high: IntArray

    @property
    def of_place(self) -> IntArray:
        """The rank of every value of the range, -1 of what is no number."""
        rank = np.full(self.column.size, -1, dtype=np.intp)
        places = self.column.by_number[1]
        rank[places] = np.arange(len(places))
        return rank

    def meeting(self, other: _Rank) -> _Rank:
        """Both criteria of one range at once."""
        return _Rank(self.column, np.maximum(self.low, other.low), np.minimum(self.high, other.high))


def ranked(conditions: Sequence[Condition], lead: Shape) -> Ranked | None:
    """What known criteria select in known ranges that are the same for the whole block; None where no order counts.

    `lead` is the block's shape where its cells have values of their own.
    """
    if lead[:2] != (1, 1) or any(condition.area.shape[:2] != (1, 1) for condition in conditions):
        return None
    shape = np.broadcast_shapes(*[condition.wanted.shape for condition in conditions])
    ranks: list[_Rank] = []
    others: list[Condition] = []
    for condition in conditions:
        rank = _rank(condition, shape)
        same = [k for k, known in enumerate(ranks) if rank is not None and known.column is rank.column]
        if rank is None or (not same and len(ranks) == _RANKS):
            others.append(condition)
        elif same:
            ranks[same[0]] = ranks[same[0]].meeting(rank)
        else:
            ranks.append(rank)
    return _among(ranks, others, shape) if ranks else None


def _rank(condition: Condition, shape: Shape) -> _Rank | None:
    """The stretches of a condition of order on numbers; None for another, or where few differ."""
    codes, criteria = coded_criteria(condition, shape)
    if condition.relation is None and len(criteria) <= _FEW:
        return None
    if any(criterion.relation not in _ORDERED or type(criterion.value) is not float for criterion in criteria):
        return None
    column = column_of(condition.area)
    stretches = np.array([_stretch(column, criterion) for criterion in criteria], dtype=np.intp)
    return _Rank(column, stretches[codes, 0].ravel(), stretches[codes, 1].ravel())


def _stretch(column: Column, criterion: Criterion) -> tuple[int, int]:
    """The first rank that meets a criterion, and the first that no longer does."""
    ordered, limit = column.by_number[0], criterion.value
    assert isinstance(limit, float)
    edge = int(np.searchsorted(ordered, limit, "left" if criterion.relation in ("<", ">=") else "right"))
    return (0, edge) if criterion.relation.startswith("<") else (edge, len(ordered))


def _among(ranks: Sequence[_Rank], others: Sequence[Condition], shape: Shape) -> Ranked:
    """The stretches of some ranks among what the other conditions select."""
    place = np.arange(ranks[0].column.size)
    group, asked = np.zeros_like(place), np.zeros(math.prod(shape), dtype=np.intp)
    if others:
        selection = selected(others, (1, 1))
        group, place = selection.listed
        asked = np.broadcast_to(selection.which, shape).ravel()
    of_place = [rank.of_place[place] for rank in ranks]
    numeric = np.all([found >= 0 for found in of_place], axis=0)
    bounds = [Bounds(found[numeric], rank.low, rank.high) for found, rank in zip(of_place, ranks, strict=True)]
    return Ranked(shape, place[numeric], between(group[numeric], bounds[0], asked, *bounds[1:]))
