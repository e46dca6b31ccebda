"""Files that are damaged, hostile, or no workbooks: each refused with its message."""

from __future__ import annotations

import pytest

from solver.book.read import read_book
from solver.errors import WorkbookError
from tests.book.made import SHEET_PART, book_of, book_parts, sheet_xml, zipped

BAD_CELLS = {
    '<c r="B2"><v>abc</v></c>': r"'S1'!B2: the stored value 'abc' is not a number",
    '<c r="B2" t="s"><v>3</v></c>': r"'S1'!B2: the stored value '3' is not one of the book's 0 shared texts",
    '<c r="B2" t="d"><v>soon</v></c>': r"'S1'!B2: the stored value 'soon' is not a date",
    '<c r="B4294967297"><v>1</v></c>': "a cell in row 4294967297 and column 2 lies outside the sheet",
    '<c r="XFE2"><v>1</v></c>': "a cell in row 2 and column 16385 lies outside the sheet",
    '<c r="B0"><v>1</v></c>': r"has a cell of address 'B0'|lies outside the sheet",
    '<c r="2B"><v>1</v></c>': "has a cell of address '2B'",
    '<c r="B2"><v>1</v>': r"is damaged: mismatched tag in line 2",
    '<c r="B2"><v>&bad;</v></c>': "is damaged: undefined entity in line 2",
}


@pytest.mark.parametrize("cell", BAD_CELLS)
def test_damaged_cells_are_named(cell: str) -> None:
    """What cannot be read is refused with its place."""
    with pytest.raises(WorkbookError, match=BAD_CELLS[cell]):
        book_of(f'<row r="2">{cell}</row>').sheets["S1"]


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("doctype", [BOMB, OUTSIDE, "<!DOCTYPE x>"])
@pytest.mark.parametrize("part", [SHEET_PART, "xl/workbook.xml", "xl/sharedStrings.xml", "_rels/.rels"])
def test_entities_are_refused(part: str, doctype: str) -> None:
    """A document type declaration in any part that is read is refused; nothing is expanded or fetched."""
    rows = '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'
    parts = book_parts(sheet_xml(rows).partition("\n")[2], strings="<si><t>x</t></si>")
    parts[part] = doctype + str(parts[part])
    with pytest.raises(WorkbookError, match="document type declaration"):
        read_book(zipped(parts)).sheets["S1"]


def test_deep_nesting_is_refused() -> None:
    """A part nested a thousand deep does not exhaust the stack."""
    parts = book_parts(sheet_xml("", after="<a>" * 5000 + "</a>" * 5000))
    with pytest.raises(WorkbookError, match="nested too deeply"):
        read_book(zipped(parts)).sheets["S1"]
    parts = book_parts(sheet_xml("<row>" * 5000 + "</row>" * 5000))
    with pytest.raises(WorkbookError, match="nested too deeply"):
        read_book(zipped(parts)).sheets["S1"]


def ole(stream: str) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1000 + stream.encode("utf-16-le") + b"\0" * 1000


FOREIGN = {
    "empty": (b"", "the file is empty"),
    "text": (b"a,b\n1,2\n", r"a text file \(CSV\?\)"),
    "web page": (b"<html><table>", "a web page"),
    "xml spreadsheet": (
        b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>',
        "XML spreadsheet of Excel 2003",
    ),
    "picture": (b"\x89PNG\r\n\x1a\n\0\0", "not an .xlsx workbook"),
    "encrypted": (ole("EncryptedPackage"), "encrypted with a password"),
    "xls": (ole("Workbook"), r"Excel 97-2003 \(\.xls\)"),
    "other ole": (ole("WordDocument"), "OLE2 file"),
    "ods": (zipped({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}), r"OpenDocument file \(\.ods\)"),
    "xlsb": (zipped({"xl/workbook.bin": "x"}), r"binary workbook \(\.xlsb\)"),
    "docx": (zipped({"word/document.xml": "x"}), "Word document"),
    "pptx": (zipped({"ppt/presentation.xml": "x"}), "presentation"),
    "numbers": (zipped({"Index/Document.iwa": "x"}), "Apple Numbers"),
    "zip": (zipped({"photo.jpg": "x"}), "a zip file without a workbook"),
    "zip of nothing": (zipped({"[Content_Types].xml": "<a/>"}), "holds no workbook"),
    "cut off": (zipped(book_parts(sheet_xml("")))[:-30], "cut off"),
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_other_files_are_called_what_they_are(kind: str) -> None:
    """A file that is no workbook is refused with what it is, and what to do."""
    data, message = FOREIGN[kind]
    with pytest.raises(WorkbookError, match=message) as caught:
        read_book(data)
    assert caught.value.hint
    assert caught.value.where == ""


def test_missing_files_and_folders(tmp_path: object) -> None:
    """A path that cannot be read is refused in words."""
    with pytest.raises(WorkbookError, match="no such file"):
        read_book(f"{tmp_path}/none.xlsx")
    with pytest.raises(WorkbookError, match="this is a folder"):
        read_book(str(tmp_path))


def test_missing_sheet_part() -> None:
    """A workbook that lists a sheet it does not hold is refused by the sheet's name."""
    parts = book_parts(sheet_xml(""))
    del parts[SHEET_PART]
    with pytest.raises(WorkbookError, match=r"the part xl/worksheets/sheet1\.xml of the sheet S1 is missing"):
        read_book(zipped(parts))
