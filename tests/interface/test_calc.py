"""`solver calc`: every computed value with its type, and a copy with fresh values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.book.made import OFFICE, book_parts, sheet_xml, zipped
from tests.interface.books import LINE, both, line, write
from tests.interface.command import contents, run, stored

if TYPE_CHECKING:
    from pathlib import Path

DYNAMIC = (
    '<metadata xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    'xmlns:d="http://schemas.microsoft.com/office/spreadsheetml/2017/dynamicarray"><metadataTypes count="1">'
    '<metadataType name="XLDAPR" minSupportedVersion="120000" cellMeta="1"/></metadataTypes><futureMetadata '
    'name="XLDAPR" count="1"><bk><extLst><ext uri="{bdbb8cdc-fa1e-496e-a857-3c3f30c029c3}">'
    '<d:dynamicArrayProperties fDynamic="1" fCollapsed="0"/></ext></extLst></bk></futureMetadata>'
    '<cellMetadata count="1"><bk><rc t="1" v="0"/></bk></cellMetadata></metadata>'
)
"""What marks cell metadata 1 as a dynamic array."""


def dynamic_book(rows: str) -> bytes:
    """A book in which cm="1" marks a formula that spills."""
    relation = f'<Relationship Id="rIdM" Type="{OFFICE}/sheetMetadata" Target="metadata.xml"/>'
    return zipped(book_parts(sheet_xml(rows), relations=relation, more={"xl/metadata.xml": DYNAMIC}))


def test_every_type(here: Path) -> None:
    """Numbers, texts, booleans, errors, and what cannot be computed, cell by cell; no cell without a formula."""
    cells = {
        "A1": 2, "A2": "=A1*1.5", "A3": '="a"&A1', "A4": "=A1>1", "A5": "=A1/0", "A6": "=NOSUCH(A1)", "A7": "=A6+1",
        "A8": "=B9", "A9": "text", "A10": "=NA()", "A11": "=A12", "A12": "=A11",
    }  # fmt: skip
    write(here / "book.xlsx", {"My sheet": cells, "Empty": {"A1": 1}})
    before = contents(here)
    said = run("calc", "book.xlsx", "--json")
    found = said.json
    assert (said.code, said.err) == (0, "")
    assert contents(here) == before
    assert found["Empty"] == {}
    sheet = found["My sheet"]
    reasons = {place: sheet.pop(place) for place in ("A6", "A7", "A11", "A12")}
    assert sheet == {
        "A2": {"t": "n", "v": 3},
        "A3": {"t": "s", "v": "a2"},
        "A4": {"t": "b", "v": True},
        "A5": {"t": "e", "v": "#DIV/0!"},
        "A8": {"t": "n", "v": 0},
        "A10": {"t": "e", "v": "#N/A"},
    }
    assert all(reason["t"] == "u" for reason in reasons.values())
    assert "NOSUCH" in reasons["A6"]["v"]
    assert "'My sheet'!A6" in reasons["A7"]["v"]
    assert "circular" in reasons["A11"]["v"]


def test_cells_of_arrays(here: Path) -> None:
    """Every cell of an array formula over a fixed area and of a spill is listed, beyond what the file stores."""
    rows = (
        '<row r="1"><c r="A1"><v>3</v></c><c r="B1"><f t="array" ref="B1:B3">A1*ROW(1:2)</f><v>0</v></c>'
        '<c r="D1" cm="1"><f t="array" ref="D1:E1">_xlfn.SEQUENCE(2,A1)</f><v>1</v></c><c r="E1"><v>2</v></c>'
        '<c r="H1"><f>SUM(D1:G9)</f><v>0</v></c></row>'
    )
    (here / "book.xlsx").write_bytes(dynamic_book(rows))
    found = run("calc", "book.xlsx", "--json").json["S1"]
    assert {place: cell["v"] for place, cell in found.items()} == {
        "B1": 3, "B2": 6, "B3": "#N/A", "D1": 1, "E1": 2, "F1": 3, "D2": 4, "E2": 5, "F2": 6, "H1": 21,
    }  # fmt: skip


def test_spills_that_grow_or_shrink_are_left_to_the_next_program(here: Path) -> None:
    """The file asks to be calculated; nothing stands in the way of the longer spill, nothing stale in the shorter."""
    rows = (
        '<row r="1"><c r="A1" cm="1"><f t="array" ref="A1:A2">_xlfn.SEQUENCE(4)</f><v>1</v></c>'
        '<c r="C1" cm="1"><f t="array" ref="C1:C3">_xlfn.SEQUENCE(2)</f><v>1</v></c></row>'
        '<row r="2"><c r="A2"><v>9</v></c><c r="C2"><v>9</v></c></row><row r="3"><c r="C3"><v>9</v></c></row>'
    )
    (here / "book.xlsx").write_bytes(dynamic_book(rows))
    run("calc", "book.xlsx", "-o", "fresh.xlsx")
    values = {place: stored(here / "fresh.xlsx", "S1", place) for place in ("A2", "A3", "A4", "C1", "C2", "C3")}
    assert values == {"A2": 2, "A3": None, "A4": None, "C1": 1, "C2": 2, "C3": None}
    from solver.book.read import read_book

    assert b'fullCalcOnLoad="1"' in read_book(here / "fresh.xlsx").archive.read("xl/workbook.xml")


def test_a_copy_with_fresh_values(here: Path) -> None:
    """-o writes the values; the book stays, and the copy agrees with itself."""
    line(here / "book.xlsx", B1=2, B2=1)
    before = (here / "book.xlsx").read_bytes()
    said = run("calc", "book.xlsx", "-o", "fresh.xlsx", "--quiet")
    assert (said.code, said.out, said.err) == (0, "", "")
    assert (here / "book.xlsx").read_bytes() == before
    assert stored(here / "fresh.xlsx", "Line", "F6") == 9
    assert stored(here / "fresh.xlsx", "Line", "B4") == pytest.approx(0 + 0.25 + 0.25 + 0.25 + 0.25)
    agreement = run("check", "fresh.xlsx", "--json").json["agreement"]
    assert (agreement["cells"], agreement["equal"]) == (11, 11)


def test_text_for_people(here: Path) -> None:
    """One cell a line, with its address."""
    both(here / "book.xlsx")
    lines = run("calc", "book.xlsx").out.splitlines()
    assert "Line!B4\t162.0" in lines
    assert "Plan!D1\t0.0" in lines
    assert len(lines) == 11 + 3


def test_a_seed_repeats(here: Path) -> None:
    """Random numbers are those of the seed."""
    write(here / "book.xlsx", {"S": {"A1": "=RAND()", "A2": "=RANDBETWEEN(1,1000000)"}})
    one, two, three = (run("calc", "book.xlsx", "--json", "--seed", seed).json for seed in (5, 5, 6))
    assert one == two != three


def test_texts_in_any_script(here: Path) -> None:
    """JSON carries every letter; so does the text."""
    write(here / "book.xlsx", {"Größe": {**LINE, "J1": '="naïve 規劃 🙂"'}})
    assert run("calc", "book.xlsx", "--json").json["Größe"]["J1"] == {"t": "s", "v": "naïve 規劃 🙂"}
    assert "Größe!J1\tnaïve 規劃 🙂" in run("calc", "book.xlsx").out
