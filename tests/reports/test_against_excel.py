"""Our reports against those that Excel wrote for the same models, cell by cell."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from solver.table import Style
from tests.reports.excel import excel_lines, excel_sheet, without_run
from tests.reports.solved import from_file, lines

if TYPE_CHECKING:
    from pathlib import Path

PORTUGUESE = "dvpmedeiros--Programacao_Linear.xlsx"
RELAXED = {"options": {"relax": "on"}}  # this model got whole numbers after its reports were made

SAME = [
    ("fenago--sensitivity-analysis.xlsx", "Sensitivity Report 1", "Sheet1", "sensitivity", {}),
    (PORTUGUESE, "S", "Exemplo", "sensitivity", RELAXED),
    (PORTUGUESE, "L", "Exemplo", "limits", RELAXED),
    (PORTUGUESE, "RS", "Banco", "sensitivity", {}),
    (PORTUGUESE, "RL", "Banco", "limits", {}),
    (PORTUGUESE, "RR1", "Exercício - Transportes", "answer", {}),
    (PORTUGUESE, "RS1", "Exercício - Transportes", "sensitivity", {}),
    (PORTUGUESE, "RL1", "Exercício - Transportes", "limits", {}),
    (PORTUGUESE, "RV1", "Minimização", "feasibility", {}),
    ("shermie-max--Solver.xlsx", "Answer Report 1", "Solver Solution", "answer", {}),
]
"""File, report sheet, model sheet, kind; the model is as it was when the report was made."""

NOISE = {PORTUGUESE: 2e-6}
"""Excel's derivatives are differences, and its answers lean on the precision of the constraints."""


def same(ours: Any, theirs: Any, tolerance: float) -> bool:
    """Whether two cells agree: numbers relatively, all else exactly."""
    if isinstance(ours, float) and isinstance(theirs, float):
        return abs(ours - theirs) <= tolerance * max(1.0, abs(theirs))
    return bool(ours == theirs)


@pytest.mark.parametrize(("file", "report", "sheet", "kind", "request_"), SAME, ids=[f"{s[1]}-{s[3]}" for s in SAME])
def test_same_model(shared: Path, file: str, report: str, sheet: str, kind: str, request_: dict[str, Any]) -> None:
    """Every label, name, address, status and number stands where Excel put it."""
    path = shared / "real" / file
    ours, theirs = without_run(lines(from_file(path, sheet, kind, **request_))), excel_lines(path, report)
    assert ours.keys() == theirs.keys()
    tolerance = NOISE.get(file, 1e-6)
    for row, line in theirs.items():
        assert len(ours[row]) == len(line), row
        for ours_cell, their_cell in zip(ours[row], line, strict=True):
            if file.startswith("shermie"):
                tolerance = 3e-5  # a currency rounds its values to 4 digits, those of constraints to 2
            if kind == "answer" and row == 16 and ours[row].index(ours_cell) == 3:
                continue  # the objective at the start: the file holds the answer by now
            assert same(ours_cell, their_cell, tolerance) or _original(kind, ours, row, ours_cell), (
                row,
                ours[row],
                line,
            )


def _original(kind: str, ours: dict[int, list[Any]], row: int, cell: Any) -> bool:
    """Whether a cell is a variable's original value: the file holds the answer by now."""
    return kind == "answer" and row > 20 and len(ours[row]) == 6 and ours[row][3] is cell


def test_rows_moved_since(shared: Path) -> None:
    """The rows of this model moved down by one: all numbers, states and the layout are as they were."""
    path = shared / "real" / "SyamsundarIvaturi--Solver.xlsx"
    for kind, report in (("answer", "Answer Report 1"), ("sensitivity", "Sensitivity Report 1")):
        ours, theirs = without_run(lines(from_file(path, None, kind))), excel_lines(path, report)
        assert ours.keys() == theirs.keys()
        for row, line in theirs.items():
            moved = [re.sub(r"(?<=\$)\d+", lambda m: str(int(m[0]) + 1), c) if isinstance(c, str) else c for c in line]
            for place, (ours_cell, their_cell) in enumerate(zip(ours[row], moved, strict=True)):
                if place != 2:  # the names: a heading was added
                    assert same(ours_cell, their_cell, 1e-6), (row, ours[row], moved)


def test_value_of_with_integers(shared: Path) -> None:
    """A Spanish report of a "value of" model: the target is the first constraint, whole numbers one range.

    It is outlined, so that its rows are grouped, and many answers give the value.
    """
    path = shared / "real" / "heritaco--Aseguradora.xlsm"
    ours = list(without_run(lines(from_file(path, None, "answer"))).values())
    theirs = [line for line in excel_lines(path, "Informe Solver").values() if line[1:] != ["$D$16:$D$26"]]
    assert len(ours) == len(theirs)
    for mine, line in zip(ours, theirs, strict=True):
        assert len(mine) == len(line)
        for ours_cell, their_cell in zip(mine, line, strict=True):
            if isinstance(ours_cell, float) or ours_cell in ("Binding", "Not Binding"):
                continue
            assert ours_cell == their_cell
    assert theirs[-1] == [None, "$D$16:$D$26=Integer"] == ours[-1]
    assert [line[5:] for line in ours if line[1:2] == ["$H$27"]][-1] == ["Binding", 0.0]


def test_number_formats_and_look(shared: Path) -> None:
    """Formats, bold heads and lines are those of Excel's own Answer Report."""
    path = shared / "real" / "SyamsundarIvaturi--Solver.xlsx"
    ours = from_file(path, None, "answer").entries
    theirs = excel_sheet(path, "Answer Report 1")
    looks = {
        (True, "medium", "medium"): {Style.HEADER},
        (False, "thin", None): {Style.BODY},
        (False, "thin", "medium"): {Style.LAST},
        (True, None, None): {Style.TITLE, Style.EMPHASIS},
        (False, None, None): {Style.PLAIN},
    }
    for row in theirs.iter_rows():
        for cell in row:
            if cell.value is None:
                continue
            mine = ours[cell.row - 1, cell.column - 1]
            look = (bool(cell.font.b), cell.border.top.style, cell.border.bottom.style)
            assert mine.style in looks[look], cell.coordinate
            if (cell.row, cell.column) != (32, 4):  # this cell of the model was formatted later
                assert (mine.number_format or "General") == cell.number_format, cell.coordinate


def test_run_and_options(shared: Path) -> None:
    """The lines about the run say what Excel's say, with our numbers."""
    path = shared / "real" / "SyamsundarIvaturi--Solver.xlsx"
    ours, theirs = lines(from_file(path, None, "answer")), excel_sheet(path, "Answer Report 1")
    for row in (4, 5, 6, 9, 10, 11):
        assert [value for value in ours[row] if value] == [cell.value for cell in theirs[row] if cell.value]
    assert re.fullmatch(r"Solution Time: [\d.]+ Seconds\.", ours[7][1])
    assert re.fullmatch(r"Iterations: \d+ Subproblems: 0", ours[8][1])
