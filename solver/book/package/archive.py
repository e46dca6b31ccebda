"""A zip file as raw byte slices: what is not changed is copied as it lies there, header, data and descriptor.

    file = record, record, ..., central directory, end record
    record = local header, name, extra, data, [descriptor]

When the file is written (`solver.book.package.repack`) only the parts whose content changed are packed anew; every
other record keeps all its bytes, only its offset in the central directory moves.
"""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from solver.book.package.unpacking import LARGE, LargePart, damaged, unpack
from solver.errors import WorkbookError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from solver.book.splice import Content

LOCAL = struct.Struct("<4s5H3I2H")
CENTRAL = struct.Struct("<4s6H3I5H2I")
END = struct.Struct("<4s4H2IH")
END64 = struct.Struct("<4sQ2H2I4Q")
LOCATOR64 = struct.Struct("<4sIQI")
FULL32, FULL16 = 0xFFFFFFFF, 0xFFFF
_SETTING = "SOLVER_UNPACK_GB"
_TRUST = f"if you trust the file, set {_SETTING} to the gigabytes that it may unfold to"
DESCRIPTOR, UTF8 = 0x0008, 0x0800


@dataclass(frozen=True, slots=True)
class Limits:
    """How far a file may unfold, in bytes; `ratio` counts only for parts larger than `grace`."""

    part: int = 1 << 30
    total: int = 4 << 30
    ratio: float = 250.0
    grace: int = 32 << 20

    @classmethod
    def usual(cls) -> Limits:
        """The limits above, or what the environment's SOLVER_UNPACK_GB allows whatever the ratio."""
        stated = os.environ.get(_SETTING)
        if not stated:
            return cls()
        try:
            size = int(float(stated) * (1 << 30))
        except (ValueError, OverflowError):
            raise WorkbookError(f"{_SETTING} is {stated!r}", hint="set it to a number of gigabytes") from None
        return cls(size, size, float("inf"))


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
    _large: dict[str, LargePart] = field(default_factory=dict, repr=False, compare=False)

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
        return unpack(self.data, self._present(name))

    def content(self, name: str) -> Content:
        """The content of a part, to be looked at in slices: a large one is unpacked where it is looked at."""
        entry = self._present(name)
        if entry.size <= LARGE:
            return unpack(self.data, entry)
        key = part_key(name)
        if key not in self._large:
            self._large[key] = LargePart(self.data, entry)
        return self._large[key]

    def _present(self, name: str) -> Entry:
        entry = self.find(name)
        if entry is None:
            raise WorkbookError(f"the part {name} is missing", hint="the file is damaged; restore it from a copy")
        return entry

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
    limits = limits or Limits.usual()
    count, size, offset, end = _directory(data)
    shift = end - size - offset  # bytes put before the first record, which the offsets do not count
    if shift < 0 or size < 0:
        raise damaged("its directory lies outside the file")
    entries, position = [], offset + shift
    for _ in range(count):
        if position + CENTRAL.size > end:
            raise damaged("its directory ends early")
        entry, position = _entry(data, position, shift)
        entries.append(entry)
    _check_layout(entries, offset + shift)
    _check_limits(entries, limits)
    comment_at = data.rfind(b"PK\x05\x06") + END.size
    return Archive(data, tuple(entries), data[comment_at:], limits)


def _directory(data: bytes) -> tuple[int, int, int, int]:
    """How many entries the central directory has, its size, its stated offset, and where it really ends."""
    at = data.rfind(b"PK\x05\x06", max(0, len(data) - END.size - FULL16))
    if at < 0 or at + END.size > len(data):
        raise damaged("it is cut off (the directory at its end is missing)")
    _, _, _, _, count, size, offset, _ = END.unpack_from(data, at)
    locator = at - LOCATOR64.size
    if locator >= 0 and data[locator : locator + 4] == b"PK\x06\x07":
        _, _, stated, _ = LOCATOR64.unpack_from(data, locator)
        at64 = stated if data[stated : stated + 4] == b"PK\x06\x06" else data.rfind(b"PK\x06\x06", 0, locator)
        if at64 < 0 or at64 + END64.size > len(data):
            raise damaged("its directory's end record is missing")
        count, size, offset = END64.unpack_from(data, at64)[7:]
        return count, size, offset, at64
    return count, size, offset, at


def _entry(data: bytes, position: int, shift: int) -> tuple[Entry, int]:
    header = CENTRAL.unpack_from(data, position)
    mark, _, _, flags, method, _, _, crc, packed, size, n_name, n_extra, n_comment, _, _, _, start = header
    if mark != b"PK\x01\x02":
        raise damaged("its directory holds a bad entry")
    after = position + CENTRAL.size
    stop = after + n_name + n_extra + n_comment
    name = data[after : after + n_name].decode("utf-8" if flags & UTF8 else "cp437", "replace")
    extra = data[after + n_name : after + n_name + n_extra]
    size, packed, start = _wide(extra, size, packed, start)
    start += shift
    if start + LOCAL.size > len(data) or data[start : start + 4] != b"PK\x03\x04":
        raise damaged(f"the part {name} is not where the directory says")
    *_, n_name, n_extra = LOCAL.unpack_from(data, start)
    first = start + LOCAL.size + n_name + n_extra
    if first + packed > len(data):
        raise damaged(f"the part {name} is cut off")
    end = _record_end(data, first + packed, flags, crc, packed, size)
    return Entry(name, flags, method, crc, packed, size, start, first, end, data[position:stop]), stop


def _wide(extra: bytes, *fields: int) -> tuple[int, ...]:
    """The sizes and the offset, those that do not fit in 32 bits taken from the ZIP64 extra field."""
    values = _fields(extra).get(1, b"")
    result, at = [], 0
    for value in fields:
        if value == FULL32:
            if at + 8 > len(values):
                raise damaged("a ZIP64 field is missing")
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
    if not flags & DESCRIPTOR:
        return at
    for mark in (b"PK\x07\x08", b""):
        for layout in ("<I2I", "<I2Q"):
            if max(packed, size) > FULL32 and layout == "<I2I":
                continue
            expected = mark + struct.pack(layout, crc, packed, size)
            if data[at : at + len(expected)] == expected:
                return at + len(expected)
    return at


def _check_layout(entries: list[Entry], directory: int) -> None:
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.start):
        if entry.start < end or entry.stop > directory:
            raise damaged(f"the part {entry.name} overlaps another one")
        end = entry.stop


def _check_limits(entries: list[Entry], limits: Limits) -> None:
    for entry in entries:
        small = entry.size <= limits.grace or entry.size <= limits.ratio * max(entry.packed, 1)
        if entry.size > limits.part or not small:
            raise WorkbookError(
                f"the part {entry.name} unfolds from {entry.packed:,} to {entry.size:,} bytes, as in a zip bomb",
                hint=_TRUST,
            )
    total = sum(entry.size for entry in entries)
    if total > limits.total:
        raise WorkbookError(
            f"the file unfolds to {total:,} bytes, more than the limit of {limits.total:,}",
            hint=_TRUST,
        )
