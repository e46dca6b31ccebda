"""A `Chart` as a chart part, with the values it shows cached, so that viewers that do not calculate can draw it.

Elements follow the order of ECMA-376 part 1, section 21.2: Excel calls a file damaged that keeps another one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from solver.book.markup import escape, number_text
from solver.chart import ChartKind
from solver.values import ErrorValue

if TYPE_CHECKING:
    from solver.chart import Chart, Series
    from solver.grid import Area
    from solver.table import Table
    from solver.values import Scalar

_SPACES = {
    False: (
        "http://schemas.openxmlformats.org/drawingml/2006/chart",
        "http://schemas.openxmlformats.org/drawingml/2006/main",
    ),
    True: ("http://purl.oclc.org/ooxml/drawingml/chart", "http://purl.oclc.org/ooxml/drawingml/main"),
}
_COLOURS = ("2F6DB5", "D9822B", "6B8E23", "8E5EA2", "B03A3A", "4BA3A3")
_GRID = "D9D9D9"
_THIN, _MEDIUM = 9525, 19050  # in English Metric Units, 12700 a point
_SMALL, _LARGE = 1000, 1200  # in hundredths of a point
_AXES = (111111111, 222222222)


def chart_part(chart: Chart, table: Table, sheet: str, strict: bool) -> bytes:
    """The part of a chart over a table whose sheet has this name."""
    space, main = _SPACES[strict]
    series = "".join(_series(chart, k, each, table, sheet) for k, each in enumerate(chart.series))
    axes = "".join(f'<c:axId val="{number}"/>' for number in _AXES)
    legend = '<c:legend><c:legendPos val="b"/><c:overlay val="0"/></c:legend>' if len(chart.series) > 1 else ""
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<c:chartSpace xmlns:c="{space}" xmlns:a="{main}"><c:roundedCorners val="0"/>'
        f'<c:chart>{_title(chart.title, _LARGE)}<c:autoTitleDeleted val="0"/><c:plotArea><c:layout/>'
        f"{_plot(chart.kind, series, axes)}{_axes(chart)}</c:plotArea>"
        f'{legend}<c:plotVisOnly val="0"/><c:dispBlanksAs val="gap"/></c:chart></c:chartSpace>'
    ).encode()


def _plot(kind: ChartKind, series: str, axes: str) -> str:
    colours = '<c:varyColors val="0"/>'
    if kind is ChartKind.LINE:
        inner = f'<c:grouping val="standard"/>{colours}{series}<c:marker val="1"/>{axes}'
        return f"<c:lineChart>{inner}</c:lineChart>"
    if kind is ChartKind.SCATTER:
        return f'<c:scatterChart><c:scatterStyle val="lineMarker"/>{colours}{series}{axes}</c:scatterChart>'
    inner = f'<c:barDir val="bar"/><c:grouping val="clustered"/>{colours}{series}<c:gapWidth val="50"/>{axes}'
    return f"<c:barChart>{inner}</c:barChart>"


def _series(chart: Chart, number: int, series: Series, table: Table, sheet: str) -> str:
    kind = chart.kind
    along, values = ("xVal", "yVal") if kind is ChartKind.SCATTER else ("cat", "val")
    pieces = [
        f'<c:ser><c:idx val="{number}"/><c:order val="{number}"/><c:tx><c:v>{escape(series.name)}</c:v></c:tx>',
        _drawn(kind, _COLOURS[number % len(_COLOURS)], series),
    ]
    if series.along is not None:
        pieces.append(f"<c:{along}>{_reference(series.along, table, sheet, texts=True)}</c:{along}>")
    pieces.append(f"<c:{values}>{_reference(series.values, table, sheet, texts=False)}</c:{values}>")
    if kind is not ChartKind.BAR:
        pieces.append('<c:smooth val="0"/>')
    return "".join(pieces) + "</c:ser>"


def _drawn(kind: ChartKind, colour: str, series: Series) -> str:
    """The look of a series: lines without marks where there are many points, marks alone in a scatter."""
    fill = f'<a:solidFill><a:srgbClr val="{colour}"/></a:solidFill>'
    none = '<c:marker><c:symbol val="none"/></c:marker>'
    if kind is ChartKind.BAR:
        return f'<c:spPr>{fill}</c:spPr><c:invertIfNegative val="0"/>'
    shape = f'<c:spPr>{fill}<a:ln w="{_THIN}">{fill}</a:ln></c:spPr>'
    mark = f'<c:marker><c:symbol val="circle"/><c:size val="4"/>{shape}</c:marker>'
    if kind is ChartKind.SCATTER and not series.joined:
        return f'<c:spPr><a:ln w="{_MEDIUM}"><a:noFill/></a:ln></c:spPr>{mark}'
    line = f'<c:spPr><a:ln w="{_MEDIUM}">{fill}<a:round/></a:ln></c:spPr>'
    return line + (mark if series.marked else none)


def _reference(area: Area, table: Table, sheet: str, *, texts: bool) -> str:
    """A reference to cells, with their values where they are known."""
    formula = f"<c:f>{escape(str(replace(area, sheet=area.sheet or sheet)))}</c:f>"
    known = _known(area, table)
    if known is None:
        return f"<c:numRef>{formula}</c:numRef>"
    if texts and any(isinstance(value, str) for value in known):
        return f"<c:strRef>{formula}<c:strCache>{_points(known, texts=True)}</c:strCache></c:strRef>"
    general = "<c:formatCode>General</c:formatCode>"
    return f"<c:numRef>{formula}<c:numCache>{general}{_points(known, texts=False)}</c:numCache></c:numRef>"


def _known(area: Area, table: Table) -> list[Scalar] | None:
    """The values of an area of the table, None for one of another sheet, or of formulas without values."""
    if area.sheet:
        return None
    entries = [table.entries.get((cell.row, cell.col)) for cell in area.cells()]
    if any(entry is not None and entry.formula and entry.value is None for entry in entries):
        return None
    return [None if entry is None else entry.value for entry in entries]


def _points(values: list[Scalar], *, texts: bool) -> str:
    """The cached points; cells that a chart leaves out have none."""
    found = [f'<c:ptCount val="{len(values)}"/>']
    for index, value in enumerate(values):
        if value is None or isinstance(value, ErrorValue):
            continue
        if isinstance(value, str):
            text = escape(value) if texts else ""
        else:
            text = number_text(float(value)) if abs(float(value)) < float("inf") else ""
        if text:
            found.append(f'<c:pt idx="{index}"><c:v>{text}</c:v></c:pt>')
    return "".join(found)


def _axes(chart: Chart) -> str:
    """The two axes, each said to cross the other; bars lie on their side, and their categories read from the top."""
    bar, scatter = chart.kind is ChartKind.BAR, chart.kind is ChartKind.SCATTER
    first = _axis(
        _AXES,
        side="l" if bar else "b",
        title=chart.y_title if bar else chart.x_title,
        orientation="maxMin" if bar else "minMax",
        labels="low",
        crosses="min" if chart.logarithmic else "autoZero",
    )
    second = _axis(
        _AXES[::-1],
        side="b" if bar else "l",
        title=chart.x_title if bar else chart.y_title,
        scale='<c:logBase val="10"/>' if chart.logarithmic else "",
        labels="low" if scatter else "nextTo",
        crosses="max" if bar else "autoZero",  # the far end of categories that read from the top is below
        grid=True,
    )
    between = f'<c:crossBetween val="{"midCat" if scatter else "between"}"/>'
    if scatter:
        return f"<c:valAx>{first}{between}</c:valAx><c:valAx>{second}{between}</c:valAx>"
    categories = '<c:auto val="0"/><c:lblOffset val="100"/><c:noMultiLvlLbl val="1"/>'
    return f"<c:catAx>{first}{categories}</c:catAx><c:valAx>{second}{between}</c:valAx>"


def _axis(
    numbers: tuple[int, int],
    *,
    side: str,
    title: str,
    labels: str,
    crosses: str,
    orientation: str = "minMax",
    scale: str = "",
    grid: bool = False,
) -> str:
    """What all axes have; `numbers` are its own and that of the axis it crosses."""
    line = f'<c:spPr><a:ln w="{_THIN}"><a:solidFill><a:srgbClr val="{_GRID}"/></a:solidFill></a:ln></c:spPr>'
    lines = f"<c:majorGridlines>{line}</c:majorGridlines>" if grid else ""
    return (
        f'<c:axId val="{numbers[0]}"/><c:scaling>{scale}<c:orientation val="{orientation}"/></c:scaling>'
        f'<c:delete val="0"/><c:axPos val="{side}"/>{lines}{_title(title, _SMALL)}'
        '<c:numFmt formatCode="General" sourceLinked="0"/><c:majorTickMark val="out"/><c:minorTickMark val="none"/>'
        f'<c:tickLblPos val="{labels}"/>{line}<c:crossAx val="{numbers[1]}"/><c:crosses val="{crosses}"/>'
    )


def _title(text: str, size: int) -> str:
    """A title, its size in hundredths of a point."""
    if not text:
        return ""
    bold = int(size > _SMALL)
    run = f'<a:rPr lang="en-US" sz="{size}" b="{bold}"/><a:t>{escape(text)}</a:t>'
    body = f'<a:bodyPr/><a:p><a:pPr><a:defRPr sz="{size}" b="{bold}"/></a:pPr><a:r>{run}</a:r></a:p>'
    return f'<c:title><c:tx><c:rich>{body}</c:rich></c:tx><c:overlay val="0"/></c:title>'
