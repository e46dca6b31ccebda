"""Ranges whose size varies from cell to cell, as A$2:A2 does filled down: running sums, counts and their kin.

Such a range is the first (or the last) so many rows or columns of one frame, which is the same for all cells. Sums,
counts, means and extremes run along the frame once (`compiler.ordering.runs`), criteria and lookups know such ranges.
Other functions get the whole frame with blanks where a cell's range has ended, if blanks mean nothing to them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from solver.algebra import constant, mul
from solver.compiler.ordering.runs import run
from solver.formula.tree import Axis
from solver.formula.tree import Reference as Address
from solver.functions.arrange import rearrange
from solver.functions.call import call
from solver.functions.here import Growing, Reference
from solver.functions.operand import NotUniform, Operand
from solver.functions.stack import beside
from solver.grid import MAX_COLS, MAX_ROWS
from solver.values import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy.typing as npt

    from solver.compiler.lowering.site import Site
    from solver.formula.tree import Tree
    from solver.functions.call import Argument, Result
    from solver.functions.operand import IntArray
    from solver.functions.registry import Function, Taking

T = TypeVar("T", bound=np.generic)

_MOST_VALUES = 1 << 22
"""How many values frames with blanks may hold; larger blocks are divided."""

_BLIND = frozenset(
    word
    for line in (
        "AND AVEDEV AVERAGE AVERAGEA CORREL COUNT COUNTA COVAR COVARIANCE.P COVARIANCE.S DEVSQ GEOMEAN HARMEAN",
        "INTERCEPT KURT LARGE MAX MAXA MEDIAN MIN MINA NPV OR PEARSON PERCENTILE PERCENTILE.EXC PERCENTILE.INC",
        "PERCENTRANK PERCENTRANK.EXC PERCENTRANK.INC PRODUCT QUARTILE QUARTILE.EXC QUARTILE.INC RANK RANK.AVG RANK.EQ",
        "RSQ SKEW SKEW.P SLOPE SMALL STDEV STDEV.P STDEV.S STDEVA STDEVP STDEVPA STEYX SUM SUMPRODUCT SUMSQ TRIMMEAN",
        "VAR VAR.P VAR.S VARA VARP VARPA XOR",
    )
    for word in line.split()
)
"""Functions to which a blank in a range means nothing."""


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


def called(
    function: Function, args: Sequence[Tree], site: Site, argument: Callable[[Tree, Taking, Site], Argument]
) -> Result | None:
    """A function of growing ranges; None if it has none, or must be computed cell by cell.

    `argument` evaluates one that does not grow, as its parameter takes it.
    """
    grown = [growing(arg, site) if isinstance(arg, Address) else None for arg in args]
    if not any(grown):
        return None
    arguments = [
        argument(arg, function.parameter(k).taking, site) if each is None else each
        for k, (arg, each) in enumerate(zip(args, grown, strict=True))
    ]
    found = run(function, arguments, site)
    if found is not None:
        return found
    blind = function.names[0] in _BLIND
    if function.grows:
        try:
            return _line_by_line(function, arguments, site)
        except NotUniform:
            if not blind:
                raise
    if not blind:
        return None
    return call(function, [_blanked(each, site) if isinstance(each, Growing) else each for each in arguments], site)


def _line_by_line(function: Function, arguments: Sequence[Argument], site: Site) -> Result | None:
    """The function where every column of the block (or row, if ranges grow to the side) has one frame of its own."""
    grown = [argument for argument in arguments if isinstance(argument, Growing)]
    if all(each.fixed for each in grown):
        return call(function, arguments, site)
    axis = 1 if grown[0].axis == 2 else 0
    lines = []
    for k in range(site.col.size if axis == 1 else site.row.size):
        line = replace(site, col=site.col[:, k : k + 1]) if axis == 1 else replace(site, row=site.row[k : k + 1])
        part = call(function, [_part(argument, axis, k) for argument in arguments], line)
        if not isinstance(part, Operand) or part.shape[2:] != (1, 1):
            return None
        lines.append(part)
    return rearrange(beside(lines), lambda places: places.swapaxes(axis, 3))


def _part(argument: Argument, axis: int, k: int) -> Argument:
    """What an argument is in one column (`axis` 1) or row (0) of the block; NotUniform if that cannot be said."""

    def cut(array: npt.NDArray[T]) -> npt.NDArray[T]:
        return array if array.shape[axis] == 1 else array.take([k], axis)

    if isinstance(argument, Operand):
        return rearrange(argument, cut)
    if isinstance(argument, Growing):
        return replace(argument, top=cut(argument.top), left=cut(argument.left), count=cut(argument.count))
    if isinstance(argument, Reference):
        return replace(argument, top=cut(argument.top), left=cut(argument.left))
    raise NotUniform


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
    place = (start, side, length, width) if axis == 2 else (side, start, width, length)
    return Growing(sheet, *place, axis=axis, count=high - low + 1, at_end=at_end)


def _blanked(grown: Growing, site: Site) -> Operand:
    """The frame for every cell, with blanks where its range has ended; NotUniform if that is too much."""
    frame = site.read(grown)
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
