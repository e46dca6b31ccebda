"""Blocks that read themselves or each other some steps back, computed as one recurrence.

A running column (C3 = C2*a + B3), a loan table, an epidemic in three columns: each row needs the one before it, so the
blocks cannot be computed one after the other. Instead the numbers of all their cells become one unknown vector y. The
formulas are lowered once, as if y were known, and give step(y); which cells read which is then seen in the graph, not
in the formulas. If there is an order in which no cell needs a later one, y = step(y) is a recurrence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from solver.algebra import Node, add, constant, dependence, join, replaced, reshape, solved, take, variable
from solver.compiler.evaluation import DEFECTS
from solver.compiler.ordering.timeorder import TimeOrder, time_order
from solver.compiler.ordering.totals import with_totals
from solver.compiler.sheets.results import cell_results
from solver.compiler.signals import Unknown
from solver.errors import SolverError
from solver.functions.operand import NeedsValue, NotUniform
from solver.values import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solver.compiler.evaluation import Evaluation
    from solver.compiler.ordering.totals import Augmented
    from solver.functions.operand import FloatArray, KindArray
    from solver.grid import Area

_FEWEST = 8  # cells; fewer are computed one by one
_MOST_PIECES = 64  # where blocks begin and end at so many different places, they are not a recurrence
_MOST_READS = 20_000_000
_MOST_TOTALS = 4_000  # cells that may read running totals of each other


def recurred(evaluation: Evaluation, ring: Sequence[int]) -> list[int] | None:
    """Computes the blocks of a ring as a recurrence. Missing if other cells are needed first.

    Returns the blocks to try next: none when all is computed, smaller ones when only parts of the blocks run in
    parallel; or None, and nothing has changed, where this is no recurrence.
    """
    areas = [evaluation.blocks[number].area for number in ring]
    if any(evaluation.blocks[number].filling for number in ring) or sum(area.size for area in areas) < _FEWEST:
        return None
    unknown = _Unknown(evaluation, ring, areas)
    try:
        step = unknown.lowered()
        if step is None:
            return None
        whole = with_totals(step, unknown.y, areas)
        if whole.running and unknown.y.size > _MOST_TOTALS:
            return None
        reads = dependence(whole.step, whole.y)
        if reads.nnz > _MOST_READS:
            return None
        order = time_order(whole.areas, reads)
        if order is None:
            return None
        if not order.parallel:
            unknown.close()
            return _pieces(evaluation, ring, order)
        found = _solution(whole, reads, order)
        if found is None:
            return None
        if found.value is None:
            wiggles = [evaluation.disturbance(area) for area in areas]
            added = [wiggle for wiggle in wiggles if wiggle is not None]
            if added:
                still = constant(np.zeros(whole.y.size - whole.asked))
                found = _solution(whole._replace(step=add(whole.step, join([*added, still]))), reads, order)
                assert found is not None
        elif not unknown.confirms(found.value):
            return None
        unknown.enter(found)
        return []
    finally:
        unknown.close()


def _pieces(evaluation: Evaluation, ring: Sequence[int], order: TimeOrder) -> list[int] | None:
    """The blocks of a ring cut wherever in time one of them begins or ends; None if that is at many places."""
    cuts = [order.cut(place) for place in range(len(ring))]
    if max(len(areas) for areas in cuts) > _MOST_PIECES:
        return None
    pieces: list[int] = []
    for number, areas in zip(ring, cuts, strict=True):
        if len(areas) > 1:
            block = evaluation.blocks[number]
            pieces.extend(evaluation.replace(number, [block.part(area) for area in areas]))
    return pieces


class _Unknown:
    """The cells of a ring as one unknown vector y, block by block in reading order."""

    def __init__(self, evaluation: Evaluation, ring: Sequence[int], areas: Sequence[Area]) -> None:
        self.evaluation, self.ring, self.areas = evaluation, ring, areas
        self.ends = np.cumsum([area.size for area in areas])
        self.y = variable(int(self.ends[-1]), "cells")
        self.moved = self.volatile = False
        self._kinds: list[KindArray] = [np.full((area.rows, area.cols), Kind.NUMBER, np.uint8) for area in areas]
        self._held = [evaluation.stores[area.sheet].held(area) for area in areas]
        self._nodes = len(evaluation.nodes)
        self._closed = False

    def lowered(self) -> Node | None:
        """What the formulas make of y; None where they do not give numbers, or not in this way."""
        for _ in range(2):  # the second time with booleans where the first time gave them
            self._assume(self.y)
            results = self._results()
            if results is None:
                return None
            kinds = [kind for kind, _ in results]
            if all((a == b).all() for a, b in zip(kinds, self._kinds, strict=True)):
                return join([node for _, node in results])
            if any(not np.isin(kind, (Kind.NUMBER, Kind.BOOLEAN)).all() for kind in kinds):
                return None
            self._kinds = kinds
        return None

    def confirms(self, values: FloatArray) -> bool:
        """Whether the formulas, computed on known values, give just these values."""
        if not np.isfinite(values).all():
            return False
        self._assume(values)
        results = self._results()
        if results is None or not all((a == b).all() for (a, _), b in zip(results, self._kinds, strict=True)):
            return False
        given = join([node for _, node in results]).value
        return given is not None and np.allclose(given, values, rtol=1e-9, atol=1e-12 * float(np.abs(values).max()))

    def enter(self, found: Node) -> None:
        """Enters the solution into the cells."""
        self.close()
        self.evaluation.moved, self.evaluation.volatile = self.moved, self.volatile
        for number, area, kind, end in zip(self.ring, self.areas, self._kinds, self.ends.tolist(), strict=True):
            node = take(found, np.arange(end - area.size, end))
            self.evaluation.enter(number, (area, kind, node, None))

    def close(self) -> None:
        """Puts the cells back as they were, once."""
        if self._closed:
            return
        self._closed = True
        for area, grids in zip(self.areas, self._held, strict=True):
            self.evaluation.stores[area.sheet].put_back(area, grids)
        del self.evaluation.nodes[self._nodes :]

    def _assume(self, values: Node | FloatArray) -> None:
        """Lets the cells hold the unknown, or given values."""
        for area, kind, end in zip(self.areas, self._kinds, self.ends.tolist(), strict=True):
            store = self.evaluation.stores[area.sheet]
            node = take(values, np.arange(end - area.size, end))
            store.write(area, kind, node, None)

    def _results(self) -> list[tuple[KindArray, Node]] | None:
        """Kinds and numbers that the formulas give; None if one has texts, or cannot be computed for all its cells."""
        results = []
        for number in self.ring:
            try:
                _, kind, node, text = cell_results(self.evaluation.blocks[number], self.evaluation.result(number))
            except (NotUniform, NeedsValue, Unknown, SolverError, RecursionError, *DEFECTS):
                return None
            if text is not None:
                return None
            results.append((kind, node))
            self.moved |= self.evaluation.moved
            self.volatile |= self.evaluation.volatile
        return results


def _solution(whole: Augmented, reads: sp.csr_array, order: TimeOrder) -> Node | None:
    """The vector that the step leaves as it is, computed in the order of time; None if it cannot be."""
    step, y = whole.step, whole.y
    place = order.place
    ordered = variable(y.size, "cells in order")
    moved = replaced([step], {y: take(ordered, place)})[0]
    steps = np.argsort(place).reshape(-1, order.slots)
    later, earlier = reads.tocoo().coords
    shape = (y.size, y.size)
    pattern = sp.csr_array((np.ones(len(later), dtype=bool), (place[later], place[earlier])), shape=shape)
    found = solved(reshape(take(moved, steps), (y.size,)), ordered, order.slots, pattern)
    return None if found is None else take(found, place[: whole.asked])
