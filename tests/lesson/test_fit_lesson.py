"""From the grids of numbers of the lesson to a living sheet, and what a person may do with it next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import openpyxl
import pytest

from tests.lesson.sheets import TARGETS, address, libreoffice, listing, put, refused, run, three_grids, write

if TYPE_CHECKING:
    from pathlib import Path
from tests.lesson.sheets import below


def test_part_3_becomes_a_living_sheet(tmp_path: Path) -> None:
    book, out = three_grids(tmp_path / "lesson.xlsx"), tmp_path / "fitted.xlsx"
    before = book.read_bytes()
    found = listing("fit", book, "--freeze", "rows", "-o", out)
    assert found["objective"]["initial"] == pytest.approx(4 / 6)
    assert found["objective"]["final"] == pytest.approx(1 / 6)
    assert [each["final"] for each in found["variables"]] == pytest.approx([-0.5, -0.5, 1])
    assert [address(each["cell"]) for each in found["variables"]] == ["B6", "B7", "B8"]
    assert found["kind"] == "least squares"
    assert book.read_bytes() == before
    sheet = openpyxl.load_workbook(out)["Lesson"]
    assert [sheet[cell].value for cell in ("A2", "B2", "B12", "D13")] == ["user 1", -1, 1, 1]
    assert run("check", out, "--quiet")[0] == 0


def test_libreoffice_computes_the_same_loss(tmp_path: Path) -> None:
    book, out = three_grids(tmp_path / "lesson.xlsx"), tmp_path / "fitted.xlsx"
    found = listing("fit", book, "--freeze", "rows", "-o", out)
    (tmp_path / "office").mkdir()
    recalculated = libreoffice(out, tmp_path / "office")["Lesson"]
    assert recalculated[address(found["objective"]["cell"])].value == pytest.approx(found["objective"]["final"])
    stored = openpyxl.load_workbook(out, data_only=True)["Lesson"]
    for row in stored.iter_rows():
        for cell in row:
            assert (recalculated[cell.coordinate].value or None) == (pytest.approx(cell.value) if cell.value else None)


def test_a_changed_target_has_a_new_optimum(tmp_path: Path) -> None:
    out = tmp_path / "fitted.xlsx"
    listing("fit", three_grids(tmp_path / "lesson.xlsx"), "--freeze", "rows", "-o", out)
    book = openpyxl.load_workbook(out)
    book["Lesson"]["B12"] = 3
    book.save(out)
    found = listing("solve", out)
    assert [each["final"] for each in found["variables"]] == pytest.approx([-1.5, -0.5, 1], abs=1e-6)
    assert found["objective"]["final"] == pytest.approx((1.5**2 * 2 + 0.5) / 6)


def test_a_rating_changed_in_libreoffice_has_a_new_optimum(tmp_path: Path) -> None:
    """The fitted sheet goes through LibreOffice with another rating, is solved again, and goes back."""
    out, office = tmp_path / "fitted.xlsx", tmp_path / "office"
    listing("fit", three_grids(tmp_path / "lesson.xlsx"), "--freeze", "rows", "-o", out)
    changed = openpyxl.load_workbook(out)
    changed["Lesson"]["B12"] = 3
    changed.save(out)
    office.mkdir()
    unsolved = libreoffice(out, office)["Lesson"]
    found = listing("solve", office / out.name, "-o", tmp_path / "again.xlsx")
    loss = address(found["objective"]["cell"])
    assert unsolved[loss].value == pytest.approx(found["objective"]["initial"])
    assert [each["final"] for each in found["variables"]] == pytest.approx([-1.5, -0.5, 1], abs=1e-6)
    assert found["objective"]["final"] == pytest.approx((1.5**2 * 2 + 0.5) / 6)
    solved = libreoffice(tmp_path / "again.xlsx", office)["Lesson"]
    assert solved[loss].value == pytest.approx(found["objective"]["final"])


def test_part_1_is_the_product_of_its_embeddings(tmp_path: Path) -> None:
    """Five users and three movies of the lesson explain the scores that they make without a step."""
    users = np.array([(2, 0, -2), (1, -1, -1), (0, 1, -1), (0, -1, 0), (-1, 1, -1)])
    movies = np.array([(0, -1, 0), (-1, -2, 0), (1, 1, 1)])
    scores = users @ movies.T
    cells: dict[str, Any] = {}
    put(cells, "A1", [["Users"], *([f"user {i + 1}", *row] for i, row in enumerate(users.tolist()))])
    put(cells, "F1", [["Movies"], *([f"movie {j + 1}", *row] for j, row in enumerate(movies.tolist()))])
    named = [f"movie {j + 1}" for j in range(3)]
    put(cells, "K1", [["Ratings"], [None, *named]])
    put(cells, "K3", [[f"user {i + 1}", *row] for i, row in enumerate(scores.tolist())])
    book, out = write(tmp_path / "part1.xlsx", {"Part 1": cells}), tmp_path / "fitted.xlsx"
    found = listing("fit", book, "-o", out)
    assert (found["objective"]["initial"], found["objective"]["final"]) == (0, 0)
    sheet = openpyxl.load_workbook(out, data_only=True)["Part 1"]
    predicted = [
        [cell.value for cell in row if isinstance(cell.value, (int, float))] for row in below(sheet, "Predictions", 8)
    ]
    assert [row for row in predicted if row][-5:] == scores.tolist()


def test_the_chain_of_a_fitted_sheet_is_the_lesson(tmp_path: Path) -> None:
    """Stopped before the first step, the sheet stands at the start of the lesson."""
    out = tmp_path / "fitted.xlsx"
    book = three_grids(tmp_path / "lesson.xlsx")
    found = listing("fit", book, "--freeze", "rows", "--engine", "gd", "-O", "itr=0", "-o", out, code=3)
    assert found["objective"]["final"] == found["objective"]["initial"]
    sheet = openpyxl.load_workbook(out)["Lesson"]
    loss = next(c.coordinate for row in sheet.iter_rows() for c in row if str(c.value).endswith("^2)"))
    chain = listing("gradients", out, "--of", loss)["cells"]
    assert [(each["value"], each["derivative"]) for each in chain] == [(0, 2), (0, 2), (0, -2), (1, 2), (1, 1)]


def test_part_2_is_solved_exactly(tmp_path: Path) -> None:
    """Movies are unit vectors and stay; the users are learnt and hit all six targets."""
    cells: dict[str, Any] = {}
    put(cells, "A1", [["Movies", 1, 2, 3], ["m1", 1, 0, 0], ["m2", 0, 1, 0], ["m3", 0, 0, 1]])
    put(cells, "A7", [["Targets", "m1", "m2", "m3"], ["u1", *TARGETS[0]], ["u2", *TARGETS[1]]])
    book = write(tmp_path / "part2.xlsx", {"Part 2": cells})
    found = listing("fit", book, "--freeze", "columns")
    assert found["objective"]["final"] == pytest.approx(0, abs=1e-12)
    users = np.array([each["final"] for each in found["variables"]]).reshape(2, 3)
    np.testing.assert_allclose(users, TARGETS, atol=1e-6)


def test_part_1_without_anything_to_learn(tmp_path: Path) -> None:
    """With all embeddings frozen there is nothing to do."""
    book = three_grids(tmp_path / "lesson.xlsx")
    assert "everything is frozen" in refused("fit", book, "--freeze", "rows", "--freeze", "columns")
