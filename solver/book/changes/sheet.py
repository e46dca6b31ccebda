"""A sheet's part with some cells changed: splices into the bytes, sorted and joined once.

A number that stays a number touches its `<v>` alone; other changes rewrite their `<c>`; cells and rows that the sheet
does not store are put in their place in the order of rows and columns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solver.book.changes.cell import Keep, changed_cell
from solver.book.changes.insertion import insertions
from solver.book.changes.source import Change, Source
from solver.book.splice import Splice, Spliced, Splices, groups
from solver.distinct import distinct, positions
from solver.grid import MAX_COLS, Cell
from solver.values import ErrorValue, Kind

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt

    from solver.book.book import Cells, KeyArray
    from solver.book.splice import Content
    from solver.values import Scalar

    IndexArray = npt.NDArray[np.intp]

_HEAD, _TAIL = b"<v>", b"</v></c>"
_LONGEST = 40  # letters of a stored number; longer ones are rewritten with their cell


def patch_sheet(
    source: Source, values: Cells | None, changes: dict[int, Change], around: Iterable[Splice] = ()
) -> Content | Spliced:
    """The content of a sheet in UTF-8 with new values, and with the changes of formulas (by key), which get theirs.

    `around` are splices outside the rows. Where nothing changes the same object comes back.
    """
    numbers = [] if values is None else _value_changes(source, values, changes)
    splices = [*around]
    missing = {}
    for index, key in sorted(zip(source.find_many(changes), changes, strict=True)):  # in the order of the content
        change = changes[key]
        if index >= 0:
            splices.append(_rewritten(source, index, change))
        elif _says_something(change):
            missing[key] = change
    splices += insertions(source, missing)
    found = Splices.joined([Splices.of(splices), *numbers])
    return Spliced(source.content, found) if len(found) else source.content


def _says_something(change: Change) -> bool:
    has_value = not (isinstance(change.value, Keep) or change.value is None)
    return has_value or isinstance(change.formula, str) or bool(change.style)


def _rewritten(source: Source, index: int, change: Change) -> Splice:
    cells, text = source.text.cells, source.text
    start, stop = int(text.start[index]), int(text.stop[index])
    where = str(Cell(source.name, int(cells.row[index]), int(cells.col[index])))
    old = cells.scalar(index)
    fragment = source.content[start:stop]
    return start, stop, changed_cell(fragment, change.value, change.formula, old, source.rich, where)


def _value_changes(source: Source, values: Cells, changes: dict[int, Change]) -> list[Splices]:
    """The splices of numbers that stay numbers; all other values that differ from the stored ones go to `changes`."""
    old = source.text.cells
    keys = values.keys()
    order = np.arange(len(keys))
    if (np.diff(keys) <= 0).any():
        order = len(keys) - 1 - np.unique(keys[::-1], return_index=True)[1]  # of two for one cell the later counts
    keys, kind, text = keys[order], values.kind[order].astype(np.uint8), values.text[order]
    number = values.number[order].astype(np.float64)
    unwritable = (kind == Kind.NUMBER) & ~np.isfinite(number)
    kind[unwritable], number[unwritable] = Kind.ERROR, ErrorValue.NUM
    with_formula = np.zeros(len(keys), bool)
    if changes:
        with_formula = positions(distinct(np.fromiter(changes, np.int64, len(changes))), keys)[1]
    same = plain = np.zeros(len(keys), bool)
    at, known = old.places(*np.divmod(keys, MAX_COLS))
    if len(old):
        at = np.minimum(at, len(old) - 1)
        alike = known & (old.kind[at] == kind)
        same = alike & ((old.number[at] == number) | (kind == Kind.BLANK) | (kind == Kind.TEXT))
        texts = np.flatnonzero(alike & (kind == Kind.TEXT))
        same[texts] = old.text[at[texts]] == text[texts]
        plain = alike & ~same & ~with_formula & (kind == Kind.NUMBER)
    splices, left = _numbers(source, at[plain], number[plain])
    others = np.concatenate([np.flatnonzero(with_formula | ~(same | plain)), np.flatnonzero(plain)[left]])
    for place in others.tolist():
        change = changes.setdefault(int(keys[place]), Change())
        if not (same[place] and isinstance(change.value, Keep)):
            change.value = _scalar(int(kind[place]), float(number[place]), text[place])
    return splices


def _numbers(source: Source, at: IndexArray, number: npt.NDArray[np.float64]) -> tuple[list[Splices], list[int]]:
    """Replaces the content of `<v>`; gives back the places where the cell is not plain enough for that."""
    splices: list[Splices] = []
    left: list[int] = []
    starts, closes = source.text.start[at].astype(np.int64), source.text.stop[at].astype(np.int64) - len(_TAIL)
    for first, last in groups(starts):
        start, close = starts[first:last], closes[first:last]
        base = int(start.min())
        here = source.content[base : int(close.max()) + len(_TAIL)]
        inner = _inner(here, start - base, close - base)
        plain = inner >= 0
        lines = "\n".join([*map(repr, number[first:last][plain].tolist()), ""])
        news = lines.replace(".0\n", "\n").encode()
        ends = np.flatnonzero(np.frombuffer(news, np.uint8) == ord("\n"))
        place = np.append(0, ends + 1)[:-1]
        splices.append(Splices(inner[plain] + base, close[plain], place, ends - place, news))
        left += (np.flatnonzero(~plain) + first).tolist()
    return splices, left


def _inner(content: bytes, start: KeyArray, close: KeyArray) -> KeyArray:
    """Where the content of a last `<v>` begins that ends at `close`, of cells that begin at `start`; else -1."""
    letters = np.frombuffer(content, dtype=np.uint8)
    inner = np.full(len(close), -1, dtype=np.int64)
    searched = close >= start + len(_HEAD)
    for place, letter in enumerate(_TAIL):
        searched[searched] = letters[close[searched] + place] == letter
    pending = np.flatnonzero(searched)
    for back in range(_LONGEST):  # letter by letter backwards, through all cells at once
        if not len(pending):
            break
        here = close[pending] - back
        found = letters[here - 1] == _HEAD[-1]
        inner[pending[found]] = here[found]
        pending = pending[~found & (here > start[pending] + len(_HEAD))]
    for place, letter in enumerate(_HEAD):
        opened = inner >= 0
        inner[opened] = np.where(letters[inner[opened] - len(_HEAD) + place] == letter, inner[opened], -1)
    return inner


def _scalar(kind: int, number: float, text: object) -> Scalar:
    if kind == Kind.NUMBER:
        return number
    if kind == Kind.TEXT:
        return str(text)
    if kind == Kind.BOOLEAN:
        return bool(number)
    return ErrorValue(int(number)) if kind == Kind.ERROR else None
