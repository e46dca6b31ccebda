"""A table of formulas with the values that Excel documents, and of addresses and names in every spelling."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from solver.book.book import DefinedName, ListObject
from solver.compiler.calculation import Calculation
from solver.grid import Area, Cell, parse_a1
from tests.books import book_of, close
from tests.functions.test_witness import CELLS

if TYPE_CHECKING:
    from solver.book.book import Book

FOLDER = Path(__file__).parent / "witness"
HOME = Cell("F", 49, 26)


@pytest.mark.parametrize(("table", "least"), [("documented", 900), ("measured", 200)])
def test_what_excel_gives(table: str, least: int) -> None:
    """Every value of every result, its size included: as Excel documents them, and as others measured them."""
    lines = [line for line in (FOLDER / f"{table}.txt").read_text("utf-8").splitlines() if line.startswith("=")]
    calculation = Calculation(book_of({"D": CELLS, "F": {"A1": 1.0}}), seed=1)
    against = []
    for line in lines:
        formula, _, expected = line.rpartition(" -> ")
        found, wanted = (calculation.evaluate(text, HOME).scalars()[0, 0] for text in (formula[1:], expected))
        if found.shape != wanted.shape or not all(map(close, np.ravel(found), np.ravel(wanted))):
            against.append(f"{formula} gives {found.tolist()}")
    assert against == []
    assert len(lines) > least


DATA: dict[str, Any] = {
    "A1": "Item", "B1": "Qty", "C1": "Unit Price", "D1": "We[i]rd #'@ col",
    "A2": "a", "B2": 1.0, "C2": 10.0, "D2": 5.0, "A3": "b", "B3": 2.0, "C3": 20.0, "D3": 6.0,
    "A4": "c", "B4": 3.0, "C4": 30.0, "D4": 7.0, "A5": "Total", "B5": "=SUBTOTAL(109,[Qty])", "D5": 1.0,
    "A10": 1.0, "B10": 2.0, "A11": 3.0, "B11": 4.0, "A12": 5.0, "B12": 6.0, "E1": 100.0,
}  # fmt: skip
TABLES = (
    ListObject("Sales", Area("D", 0, 0, 4, 3), ("Item", "Qty", "Unit Price", "We[i]rd #'@ col"), 1, 1),
    ListObject("Bare", Area("D", 9, 0, 11, 1), ("c1", "c2"), 0, 0),
)
NAMES = tuple(
    DefinedName(name, text, sheet)
    for name, text, sheet in (
        ("Rate", "0.5", None),
        ("Left1", "F!A1", None),
        ("Loc", "F!$A$1", 1),
        ("Loc", "D!$E$1", None),
        ("Sq", "LAMBDA(x,x^2)", None),
        ("Arr", "{1,2,3}", None),
        ("Dyn", "OFFSET(D!$A$10,0,0,COUNT(D!$A$10:$A$12),1)", None),
        ("Txt", '"hello"', None),
        ("Up", "F!XFD1048576", None),
    )
)


def places() -> Book:
    book = book_of(
        {"D": DATA, "F": {"A1": 7.0, "B1": 8.0}, "My Sheet": {"A1": 3.0}, "It's": {"A1": 4.0}, "1st": {"A1": 5.0}}
    )
    return replace(book, names=NAMES, tables=TABLES)


@pytest.mark.parametrize(
    ("formula", "expected", "at"),
    [
        ("SUM(Sales[Qty])", "6", "F!Z9"),
        ("SUM(sales[qty])", "6", "F!Z9"),
        ("SUM(Sales[[Qty]:[Unit Price]])", "66", "F!Z9"),
        ("SUM(Sales[[#All],[Qty]])", "12", "F!Z9"),
        ("SUM(Sales[[#Data],[#Totals],[Qty]])", "12", "F!Z9"),
        ("Sales[[#Headers],[Unit Price]]", '"Unit Price"', "F!Z9"),
        ("Sales[[#Totals],[Qty]]", "6", "F!Z9"),
        ("SUM(Sales[We'[i']rd '#''@ col])", "18", "F!Z9"),
        ("SUM(Sales[[We'[i']rd '#''@ col]])", "18", "F!Z9"),
        ("COUNTA(Sales[#Headers])", "4", "F!Z9"),
        ("COUNTA(Sales)", "12", "F!Z9"),
        ("COUNTA(Sales[])", "12", "F!Z9"),
        ("Sales[[#This Row],[Qty]]*Sales[[#This Row],[Unit Price]]", "40", "D!G3"),
        ("Sales[@Qty]*2", "6", "D!G4"),
        ("Sales[@[Unit Price]]", "10", "D!G2"),
        ("SUM(Sales[@])", "28", "D!G3"),
        ("SUM(Sales[@[Qty]:[Unit Price]])", "22", "D!G3"),
        ("[@[Unit Price]]+[@Qty]", "22", "D!B3"),
        ("SUM([Qty])", "6", "D!B3"),
        ("Sales[@Qty]", "#VALUE!", "F!Z9"),
        ("SUM(Bare[c1])", "9", "F!Z9"),
        ("Sales[[#Headers],[Nope]]", "#REF!", "F!Z9"),
        ("SUM(Sales[Qty]:Sales[Unit Price])", "66", "F!Z9"),
        ("SUM(Sales[[#Headers],[Qty]]:Sales[[#This Row],[Qty]])", "3", "D!G3"),
        ("SUM(Sales[Qty] D!3:3)", "2", "F!Z9"),
        ("SUM(D!A2:INDEX(Sales[Qty],2))", "3", "F!Z9"),
        ('INDEX(Sales,2,MATCH("Unit Price",Sales[#Headers],0))', "20", "F!Z9"),
        ("Rate*2", "1", "F!Z9"),
        ("Loc", "7", "F!Z9"),
        ("Loc", "100", "D!Z9"),
        ("F!Loc", "7", "D!Z9"),
        ("Sq(3)", "9", "F!Z9"),
        ("SUM(Arr)", "6", "F!Z9"),
        ("SUM(Dyn)", "9", "F!Z9"),
        ('Txt&"!"', '"hello!"', "F!Z9"),
        ("Left1", "8", "F!B1"),
        ("Up", "7", "F!B2"),
        ("SUM(D:F!A1)", "7", "F!Z9"),
        ("SUM('My Sheet:1st'!A1:B2)", "12", "F!Z9"),
        ("'It''s'!A1", "4", "F!Z9"),
        ("SUM(INDIRECT(\"'It''s'!A1\"))", "4", "F!Z9"),
        ('INDIRECT("Sales[[#Totals],[Qty]]")', "6", "F!Z9"),
        ('INDIRECT("Rate")', "#REF!", "F!Z9"),
        ('INDIRECT("Dyn")', "#REF!", "F!Z9"),
        ('INDIRECT("Loc")', "7", "F!Z9"),
        ('INDIRECT("R[-8]C[-25]",FALSE)', "7", "F!Z9"),
        ("_xlfn.SINGLE(D!A10:A12)", "3", "F!Z11"),
        ("@D!A10:A12", "3", "F!Z11"),
        ("SUM((D!A10,D!B11))", "5", "F!Z9"),
        ("SUM(D!$10:$11)", "10", "F!Z9"),
        ("SUM(D!B:B)", "24", "F!Z9"),
        ("_xlfn.LET(_xlpm.x,2,_xlpm.x*3)", "6", "F!Z9"),
        ("_xlfn.LAMBDA(_xlpm.x,_xlop.y,IF(_xlfn.ISOMITTED(_xlpm.y),_xlpm.x,_xlpm.x+_xlpm.y))(2)", "2", "F!Z9"),
        ("LAMBDA(x,[y],IF(ISOMITTED(y),x,x+y))(2,5)", "7", "F!Z9"),
        ("_xlfn._xlws.SORT({3;1})", "{1;3}", "F!Z9"),
        ("CELL(\"address\",'My Sheet'!B2)", "\"'[made.xlsx]My Sheet'!$B$2\"", "F!Z9"),
        ('CELL("filename",D!B2)', '"[made.xlsx]D"', "F!Z9"),
        ('IFERROR(NoSuchName,"e")', '"e"', "F!Z9"),
        ("FORMULATEXT(D!B5)", '"=SUBTOTAL(109,[Qty])"', "F!Z9"),
        ("IF(TRUE,LAMBDA(x,x+1),LAMBDA(x,x-1))(4)", "5", "F!Z9"),
        ("CHOOSE(2,LAMBDA(x,x+1),LAMBDA(x,x-1))(4)", "3", "F!Z9"),
    ],
)
def test_places(formula: str, expected: str, at: str) -> None:
    sheet, _, address = at.partition("!")
    cell = Cell(sheet, *parse_a1(address))
    calculation = Calculation(places(), seed=1)
    found, wanted = (np.ravel(calculation.evaluate(text, cell).scalars()).tolist() for text in (formula, expected))
    assert len(found) == len(wanted)
    assert all(map(close, found, wanted)), found
