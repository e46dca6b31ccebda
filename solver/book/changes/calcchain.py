"""The order of calculation that a file keeps: it must not name a cell without a formula."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from solver.book.markup import parse
from solver.book.splice import splice

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from solver.book.splice import Splice

_NAME = re.compile(rb"<[^\s/>]+")


def without_cells(content: bytes, part: str, gone: Mapping[str, Collection[str]]) -> bytes | None:
    """The chain without some cells, by the number of their sheet as the chain gives it; None if nothing is left.

    An entry that does not state its sheet is on that of the entry before it (ECMA-376 part 1, 18.6.1), so the number
    of one that goes is handed on.
    """
    splices: list[Splice] = []
    kept, sheet, handed = 0, "", ""
    for entry in parse(content, part).children:
        stated = entry.get("i")
        sheet = stated or sheet
        if entry.get("r") in gone.get(sheet, ()):
            splices.append((entry.start, entry.stop, b""))
            handed = stated or handed
            continue
        kept += 1
        name = _NAME.match(content, entry.start)
        if handed and not stated and name is not None:
            splices.append((name.end(), name.end(), f' i="{handed}"'.encode()))
        handed = ""
    if not kept:
        return None
    return splice(content, splices) if splices else content
