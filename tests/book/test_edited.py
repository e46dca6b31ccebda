"""A book with its edits reads the same whether or not a file is made of it on the way."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from solver.book.book import Book, Cells, DefinedName, Edits
from solver.book.changes.formulas import text_at
from solver.book.edited import edited
from solver.book.patch import patch
from solver.book.read import read_book
from solver.errors import WorkbookError
from solver.values import ErrorValue, Scalar
from tests.book.made import book_of, values_of
from tests.conftest import SHARED

FILES = (
    sorted(path for path in SHARED.glob("*/*.xls[xm]") if path.stat().st_size < 60_000)[::6] if SHARED.is_dir() else []
)
NEW: list[Scalar] = [0.0, 1.25, -3e300, True, "a text", "", ErrorValue.DIV0, None]
ROWS = (
    '<row r="1"><c r="A1"><f t="shared" ref="A1:A3" si="0">B1*2</f><v>2</v></c><c r="B1"><v>1</v></c></row>'
    '<row r="2"><c r="A2"><f t="shared" si="0"/><v>4</v></c><c r="B2"><v>2</v></c></row>'
    '<row r="3"><c r="A3"><f t="shared" si="0"/><v>6</v></c><c r="B3"><v>3</v></c></row>'
    '<row r="5"><c r="A5" t="str"><f>"x"&amp;B1</f><v>x1</v></c><c r="C5" t="b"><v>1</v></c></row>'
)


def _seen(book: Book) -> dict[str, object]:
    """Values and formulas of every cell that says something."""
    found: dict[str, object] = {"names": sorted((name.name, name.sheet or -1, name.text) for name in book.names)}
    for name, sheet in book.sheets.items():
        cells = zip(sheet.cells.row.tolist(), sheet.cells.col.tolist(), sheet.formula.tolist(), strict=True)
        formulas = {
            (row, col): text_at(sheet.formulas[k], row, col)
            for row, col, k in cells
            if k >= 0 and sheet.formulas[k].text
        }
        found[name] = {place: value for place, value in values_of(sheet).items() if value is not None}, formulas
    return found


def _edits(book: Book, rng: random.Random) -> Edits:
    """Values and formulas set and dropped, on cells that are stored and on new ones."""
    name, sheet = rng.choice(list(book.sheets.items()))
    places = list(zip(sheet.cells.row.tolist(), sheet.cells.col.tolist(), strict=True))
    places = rng.sample(places, min(len(places), 6)) + [(rng.randrange(40), rng.randrange(9)) for _ in range(4)]
    values = {place: rng.choice(NEW) for place in places[::2]}
    formulas = {place: rng.choice(["1+1", 'IF(A1="<",B2,"&")', None]) for place in places[1::2]}
    names = (DefinedName("solver_new", "7", 0, hidden=True), DefinedName("rate", f"'{name}'!$A$1"))
    return Edits({name: Cells.of(values)}, {name: formulas}, names=names)


@pytest.mark.parametrize("seed", range(40))
def test_as_if_written_and_read(seed: int) -> None:
    """Random edits of a sheet with shared formulas, texts and blanks."""
    _compare(book_of(ROWS), random.Random(seed))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_as_if_written_and_read_of_real_books(path: object) -> None:
    """The same for workbooks of other people."""
    _compare(read_book(str(path)), random.Random(1))


def _compare(book: Book, rng: random.Random) -> None:
    edits = _edits(book, rng)
    try:
        written = read_book(patch(book, edits))
    except WorkbookError as refusal:  # part of an array cannot be changed
        if "array" not in str(refusal):
            raise
        return
    supposed = edited(book, edits)
    assert _seen(supposed) == _seen(written)
    assert list(supposed.sheets) == list(book.sheets)


def test_only_what_its_file_has_can_be_patched() -> None:
    """Edits of an edited book would be spliced into other bytes."""
    book = book_of(ROWS)
    with pytest.raises(TypeError, match="as a file has it"):
        patch(edited(book, Edits()), Edits())
    assert replace(book, path="x").edited is False
