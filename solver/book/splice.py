"""Spans of bytes exchanged for others."""

from __future__ import annotations

from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Splice = tuple[int, int, bytes]
CHUNK = 1 << 20
"""About so many bytes are worked on in one go: what takes longer could not be interrupted."""

_TOGETHER = 4096
"""How many splices are joined at once."""


@dataclass(frozen=True, slots=True)
class Spliced:
    """A content with spans exchanged, made piece by piece when it is gone through: it is never held as a whole.

    `splices` are in the order of the content.
    """

    content: bytes
    splices: Sequence[Splice]

    def __len__(self) -> int:
        return len(self.content) + sum(len(new) - (stop - start) for start, stop, new in self.splices)

    def __iter__(self) -> Iterator[bytes | memoryview]:
        content, at = self.content, 0
        for first in range(0, len(self.splices), _TOGETHER):
            pieces: list[bytes] = []
            for start, stop, new in self.splices[first : first + _TOGETHER]:
                if start - at > CHUNK:
                    yield b"".join(pieces)
                    pieces.clear()
                    yield from cut(content, at, start)
                    at = start
                pieces += (content[at:start], new)
                at = stop
            yield b"".join(pieces)
        yield from cut(content, at, len(content))


def spliced(content: bytes, splices: Iterable[Splice]) -> Spliced:
    """The content with each span (start, stop) exchanged; of two at one place the empty span comes first."""
    return Spliced(content, sorted(splices, key=itemgetter(0, 1)))


def splice(content: bytes, splices: Iterable[Splice]) -> bytes:
    """The same as bytes."""
    return b"".join(spliced(content, splices))


def cut(content: bytes, start: int, stop: int) -> Iterator[memoryview]:
    """The bytes between two offsets, in pieces."""
    view = memoryview(content)
    return (view[at : min(at + CHUNK, stop)] for at in range(start, stop, CHUNK))


def pieces_of(content: bytes | Spliced) -> Iterable[bytes | memoryview]:
    """A content in pieces."""
    return content if isinstance(content, Spliced) else cut(content, 0, len(content))
