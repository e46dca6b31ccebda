"""`solver check`: stored values against recomputed ones, and what can be said of each model's stored point."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.book.made import book_parts, sheet_xml, zipped
from tests.interface.books import GRG, INT, LE, LINE, LINE_MODEL, MAX, PLAN, PLAN_MODEL, both, line, model, write
from tests.interface.command import contents, refused, run

if TYPE_CHECKING:
    from pathlib import Path


def checked(code: int, *arguments: str) -> dict[str, Any]:
    said = run("check", "book.xlsx", "--json", *arguments)
    found: dict[str, Any] = said.json
    assert said.code == code, found
    assert set(found) >= {"agreement", "models"}
    assert set(found["agreement"]) == {"cells", "equal", "different", "unsupported", "volatile"}
    for each in found["models"]:
        assert set(each) >= {"sheet", "feasible", "worst_violation", "optimality", "verdict"}
    return found


def test_a_solved_book(here: Path) -> None:
    """All values agree, the fit is optimal, and the exit code says so."""
    line(here / "start.xlsx")
    run("solve", "start.xlsx", "-o", "book.xlsx")
    before = contents(here)
    found = checked(0)
    assert found["agreement"] == {"cells": 11, "equal": 11, "different": [], "unsupported": [], "volatile": 0}
    fit = found["models"][0]
    assert (fit["sheet"], fit["feasible"], fit["worst_violation"], fit["verdict"]) == ("Line", True, 0, "optimal")
    assert fit["optimality"] < 1e-9
    assert contents(here) == before
    assert "11 of 11 formula cells agree" in run("check", "book.xlsx").out
    assert run("check", "book.xlsx", "--quiet").out == ""


def test_values_that_are_not_stored_are_not_compared(here: Path) -> None:
    """A book that no spreadsheet program has calculated has nothing to agree with; its start can be improved."""
    line(here / "book.xlsx")
    found = checked(1)
    assert found["agreement"]["cells"] == 0
    assert found["models"][0]["verdict"] == "improvable"


def test_a_wrong_value(here: Path) -> None:
    """A stored value that its formula does not give is listed with both."""
    rows = (
        '<row r="1"><c r="A1"><v>2</v></c><c r="B1"><f>A1*3</f><v>7</v></c><c r="C1"><f>A1+1</f><v>3</v></c>'
        '<c r="D1" t="str"><f>"a"&amp;A1</f><v>a2</v></c><c r="E1" t="e"><f>1/0</f><v>#DIV/0!</v></c>'
        '<c r="F1"><f>RAND()</f><v>0.5</v></c><c r="G1"><f>F1+1</f><v>9</v></c><c r="H1"><f>NOSUCH(1)</f><v>1</v></c>'
        '<c r="I1"><f>SQRT(-1)</f><v>1</v></c></row>'
    )
    (here / "book.xlsx").write_bytes(zipped(book_parts(sheet_xml(rows))))
    found = checked(1)["agreement"]
    assert (found["cells"], found["equal"], found["volatile"]) == (5, 3, 2)
    assert found["different"] == [
        {"cell": "'S1'!$B$1", "stored": 7.0, "computed": 6.0},
        {"cell": "'S1'!$I$1", "stored": 1.0, "computed": "#NUM!"},
    ]
    assert [each["cell"] for each in found["unsupported"]] == ["'S1'!$H$1"]
    assert "NOSUCH" in found["unsupported"][0]["reason"]
    out = run("check", "book.xlsx").out
    assert "'S1'!$B$1: stored 7.0, computed 6.0" in out


def verdict(here: Path, cells: dict[str, Any], names: dict[str, object]) -> dict[str, Any]:
    """The verdict on a plan at a point; exit code 0 exactly when it holds."""
    write(here / "book.xlsx", {"Plan": {**PLAN, **cells}}, {"Plan": names})
    said = run("check", "book.xlsx", "--json")
    found: dict[str, Any] = said.json["models"][0]
    assert said.code == (0 if found["verdict"] in ("optimal", "stationary", "feasible") else 1)
    return found


def test_verdicts(here: Path) -> None:
    """Optimal, improvable and infeasible points of a linear plan; whole numbers; a curved valley and its saddle."""
    found = verdict(here, {"B1": 20, "C1": 60}, PLAN_MODEL)
    assert (found["verdict"], found["feasible"]) == ("optimal", True)
    found = verdict(here, {"B1": 10, "C1": 10}, PLAN_MODEL)
    assert (found["verdict"], found["feasible"]) == ("improvable", True)
    assert found["optimality"] > 1e-3
    found = verdict(here, {"B1": 60, "C1": 20}, PLAN_MODEL)
    assert (found["verdict"], found["feasible"]) == ("infeasible", False)
    assert found["worst_violation"] > 0
    limits = ("Plan!$D$2:$D$3", LE, "Plan!$E$2:$E$3")
    whole = model("Plan!$D$1", "Plan!$B$1:$C$1", limits, ("Plan!$B$1:$C$1", INT, 0), sense=MAX, free=False)
    found = verdict(here, {"B1": 20, "C1": 60}, whole)
    assert (found["verdict"], found["optimality"]) == ("feasible", None)
    assert verdict(here, {"B1": 20.5, "C1": 50}, whole)["verdict"] == "infeasible"
    saddle = model("Plan!$D$1", "Plan!$B$1:$C$1", engine=GRG)
    assert verdict(here, {"D1": "=B1^2-C1^4", "B1": 0, "C1": 0}, saddle)["verdict"] == "stationary"


def test_what_stands_behind_a_verdict(here: Path) -> None:
    """Gaps of linear plans are proofs at the stored point; curvature tells a saddle, and flat directions by cell."""
    best = verdict(here, {"B1": 20, "C1": 60}, PLAN_MODEL)
    assert best["conditions"]["gap"] == pytest.approx(0.0, abs=1e-12)
    assert (best["conditions"]["binding"], best["curvature"]) == (2, None)
    assert "proof: the optimum is at most" in run("check", "book.xlsx").out
    free = model("Plan!$D$1", "Plan!$B$1:$C$1", engine=GRG)
    found = verdict(here, {"D1": "=B1^2-C1^2", "B1": 0, "C1": 0}, free)["curvature"]
    assert found["verdict"].startswith("saddle")
    assert [each["cell"] for each in found["along"][0]] == ["Plan!$C$1"]
    found = verdict(here, {"D1": "=(B1+C1-3)^2", "B1": 1, "C1": 2}, free)["curvature"]
    assert found["verdict"].startswith("flat: 1")
    assert {each["cell"] for each in found["along"][0]} == {"Plan!$B$1", "Plan!$C$1"}
    assert "along Plan!$" in run("check", "book.xlsx").out


def test_a_model_that_cannot_be_used_does_not_hide_the_others(here: Path) -> None:
    """It is reported with its reason and counts as not holding; alone, or asked for by name, it is bad input."""
    broken = {**PLAN_MODEL, "adj": "Plan!#REF!"}
    write(here / "book.xlsx", {"Line": LINE, "Plan": PLAN}, {"Line": LINE_MODEL, "Plan": broken})
    run("solve", "book.xlsx", "--sheet", "Line", "-i")
    fitted, found = checked(1)["models"]
    assert (fitted["sheet"], fitted["verdict"], fitted["reason"]) == ("Line", "optimal", None)
    assert (found["sheet"], found["verdict"], found["feasible"]) == ("Plan", "unusable", False)
    assert (found["worst_violation"], found["optimality"]) == (None, None)
    assert "Plan" in found["reason"]
    assert f"Plan: unusable: {found['reason']}" in run("check", "book.xlsx").out
    assert checked(0, "--sheet", "Line")["models"] == [fitted]
    refused(here, r"book\.xlsx: .*Plan.*#REF!.*: .+", "check", "book.xlsx", "--sheet", "Plan")
    write(here / "book.xlsx", {"Plan": PLAN}, {"Plan": broken})
    refused(here, r"book\.xlsx: .*Plan.*#REF!.*: .+", "check", "book.xlsx", "--json")


def test_one_sheet(here: Path) -> None:
    """--sheet tests one model alone."""
    both(here / "book.xlsx")
    assert [each["sheet"] for each in checked(1)["models"]] == ["Line", "Plan"]
    assert [each["sheet"] for each in checked(1, "--sheet", "Plan")["models"]] == ["Plan"]


def test_without_models(here: Path) -> None:
    """The formulas alone decide."""
    write(here / "book.xlsx", {"Line": LINE})
    assert checked(0)["models"] == []


def test_a_value_that_an_edit_made_stale(here: Path) -> None:
    """A solved book with one number changed by a program that does not calculate no longer agrees."""
    import openpyxl

    write(here / "start.xlsx", {"Line": LINE}, {"Line": LINE_MODEL})
    run("solve", "start.xlsx", "-o", "solved.xlsx")
    text = (here / "solved.xlsx").read_bytes()
    (here / "book.xlsx").write_bytes(text)
    assert checked(0)["agreement"]["equal"] == 11
    values = openpyxl.load_workbook(here / "solved.xlsx", data_only=True)["Line"]
    from solver.book.book import Edits
    from solver.book.patch import patch
    from solver.book.read import read_book
    from tests.book.made import columns

    edits = Edits(values={"Line": columns({(1, 4): values["E2"].value + 1.0})})
    (here / "book.xlsx").write_bytes(patch(read_book(text), edits))
    different = {each["cell"] for each in checked(1)["agreement"]["different"]}
    assert different == {"Line!$G$2", "Line!$B$4"}


@pytest.mark.parametrize("name", ["fastai-2016--collab_filter.xlsx", "fastai-2022--collab_filter.xlsx"])
def test_the_course_workbooks(shared: Path, name: str) -> None:
    """Excel's own stored values are reproduced, every one."""
    book = shared / "real" / name
    if not book.exists():
        pytest.skip("the file is not here")
    found = run("check", book, "--json").json["agreement"]
    assert (found["different"], found["unsupported"]) == ([], [])
    assert found["equal"] == found["cells"] > 2000
