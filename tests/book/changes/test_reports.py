"""Report sheets: appended last, styles appended only, names within Excel's rules."""

from __future__ import annotations

import io
import warnings

import openpyxl
import pytest

from solver.book.book import Edits
from solver.book.changes.reportsheet import sheet_title
from solver.book.patch import patch
from solver.book.read import read_book
from solver.table import Entry, Style, Table
from solver.values import ErrorValue
from tests.book.made import STRICT, STRICT_OFFICE, book_parts, sheet_xml, values_of, zipped

TABLE = Table(
    "Answer Report 1",
    {
        (0, 0): Entry("Microsoft Excel 16.0 Answer Report", Style.TITLE),
        (2, 1): Entry("Cell", Style.HEADER),
        (2, 2): Entry(None, Style.HEADER),
        (3, 1): Entry("=1+2", Style.BODY),
        (3, 2): Entry(1.25, Style.BODY, "0.000"),
        (4, 1): Entry(True, Style.LAST),
        (4, 2): Entry(ErrorValue.NA, Style.LAST, "0.00"),
        (6, 1): Entry(float("inf"), Style.EMPHASIS),
        (7, 1): Entry("top", Style.HEADER_TOP),
        (8, 1): Entry("bottom", Style.HEADER_BOTTOM),
        (9, 1): Entry(" plain ", Style.PLAIN, '"€" 0'),
    },
    widths={0: 2.29, 1: 11.5},
    outline=frozenset({3, 4}),
)


def made_with_openpyxl() -> bytes:
    """A book with two sheets, styles and a number format of its own."""
    book = openpyxl.Workbook()
    book.active.title = "Model"
    book.active["A1"] = 1.5
    book.active["A1"].number_format = "0.0000"
    book.create_sheet("Answer Report 1")
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_a_report_looks_as_its_styles_say() -> None:
    """Another reader finds values, fonts, borders, formats, widths, outline and hidden grid lines."""
    data = made_with_openpyxl()
    out = patch(read_book(data), Edits(tables=(TABLE, TABLE)))
    book = openpyxl.load_workbook(io.BytesIO(out))
    assert book.sheetnames == ["Model", "Answer Report 1", "Answer Report 1 (2)", "Answer Report 1 (3)"]
    assert book.active.title == "Model"
    assert book["Model"]["A1"].number_format == "0.0000"
    sheet = book["Answer Report 1 (2)"]
    assert not sheet.sheet_view.showGridLines
    assert [sheet[a].value for a in ("B4", "C4", "B5", "C5", "B7", "B10")] == [
        "=1+2",
        1.25,
        True,
        "#N/A",
        "#NUM!",
        " plain ",
    ]
    assert sheet["B4"].data_type in ("s", "inlineStr")
    assert sheet["C4"].number_format == "0.000"
    assert sheet["C5"].number_format == "0.00"
    assert sheet["B10"].number_format == '"€" 0'
    assert sheet["A1"].font.b
    assert sheet["A1"].font.color is None or sheet["A1"].font.color.indexed != 18
    header = sheet["B3"]
    assert (header.font.b, header.font.color.indexed, header.alignment.horizontal) == (True, 18, "center")
    assert (header.border.top.style, header.border.bottom.style, header.border.top.color.indexed) == (
        "medium",
        "medium",
        23,
    )
    lines = {a: (sheet[a].border.top.style, sheet[a].border.bottom.style) for a in ("B4", "B5", "B8", "B9", "B10")}
    assert lines == {
        "B4": ("thin", None),
        "B5": ("thin", "medium"),
        "B8": ("medium", None),
        "B9": (None, "medium"),
        "B10": (None, None),
    }
    assert sheet.column_dimensions["A"].width == pytest.approx(2.29)
    assert [sheet.row_dimensions[r].outlineLevel for r in (3, 4, 5, 6)] == [0, 1, 1, 0]
    assert sheet.row_dimensions[4].hidden
    assert sheet.row_dimensions[6].collapsed


def test_styles_are_appended_once() -> None:
    """Existing formats keep their numbers, and a second report needs no new style."""
    first = read_book(made_with_openpyxl())
    second = read_book(patch(first, Edits(tables=(TABLE,))))
    third = read_book(patch(second, Edits(tables=(TABLE,))))
    assert third.archive.raw("xl/styles.xml") == second.archive.raw("xl/styles.xml")
    old, new = (openpyxl.load_workbook(io.BytesIO(b.archive.data))._cell_styles for b in (first, second))
    assert list(new)[: len(old)] == list(old)
    untouched = set(first.archive) - {
        "xl/styles.xml",
        "xl/workbook.xml",
        "xl/_rels/workbook.xml.rels",
        "[Content_Types].xml",
    }
    assert all(second.archive.raw(part) == first.archive.raw(part) for part in untouched)


def test_a_part_in_the_way_is_left_alone() -> None:
    """A part that has the name of a new one and that nothing points to keeps it."""
    stray = "<a/>"
    book = read_book(
        zipped(book_parts(sheet_xml(""), more={"xl/styles.xml": stray, "xl/worksheets/sheet2.xml": stray}))
    )
    after = read_book(patch(book, Edits(tables=(TABLE,))))
    assert after.archive.read("xl/styles.xml") == after.archive.read("xl/worksheets/sheet2.xml") == stray.encode()
    assert values_of(after.sheets["Answer Report 1"])[3, 1] == "=1+2"


@pytest.mark.parametrize("strict", [False, True])
def test_a_book_without_styles_gets_them(strict: bool) -> None:
    """A bare workbook, strict or not, can take a report."""
    options = {"space": STRICT, "office": STRICT_OFFICE} if strict else {}
    sheet = sheet_xml('<row r="1"><c r="A1"><v>1</v></c></row>', **({"space": STRICT} if strict else {}))
    out = patch(read_book(zipped(book_parts(sheet, **options))), Edits(tables=(TABLE,)))
    found = values_of(read_book(out).sheets["Answer Report 1"])
    assert found[3, 1] == "=1+2"
    assert found[6, 1] is ErrorValue.NUM
    if not strict:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            assert openpyxl.load_workbook(io.BytesIO(out))["Answer Report 1"]["B3"].font.b


@pytest.mark.parametrize(
    ("wanted", "taken", "title"),
    [
        ("Answer Report 1", [], "Answer Report 1"),
        ("Answer Report 1", ["answer report 1"], "Answer Report 1 (2)"),
        ("a/b\\c?d*e[f]g:h", [], "a_b_c_d_e_f_g_h"),
        ("'quoted'", [], "quoted"),
        ("", [], "Report"),
        ("History", [], "History_"),
        ("x" * 40, [], "x" * 31),
        ("x" * 40, ["X" * 31], "x" * 27 + " (2)"),
        ("\N{GRINNING FACE}" * 20, [], "\N{GRINNING FACE}" * 15),
        ("tab\tand\nline", [], "tabandline"),
    ],
)
def test_titles_follow_the_rules(wanted: str, taken: list[str], title: str) -> None:
    """At most 31 units of UTF-16, none of the forbidden signs, unique in any case."""
    assert sheet_title(wanted, taken) == title
