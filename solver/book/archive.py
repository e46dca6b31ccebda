"""A zip file as raw byte slices: what is not changed is copied as it lies there, header, data and descriptor.

    file = record, record, ..., central directory, end record
    record = local header, name, extra, data, [descriptor]

`rewrite` packs anew only the parts whose content changed; every other record keeps all its bytes, only its offset in
the central directory moves.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from solver.errors import WorkbookError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_END64 = struct.Struct("<4sQ2H2I4Q")
_LOCATOR64 = struct.Struct("<4sIQI")
_FULL32, _FULL16 = 0xFFFFFFFF, 0xFFFF
_STORED, _DEFLATED = 0, 8
_ENCRYPTED, _DESCRIPTOR, _UTF8 = 0x0001, 0x0008, 0x0800
_1980 = (1 << 5) | 1
"""The date 1 January 1980, the earliest that a zip file can say."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How far a file may unfold, in bytes; `ratio` counts only for parts larger than `grace`."""

    part: int = 1 << 30
    total: int = 4 << 30
    ratio: float = 250.0
    grace: int = 32 << 20


@dataclass(frozen=True, slots=True)
class Entry:
    """One record of the archive: where it lies (`start` to `stop`, its packed data from `data` on) and what it holds.

    `central` is its header in the central directory, byte for byte.
    """

    name: str
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    start: int
    data: int
    stop: int
    central: bytes


@dataclass(frozen=True, slots=True)
class Archive:
    """The bytes of a zip file with its records in the order of the central directory."""

    data: bytes
    entries: tuple[Entry, ...]
    comment: bytes = b""
    limits: Limits = Limits()
    _by_name: dict[str, list[Entry]] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        for entry in self.entries:
            self._by_name.setdefault(part_key(entry.name), []).append(entry)

    def __contains__(self, name: str) -> bool:
        return part_key(name) in self._by_name

    def __iter__(self) -> Iterator[str]:
        return (entry.name for entry in self.entries)

    def find(self, name: str) -> Entry | None:
        """The record of a part, whatever the case of its name; WorkbookError if two different ones have the name."""
        found = self._by_name.get(part_key(name), [])
        if len({(entry.crc, entry.size) for entry in found}) > 1:
            raise WorkbookError(
                f"the file holds {len(found)} different parts of the name {found[0].name}",
                hint="open it in a spreadsheet program and save it again",
            )
        return found[-1] if found else None

    def read(self, name: str) -> bytes:
        """The content of a part; WorkbookError if it is missing, damaged or unfolds beyond the limits."""
        entry = self.find(name)
        if entry is None:
            raise WorkbookError(f"the part {name} is missing", hint="the file is damaged; restore it from a copy")
        return unpack(self, entry)

    def raw(self, name: str) -> bytes:
        """The record of a part as it lies in the file."""
        entry = self.find(name)
        return b"" if entry is None else self.data[entry.start : entry.stop]


def part_key(name: str) -> str:
    """The form of a part's name under which it is looked up: case and a leading slash do not count.

    >>> part_key("/xl\\\\Workbook.xml")
    'xl/workbook.xml'
    """
    return name.replace("\\", "/").lstrip("/").lower()


def open_archive(data: bytes, limits: Limits | None = None) -> Archive:
    """Reads the directory of a zip file; WorkbookError if it is none, truncated, overlapping or a bomb."""
    limits = limits or Limits()
    count, size, offset, end = _directory(data)
    shift = end - size - offset  # bytes put before the first record, which the offsets do not count
    if shift < 0 or size < 0:
        raise _damaged("its directory lies outside the file")
    entries, position = [], offset + shift
    for _ in range(count):
        if position + _CENTRAL.size > end:
            raise _damaged("its directory ends early")
        entry, position = _entry(data, position, shift)
        entries.append(entry)
    _check_layout(entries, offset + shift)
    _check_limits(entries, limits)
    comment_at = data.rfind(b"PK\x05\x06") + _END.size
    return Archive(data, tuple(entries), data[comment_at:], limits)


def unpack(archive: Archive, entry: Entry) -> bytes:
    """The content of a record, checked against its size and checksum."""
    if entry.flags & _ENCRYPTED:
        raise WorkbookError(f"the part {entry.name} is encrypted", hint="save the workbook without a password")
    packed = memoryview(archive.data)[entry.data : entry.data + entry.packed]
    if entry.method == _STORED:
        content = bytes(packed)
    elif entry.method == _DEFLATED:
        unpacker = zlib.decompressobj(-15)
        try:
            content = unpacker.decompress(packed, entry.size + 1)
        except zlib.error as error:
            raise _damaged(f"the part {entry.name} cannot be unpacked") from error
    else:
        raise WorkbookError(
            f"the part {entry.name} is packed by method {entry.method}, which no spreadsheet program writes",
            hint="open it in a spreadsheet program and save it again",
        )
    if len(content) != entry.size or zlib.crc32(content) != entry.crc:
        raise _damaged(f"the part {entry.name} does not match its checksum")
    return content


def rewrite(
    archive: Archive,
    changed: Mapping[str, bytes],
    added: Mapping[str, bytes] | None = None,
    dropped: Collection[str] = (),
) -> bytes:
    """The archive with some parts changed, added at the end, or dropped; all other records are copied verbatim."""
    news = {part_key(name): content for name, content in changed.items()}
    gone = {part_key(name) for name in dropped}
    news = {key: content for key, content in news.items() if not _same(archive, key, content)}
    if not news and not added and not gone:
        return archive.data
    pieces: list[bytes | memoryview] = []
    central: dict[int, bytes] = {}
    position = 0
    view = memoryview(archive.data)
    for number, entry in sorted(enumerate(archive.entries), key=lambda pair: pair[1].start):
        key = part_key(entry.name)
        if key in gone:
            continue
        record: bytes | memoryview = view[entry.start : entry.stop]
        central[number] = _moved(entry.central, position)
        if key in news:
            record, central[number] = _packed(entry, archive.data, news[key], position)
        pieces.append(record)
        position += len(record)
    for number, (name, content) in enumerate((added or {}).items(), start=len(archive.entries)):
        record, central[number] = _new(name, content, position)
        pieces.append(record)
        position += len(record)
    directory = b"".join(central[number] for number in sorted(central))
    return b"".join([*pieces, directory, _ending(len(central), len(directory), position, archive.comment)])


def _damaged(what: str) -> WorkbookError:
    return WorkbookError(f"the file is damaged: {what}", hint="restore it from a copy or repair it in Excel")


def _directory(data: bytes) -> tuple[int, int, int, int]:
    """How many entries the central directory has, its size, its stated offset, and where it really ends."""
    at = data.rfind(b"PK\x05\x06", max(0, len(data) - _END.size - _FULL16))
    if at < 0 or at + _END.size > len(data):
        raise _damaged("it is cut off (the directory at its end is missing)")
    _, _, _, _, count, size, offset, _ = _END.unpack_from(data, at)
    locator = at - _LOCATOR64.size
    if locator >= 0 and data[locator : locator + 4] == b"PK\x06\x07":
        _, _, stated, _ = _LOCATOR64.unpack_from(data, locator)
        at64 = stated if data[stated : stated + 4] == b"PK\x06\x06" else data.rfind(b"PK\x06\x06", 0, locator)
        if at64 < 0 or at64 + _END64.size > len(data):
            raise _damaged("its directory's end record is missing")
        count, size, offset = _END64.unpack_from(data, at64)[7:]
        return count, size, offset, at64
    return count, size, offset, at


def _entry(data: bytes, position: int, shift: int) -> tuple[Entry, int]:
    header = _CENTRAL.unpack_from(data, position)
    mark, _, _, flags, method, _, _, crc, packed, size, n_name, n_extra, n_comment, _, _, _, start = header
    if mark != b"PK\x01\x02":
        raise _damaged("its directory holds a bad entry")
    after = position + _CENTRAL.size
    stop = after + n_name + n_extra + n_comment
    name = data[after : after + n_name].decode("utf-8" if flags & _UTF8 else "cp437", "replace")
    extra = data[after + n_name : after + n_name + n_extra]
    size, packed, start = _wide(extra, size, packed, start)
    start += shift
    if start + _LOCAL.size > len(data) or data[start : start + 4] != b"PK\x03\x04":
        raise _damaged(f"the part {name} is not where the directory says")
    *_, n_name, n_extra = _LOCAL.unpack_from(data, start)
    first = start + _LOCAL.size + n_name + n_extra
    if first + packed > len(data):
        raise _damaged(f"the part {name} is cut off")
    end = _record_end(data, first + packed, flags, crc, packed, size)
    return Entry(name, flags, method, crc, packed, size, start, first, end, data[position:stop]), stop


def _wide(extra: bytes, *fields: int) -> tuple[int, ...]:
    """The sizes and the offset, those that do not fit in 32 bits taken from the ZIP64 extra field."""
    values = _fields(extra).get(1, b"")
    result, at = [], 0
    for value in fields:
        if value == _FULL32:
            if at + 8 > len(values):
                raise _damaged("a ZIP64 field is missing")
            value = int.from_bytes(values[at : at + 8], "little")
            at += 8
        result.append(value)
    return tuple(result)


def _fields(extra: bytes) -> dict[int, bytes]:
    found, at = {}, 0
    while at + 4 <= len(extra):
        tag, length = struct.unpack_from("<2H", extra, at)
        found[tag] = extra[at + 4 : at + 4 + length]
        at += 4 + length
    return found


def _record_end(data: bytes, at: int, flags: int, crc: int, packed: int, size: int) -> int:
    """Where a record ends: behind its data, or behind the descriptor that repeats checksum and sizes."""
    if not flags & _DESCRIPTOR:
        return at
    for mark in (b"PK\x07\x08", b""):
        for layout in ("<I2I", "<I2Q"):
            if max(packed, size) > _FULL32 and layout == "<I2I":
                continue
            expected = mark + struct.pack(layout, crc, packed, size)
            if data[at : at + len(expected)] == expected:
                return at + len(expected)
    return at


def _check_layout(entries: list[Entry], directory: int) -> None:
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.start):
        if entry.start < end or entry.stop > directory:
            raise _damaged(f"the part {entry.name} overlaps another one")
        end = entry.stop


def _check_limits(entries: list[Entry], limits: Limits) -> None:
    for entry in entries:
        small = entry.size <= limits.grace or entry.size <= limits.ratio * max(entry.packed, 1)
        if entry.size > limits.part or not small:
            raise WorkbookError(
                f"the part {entry.name} unfolds from {entry.packed:,} to {entry.size:,} bytes, as in a zip bomb",
                hint="raise the limits if you trust the file",
            )
    total = sum(entry.size for entry in entries)
    if total > limits.total:
        raise WorkbookError(
            f"the file unfolds to {total:,} bytes, more than the limit of {limits.total:,}",
            hint="raise the limits if you trust the file",
        )


def _same(archive: Archive, key: str, content: bytes) -> bool:
    entry = archive.find(key)
    if entry is None:
        raise KeyError(key)
    return entry.size == len(content) and entry.crc == zlib.crc32(content) and unpack(archive, entry) == content


def _moved(central: bytes, start: int) -> bytes:
    """A directory entry whose record now starts at `start`; a ZIP64 offset stays in its extra field."""
    fixed = list(_CENTRAL.unpack_from(central))
    if fixed[16] != _FULL32:
        fixed[16] = _offset(start)
        return _CENTRAL.pack(*fixed) + central[_CENTRAL.size :]
    at = _CENTRAL.size + fixed[10]
    while int.from_bytes(central[at : at + 2], "little") != 1:
        at += 4 + int.from_bytes(central[at + 2 : at + 4], "little")
    at += 4 + 8 * (fixed[9] == _FULL32) + 8 * (fixed[8] == _FULL32)
    return central[:at] + start.to_bytes(8, "little") + central[at + 8 :]


def _offset(start: int) -> int:
    if start >= _FULL32:
        raise WorkbookError("the result would be larger than 4 GB", hint="split the workbook")
    return start


def _deflate(content: bytes) -> bytes:
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    return packer.compress(content) + packer.flush()


def _packed(entry: Entry, data: bytes, content: bytes, start: int) -> tuple[bytes, bytes]:
    """Record and directory entry of a part with new content; its place, name, date and attributes stay."""
    body = content if entry.method == _STORED else _deflate(content)
    flags = entry.flags & ~(_DESCRIPTOR | 0x0006)
    fixed = list(_CENTRAL.unpack_from(entry.central))
    n_name, n_extra, time, date = fixed[10], fixed[11], fixed[5], fixed[6]
    sizes = (zlib.crc32(content), _offset(len(body)), _offset(len(content)))
    name_at = entry.start + _LOCAL.size
    local_name = data[name_at : name_at + int.from_bytes(data[entry.start + 26 : entry.start + 28], "little")]
    local = _LOCAL.pack(b"PK\x03\x04", 20, flags, entry.method, time, date, *sizes, len(local_name), 0) + local_name
    fixed[2:4] = 20, flags
    fixed[7:10] = sizes
    fixed[11], fixed[16] = 0, _offset(start)
    tail = entry.central[_CENTRAL.size :]
    return local + body, _CENTRAL.pack(*fixed) + tail[:n_name] + tail[n_name + n_extra :]


def _new(name: str, content: bytes, start: int) -> tuple[bytes, bytes]:
    raw = name.encode()
    flags = 0 if name.isascii() else _UTF8
    body = _deflate(content)
    head = (20, flags, _DEFLATED, 0, _1980, zlib.crc32(content), _offset(len(body)), _offset(len(content)), len(raw), 0)
    local = _LOCAL.pack(b"PK\x03\x04", *head)
    return local + raw + body, _CENTRAL.pack(b"PK\x01\x02", 20, *head, 0, 0, 0, 0, _offset(start)) + raw


def _ending(count: int, size: int, offset: int, comment: bytes) -> bytes:
    wide = b""
    if count >= _FULL16 or offset + size >= _FULL32:
        wide = _END64.pack(b"PK\x06\x06", _END64.size - 12, 45, 45, 0, 0, count, count, size, offset)
        wide += _LOCATOR64.pack(b"PK\x06\x07", 0, offset + size, 1)
    count, size, offset = min(count, _FULL16), min(size, _FULL32), min(offset, _FULL32)
    return wide + _END.pack(b"PK\x05\x06", 0, 0, count, count, size, offset, len(comment)) + comment
