"""The charts of a new sheet: a drawing that places them, a part for each, and how these parts point to each other."""

from __future__ import annotations

import posixpath
from itertools import count
from typing import TYPE_CHECKING

from solver.book.drawings.chart import chart_part
from solver.book.markup import escape_attribute
from solver.book.package.relations import relation_space, relations_part

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solver.book.package.draft import Draft
    from solver.chart import Chart
    from solver.table import Table

_SPACES = {
    False: (
        "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing",
        "http://schemas.openxmlformats.org/drawingml/2006/main",
        "http://schemas.openxmlformats.org/drawingml/2006/chart",
    ),
    True: (
        "http://purl.oclc.org/ooxml/drawingml/spreadsheetDrawing",
        "http://purl.oclc.org/ooxml/drawingml/main",
        "http://purl.oclc.org/ooxml/drawingml/chart",
    ),
}
_TYPE = "application/vnd.openxmlformats-officedocument."
_UNITS_PER_PIXEL = 9525
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
DRAWING_KEY = "rId1"
"""The key by which a new sheet points to its drawing."""


def add_charts(draft: Draft, sheet_part: str, title: str, table: Table, strict: bool) -> None:
    """Adds the charts of a table whose sheet has this part and this title."""
    if not table.charts:
        return
    folder = posixpath.dirname(posixpath.dirname(sheet_part))
    drawing = _free(draft, folder, "drawings/drawing")
    parts = []
    for chart in table.charts:
        parts.append(_free(draft, folder, "charts/chart"))
        draft.add(parts[-1], chart_part(chart, table, title, strict))
        _declare(draft, parts[-1], "drawingml.chart+xml")
    draft.add(drawing, _drawing(table.charts, strict))
    _declare(draft, drawing, "drawing+xml")
    draft.add(relations_part(sheet_part), _relations(sheet_part, "drawing", [drawing], strict))
    draft.add(relations_part(drawing), _relations(drawing, "chart", parts, strict))


def _free(draft: Draft, folder: str, stem: str) -> str:
    names = (posixpath.join(folder, f"{stem}{number}.xml") for number in count(1))
    return next(name for name in names if name not in draft)


def _declare(draft: Draft, part: str, kind: str) -> None:
    override = f'Override PartName="/{escape_attribute(part)}" ContentType="{_TYPE}{kind}"/>'
    draft.append("[Content_Types].xml", override)


def _relations(part: str, kind: str, targets: Sequence[str], strict: bool) -> bytes:
    """The relationships of a part, with keys rId1, rId2, ..."""
    rows = "".join(
        f'<Relationship Id="rId{number}" Type="{relation_space(strict)}/{kind}" '
        f'Target="{escape_attribute(posixpath.relpath(target, posixpath.dirname(part) or "."))}"/>'
        for number, target in enumerate(targets, start=1)
    )
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    return f'{head}<Relationships xmlns="{_RELATIONS}">{rows}</Relationships>'.encode()


def _drawing(charts: Sequence[Chart], strict: bool) -> bytes:
    """The part that places charts on a sheet; chart k is behind its relationship rIdk."""
    sheet, main, space = _SPACES[strict]
    frames = "".join(
        _frame(chart, number, space, relation_space(strict)) for number, chart in enumerate(charts, start=1)
    )
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    return f'{head}<xdr:wsDr xmlns:xdr="{sheet}" xmlns:a="{main}">{frames}</xdr:wsDr>'.encode()


def _frame(chart: Chart, number: int, space: str, office: str) -> str:
    row, col = chart.at
    width, height = (pixels * _UNITS_PER_PIXEL for pixels in chart.size)
    name = f'id="{number + 1}" name="Chart {number}" descr="{escape_attribute(chart.title)}"'
    return (
        f"<xdr:oneCellAnchor><xdr:from><xdr:col>{col}</xdr:col><xdr:colOff>0</xdr:colOff>"
        f"<xdr:row>{row}</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:from>"
        f'<xdr:ext cx="{width}" cy="{height}"/><xdr:graphicFrame macro=""><xdr:nvGraphicFramePr>'
        f"<xdr:cNvPr {name}/><xdr:cNvGraphicFramePr/></xdr:nvGraphicFramePr>"
        '<xdr:xfrm><a:off x="0" y="0"/><a:ext cx="0" cy="0"/></xdr:xfrm>'
        f'<a:graphic><a:graphicData uri="{space}"><c:chart xmlns:c="{space}" xmlns:r="{office}" r:id="rId{number}"/>'
        "</a:graphicData></a:graphic></xdr:graphicFrame><xdr:clientData/></xdr:oneCellAnchor>"
    )
