"""Ranges whose size varies from cell to cell, as A$2:A2 does filled down: running sums, counts and their kin.

Such a range is the first (or the last) so many rows or columns of one frame, which is the same for all cells. Sums,
counts, means and extremes run along the frame once, and each cell picks its own: that is linear in the cells. Other
functions get the whole frame with blanks where a cell's range has ended, if blanks mean nothing to them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING

import numpy as np

from solver.algebra import (
    constant,
    cumsum,
    join,
    maximum,
    minimum,
    mul,
    reshape,
    solved,
    square,
    sum_,
    take,
    variable,
)
from solver.formula.tree import Axis
from solver.formula.tree import Reference as Address
from solver.functions.call import call
from solver.functions.here import Reference
from solver.functions.mathematics.aggregate import averaged, taken
from solver.functions.operand import NotUniform, Operand, numbers
from solver.grid import MAX_COLS, MAX_ROWS
from solver.values import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from solver.algebra import Node
    from solver.compiler.site import Meaning, Site
    from solver.formula.tree import Tree
    from solver.functions.operand import IntArray
    from solver.functions.registry import Function

_MOST_VALUES = 1 << 22
"""How many values frames with blanks may hold; larger blocks are divided."""

_BLIND = frozenset(
    word
    for line in (
        "AND AVEDEV AVERAGE AVERAGEA AVERAGEIF AVERAGEIFS CORREL COUNT COUNTA COUNTIF COUNTIFS COVAR COVARIANCE.P",
        "COVARIANCE.S DEVSQ GEOMEAN HARMEAN INTERCEPT KURT LARGE MAX MAXA MAXIFS MEDIAN MIN MINA MINIFS NPV OR",
        "PEARSON PERCENTILE PERCENTILE.EXC PERCENTILE.INC PERCENTRANK PERCENTRANK.EXC PERCENTRANK.INC PRODUCT",
        "QUARTILE QUARTILE.EXC QUARTILE.INC RANK RANK.AVG RANK.EQ RSQ SKEW SKEW.P SLOPE SMALL STDEV STDEV.P STDEV.S",
        "STDEVA STDEVP STDEVPA STEYX SUM SUMIF SUMIFS SUMPRODUCT SUMSQ TRIMMEAN VAR VAR.P VAR.S VARA VARP VARPA XOR",
    )
    for word in line.split()
)
"""Functions to which a blank in a range means nothing."""

_COUNT_BLANKS = frozenset(("COUNTIF", "COUNTIFS"))
"""Those for which it may mean something, if the criterion is a text."""


@dataclass(frozen=True, slots=True)
class Growing:
    """For each cell the first `count` rows (`axis` 2) or columns (3) of a frame, or the last if `at_end`.

    `count` broadcasts to (R, C); the frame has one place along the axis in which it grows.
    """

    frame: Reference
    axis: int
    count: IntArray
    at_end: bool

    @property
    def length(self) -> int:
        """How long the frame is."""
        return self.frame.rows if self.axis == 2 else self.frame.cols


def growing(address: Address, site: Site) -> Growing | None:
    """What an address means if its size varies along one axis and one of its ends is fixed; else None."""
    if address.book is not None or address.sheet_end is not None:
        return None
    sheet = site.world.names.sheet(address.sheet or site.sheet)
    down = _edges(address.row, address.row_end, site.row, MAX_ROWS)
    across = _edges(address.col, address.col_end, site.col, MAX_COLS)
    if sheet is None or down is None or across is None or _uniform(*down) == _uniform(*across):
        return None
    if _uniform(*across):
        return _framed(sheet, down, across, 2)
    return _framed(sheet, across, down, 3)


def called(function: Function, args: Sequence[Tree], site: Site, evaluate: Callable[[Tree], Meaning]) -> Operand | None:
    """A function of growing ranges; None if it has none, or must be computed cell by cell."""
    grown = [growing(arg, site) if isinstance(arg, Address) else None for arg in args]
    if not any(grown):
        return None
    name = function.names[0]
    running = _RUNNING.get(name)
    if running is not None and all(each is not None for each in grown):
        found = running([each for each in grown if each is not None], site)
        if found is not None:
            return found
    if name not in _BLIND:
        return None
    arguments = [evaluate(arg) if each is None else _blanked(each, site) for arg, each in zip(args, grown, strict=True)]
    if name in _COUNT_BLANKS and any(isinstance(a, Operand) and a.text is not None for a in arguments[1::2]):
        return None
    result = call(function, arguments, site)
    return result if isinstance(result, Operand) else None


def _edges(first: Axis | None, last: Axis | None, origin: IntArray, size: int) -> tuple[IntArray, IntArray] | None:
    """Where a range begins and ends along an axis, for each cell, in the order written; None beyond the sheet."""
    if first is None or last is None:
        return None if first is None else (_place(first, origin), _place(first, origin))
    edges = _place(first, origin), _place(last, origin)
    inside = all(int(edge.min()) >= 0 and int(edge.max()) < size for edge in edges)
    return edges if inside else None


def _place(axis: Axis, origin: IntArray) -> IntArray:
    return origin + axis.value if axis.relative else np.full((1, 1), axis.value, dtype=np.intp)


def _uniform(first: IntArray, last: IntArray) -> bool:
    lengths = last - first
    return bool((lengths == lengths.flat[0]).all())


def _framed(
    sheet: str, along: tuple[IntArray, IntArray], other: tuple[IntArray, IntArray], axis: int
) -> Growing | None:
    low, high = np.minimum(*along), np.maximum(*along)
    first, last = int(low.min()), int(high.max())
    if (low == first).all():
        at_end = False
    elif (high == last).all():
        at_end = True
    else:
        return None
    start = np.full((1, 1), first, dtype=np.intp)
    length = last - first + 1
    side = np.minimum(*other)
    width = int(np.abs(other[1] - other[0]).flat[0]) + 1
    frame = Reference(sheet, start, side, length, width) if axis == 2 else Reference(sheet, side, start, width, length)
    return Growing(frame, axis, high - low + 1, at_end)


def _blanked(grown: Growing, site: Site) -> Operand:
    """The frame for every cell, with blanks where its range has ended; NotUniform if that is too much."""
    frame = site.read(grown.frame)
    lead = np.broadcast_shapes(frame.shape[:2], grown.count.shape)
    shape = (*lead, *frame.shape[2:])
    if np.prod(shape) > _MOST_VALUES:
        raise NotUniform
    places = np.arange(shape[grown.axis])
    count = grown.count[..., np.newaxis]
    within = places >= grown.length - count if grown.at_end else places < count
    inside = np.expand_dims(within, 5 - grown.axis)
    kind = np.where(inside, frame.kind, np.uint8(Kind.BLANK))
    text = None
    if frame.text is not None:
        text = np.where(inside, frame.text, np.full((1, 1, 1, 1), None, dtype=object))
    return Operand(kind, mul(frame.number, constant(inside.astype(np.float64))), text)


def _picked(run: Node, grown: Growing) -> Node:
    """Each cell's own of a run along the frame: (R, C, 1, 1)."""
    shape = run.shape
    rows, cols = np.broadcast_shapes(shape[:2], grown.count.shape)
    at = np.broadcast_to(grown.length - grown.count if grown.at_end else grown.count - 1, (rows, cols))
    lead = np.arange(shape[0] * shape[1]).reshape(shape[:2]) * (shape[2] * shape[3])
    return take(run, (np.broadcast_to(lead, (rows, cols)) + at)[:, :, np.newaxis, np.newaxis])


def _summed(values: Node, grown: Growing) -> Node:
    """The sums over each cell's range."""
    across = sum_(values, -1 if grown.axis == 2 else -2)
    return _picked(cumsum(across, grown.axis, reverse=grown.at_end), grown)


def _frames(grown: Sequence[Growing], site: Site) -> list[Operand] | None:
    """The frames that are read; None if one holds an error, or ends before its length."""
    frames = [site.read(each.frame) for each in grown]
    whole = all(frame.shape[each.axis] == each.length for each, frame in zip(grown, frames, strict=True))
    return frames if whole and not any(frame.has(Kind.ERROR) for frame in frames) else None


def _sum(grown: Sequence[Growing], site: Site, measure: Callable[[Node], Node] = lambda node: node) -> Operand | None:
    frames = _frames(grown, site)
    if frames is None or len(frames) > 1:
        return None
    return numbers(_summed(measure(taken(frames[0])[0]), grown[0]))


def _count(grown: Sequence[Growing], site: Site) -> Operand | None:
    frames = _frames(grown, site)
    if frames is None or len(frames) > 1:
        return None
    return numbers(_summed(constant(taken(frames[0])[1].astype(np.float64)), grown[0]))


def _average(grown: Sequence[Growing], site: Site) -> Operand | None:
    total, count = _sum(grown, site), _count(grown, site)
    return None if total is None or count is None else averaged(total.number, count.known)


def _sumproduct(grown: Sequence[Growing], site: Site) -> Operand | None:
    frames = _frames(grown, site)
    first = grown[0]
    if frames is None or any(frame.shape[2:] != frames[0].shape[2:] for frame in frames):
        return None
    if any((each.axis, each.at_end) != (first.axis, first.at_end) for each in grown):
        return None
    if any(not np.array_equal(each.count, first.count) for each in grown):
        return None
    return numbers(_summed(reduce(mul, [taken(frame)[0] for frame in frames]), first))


def _extreme(grown: Sequence[Growing], site: Site, between: Callable[[Node, Node], Node]) -> Operand | None:
    """Running extremes of a frame that holds nothing but numbers."""
    frames = _frames(grown, site)
    if frames is None or len(frames) > 1:
        return None
    values, mask = taken(frames[0])
    if not mask.all():
        return None
    each = grown[0]
    places = np.moveaxis(np.arange(values.size).reshape(values.shape), each.axis, 0)
    steps = places[::-1] if each.at_end else places
    lines = reduce(between, [take(values, steps[..., k]) for k in range(steps.shape[-1])])
    width = lines.size // each.length
    y = variable(lines.size, "extremes")
    flat = reshape(lines, (lines.size,))
    before = take(join([take(flat, np.arange(width)), y]), np.arange(y.size))
    run = solved(between(before, flat), y, width)
    if run is None:
        return None
    backwards = np.arange(run.size).reshape(each.length, *values.shape[:2])[:: -1 if each.at_end else 1]
    return numbers(_picked(take(run, np.moveaxis(backwards, 0, 2)[..., np.newaxis]), each))


_RUNNING: dict[str, Callable[[Sequence[Growing], Site], Operand | None]] = {
    "SUM": _sum,
    "SUMSQ": lambda grown, site: _sum(grown, site, square),
    "COUNT": _count,
    "AVERAGE": _average,
    "SUMPRODUCT": _sumproduct,
    "MAX": lambda grown, site: _extreme(grown, site, maximum),
    "MIN": lambda grown, site: _extreme(grown, site, minimum),
}
"""Functions that run along a frame once for all cells."""
