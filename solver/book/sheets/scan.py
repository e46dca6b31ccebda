"""One pass over the rows of a sheet: for every `<c>` its place, its bytes, and what stands in it, still uninterpreted.

The usual sheet is canonical XML, and one regular expression cuts it into tokens. The tokens must cover every byte
between `<sheetData>` and its end, in an order that makes sense; a sheet for which they do not (comments, CDATA,
prefixes, rich inline text, cells without addresses) is read by expat instead, which understands all of XML at half
the speed (`solver.book.sheets.events`). Both give the same columns.
"""

from __future__ import annotations

import re
from array import array
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from solver.book.markup import MAIN, STRICT, Element, is_true, parse, plain_text
from solver.book.splice import CHUNK, whole
from solver.grid import column_number

if TYPE_CHECKING:
    from solver.book.sheets.columns import Columns
    from solver.book.splice import Content

Spans = npt.NDArray[np.integer[Any]]
"""Offsets in a part, of a type as wide as its length asks for."""

_ATTRIBUTES = rb'(?: [a-zA-Z0-9:]+="[^"<>&]*")*'
_TOKEN = re.compile(
    rb'(<c r="([A-Z]{1,3})([0-9]{1,7})"(' + _ATTRIBUTES + rb")\s*(?:/>|>"
    rb"(<f" + _ATTRIBUTES + rb"\s*(?:/>|>[^<]*</f>))?"
    rb'(?:<v(?: xml:space="[a-z]*")?(?: ?/>|>([^<]*)</v>)|<is><t(?: xml:space="[a-z]*")?(?: ?/>|>([^<]*)</t>)</is>)?'
    rb'</c>)|<row r="([0-9]{1,7})"(' + _ATTRIBUTES + rb")\s*/?>|</row>|\s+)"
)
_ATTRIBUTE = re.compile(rb'([a-zA-Z0-9:]+)="([^"]*)"')
_SHEET_DATA = re.compile(rb"<sheetData\s*(/?)>")
_SHEET_DATA_END, _ROW_END = b"</sheetData>", b"</row>"


class CellAttributes(NamedTuple):
    """The attributes of a `<c>` that matter for its value."""

    type: str = "n"
    cm: int = 0
    vm: int = 0


class RawFormula(NamedTuple):
    """An `<f>` with attributes, as written; one without is its text alone."""

    text: str
    attributes: dict[str, str]


@dataclass(slots=True)
class Batch:
    """Some cells in the order of the file; columns of equal length, `formulas` beside the index of their cell."""

    start: list[int] = field(default_factory=list)
    stop: list[int] = field(default_factory=list)
    row: list[int] = field(default_factory=list)
    col: list[int] = field(default_factory=list)
    attributes: list[CellAttributes] = field(default_factory=list)
    value: list[bytes | str] = field(default_factory=list)
    formulas: list[tuple[int, str | RawFormula]] = field(default_factory=list)


def _whole() -> array[int]:
    return array("q")


@dataclass(slots=True)
class Rows:
    """Where the `<row>` elements lie: number, and the span of the element and of its content."""

    number: array[int] = field(default_factory=_whole)
    start: array[int] = field(default_factory=_whole)
    inner: array[int] = field(default_factory=_whole)
    close: array[int] = field(default_factory=_whole)
    stop: array[int] = field(default_factory=_whole)
    hidden: array[int] = field(default_factory=_whole)


@dataclass(frozen=True, slots=True)
class Frame:
    """A sheet without its rows: the tree of everything else, and the span of `<sheetData>` in the part.

    Elements before the rows have their true spans.
    """

    root: Element
    start: int
    inner: int
    close: int
    stop: int


def scan(content: Content, part: str, columns: Columns) -> tuple[Frame, Rows]:
    """Reads a sheet's part in UTF-8 and hands its cells to the columns batch by batch."""
    frame = _canonical_frame(content, part)
    if frame is not None:
        rows = Rows()
        position = frame.inner
        while position < frame.close:
            rows_here = _some_rows(content, position, frame.close)
            batch = _tokens(rows_here, position, rows)
            if batch is None:
                columns.clear()
                break
            columns.take(batch)
            position += len(rows_here)
        else:
            return frame, rows
    from solver.book.sheets.events import scan_events

    return scan_events(whole(content), part, columns)


def _some_rows(content: Content, begin: int, close: int) -> bytes:
    """The next rows, as many as end within a chunk, or one that is longer than that."""
    size = CHUNK
    while begin + size < close:
        found = content[begin : begin + size]
        end = found.rfind(_ROW_END)
        if end >= 0:
            return found[: end + len(_ROW_END)]
        size *= 2
    return content[begin:close]


def frame_of(content: Content, part: str, start: int, inner: int, close: int, stop: int) -> Frame:
    """The frame around `<sheetData>` at that span."""
    opening = content[start:inner]
    empty = opening if opening.endswith(b"/>") else opening[:-1].rstrip() + b"/>"
    return Frame(parse(content[:start] + empty + content[stop:], part), start, inner, close, stop)


def _canonical_frame(content: Content, part: str) -> Frame | None:
    """The frame of a sheet whose rows the tokens may be able to read, else None."""
    size = CHUNK
    while (opening := _SHEET_DATA.search(content[:size])) is None:
        if size >= len(content):
            return None
        size *= 2
    start, inner = opening.span()
    close, stop = inner, inner
    if not opening[1]:
        size = CHUNK
        while (found := content[max(inner, len(content) - size) :].rfind(_SHEET_DATA_END)) < 0:
            if inner + size >= len(content):
                return None
            size *= 2
        close = max(inner, len(content) - size) + found
        stop = close + len(_SHEET_DATA_END)
    around = content[:start], content[stop:]  # what stands between them the tokens must explain
    if any(b"<sheetData" in text or b"<!" in text for text in around) or sum(t.count(b"<?") for t in around) > 1:
        return None
    frame = frame_of(content, part, start, inner, close, stop)
    data = frame.root.first("sheetData")
    return frame if data is not None and data.space in (MAIN, STRICT) else None


def _tokens(content: bytes, begin: int, rows: Rows) -> Batch | None:
    """The cells of some rows that begin at an offset, or None if the tokens do not explain every byte."""
    found = _TOKEN.findall(content)
    if not found:
        return None if content else Batch()
    wholes, letters, digits, attributes, formulas, values, inlines, numbers, row_attributes = zip(*found, strict=True)
    stops = np.cumsum(np.fromiter(map(len, wholes), np.int64, len(wholes))) + begin
    if stops[-1] != begin + len(content):
        return None
    starts = np.concatenate(([begin], stops[:-1]))
    if not _take_rows(rows, wholes, numbers, row_attributes, letters, starts, stops):
        return None
    cells = [index for index, text in enumerate(letters) if text]
    try:
        known = {text: _cell_attributes(text) for text in set(attributes)}
        kinds = [known[attributes[index]] for index in cells]
        types = {kind.type for kind in known.values()}
        if "inlineStr" in types:
            for place, kind in enumerate(kinds):
                if kind.type == "inlineStr" and b"<is>" not in wholes[cells[place]]:
                    kinds[place] = CellAttributes()
        batch = Batch(
            starts[cells].tolist(),
            stops[cells].tolist(),
            [int(digits[index]) - 1 for index in cells],
            [_column(letters[index]) for index in cells],
            kinds,
            [values[index] for index in cells]
            if types <= _NUMERIC
            else [
                values[index] if kind.type in _NUMERIC else plain_text(inlines[index] or values[index])
                for index, kind in zip(cells, kinds, strict=True)
            ],
        )
        if b"&" in content and any(b"&" in v for v in batch.value if isinstance(v, bytes)):
            return None
        batch.formulas = [(place, _formula(formulas[index])) for place, index in enumerate(cells) if formulas[index]]
    except (_Unusual, KeyError, ValueError, OverflowError):
        return None
    return batch


_NUMERIC = frozenset(("n", "s", "b"))


class _Unusual(Exception):
    """The sheet says something that only expat understands."""


def _take_rows(
    rows: Rows,
    wholes: tuple[bytes, ...],
    numbers: tuple[bytes, ...],
    attributes: tuple[bytes, ...],
    letters: tuple[bytes, ...],
    starts: Spans,
    stops: Spans,
) -> bool:
    """Adds the rows of a chunk; False unless rows follow each other with the cells inside them."""
    inside = False
    last = -1
    for index in [index for index, text in enumerate(letters) if not text]:
        if index > last + 1 and not inside:
            return False
        last = index
        whole, number = wholes[index], numbers[index]
        if number:
            if inside or b"xmlns" in attributes[index]:
                return False
            inside = not whole.endswith(b"/>")
            rows.number.append(int(number) - 1)
            rows.start.append(int(starts[index]))
            rows.inner.append(int(stops[index]))
            if not inside:
                rows.close.append(int(stops[index]))
                rows.stop.append(int(stops[index]))
            if b"hidden" in attributes[index] and _is_hidden(attributes[index]):
                rows.hidden.append(int(number) - 1)
        elif whole == b"</row>":
            if not inside:
                return False
            inside = False
            rows.close.append(int(starts[index]))
            rows.stop.append(int(stops[index]))
    return not inside and last == len(wholes) - 1


def _is_hidden(attributes: bytes) -> bool:
    return any(name == b"hidden" and is_true(value.decode()) for name, value in _ATTRIBUTE.findall(attributes))


@lru_cache(maxsize=4096)
def _column(letters: bytes) -> int:
    return column_number(letters.decode())


@lru_cache(maxsize=4096)
def _cell_attributes(attributes: bytes) -> CellAttributes:
    if b"xmlns" in attributes:
        raise _Unusual
    found = {name.decode(): value.decode() for name, value in _ATTRIBUTE.findall(attributes)}
    return CellAttributes(found.get("t", "n"), int(found.get("cm", 0)), int(found.get("vm", 0)))


def _formula(raw: bytes) -> str | RawFormula:
    if raw.startswith(b"<f>"):
        return plain_text(raw[3:-4])
    return _child(raw) if raw.endswith(b"/>") else _attributed(raw)


@lru_cache(maxsize=4096)
def _child(raw: bytes) -> RawFormula:
    return _attributed(raw)


def _attributed(raw: bytes) -> RawFormula:
    tag, _, text = raw.partition(b">")
    attributes = {name.decode(): value.decode() for name, value in _ATTRIBUTE.findall(tag)}
    return RawFormula(plain_text(text[:-4]), attributes)
