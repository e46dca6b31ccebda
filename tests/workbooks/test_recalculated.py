"""The gallery as LibreOffice recalculates it: no errors, and the numbers that the lesson promises."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import numpy as np
import openpyxl
import pytest

from solver.grid import Cell, column_letters, parse_a1
from solver.model.render import names_of
from tests.workbooks.gallery import GALLERY, PLANS, numbers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


SOFFICE = shutil.which("soffice")


@pytest.fixture(scope="module")
def recalculated(fresh: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, openpyxl.Workbook]:
    """The same files with the values that LibreOffice computes."""
    if SOFFICE is None:
        pytest.skip("LibreOffice is not here")
    out = tmp_path_factory.mktemp("recalculated")
    profile = tmp_path_factory.mktemp("profile").as_uri()
    subprocess.run(
        [SOFFICE, f"-env:UserInstallation={profile}", "--headless", "--convert-to", "xlsx", "--outdir", str(out)]
        + [str(fresh / name) for name in PLANS],
        check=True,
        capture_output=True,
        timeout=300,
    )
    return {name: openpyxl.load_workbook(out / name, data_only=True) for name in PLANS}


def test_recalculated_without_errors(recalculated: dict[str, openpyxl.Workbook]) -> None:
    bad = [
        f"{name} {sheet.title}!{cell.coordinate} {cell.value}"
        for name, book in recalculated.items()
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, str) and re.match(r"#|Err:", cell.value)
    ]
    assert bad == []


def test_part_1_is_the_product_of_users_and_movies(recalculated: dict[str, openpyxl.Workbook]) -> None:
    sheet = recalculated["worksheet.xlsx"]["Part 1"]
    users = np.array([(2, 0, -2), (1, -1, -1), (0, 1, -1), (0, -1, 0), (-1, 1, -1)])
    movies = np.array([(0, -1, 0), (-1, -2, 0), (1, 1, 1)])
    table = users @ movies.T
    np.testing.assert_array_equal(numbers(sheet, "F11:H15"), table)
    best = [sheet.cell(row, 10).value for row in range(11, 16)]
    assert best == [f"movie {1 + scores.argmax()}" for scores in table]


def test_part_3_shows_the_hand_calculation(recalculated: dict[str, openpyxl.Workbook]) -> None:
    sheet = recalculated["worksheet.xlsx"]["Part 3"]
    found = {sheet.cell(row, 7).value: sheet.cell(row, 8).value for row in range(8, 30)}
    expected = {
        "pred": 0, "diff": 1, "loss": 1,
        "d loss / d diff": 2, "d loss / d pred": -2, "d loss / d m1": 2,
        "new m1": -0.2, "new pred": 0.2, "new diff": 0.8, "new loss": 0.64,
    }  # fmt: skip
    assert {key: found[key] for key in expected} == pytest.approx(expected, abs=1e-15)
    assert found["the loss fell"]
    assert [sheet.cell(row, 13).value for row in range(8, 30) if sheet.cell(row, 13).value is not None] == [True] * 3


def test_steps_fall_to_the_optimum(recalculated: dict[str, openpyxl.Workbook]) -> None:
    steps = numbers(recalculated["worksheet.xlsx"]["Part 3 steps"], "B9:E34")
    assert np.all(np.diff(steps[:, 3]) < 0)
    np.testing.assert_allclose(steps[1], (-0.2, -0.2, 0.4, 2.08), rtol=1e-14)
    np.testing.assert_allclose(steps[-1], (-0.5, -0.5, 1, 1), atol=1e-5)


def test_three_layouts_start_from_the_loss_of_their_numbers(recalculated: dict[str, openpyxl.Workbook]) -> None:
    book = recalculated["collaborative_filtering.xlsx"]
    for name, factors in (("dot product", 5), ("bias", 5)):
        sheet = book[name]
        variables = [_area(text) for text in _texts("collaborative_filtering.xlsx", name)["adj"].split(",")]
        users, movies = (numbers(sheet, area) for area in variables)
        predicted = users[:, :factors] @ movies[:factors]
        if name == "bias":
            predicted = predicted + users[:, -1:] + movies[-1:]
        left = column_letters(users.shape[1] + 1)
        ratings = numbers(sheet, f"{left}8:{column_letters(users.shape[1] + 15)}22")
        known = ratings > 0
        loss = np.sqrt(np.mean((ratings - predicted)[known] ** 2))
        assert known.sum() == 205
        assert _objective(book, "collaborative_filtering.xlsx", name) == pytest.approx(loss, rel=1e-13)
    losses = [_objective(book, "collaborative_filtering.xlsx", name) for name in ("dot product", "long")]
    assert losses[0] == pytest.approx(losses[1], rel=1e-13)


def _texts(name: str, sheet: str) -> dict[str, str]:
    plan = next(plan for plan in PLANS[name].sheets if plan.name == sheet)
    assert plan.model is not None
    return names_of(plan.model)


def _area(reference: str) -> str:
    return reference.rsplit("!", 1)[1].replace("$", "")


def _objective(book: openpyxl.Workbook, name: str, sheet: str) -> float:
    row, col = parse_a1(_area(_texts(name, sheet)["opt"]))
    return float(book[sheet].cell(row + 1, col + 1).value)


def test_network_is_the_network(recalculated: dict[str, openpyxl.Workbook]) -> None:
    book = recalculated["neural_network.xlsx"]
    for name in ("tanh", "sigmoid", "frozen"):
        sheet = book[name]
        users, movies = numbers(sheet, "F8:H15"), numbers(sheet, "I18:K27")
        inner, inner_bias = numbers(sheet, "L8:O13"), numbers(sheet, "L14:O14")
        outer, outer_bias = numbers(sheet, "P18:P21"), numbers(sheet, "P22:P22")
        who, what, ratings = (numbers(sheet, f"{col}31:{col}94")[:, 0] for col in "BDE")
        who, what = who.astype(int) - 1, what.astype(int) - 1
        hidden = np.tanh(np.hstack([users[who], movies[what]]) @ inner + inner_bias)
        out = (hidden @ outer + outer_bias)[:, 0]
        share = 1 / (1 + np.exp(-out)) if name == "sigmoid" else (np.tanh(out) + 1) / 2
        predicted = 0.5 + 4.5 * share
        np.testing.assert_allclose(numbers(sheet, "Q31:Q94")[:, 0], predicted, rtol=1e-13)
        assert sheet["A9"].value == pytest.approx(np.mean((predicted - ratings) ** 2), rel=1e-13)


def test_every_formula_has_the_stored_value_that_libreoffice_computes(
    recalculated: dict[str, openpyxl.Workbook],
) -> None:
    pytest.importorskip("solver.pipeline", reason="nothing here computes formulas")
    for name, book in recalculated.items():
        stored = openpyxl.load_workbook(GALLERY / name, data_only=True)
        for sheet, cell in _formulas(name):
            ours, theirs = stored[sheet][cell].value, book[sheet][cell].value
            if isinstance(ours, (int, float)):
                assert float(ours) == pytest.approx(float(theirs), rel=1e-12, abs=1e-14), f"{name} {sheet}!{cell}"
            else:
                assert (ours or None) == (theirs or None), f"{name} {sheet}!{cell}"


def _formulas(name: str) -> Iterator[tuple[str, str]]:
    for sheet in PLANS[name].sheets:
        for (row, col), mark in sheet.marks.items():
            if mark.formula:
                yield sheet.name, Cell(sheet.name, row, col).a1
