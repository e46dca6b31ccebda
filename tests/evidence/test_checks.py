"""The checks themselves: each sees what it is there to see."""

from __future__ import annotations

import pytest

from tests.book.family import MEMBERS
from tests.book.made import SHEET_PART, zipped
from tests.evidence.outside import chart_bytes, difference, outside_bytes, parts_of
from tests.evidence.schema import complaints
from tests.evidence.witness import agrees

BOOK, TYPES, LINKS = "xl/workbook.xml", "[Content_Types].xml", "xl/_rels/workbook.xml.rels"
FAULTS = [
    (SHEET_PART, "<sheetData>", "<pageMargins/><sheetData>", "children of worksheet stand in a wrong order"),
    (SHEET_PART, '<c r="A2"><v>0</v></c>', '<c r="A2"><v>0</v><f>1</f></c>', "children of c stand in a wrong order"),
    (SHEET_PART, '<row r="3">', '<row r="2">', "row 2 comes after row 2"),
    (SHEET_PART, '<c r="B3">', '<c r="A3">', "the cell A3 is out of order"),
    (SHEET_PART, '<c r="B3">', '<c r="B4">', "the cell B4 is out of order"),
    (SHEET_PART, '<c r="B3">', '<c r="B3" t="x">', "the cell B3 has type x"),
    (SHEET_PART, '<c r="B3">', '<c r="B3" t="inlineStr">', "the cell B3 of type inlineStr holds ['v']"),
    (SHEET_PART, "</worksheet>", "", "not well-formed"),
    ("xl/styles.xml", '<fonts count="1">', '<fonts count="2">', "fonts holds 1 and says 2"),
    ("xl/styles.xml", 'fontId="0" fillId="0" borderId="0" xfId="0"/>', 'fontId="9" fillId="0" borderId="0" xfId="0"/>',
     "a format points to fontId 9"),
    (BOOK, "<calcPr", "<bookViews/><calcPr", "children of workbook stand in a wrong order"),
    (BOOK, "</sheets>", '<sheet name="s1" sheetId="9" r:id="rId1"/></sheets>', "two sheets have one name"),
    (BOOK, "</sheets>", '<sheet name="S9" sheetId="1" r:id="rId1"/></sheets>', "two sheets have one sheetId"),
    (BOOK, "'S1'!$F$3</definedName>", "</definedName>", "the name solver_opt is empty"),
    (BOOK, 'name="solver_opt" localSheetId="0"', 'name="solver_opt" localSheetId="5"', "belongs to no sheet"),
    (BOOK, 'name="solver_ver"', 'name="SOLVER_OPT"', "a defined name is given twice"),
    (TYPES, "</Types>", '<Override PartName="/xl/none.xml" ContentType="x"/></Types>', "xl/none.xml is not there"),
    (TYPES, "</Types>", '<Override PartName="/xl/workbook.xml" ContentType="x"/></Types>', "a part is named twice"),
    (TYPES, 'Extension="rels"', 'Extension="relz"', "has no type"),
    (LINKS, "</Relationships>", '<Relationship Id="rId1" Target="styles.xml"/></Relationships>', "given twice"),
    (LINKS, '"styles.xml"', '"style.xml"', "points to xl/style.xml, which is not there"),
    ("xl/calcChain.xml", '<c r="F3"', '<c r="F2"', "F2 of sheet 1 has no formula"),
]  # fmt: skip


@pytest.mark.parametrize(("part", "old", "new", "complaint"), FAULTS, ids=[fault[-1] for fault in FAULTS])
def test_what_excel_would_mend_is_seen(part: str, old: str, new: str, complaint: str) -> None:
    data = MEMBERS["calculation_chain"].make()
    parts = {("[Content_Types].xml" if name == TYPES.lower() else name): c for name, c in parts_of(data).items()}
    exact = {name.lower(): name for name in ("xl/sharedStrings.xml", "xl/calcChain.xml")}
    parts = {exact.get(name, name): content for name, content in parts.items()}
    assert complaints(data, zipped(parts)) == []
    assert old.encode() in parts[part]
    broken = zipped({**parts, part: parts[part].replace(old.encode(), new.encode(), 1)})
    found = complaints(data, broken)
    assert any(complaint in each for each in found), found


SHEET = (
    b'<worksheet xmlns="x"><dimension ref="A1:B2"/><sheetData><row r="1"><c r="A1" s="1"><v>1</v></c><c r="B1">'
    b"<f>A1</f><v>1</v></c></row></sheetData><x/></worksheet>"
)
EDITED = {"A1", "B1", "C1", "A5"}
ALLOWED = [
    (b"<v>1</v></c><c", b"<v>2.5</v></c><c"),
    (b'<c r="B1"><f>A1</f><v>1</v>', b'<c r="B1" t="e"><f>A1</f><v>#N/A</v>'),
    (b"</c></row>", b'</c><c r="C1"><v>7</v></c></row>'),
    (b"</row>", b'</row><row r="5"><c r="A5"><v>7</v></c></row>'),
]
FORBIDDEN = [
    (b' s="1"', b""),
    (b"<f>A1</f>", b"<f>A2</f>"),
    (b"<x/>", b""),
    (b"<x/>", b"<y/>"),
    (b"</c></row>", b'</c><c r="D1"><v>7</v></c></row>'),
    (b'<row r="1">', b'<row r="1" ht="9">'),
    (b'<c r="B1"><f>A1</f><v>1</v></c>', b""),
]


@pytest.mark.parametrize(("old", "new"), ALLOWED)
def test_values_of_edited_cells_may_change(old: bytes, new: bytes) -> None:
    assert SHEET.replace(old, new) != SHEET
    assert outside_bytes(SHEET, SHEET.replace(old, new), EDITED) == 0


@pytest.mark.parametrize(("old", "new"), FORBIDDEN)
def test_other_bytes_may_not(old: bytes, new: bytes) -> None:
    assert SHEET.replace(old, new) != SHEET
    assert outside_bytes(SHEET, SHEET.replace(old, new), EDITED) > 0


def test_cells_that_are_not_edited_may_not_change() -> None:
    assert outside_bytes(SHEET, SHEET.replace(b"<v>1</v></c></row>", b"<v>2</v></c></row>"), {"A1"}) > 0


def test_points_of_charts_may_change_and_nothing_else() -> None:
    chart = b'<c:f>A1</c:f><c:ptCount val="1"/><c:pt idx="0"><c:v>1</c:v></c:pt><c:x/>'
    assert chart_bytes(chart, chart.replace(b"<c:v>1", b"<c:v>2")) == 0
    assert chart_bytes(chart, chart.replace(b"A1", b"A2")) > 0
    assert chart_bytes(chart, chart.replace(b'val="1"', b'val="2"')) > 0


def test_every_part_is_compared() -> None:
    old = zipped({"a.bin": b"1", "b.bin": b"2"})
    assert difference(old, old, {}).outside == 0
    assert difference(old, zipped({"a.bin": b"1", "b.bin": b"3"}), {}).changed == ("b.bin",)
    assert difference(old, zipped({"a.bin": b"1", "b.bin": b"3"}), {}).outside > 0
    assert difference(old, zipped({"a.bin": b"1"}), {}).outside > 0
    assert difference(old, zipped({"a.bin": b"1", "b.bin": b"2", "c.bin": b"3"}), {}).outside > 0


def test_agreement_of_programs() -> None:
    assert agrees(1.0, 1.0 + 1e-12)
    assert agrees(None, "")
    assert not agrees(1.0, 1.0 + 1e-6)
    assert not agrees(1.0, "1")
    assert not agrees(None, 1.0)
