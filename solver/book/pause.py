"""Bulk work without the garbage collector, which would walk over a million new objects again and again."""

from __future__ import annotations

import gc
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_MANY = 100_000
"""New objects that are worth a thought."""

_once = threading.Event()
"""Whether this process does one piece of work and ends."""


def for_one_piece_of_work() -> None:
    """Says that this process ends with its work: what it makes in bulk stays until then, and is never walked over.

    One walk over the objects of 20,000 one-off formulas takes a second, in which no signal is heard.
    """
    _once.set()


@contextmanager
def collector_paused() -> Iterator[None]:
    """Switches the collector off for a while, for work that makes objects and no garbage rings."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            _settle()
            gc.enable()


def _settle() -> None:
    """Takes what was made for lasting, in a process of one piece of work, where there is more of it than ever before.

    So work that is done again and again may leave no more behind than twice what it makes once.
    """
    made = gc.get_count()[0]
    if _once.is_set() and made > _MANY and made > gc.get_freeze_count() // 2:
        gc.freeze()
