"""Members of the family with data beside the cells: pivots, slicers, tables, links, models, arrays, rich types."""

from __future__ import annotations

from tests.book.family.base import Parts, attach, fit_parts, member, sheet
from tests.book.family.drawings import HEAD
from tests.book.made import MAIN, OFFICE, SHEET_PART, sheet_xml

X14 = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"
XM = "http://schemas.microsoft.com/office/excel/2006/main"
MICROSOFT = "http://schemas.microsoft.com/office/"
RICH = "http://schemas.microsoft.com/office/spreadsheetml/2017/richdata"
TABLE_TYPE = "table"
SHEET_2 = "xl/worksheets/sheet2.xml"


def extension(uri: str, content: str) -> str:
    """A list of extensions with one in it."""
    return f'<extLst><ext uri="{uri}" xmlns:x14="{X14}" xmlns:xm="{XM}">{content}</ext></extLst>'


def pivot_parts(before_names: str = "", after_names: str = "") -> Parts:
    """The fit with a pivot table over its points on a second sheet."""
    second = sheet_xml('<row r="3"><c r="A3" t="s"><v>0</v></c></row>', before='<dimension ref="A3:B5"/>')
    caches = '<pivotCaches><pivotCache cacheId="3" r:id="rIdP"/></pivotCaches>'
    parts = fit_parts(None, second, before_names=before_names, after_names=f'<calcPr calcId="1"/>{caches}{after_names}')
    cache = (
        f'{HEAD}<pivotCacheDefinition xmlns="{MAIN}" xmlns:r="{OFFICE}" r:id="rIdA1" refreshOnLoad="1" '
        'refreshedBy="Ada" refreshedDate="45000" createdVersion="6" refreshedVersion="6" minRefreshableVersion="3" '
        'recordCount="5"><cacheSource type="worksheet"><worksheetSource ref="A1:B6" sheet="S1"/></cacheSource>'
        '<cacheFields count="2"><cacheField name="x" numFmtId="0"><sharedItems containsSemiMixedTypes="0" '
        'containsString="0" containsNumber="1" containsInteger="1" minValue="0" maxValue="4" count="5"><n v="0"/>'
        '<n v="1"/><n v="2"/><n v="3"/><n v="4"/></sharedItems></cacheField><cacheField name="y" numFmtId="0">'
        '<sharedItems containsSemiMixedTypes="0" containsString="0" containsNumber="1" minValue="1" maxValue="8.5"/>'
        "</cacheField></cacheFields></pivotCacheDefinition>"
    )
    attach(
        parts,
        "xl/workbook.xml",
        "pivotCacheDefinition",
        "pivotCache/pivotCacheDefinition1.xml",
        cache,
        "pivotCacheDefinition",
        key="rIdP",
    )
    records = "".join(f'<r><x v="{i}"/><n v="{y}"/></r>' for i, y in enumerate((1, 3.5, 4.5, 7.5, 8.5)))
    attach(
        parts,
        "xl/pivotCache/pivotCacheDefinition1.xml",
        "pivotCacheRecords",
        "pivotCacheRecords1.xml",
        f'{HEAD}<pivotCacheRecords xmlns="{MAIN}" count="5">{records}</pivotCacheRecords>',
        "pivotCacheRecords",
    )
    items = "".join(f'<item x="{i}"/>' for i in range(5)) + '<item t="default"/>'
    table = (
        f'{HEAD}<pivotTableDefinition xmlns="{MAIN}" name="Pivot 1" cacheId="3" dataCaption="Values" '
        'updatedVersion="6" minRefreshableVersion="3" createdVersion="6" indent="0" outline="1">'
        '<location ref="A3:B9" firstHeaderRow="1" '
        f'firstDataRow="1" firstDataCol="1"/><pivotFields count="2"><pivotField axis="axisRow" showAll="0"><items '
        f'count="6">{items}</items></pivotField><pivotField dataField="1" showAll="0"/></pivotFields><rowFields '
        'count="1"><field x="0"/></rowFields><dataFields count="1"><dataField name="Sum of y" fld="1"/></dataFields>'
        "</pivotTableDefinition>"
    )
    attach(parts, SHEET_2, "pivotTable", "../pivotTables/pivotTable1.xml", table, "pivotTable")
    attach(
        parts, "xl/pivotTables/pivotTable1.xml", "pivotCacheDefinition", "../pivotCache/pivotCacheDefinition1.xml", None
    )
    return parts


@member()
def pivot() -> Parts:
    return pivot_parts()


@member()
def slicer() -> Parts:
    caches = f'<x14:slicerCaches><x14:slicerCache xmlns:r="{OFFICE}" r:id="rIdS2"/></x14:slicerCaches>'
    parts = pivot_parts(after_names=extension("{BBE1A952-AA13-448e-AADC-164F8A28A991}", caches))
    cache = (
        f'{HEAD}<slicerCacheDefinition xmlns="{X14}" name="Slicer_x" sourceName="x"><pivotTables><pivotTable tabId="2" '
        'name="Pivot 1"/></pivotTables><data><tabular pivotCacheId="3"><items count="1"><i x="0" s="1"/></items>'
        "</tabular></data></slicerCacheDefinition>"
    )
    kind, type_ = f"{MICROSOFT}2007/relationships/", "application/vnd.ms-excel."
    attach(
        parts,
        "xl/workbook.xml",
        f"{kind}slicerCache",
        "slicerCaches/slicerCache1.xml",
        cache,
        f"{type_}slicerCache+xml",
        key="rIdS2",
    )
    shown = f'{HEAD}<slicers xmlns="{X14}"><slicer name="x" cache="Slicer_x" caption="x" rowHeight="241300"/></slicers>'
    key = attach(parts, SHEET_2, f"{kind}slicer", "../slicers/slicer1.xml", shown, f"{type_}slicer+xml")
    listed = f'<x14:slicerList><x14:slicer r:id="{key}"/></x14:slicerList>'
    ending = extension("{A8765BA9-456A-4dab-B4F3-ACF838C121DE}", listed) + "</worksheet>"
    parts[SHEET_2] = str(parts[SHEET_2]).replace("</worksheet>", ending)
    return parts


@member()
def table() -> Parts:
    named = sheet(after='<tableParts count="1"><tablePart r:id="rIdA1"/></tableParts>')
    named = named.replace("SUMSQ(D2:D6)", "SUMSQ(Points[error])").replace("B2-C2", "Points[[#This Row],[y]]-C2")
    parts = fit_parts(named)
    columns = "".join(
        f'<tableColumn id="{k}" name="{name}"/>' for k, name in enumerate(("x", "y", "line", "error"), start=1)
    )
    content = (
        f'{HEAD}<table xmlns="{MAIN}" id="1" name="Points" displayName="Points" ref="A1:D6" totalsRowShown="0">'
        f'<autoFilter ref="A1:D6"/><tableColumns count="4">{columns}</tableColumns><tableStyleInfo '
        'name="TableStyleMedium2" showFirstColumn="0" showLastColumn="0" showRowStripes="1" showColumnStripes="0"/>'
        "</table>"
    )
    attach(parts, SHEET_PART, "table", "../tables/table1.xml", content, TABLE_TYPE)
    return parts


@member()
def external_link() -> Parts:
    linked = sheet(more_rows='<row r="8"><c r="A8"><f>[1]Far!$B$2*F1</f><v>0</v></c></row>')
    references = '<externalReferences><externalReference r:id="rIdE"/></externalReferences>'
    parts = fit_parts(linked, before_names=references)
    part = "externalLinks/externalLink1.xml"
    content = (
        f'{HEAD}<externalLink xmlns="{MAIN}"><externalBook xmlns:r="{OFFICE}" r:id="rIdA1"><sheetNames><sheetName '
        'val="Far"/></sheetNames><sheetDataSet><sheetData sheetId="0"><row r="2"><cell r="B2"><v>3</v></cell></row>'
        "</sheetData></sheetDataSet></externalBook></externalLink>"
    )
    attach(parts, "xl/workbook.xml", "externalLink", part, content, "externalLink", key="rIdE")
    attach(parts, f"xl/{part}", "externalLinkPath", "file:///nowhere/far.xlsx", None)
    where = "xl/externalLinks/_rels/externalLink1.xml.rels"
    parts[where] = str(parts[where]).replace('far.xlsx"', 'far.xlsx" TargetMode="External"')
    return parts


@member()
def data_model() -> Parts:
    connection = extension(
        "{FCE2AD5D-F65C-4FA6-A056-5C36A1767C68}",
        '<x15:dataModel xmlns:x15="http://schemas.microsoft.com/office/spreadsheetml/2010/11/main"><x15:modelTables>'
        '<x15:modelTable id="Points" name="Points" connection="Query"/></x15:modelTables></x15:dataModel>',
    )
    parts = fit_parts(after_names=f'<calcPr calcId="1"/>{connection}')
    blob = bytes(range(256)) * 20
    kind = f"{MICROSOFT}2007/relationships/powerPivotData"
    attach(
        parts,
        "xl/workbook.xml",
        kind,
        "model/item.data",
        blob,
        "application/vnd.openxmlformats-officedocument.model+data",
    )
    connections = (
        f'{HEAD}<connections xmlns="{MAIN}"><connection id="1" name="Query" type="5" refreshedVersion="6" '
        'background="1"><dbPr connection="Provider=Microsoft.Mashup.OleDb.1" command="SELECT * FROM [Points]"/>'
        "</connection></connections>"
    )
    attach(parts, "xl/workbook.xml", "connections", "connections.xml", connections, "connections")
    return parts


@member()
def what_if_table() -> Parts:
    cells = "".join(
        f'<c r="{col}{row}"><f t="dataTable" ref="B9:B11" dt2D="0" dtr="0" r1="F1"/><v>121</v></c>'
        if (col, row) == ("B", 9)
        else f'<c r="{col}{row}"><v>{121 if col == "B" else row - 9}</v></c>'
        for row in (9, 10, 11)
        for col in "AB"
    )
    table_rows = '<row r="8"><c r="B8"><f>F3</f><v>155</v></c></row>'
    pieces = cells.split('<c r="A')
    lines = "".join(f'<row r="{row}"><c r="A{piece}</row>' for row, piece in zip((9, 10, 11), pieces[1:], strict=True))
    return fit_parts(sheet(more_rows=table_rows + lines))


def dynamic_metadata() -> str:
    """The metadata part that marks dynamic arrays."""
    return (
        f'{HEAD}<metadata xmlns="{MAIN}" xmlns:xda="{MICROSOFT}spreadsheetml/2017/dynamicarray"><metadataTypes '
        'count="1"><metadataType name="XLDAPR" minSupportedVersion="120000" copy="1" pasteAll="1" '
        'pasteValues="1" merge="1" splitFirst="1" rowColShift="1" clearFormats="1" clearComments="1" '
        'assign="1" coerce="1" cellMeta="1"/>'
        '</metadataTypes><futureMetadata name="XLDAPR" count="1"><bk><extLst><ext '
        'uri="{bdbb8cdc-fa1e-496e-a857-3c3f30c029c3}"><xda:dynamicArrayProperties fDynamic="1" fCollapsed="0"/></ext>'
        '</extLst></bk></futureMetadata><cellMetadata count="1"><bk><rc t="1" v="0"/></bk></cellMetadata></metadata>'
    )


@member()
def dynamic_array() -> Parts:
    values = "".join(f'<row r="{row}"><c r="A{row}"><v>0</v></c></row>' for row in range(9, 13))
    spill = '<row r="8"><c r="A8" cm="1"><f t="array" ref="A8:A12">C2:C6*2</f><v>0</v></c></row>' + values
    parts = fit_parts(sheet(more_rows=spill))
    attach(parts, "xl/workbook.xml", "sheetMetadata", "metadata.xml", dynamic_metadata(), "sheetMetadata")
    return parts


@member("xl/workbook.xml")
def spill_that_grows() -> Parts:
    spill = (
        '<row r="8"><c r="A8" cm="1"><f t="array" ref="A8">_xlfn.SEQUENCE(1+INT(F1))</f><v>1</v></c>'
        '<c r="B8"><f>SUM(A8:A9)</f><v>1</v></c></row>'
    )
    parts = fit_parts(sheet(more_rows=spill))
    attach(parts, "xl/workbook.xml", "sheetMetadata", "metadata.xml", dynamic_metadata(), "sheetMetadata")
    return parts


@member("xl/workbook.xml")
def spill_that_shrinks() -> Parts:
    spill = (
        '<row r="8"><c r="A8" cm="1"><f t="array" ref="A8:A10">_xlfn.SEQUENCE(3-INT(F1))</f><v>1</v></c>'
        '<c r="B8"><f>SUM(A8:A10)</f><v>6</v></c></row><row r="9"><c r="A9"><v>2</v></c></row>'
        '<row r="10"><c r="A10" s="1"><v>3</v></c></row>'
    )
    parts = fit_parts(sheet(more_rows=spill))
    attach(parts, "xl/workbook.xml", "sheetMetadata", "metadata.xml", dynamic_metadata(), "sheetMetadata")
    return parts


@member()
def rich_type() -> Parts:
    picture = '<row r="8"><c r="A8" t="e" vm="1"><v>#VALUE!</v></c></row>'
    parts = fit_parts(sheet(more_rows=picture))
    metadata = (
        f'{HEAD}<metadata xmlns="{MAIN}" xmlns:xlrd="{RICH}"><metadataTypes count="1"><metadataType '
        'name="XLRICHVALUE" minSupportedVersion="120000" copy="1" pasteAll="1" pasteValues="1" merge="1"/>'
        '</metadataTypes><futureMetadata name="XLRICHVALUE" count="1"><bk><extLst><ext '
        'uri="{3e2802c4-a4d2-4d8b-9148-e3be6c30e623}"><xlrd:rvb i="0"/></ext></extLst></bk></futureMetadata>'
        '<valueMetadata count="1"><bk><rc t="1" v="0"/></bk></valueMetadata></metadata>'
    )
    attach(parts, "xl/workbook.xml", "sheetMetadata", "metadata.xml", metadata, "sheetMetadata")
    kind, type_ = f"{MICROSOFT}2017/06/relationships/", "application/vnd.ms-excel."
    values = f'{HEAD}<rvData xmlns="{RICH}" count="1"><rv s="0"><v>Ada</v></rv></rvData>'
    attach(
        parts, "xl/workbook.xml", f"{kind}rdRichValue", "richData/rdrichvalue.xml", values, f"{type_}rdrichvalue+xml"
    )
    structures = f'{HEAD}<rvStructures xmlns="{RICH}" count="1"><s t="_entity"><k n="_Name" t="s"/></s></rvStructures>'
    attach(
        parts,
        "xl/workbook.xml",
        f"{kind}rdRichValueStructure",
        "richData/rdrichvaluestructure.xml",
        structures,
        f"{type_}rdrichvaluestructure+xml",
    )
    return parts


@member()
def custom_xml() -> Parts:
    parts = fit_parts()
    item = '<b:Sources xmlns:b="http://schemas.openxmlformats.org/officeDocument/2006/bibliography"/>'
    attach(parts, "xl/workbook.xml", "customXml", "../customXml/item1.xml", item)
    properties = (
        '<ds:datastoreItem ds:itemID="{A8F2E37C-0000-4D5C-9C51-6E5B7A38F003}" '
        'xmlns:ds="http://schemas.openxmlformats.org/officeDocument/2006/customXml"/>'
    )
    attach(parts, "customXml/item1.xml", "customXmlProps", "itemProps1.xml", properties)
    return parts


@member()
def calculation_chain() -> Parts:
    parts = fit_parts(names="<definedName name=\"_slope\">'S1'!$F$1</definedName>")
    cells = [*(f"D{row}" for row in range(2, 7)), *(f"C{row}" for row in range(2, 7)), "F3"]
    chain = "".join(f'<c r="{cell}" i="1"/>' for cell in reversed(cells))
    attach(
        parts,
        "xl/workbook.xml",
        "calcChain",
        "calcChain.xml",
        f'<calcChain xmlns="{MAIN}">{chain}</calcChain>',
        "calcChain",
    )
    return parts


@member()
def names_of_strangers() -> Parts:
    """Hidden names of other programs, in no order, one with a comment, one of another sheet."""
    parts = fit_parts(None, sheet_xml(""))
    strange = (
        '<definedName name="zz" comment="mine">1</definedName><definedName name="OpenSolver_x" hidden="1">2'
        '</definedName><definedName name="solver_opt" localSheetId="1" hidden="1">\'S2\'!$A$1</definedName>'
        "</definedNames>"
    )
    parts["xl/workbook.xml"] = str(parts["xl/workbook.xml"]).replace("</definedNames>", strange)
    return parts
