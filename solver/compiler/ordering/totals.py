"""Running totals and running extremes of unknown cells, as unknowns of their own.

A cell that reads the sum of all cells above it reads each of them; a column of n such cells, n^2 / 2. With the running
total s as one more unknown beside y every cell reads a few:

    y[i] = step(y, s[i]),    s[i] = s[i - 1] + x(y)[i].
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from solver.algebra import Node, add, constant, dependence, join, replaced, reshape, take, variable
from solver.algebra.calculus.derive import between
from solver.algebra.primitives.march import marching
from solver.algebra.primitives.scan import cumulation
from solver.grid import Area

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solver.functions.operand import IntArray


class Augmented(NamedTuple):
    """A step for more unknowns: `y` holds the `asked` ones and behind them the running totals, laid out as `areas`.

    `running` says that totals remain in the step.
    """

    step: Node
    y: Node
    areas: tuple[Area, ...]
    asked: int
    running: bool = False


class _Run(NamedTuple):
    """A node whose values follow each other: where they stand by time (n, lines), whether time runs `down` the sheet.

    `value` is a variable that stands for all of them.
    """

    node: Node
    places: IntArray
    down: bool
    value: Node

    def next(self, before: Node, kept: Node, first: int) -> Node:
        """What `kept`, the needed values from the `first` time on, are by the recurrence; `before` come before them."""
        lines = self.places.shape[1]
        if self.node.op is marching:
            march = self.node.param
            rest = constant(np.zeros(self.node.size - before.size - kept.size))
            known = {march.y: join([before, kept, rest]), **dict(zip(march.inputs, self.node.args, strict=True))}
            return take(replaced([march.step], known)[0], np.arange(before.size, before.size + kept.size))
        last = take(before, np.arange(before.size - lines, before.size)) if before.size else np.zeros(lines)
        here = self.places[first : first + kept.size // lines]
        return add(take(join([last, kept]), np.arange(kept.size)), take(self.node.args[0], here.ravel()))


def with_totals(step: Node, y: Node, areas: Sequence[Area]) -> Augmented:
    """The step with all running totals of the unknown taken out, or as it is where that cannot be done."""
    runs = [_run(node) for node in between([step], y) if node.op in (cumulation, marching)]
    if not runs:
        return Augmented(step, y, tuple(areas), y.size)
    by = {run.node: reshape(run.value, run.node.shape) for run in runs}
    aside = replaced([step, *[arg for run in runs for arg in run.node.args]], by)
    parts = [_part(run, aside, y, areas) for run in runs]
    found = [part for part in parts if part is not None]
    if len(found) < len(runs):
        return Augmented(step, y, tuple(areas), y.size, running=True)
    ends = np.cumsum([y.size, *[part.kept.size for part in found]]).tolist()
    z = variable(ends[-1], "cells and totals")
    own = [take(z, np.arange(begin, end)) for begin, end in zip([0, *ends], ends, strict=False)]
    inside = {y: own[0]}
    for run, part, value in zip(runs, found, own[1:], strict=True):
        index = np.zeros(run.node.size, dtype=np.intp)  # a value that nobody needs may be any
        index[part.places] = np.arange(part.places.size)
        inside |= {run.node: take(value, index.reshape(run.node.shape)), part.kept: value}
    steps = replaced([step, *[part.step for part in found]], inside)
    return Augmented(join(steps), z, (*areas, *[part.area for part in found]), y.size)


class _Part(NamedTuple):
    """The values of a run that are needed: where they stand, an unknown for them, its next values, where it lies."""

    places: IntArray
    kept: Node
    step: Node
    area: Area


def _part(run: _Run, aside: Sequence[Node], y: Node, areas: Sequence[Area]) -> _Part | None:
    """The values that are needed, beside an area that has as many rows or columns; None where they do not fit."""
    read = np.zeros(run.node.size, dtype=bool)
    for node in aside:
        read[dependence(reshape(node, (node.size,)), run.value).indices] = True
    times = np.flatnonzero(read[run.places].any(axis=1))
    if not len(times):
        return None
    first, lines = int(times[0]), run.places.shape[1]
    needed = int(times[-1]) + 1 - first
    lengths = [area.rows if run.down else area.cols for area in areas]
    beside = [area for area, length in zip(areas, lengths, strict=True) if needed <= length <= len(run.places)]
    if not beside:
        return None
    length = beside[0].rows if run.down else beside[0].cols
    first = max(0, first + needed - length)
    places = run.places[first : first + length].ravel()
    before = take(run.node, run.places[:first].ravel())
    if first and dependence(before, y).nnz:
        return None
    if first:
        before = replaced([before], {y: constant(np.zeros(y.shape))})[0]
    kept = variable(places.size, "totals")
    at = beside[0]
    bottom = at.bottom if run.down else at.top + lines - 1
    area = Area(at.sheet, at.top, at.left, bottom, at.left + lines - 1 if run.down else at.right)
    return _Part(places, kept, run.next(before, kept, first), area)


def _run(node: Node) -> _Run:
    value = variable(node.size, "run")
    if node.op is marching:
        lines = int(node.param.where.lags.min())
        return _Run(node, np.arange(node.size).reshape(-1, lines), True, value)
    axis, reverse, _ = node.param
    places = np.moveaxis(np.arange(node.size).reshape(node.shape), axis, 0).reshape(node.shape[axis], -1)
    return _Run(node, places[::-1] if reverse else places, axis % node.rank == 2, value)
