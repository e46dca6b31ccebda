"""`solver solve`: which files it writes, where, and which it leaves alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import openpyxl
import pytest

from tests.interface.books import (
    LINE,
    PLAN,
    PLAN_MODEL,
    line,
    model,
    write,
)
from tests.interface.command import contents, run, stored

if TYPE_CHECKING:
    from pathlib import Path


def test_a_copy_beside_the_book(here: Path) -> None:
    """The fitted values and every formula that depends on them go into BOOK-solved.xlsx; the book stays as it is."""
    book = line(here / "book.xlsx")
    before = book.read_bytes()
    said = run("solve", "book.xlsx")
    assert (said.code, said.err) == (0, "")
    assert book.read_bytes() == before
    assert sorted(contents(here)) == ["book-solved.xlsx", "book.xlsx"]
    solved = here / "book-solved.xlsx"
    assert stored(solved, "Line", "B1") == pytest.approx(1.9)
    assert stored(solved, "Line", "B2") == pytest.approx(1.2)
    assert stored(solved, "Line", "B4") == pytest.approx(0.9)
    assert [stored(solved, "Line", f"G{row}") for row in range(2, 7)] == pytest.approx([-0.2, 0.4, -0.5, 0.6, -0.3])


def test_output_elsewhere(here: Path) -> None:
    """-o names the file; the folder of the book stays as it is."""
    line(here / "book.xlsx")
    (here / "out").mkdir()
    said = run("solve", "book.xlsx", "-o", "out/fitted.xlsx", "--json")
    assert said.json["output"] == "out/fitted.xlsx"
    assert stored(here / "out" / "fitted.xlsx", "Line", "B4") == pytest.approx(0.9)
    assert not (here / "book-solved.xlsx").exists()


@pytest.mark.parametrize("option", ["-i", "--in-place"])
def test_in_place(here: Path, option: str) -> None:
    """The book itself gets the values, and there is no other file."""
    book = line(here / "book.xlsx")
    assert run("solve", "book.xlsx", option, "--json").json["output"] == "book.xlsx"
    assert list(contents(here)) == ["book.xlsx"]
    assert stored(book, "Line", "B4") == pytest.approx(0.9)


def test_dry_run(here: Path) -> None:
    """Nothing is written, and the answer is told all the same."""
    line(here / "book.xlsx")
    before = contents(here)
    found = run("solve", "book.xlsx", "--dry-run", "--json").json
    assert found["output"] is None
    assert found["objective"]["final"] == pytest.approx(0.9)
    assert contents(here) == before


def test_solving_a_solved_book_changes_nothing(here: Path) -> None:
    """The second answer is the first one."""
    line(here / "book.xlsx")
    run("solve", "book.xlsx", "-o", "one.xlsx")
    run("solve", "one.xlsx", "-o", "two.xlsx")
    for cell in ("B1", "B2", "B4", "G2"):
        assert stored(here / "two.xlsx", "Line", cell) == pytest.approx(stored(here / "one.xlsx", "Line", cell))


def test_a_formula_in_a_variable_cell_gives_way(here: Path) -> None:
    """The fitted number takes its place, as after Excel's Solver: a recalculation would undo the answer otherwise."""
    line(here / "book.xlsx", B1="=RAND()", B2="=1+1")
    said = run("solve", "book.xlsx", "--json")
    assert "2 variable cells hold formulas" in said.json["notes"][0]
    cells = openpyxl.load_workbook(here / "book-solved.xlsx")["Line"]
    assert (cells["B1"].value, cells["B2"].value) == (pytest.approx(1.9), pytest.approx(1.2))
    assert cells["B4"].value == "=SUMSQ(G2:G6)"
    again = run("check", "book-solved.xlsx", "--json").json
    assert again["models"][0]["verdict"] == "optimal"


def test_reports(here: Path) -> None:
    """Several kinds at once are appended behind all sheets, in the order they were asked for."""
    write(here / "plan.xlsx", {"Plan": PLAN, "Last": {"A1": 1}}, {"Plan": PLAN_MODEL})
    said = run("solve", "plan.xlsx", "--report", "answer", "--report", "sensitivity", "--report", "limits")
    assert said.code == 0
    book = openpyxl.load_workbook(here / "plan-solved.xlsx")
    assert book.sheetnames == ["Plan", "Last", "Answer Report 1", "Sensitivity Report 1", "Limits Report 1"]


@pytest.mark.parametrize(
    "kind", ["answer", "sensitivity", "limits", "feasibility", "linearity", "population", "trace", "gradients"]
)
def test_every_kind_of_report_is_known(here: Path, kind: str) -> None:
    """Each kind that is promised can be asked for."""
    line(here / "book.xlsx")
    said = run("solve", "book.xlsx", "--report", kind, "--quiet")
    assert said.code == 0
    assert len(openpyxl.load_workbook(here / "book-solved.xlsx").sheetnames) == 2


def test_a_protected_sheet_is_written_with_a_warning(here: Path) -> None:
    """Protection is no encryption: the values change, and a line on stderr says so; --json keeps stdout clean."""
    write(here / "book.xlsx", {"Line": LINE}, {"Line": model("Line!$B$4", "Line!$B$1:$B$2")}, protected=("Line",))
    said = run("solve", "book.xlsx", "--json")
    assert said.code == 0
    assert said.err == "book-solved.xlsx: the sheet Line is protected: its values were changed all the same\n"
    assert said.json["output"] == "book-solved.xlsx"
    assert openpyxl.load_workbook(here / "book-solved.xlsx")["Line"].protection.sheet
    assert run("solve", "book.xlsx", "--quiet").err == ""


def test_long_lists_are_cut_and_counted(here: Path) -> None:
    """As text the first twelve variables, and how many more there are; as JSON all of them."""
    cells = {f"A{row}": 0 for row in range(1, 41)}
    write(
        here / "book.xlsx",
        {"S": {**cells, "B1": "=SUMXMY2(A1:A40,ROW(A1:A40))"}},
        {"S": model("S!$B$1", "S!$A$1:$A$40")},
    )
    said = run("solve", "book.xlsx")
    assert said.out.count("continuous") == 12
    assert "... and 28 more" in said.out
    found = run("solve", "book.xlsx", "--json").json
    assert [each["cell"] for each in found["variables"]] == [f"S!$A${row}" for row in range(1, 41)]
    assert (found["n_variables"], found["n_constraints"]) == (40, 0)
