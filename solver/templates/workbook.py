"""A plan becomes an .xlsx file: colours, formats, charts, the model's hidden names; the same plan, the same bytes."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

from openpyxl import Workbook
from openpyxl.chart import Reference, ScatterChart
from openpyxl.chart import Series as PlottedSeries
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.drawing.line import LineProperties
from openpyxl.formatting.rule import ColorScaleRule, FormulaRule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.workbook.defined_name import DefinedName

from solver.model.names import PREFIX
from solver.model.render import names_of
from solver.templates.pieces import sliding_down
from solver.templates.plan import Look

if TYPE_CHECKING:
    from os import PathLike

    from openpyxl.cell.cell import Cell as SheetCell
    from openpyxl.worksheet.worksheet import Worksheet

    from solver.grid import Area
    from solver.templates.plan import Chart, SheetPlan, WorkbookPlan

_EPOCH = datetime(2024, 1, 1)  # noqa: DTZ001  (a file's property without a zone, the same for every build)
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)")

_INK, _NAVY, _GREY = "262626", "1F3864", "595959"
_FILLS = {Look.INPUT: "DDEBF7", Look.VARIABLE: "FFF2CC", Look.OBJECTIVE: "E2EFDA"}
_WHITE, _GREEN = "FFFFFF", "7FBF7F"
_BOXED = frozenset((Look.INPUT, Look.VARIABLE, Look.RESULT, Look.OBJECTIVE))
_CENTRED = frozenset((Look.HEADER, Look.TURNED))
_CHART_COLOURS = ("1F3864", "C55A11", "548235")


def workbook_bytes(plan: WorkbookPlan) -> bytes:
    """The .xlsx file of a plan; its formulas have no stored values yet."""
    book = Workbook()
    book.remove(book.active)
    book.properties.title, book.properties.creator = plan.title, "solver"
    book.properties.created = _EPOCH
    for sheet in plan.sheets:
        _draw(book.create_sheet(sheet.name), sheet)
    names = [sheet.name for sheet in plan.sheets]
    book.active = names.index(plan.opens) if plan.opens else 0
    for sheet in book.worksheets:
        sheet.sheet_view.tabSelected = sheet is book.active
    buffer = io.BytesIO()
    book.save(buffer)
    return _dateless(buffer.getvalue())


def write_workbook(plan: WorkbookPlan, path: str | PathLike[str]) -> None:
    """Writes the plan's .xlsx file."""
    with open(path, "wb") as file:  # noqa: PTH123  (a path of any kind)
        file.write(workbook_bytes(plan))


def _dateless(data: bytes) -> bytes:
    """The same archive without the time of its making."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                content = _MODIFIED.sub(rb"\g<1>" + _EPOCH.isoformat().encode() + rb"Z\g<2>", content)
            new.writestr(zipfile.ZipInfo(name, _ZIP_EPOCH), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _draw(sheet: Worksheet, plan: SheetPlan) -> None:
    sheet.sheet_view.showGridLines = False
    for (row, col), mark in plan.marks.items():
        cell = sheet.cell(row + 1, col + 1)
        if mark.formula:
            cell.value = "=" + mark.formula
        elif mark.value is not None:
            cell.value = mark.value
            if isinstance(mark.value, str):
                cell.data_type = "s"  # text that begins with "=" stays text
        _dress(cell, mark.look, mark.number_format)
    for col, width in plan.widths.items():
        sheet.column_dimensions[get_column_letter(col + 1)].width = width
    for row, height in plan.heights.items():
        sheet.row_dimensions[row + 1].height = height
    if plan.frozen != (0, 0):
        sheet.freeze_panes = sheet.cell(plan.frozen[0] + 1, plan.frozen[1] + 1)
    _shade(sheet, plan)
    for chart in plan.charts:
        _plot(sheet, chart)
    if plan.model is not None:
        for key, text in sorted(names_of(plan.model).items()):
            sheet.defined_names[PREFIX + key] = DefinedName(PREFIX + key, attr_text=text, hidden=True)
    rows = max(row for row, _ in plan.marks)
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "portrait" if 45 < rows < 90 else "landscape", 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 1 if rows < 90 else 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _dress(cell: SheetCell, look: Look, number_format: str) -> None:
    cell.font = _font(look)
    if look in _FILLS:
        cell.fill = _fill(_FILLS[look])
    cell.border = _border(look)
    if look is Look.TURNED:
        cell.alignment = Alignment(horizontal="center", vertical="bottom", text_rotation=90)
    elif look in _CENTRED:
        cell.alignment = Alignment(horizontal="center")
    elif look is Look.LABEL:
        cell.alignment = Alignment(horizontal="right", indent=1)
    elif look is Look.NOTE:
        cell.alignment = Alignment(horizontal="left", indent=1)
    if number_format:
        cell.number_format = number_format


@cache
def _font(look: Look) -> Font:
    if look is Look.TITLE:
        return Font(name="Calibri", size=16, bold=True, color=_NAVY)
    if look is Look.HEADING:
        return Font(name="Calibri", size=12, bold=True, color=_NAVY)
    grey = look in (Look.TEXT, Look.NOTE, Look.LABEL, Look.HEADER, Look.TURNED)
    return Font(
        name="Calibri",
        size=11,
        bold=look in (Look.OBJECTIVE, Look.HEADER),
        color=_GREY if grey else _INK,
    )


@cache
def _fill(colour: str) -> PatternFill:
    return PatternFill("solid", start_color=colour, end_color=colour)


@cache
def _border(look: Look) -> Border:
    if look is Look.HEADING:
        return Border(bottom=Side("medium", color=_NAVY))
    if look is Look.OBJECTIVE:
        box = Side("medium", color="70AD47")
        return Border(left=box, right=box, top=box, bottom=box)
    if look in _BOXED:
        box = Side("thin", color="D9D9D9")
        return Border(left=box, right=box, top=box, bottom=box)
    return Border()


def _relative(area: Area) -> str:
    return area.absolute.replace("$", "")


def _shade(sheet: Worksheet, plan: SheetPlan) -> None:
    for scale in plan.shades:
        rule = ColorScaleRule(
            start_type="num",
            start_value=scale.low,
            start_color=_WHITE,
            end_type="num",
            end_value=scale.high,
            end_color=_GREEN,
        )
        sheet.conditional_formatting.add(_relative(scale.area), rule)
    for area in plan.best_of_row:
        rule = FormulaRule([f"{area.first.a1}=MAX({sliding_down(area)})"], font=Font(bold=True, color="375623"))
        sheet.conditional_formatting.add(_relative(area), rule)


def _plot(sheet: Worksheet, plan: Chart) -> None:
    chart = ScatterChart(scatterStyle="lineMarker", style=2)
    chart.title = plan.title
    chart.x_axis.title, chart.y_axis.title = plan.axes
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.width, chart.height = plan.size
    for axis in (chart.x_axis, chart.y_axis):
        axis.number_format, axis.numFmt.sourceLinked = "General", False
        axis.graphicalProperties = GraphicalProperties(ln=LineProperties(solidFill=_GREY))
    chart.x_axis.majorGridlines = None
    chart.y_axis.majorGridlines.spPr = GraphicalProperties(ln=LineProperties(solidFill="E7E6E6"))
    if len(plan.series) > 1:
        chart.legend.position = "b"
    else:
        chart.legend = None
    for colour, series in zip(_CHART_COLOURS, plan.series, strict=False):
        line = PlottedSeries(_cells(sheet, series.values), _cells(sheet, plan.across), title=series.name)
        line.smooth = False
        if series.joined:
            line.marker.symbol = "none"
            line.graphicalProperties.line.solidFill = colour
        else:
            line.marker.symbol, line.marker.size = "circle", 7
            line.marker.graphicalProperties.solidFill = colour
            line.marker.graphicalProperties.line.solidFill = colour
            line.graphicalProperties.line.noFill = True
        chart.series.append(line)
    sheet.add_chart(chart, plan.place.a1)


def _cells(sheet: Worksheet, area: Area) -> Reference:
    return Reference(sheet, area.left + 1, area.top + 1, area.right + 1, area.bottom + 1)
