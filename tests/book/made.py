"""Small workbooks made of raw XML, with everything about the file in the test's hands."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import numpy as np

from solver.book.book import Cells
from solver.book.read import read_book

if TYPE_CHECKING:
    from collections.abc import Mapping

    from solver.book.book import Book, Sheet
    from solver.values import Scalar

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
STRICT_OFFICE = "http://purl.oclc.org/ooxml/officeDocument/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
SHEET_PART = "xl/worksheets/sheet1.xml"


def sheet_xml(rows: str, *, before: str = "", after: str = "", space: str = MAIN) -> str:
    """A worksheet part around its rows."""
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="{space}" xmlns:r="{OFFICE}">'
        f"{before}<sheetData>{rows}</sheetData>{after}</worksheet>"
    )


def book_parts(
    *sheets: str | bytes,
    workbook: str = "",
    strings: str = "",
    relations: str = "",
    more: Mapping[str, str | bytes] | None = None,
    space: str = MAIN,
    office: str = OFFICE,
) -> dict[str, str | bytes]:
    """The parts of a workbook with sheets `S1`, `S2`, ...; `workbook` is what follows its list of sheets."""
    numbers = range(1, len(sheets) + 1)
    tabs = "".join(f'<sheet name="S{n}" sheetId="{n}" r:id="rId{n}"/>' for n in numbers)
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{office}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in numbers
    )
    overrides = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_TYPE}.worksheet+xml"/>' for n in numbers
    )
    if strings:
        links += f'<Relationship Id="rIdS" Type="{office}/sharedStrings" Target="sharedStrings.xml"/>'
        overrides += f'<Override PartName="/xl/sharedStrings.xml" ContentType="{_TYPE}.sharedStrings+xml"/>'
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType='
        f'"application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f"{overrides}</Types>",
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{space}" xmlns:r="{office}"><sheets>{tabs}</sheets>{workbook}</workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{links}{relations}'
        "</Relationships>",
    }
    if strings:
        parts["xl/sharedStrings.xml"] = f'<sst xmlns="{space}">{strings}</sst>'
    parts |= {f"xl/worksheets/sheet{n}.xml": sheet for n, sheet in zip(numbers, sheets, strict=True)}
    return parts | dict(more or {})


class Pipe(io.RawIOBase):
    """Something that can be written to and not wound back: a zip file gets its sizes behind the data."""

    def __init__(self) -> None:
        self.data = b""

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self.data += bytes(data)
        return len(data)


def zipped(parts: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The parts as a zip file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name, (2020, 2, 29, 1, 2, 4)), content, method)
    return buffer.getvalue()


def book_of(rows: str, **options: str) -> Book:
    """A book of one sheet `S1` with those rows."""
    return read_book(zipped(book_parts(sheet_xml(rows), **options)))  # type: ignore[arg-type]


def columns(values: Mapping[tuple[int, int], Scalar]) -> Cells:
    """Plain values as columns in reading order."""
    return Cells.of(values)


def values_of(sheet: Sheet) -> dict[tuple[int, int], Scalar]:
    """All stored values, blanks too."""
    return sheet.cells.scalars()


def formulas_of(sheet: Sheet) -> dict[tuple[int, int], tuple[str, int, int, str]]:
    """Per cell its formula: text, the cell the text is written for, and kind."""
    cells = sheet.cells
    found = {}
    for i in np.flatnonzero(sheet.formula >= 0):
        formula = sheet.formulas[sheet.formula[i]]
        found[int(cells.row[i]), int(cells.col[i])] = (formula.text, formula.row, formula.col, formula.kind.value)
    return found
