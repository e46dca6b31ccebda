"""Pivot tables are read as far as GETPIVOTDATA asks: which cell shows which measure of which items."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from solver.book.read import read_book
from solver.compiler.calculation import Calculation
from solver.errors import FormulaError
from solver.grid import Cell
from solver.values import ErrorValue
from tests.book.made import MAIN, OFFICE, book_parts, sheet_xml, zipped

if TYPE_CHECKING:
    from solver.values import Scalar

TABLE = f"""<pivotTableDefinition xmlns="{MAIN}" name="p" cacheId="1">
<location ref="A3:D10" firstHeaderRow="1" firstDataRow="2" firstDataCol="1"/>
<pivotFields count="4">
<pivotField axis="axisRow"><items><item x="0"/><item x="1" n="Far West"/><item t="default"/></items></pivotField>
<pivotField axis="axisRow"><items><item x="1"/><item x="0"/><item t="default"/></items></pivotField>
<pivotField axis="axisCol"><items><item x="0"/><item x="1"/><item t="default"/></items></pivotField>
<pivotField dataField="1"/></pivotFields>
<rowFields><field x="0"/><field x="1"/></rowFields>
<rowItems><i><x/></i><i r="1"><x/></i><i r="1"><x v="1"/></i><i><x v="1"/></i><i r="1"><x/></i>
<i t="grand"><x/></i></rowItems>
<colFields><field x="2"/></colFields>
<colItems><i><x/></i><i><x v="1"/></i><i t="grand"><x/></i></colItems>
<dataFields><dataField name="Sum of sales" fld="3"/></dataFields>
</pivotTableDefinition>"""
CACHE = f"""<pivotCacheDefinition xmlns="{MAIN}"><cacheFields>
<cacheField name="Region"><sharedItems><s v="East"/><s v="West"/></sharedItems></cacheField>
<cacheField name="Year"><sharedItems><n v="2021"/><n v="2020"/></sharedItems></cacheField>
<cacheField name="Day"><sharedItems><d v="2020-05-01T00:00:00"/><m/></sharedItems></cacheField>
<cacheField name="Sales"><sharedItems/></cacheField></cacheFields></pivotCacheDefinition>"""
FIRST = 5  # the sheet row of the first values
VALUES = [[11, 12, 13], [21, 22, 23], [31, 32, 33], [41, 42, 43], [51, 52, 53], [61, 62, 63]]


def _relations(kind: str, target: str) -> str:
    return (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{OFFICE}/{kind}" Target="{target}"/></Relationships>'
    )


def _parts() -> dict[str, str | bytes]:
    rows = "".join(
        f'<row r="{FIRST + i}">'
        + "".join(f'<c r="{column}{FIRST + i}"><v>{v}</v></c>' for column, v in zip("BCD", line, strict=True))
        + "</row>"
        for i, line in enumerate(VALUES)
    )
    more = {
        "xl/worksheets/_rels/sheet1.xml.rels": _relations("pivotTable", "../pivotTables/pivotTable1.xml"),
        "xl/pivotTables/_rels/pivotTable1.xml.rels": _relations("pivotCacheDefinition", "../pivotCache/cache.xml"),
        "xl/pivotTables/pivotTable1.xml": TABLE,
        "xl/pivotCache/cache.xml": CACHE,
    }
    return book_parts(sheet_xml(rows), more=more)


def _value(parts: dict[str, str | bytes], formula: str) -> Scalar:
    return Calculation(read_book(zipped(parts))).evaluate(formula, Cell("S1", 30, 10)).scalar()


@pytest.mark.parametrize(
    ("asked", "value"),
    [
        ('"Sum of sales",$A$3', 63.0),
        ('"Sales",A4,"Region","East"', 13.0),
        ('"sales",A4,"region","far west"', 43.0),
        ('"Sales",A4,"Region","East","Year",2020', 23.0),
        ('"Sales",A4,"Year","2021","Region","East"', 33.0),
        ('"Sales",A4,"Day",DATE(2020,5,1)', 61.0),
        ('"Sales",A4,"Region","East","Year",2020,"Day","(blank)"', 22.0),
        ('"Sales",A4,"Year",2020', None),
        ('"Sales",A4,"Region","North"', None),
        ('"Sales",A4,"Colour","red"', None),
        ('"Profit",A4', None),
        ('"Sales",H40', None),
        ('"Sales",A4,"Region"', None),
    ],
)
def test_getpivotdata_finds_the_cell(asked: str, value: float | None) -> None:
    """A value of the table for the items named, a total for the others, #REF! for what the table does not show."""
    found = _value(_parts(), f"GETPIVOTDATA({asked})")
    assert found == (ErrorValue.REF if value is None else value)


@pytest.mark.parametrize("damage", ["</pivotFields>", "firstDataRow", 'fld="3"', "../pivotCache/cache.xml"])
def test_a_damaged_pivot_table_is_left_out(damage: str) -> None:
    """It costs the table, not the workbook."""
    parts = {name: text.replace(damage, "x") if isinstance(text, str) else text for name, text in _parts().items()}
    assert read_book(zipped(parts)).pivots["S1"] == ()
    assert _value(parts, 'GETPIVOTDATA("Sales",A4,"Region","East","Year",2020)') is ErrorValue.REF


def test_lines_that_the_file_does_not_list() -> None:
    """LibreOffice leaves them out: nothing is found, and nothing is wrong either, so a stored value stands."""
    unlisted = re.sub(r"<(rowItems|colItems).*?</\1>", "", TABLE, flags=re.DOTALL)
    with pytest.raises(FormulaError, match="does not list its lines"):
        _value({**_parts(), "xl/pivotTables/pivotTable1.xml": unlisted}, 'GETPIVOTDATA("Sum of sales",$A$3)')
