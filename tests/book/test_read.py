"""What a workbook says, in every form in which XML and the standard let it be said."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import pytest

from solver.book.book import FormulaKind, Iteration
from solver.book.read import read_book
from solver.grid import Area
from solver.values import ErrorValue
from tests.book.made import (
    MAIN,
    OFFICE,
    SHEET_PART,
    STRICT,
    STRICT_OFFICE,
    book_of,
    book_parts,
    formulas_of,
    sheet_xml,
    values_of,
    zipped,
)

CELLS = (
    '<row r="1"><c r="A1"><v>1.5</v></c><c r="B1" t="b"><v>1</v></c><c r="C1" t="e"><v>#DIV/0!</v></c>'
    '<c r="D1" s="0"/></row><row r="3" hidden="1"><c r="B3" t="str"><f>A1&amp;"&lt;"</f><v>a &amp; b</v></c>'
    '<c r="C3"><f>A1*2</f><v>3</v></c><c r="D3" t="inlineStr"><is><t>x&lt;y</t></is></c></row>'
)
EXPECTED = {
    (0, 0): 1.5,
    (0, 1): True,
    (0, 2): ErrorValue.DIV0,
    (0, 3): None,
    (2, 1): "a & b",
    (2, 2): 3.0,
    (2, 3): "x<y",
}


def prefixed(xml: str) -> str:
    """The same part with a namespace prefix on every element."""
    body = xml.partition("?>")[2].replace("</", "\0").replace("<", "<x:").replace("\0", "</x:")
    return '<?xml version="1.0" encoding="UTF-8"?>' + body.replace("xmlns=", "xmlns:x=")


FORMS: dict[str, str | bytes] = {
    "canonical": sheet_xml(CELLS),
    "prefixed": prefixed(sheet_xml(CELLS)),
    "comments": sheet_xml(CELLS.replace("<v>1.5", "<!-- <v>9</v> --><v>1.5<!-- </c> -->")),
    "cdata": sheet_xml(CELLS.replace("<v>1.5", "<v><![CDATA[1.5]]>").replace("<f>A1*2", "<f><![CDATA[A1*2]]>")),
    "processing instruction": sheet_xml(CELLS.replace("<v>1.5", "<?odd <v>?><v>1.5")),
    "utf-16": sheet_xml(CELLS).replace("UTF-8", "UTF-16").encode("utf-16"),
    "utf-16 big endian": b"\xfe\xff" + sheet_xml(CELLS).replace("UTF-8", "UTF-16").encode("utf-16-be"),
    "latin-1": sheet_xml(CELLS).replace("UTF-8", "ISO-8859-1").encode("latin-1"),
    "byte order mark": b"\xef\xbb\xbf" + sheet_xml(CELLS).encode(),
    "single quotes": sheet_xml(CELLS)
    .replace('"1.0" encoding="UTF-8" standalone="yes"', "'1.0'")
    .replace('r="A1"', "r='A1'"),
    "positions implied": sheet_xml(
        CELLS.replace('<row r="3"', '<row/><row r="3"').replace(' r="A1"', "").replace(' r="B1"', "")
    ),
    "rows implied": sheet_xml(CELLS.replace('<row r="1"', "<row").replace('<row r="3"', "<row/><row")),
    "space everywhere": sheet_xml(CELLS.replace("><", ">\r\n  <").replace("/>", " />").replace("<c ", "<c  ")),
    "references for digits": sheet_xml(CELLS.replace("<v>1.5", "<v>&#49;.5").replace("<v>3<", "<v>&#x33;<")),
    "attributes in another order": sheet_xml(CELLS.replace('r="B1" t="b"', 't="b" r="B1"')),
    "strict": sheet_xml(CELLS, space=STRICT),
    "rows out of order": sheet_xml(CELLS[CELLS.index('<row r="3"') :] + CELLS[: CELLS.index('<row r="3"')]),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_a_sheet_says_the_same(form: str) -> None:
    """Values, formulas and hidden rows do not depend on how the XML is written."""
    parts = book_parts(FORMS[form])
    if form == "strict":
        parts = book_parts(FORMS[form], space=STRICT, office=STRICT_OFFICE)
    sheet = read_book(zipped(parts)).sheets["S1"]
    assert values_of(sheet) == EXPECTED
    assert {type(v) for v in values_of(sheet).values()} == {type(v) for v in EXPECTED.values()}
    assert formulas_of(sheet) == {(2, 1): ('A1&"<"', 2, 1, "normal"), (2, 2): ("A1*2", 2, 2, "normal")}
    assert sheet.hidden_rows == {2}
    assert not sheet.filtered_rows


def test_shared_strings_join_runs_and_skip_phonetics() -> None:
    """Rich text is its runs joined; phonetic guides are no text; escapes are resolved."""
    strings = (
        '<si><t>plain</t></si><si><r><t>ri</t></r><r><rPr><b/></rPr><t xml:space="preserve">ch </t></r>'
        "<rPh sb='0' eb='1'><t>NO</t></rPh></si><si><t/></si><si><t>a_x000D_b_x005F_x000D_&#65;</t></si>"
        "<si><t>_xD83D__xDE00_</t></si>"
    )
    cells = "".join(f'<c r="{letter}1" t="s"><v>{k}</v></c>' for k, letter in enumerate("ABCDE"))
    parts = book_parts(sheet_xml(f'<row r="1">{cells}</row>'), strings=strings)
    found = values_of(read_book(zipped(parts)).sheets["S1"])
    assert list(found.values()) == ["plain", "rich ", "", "a\rb_x000D_A", "\N{GRINNING FACE}"]


def test_inline_strings_and_dates() -> None:
    """Inline text with runs and kept space, ISO dates in both date systems, text results of formulas."""
    rows = (
        '<row r="1"><c r="A1" t="inlineStr"><is><r><t xml:space="preserve"> a</t></r><r><t>b</t></r></is></c>'
        '<c r="B1" t="d"><v>2024-02-29T12:00:00</v></c><c r="C1" t="str"><f>""</f><v></v></c>'
        '<c r="D1" t="inlineStr"/><c r="E1"><f>A1</f><v/></c><c r="F1" t="e"><v>#BUSY!</v></c></row>'
    )
    found = values_of(book_of(rows).sheets["S1"])
    assert list(found.values()) == [" ab", 45351.5, "", None, None, ErrorValue.UNKNOWN]
    later = book_of(rows, workbook='<calcPr iterate="1" iterateCount="7"/>').sheets["S1"]
    assert values_of(later) == found
    parts = book_parts(sheet_xml(rows))
    parts["xl/workbook.xml"] = str(parts["xl/workbook.xml"]).replace("<sheets>", '<workbookPr date1904="1"/><sheets>')
    book = read_book(zipped(parts))
    assert book.date1904
    assert values_of(book.sheets["S1"])[0, 1] == 45351.5 - 1462


def test_shared_formulas_find_their_master_wherever_it_stands() -> None:
    """The master may come after its children; text of a child counts only where there is no master."""
    rows = (
        '<row r="1"><c r="A1"><f t="shared" si="0"/><v>1</v></c><c r="B1"><f t="shared" si="1">C1+1</f></c></row>'
        '<row r="2"><c r="A2"><f t="shared" ref="A1:A3" si="0">B2*2</f><v>1</v></c>'
        '<c r="B2"><f t="shared" si="7"/><v>4</v></c></row>'
        '<row r="3"><c r="A3"><f t="shared" si="0">B3*99</f><v>1</v></c></row>'
    )
    sheet = book_of(rows).sheets["S1"]
    master = ("B2*2", 1, 0, "shared")
    assert formulas_of(sheet) == {(0, 0): master, (1, 0): master, (2, 0): master, (0, 1): ("C1+1", 0, 1, "normal")}
    assert len(sheet.formulas) == 2


def test_a_group_number_used_twice_goes_by_area() -> None:
    """Where two masters have one number, a cell belongs to the one whose area holds it."""
    rows = (
        '<row r="1"><c r="A1"><f t="shared" ref="A1:A2" si="0">Z1</f></c><c r="B1"><f t="shared" ref="B1:B2" si="0">Y1'
        '</f></c></row><row r="2"><c r="A2"><f t="shared" si="0"/></c><c r="B2"><f t="shared" si="0"/></c></row>'
    )
    found = formulas_of(book_of(rows).sheets["S1"])
    assert (found[1, 0][0], found[1, 1][0]) == ("Z1", "Y1")


METADATA = (
    f'<metadata xmlns="{MAIN}" xmlns:xlrd="urn:r" xmlns:xda="urn:d"><metadataTypes count="2">'
    '<metadataType name="XLDAPR"/><metadataType name="XLRICHVALUE"/></metadataTypes>'
    '<futureMetadata name="XLDAPR"><bk><extLst><ext uri="{a}"><xda:dynamicArrayProperties fDynamic="1"/></ext>'
    '</extLst></bk></futureMetadata><futureMetadata name="XLRICHVALUE"><bk><extLst><ext uri="{b}"><xlrd:rvb i="0"/>'
    '</ext></extLst></bk><bk><extLst><ext uri="{b}"><xlrd:rvb i="1"/></ext></extLst></bk></futureMetadata>'
    '<cellMetadata count="1"><bk><rc t="1" v="0"/></bk></cellMetadata>'
    '<valueMetadata count="2"><bk><rc t="2" v="0"/></bk><bk><rc t="2" v="1"/></bk></valueMetadata></metadata>'
)
RICH = {
    "xl/metadata.xml": METADATA,
    "xl/richData/rdrichvalue.xml": '<rvData xmlns="urn:v" count="2"><rv s="0"><v>1</v><v>8</v></rv>'
    '<rv s="0"><v>1</v><v>13</v></rv></rvData>',
    "xl/richData/rdrichvaluestructure.xml": '<rvStructures xmlns="urn:v" count="1"><s t="_error">'
    '<k n="rwOffset" t="i"/><k n="errorType" t="i"/></s></rvStructures>',
}
RICH_RELATIONS = (
    f'<Relationship Id="rIdM" Type="{OFFICE}/sheetMetadata" Target="metadata.xml"/>'
    '<Relationship Id="rIdV" Type="urn:x/rdRichValue" Target="richData/rdrichvalue.xml"/>'
    '<Relationship Id="rIdW" Type="urn:x/rdRichValueStructure" Target="/xl/richData/RDRichValueStructure.xml"/>'
)


def test_arrays_dynamic_arrays_what_if_tables_and_rich_errors() -> None:
    """`cm` and `vm` are followed into the metadata; targets may be absolute and in another case."""
    rows = (
        '<row r="1"><c r="A1"><f t="array" ref="A1:A2">B1:B2*2</f><v>1</v></c>'
        '<c r="B1" cm="1"><f t="array" ref="B1:B3">SEQUENCE(3)</f><v>1</v></c>'
        '<c r="C1" t="e" vm="1"><v>#VALUE!</v></c><c r="D1" t="e" vm="2"><v>#VALUE!</v></c>'
        '<c r="E1" t="e"><v>#VALUE!</v></c></row>'
        '<row r="2"><c r="F2"><f t="dataTable" ref="F2:G3" dt2D="1" dtr="1" r1="A1" r2="A2"/><v>5</v></c></row>'
    )
    book = read_book(zipped(book_parts(sheet_xml(rows), relations=RICH_RELATIONS, more=RICH)))
    sheet = book.sheets["S1"]
    assert [(f.text, f.kind, f.area) for f in sheet.formulas] == [
        ("B1:B2*2", FormulaKind.ARRAY, Area("S1", 0, 0, 1, 0)),
        ("SEQUENCE(3)", FormulaKind.DYNAMIC, Area("S1", 0, 1, 2, 1)),
        ("TABLE(A1,A2)", FormulaKind.TABLE, Area("S1", 1, 5, 2, 6)),
    ]
    assert [values_of(sheet)[0, col] for col in (2, 3, 4)] == [ErrorValue.SPILL, ErrorValue.CALC, ErrorValue.VALUE]


def test_rows_hidden_by_filters() -> None:
    """A hidden row counts as filtered inside a filter that has a criterion, of the sheet or of a table."""
    hidden = dict.fromkeys((1, 2, 4, 9, 20), ' hidden="1"')
    rows = "".join(f'<row r="{r}"{hidden.get(r, "")}><c r="A{r}"><v>{r}</v></c></row>' for r in range(1, 21))
    on = '<autoFilter ref="A1:A5"><filterColumn colId="0"/></autoFilter>'
    off = '<autoFilter ref="A1:A5"/>'
    table = (
        f'<table xmlns="{MAIN}" id="1" name="T" displayName="Sales_x005F_x0041_" ref="A8:A10" totalsRowCount="1">'
        '<autoFilter ref="A8:A9"><filterColumn colId="0"/></autoFilter>'
        '<tableColumns count="1"><tableColumn id="1" name="a_x000a_b"/></tableColumns></table>'
    )
    relations = (
        f'<Relationships><Relationship Id="r1" Type="{OFFICE}/table" Target="../tables/table1.xml"/></Relationships>'
    )
    more = {"xl/worksheets/_rels/sheet1.xml.rels": relations, "xl/tables/table1.xml": table}
    book = read_book(zipped(book_parts(sheet_xml(rows, after=on), more=more)))
    assert book.sheets["S1"].hidden_rows == {0, 1, 3, 8, 19}
    assert book.sheets["S1"].filtered_rows == {1, 3, 8}
    (found,) = book.tables
    assert (found.name, found.area, found.columns) == ("Sales_x0041_", Area("S1", 7, 0, 9, 0), ("a\nb",))
    assert (found.header_rows, found.totals_rows) == (1, 1)
    assert not read_book(zipped(book_parts(sheet_xml(rows, after=off)))).sheets["S1"].filtered_rows
    name = '<definedName name="_xlnm._FilterDatabase" localSheetId="0">S1!$A$1:$A$5</definedName>'
    names = f"<definedNames>{name}</definedNames>"
    advanced = sheet_xml(rows, before='<sheetPr filterMode="1"/>')
    assert read_book(zipped(book_parts(advanced, workbook=names))).sheets["S1"].filtered_rows == {1, 3}


def test_tabs_names_and_settings() -> None:
    """Chart sheets count as positions, names keep sheet and hiddenness, iteration is read, the active tab too."""
    parts = book_parts(sheet_xml(""), sheet_xml(""))
    parts["xl/workbook.xml"] = (
        f'<workbook xmlns="{MAIN}" xmlns:q="{OFFICE}"><bookViews><workbookView activeTab="2"/></bookViews><sheets>'
        '<sheet name="Chart" sheetId="9" q:id="rIdC"/><sheet name="A&amp;B" sheetId="4" state="hidden" q:id="rId1"/>'
        '<sheet name="Last" sheetId="5" q:id="rId2"/></sheets><definedNames><definedName name="solver_adj" '
        'localSheetId="2" hidden="1">Last!$A$1</definedName><definedName name="Rate">0.1&lt;2</definedName>'
        '</definedNames><calcPr iterate="true" iterateDelta="1E-4"/></workbook>'
    )
    links = str(parts["xl/_rels/workbook.xml.rels"]).replace(
        "</Rel", '<Relationship Id="rIdC" Type="u/chartsheet" Target="c.xml"/></Rel'
    )
    parts["xl/_rels/workbook.xml.rels"] = links
    book = read_book(zipped(parts))
    assert [(name, sheet.position, sheet.visible) for name, sheet in book.sheets.items()] == [
        ("A&B", 1, False),
        ("Last", 2, True),
    ]
    assert [(n.name, n.text, n.sheet, n.hidden) for n in book.names] == [
        ("solver_adj", "Last!$A$1", 2, True),
        ("Rate", "0.1<2", None, False),
    ]
    assert book.active == "Last"
    assert book.iterate == Iteration(100, 1e-4)
    assert book.sheet_named("LAST") is book.sheets["Last"]


def test_linked_workbooks_give_their_stored_values() -> None:
    """The values kept for a link are there under its number; the link itself is not followed."""
    external = (
        f'<externalLink xmlns="{MAIN}"><externalBook xmlns:r="{OFFICE}" r:id="rId1"><sheetNames><sheetName val="Data"/>'
        '</sheetNames><sheetDataSet><sheetData sheetId="0"><row r="2"><cell r="B2"><v>7</v></cell>'
        '<cell r="C2" t="str"><v>x</v></cell><cell r="D2" t="e"><v>#N/A</v></cell></row></sheetData></sheetDataSet>'
        "</externalBook></externalLink>"
    )
    parts = book_parts(
        sheet_xml(""),
        workbook='<externalReferences><externalReference r:id="rIdE"/></externalReferences>',
        relations=f'<Relationship Id="rIdE" Type="{OFFICE}/externalLink" Target="externalLinks/externalLink1.xml"/>',
        more={"xl/externalLinks/externalLink1.xml": external},
    )
    cells = read_book(zipped(parts)).externals[1]["Data"]
    assert [cells.scalar(k) for k in range(3)] == [7.0, "x", ErrorValue.NA]
    assert cells.find(1, 2) == 1


def test_a_huge_stated_area_costs_nothing() -> None:
    """Nothing is allocated from `<dimension>`."""
    rows = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    parts = book_parts(sheet_xml(rows, before='<dimension ref="A1:XFD1048576"/>'))
    assert values_of(read_book(zipped(parts)).sheets["S1"]) == {(1_048_575, 16_383): 1.0}


def test_odd_names_and_targets() -> None:
    """Targets absolute, in another case, with backslashes or escapes; a main part with another name."""
    parts = book_parts(sheet_xml(CELLS))
    parts["xl/Work Sheets/one.xml"] = parts.pop(SHEET_PART)
    links = str(parts["xl/_rels/workbook.xml.rels"]).replace("worksheets/sheet1.xml", "/XL/work%20sheets\\ONE.xml")
    parts["odd/main.xml"] = parts.pop("xl/workbook.xml")
    del parts["xl/_rels/workbook.xml.rels"]
    parts["odd/_rels/main.xml.rels"] = links
    parts["_rels/.rels"] = str(parts["_rels/.rels"]).replace("xl/workbook.xml", "/odd/main.xml")
    assert values_of(read_book(zipped(parts)).sheets["S1"]) == EXPECTED


def test_sources() -> None:
    """A book comes from a path, from bytes, or from an open file."""
    data = zipped(book_parts(sheet_xml(CELLS)))
    assert values_of(read_book(io.BytesIO(data)).sheets["S1"]) == EXPECTED
    assert read_book(data).path == ""


def test_two_cells_in_one_place() -> None:
    """Of two cells with one address the later counts, and order does not matter."""
    rows = '<row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>2</v></c><c r="B1"><v>3</v></c></row>'
    cells = book_of(rows).sheets["S1"].cells
    assert np.array_equal(cells.col, [0, 1])
    assert np.array_equal(cells.number, [2.0, 3.0])


def test_stored_entries_read_the_same() -> None:
    """A workbook packed without compression reads like any other."""
    data = zipped(book_parts(sheet_xml(CELLS)), zipfile.ZIP_STORED)
    assert values_of(read_book(data).sheets["S1"]) == EXPECTED
