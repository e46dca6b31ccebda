"""Spans of bytes exchanged for others."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

Splice = tuple[int, int, bytes]


def splice(content: bytes, splices: Iterable[Splice]) -> bytes:
    """The content with each span (start, stop) exchanged; of two at one place the empty span comes first."""
    pieces: list[bytes] = []
    at = 0
    for start, stop, new in sorted(splices, key=itemgetter(0, 1)):
        pieces += (content[at:start], new)
        at = stop
    pieces.append(content[at:])
    return b"".join(pieces)
