"""One `<c>` element made to say something else, with every byte kept that need not change."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.parsers import expat

from solver.book.markup import OPEN_TAG, escape, escape_string, number_text
from solver.errors import WorkbookError
from solver.grid import column_letters
from solver.values import LONGEST_TEXT, ErrorValue, Kind, Scalar, kind_of

if TYPE_CHECKING:
    from collections.abc import Mapping

_ATTRIBUTE = rb"""\s+%s\s*=\s*(?:"[^"]*"|'[^']*')"""
_TYPE, _VM, _CM = (re.compile(_ATTRIBUTE % name) for name in (b"t", b"vm", b"cm"))
_TYPE_VALUE = re.compile(rb"""\st\s*=\s*["']([^"']*)["']""")
_AWAITING = re.compile(rb"""(<c(?: +[rs]="[^"]*")*>(?:<f>[^<]*</f>)?)(?:<v(?:></v>| ?/>))?</c>\Z""")
_SPACED = re.compile(r"\A\s|\s\Z|[\n\t]|  ")


class Keep:
    """The mark of what stays as it is."""


KEEP = Keep()


@dataclass(slots=True)
class _Piece:
    """A child of the cell: span of the element and of its content, within the fragment."""

    start: int
    inner: int
    close: int
    stop: int


@dataclass(slots=True)
class _Parsed:
    prefix: bytes
    inner: int
    close: int
    pieces: dict[str, _Piece]


def inline_string(text: str, prefix: str = "", where: str = "") -> str:
    """An `<is>` that holds a text."""
    if len(text) > LONGEST_TEXT:
        raise WorkbookError(
            f"a text of {len(text):,} characters is longer than a cell can hold", where=where, hint="shorten it"
        )
    space = ' xml:space="preserve"' if _SPACED.search(text) else ""
    return f"<{prefix}is><{prefix}t{space}>{escape_string(text)}</{prefix}t></{prefix}is>"


def formula_element(text: str, prefix: str = "", attributes: str = "") -> str:
    """An `<f>` that holds a formula."""
    space = ' xml:space="preserve"' if _SPACED.search(text) else ""
    return f"<{prefix}f{attributes}{space}>{escape(text)}</{prefix}f>"


def stored_value(
    value: Scalar, by_formula: bool, rich: Mapping[ErrorValue, int], prefix: str = "", where: str = ""
) -> tuple[str, str, str]:
    """How a value is stored: its `t`, its `vm` ("" for none), and its element."""
    kind = kind_of(value)
    if kind == Kind.NUMBER and not math.isfinite(float(value or 0.0)):
        kind, value = Kind.ERROR, ErrorValue.NUM
    vm = ""
    if isinstance(value, str):
        if not by_formula:
            return "inlineStr", "", inline_string(value, prefix, where)
        type_, text = "str", escape_string(value)
    elif isinstance(value, ErrorValue):
        type_, text = "e", value.label
        if value > ErrorValue.GETTING_DATA:  # older than these are the programs that read the file
            vm, text = str(rich.get(value, "")), ErrorValue.VALUE.label
    elif kind == Kind.BOOLEAN:
        type_, text = "b", str(int(bool(value)))
    elif value is None:
        return "", "", ""
    else:
        type_, text = "", number_text(value)
    space = ' xml:space="preserve"' if type_ == "str" and _SPACED.search(text) else ""
    return type_, vm, f"<{prefix}v{space}>{text}</{prefix}v>"


def new_cell(
    row: int, col: int, style: str, value: Scalar, formula: str | None, rich: Mapping[ErrorValue, int], prefix: str = ""
) -> str:
    """A whole `<c>`; `formula` is its `<f>` element."""
    address = f"{column_letters(col)}{row + 1}"
    type_, vm, element = stored_value(value, bool(formula), rich, prefix, address)
    attributes = f' r="{address}"'
    for name, text in (("s", style), ("t", type_), ("vm", vm)):
        attributes += f' {name}="{text}"' if text else ""
    content = (formula or "") + element
    return f"<{prefix}c{attributes}>{content}</{prefix}c>" if content else f"<{prefix}c{attributes}/>"


def changed_cell(
    fragment: bytes,
    value: Scalar | Keep,
    formula: str | Keep | None,
    old: Scalar,
    rich: Mapping[ErrorValue, int],
    where: str,
) -> bytes:
    """The bytes of a cell with a new value, a new `<f>` element, or without its formula (None).

    What is KEEP stays; a text that a dropped formula made becomes a plain one.
    """
    if type(value) is float and isinstance(formula, Keep) and math.isfinite(value):
        awaiting = _AWAITING.match(fragment)
        if awaiting is not None:  # a number where none was stored: what programs without a calculator write
            return awaiting[1] + b"<v>" + number_text(value).encode() + b"</v></c>"
    cell = _parse(fragment)
    prefix = cell.prefix.decode()
    tag, body = fragment[: cell.inner], fragment[cell.inner : cell.close]
    has_formula = "f" in cell.pieces if isinstance(formula, Keep) else formula is not None
    found = _TYPE_VALUE.search(tag)
    old_type = found[1].decode() if found else ""
    if isinstance(value, Keep) and formula is None and old_type == "str":
        value = old
    splices: list[tuple[int, int, bytes]] = []
    if not isinstance(formula, Keep):
        piece = cell.pieces.get("f")
        at = (piece.start, piece.stop) if piece else (cell.inner, cell.inner)
        splices.append((*at, (formula or "").encode()))
        tag = _CM.sub(b"", tag)
    if not isinstance(value, Keep):
        made_by_formula = has_formula or (old_type == "str" and isinstance(formula, Keep))
        type_, vm, element = stored_value(value, made_by_formula, rich, prefix, where)
        piece, inline = cell.pieces.get("v"), cell.pieces.get("is")
        tag = _VM.sub(b"", tag)
        if type_ != (old_type if old_type != "n" else ""):
            tag = _TYPE.sub(b"", tag)
            tag = _with(tag, "t", type_)
        tag = _with(tag, "vm", vm)
        splices += _value_splices(cell, piece, inline, type_, element)
    body = _spliced(fragment, cell.inner, cell.close, splices)
    if not body:
        return tag if tag.endswith(b"/>") else tag[:-1].rstrip() + b"/>"
    if tag.endswith(b"/>"):
        tag = tag[:-2].rstrip() + b">"
    return tag + body + b"</" + cell.prefix + b"c>"


def _value_splices(
    cell: _Parsed, piece: _Piece | None, inline: _Piece | None, type_: str, element: str
) -> list[tuple[int, int, bytes]]:
    """What makes the stored value another: within its `<v>` where there is one and one is needed."""
    splices = []
    new = element.encode()
    if inline is not None:
        splices.append((inline.start, inline.stop, new if piece is None else b""))
        if piece is None:
            return splices
    if piece is None:
        formula = cell.pieces.get("f")
        at = formula.stop if formula else cell.inner
        return [*splices, (at, at, new)]
    simple = type_ not in ("inlineStr", "str") and new and piece.inner < piece.stop
    if simple:
        return [*splices, (piece.inner, piece.close, new[new.index(b">") + 1 : new.rindex(b"<")])]
    return [*splices, (piece.start, piece.stop, new)]


def _with(tag: bytes, name: str, text: str) -> bytes:
    if not text:
        return tag
    end = len(tag) - (2 if tag.endswith(b"/>") else 1)
    return tag[:end].rstrip() + f' {name}="{text}"'.encode() + tag[end:]


def _spliced(fragment: bytes, begin: int, end: int, splices: list[tuple[int, int, bytes]]) -> bytes:
    pieces, at = [], begin
    for start, stop, new in sorted(splices, key=lambda splice: splice[:2]):
        pieces += [fragment[at:start], new]
        at = stop
    return b"".join([*pieces, fragment[at:end]])


def _parse(fragment: bytes) -> _Parsed:
    """Where the children of a `<c>` lie, by a parser that does not mind undeclared prefixes."""
    parser = expat.ParserCreate("utf-8")
    depth = 0
    open_at = (0, 0)
    pieces: dict[str, _Piece] = {}
    bounds = [0, 0]

    def begin(_: str, __: dict[str, str]) -> None:
        nonlocal depth, open_at
        at = parser.CurrentByteIndex
        tag = OPEN_TAG.match(fragment, at)
        inner = tag.end() if tag else at
        if depth == 0:
            bounds[0] = inner
        elif depth == 1:
            open_at = (at, inner)
        depth += 1

    def finish(name: str) -> None:
        nonlocal depth
        depth -= 1
        if depth == 0:
            bounds[1] = (
                bounds[0] if fragment.endswith(b"/>") and bounds[0] == len(fragment) else parser.CurrentByteIndex
            )
        elif depth == 1:
            start, inner = open_at
            close = stop = inner
            if fragment[inner - 2 : inner] != b"/>":
                close = parser.CurrentByteIndex
                stop = fragment.index(b">", close) + 1
            pieces[name.rpartition(":")[2]] = _Piece(start, inner, close, stop)

    parser.StartElementHandler = begin
    parser.EndElementHandler = finish
    parser.Parse(fragment, True)
    parser.StartElementHandler = parser.EndElementHandler = None  # else parser and functions keep each other alive
    name = re.match(rb"<([^\s/>:]+:)?c", fragment)
    return _Parsed(name[1] or b"" if name else b"", bounds[0], bounds[1], pieces)
