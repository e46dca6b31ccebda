"""Members of the family with what else a workbook can carry: macros, extensions of sheets, settings, signatures."""

from __future__ import annotations

from tests.book.family.base import Parts, attach, default_type, fit_parts, member, sheet
from tests.book.family.data import extension
from tests.book.family.drawings import COMPATIBILITY, HEAD
from tests.book.made import MAIN, OFFICE, SHEET_PART, sheet_xml

VBA = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(range(256)) * 8
MACRO_BOOK = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
PLAIN_BOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
VBA_KIND = "http://schemas.microsoft.com/office/2006/relationships/"


@member()
def macros() -> Parts:
    parts = fit_parts()
    parts["[Content_Types].xml"] = str(parts["[Content_Types].xml"]).replace(PLAIN_BOOK, MACRO_BOOK)
    properties = '<workbookPr codeName="ThisWorkbook"/><sheets>'
    parts["xl/workbook.xml"] = str(parts["xl/workbook.xml"]).replace("<sheets>", properties)
    type_ = "application/vnd.ms-office.vbaProject"
    attach(parts, "xl/workbook.xml", f"{VBA_KIND}vbaProject", "vbaProject.bin", VBA, type_)
    return parts


@member()
def signed_macros() -> Parts:
    parts = macros()
    assert isinstance(parts, dict)
    for kind in ("vbaProjectSignature", "vbaProjectSignatureAgile", "vbaProjectSignatureV3"):
        type_ = f"application/vnd.ms-office.{kind}"
        attach(parts, "xl/vbaProject.bin", f"{VBA_KIND}{kind}", f"{kind}.bin", VBA[::-1], type_)
    return parts


@member()
def macro_sheet() -> Parts:
    parts = fit_parts()
    content = (
        f'{HEAD}<xm:macrosheet xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main" xmlns="{MAIN}">'
        '<sheetData><row r="1"><c r="A1"><f>HALT()</f><v>0</v></c></row></sheetData></xm:macrosheet>'
    )
    key = attach(
        parts,
        "xl/workbook.xml",
        f"{VBA_KIND}xlMacrosheet",
        "macrosheets/sheet1.xml",
        content,
        "application/vnd.ms-excel.macrosheet+xml",
    )
    tab = f'<sheet name="Macro1" sheetId="5" state="veryHidden" r:id="{key}"/></sheets>'
    parts["xl/workbook.xml"] = str(parts["xl/workbook.xml"]).replace("</sheets>", tab)
    return parts


@member()
def sparklines() -> Parts:
    lines = (
        '<x14:sparklineGroups><x14:sparklineGroup displayEmptyCellsAs="gap"><x14:colorSeries rgb="FF376092"/>'
        "<x14:sparklines><x14:sparkline><xm:f>S1!C2:C6</xm:f><xm:sqref>H1</xm:sqref></x14:sparkline></x14:sparklines>"
        "</x14:sparklineGroup></x14:sparklineGroups>"
    )
    return fit_parts(sheet(after=extension("{05C60535-1F16-4fd2-B633-F4F36F0B64E0}", lines)))


@member()
def new_formats() -> Parts:
    bars = (
        '<x14:conditionalFormattings><x14:conditionalFormatting><x14:cfRule type="dataBar" '
        'id="{A8F2E37C-1111-4D5C-9C51-6E5B7A38F004}"><x14:dataBar minLength="0" maxLength="100"><x14:cfvo '
        'type="autoMin"/><x14:cfvo type="autoMax"/></x14:dataBar></x14:cfRule><xm:sqref>D2:D6</xm:sqref>'
        "</x14:conditionalFormatting></x14:conditionalFormattings>"
    )
    plain = (
        '<conditionalFormatting sqref="D2:D6"><cfRule type="dataBar" priority="1"><dataBar><cfvo type="min"/><cfvo '
        'type="max"/><color rgb="FF638EC6"/></dataBar></cfRule></conditionalFormatting>'
    )
    return fit_parts(sheet(after=plain + extension("{78C0D931-6437-407d-A8EE-F0AAD7539E65}", bars)))


@member()
def new_validations() -> Parts:
    lists = (
        '<x14:dataValidations count="1"><x14:dataValidation type="list" allowBlank="1"><x14:formula1><xm:f>S2!$A$1:$A$2'
        "</xm:f></x14:formula1><xm:sqref>H2</xm:sqref></x14:dataValidation></x14:dataValidations>"
    )
    ending = extension("{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}", lists)
    second = sheet_xml('<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="A2"><v>2</v></c></row>')
    return fit_parts(sheet(after=ending), second)


@member()
def protected_and_read_only() -> Parts:
    parts = fit_parts(sheet(after='<sheetProtection password="CC1A" sheet="1" objects="1" scenarios="1"/>'))
    sharing = '<fileSharing readOnlyRecommended="1" userName="Ada"/><workbookProtection lockStructure="1"/>'
    parts["xl/workbook.xml"] = str(parts["xl/workbook.xml"]).replace("<sheets>", f"{sharing}<sheets>")
    return parts


@member()
def print_settings() -> Parts:
    after = (
        '<mergeCells count="1"><mergeCell ref="H3:I4"/></mergeCells><hyperlinks><hyperlink ref="H1" r:id="rIdA2"/>'
        '</hyperlinks><pageMargins left="0.7" right="0.7" top="0.75" bottom="0.75" header="0.3" footer="0.3"/>'
        '<pageSetup orientation="landscape" r:id="rIdA1"/><headerFooter><oddHeader>&amp;C&amp;"Arial,Bold"x</oddHeader>'
        "</headerFooter>"
    )
    before = (
        '<sheetPr codeName="Sheet1"><tabColor rgb="FFFF0000"/></sheetPr><dimension ref="A1:F6"/><sheetViews><sheetView '
        'tabSelected="1" workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
        '</sheetView></sheetViews><cols><col min="1" max="2" width="12.5" customWidth="1"/></cols>'
    )
    parts = fit_parts(sheet(before=before, after=after))
    attach(parts, SHEET_PART, "printerSettings", "../printerSettings/printerSettings1.bin", b"\x01\x02" * 300)
    default_type(parts, "bin", "application/vnd.openxmlformats-officedocument.spreadsheetml.printerSettings")
    attach(parts, SHEET_PART, "hyperlink", "mailto:ada@example.org", None)
    where = "xl/worksheets/_rels/sheet1.xml.rels"
    parts[where] = str(parts[where]).replace('example.org"', 'example.org" TargetMode="External"')
    return parts


@member()
def revisions_of_new_versions() -> Parts:
    """What new versions of Excel write everywhere: ignorable namespaces, identities, alternate content."""
    spaces = (
        f' xmlns:mc="{COMPATIBILITY}" mc:Ignorable="x14ac xr" xmlns:x14ac='
        '"http://schemas.microsoft.com/office/spreadsheetml/2009/9/ac" xmlns:xr='
        '"http://schemas.microsoft.com/office/spreadsheetml/2014/revision" '
        'xr:uid="{A8F2E37C-2222-4D5C-9C51-6E5B7A38F005}"'
    )
    first = sheet(spaces=spaces, before='<sheetFormatPr defaultRowHeight="15" x14ac:dyDescent="0.25"/>')
    parts = fit_parts(first.replace('<row r="1">', '<row r="1" spans="1:6" x14ac:dyDescent="0.25">'))
    path = (
        f'<mc:AlternateContent xmlns:mc="{COMPATIBILITY}"><mc:Choice Requires="x15"><x15ac:absPath url="C:\\" '
        'xmlns:x15ac="http://schemas.microsoft.com/office/spreadsheetml/2010/11/ac"/></mc:Choice></mc:AlternateContent>'
    )
    text = str(parts["xl/workbook.xml"]).replace("<sheets>", f"{path}<sheets>")
    x15 = ' xmlns:x15="http://schemas.microsoft.com/office/spreadsheetml/2010/11/main"'
    parts["xl/workbook.xml"] = text.replace(f' xmlns:r="{OFFICE}"', f' xmlns:r="{OFFICE}"{x15}', 1)
    return parts


@member()
def errors_and_types() -> Parts:
    """Formulas whose value changes its type when the fit changes: error, text, truth, number."""
    first, rest = '<row r="8">', ""
    cells = (
        ("A8", ' t="e"', "1/F1", "#DIV/0!"),
        ("B8", ' t="str"', 'IF(F1=0,"none",F1)', "none"),
        ("C8", ' t="b"', "F1&gt;1", "0"),
        ("D8", "", "IF(F1=0,1,&quot;some &lt;text&gt;&quot;)".replace("&quot;", '"'), "1"),
        ("E8", "", "IF(F1=0,1,NA())", "1"),
        ("F8", ' t="str"', 'REPT(" ",F1)&amp;"x"', "x"),
        ("G8", "", "IF(F1=0,5,F1=1.5)", "5"),
    )
    rest = "".join(f'<c r="{a}"{t}><f>{f}</f><v>{v}</v></c>' for a, t, f, v in cells)
    return fit_parts(sheet(more_rows=f"{first}{rest}</row>"))
