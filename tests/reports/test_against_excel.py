"""Our reports against those that Excel wrote for the same models, cell by cell."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from solver import pipeline
from solver.grid import Cell, parse_a1
from solver.pipeline import Request
from solver.table import Style
from tests.reports.excel import excel_lines, excel_sheet, without_run
from tests.reports.solved import from_file, lines, table

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet

    from solver.model.model import Model
    from solver.table import Table

PORTUGUESE = "dvpmedeiros--Programacao_Linear.xlsx"
MOVED = "SyamsundarIvaturi--Solver.xlsx"

SAME = [
    ("fenago--sensitivity-analysis.xlsx", "Sensitivity Report 1", "Sheet1", "sensitivity"),
    (PORTUGUESE, "R", "Exemplo", "answer"),
    (PORTUGUESE, "S", "Exemplo", "sensitivity"),
    (PORTUGUESE, "L", "Exemplo", "limits"),
    (PORTUGUESE, "RR", "Banco", "answer"),
    (PORTUGUESE, "RS", "Banco", "sensitivity"),
    (PORTUGUESE, "RL", "Banco", "limits"),
    (PORTUGUESE, "RV1", "Minimização", "feasibility"),
    (PORTUGUESE, "RV2", "Minimização", "feasibility-bounds"),
    (PORTUGUESE, "RR1", "Exercício - Transportes", "answer"),
    (PORTUGUESE, "RS1", "Exercício - Transportes", "sensitivity"),
    (PORTUGUESE, "RL1", "Exercício - Transportes", "limits"),
    ("shermie-max--Solver.xlsx", "Answer Report 1", "Solver Solution", "answer"),
]
"""File, report sheet, model sheet, kind; the model is as it was when the report was made, but for whole numbers."""

NOISE = {
    "RS": (2.1e-5, "GRG takes derivatives from differences: 0.025000502 for the 0.025 that stands in the sheet"),
    "Answer Report 1": (
        1.8e-5,
        "GRG stopped 5E-4 beside the best price; a currency keeps 4 digits of a variable and 2 of a constraint's cell",
    ),
}
"""Reports whose numbers are farther than 1e-6 from ours, relatively: how far, and why."""


def same(ours: Any, theirs: Any, tolerance: float = 1e-6) -> bool:
    """Whether two cells agree: numbers relatively, all else exactly."""
    if isinstance(ours, float) and isinstance(theirs, float):
        return abs(ours - theirs) <= tolerance * abs(theirs)
    return bool(ours == theirs)


def as_reported(path: Path, report: str, sheet: str, kind: str) -> Table:
    """Our report for the model as it was: from the start that an Answer Report tells, without later whole numbers."""
    book = pipeline.read(path)
    model = pipeline.pick_models(book, sheet)[0]
    model = replace(model, constraints=tuple(each for each in model.constraints if each.relation.compares))
    return table(pipeline.solve_model(book, model, Request(), started(path, report, model)), kind, list(book.sheets))


def started(path: Path, report: str, model: Model) -> dict[Cell, Any]:
    """The original values of the variables in an Answer Report, nothing for other reports."""
    lines = [line for line in excel_lines(path, report).values() if len(line) == 6 and isinstance(line[3], float)]
    return {Cell(model.sheet, *parse_a1(line[1].replace("$", ""))): line[3] for line in lines}


@pytest.mark.parametrize(("file", "report", "sheet", "kind"), SAME, ids=[f"{s[1]}-{s[3]}" for s in SAME])
def test_same_model(shared: Path, file: str, report: str, sheet: str, kind: str) -> None:
    """Every label, name, address, status and number stands where Excel put it."""
    path = shared / "real" / file
    ours, theirs = without_run(lines(as_reported(path, report, sheet, kind))), excel_lines(path, report)
    assert ours.keys() == theirs.keys()
    for row, line in theirs.items():
        assert len(ours[row]) == len(line), row
        for ours_cell, their_cell in zip(ours[row], line, strict=True):
            assert same(ours_cell, their_cell, NOISE.get(report, (1e-6, ""))[0]), (row, ours[row], line)


def test_rows_moved_since(shared: Path) -> None:
    """The rows of this model moved down by one: all numbers, states and the layout are as they were."""
    path = shared / "real" / MOVED
    for kind, report in (("answer", "Answer Report 1"), ("sensitivity", "Sensitivity Report 1")):
        ours, theirs = without_run(lines(from_file(path, None, kind))), excel_lines(path, report)
        assert ours.keys() == theirs.keys()
        for row, line in theirs.items():
            moved = [re.sub(r"(?<=\$)\d+", lambda m: str(int(m[0]) + 1), c) if isinstance(c, str) else c for c in line]
            for place, (ours_cell, their_cell) in enumerate(zip(ours[row], moved, strict=True)):
                if place != 2:  # the names: a heading was added
                    assert same(ours_cell, their_cell, 1e-6), (row, ours[row], moved)


def test_value_of_with_integers_outlined(shared: Path) -> None:
    """A Spanish report of a "value of" model: the target is the first constraint, whole numbers one range.

    It is outlined: the run's lines and the cells of a range of variables are in closed groups. Many answers give the
    value, so that ours has other numbers of people.
    """
    path, report = shared / "real" / "heritaco--Aseguradora.xlsm", "Informe Solver"
    found = from_file(path, None, "answer-outlined")
    ours, theirs = without_run(lines(found)), excel_lines(path, report)
    assert ours.keys() == theirs.keys()
    for row, line in theirs.items():
        assert len(ours[row]) == len(line)
        for ours_cell, their_cell in zip(ours[row], line, strict=True):
            if not isinstance(ours_cell, float) and ours_cell not in ("Binding", "Not Binding"):
                assert ours_cell == their_cell
    assert ours[46] == [None, "$D$16:$D$26=Integer"]
    assert ours[38][1:] == ["$H$27", "Total", 800000.0, "$H$27=800000", "Binding", 0.0]
    sheet = excel_sheet(path, report)
    assert {row - 1 for row, look in sheet.row_dimensions.items() if look.outlineLevel} == found.outline
    assert_looks(found, sheet)


def test_number_formats_and_look(shared: Path) -> None:
    """Formats, bold heads and lines are those of Excel's own reports."""
    path = shared / "real" / MOVED
    assert_looks(from_file(path, None, "answer"), excel_sheet(path, "Answer Report 1"), later={"D32"})
    path = shared / "real" / PORTUGUESE
    for report, sheet, kind in (("RR", "Banco", "answer"), ("RL", "Banco", "limits"), ("RS", "Banco", "sensitivity")):
        assert_looks(from_file(path, sheet, kind), excel_sheet(path, report), formats=False)  # the sheet's are later


_RUN_ROWS = range(6, 13)
"""What is said there depends on the engine."""


def assert_looks(ours: Table, theirs: Worksheet, later: Collection[str] = (), *, formats: bool = True) -> None:
    """Every filled cell has Excel's font and lines, and its number format but for cells that were formatted `later`."""
    looks = {
        (True, "medium", "medium"): {Style.HEADER},
        (True, "medium", None): {Style.HEADER_TOP},
        (True, None, "medium"): {Style.HEADER_BOTTOM},
        (False, "thin", None): {Style.BODY},
        (False, "thin", "medium"): {Style.LAST},
        (True, None, None): {Style.TITLE, Style.EMPHASIS},
        (False, None, None): {Style.PLAIN},
    }
    for row in theirs.iter_rows():
        for cell in row:
            if cell.value is None or cell.row in _RUN_ROWS:
                continue
            mine = ours.entries[cell.row - 1, cell.column - 1]
            look = (bool(cell.font.b), cell.border.top.style, cell.border.bottom.style)
            assert mine.style in looks[look], cell.coordinate
            if formats and cell.coordinate not in later:
                assert (mine.number_format or "General") == cell.number_format, cell.coordinate


def test_run_and_options(shared: Path) -> None:
    """The lines about the run say what Excel's say, with our numbers."""
    path = shared / "real" / MOVED
    ours, theirs = lines(from_file(path, None, "answer")), excel_sheet(path, "Answer Report 1")
    for row in (4, 5, 6, 9, 10, 11):
        assert [value for value in ours[row] if value] == [cell.value for cell in theirs[row] if cell.value]
    assert re.fullmatch(r"Solution Time: [\d.]+ Seconds\.", ours[7][1])
    assert re.fullmatch(r"Iterations: \d+ Subproblems: 0", ours[8][1])
