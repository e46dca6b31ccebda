"""An archive written anew: changed parts are packed, all other records are copied as they lie there."""

from __future__ import annotations

import zlib
from io import SEEK_END, BytesIO
from typing import TYPE_CHECKING

from solver.book.package.archive import (
    CENTRAL,
    DESCRIPTOR,
    END,
    END64,
    FULL16,
    FULL32,
    LOCAL,
    LOCATOR64,
    UTF8,
    Archive,
    Entry,
    part_key,
)
from solver.book.package.unpacking import DEFLATED, STORED
from solver.book.splice import pieces_of
from solver.errors import WorkbookError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from solver.book.splice import Content, Spliced

_LEVEL_HINTS = 0x0006
_1980 = (1 << 5) | 1
"""The date 1 January 1980, the earliest that a zip file can say."""


def rewrite(
    archive: Archive,
    changed: Mapping[str, Content | Spliced],
    added: Mapping[str, bytes] | None = None,
    dropped: Collection[str] = (),
) -> bytes:
    """The archive with some parts changed, added at the end, or dropped; all other records are copied verbatim."""
    news = {part_key(name): content for name, content in changed.items()}
    gone = {part_key(name) for name in dropped}
    news = {key: content for key, content in news.items() if not _same(archive, key, content)}
    if not news and not added and not gone:
        return archive.data
    out = BytesIO()  # hands out its bytes without another copy
    central: dict[int, bytes] = {}
    view = memoryview(archive.data)
    for number, entry in sorted(enumerate(archive.entries), key=lambda pair: pair[1].start):
        key = part_key(entry.name)
        if key in gone:
            continue
        if key in news:
            central[number] = _pack(out, entry, archive.data, news[key])
        else:
            central[number] = _moved(entry.central, out.tell())
            out.write(view[entry.start : entry.stop])
    for number, (name, content) in enumerate((added or {}).items(), start=len(archive.entries)):
        central[number] = _pack_new(out, name, content)
    directory = b"".join(central[number] for number in sorted(central))
    ending = _ending(len(central), len(directory), out.tell(), archive.comment)
    out.write(directory + ending)
    return out.getvalue()


def _same(archive: Archive, key: str, content: Content | Spliced) -> bool:
    entry = archive.find(key)
    if entry is None:
        raise KeyError(key)
    if entry.size != len(content) or entry.crc != _checksum(pieces_of(content)):
        return False
    stored, at = archive.content(key), 0
    for piece in pieces_of(content):
        if stored[at : at + len(piece)] != piece:
            return False
        at += len(piece)
    return True


def _checksum(pieces: Iterable[bytes | memoryview]) -> int:
    crc = 0
    for piece in pieces:
        crc = zlib.crc32(piece, crc)
    return crc


def _moved(central: bytes, start: int) -> bytes:
    """A directory entry whose record now starts at `start`; a ZIP64 offset stays in its extra field."""
    fixed = list(CENTRAL.unpack_from(central))
    if fixed[16] != FULL32:
        fixed[16] = _offset(start)
        return CENTRAL.pack(*fixed) + central[CENTRAL.size :]
    at = CENTRAL.size + fixed[10]
    while int.from_bytes(central[at : at + 2], "little") != 1:
        at += 4 + int.from_bytes(central[at + 2 : at + 4], "little")
    at += 4 + 8 * (fixed[9] == FULL32) + 8 * (fixed[8] == FULL32)
    return central[:at] + start.to_bytes(8, "little") + central[at + 8 :]


def _offset(start: int) -> int:
    if start >= FULL32:
        raise WorkbookError("the result would be larger than 4 GB", hint="split the workbook")
    return start


_LEVEL = 5
"""Of zlib: half a percent more bytes than its usual 6, in two thirds of the time."""


def _write_body(out: BytesIO, content: Content | Spliced, method: int) -> tuple[int, int, int]:
    """Writes a content as a record stores it; its checksum and sizes as headers state them."""
    crc = size = 0
    begin = out.tell()
    packer = None if method == STORED else zlib.compressobj(_LEVEL, zlib.DEFLATED, -15)
    for piece in pieces_of(content):
        crc, size = zlib.crc32(piece, crc), size + len(piece)
        out.write(piece if packer is None else packer.compress(piece))
    if packer is not None:
        out.write(packer.flush())
    return crc, _offset(out.tell() - begin), _offset(size)


def _pack(out: BytesIO, entry: Entry, data: bytes, content: Content | Spliced) -> bytes:
    """Writes the record of a part with new content; its directory entry, with name, date and attributes kept."""
    start = _offset(out.tell())
    flags = entry.flags & ~(DESCRIPTOR | _LEVEL_HINTS)
    fixed = list(CENTRAL.unpack_from(entry.central))
    n_name, n_extra, time, date = fixed[10], fixed[11], fixed[5], fixed[6]
    name_at = entry.start + LOCAL.size
    local_name = data[name_at : name_at + int.from_bytes(data[entry.start + 26 : entry.start + 28], "little")]
    out.write(bytes(LOCAL.size) + local_name)
    sizes = _write_body(out, content, entry.method)
    _write_at(out, start, LOCAL.pack(b"PK\x03\x04", 20, flags, entry.method, time, date, *sizes, len(local_name), 0))
    fixed[2:4] = 20, flags
    fixed[7:10] = sizes
    fixed[11], fixed[16] = 0, start
    tail = entry.central[CENTRAL.size :]
    return CENTRAL.pack(*fixed) + tail[:n_name] + tail[n_name + n_extra :]


def _pack_new(out: BytesIO, name: str, content: bytes) -> bytes:
    """Writes the record of a part that is added; its directory entry."""
    raw, start = name.encode(), _offset(out.tell())
    flags = 0 if name.isascii() else UTF8
    out.write(bytes(LOCAL.size) + raw)
    head = (20, flags, DEFLATED, 0, _1980, *_write_body(out, content, DEFLATED), len(raw), 0)
    _write_at(out, start, LOCAL.pack(b"PK\x03\x04", *head))
    return CENTRAL.pack(b"PK\x01\x02", 20, *head, 0, 0, 0, 0, start) + raw


def _write_at(out: BytesIO, start: int, header: bytes) -> None:
    """Writes a header into the room that was left for it."""
    out.seek(start)
    out.write(header)
    out.seek(0, SEEK_END)


def _ending(count: int, size: int, offset: int, comment: bytes) -> bytes:
    wide = b""
    if count >= FULL16 or offset + size >= FULL32:
        wide = END64.pack(b"PK\x06\x06", END64.size - 12, 45, 45, 0, 0, count, count, size, offset)
        wide += LOCATOR64.pack(b"PK\x06\x07", 0, offset + size, 1)
    count, size, offset = min(count, FULL16), min(size, FULL32), min(offset, FULL32)
    return wide + END.pack(b"PK\x05\x06", 0, 0, count, count, size, offset, len(comment)) + comment
