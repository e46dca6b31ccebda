"""Formulas set and dropped, without harm to the others: shared ones move to a new master, arrays stay whole."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from solver.book.book import Formula, FormulaKind
from solver.book.changes.cell import KEEP, formula_element
from solver.book.changes.source import Change, Source
from solver.book.sheets.shift import shifted
from solver.distinct import positions
from solver.errors import WorkbookError
from solver.grid import MAX_COLS, Area, Cell

if TYPE_CHECKING:
    from collections.abc import Mapping

    from solver.book.book import Book
    from solver.places import Places

_GROUP = re.compile(rb"""<[^<>]*\ssi\s*=\s*["'](\d+)["']""")


def overwritten(book: Book, cells: Places) -> dict[str, dict[tuple[int, int], str | None]]:
    """The formulas that give way to a fitted number, as after Excel's Solver: else a recalculation would undo it."""
    dropped: dict[str, dict[tuple[int, int], str | None]] = {}
    for name in cells.sheets:
        sheet = book.sheets[name]
        at = np.flatnonzero(sheet.formula >= 0)
        keys = sheet.cells.row[at].astype(np.int64) * MAX_COLS + sheet.cells.col[at]
        found, stored = positions(keys, cells.only(name).codes)
        for index in at[found[stored]].tolist():
            area = sheet.formulas[int(sheet.formula[index])].area
            if area is None or area.size == 1:
                place = int(sheet.cells.row[index]), int(sheet.cells.col[index])
                dropped.setdefault(name, {})[place] = None
    return dropped


def formula_changes(source: Source, formulas: Mapping[tuple[int, int], str | None]) -> dict[int, Change]:
    """Per cell (by key) its new `<f>`; a new formula has no value yet, a dropped one leaves its value behind."""
    text = source.text
    changes: dict[int, Change] = {}
    widowed: list[int] = []
    places = source.find_many(row * MAX_COLS + col for row, col in formulas)
    for ((row, col), formula), index in zip(formulas.items(), places, strict=True):
        number = int(text.formula[index]) if index >= 0 else -1
        old = text.formulas[number] if number >= 0 else None
        if formula == (None if old is None else text_at(old, row, col)):
            continue
        if old is not None and old.kind == FormulaKind.SHARED and (old.row, old.col) == (row, col):
            widowed.append(number)
        change = Change(KEEP, None) if formula is None else Change(None, formula_element(formula, source.prefix))
        changes[row * MAX_COLS + col] = change
    _check_arrays(source, formulas)
    for number in widowed:
        _rehome(source, number, changes)
    return changes


def text_at(formula: Formula, row: int, col: int) -> str:
    """The text of a formula as it reads in one of its cells; "" where it is an array's or a what-if table's."""
    if formula.kind.lone:
        return shifted(formula.text, row - formula.row, col - formula.col)
    return ""


def _check_arrays(source: Source, formulas: Mapping[tuple[int, int], str | None]) -> None:
    old = source.text.formulas
    new = [Cell(source.name, row, col) for (row, col), formula in formulas.items() if formula is not None]
    for number, area in old.areas.items() if new else ():
        if area.size == 1 or (int(old.row[number]), int(old.col[number])) in formulas:
            continue
        for cell in new:
            if cell in area:
                hint = f"change the formula of {area}"
                raise WorkbookError("part of an array cannot be changed", where=str(cell), hint=hint)


def _rehome(source: Source, number: int, changes: dict[int, Change]) -> None:
    """Gives a shared formula that loses its master another one, or every cell its own text.

    The master must be the first cell of the area that the group spans; where no cell stands there, nobody can be.
    """
    text, old = source.text, source.text.formulas[number]
    indices = np.flatnonzero(text.formula == number)
    cells = [(int(text.cells.row[index]), int(text.cells.col[index])) for index in indices]
    heirs = [(row, col) for row, col in cells if row * MAX_COLS + col not in changes]
    if not heirs:
        return
    top, left = min(row for row, _ in heirs), min(col for _, col in heirs)
    bottom, right = max(row for row, _ in heirs), max(col for _, col in heirs)
    master = source.find(old.row * MAX_COLS + old.col)
    group = _GROUP.search(source.content[int(text.start[master]) : int(text.stop[master])])
    attributes = ""
    if group is not None and heirs[0] == (top, left) and len(heirs) > 1:
        reference = Area("", top, left, bottom, right).absolute.replace("$", "")
        attributes = f' t="shared" ref="{reference}" si="{group[1].decode()}"'
        heirs = heirs[:1]
    for row, col in heirs:
        moved = shifted(old.text, row - old.row, col - old.col)
        changes[row * MAX_COLS + col] = Change(KEEP, formula_element(moved, source.prefix, attributes))
