"""The chain rule cell by cell: the lesson's numbers, and derivatives that agree with their wiggles everywhere."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from solver.lesson.gradients import gradients
from solver.pipeline import read
from tests.books import book_of
from tests.lesson.sheets import TARGETS, address, listing, put, refused, run, write

GALLERY = Path(__file__).resolve().parents[2] / "workbooks"


@pytest.fixture
def lesson(tmp_path: Path) -> Path:
    """Part 3 with its formulas; a stored model minimises the sum of the squares."""
    cells: dict[str, Any] = {}
    put(cells, "A1", [["movies", 0, 0, 0], ["user 1", None], ["user 2", None]])
    put(cells, "B2", [[f"=$F{2 + i}*{c}$1" for c in "BCD"] for i in range(2)])
    put(cells, "F2", [[-1], [1]])
    put(cells, "B5", TARGETS)
    put(cells, "B8", [[f"={c}{5 + i}-{c}{2 + i}" for c in "BCD"] for i in range(2)])
    put(cells, "B11", [[f"={c}{8 + i}^2" for c in "BCD"] for i in range(2)])
    cells["B14"] = "=SUM(B11:D12)"
    path = write(tmp_path / "lesson.xlsx", {"Part 3": cells})
    assert run("define", path, "--minimize", "B14", "--by-changing", "B1:D1")[0] == 0
    return path


def test_the_chain_of_the_lesson(lesson: Path) -> None:
    found = listing("gradients", lesson, "--of", "B11")
    assert address(found["of"]) == "B11"
    chain = [(address(each["cell"]), each["formula"], each["value"], each["derivative"]) for each in found["cells"]]
    assert chain == [
        ("B1", None, 0, 2),
        ("B2", "=$F2*B$1", 0, -2),
        ("B8", "=B5-B2", 1, 2),
        ("B11", "=B8^2", 1, 1),
    ]
    assert [each["difference"] for each in found["cells"]] == pytest.approx([2, -2, 2, 1], rel=1e-8)


def test_the_objective_and_all_cells_on_its_way(lesson: Path) -> None:
    cells = listing("gradients", lesson)["cells"]
    assert len(cells) == 3 + 6 + 6 + 6 + 1
    slopes = {address(each["cell"]): each["derivative"] for each in cells}
    assert [slopes[cell] for cell in ("B1", "C1", "D1", "B14")] == [2, 2, -4, 1]
    for i, row in enumerate(TARGETS):
        for column, target in zip("BCD", row, strict=True):
            assert slopes[f"{column}{2 + i}"] == -2 * target
            assert slopes[f"{column}{8 + i}"] == 2 * target


@pytest.mark.parametrize("sheet", ["dot product", "bias", "long"])
def test_derivatives_agree_with_their_wiggles(sheet: str) -> None:
    chain = gradients(read(GALLERY / "collaborative_filtering.xlsx"), sheet)
    assert len(chain.links) > 350
    assert chain.links[-1].cell == chain.of
    for link in chain.links:
        assert link.difference == pytest.approx(link.derivative, rel=1e-6, abs=1e-9)


def test_cells_with_the_same_formula_are_told_apart() -> None:
    """Two cells that compute the same are one array to the program, and yet two cells to the reader."""
    book = book_of({"S": {"A1": 3.0, "B1": "=A1*2", "C1": "=A1*2", "D1": "=B1", "E1": "=B1^2+5*C1+D1"}})
    chain = gradients(book, of="E1", wrt="A1")
    assert {link.cell.a1: link.derivative for link in chain.links} == {
        "A1": 2 * (2 * 6 + 1) + 2 * 5,
        "B1": 2 * 6 + 1,
        "C1": 5,
        "D1": 1,
        "E1": 1,
    }


def test_without_a_model_the_numbers_are_the_variables() -> None:
    book = book_of({"S": {"A1": 2.0, "A2": 5.0, "A3": "text", "A4": 9.0, "B1": "=A1*A2", "B2": "=B1+A1"}})
    slopes = {link.cell.a1: link.derivative for link in gradients(book, of="S!B2").links}
    assert slopes == {"A1": 6, "A2": 2, "B1": 1, "B2": 1}


def test_values_that_stop_mattering() -> None:
    """Where a branch is not taken its cells have the slope 0, or are not on the way at all."""
    book = book_of({"S": {"A1": -1.0, "B1": "=A1^2", "C1": "=IF(A1>0,B1,3*A1)", "D1": "=A1*7"}})
    slopes = {link.cell.a1: link.derivative for link in gradients(book, of="C1").links}
    assert slopes.pop("B1", 0) == 0
    assert slopes == {"A1": 3, "C1": 1}


def test_sheet_with_heat(lesson: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.xlsx"
    assert run("gradients", lesson, "--heat", "-o", out, "--quiet") == (0, "", "")
    book = openpyxl.load_workbook(out)
    assert book.sheetnames == ["Part 3", "Gradients"]
    sheet = book["Gradients"]
    assert [address(sheet[cell].value) for cell in ("A5", "A26")] == ["B1", "B14"]
    rows = [[cell.value for cell in row] for row in sheet["B5:F26"]]
    assert rows[0] == [None, 0, 2, pytest.approx(2), True]
    assert rows[-1] == ["=SUM(B11:D12)", 4, 1, pytest.approx(1), True]
    assert all(row[-1] is True for row in rows)
    assert [cell.value for cell in sheet["I5:K5"][0]] == [2, 2, -4]
    rules = {
        str(area.sqref): [rule.type for rule in rules] for area, rules in sheet.conditional_formatting._cf_rules.items()
    }
    assert rules == {"I5:K5": ["colorScale"]}
    assert sheet["B26"].data_type == "s"


def test_what_is_written_is_named(lesson: Path, tmp_path: Path) -> None:
    """With --heat a copy beside the book is written without being asked for: its name is said."""
    out = tmp_path / "lesson-gradients.xlsx"
    assert run("gradients", lesson, "--heat")[1].endswith(f"\nwritten to {out}\n")
    assert listing("gradients", lesson, "--heat")["output"] == str(out)
    assert openpyxl.load_workbook(out).sheetnames == ["Part 3", "Gradients"]
    assert "written to" not in run("gradients", lesson)[1]
    assert listing("gradients", lesson)["output"] is None


def test_bad_input(lesson: Path) -> None:
    assert "no number goes into it" in refused("gradients", lesson, "--of", "Z9")
    assert "there is no sheet Nowhere" in refused("gradients", lesson, "--of", "Nowhere!A1")
    assert "holds no number" in refused("gradients", lesson, "--of", "A1")
    assert "none of the variable cells" in refused("gradients", lesson, "--of", "B11", "--wrt", "C1")
    assert not math.isnan(listing("gradients", lesson, "--no-check")["cells"][0]["derivative"])
