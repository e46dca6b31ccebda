"""What a change of a workbook changed outside the cells that it was to change, found by means of its own.

Nothing of the writer is used: parts come out of the standard library's zip reader, cells out of a walk by expat. What
is left when the allowed differences are taken out must be the same bytes.
"""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from xml.parsers import expat

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_ADDRESS = re.compile(r"([A-Z]+)([0-9]+)\Z")
_ALLOWED = re.compile(rb"""\s(?:t|vm)\s*=\s*(?:"[^"]*"|'[^']*')""")
_SPAN = re.compile(rb"""\s(?:spans|ref)\s*=\s*(?:"[^"]*"|'[^']*')""")
_FORMULA = re.compile(rb"<(?:\w+:)?f[^>]*/>|<(?:\w+:)?f.*?</(?:\w+:)?f>", re.DOTALL)
_FULL = re.compile(rb"""\s*fullCalcOnLoad="1"|<(?:\w+:)?calcPr\s*/>""")


@dataclass
class Pieces:
    """A part cut up: what stands outside the cells, and per address the cell without its value and as it is."""

    outside: list[bytes] = field(default_factory=list)
    frames: dict[str, bytes] = field(default_factory=dict)
    cells: dict[str, bytes] = field(default_factory=dict)


def parts_of(data: bytes) -> dict[str, bytes]:
    """Every part of a file by its name in lower case with forward slashes."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {info.filename.replace("\\", "/").lower(): archive.read(info) for info in archive.infolist()}


def in_utf8(content: bytes) -> bytes:
    """A part of XML in UTF-8."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16").encode()
    return content


def letters(col: int) -> str:
    """The name of a column, counted from 0."""
    name = ""
    while col >= 0:
        col, rest = divmod(col, 26)
        name, col = chr(65 + rest) + name, col - 1
    return name


def cut(content: bytes) -> Pieces:
    """The pieces of a worksheet's part."""
    content = in_utf8(content)
    pieces = Pieces()
    parser = expat.ParserCreate("utf-8")
    path: list[str] = []
    tags: list[int] = []
    row, col, cell_at, value_at, at = 0, 0, 0, 0, 0
    address, kept = "", b""

    def begin(name: str, attributes: dict[str, str]) -> None:
        nonlocal row, col, cell_at, value_at, at, address, kept
        local = name.rpartition(":")[2]
        here = parser.CurrentByteIndex
        path.append(local)
        tags.append(_tag_end(content, here))
        if path[-2:] == ["sheetData", "row"]:
            row, col = int(attributes.get("r", row + 1)), 0
        elif path[-3:] == ["sheetData", "row", "c"]:
            stated = _ADDRESS.match(attributes.get("r", ""))
            address = stated[0] if stated else f"{letters(col)}{row}"
            col = 0
            for letter in _ADDRESS.match(address)[1]:
                col = col * 26 + ord(letter) - 64
            cell_at, kept = here, b""
            pieces.outside.append(content[at:here])
        elif path[-3:-1] == ["row", "c"]:
            value_at = here

    def finish(_: str) -> None:
        nonlocal at, kept
        end = tags.pop()
        if content[end - 2 : end] != b"/>":
            end = _tag_end(content, parser.CurrentByteIndex)
        if path[-3:-1] == ["row", "c"] and path[-1] == "f":
            kept += content[value_at:end]
        elif path[-3:] == ["sheetData", "row", "c"]:
            tag = content[cell_at : _tag_end(content, cell_at)]
            frame = _ALLOWED.sub(b"", tag).replace(b"/>", b">") + kept
            pieces.frames[address] = b"".join(frame.split())
            pieces.cells[address] = content[cell_at:end]
            at = end
        path.pop()

    parser.StartElementHandler = begin
    parser.EndElementHandler = finish
    parser.Parse(content, True)
    pieces.outside.append(content[at:])
    return pieces


def _tag_end(content: bytes, start: int) -> int:
    tag = re.compile(rb"""<(?:[^>"']|"[^"]*"|'[^']*')*>""").match(content, start)
    assert tag is not None
    return tag.end()


def outside_bytes(old: bytes, new: bytes, edited: Collection[str], freed: Collection[str] = ()) -> int:
    """How many bytes of a worksheet changed that are neither values of edited cells nor edited cells that are new.

    `freed` cells lose their formula.
    """
    before, after = cut(old), cut(new)
    for address in before.frames.keys() & set(freed):
        before.frames[address] = _FORMULA.sub(b"", before.frames[address])
    fresh = {address for address in after.cells if address not in before.cells and address in edited}
    wrong = sum(
        _distance(cell, after.cells.get(address, b""))
        for address, cell in before.cells.items()
        if address not in edited
    )
    wrong += sum(
        _distance(frame, after.frames.get(address, b""))
        for address, frame in before.frames.items()
        if address in edited
    )
    wrong += sum(len(after.cells[address]) for address in after.cells if address not in before.cells) - sum(
        len(after.cells[address]) for address in fresh
    )
    return wrong + _distance(_joined(before, fresh), _joined(after, fresh))


def _joined(pieces: Pieces, fresh: Collection[str]) -> bytes:
    """What stands outside cells; rows that new cells opened, and what says how far the cells reach, are left out."""
    text = b"".join(pieces.outside)
    if fresh:
        text = re.sub(rb"<(\w+:)?row[^>]*?(/>|></(\w+:)?row>)", b"", _SPAN.sub(b"", text))
    return text


def chart_bytes(old: bytes, new: bytes) -> int:
    """How many bytes of a chart changed outside the points that it keeps."""
    point = re.compile(rb"<((?:\w+:)?pt)\b[^>]*?(?:/>|>.*?</\1>)", re.DOTALL)
    return _distance(point.sub(b"", old), point.sub(b"", new))


def chain_bytes(old: bytes, new: bytes, freed: Collection[str]) -> int:
    """How many bytes of the order of calculation changed beside the entries of cells that lose their formula.

    An entry may state the sheet that it had from one of these.
    """
    entry = re.compile(rb"""<(?:\w+:)?c\b[^>]*?\sr="([A-Z]+[0-9]+)"[^>]*?/>""")

    def shortened(text: bytes) -> bytes:
        kept = entry.sub(lambda found: b"" if found[1].decode() in freed else found[0], text)
        return re.sub(rb'\si="[0-9]+"', b"", kept)

    return _distance(shortened(old), shortened(new))


def workbook_bytes(old: bytes, new: bytes) -> int:
    """How many bytes of the main part changed beside the wish to be calculated."""
    return _distance(_FULL.sub(b"", in_utf8(old)), _FULL.sub(b"", in_utf8(new)))


def _distance(old: bytes, new: bytes) -> int:
    """0 for the same bytes, else the length of the stretch in which they differ."""
    if old == new:
        return 0
    low, high = 0, 0
    while low < min(len(old), len(new)) and old[low] == new[low]:
        low += 1
    while high < min(len(old), len(new)) - low and old[-1 - high] == new[-1 - high]:
        high += 1
    return max(len(old), len(new)) - low - high


@dataclass(frozen=True)
class Difference:
    """What a change did to a file: its parts, those that differ, and how many bytes differ where they must not."""

    parts: int
    changed: tuple[str, ...]
    outside: int


def difference(
    old: bytes, new: bytes, edited: Mapping[str, Collection[str]], freed: Mapping[str, Collection[str]] | None = None
) -> Difference:
    """What differs between two files, per sheet's part the addresses of `edited` cells and of those that are `freed`.

    The first were to change their value, the second to lose their formula.
    """
    before, after = parts_of(old), parts_of(new)
    cells = {part.replace("\\", "/").lower(): addresses for part, addresses in edited.items()}
    loose = {part.replace("\\", "/").lower(): addresses for part, addresses in (freed or {}).items()}
    wrong = sum(len(after[part]) for part in after.keys() - before.keys())
    changed = []
    for part, content in before.items():
        now = after.get(part, b"")
        if now == content:
            continue
        changed.append(part)
        if part in cells:
            wrong += outside_bytes(content, now, cells[part], loose.get(part, ()))
        elif part.endswith("calcchain.xml") and loose:
            wrong += chain_bytes(content, now, {address for addresses in loose.values() for address in addresses})
        elif "/charts/" in part:
            wrong += chart_bytes(content, now)
        elif part.endswith("workbook.xml"):
            wrong += workbook_bytes(content, now)
        else:
            wrong += _distance(content, now)
    return Difference(len(before), tuple(changed), wrong)
