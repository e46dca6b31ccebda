"""The values that charts keep of the cells they show, so that viewers which do not calculate show the new curve.

Only points whose cell changed are touched. A cache that leaves cells out (hidden rows) or spans more than one row and
column does not say which point is which cell; it stays, and programs that calculate refresh it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from solver.book.cellxml import number_text
from solver.book.markup import Element, escape, parse
from solver.book.splice import Places, Splice, place_keys, splice
from solver.book.tables import parse_area
from solver.grid import MAX_COLS, Area
from solver.values import ErrorValue, Scalar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from solver.book.book import Cells
    from solver.book.draft import Draft

_CHART = re.compile(r"(?:.*/)?charts/[^/]*\.xml\Z", re.IGNORECASE)
_REFERENCE = re.compile(r"(?:'((?:[^']|'')+)'|([^'!\[\](),]+))!([$A-Z0-9:]+)\Z")
_CACHES = {"numRef": "numCache", "strRef": "strCache"}


@dataclass(frozen=True, slots=True)
class _Values:
    """New values of a sheet, findable by key."""

    cells: Cells
    keys: Places
    order: Places


def refresh_charts(draft: Draft, parts: Iterable[str], values: Mapping[str, Cells]) -> None:
    """Brings the cached points of all charts up to the new values of the cells they show."""
    charts = [part for part in parts if _CHART.match(part)]
    if not charts:
        return
    found = {}
    for sheet, cells in values.items():
        keys = place_keys(cells.row, cells.col)
        order = np.argsort(keys, kind="stable")
        found[sheet.casefold()] = _Values(cells, keys[order], order)
    for part in charts:
        content = draft.content(part)
        if b"Cache" in content:
            splices = list(_chart_splices(parse(content, part), content, found))
            if splices:
                draft.put(part, splice(content, splices))


def _chart_splices(tree: Element, content: bytes, values: Mapping[str, _Values]) -> Iterator[Splice]:
    for kind, cache_name in _CACHES.items():
        for reference in tree.within(kind):
            formula, cache = reference.first("f"), reference.first(cache_name)
            if formula is None or cache is None:
                continue
            match = _REFERENCE.match(formula.text.strip())
            sheet = values.get((match[1] or match[2]).replace("''", "'").casefold()) if match else None
            area = parse_area("", match[3]) if match else None
            if sheet is not None and area is not None:
                yield from _cache_splices(cache, content, area, sheet, texts=kind == "strRef")


def _cache_splices(cache: Element, content: bytes, area: Area, values: _Values, *, texts: bool) -> Iterator[Splice]:
    count = cache.first("ptCount")
    if count is None or count.get("val") != str(area.size) or min(area.rows, area.cols) > 1:
        return
    points = {point.get("idx"): point for point in cache.all("pt")}
    prefix = content[cache.start + 1 : cache.inner].split(cache.name.encode())[0].decode()
    fresh: dict[int, str] = {}
    for index, value in _changed(area, values):
        if texts and not isinstance(value, str):
            continue  # the text that a number shows depends on its format
        text = _point_text(value, texts=texts)
        point = points.get(str(index))
        if point is None:
            if text:
                at = max((p.stop for i, p in points.items() if i.isdecimal() and int(i) < index), default=count.stop)
                new = f'<{prefix}pt idx="{index}"><{prefix}v>{text}</{prefix}v></{prefix}pt>'
                fresh[at] = fresh.get(at, "") + new
        elif not text:
            yield point.start, point.stop, b""
        else:
            stored = point.first("v")
            if stored is not None and not _same(stored.text, value):
                yield stored.start, stored.stop, f"<{prefix}v>{text}</{prefix}v>".encode()
    for at, new in fresh.items():
        yield at, at, new.encode()


def _changed(area: Area, values: _Values) -> Iterator[tuple[int, Scalar]]:
    """The new values inside an area of one row or column, each with its number in the area."""
    step = 1 if area.rows == 1 else MAX_COLS
    wanted = (area.top * MAX_COLS + area.left) + step * np.arange(area.size, dtype=np.int64)
    after = np.searchsorted(values.keys, wanted, side="right") - 1  # of two values for one cell the later counts
    for index in np.flatnonzero((after >= 0) & (values.keys[after] == wanted)).tolist() if len(values.keys) else ():
        yield index, values.cells.scalar(int(values.order[after[index]]))


def _point_text(value: Scalar, *, texts: bool) -> str:
    """What a chart stores for a value; "" for no point."""
    if value is None:
        return ""
    if isinstance(value, ErrorValue):
        return value.label
    if isinstance(value, str):
        return escape(value) if texts else "0"
    return number_text(value) if np.isfinite(value) else ErrorValue.NUM.label


def _same(stored: str, value: Scalar) -> bool:
    if isinstance(value, str):
        return stored == value
    if isinstance(value, ErrorValue) or value is None:
        return stored == _point_text(value, texts=False)
    try:
        return float(stored) == value
    except ValueError:
        return False
