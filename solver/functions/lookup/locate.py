"""Where keys stand in a vector, and what stands there elsewhere, for a whole block at once.

Known keys in a known vector give known positions, so that variables are reached by a plain gather. If either depends
on a variable the position is a step function of it: a count of smaller values, or the first place of equality.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from solver.algebra import Node, constant, count_less, equal, less, less_equal, max_, min_, pick, sub, sum_, where
from solver.functions.alignment import overlaid
from solver.functions.arrange import cell_of, flatten, gather, spread_to
from solver.functions.criteria.selection import column_of
from solver.functions.here import Growing, Reference, contents
from solver.functions.lookup.search import Match, search_of
from solver.functions.mathematics.aggregate import taken
from solver.functions.operand import NeedsValue, NotUniform, Operand, error, numbers, with_errors
from solver.functions.wildcards import has_wildcards
from solver.values import ErrorValue, Kind

if TYPE_CHECKING:
    from solver.functions.here import Here
    from solver.functions.operand import BoolArray, IntArray
    from solver.functions.registry import Ref

Place: TypeAlias = "IntArray | Node"
"""Positions from 0: known ones (-1 where nothing was found), or live ones (no value where nothing was found)."""


def located(
    vector: Operand,
    keys: Operand,
    match: Match,
    *,
    last: bool = False,
    blanks: bool = False,
    area: Ref | None = None,
) -> Place:
    """Where the keys (R, C, h, w) stand in a vector, (R, C, 1, n) or (R, C, n, 1), read from an area.

    NotUniform where the area grows from cell to cell, and what is asked for is not equality with a known key.
    """
    place = _located(vector, keys, match, last=last, blanks=blanks)
    if not isinstance(area, Growing):
        return place
    if isinstance(place, Node) or match not in (Match.EXACT, Match.WILDCARD) or vector.shape[:2] != (1, 1):
        raise NotUniform
    if not area.at_end and not last:
        return np.where(place < area.count[:, :, np.newaxis, np.newaxis], place, -1)
    if match is Match.WILDCARD and any(map(has_wildcards, _texts(keys))):
        raise NotUniform  # what is found then differs from text to text
    return _among_equals(vector, place, area, last=last)


def _texts(operand: Operand) -> list[str]:
    return [] if operand.text is None else [text for text in operand.text.ravel().tolist() if text is not None]


def _among_equals(vector: Operand, place: IntArray, area: Growing, *, last: bool) -> IntArray:
    """Of all values equal to the one at a place, the first or last that lies in the cell's own part of the area."""
    size = area.length
    same = search_of(column_of(vector)).find(flatten(vector), Match.EXACT, last=last, blanks=True).ravel()
    keys = np.sort(same * size + np.arange(same.size))
    start = begin_of(area)
    low = np.searchsorted(keys, place * size + start)
    high = np.searchsorted(keys, place * size + start + area.count[:, :, np.newaxis, np.newaxis])
    chosen = np.clip(high - 1 if last else low, 0, max(keys.size - 1, 0))
    return np.where((place >= 0) & (low < high), keys[chosen] % size, -1)


def begin_of(area: Growing) -> IntArray:
    """The place where each cell's own part of a growing range begins: (R, C, 1, 1)."""
    count = area.count[:, :, np.newaxis, np.newaxis]
    return area.length - count if area.at_end else np.zeros_like(count)


def _located(vector: Operand, keys: Operand, match: Match, *, last: bool, blanks: bool) -> Place:
    numeric = bool((keys.kind == Kind.NUMBER).any())
    if keys.live or (vector.live and numeric):
        return _live(vector, keys, match)
    if vector.shape[:2] == (1, 1):
        return search_of(column_of(vector)).find(keys, match, last=last, blanks=blanks)
    lead = np.broadcast_shapes(vector.shape[:2], keys.shape[:2])
    places = np.empty((*lead, *keys.shape[2:]), dtype=np.intp)
    for r, c in np.ndindex(lead):
        search = search_of(column_of(vector, r, c))
        places[r : r + 1, c : c + 1] = search.find(cell_of(keys, r, c), match, last=last, blanks=blanks)
    return places


def _live(vector: Operand, keys: Operand, match: Match) -> Node:
    if keys.shape[2:] != (1, 1):
        raise NeedsValue("several keys at once must not depend on a variable cell")
    if keys.has(Kind.TEXT):
        raise NeedsValue("texts cannot be looked up beside keys that depend on a variable cell")
    if vector.shape[:2] == (1, 1) and not vector.live and match in (Match.ASCENDING, Match.BELOW, Match.ABOVE):
        ordered = search_of(column_of(vector)).numbers
        if not len(ordered.values):
            return constant(np.full((1, 1, 1, 1), np.nan))
        upwards = match is Match.ABOVE
        count = count_less(ordered.values, keys.number, or_equal=not upwards)
        places = constant(ordered.places.astype(np.float64).reshape(1, 1, 1, -1))
        return pick(places, count if upwards else sub(count, 1.0), -1)
    row, mask = taken(flatten(vector), np.nan)
    return _dense(where(constant(mask), row, 0.0), mask, keys.number, match)


def _dense(row: Node, mask: BoolArray, key: Node, match: Match) -> Node:
    """The live position by comparing the key with every number of the row."""
    counts = constant(mask)
    if match is Match.BELOW:
        key = max_(where(where(counts, less_equal(row, key), 0.0), row, -np.inf), -1)
    elif match is Match.ABOVE:
        key = min_(where(where(counts, less_equal(key, row), 0.0), row, np.inf), -1)
    elif match in (Match.ASCENDING, Match.DESCENDING):
        passed = less_equal(row, key) if match is Match.ASCENDING else less_equal(key, row)
        before = sub(sum_(where(counts, passed, 0.0), -1), 1.0)
        return pick(constant(np.argsort(~mask, axis=-1, kind="stable")), before, -1)  # the places of the numbers
    places = np.arange(mask.shape[3], dtype=np.float64)
    first = min_(where(where(counts, equal(row, key), 0.0), places, np.inf), -1)
    return where(less(first, np.inf), first, np.nan)


def counted_from_one(place: Place, keys: Operand, area: Ref) -> Operand:
    """The positions in an area as a formula counts them, #N/A where nothing was found."""
    if isinstance(place, Node):
        return with_errors(numbers(sub(place, -1.0)), keys)
    found = numbers(constant(place + 1.0 - (begin_of(area) if isinstance(area, Growing) else 0.0)))
    return with_errors(overlaid(found, place < 0, np.uint8(Kind.ERROR + ErrorValue.NA)), keys)


def vector_of(area: Operand | Reference, here: Here) -> Operand | None:
    """The values of a range of one row or one column; None for another one."""
    if isinstance(area, Growing) and (area.cols if area.axis == 2 else area.rows) > 1:
        raise NotUniform  # it begins as one row or column
    operand = contents(here, area)
    return operand if 1 in operand.shape[2:] else None


def entries_at(area: Operand | Reference, down: IntArray, across: IntArray, here: Here) -> Operand:
    """The values of a range at known rows and columns from 0, which broadcast to (R, C, h, w)."""
    shape = np.broadcast_shapes(down.shape, across.shape)
    if isinstance(area, Reference) and shape[2:] == (1, 1):
        top = area.top + down[:, :, 0, 0]
        left = area.left + across[:, :, 0, 0]
        return here.read(Reference(area.sheet, top, left, 1, 1))
    operand = contents(here, area)
    high, wide = operand.shape[2:]
    if isinstance(area, Reference) and (high, wide) != (area.rows, area.cols):
        beyond = (down >= high) | (across >= wide)
        inside = _gathered(operand, np.minimum(down, high - 1), np.minimum(across, wide - 1))
        return overlaid(inside, np.broadcast_to(beyond, shape), np.uint8(Kind.BLANK))
    return _gathered(operand, down, across)


def _gathered(operand: Operand, down: IntArray, across: IntArray) -> Operand:
    rows, cols, high, wide = operand.shape
    block = np.arange(rows * cols).reshape(rows, cols, 1, 1) * (high * wide)
    return gather(operand, np.asarray(block + down * wide + across, dtype=np.intp))


def entry_at(vector: Operand, place: Place, here: Here, area: Operand | Reference) -> Operand:
    """What stands at positions of a vector (`area` read), #N/A where nothing was found."""
    if isinstance(place, Node):
        values, _ = taken(flatten(vector), np.nan)
        return numbers(pick(values, place, -1))
    inside = np.maximum(place, 0)
    if not (place >= 0).any():
        return spread_to(error(ErrorValue.NA), place.shape)
    nowhere = np.zeros((1, 1, 1, 1), dtype=np.intp)
    downwards = vector.shape[3] == 1
    found = entries_at(area, inside if downwards else nowhere, nowhere if downwards else inside, here)
    return overlaid(found, place < 0, np.uint8(Kind.ERROR + ErrorValue.NA))
