"""A book as it reads once its edits are written, made without a file: new cells and formulas go into the columns."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from solver.book.book import Cells, Formula
from solver.book.formulas import Formulas
from solver.book.read import OnDemand
from solver.distinct import distinct, positions
from solver.grid import MAX_COLS
from solver.values import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from solver.book.book import Book, Edits, IntArray, KeyArray, Sheet


def edited(book: Book, edits: Edits) -> Book:
    """The book with the values, formulas and names of its edits; what they say of looks and tables is left out."""
    gone = {(name.casefold(), sheet) for name, sheet in edits.dropped_names}
    gone |= {(name.name.casefold(), name.sheet) for name in edits.names}
    return replace(
        book,
        sheets=OnDemand({name: partial(_sheet, book, edits, name) for name in book.sheets}),
        names=(*(name for name in book.names if (name.name.casefold(), name.sheet) not in gone), *edits.names),
        edited=True,
    )


def _sheet(book: Book, edits: Edits, name: str) -> Sheet:
    sheet = book.sheets[name]
    values, formulas = edits.values.get(name), edits.formulas.get(name, {})
    if values is None and not formulas:
        return sheet
    values = Cells.of({}) if values is None else values
    places = np.array([row * MAX_COLS + col for row, col in formulas], np.int64)
    stored, given = sheet.cells.keys(), values.keys()
    keys = distinct(np.concatenate([stored, given, places]))
    formula, texts = _formulas(sheet, keys, places, formulas)
    size = len(keys)
    cells = Cells(
        (keys // MAX_COLS).astype(np.int32),
        (keys % MAX_COLS).astype(np.int32),
        np.full(size, int(Kind.BLANK), np.uint8),
        np.zeros(size),
        np.empty(size, object),
    )
    anew = distinct(places[[text is not None for text in formulas.values()]])
    kept = ~positions(anew, stored)[1]  # a new formula has no value
    for source, at in ((sheet.cells.at(kept), stored[kept]), (values, given)):
        into = np.searchsorted(keys, at)
        cells.kind[into], cells.number[into], cells.text[into] = source.kind, source.number, source.text[:]
    return replace(sheet, cells=cells, formula=formula, formulas=texts)


def _formulas(
    sheet: Sheet, keys: KeyArray, places: KeyArray, formulas: Mapping[tuple[int, int], str | None]
) -> tuple[IntArray, Formulas]:
    """Per cell the number of its formula, -1 for none, and the formulas."""
    formula = np.full(len(keys), -1, np.int32)
    formula[np.searchsorted(keys, sheet.cells.keys())] = sheet.formula
    new = [Formula(text, row, col) for (row, col), text in formulas.items() if text is not None]
    said = np.array([text is not None for text in formulas.values()], bool)
    numbers = np.full(len(places), -1, np.int32)
    numbers[said] = np.arange(len(sheet.formulas), len(sheet.formulas) + len(new))
    formula[np.searchsorted(keys, places)] = numbers
    return formula, Formulas.of(sheet.formulas).followed_by(new)
