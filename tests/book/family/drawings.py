"""Members of the family with something drawn: charts of both kinds, chart sheets, pictures, controls, comments."""

from __future__ import annotations

import base64

from tests.book.family.base import Parts, attach, default_type, fit_parts, member, sheet
from tests.book.made import MAIN, OFFICE, SHEET_PART

A = "http://schemas.openxmlformats.org/drawingml/2006/main"
CHART_SPACE = "http://schemas.openxmlformats.org/drawingml/2006/chart"
CHARTEX_SPACE = "http://schemas.microsoft.com/office/drawing/2014/chartex"
XDR = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
COMPATIBILITY = "http://schemas.openxmlformats.org/markup-compatibility/2006"
DRAWING = "application/vnd.openxmlformats-officedocument.drawing+xml"
CHART = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
CHART_PART, CHARTEX_PART = "xl/charts/chart1.xml", "xl/charts/chartEx1.xml"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
VML = (
    '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:x="urn:schemas-microsoft-com:office:excel"><o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="1"/>'
    '</o:shapelayout><v:shape id="_x0000_s1025" type="#_x0000_t{type}" style="position:absolute;width:96pt;'
    'height:55pt;visibility:hidden"><x:ClientData ObjectType="{kind}"><x:Anchor>7, 15, 0, 10, 9, 30, 4, 1</x:Anchor>'
    "{more}</x:ClientData></v:shape></xml>"
)


def anchored(content: str) -> str:
    """A drawing part with one thing in it."""
    return (
        f'{HEAD}<xdr:wsDr xmlns:xdr="{XDR}" xmlns:a="{A}"><xdr:twoCellAnchor><xdr:from><xdr:col>7</xdr:col>'
        "<xdr:colOff>0</xdr:colOff><xdr:row>1</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:from><xdr:to><xdr:col>14"
        "</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>15</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:to>"
        f"{content}<xdr:clientData/></xdr:twoCellAnchor></xdr:wsDr>"
    )


def frame(uri: str, content: str) -> str:
    """A graphic frame that shows a chart."""
    return (
        '<xdr:graphicFrame macro=""><xdr:nvGraphicFramePr><xdr:cNvPr id="2" name="Chart 1"/><xdr:cNvGraphicFramePr/>'
        '</xdr:nvGraphicFramePr><xdr:xfrm><a:off x="0" y="0"/><a:ext cx="0" cy="0"/></xdr:xfrm><a:graphic>'
        f'<a:graphicData uri="{uri}">{content}</a:graphicData></a:graphic></xdr:graphicFrame>'
    )


def number_cache(reference: str, values: list[float]) -> str:
    """A reference of a chart to numbers, with the points it keeps."""
    points = "".join(f'<c:pt idx="{i}"><c:v>{value:g}</c:v></c:pt>' for i, value in enumerate(values))
    return (
        f"<c:numRef><c:f>{reference}</c:f><c:numCache><c:formatCode>General</c:formatCode>"
        f'<c:ptCount val="{len(values)}"/>{points}</c:numCache></c:numRef>'
    )


def line_chart() -> str:
    """A chart part: measured points and the fitted line, with what it keeps of the cells."""
    title = (
        '<c:strRef><c:f>\'S1\'!$C$1</c:f><c:strCache><c:ptCount val="1"/><c:pt idx="0"><c:v>line</c:v></c:pt>'
        "</c:strCache></c:strRef>"
    )
    category = f"<c:cat>{number_cache('S1!$A$2:$A$6', [0, 1, 2, 3, 4])}</c:cat>"
    series = "".join(
        f'<c:ser><c:idx val="{k}"/><c:order val="{k}"/><c:tx>{title}</c:tx><c:marker><c:symbol val="none"/></c:marker>'
        f"{category}<c:val>{number_cache(reference, values)}</c:val></c:ser>"
        for k, (reference, values) in enumerate(
            [("S1!$B$2:$B$6", [1, 3.5, 4.5, 7.5, 8.5]), ("S1!$C$2:$C$6", [0, 0, 0, 0, 0])]
        )
    )
    return (
        f'{HEAD}<c:chartSpace xmlns:c="{CHART_SPACE}" xmlns:a="{A}" xmlns:r="{OFFICE}"><c:chart><c:plotArea><c:layout/>'
        f'<c:lineChart><c:grouping val="standard"/><c:varyColors val="0"/>{series}<c:axId val="1"/><c:axId val="2"/>'
        '</c:lineChart><c:catAx><c:axId val="1"/><c:scaling><c:orientation val="minMax"/></c:scaling>'
        '<c:delete val="0"/><c:axPos val="b"/><c:crossAx val="2"/></c:catAx><c:valAx><c:axId val="2"/><c:scaling>'
        '<c:orientation val="minMax"/></c:scaling><c:delete val="0"/><c:axPos val="l"/><c:crossAx val="1"/></c:valAx>'
        '</c:plotArea><c:plotVisOnly val="1"/></c:chart></c:chartSpace>'
    )


def with_drawing(drawing: str) -> Parts:
    """The fit with a drawing on its sheet."""
    parts = fit_parts(sheet(after='<drawing r:id="rIdA1"/>'))
    attach(parts, SHEET_PART, "drawing", "../drawings/drawing1.xml", drawing, DRAWING)
    return parts


@member(CHART_PART)
def chart() -> Parts:
    uri = f'<c:chart xmlns:c="{CHART_SPACE}" xmlns:r="{OFFICE}" r:id="rIdA1"/>'
    parts = with_drawing(anchored(frame(CHART_SPACE, uri)))
    attach(parts, "xl/drawings/drawing1.xml", "chart", "../charts/chart1.xml", line_chart(), CHART)
    colours = f'<cs:colorStyle xmlns:cs="http://schemas.microsoft.com/office/drawing/2012/chartStyle" xmlns:a="{A}"/>'
    kind = "http://schemas.microsoft.com/office/2011/relationships/chartColorStyle"
    attach(parts, CHART_PART, kind, "colors1.xml", colours, "application/vnd.ms-office.chartcolorstyle+xml")
    return parts


@member(CHART_PART)
def chart_sheet() -> Parts:
    parts = fit_parts()
    key = attach(
        parts,
        "xl/workbook.xml",
        "chartsheet",
        "chartsheets/sheet1.xml",
        f'{HEAD}<chartsheet xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheetViews><sheetView workbookViewId="0"/></sheetViews>'
        '<drawing r:id="rIdA1"/></chartsheet>',
        "chartsheet",
    )
    tab = f'<sheet name="Picture" sheetId="7" r:id="{key}"/></sheets>'
    parts["xl/workbook.xml"] = str(parts["xl/workbook.xml"]).replace("</sheets>", tab)
    uri = f'<c:chart xmlns:c="{CHART_SPACE}" xmlns:r="{OFFICE}" r:id="rIdA1"/>'
    absolute = (
        f'{HEAD}<xdr:wsDr xmlns:xdr="{XDR}" xmlns:a="{A}"><xdr:absoluteAnchor><xdr:pos x="0" y="0"/>'
        f'<xdr:ext cx="9000000" cy="6000000"/>{frame(CHART_SPACE, uri)}<xdr:clientData/>'
        "</xdr:absoluteAnchor></xdr:wsDr>"
    )
    attach(parts, "xl/chartsheets/sheet1.xml", "drawing", "../drawings/drawing1.xml", absolute, DRAWING)
    attach(parts, "xl/drawings/drawing1.xml", "chart", "../charts/chart1.xml", line_chart(), CHART)
    return parts


@member(CHARTEX_PART)
def chart_of_2016() -> Parts:
    inner = frame(CHARTEX_SPACE, f'<cx:chart xmlns:cx="{CHARTEX_SPACE}" xmlns:r="{OFFICE}" r:id="rIdA1"/>')
    choice = (
        f'<mc:AlternateContent xmlns:mc="{COMPATIBILITY}"><mc:Choice '
        'xmlns:cx1="http://schemas.microsoft.com/office/drawing/2015/9/8/chartex" Requires="cx1">'
        f'{inner}</mc:Choice><mc:Fallback><xdr:sp macro="" textlink=""><xdr:nvSpPr><xdr:cNvPr id="0" name=""/>'
        '<xdr:cNvSpPr/></xdr:nvSpPr><xdr:spPr><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></xdr:spPr></xdr:sp>'
        "</mc:Fallback></mc:AlternateContent>"
    )
    parts = with_drawing(anchored(choice))
    words = "".join(f'<cx:pt idx="{i}">{i}</cx:pt>' for i in range(5))
    numbers = "".join(f'<cx:pt idx="{i}">0</cx:pt>' for i in range(5))
    waterfall = (
        f'{HEAD}<cx:chartSpace xmlns:a="{A}" xmlns:r="{OFFICE}" xmlns:cx="{CHARTEX_SPACE}"><cx:chartData>'
        f'<cx:data id="0"><cx:strDim type="cat"><cx:f>S1!$A$2:$A$6</cx:f><cx:lvl ptCount="5">{words}</cx:lvl>'
        f'</cx:strDim><cx:numDim type="val"><cx:f>S1!$C$2:$C$6</cx:f><cx:lvl ptCount="5" formatCode="General">{numbers}'
        "</cx:lvl></cx:numDim></cx:data></cx:chartData><cx:chart><cx:plotArea><cx:plotAreaRegion><cx:series "
        'layoutId="waterfall"><cx:dataId val="0"/></cx:series></cx:plotAreaRegion></cx:plotArea></cx:chart>'
        "</cx:chartSpace>"
    )
    kind = "http://schemas.microsoft.com/office/2014/relationships/chartEx"
    type_ = "application/vnd.ms-office.chartex+xml"
    attach(parts, "xl/drawings/drawing1.xml", kind, "../charts/chartEx1.xml", waterfall, type_)
    return parts


@member()
def image() -> Parts:
    picture = (
        '<xdr:pic><xdr:nvPicPr><xdr:cNvPr id="2" name="Picture 1"/><xdr:cNvPicPr/></xdr:nvPicPr><xdr:blipFill>'
        f'<a:blip xmlns:r="{OFFICE}" r:embed="rIdA1"/><a:stretch><a:fillRect/></a:stretch></xdr:blipFill><xdr:spPr>'
        '<a:xfrm><a:off x="0" y="0"/><a:ext cx="9525" cy="9525"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/>'
        "</a:prstGeom></xdr:spPr></xdr:pic>"
    )
    parts = with_drawing(anchored(picture))
    attach(parts, "xl/drawings/drawing1.xml", "image", "../media/image1.png", PIXEL)
    default_type(parts, "png", "image/png")
    return parts


@member()
def form_control() -> Parts:
    control = (
        f'<mc:AlternateContent xmlns:mc="{COMPATIBILITY}"><mc:Choice Requires="x14"><controls><mc:AlternateContent>'
        '<mc:Choice Requires="x14"><control shapeId="1025" r:id="rIdA2" name="Spinner 1"><controlPr defaultSize="0">'
        '<anchor moveWithCells="1"><from><xdr:col>7</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>0</xdr:row>'
        "<xdr:rowOff>0</xdr:rowOff></from><to><xdr:col>8</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>3</xdr:row>"
        "<xdr:rowOff>0</xdr:rowOff></to></anchor></controlPr></control></mc:Choice></mc:AlternateContent></controls>"
        "</mc:Choice></mc:AlternateContent>"
    )
    spaces = f' xmlns:xdr="{XDR}" xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"'
    parts = fit_parts(sheet(after=f'<legacyDrawing r:id="rIdA1"/>{control}', spaces=spaces))
    more = "<x:FmlaLink>$F$1</x:FmlaLink><x:Min>0</x:Min><x:Max>100</x:Max>"
    vml = VML.format(type=201, kind="Spin", more=more)
    attach(parts, SHEET_PART, "vmlDrawing", "../drawings/vmlDrawing1.vml", vml)
    default_type(parts, "vml", "application/vnd.openxmlformats-officedocument.vmlDrawing")
    properties = (
        '<formControlPr xmlns="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main" objectType="Spin" '
        'dx="22" fmlaLink="$F$1" max="100" page="10" val="0"/>'
    )
    type_ = "application/vnd.ms-excel.controlproperties+xml"
    attach(parts, SHEET_PART, "ctrlProp", "../ctrlProps/ctrlProp1.xml", HEAD + properties, type_)
    return parts


@member()
def threaded_comment() -> Parts:
    parts = fit_parts(sheet(after='<legacyDrawing r:id="rIdA1"/>'))
    more = "<x:Row>1</x:Row><x:Column>0</x:Column>"
    vml = VML.format(type=202, kind="Note", more=more)
    attach(parts, SHEET_PART, "vmlDrawing", "../drawings/vmlDrawing1.vml", vml)
    default_type(parts, "vml", "application/vnd.openxmlformats-officedocument.vmlDrawing")
    identity = "{6E5B7A38-5D6F-4D5C-9C51-1B2F0C9AF001}"
    legacy = (
        f'{HEAD}<comments xmlns="{MAIN}"><authors><author>tc={identity}</author></authors><commentList><comment '
        'ref="A2" authorId="0" shapeId="0"><text><t>[Threaded comment]\n\nWhy?</t></text></comment></commentList>'
        "</comments>"
    )
    attach(parts, SHEET_PART, "comments", "../comments1.xml", legacy, "comments")
    space = "http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"
    thread = (
        f'{HEAD}<ThreadedComments xmlns="{space}"><threadedComment ref="A2" dT="2024-03-01T10:00:00.00" '
        f'personId="{{1B2F0C9A-0000-4D5C-9C51-6E5B7A38F002}}" id="{identity}"><text>Why?</text></threadedComment>'
        "</ThreadedComments>"
    )
    kind = "http://schemas.microsoft.com/office/2017/10/relationships/"
    attach(
        parts,
        SHEET_PART,
        f"{kind}threadedComment",
        "../threadedComments/threadedComment1.xml",
        thread,
        "application/vnd.ms-excel.threadedcomments+xml",
    )
    person = (
        f'{HEAD}<personList xmlns="{space}"><person displayName="Ada" id="{{1B2F0C9A-0000-4D5C-9C51-6E5B7A38F002}}" '
        'userId="ada" providerId="None"/></personList>'
    )
    type_ = "application/vnd.ms-excel.person+xml"
    attach(parts, "xl/workbook.xml", f"{kind}person", "persons/person.xml", person, type_)
    return parts
