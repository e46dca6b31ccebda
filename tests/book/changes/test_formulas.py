"""Formulas set and dropped: shared ones find another master, arrays stay whole."""

from __future__ import annotations

import pytest

from solver.book.read import read_book
from solver.errors import WorkbookError
from tests.book.changes.edited import edited, sheet_text
from tests.book.made import OFFICE, book_of, book_parts, formulas_of, sheet_xml, values_of, zipped
from tests.book.test_read import CELLS, EXPECTED

SHARED = (
    '<row r="1"><c r="A1"><f t="shared" ref="A1:A4" si="3">B1*$C$1+SUM(D:D)</f><v>1</v></c></row>'
    '<row r="2"><c r="A2"><f t="shared" si="3"/><v>2</v></c></row><row r="3"><c r="A3" t="str"><f t="shared" si="3"/>'
    '<v>x</v></c></row><row r="4"><c r="A4"><f t="shared" si="3"/><v>4</v></c></row>'
)


def test_a_shared_formula_survives_the_loss_of_its_master() -> None:
    """The next cell becomes the master with its references moved; values stay."""
    book = book_of(SHARED)
    after = edited(book, {(0, 0): 9.0}, formulas={"S1": {(0, 0): None}}).sheets["S1"]
    master = ("B2*$C$1+SUM(D:D)", 1, 0, "shared")
    assert formulas_of(after) == {(1, 0): master, (2, 0): master, (3, 0): master}
    assert list(values_of(after).values()) == [9.0, 2.0, "x", 4.0]
    both = edited(book, {}, formulas={"S1": {(0, 0): "1+1", (1, 0): None, (2, 0): None}}).sheets["S1"]
    assert formulas_of(both) == {(0, 0): ("1+1", 0, 0, "normal"), (3, 0): ("B4*$C$1+SUM(D:D)", 3, 0, "normal")}
    assert list(values_of(both).values()) == [None, 2.0, "x", 4.0]


def test_a_group_without_a_corner_gets_texts_of_its_own() -> None:
    """Where no cell stands at the corner of what is left, every cell gets its own formula."""
    rows = (
        '<row r="1"><c r="A1"><f t="shared" ref="A1:B2" si="0">C1</f></c><c r="B1"><f t="shared" si="0"/></c></row>'
        '<row r="2"><c r="A2"><f t="shared" si="0"/></c></row>'
    )
    after = edited(book_of(rows), {}, formulas={"S1": {(0, 0): None}}).sheets["S1"]
    assert formulas_of(after) == {(0, 1): ("D1", 0, 1, "normal"), (1, 0): ("C2", 1, 0, "normal")}


def test_formulas_set_and_dropped() -> None:
    """A dropped formula leaves its value, a new one its own value or none and a full calculation."""
    chain = '<calcChain xmlns="x"><c r="C3" i="1"/></calcChain>'
    parts = book_parts(
        sheet_xml(CELLS),
        workbook='<calcPr calcId="1"/>',
        relations=f'<Relationship Id="rIdC" Type="{OFFICE}/calcChain" Target="calcChain.xml"/>',
        more={"xl/calcChain.xml": chain},
    )
    types = str(parts["[Content_Types].xml"])
    override = '<Override PartName="/xl/calcChain.xml" ContentType="x"/>'
    parts["[Content_Types].xml"] = types.replace("</Types>", f"{override}</Types>")
    book = read_book(zipped(parts))
    values = edited(book, {(2, 2): 8.0})
    assert values.archive.raw("xl/calcChain.xml") == book.archive.raw("xl/calcChain.xml")
    after = edited(book, {(7, 7): 5.0}, formulas={"S1": {(2, 1): None, (7, 7): "A1<B1", (0, 0): "B3"}})
    sheet = after.sheets["S1"]
    assert values_of(sheet) == {**EXPECTED, (7, 7): 5.0, (0, 0): None}
    assert formulas_of(sheet).keys() == {(2, 2), (7, 7), (0, 0)}
    assert '<c r="B3" t="inlineStr"><is><t>a &amp; b</t></is></c>' in sheet_text(after)
    assert "xl/calcChain.xml" not in after.archive
    assert b"calcChain" not in after.archive.read("[Content_Types].xml") + after.archive.read(
        "xl/_rels/workbook.xml.rels"
    )
    assert b'<calcPr calcId="1" fullCalcOnLoad="1"/>' in after.archive.read("xl/workbook.xml")


def test_arrays_stay_whole() -> None:
    """Values inside an array may change, a formula may not be put there; the whole array may go."""
    first = '<row r="1"><c r="A1" cm="1"><f t="array" ref="A1:A2">X</f><v>1</v></c></row>'
    rows = first + '<row r="2"><c r="A2"><v>2</v></c></row>'
    book = book_of(rows)
    assert edited(book, {(1, 0): 5.0}).sheets["S1"].cells.number.tolist() == [1.0, 5.0]
    with pytest.raises(WorkbookError, match=r"'S1'!A2: part of an array cannot be changed"):
        edited(book, {}, formulas={"S1": {(1, 0): "1"}})
    after = edited(book, {}, formulas={"S1": {(1, 0): "1", (0, 0): None}})
    assert '<c r="A1"><v>1</v></c>' in sheet_text(after)
