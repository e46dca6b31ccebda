"""Cells that a stored model names by other words than addresses: tables, spilled ranges, names that compute theirs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from solver.book.book import ListObject
from solver.model.recall import recall
from solver.model.references import NotCellsError, find_area, find_areas, scope_of
from solver.model.render import render
from tests.books import area, book_of
from tests.model.stored import stored_on

if TYPE_CHECKING:
    from solver.book.book import Book

CELLS = {
    "A1": "item", "B1": "make", "C1": "gain",
    "A2": "a", "B2": 0, "C2": 3, "A3": "b", "B3": 0, "C3": 5, "A4": "c", "B4": 0, "C4": 4,
    "A5": "sum", "B5": "=SUM(B2:B4)", "C5": "=SUMPRODUCT(B2:B4,C2:C4)",
    "E1:E3": "{=SEQUENCE(3,1,10)}", "G1": 2,
}  # fmt: skip
NAMES = {
    "Make": "S!$B$2:$B$4",
    "Growing": "OFFSET(S!$B$2,0,0,COUNT(S!$B$2:$B$4),1)",
    "Upto": "S!$B$2:INDEX(S!$B:$B,S!$G$1+2)",
    "Column": "Plan[make]",
    "Chosen": "IF(S!$G$1=2,S!$B$2:$B$4,S!$C$2:$C$4)",
    "Value": "S!$G$1*2",
    "Broken": "OFFSET(S!$B$2,-9,0)",
}


@pytest.fixture(scope="module")
def book() -> Book:
    table = ListObject("Plan", area("A1:C5"), ("item", "make", "gain"), 1, 1)
    return stored_on(replace(book_of({"S": CELLS}), tables=(table,)), {}, NAMES)


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("Plan[make]", "B2:B4"),
        ("Plan[[#Totals],[make]:[gain]]", "B5:C5"),
        ("S!$E$1#", "E1:E3"),
        ("_xlfn.ANCHORARRAY(S!$E$1)", "E1:E3"),
        ("Growing", "B2:B4"),
        ("S!Growing", "B2:B4"),
        ("Upto", "B2:B4"),
        ("Column", "B2:B4"),
        ("Chosen", "B2:B4"),
        ("OFFSET(S!$A$1,1,1,3)", "B2:B4"),
        ("S!$B$1:$B$9 S!$A$2:$G$4", "B2:B4"),
    ],
)
def test_what_must_be_computed_to_be_cells(book: Book, text: str, cells: str) -> None:
    assert find_area(text, scope_of(book, "S")) == area(cells)


@pytest.mark.parametrize("text", ["S!$B$2,S!$C$4", "S!$B$2;S!$C$4", "S!$B$2~S!$C$4", "(S!$B$2,S!$C$4)"])
def test_areas_are_parted_as_each_program_does(book: Book, text: str) -> None:
    """By the comma of the file format, a separator of the user's language, LibreOffice's sign, or in brackets."""
    found = find_areas(text, scope_of(book, "S"))
    assert found.areas == (area("B2"), area("C4"))
    assert found.wrong is None


def test_a_sheet_may_have_the_separators_in_its_name() -> None:
    book = book_of({"a;b~c": {}})
    assert [each.sheet for each in find_areas("'a;b~c'!$A$1;'a;b~c'!$C$1", scope_of(book, "a;b~c")).areas] == [
        "a;b~c"
    ] * 2


@pytest.mark.parametrize("text", ["Value", "Broken", "Plan[nothing]", "1+2", "NOSUCH(S!$B$2)", "S!$A$1#", "Nobody"])
def test_what_is_no_cells_is_refused(book: Book, text: str) -> None:
    with pytest.raises(NotCellsError):
        find_area(text, scope_of(book, "S"))


def test_a_model_of_such_words_is_kept_as_it_is_written(book: Book) -> None:
    texts = {
        "adj": "Plan[make]", "opt": "Plan[[#Totals],[gain]]", "typ": "1", "num": "2",
        "lhs1": "Growing", "rel1": "1", "rhs1": "S!$E$1#", "lhs2": "Column", "rel2": "4", "rhs2": "integer",
    }  # fmt: skip
    stored = stored_on(book, texts, NAMES)
    model = recall(stored)["S"]
    assert (model.faults, model.variables, str(model.objective)) == ((), (area("B2:B4"),), "S!C5")
    assert [each.left for each in model.constraints] == [area("B2:B4")] * 2
    assert render(model, stored) == ((), ())
