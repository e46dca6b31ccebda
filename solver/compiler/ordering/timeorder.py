"""An order in time for cells that read each other: down, up, right or left, whichever no cell runs against."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise, product
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import scipy.sparse as sp

    from solver.functions.operand import IntArray
    from solver.grid import Area


@dataclass(frozen=True)
class _Way:
    """How time runs over some areas: along rows or columns, with or against their numbers, from an origin in each."""

    areas: tuple[Area, ...]
    down: bool
    sign: int
    origins: tuple[int, ...]

    def lengths(self, area: Area) -> tuple[int, int]:
        """How many times and how many cells at each time an area has."""
        return (area.rows, area.cols) if self.down else (area.cols, area.rows)

    def spread(self, along: IntArray, across: IntArray) -> IntArray:
        """The sum of a value for each time and one for each cell at a time, for every cell in reading order."""
        total: IntArray = along[:, np.newaxis] + across if self.down else along + across[:, np.newaxis]
        return total.ravel()

    def times(self, place: int) -> IntArray:
        """The times of one area, in the order of its rows or columns."""
        area = self.areas[place]
        start = area.top if self.down else area.left
        return self.sign * (np.arange(self.lengths(area)[0], dtype=np.intp) + start - self.origins[place])


@dataclass(frozen=True)
class TimeOrder:
    """An order of the cells of some areas, taken one after the other in reading order.

    `time` is when each cell is computed, `slot` its place among the `slots` cells that are computed at one time.
    """

    way: _Way
    time: IntArray
    slot: IntArray
    slots: int

    @cached_property
    def _edges(self) -> list[int]:
        """The times at which an area begins, or has ended."""
        ends = [(times.min(), times.max() + 1) for times in map(self.way.times, range(len(self.way.areas)))]
        return sorted({int(edge) for pair in ends for edge in pair})

    @property
    def parallel(self) -> bool:
        """Whether all areas begin and end at the same time."""
        return len(self._edges) == 2

    @property
    def place(self) -> IntArray:
        """The position of each cell in the order, where the areas are parallel."""
        place: IntArray = (self.time - self.time.min()) * self.slots + self.slot
        return place

    def cut(self, place: int) -> list[Area]:
        """One of the areas, cut where any area begins or ends."""
        area = self.way.areas[place]
        times = self.way.times(place)
        order = np.argsort(times)
        inner = np.searchsorted(times[order], self._edges).tolist()
        cuts = sorted({0, *inner, len(times)})
        pieces = []
        for first, last in pairwise(cuts):
            lines = order[first:last]
            low, high = int(lines.min()), int(lines.max())
            if self.way.down:
                pieces.append(replace(area, top=area.top + low, bottom=area.top + high))
            else:
                pieces.append(replace(area, left=area.left + low, right=area.left + high))
        return pieces


def time_order(areas: Sequence[Area], reads: sp.csr_array) -> TimeOrder | None:
    """An order in which no cell reads a later one, with as few cells at one time as can be; None if there is none.

    `reads` has an entry for each cell (row) and each cell that it reads (column).
    """
    later, earlier = reads.tocoo().coords
    best: TimeOrder | None = None
    for order in _orders(tuple(areas)):
        steps = order.time[later] - order.time[earlier]
        if (steps < 0).any() or (best is not None and best.slots <= order.slots):
            continue
        ranks = _ranks(order, later[steps == 0], earlier[steps == 0])
        if ranks is not None:
            best = replace(order, slot=ranks[order.slot])
    return best


def _orders(areas: tuple[Area, ...]) -> Iterator[TimeOrder]:
    """The orders to try: by the place on the sheet, or with all areas beginning together."""
    for down, sign in product((True, False), (1, -1)):
        starts = tuple(area.top if down else area.left for area in areas)
        origins = {(0,) * len(areas): None, starts: None}
        for origin in origins:
            yield _order(_Way(areas, down, sign, origin))


def _order(way: _Way) -> TimeOrder:
    time, slot = [], []
    slots = 0
    for place, area in enumerate(way.areas):
        length, width = way.lengths(area)
        time.append(way.spread(way.times(place), np.zeros(width, dtype=np.intp)))
        slot.append(way.spread(np.zeros(length, dtype=np.intp), np.arange(slots, slots + width)))
        slots += width
    return TimeOrder(way, np.concatenate(time), np.concatenate(slot), slots)


def _ranks(order: TimeOrder, later: IntArray, earlier: IntArray) -> IntArray | None:
    """Ranks for the slots, so that within one time nothing reads a later slot; None if that cannot be."""
    pairs = np.unique(order.slot[later] * order.slots + order.slot[earlier])
    sorter: TopologicalSorter[int] = TopologicalSorter(dict.fromkeys(range(order.slots), ()))
    for pair in pairs.tolist():
        sorter.add(pair // order.slots, pair % order.slots)
    try:
        ordered = list(sorter.static_order())
    except CycleError:
        return None
    ranks = np.empty(order.slots, dtype=np.intp)
    ranks[ordered] = np.arange(order.slots)
    return ranks
