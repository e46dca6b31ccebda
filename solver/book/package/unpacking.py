"""The content of a zip record: at once, or for a large one stretch by stretch where somebody looks at it."""

from __future__ import annotations

import zlib
from bisect import bisect_right
from io import BytesIO
from typing import TYPE_CHECKING, NamedTuple

from solver.book.splice import CHUNK, cut
from solver.errors import WorkbookError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from solver.book.package.archive import Entry

STORED, DEFLATED = 0, 8
_ENCRYPTED = 0x0001

LARGE = 1 << 26
"""A content of more bytes than this is not held as a whole."""

_STRETCH = 1 << 22
_FED = 1 << 14
"""So many packed bytes are unpacked in one go: where the unpacker may be halted."""


def damaged(what: str) -> WorkbookError:
    """What is said of a file whose zip structure is broken."""
    return WorkbookError(f"the file is damaged: {what}", hint="restore it from a copy or repair it in Excel")


def unpack(data: bytes, entry: Entry) -> bytes:
    """The content of a record of the file `data`, checked against its size and checksum."""
    _refuse_unreadable(entry)
    content, crc = BytesIO(), 0  # hands out its bytes without another copy
    try:
        for piece in _unpacked(data, entry):
            crc = zlib.crc32(piece, crc)
            content.write(piece)
    except zlib.error as error:
        raise _not_unpacked(entry) from error
    _check(entry, content.tell(), crc)
    return content.getvalue()


def _refuse_unreadable(entry: Entry) -> None:
    if entry.flags & _ENCRYPTED:
        raise WorkbookError(f"the part {entry.name} is encrypted", hint="save the workbook without a password")
    if entry.method not in (STORED, DEFLATED):
        raise WorkbookError(
            f"the part {entry.name} is packed by method {entry.method}, which no spreadsheet program writes",
            hint="open it in a spreadsheet program and save it again",
        )


def _not_unpacked(entry: Entry) -> WorkbookError:
    return damaged(f"the part {entry.name} cannot be unpacked")


def _check(entry: Entry, size: int, crc: int) -> None:
    if size != entry.size or crc != entry.crc:
        raise damaged(f"the part {entry.name} does not match its checksum")


def _unpacked(data: bytes, entry: Entry) -> Iterator[bytes | memoryview]:
    """The content of a record in pieces, which end one byte beyond the size that is stated."""
    stop = entry.data + entry.packed
    if entry.method == STORED:
        yield from cut(data, entry.data, stop)
        return
    unpacker, left = zlib.decompressobj(-15), entry.size + 1
    for packed in cut(data, entry.data, stop):
        rest: bytes | memoryview = packed
        while left and rest and not unpacker.eof:
            piece = unpacker.decompress(rest, min(left, CHUNK))
            rest, left = unpacker.unconsumed_tail, left - len(piece)
            yield piece
    if left and not unpacker.eof:
        yield unpacker.flush(left)


class _Halt(NamedTuple):
    """Where an unpacker was halted: offset in the content, offset in the file, and its state."""

    first: int
    at: int
    state: zlib._Decompress


class LargePart:
    """The content of a large record of the file `data`, which is never held as a whole.

    It is gone through once to check it; the state of the unpacker is kept every few megabytes (40 KB each), and from
    there on it is unpacked anew when a slice is asked for. Slices in ascending order cost one more passage.
    """

    def __init__(self, data: bytes, entry: Entry) -> None:
        _refuse_unreadable(entry)
        self._data, self._entry = data, entry
        self._halts: list[_Halt] = []
        self._first, self._stretch = 0, b""
        size = crc = 0
        try:
            for piece in cut(data, entry.data, entry.data + entry.packed) if self._plain else self._passage():
                size, crc = size + len(piece), zlib.crc32(piece, crc)
        except zlib.error as error:
            raise _not_unpacked(entry) from error
        _check(entry, size, crc)

    @property
    def _plain(self) -> bool:
        return self._entry.method == STORED

    def _passage(self) -> Iterator[bytes]:
        """The whole content in pieces, up to one piece beyond the size that is stated; makes the halts."""
        size = 0
        unpacker = zlib.decompressobj(-15)
        for at in range(self._entry.data, self._entry.data + self._entry.packed, _FED):
            if not self._halts or size >= self._halts[-1].first + _STRETCH:
                self._halts.append(_Halt(size, at, unpacker.copy()))
            piece = unpacker.decompress(self._fed(at))
            size += len(piece)
            yield piece
            if unpacker.eof or size > self._entry.size:
                return

    def _fed(self, at: int) -> memoryview:
        return memoryview(self._data)[at : min(at + _FED, self._entry.data + self._entry.packed)]

    def __len__(self) -> int:
        return self._entry.size

    def __getitem__(self, span: slice) -> bytes:
        start, stop, _ = span.indices(len(self))
        if self._plain:
            return self._data[self._entry.data + start : self._entry.data + stop]
        pieces = []
        while start < stop:
            self._move_to(start)
            pieces.append(self._stretch[start - self._first : stop - self._first])
            start += len(pieces[-1])
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _move_to(self, at: int) -> None:
        """Unpacks the stretch that holds an offset, unless it is the one that is unpacked already."""
        if self._first <= at < self._first + len(self._stretch):
            return
        number = bisect_right(self._halts, at, key=lambda halt: halt.first) - 1
        halt = self._halts[number]
        stop = self._halts[number + 1].first if number + 1 < len(self._halts) else len(self)
        unpacker, size, pieces = halt.state.copy(), halt.first, []
        for place in range(halt.at, self._entry.data + self._entry.packed, _FED):
            if size >= stop:
                break
            pieces.append(unpacker.decompress(self._fed(place)))
            size += len(pieces[-1])
        self._first, self._stretch = halt.first, b"".join(pieces)
