"""Sums, counts and extremes over many stretches of a row at once, in time that hardly grows with their lengths.

A stretch is every place from `low` up to, not including, `high`. It is put together from portions: single places, pairs
of them, pairs of pairs and so on, at most two of every size. So a sum takes in nothing but what lies in the stretch: it
is never the difference of two totals, which would carry the rounding of all that lies before.

Where places must also lie between two bounds of a second rank, the places of every portion are sorted by that rank, and
what is asked for is again a stretch of each portion that the first one is put together from.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.sparse import csr_array

from solver.algebra import add, apply, constant, join, reshape, sum_, take

if TYPE_CHECKING:
    from collections.abc import Iterator

    from solver.algebra import Node
    from solver.functions.operand import FloatArray, IntArray


class Bounds(NamedTuple):
    """The ranks (n,) of some places, and for each of q questions the ranks that it takes: low <= rank < high."""

    rank: IntArray
    low: IntArray
    high: IntArray


class _Part(NamedTuple):
    """Stretches of the places as `order` has them, and the question that each belongs to."""

    order: IntArray
    which: IntArray
    low: IntArray
    high: IntArray


@dataclass(frozen=True, slots=True)
class Stretches:
    """For each of some questions the places that it takes, as stretches of the places in several orders."""

    parts: tuple[_Part, ...]
    questions: int

    @property
    def counts(self) -> FloatArray:
        """How many places each question takes: (q,)."""
        found = np.zeros(self.questions)
        for part in self.parts:
            found += np.bincount(part.which, weights=part.high - part.low, minlength=self.questions)
        return found

    def sums(self, values: Node) -> Node:
        """The sum of the values (n,) at the places of each question: (q,)."""
        if not values.size:
            return constant(np.zeros(self.questions))
        return reduce(add, [self._summed(values, part) for part in self.parts])

    def _summed(self, values: Node, part: _Part) -> Node:
        tiers = [take(values, part.order)]
        begins = [0]
        while tiers[-1].size > 1:
            half = tiers[-1].size // 2
            begins.append(begins[-1] + tiers[-1].size)
            tiers.append(sum_(reshape(take(tiers[-1], np.arange(2 * half)), (half, 2)), -1, keepdims=False))
        taken = list(_portions(part.low, part.high))
        rows = np.concatenate([np.zeros(0, dtype=np.intp), *[part.which[which] for _, which, _ in taken]])
        cols = np.concatenate([np.zeros(0, dtype=np.intp), *[begins[level] + block for level, _, block in taken]])
        shape = (self.questions, begins[-1] + tiers[-1].size)
        return apply(csr_array((np.ones(len(rows)), (rows, cols)), shape=shape), join(tiers))

    def extremes(self, values: FloatArray, *, largest: bool) -> FloatArray:
        """The largest or smallest of the values (n,) at the places of each question, an infinity of none: (q,)."""
        better, worst = (np.maximum, -np.inf) if largest else (np.minimum, np.inf)
        found = np.full(self.questions, worst)
        for part in self.parts:
            length = part.high - part.low
            doublings = np.frexp(np.maximum(length, 1))[1] - 1  # the largest power of two that is not longer
            table = values[part.order]
            for level in range(int(doublings.max(initial=0)) + 1):
                here = np.flatnonzero((doublings == level) & (length > 0))
                first, last = table[part.low[here]], table[part.high[here] - (1 << level)]
                better.at(found, part.which[here], better(first, last))
                table = better(table[: -(1 << level)], table[1 << level :])
        return found


def _portions(low: IntArray, high: IntArray) -> Iterator[tuple[int, IntArray, IntArray]]:
    """Level by level which stretches take a portion of 2^level places, and which of these portions."""
    which = np.flatnonzero(low < high)
    low, high = low[which], high[which]
    level = 0
    while len(which):
        odd = low % 2 == 1
        yield level, which[odd], low[odd]
        odd = high % 2 == 1
        yield level, which[odd], high[odd] - 1
        low, high = (low + 1) // 2, high // 2
        left = low < high
        which, low, high = which[left], low[left], high[left]
        level += 1


def between(group: IntArray, first: Bounds, asked: IntArray, second: Bounds | None = None) -> Stretches:
    """The places (n,) of the group that a question asks for (q,), between its bounds of one rank, or of two.

    Ranks are whole numbers from 0; no two places of a group share one.
    """
    order = np.lexsort((first.rank, group))
    wide = int(max(first.rank.max(initial=0), first.high.max(initial=0))) + 1
    keys = (group * wide + first.rank)[order]
    low, high = (np.searchsorted(keys, asked * wide + edge) for edge in (first.low, first.high))
    high = np.maximum(low, high)
    questions = len(asked)
    if second is None:
        return Stretches((_Part(order, np.arange(questions), low, high),), questions)
    return Stretches(tuple(_layered(order, low, high, second)), questions)


def _layered(order: IntArray, low: IntArray, high: IntArray, second: Bounds) -> Iterator[_Part]:
    """The stretches low..high of places in an order, without those beyond the bounds of a second rank."""
    wide = int(max(second.rank.max(initial=0), second.high.max(initial=0))) + 1
    rank = second.rank[order]
    taken: dict[int, list[tuple[IntArray, IntArray]]] = {}
    for level, which, block in _portions(low, high):
        taken.setdefault(level, []).append((which, block))
    for level, pieces in taken.items():
        which = np.concatenate([questions for questions, _ in pieces])
        block = np.concatenate([blocks for _, blocks in pieces])
        keys = (np.arange(len(order)) >> level) * wide + rank
        sorting = np.argsort(keys)
        keys = keys[sorting]
        begin, end = (np.searchsorted(keys, block * wide + edge[which]) for edge in (second.low, second.high))
        yield _Part(order[sorting], which, begin, np.maximum(begin, end))
    if not taken:
        nothing = np.zeros(0, dtype=np.intp)
        yield _Part(order, nothing, nothing, nothing)
