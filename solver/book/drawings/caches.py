"""The values that charts keep of the cells they show, so that viewers which do not calculate show the new curve.

Only points whose cell changed are touched. A cache that leaves cells out (hidden rows), or an area that spans more rows
and columns than the cache has levels, does not say which point is which cell; it stays, and programs that calculate
refresh it.

    charts of 2007     <c:numRef> <c:f/> <c:numCache> <c:ptCount/> <c:pt idx> <c:v/> ...
                       <c:multiLvlStrRef> <c:f/> <c:multiLvlStrCache> <c:ptCount/> <c:lvl> <c:pt idx> <c:v/> ...
    charts of 2016     <cx:numDim> <cx:f/> <cx:lvl ptCount> <cx:pt idx> ...
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from solver.book.markup import Element, escape, number_text, parse
from solver.book.splice import Splice, splice
from solver.grid import MAX_COLS, Area, parse_area
from solver.values import ErrorValue, Scalar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from solver.book.book import Cells, KeyArray
    from solver.book.package.draft import Draft

_CHART = re.compile(r"(?:.*/)?charts/[^/]*\.xml\Z", re.IGNORECASE)
_REFERENCE = re.compile(r"(?:'((?:[^']|'')+)'|([^'!\[\](),]+))!([$A-Z0-9:]+)\Z")
_UNION = re.compile(r"""(?:'(?:[^']|'')*'|[^',])+""")
_TEXTS = {"numRef": False, "strRef": True, "multiLvlStrRef": True, "numDim": False, "strDim": True}
"""The elements that refer to cells, and whether they keep texts."""


@dataclass(frozen=True, slots=True)
class _Values:
    """New values of a sheet, findable by key."""

    cells: Cells
    keys: KeyArray
    order: KeyArray


@dataclass(frozen=True, slots=True)
class _Level:
    """One row of points: the element that holds them, the byte behind which the first may stand, and their cells."""

    element: Element
    begin: int
    areas: tuple[Area, ...]
    texts: bool


def refresh_charts(
    draft: Draft, parts: Iterable[str], values: Mapping[str, Cells], names: Mapping[str, str] | None = None
) -> None:
    """Brings the cached points of all charts up to the new values of the cells they show.

    `names` are what the book's defined names say, by their casefolded names.
    """
    charts = [part for part in parts if _CHART.match(part)]
    if not charts:
        return
    found = {}
    for sheet, cells in values.items():
        keys = cells.keys()
        order = np.argsort(keys, kind="stable")
        found[sheet.casefold()] = _Values(cells, keys[order], order)
    for part in charts:
        content = draft.content(part)
        if b"pt" in content:
            levels = _levels(parse(content, part), names or {})
            splices = [new for level in levels for new in _level_splices(level, content, found)]
            if splices:
                draft.put(part, splice(content, splices))


def _levels(tree: Element, names: Mapping[str, str]) -> Iterator[_Level]:
    """Every row of points of a chart whose points say which cell they are."""
    for kind, texts in _TEXTS.items():
        for reference in tree.within(kind):
            formula = reference.first("f")
            areas = () if formula is None else _areas(formula.text.strip(), names)
            across = formula is not None and formula.get("dir", "col") == "row"
            caches = [child for child in reference.children if child.name.endswith("Cache")]
            for holder in caches or [reference]:
                yield from _rows_of_points(holder, areas, texts=texts, across=across)


def _rows_of_points(holder: Element, areas: tuple[Area, ...], *, texts: bool, across: bool) -> Iterator[_Level]:
    levels, count = list(holder.all("lvl")), holder.first("ptCount")
    if not levels:
        lined = all(min(area.rows, area.cols) == 1 for area in areas)
        if lined and count is not None and count.get("val") == str(sum(area.size for area in areas)):
            yield _Level(holder, count.stop, areas, texts)
        return
    if len(areas) != 1:
        return
    area = areas[0]
    if area.cols == len(levels) and not across:
        lines = [Area(area.sheet, area.top, col, area.bottom, col) for col in range(area.left, area.right + 1)]
    elif area.rows == len(levels):
        lines = [Area(area.sheet, row, area.left, row, area.right) for row in range(area.top, area.bottom + 1)]
    else:
        return
    for level, line in zip(levels, reversed(lines), strict=True):  # the innermost level comes first
        stated = level.get("ptCount") if count is None else count.get("val")
        if stated == str(line.size):
            yield _Level(level, level.inner, (line,), texts)


def _areas(text: str, names: Mapping[str, str]) -> tuple[Area, ...]:
    """The areas that a chart refers to: one, several in brackets, or those of a name; none if it is not that simple."""
    found = []
    for piece in _UNION.findall(text[1:-1] if text.startswith("(") and text.endswith(")") else text):
        match = _REFERENCE.match(piece.strip())
        area = parse_area((match[1] or match[2]).replace("''", "'").casefold(), match[3]) if match else None
        if area is None:
            named = names.get(piece.rpartition("!")[2].casefold(), "").lstrip("=")
            return _areas(named, {}) if named and piece == text else ()
        found.append(area)
    return tuple(found)


def _level_splices(level: _Level, content: bytes, values: Mapping[str, _Values]) -> Iterator[Splice]:
    changes = [
        (offset + index, value)
        for offset, area in _offsets(level.areas)
        if area.sheet in values
        for index, value in _changed(area, values[area.sheet])
    ]
    points = {point.get("idx"): point for point in level.element.all("pt")} if changes else {}
    name = level.element.name.encode()
    prefix = content[level.element.start + 1 : level.element.inner].split(name)[0].decode()
    bare = level.element.name == "lvl" and level.element.get("ptCount") != ""
    fresh: dict[int, str] = {}
    for index, value in changes:
        if level.texts and not isinstance(value, str):
            continue  # the text that a number shows depends on its format
        text = _point_text(value, texts=level.texts)
        point = points.get(str(index))
        if point is None:
            if text:
                at = max((p.stop for i, p in points.items() if i.isdecimal() and int(i) < index), default=level.begin)
                inner = text if bare else f"<{prefix}v>{text}</{prefix}v>"
                fresh[at] = fresh.get(at, "") + f'<{prefix}pt idx="{index}">{inner}</{prefix}pt>'
        elif not text:
            yield point.start, point.stop, b""
        elif bare:
            if point.inner < point.stop and not _same(point.text, value):
                yield point.inner, point.close, text.encode()
        else:
            stored = point.first("v")
            if stored is not None and not _same(stored.text, value):
                yield stored.start, stored.stop, f"<{prefix}v>{text}</{prefix}v>".encode()
    for at, new in fresh.items():
        yield at, at, new.encode()


def _offsets(areas: Iterable[Area]) -> Iterator[tuple[int, Area]]:
    """Each area with the number of the point that its first cell is."""
    offset = 0
    for area in areas:
        yield offset, area
        offset += area.size


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
