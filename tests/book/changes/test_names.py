"""Defined names set, replaced and dropped."""

from __future__ import annotations

import pytest

from solver.book.book import DefinedName, Edits
from solver.book.patch import patch
from solver.book.read import read_book
from solver.errors import WorkbookError
from tests.book.made import book_of
from tests.book.test_read import CELLS

NAMES = (
    '<definedNames><definedName name="a" comment="c">1</definedName><definedName name="Solver_Adj" localSheetId="0" '
    'hidden="1">S1!$A$1</definedName><definedName name="solver_adj">2</definedName></definedNames><calcPr/>'
)


def test_names_are_set_replaced_and_dropped() -> None:
    """Only the names that change lose their bytes; new ones are sorted in; the list never stays empty."""
    book = book_of(CELLS, workbook=NAMES)
    same = (DefinedName("solver_adj", "S1!$A$1", 0, True), DefinedName("A", "1"))
    assert patch(book, Edits(names=same)) == book.archive.data
    new = (DefinedName("SOLVER_ADJ", "S1!$B$1", 0, True), DefinedName("b", '"<"'), DefinedName("A", "7"))
    after = read_book(patch(book, Edits(names=new, dropped_names=(("solver_adj", None), ("none", 3)))))
    assert after.archive.read("xl/workbook.xml").decode().partition("<definedNames>")[2].partition("</definedNames>")[
        0
    ] == (
        '<definedName name="a" comment="c">7</definedName><definedName name="b">"&lt;"</definedName>'
        '<definedName name="Solver_Adj" localSheetId="0" hidden="1">S1!$B$1</definedName>'
    )
    gone = tuple((name.name, name.sheet) for name in after.names)
    bare = read_book(patch(after, Edits(dropped_names=gone)))
    assert b"definedName" not in bare.archive.read("xl/workbook.xml")
    back = read_book(patch(bare, Edits(names=new, recalculate=True)))
    assert {(n.name, n.text, n.sheet, n.hidden) for n in back.names} == {
        (n.name, n.text, n.sheet, n.hidden) for n in new
    }
    assert b'</definedNames><calcPr fullCalcOnLoad="1"/>' in back.archive.read("xl/workbook.xml")
    with pytest.raises(WorkbookError, match="would be empty"):
        patch(book, Edits(names=(DefinedName("x", " "),)))
