"""Charts as a picture, drawn by matplotlib (the extra `plot`)."""

from __future__ import annotations

import io
import math
from typing import TYPE_CHECKING, Any

from solver.chart import ChartKind
from solver.errors import SolverError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from solver.chart import Chart, Series
    from solver.grid import Area
    from solver.table import Table

FORMS = ("png", "svg")
"""The forms of a picture."""

_DOTS_PER_INCH = 96.0


def form_of(path: Path) -> str:
    """The form that the name of a file asks for; SolverError for one that is no picture."""
    form = path.suffix.lower().removeprefix(".")
    if form not in FORMS:
        raise SolverError(f"pictures are written as {' or '.join(FORMS)}", hint="name a file such as chart.png")
    return form


def picture(tables: Sequence[Table], form: str) -> bytes:
    """All charts of some tables, one below the other; the same charts give the same bytes.

    Raises SolverError without matplotlib, and where there is nothing to draw.
    """
    charts = [(chart, table) for table in tables for chart in table.charts]
    if not charts:
        raise SolverError(
            "there is nothing to draw: no steps, no targets of a fit, no slack",
            hint="solve a model that has some, or ask for other reports",
        )
    try:
        from matplotlib import rc_context
        from matplotlib.figure import Figure
    except ImportError:
        raise SolverError(
            "matplotlib, which draws, is not installed", hint="pip install 'sheet-solver[plot]'"
        ) from None
    heights = [chart.size[1] / _DOTS_PER_INCH for chart, _ in charts]
    width = max(chart.size[0] for chart, _ in charts) / _DOTS_PER_INCH
    stamp = {"Date": None} if form == "svg" else {"Software": None}
    with rc_context({"svg.hashsalt": "chart", "svg.fonttype": "none", "font.size": 9.0}):
        figure = Figure(figsize=(width, sum(heights)), dpi=_DOTS_PER_INCH, layout="constrained")
        places = figure.subplots(len(charts), 1, squeeze=False, gridspec_kw={"height_ratios": heights})
        for (chart, table), place in zip(charts, places[:, 0], strict=True):
            _draw(place, chart, table)
        made = io.BytesIO()
        figure.savefig(made, format=form, metadata=stamp)
    return made.getvalue()


def _draw(place: Any, chart: Chart, table: Table) -> None:
    """Draws one chart into its place of a figure."""
    for series in chart.series:
        values = [_number(value) for value in _values(series.values, table)]
        along = list(range(1, len(values) + 1)) if series.along is None else _values(series.along, table)
        if chart.kind is ChartKind.BAR:
            place.barh(range(len(values)), values, label=series.name)
            place.set_yticks(range(len(values)), [_label(each) for each in along])
        else:
            place.plot([_number(each) for each in along], values, label=series.name, **_stroke(chart, series))
    if chart.kind is ChartKind.BAR:
        place.invert_yaxis()
    if chart.logarithmic:
        place.set_yscale("log")
    place.set_title(chart.title)
    place.set_xlabel(chart.x_title)
    place.set_ylabel(chart.y_title)
    place.grid(visible=True, alpha=0.3)
    if len(chart.series) > 1:
        place.legend()


def _stroke(chart: Chart, series: Series) -> dict[str, Any]:
    if chart.kind is ChartKind.SCATTER and not series.joined:
        return {"linestyle": "none", "marker": "o", "markersize": 4}
    return {"marker": "o", "markersize": 3} if series.marked else {}


def _values(area: Area, table: Table) -> list[object]:
    entries = (table.entries.get((cell.row, cell.col)) for cell in area.cells())
    return [None if entry is None else entry.value for entry in entries]


def _number(value: object) -> float:
    return float(value) if isinstance(value, (int, float)) else math.nan


def _label(value: object) -> str:
    if isinstance(value, str):
        return value
    return f"{value:g}" if isinstance(value, float) else ""
