"""Circular references in a book that iterates: the ring is computed again and again, as Excel does it.

    x(0) = what the cells hold,  x(k+1) = f(x(k)),  until no value moves by `delta`, at most `count` times

Within a pass the cells come in reading order, sheet by sheet, and each sees the new values of those before it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solver.compiler.ordering.precedents import precedents
from solver.errors import FormulaError

if TYPE_CHECKING:
    import numpy.typing as npt

    from solver.compiler.workspace import Workspace


def ring_of(workspace: Workspace, number: int) -> list[int]:
    """The waiting blocks that a block depends on and that depend on it, in reading order."""
    readers: dict[int, list[int]] = {}
    seen = {number}
    pending = [number]
    while pending:
        reader = pending.pop()
        for read in _waiting(workspace, reader):
            readers.setdefault(read, []).append(reader)
            if read not in seen:
                seen.add(read)
                pending.append(read)
    ring = {number}
    pending = [number]
    while pending:
        for reader in readers.get(pending.pop(), ()):
            if reader not in ring:
                ring.add(reader)
                pending.append(reader)
    tabs = {name: place for place, name in enumerate(workspace.book.sheets)}

    def place(member: int) -> tuple[int, int, int]:
        area = workspace.blocks[member].area
        return tabs[area.sheet], area.top, area.left

    return sorted(ring, key=place)


def _waiting(workspace: Workspace, number: int) -> set[int]:
    try:
        areas, _ = precedents(workspace.blocks[number], workspace.names)
    except FormulaError:
        return set()
    found: set[int] = set()
    for area in areas:
        store = workspace.store(area.sheet)
        found.update(store.waiting(store.area_window(area)))
    return {block for block in found if not workspace.done[block]}


def held(workspace: Workspace, ring: list[int]) -> npt.NDArray[np.float64]:
    """The numbers that the cells of a ring hold now, one after the other; NaN where one depends on a variable."""
    parts = []
    for number in ring:
        area = workspace.blocks[number].area
        store = workspace.stores[area.sheet]
        window = store.area_window(area)
        parts.append(np.where(store.live[window] > 0, np.nan, store.number[window]).ravel())
    return np.concatenate(parts)
