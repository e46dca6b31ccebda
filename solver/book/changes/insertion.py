"""Cells and rows that a sheet does not store yet, put in their places; `spans` and `<dimension>` follow."""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np

from solver.book.changes.cell import Keep, new_cell
from solver.book.markup import is_true
from solver.grid import MAX_COLS, Area, parse_area

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from solver.book.changes.source import Change, Source
    from solver.book.splice import Splice

_SPANS = re.compile(rb"""(\sspans\s*=\s*["'])([^"']*)""")
_ATTRIBUTE = re.compile(rb"""\s([\w:]+)\s*=\s*["']([^"']*)["']""")
_REFERENCE = re.compile(rb"""(\sref\s*=\s*["'])([^"']*)""")


def insertions(source: Source, missing: Mapping[int, Change]) -> list[Splice]:
    """The splices that put new cells (by key) into a sheet."""
    if not missing:
        return []
    rows = source.text.rows
    numbers = np.array(rows.number, np.int64)
    order = np.argsort(numbers, kind="stable")
    numbers = numbers[order]
    splices: list[Splice] = []
    fresh: dict[int, list[bytes]] = {}
    wanted = np.sort(np.fromiter(missing, np.int64, len(missing)))
    befores = (source.text.cells.places(*np.divmod(wanted, MAX_COLS))[0] - 1).tolist()
    ats = np.searchsorted(numbers, wanted // MAX_COLS, side="right").tolist()
    for row, group in groupby(zip(wanted.tolist(), befores, ats, strict=True), key=lambda each: each[0] // MAX_COLS):
        keys, before, (at, *_) = zip(*group, strict=True)
        if at and numbers[at - 1] == row:
            splices += _into_row(source, int(order[at - 1]), keys, before, missing)
        else:
            place = rows.stop[order[at - 1]] if at else source.text.frame.inner
            fresh.setdefault(place, []).append(_new_row(source, row, keys, missing))
    splices += [(place, place, b"".join(made)) for place, made in fresh.items()]
    return [*_opened(source, splices), *_dimension(source, missing)]


def _cell(source: Source, key: int, style: str, change: Change) -> bytes:
    row, col = divmod(key, MAX_COLS)
    value = None if isinstance(change.value, Keep) else change.value
    formula = change.formula if isinstance(change.formula, str) else None
    return new_cell(row, col, style, value, formula, source.rich, source.prefix).encode()


def _new_row(source: Source, row: int, keys: Sequence[int], missing: Mapping[int, Change]) -> bytes:
    prefix = source.prefix.encode()
    cells = b"".join(
        _cell(source, key, missing[key].style or _column_style(source, key % MAX_COLS), missing[key]) for key in keys
    )
    return b'<%srow r="%d">%s</%srow>' % (prefix, row + 1, cells, prefix)


def _into_row(
    source: Source, number: int, keys: Sequence[int], befores: Sequence[int], missing: Mapping[int, Change]
) -> list[Splice]:
    """Puts cells into a stored row, each behind the cell before it (its index, -1 for none)."""
    text, rows = source.text, source.text.rows
    start, inner, stop = rows.start[number], rows.inner[number], rows.stop[number]
    tag = source.content[start:inner]
    attributes = {name.decode(): value.decode() for name, value in _ATTRIBUTE.findall(tag)}
    row_style = attributes.get("s", "") if is_true(attributes.get("customFormat", "0")) else ""
    new_tag = _SPANS.sub(lambda found: found[1] + _wider(found[2], keys), tag, count=1)
    made: dict[int, list[bytes]] = {}
    for key, before in zip(keys, befores, strict=True):
        inside = before >= 0 and start <= text.start[before] < stop
        place = int(text.stop[before]) if inside else inner
        style = missing[key].style or row_style or _column_style(source, key % MAX_COLS)
        made.setdefault(place, []).append(_cell(source, key, style, missing[key]))
    if tag.endswith(b"/>"):
        new_tag = new_tag[:-2].rstrip() + b">" + b"".join(made[inner]) + b"</" + source.prefix.encode() + b"row>"
        return [(start, stop, new_tag)]
    splices = [(place, place, b"".join(cells)) for place, cells in made.items()]
    return splices if new_tag == tag else [(start, inner, new_tag), *splices]


def _wider(spans: bytes, keys: Sequence[int]) -> bytes:
    """The columns that a row says it uses, with the new ones; what is not understood stays."""
    cols = [key % MAX_COLS + 1 for key in keys]
    try:
        bounds = [int(number) for span in spans.split() for number in span.split(b":")]
    except ValueError:
        return spans
    if not bounds or (min(bounds) <= min(cols) and max(cols) <= max(bounds)):
        return spans
    return b"%d:%d" % (min(*bounds, *cols), max(*bounds, *cols))


def _column_style(source: Source, col: int) -> str:
    """The style that an empty cell shows: its column's."""
    columns = source.text.frame.root.first("cols")
    if columns is None:
        return ""
    for element in columns.all("col"):
        low, high = element.get("min", "0"), element.get("max", "0")
        if low.isdecimal() and high.isdecimal() and int(low) <= col + 1 <= int(high):
            return element.get("style") if element.get("style") != "0" else ""
    return ""


def _opened(source: Source, splices: list[Splice]) -> list[Splice]:
    """The same splices, inside a `<sheetData/>` that is no longer empty."""
    frame = source.text.frame
    tag = source.content[frame.start : frame.inner]
    if not tag.endswith(b"/>"):
        return splices
    rows = b"".join(new for _, _, new in splices)
    closing = b"</" + source.prefix.encode() + b"sheetData>"
    return [(frame.start, frame.stop, tag[:-2].rstrip() + b">" + rows + closing)]


def _dimension(source: Source, missing: Mapping[int, Change]) -> list[Splice]:
    """Widens the stated area of the sheet if a new cell lies outside it."""
    element = source.text.frame.root.first("dimension")
    area = None if element is None else parse_area("", element.get("ref"))
    if element is None or area is None:
        return []
    rows, cols = [key // MAX_COLS for key in missing], [key % MAX_COLS for key in missing]
    wide = Area("", min(area.top, *rows), min(area.left, *cols), max(area.bottom, *rows), max(area.right, *cols))
    if wide == area:
        return []
    tag = source.content[element.start : element.inner]
    reference = wide.absolute.replace("$", "").encode()
    return [(element.start, element.inner, _REFERENCE.sub(lambda found: found[1] + reference, tag, count=1))]
