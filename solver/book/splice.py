"""Spans of bytes exchanged for others."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Splice = tuple[int, int, bytes]
Offsets = npt.NDArray[np.int64]
CHUNK = 1 << 20
"""About so many bytes are worked on in one go: what takes longer could not be interrupted."""


class Content(Protocol):
    """The bytes of a part, looked at in slices: held as a whole (bytes), or unpacked where they are looked at."""

    def __len__(self) -> int: ...

    def __getitem__(self, span: slice, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Splices:
    """Spans `start` to `stop` that give way to `length` bytes of `news` from `place` on, as columns."""

    start: Offsets
    stop: Offsets
    place: Offsets
    length: Offsets
    news: bytes = b""

    @classmethod
    def of(cls, splices: Iterable[Splice]) -> Splices:
        """Splices given one by one."""
        found = list(splices)
        spans = np.array([(start, stop, len(new)) for start, stop, new in found], np.int64).reshape(-1, 3)
        start, stop, length = spans.T
        return cls(start, stop, np.cumsum(length) - length, length, b"".join([new for _, _, new in found]))

    @classmethod
    def joined(cls, parts: Iterable[Splices]) -> Splices:
        """All of them in the order of the content; of two at one place the empty span comes first."""
        parts = list(parts)
        begins = np.cumsum([0, *[len(part.news) for part in parts[:-1]]])
        start, stop, length = (
            np.concatenate([getattr(part, name) for part in parts]) for name in ("start", "stop", "length")
        )
        place = np.concatenate([part.place + begin for part, begin in zip(parts, begins, strict=True)])
        order = np.lexsort((stop, start))
        return cls(start[order], stop[order], place[order], length[order], b"".join([part.news for part in parts]))

    def __len__(self) -> int:
        return len(self.start)


@dataclass(frozen=True, slots=True)
class Spliced:
    """A content with spans exchanged, made piece by piece when it is gone through: it is never held as a whole.

    `splices` are in the order of the content.
    """

    content: Content
    splices: Splices

    def __len__(self) -> int:
        splices = self.splices
        return len(self.content) + int((splices.length - (splices.stop - splices.start)).sum())

    def __iter__(self) -> Iterator[bytes | memoryview]:
        splices, news, at = self.splices, self.splices.news, 0
        for first, last in groups(splices.start):
            base = int(splices.start[first])
            yield from cut(self.content, at, base)
            here, at = self.content[base : int(splices.stop[last - 1])], base
            columns = (splices.start, splices.stop, splices.place, splices.length)
            pieces: list[bytes] = []
            for start, stop, place, length in zip(*[each[first:last].tolist() for each in columns], strict=True):
                pieces += (here[at - base : start - base], news[place : place + length])
                at = stop
            yield b"".join(pieces)
        yield from cut(self.content, at, len(self.content))


def groups(start: npt.NDArray[np.integer]) -> Iterator[tuple[int, int]]:
    """First and last number (exclusive) of spans that begin near each other, of spans in the order of the content."""
    edges = np.flatnonzero(np.diff(start // CHUNK)) + 1
    return pairwise([0, *edges.tolist(), len(start)] if len(start) else [])


def spliced(content: Content, splices: Iterable[Splice]) -> Spliced:
    """The content with each span (start, stop) exchanged; of two at one place the empty span comes first."""
    return Spliced(content, Splices.joined([Splices.of(splices)]))


def splice(content: bytes, splices: Iterable[Splice]) -> bytes:
    """The same as bytes."""
    return b"".join(spliced(content, splices))


def cut(content: Content, start: int, stop: int) -> Iterator[bytes | memoryview]:
    """The bytes between two offsets, in pieces."""
    view = memoryview(content) if isinstance(content, bytes) else content
    return (view[at : min(at + CHUNK, stop)] for at in range(start, stop, CHUNK))


def pieces_of(content: Content | Spliced) -> Iterable[bytes | memoryview]:
    """A content in pieces."""
    return content if isinstance(content, Spliced) else cut(content, 0, len(content))


def whole(content: Content | Spliced) -> bytes:
    """A content as bytes."""
    return content if isinstance(content, bytes) else b"".join(pieces_of(content))
