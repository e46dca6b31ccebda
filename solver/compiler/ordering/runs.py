"""Functions of growing ranges that run along the frame once for all cells: each cell picks its own, in linear time."""

from __future__ import annotations

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
    sqrt,
    square,
    sub,
    sum_,
    take,
    variable,
    where,
)
from solver.functions.alignment import extended
from solver.functions.call import call
from solver.functions.here import Growing
from solver.functions.mathematics.aggregate import averaged, taken
from solver.functions.operand import Operand, numbers
from solver.functions.sample import needing, per
from solver.values import ErrorValue, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from solver.algebra import Node
    from solver.compiler.lowering.site import Site
    from solver.functions.call import Argument, Result
    from solver.functions.operand import BoolArray, FloatArray
    from solver.functions.registry import Function

    _Measure = Callable[[Sequence[Growing], Site], Operand | None]


def run(function: Function, arguments: Sequence[Argument], site: Site) -> Result | None:
    """A function of which some arguments grow; None where it cannot run along their frames."""
    name = function.names[0]
    measure = _RUNS.get(name)
    if measure is None:
        return None
    grown = [argument for argument in arguments if isinstance(argument, Growing)]
    found = measure(grown, site) if len(grown) == len(arguments) else None
    if found is not None or name not in _TOGETHER or len(arguments) == 1:
        return found
    parts: list[Argument] = []
    for argument in arguments:
        part = _measured(measure, argument, site) if isinstance(argument, Growing) else argument
        if part is None:
            return None
        parts.append(part)
    return call(function, parts, site)


def _measured(measure: _Measure, grown: Growing, site: Site) -> Operand | None:
    """What a function makes of one range alone, if that is a number for every cell."""
    return measure([grown], site) if (site.read(grown).kind == Kind.NUMBER).all() else None


def _picked(run: Node, grown: Growing) -> Node:
    """Each cell's own of a run along the frame: (R, C, 1, 1)."""
    shape = run.shape
    rows, cols = np.broadcast_shapes(shape[:2], grown.count.shape)
    at = np.broadcast_to(grown.length - grown.count if grown.at_end else grown.count - 1, (rows, cols))
    lead = np.arange(shape[0] * shape[1]).reshape(shape[:2]) * (shape[2] * shape[3])
    return take(run, (np.broadcast_to(lead, (rows, cols)) + at)[:, :, np.newaxis, np.newaxis])


def summed(values: Node, grown: Growing) -> Node:
    """The sums over each cell's range."""
    across = sum_(values, -1 if grown.axis == 2 else -2)
    return _picked(cumsum(across, grown.axis, reverse=grown.at_end), grown)


def _frames(grown: Sequence[Growing], site: Site) -> list[Operand] | None:
    """The frames that are read; None if one holds an error, or ends before its length."""
    frames = [site.read(each) for each in grown]
    whole = all(frame.shape[each.axis] == each.length for each, frame in zip(grown, frames, strict=True))
    return frames if whole and not any(frame.has(Kind.ERROR) for frame in frames) else None


def _sum(grown: Sequence[Growing], site: Site, measure: Callable[[Node], Node] = lambda node: node) -> Operand | None:
    frames = _frames(grown, site)
    if frames is None or len(frames) > 1:
        return None
    return numbers(summed(measure(taken(frames[0])[0]), grown[0]))


def _count(grown: Sequence[Growing], site: Site) -> Operand | None:
    frames = _frames(grown, site)
    if frames is None or len(frames) > 1:
        return None
    return numbers(summed(constant(taken(frames[0])[1].astype(np.float64)), grown[0]))


def _count_all(grown: Sequence[Growing], site: Site) -> Operand | None:
    if len(grown) > 1:
        return None
    frame = site.read(grown[0])
    full = extended(frame, grown[0].rows, grown[0].cols, Kind.BLANK)
    filled = np.broadcast_to(full.kind != Kind.BLANK, full.shape)
    return numbers(summed(constant(filled.astype(np.float64)), grown[0]))


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
    return numbers(summed(reduce(mul, [taken(frame)[0] for frame in frames]), first))


def _spread(measure: Callable[[Node, FloatArray], Node]) -> _Measure:
    """What `measure` makes of the sums of squared deviations from the mean, and of how many numbers there are."""

    def measured(grown: Sequence[Growing], site: Site) -> Operand | None:
        frames = _frames(grown, site)
        if frames is None or len(frames) > 1:
            return None
        squares, count = _squares(*taken(frames[0]), grown[0])
        return numbers(measure(squares, count))

    return measured


def _squares(values: Node, mask: BoolArray, grown: Growing) -> tuple[Node, FloatArray]:
    """The sums of squared deviations from the mean over each cell's range, and how many numbers it has.

    Each number adds  (n - 1) / n (x - mean of those before)^2 (Welford 1962), which loses no digits; all of them are
    seen from the first, so that neither do the means.
    """
    places = np.moveaxis(np.arange(values.size).reshape(values.shape), grown.axis, 2)
    steps = places[:, :, :: -1 if grown.at_end else 1].reshape(*values.shape[:2], -1, 1)
    counted = np.broadcast_to(mask, values.shape).ravel()[steps].astype(np.float64)
    first = np.take_along_axis(steps, counted.argmax(axis=2)[:, :, np.newaxis], axis=2)
    seen = mul(sub(take(values, steps), take(values, first)), constant(counted))
    upto = np.cumsum(counted, axis=2)
    earlier = np.arange(steps.size).reshape(steps.shape)[:, :, np.maximum(np.arange(steps.shape[2]) - 1, 0)]
    means = mul(take(cumsum(seen, 2), earlier), constant(1.0 / np.maximum(upto - counted, 1.0)))
    share = counted * (upto - counted) / np.maximum(upto, 1.0)
    run = cumsum(mul(square(sub(seen, means)), constant(share)), 2)
    rows, cols = np.broadcast_shapes(values.shape[:2], grown.count.shape)
    line = np.arange(values.shape[0] * values.shape[1]).reshape(values.shape[:2]) * steps.shape[2]
    at = np.broadcast_to(line, (rows, cols)) + grown.count * (steps.shape[2] // grown.length) - 1
    count = upto.ravel()[at][:, :, np.newaxis, np.newaxis]
    lone = constant((count < 2).astype(np.float64))  # known to be 0: as a square it would have a root without a slope
    return where(lone, 0.0, take(run, at[:, :, np.newaxis, np.newaxis])), count


def _folded(
    grown: Sequence[Growing], site: Site, between: Callable[[Node, Node], Node], nothing: float
) -> Operand | None:
    """What `between` makes of all numbers so far; `nothing` changes no number. 0 where there is none yet."""
    frames = _frames(grown, site)
    if frames is None or len(frames) > 1:
        return None
    values, mask = taken(frames[0], nothing)
    each = grown[0]
    places = np.moveaxis(np.arange(values.size).reshape(values.shape), each.axis, 0)
    steps = places[::-1] if each.at_end else places
    lines = reduce(between, [take(values, steps[..., k]) for k in range(steps.shape[-1])])
    width = lines.size // each.length
    y = variable(lines.size, "so far")
    flat = reshape(lines, (lines.size,))
    before = take(join([np.full(width, nothing), y]), np.arange(y.size))
    run = solved(between(before, flat), y, width)
    if run is None:
        return None
    backwards = np.arange(run.size).reshape(each.length, *values.shape[:2])[:: -1 if each.at_end else 1]
    found = _picked(take(run, np.moveaxis(backwards, 0, 2)[..., np.newaxis]), each)
    if mask.all():
        return numbers(found)
    return numbers(where(summed(constant(mask.astype(np.float64)), each), found, 0.0))


_RUNS: dict[str, _Measure] = {
    "SUM": _sum,
    "SUMSQ": lambda grown, site: _sum(grown, site, square),
    "COUNT": _count,
    "COUNTA": _count_all,
    "AVERAGE": _average,
    "SUMPRODUCT": _sumproduct,
    "DEVSQ": _spread(lambda squares, count: needing(squares, count > 0, ErrorValue.NUM)),
    "VAR.S": _spread(lambda squares, count: per(squares, count - 1)),
    "VAR.P": _spread(per),
    "STDEV.S": _spread(lambda squares, count: sqrt(per(squares, count - 1))),
    "STDEV.P": _spread(lambda squares, count: sqrt(per(squares, count))),
    "MAX": lambda grown, site: _folded(grown, site, maximum, -np.inf),
    "MIN": lambda grown, site: _folded(grown, site, minimum, np.inf),
    "PRODUCT": lambda grown, site: _folded(grown, site, mul, 1.0),
}
"""Functions that run along a frame once for all cells."""

_TOGETHER = ("SUM", "MAX", "MIN", "PRODUCT")
"""Those whose value for several ranges is that of their values for each."""
