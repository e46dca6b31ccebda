"""Which blocks a change can reach: only they are computed, all others keep what the file stores.

From the wanted blocks back through the cells that their formulas name gives the blocks that matter; from the changed
cells forward through the same edges gives those that move. A formula that may read cells it does not name (OFFSET,
INDIRECT) counts as moving, and makes every block of the book matter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from solver.compiler.ordering.precedents import precedents
from solver.errors import FormulaError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from solver.compiler.workspace import Workspace
    from solver.grid import Area


class Cone:
    """The edges between blocks of a workspace, found as they are needed."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._readers: dict[int, list[int]] = {}
        self._known: set[int] = set()
        self._moving: set[int] = set()
        self._of_area: dict[Area, tuple[list[int], bool]] = {}

    def at_rest(self, wanted: Iterable[int]) -> list[int]:
        """Those of the wanted blocks that no change can reach."""
        wanted = list(wanted)
        if any(number not in self._known for number in wanted):
            self._explore(wanted)
        return [number for number in wanted if number not in self._moving]

    def moving(self) -> set[int]:
        """All blocks of the book that a change can reach."""
        self._workspace.open_all()
        self._explore(range(len(self._workspace.blocks)))
        return self._moving

    def _explore(self, wanted: Iterable[int]) -> None:
        pending = [number for number in wanted if number not in self._known]
        sources: list[int] = []
        everything = False
        while pending:
            number = pending.pop()
            if number in self._known:
                continue
            self._known.add(number)
            read, moved, exact = self._reads(number)
            if moved or not exact:
                sources.append(number)
            for other in read:
                self._readers.setdefault(other, []).append(number)
                if other in self._moving:
                    sources.append(number)
                if other not in self._known:
                    pending.append(other)
            if not exact and not everything:
                everything = True
                self._workspace.open_all()
                pending.extend(range(len(self._workspace.blocks)))
        while sources:
            number = sources.pop()
            if number not in self._moving:
                self._moving.add(number)
                sources.extend(self._readers.get(number, ()))

    def _reads(self, number: int) -> tuple[list[int], bool, bool]:
        """The blocks that a block reads, whether it reads a changed cell, and whether that is all it can read."""
        workspace = self._workspace
        try:
            areas, exact = precedents(workspace.blocks[number], workspace.names)
        except FormulaError:
            return [], False, True
        read: list[int] = []
        moved = False
        for area in areas:
            found = self._of_area.get(area)
            if found is None:
                found = self._of_area[area] = self._inside(area)
            read.extend(found[0])
            moved = moved or found[1]
        return read, moved, exact

    def _inside(self, area: Area) -> tuple[list[int], bool]:
        """The waiting blocks of an area, and whether a cell of it has moved: it was changed, or computed from one."""
        store = self._workspace.store(area.sheet)
        window = store.area_window(area)
        return store.waiting(window), bool(store.moved[window].any())
