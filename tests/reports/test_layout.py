"""Numbers behind names, words that ask for reports, and where things stand on a sheet."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from solver import pipeline
from solver.errors import EngineError
from solver.model.model import Sense
from solver.reports.page import Page, number
from solver.reports.plain import csv_of, rows_of
from solver.reports.registry import find_report, report_tables, reports
from solver.table import Style
from solver.values import ErrorValue
from tests.reports.solved import NOON, block, entry, lines, solved, table

FACTORY = {
    "A1": "Product",
    "B1": "Chairs",
    "C1": "Tables",
    "A2": "Made",
    "B2": 0.0,
    "C2": 0.0,
    "A3": "Gain",
    "B3": 5.0,
    "C3": 4.0,
    "D3": "=B3*B2+C3*C2",
    "A5": "Sawing",
    "D5": "=6*B2+4*C2",
    "E5": 24.0,
    "A6": "Gluing",
    "D6": "=B2+2*C2",
    "E6": 6.0,
}
LIMITED = ("D5:D6 <= E5:E6", "B2 <= 3.5")


def factory(**model: Any) -> Any:
    """Two products on two machines: 3 chairs, 1.5 tables, gain 21."""
    settings = {"sense": Sense.MAX, "engine": "simplex", "nonnegative": True, **model}
    return solved(FACTORY, "D3", "B2:C2", settings.pop("constraints", LIMITED), **settings)


def test_answer_report_row_by_row() -> None:
    """All blocks of the Answer Report where Excel has them."""
    found = lines(table(factory(), "answer"))
    assert [found[row] for row in (1, 2, 3)] == [
        ["Sheet Solver Answer Report"],
        ["Worksheet: [made.xlsx]S"],
        ["Report Created: 2/29/2024 12:05:09 PM"],
    ]
    assert found[4] == ["Result: Solver found a solution.  All Constraints and optimality conditions are satisfied."]
    assert (found[5], found[6], found[9]) == (["Solver Engine"], [None, "Engine: Simplex LP"], ["Solver Options"])
    assert found[14] == ["Objective Cell (Max)"]
    assert found[15][1:] == ["Cell", "Name", "Original Value", "Final Value"]
    assert found[16][1:] == ["$D$3", "Gain", 0.0, 21.0]
    assert found[19] == ["Variable Cells"]
    assert found[20][1:] == ["Cell", "Name", "Original Value", "Final Value", "Integer"]
    assert [found[21][1:], found[22][1:]] == [
        ["$B$2", "Made Chairs", 0.0, 3.0, "Contin"],
        ["$C$2", "Made Tables", 0.0, 1.5, "Contin"],
    ]
    assert found[25] == ["Constraints"]
    assert found[26][1:] == ["Cell", "Name", "Cell Value", "Formula", "Status", "Slack"]
    assert [found[row][1:] for row in (27, 28, 29)] == [
        ["$D$5", "Sawing", 24.0, "$D$5<=$E$5", "Binding", 0.0],
        ["$D$6", "Gluing", 6.0, "$D$6<=$E$6", "Binding", 0.0],
        ["$B$2", "Made Chairs", 3.0, "$B$2<=3.5", "Not Binding", 0.5],
    ]


def test_sensitivity_report_of_a_linear_model() -> None:
    """The example of two machines: prices 3/4 and 1/2, and the ranges that hand calculation gives."""
    found = table(factory(), "sensitivity")
    assert block(found, "Variable Cells") == [
        ["$B$2", "Made Chairs", 3.0, 0.0, 5.0, pytest.approx(1.0), pytest.approx(3.0)],
        ["$C$2", "Made Tables", 1.5, 0.0, 4.0, pytest.approx(6.0), pytest.approx(2 / 3)],
    ]
    assert block(found, "Constraints") == [
        ["$D$5", "Sawing", 24.0, pytest.approx(0.75), 24.0, pytest.approx(2.0), pytest.approx(12.0)],
        ["$D$6", "Gluing", 6.0, pytest.approx(0.5), 6.0, pytest.approx(6.0), pytest.approx(1.0)],
    ]


def test_sensitivity_report_after_grg() -> None:
    """A model that asks for GRG gets Excel's layout of multipliers, with the same prices."""
    found = table(factory(engine="grg"), "sensitivity")
    assert lines(found)[7][3:] == ["Final", "Reduced"]
    assert lines(found)[8][1:] == ["Cell", "Name", "Value", "Gradient"]
    assert [line[3] for line in block(found, "Constraints")] == pytest.approx([0.75, 0.5])


def test_whole_numbers_are_held() -> None:
    """The prices of an integer model are those with its whole cells held, and a line says so."""
    whole = factory(constraints=(*LIMITED, "B2 int"))
    found = table(whole, "sensitivity")
    assert any("whole" in str(line[-1]) for line in lines(found).values())
    made = {line[0]: line for line in block(found, "Variable Cells")}
    assert made["$B$2"][2] == round(made["$B$2"][2])
    prices = [line[3] for line in block(found, "Constraints")]
    assert prices.count(0.0) == 1  # one machine is left for the tables
    answer = table(whole, "answer")
    assert lines(answer)[max(lines(answer))][1:] == ["$B$2=Integer"]
    assert [line[4] for line in block(answer, "Variable Cells")] == ["Integer", "Contin"]


def test_no_constraints_and_no_objective() -> None:
    """Where there are none, Excel writes NONE."""
    free = table(solved({"A1": 1.0, "B1": "=(A1-3)^2"}, "B1", "A1"), "answer")
    assert lines(free)[max(lines(free))] == [None, "NONE"]
    aimless = lines(table(solved({"A1": 1.0, "B1": "=2*A1"}, None, "A1", ["B1 = 8"]), "answer"))
    assert (aimless[14], aimless[15]) == (["Objective Cell"], [None, "NONE"])
    assert aimless[19] == ["Variable Cells"]


def test_names_are_numbered_as_excel_does() -> None:
    """The next number behind the highest of the kind, one for each answer, whatever the case."""
    answer = factory()
    taken = ["Answer Report 1", "ANSWER REPORT 3", "Limits Report x", "Sheet1"]
    found = report_tables([answer, answer], ["answer", "limits", "Answer"], taken, NOON)
    assert [each.title for each in found] == [
        "Answer Report 4",
        "Limits Report 1",
        "Answer Report 5",
        "Limits Report 2",
    ]


def test_an_unknown_kind_is_refused_with_a_hint() -> None:
    """The nearest known word is named, or all of them."""
    assert find_report("Feasibility Bounds").kind == find_report("feasibility_bounds").kind == "feasibility-bounds"
    with pytest.raises(EngineError, match="there is no report sensitvity: did you mean sensitivity"):
        pipeline.report_tables(factory().binding.calculation.book, [], ["sensitvity"])
    with pytest.raises(EngineError, match="known are answer, answer-outlined, check"):
        find_report("xyzzy")


@pytest.mark.parametrize("kind", [each.kind for each in reports()])
@pytest.mark.parametrize(
    "answer",
    [
        factory,
        lambda: factory(constraints=("D5 <= E5", "B2:C2 int")),
        lambda: factory(constraints=("D5 <= -1",)),
        lambda: solved({"A1": 1.0, "B1": "=(A1-3)^2"}, "B1", "A1"),
        lambda: solved({"A1": 1.0, "B1": "=ABS(A1-3)"}, "B1", "A1", ["A1 <= 9", "A1 >= -9"], engine="evolutionary"),
        lambda: solved({"A1": 1.0, "B1": "=2*A1"}, None, "A1", ["B1 = 8"]),
        lambda: solved({"A1": 1.0, "B1": "=A1^2"}, "B1", "A1", ["A1 <= =2+2"], Sense.MAX),
        lambda: solved({"A1": 1.0, "B1": "=1/0"}, "B1", "A1"),
    ],
    ids=["linear", "integer", "infeasible", "fit", "kinked", "aimless", "unbounded", "error"],
)
def test_every_report_can_be_made_of_every_answer(kind: str, answer: Any) -> None:
    """No report fails, whatever the model and the outcome; all have a heading and finite numbers."""
    found = table(answer(), kind)
    assert found.entries[0, 0].value == f"Sheet Solver {find_report(kind).title}"
    assert all(entry.style is Style.TITLE for place, entry in found.entries.items() if place in [(0, 0), (1, 0)])
    for each in found.entries.values():
        assert not isinstance(each.value, float) or abs(each.value) <= 1e30
        assert each.value is None or isinstance(each.value, (float, str, bool, ErrorValue))
    assert found.widths[0] == 2.29
    assert not found.gridlines


def test_every_kind_says_what_it_is() -> None:
    """A listing of the kinds has a sentence for each, and titles that leave room for a number."""
    for each in reports():
        assert each.help.endswith(".")
        assert len(each.title) <= 28


def test_lines_of_a_table() -> None:
    """Heads in one line or two, gaps, the last row's look, and cells that keep their own."""
    page = Page()
    page.table(("A", None, "C\nD"), [("x",), ("y", None, 2.0)])
    page.table(("E",), [(1.0,)], plain=True)
    page.notes(["note"])
    found = page.table_of("T", ("head",))
    assert [entry(found, a).style for a in ("B6", "B7", "D6", "D7")] == [Style.HEADER_TOP, Style.HEADER_BOTTOM] * 2
    assert [entry(found, a).value for a in ("B6", "B7", "D6", "D7")] == [None, "A", "C", "D"]
    assert [entry(found, a).style for a in ("B8", "D8", "B9", "D9")] == [Style.BODY] * 2 + [Style.LAST] * 2
    assert (5, 2) not in found.entries
    assert found.widths[2] == 2.29
    assert (entry(found, "B10").style, entry(found, "B11").style) == (Style.HEADER, Style.PLAIN)
    assert entry(found, "B13").value == "note"


def test_columns_are_as_wide_as_what_stands_in_them() -> None:
    """Texts of a table are never cut off, with lines around them or not; titles and remarks run on over the columns."""
    for plain in (False, True):
        page = Page()
        page.line("A title that is far longer than all the addresses below it", col=1)
        page.table(("Cell", "Name"), [("$B$17", "received in Dresden")], plain=plain)
        page.table(("Value", None, "Meaning"), [(1.0, None, "a sentence that runs on to the right")], wide=False)
        page.notes(["A note that is far longer than all the addresses above it"])
        found = page.table_of("T", ("A heading that is far longer than all of them",))
        assert found.widths[2] > len("received in Dresden")
        assert found.widths[1] < 10
        assert found.widths[3] < 12
        assert entry(found, "D10").style is Style.PLAIN
        assert entry(found, "B10").style is Style.LAST


def test_numbers_as_excel_writes_them() -> None:
    """Infinity is 1E+30, there is no negative zero, and what is unknown is #N/A."""
    assert (number(float("inf")), number(-float("inf"))) == (1e30, -1e30)
    assert str(number(-0.0)) == "0.0"
    assert number(None) is number(float("nan")) is ErrorValue.NA


def test_reports_outside_a_workbook() -> None:
    """As rows and as CSV a report keeps every value in its place."""
    found = table(factory(), "sensitivity")
    rows = rows_of(found)
    assert {(r, c): v for r, row in enumerate(rows) for c, v in enumerate(row) if v is not None} == {
        place: entry.value for place, entry in found.entries.items() if entry.value is not None
    }
    read = list(csv.reader(io.StringIO(csv_of(found))))
    assert read[8][:4] == ["", "$B$2", "Made Chairs", "3.0"]
    assert len(read) == len(rows)


def test_what_a_sheet_has_no_room_for_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last row says how many rows are missing; a page that just fits is whole."""
    monkeypatch.setattr("solver.reports.page.MAX_ROWS", 20)
    for count, cut in ((13, False), (14, True), (30, True)):
        page = Page()
        page.line("Numbers")
        page.table(("Number",), [(float(k),) for k in range(count)])
        found = page.table_of("Long", ["a", "b", "c"]).entries
        assert max(row for row, _ in found) == 19
        shown = [entry.value for (row, col), entry in found.items() if col == 1 and row >= 7]
        if cut:
            assert shown == [*map(float, range(12)), f"{count - 12} more rows do not fit on a sheet."]
        else:
            assert shown == list(map(float, range(count)))
