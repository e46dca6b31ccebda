"""The sheet that a fit writes: how it looks, what its network computes, and by what it stops."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np
import openpyxl
import pytest

from solver.model.recall import recall
from solver.pipeline import read
from tests.lesson.sheets import (
    address,
    grid_book,
    libreoffice,
    listing,
    planted,
    refused,
    table_book,
    three_grids,
)

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("long", [False, True])
@pytest.mark.parametrize("hidden", ["3", "4,2"])
def test_network_is_the_network(tmp_path: Path, long: bool, hidden: str) -> None:
    targets = planted(5, 4, 1, 0.1, 0.9, seed=8)
    book = (table_book if long else grid_book)(tmp_path / "book.xlsx", targets)
    asked = ("--model", "network", "--hidden", hidden, "--factors", 2, "--link", "sigmoid", "--range", 0, 6)
    found = listing("fit", book, *asked, "--decay", 0.01, "--engine", "gd", "-O", "itr=2", code=3)
    x = [each["initial"] for each in found["variables"]]
    sheet = openpyxl.load_workbook(book)["Data"]
    if long:
        lines = [(row[0].value, row[1].value, row[2].value) for row in sheet.iter_rows(2)]
    else:
        lines = [(i, j, v) for i, row in enumerate(targets) for j, v in enumerate(row) if v is not None]
    places = [list(dict.fromkeys(line[side] for line in lines)) for side in (0, 1)]
    take = iter(x)

    def block(rows: int, cols: int) -> Any:
        return np.array([[next(take) for _ in range(cols)] for _ in range(rows)])

    users, movies = block(5, 2), block(4, 2)
    sizes = [4, *map(int, hidden.split(",")), 1]
    weights = [block(inputs + 1, outputs) for inputs, outputs in itertools.pairwise(sizes)]
    assert next(take, None) is None
    if not long:
        places = [list(range(5)), list(range(4))]
    loss = 0.0
    for user, movie, target in lines:
        layer = np.concatenate([users[places[0].index(user)], movies[places[1].index(movie)]])
        for table in weights[:-1]:
            layer = np.tanh(layer @ table[:-1] + table[-1])
        z = float((layer @ weights[-1][:-1] + weights[-1][-1])[0])
        loss += (target - 6 / (1 + np.exp(-z))) ** 2 / len(lines)
    assert found["objective"]["initial"] == pytest.approx(loss + 0.01 * np.sum(np.square(x)), rel=1e-12)
    assert found["objective"]["final"] < found["objective"]["initial"]


def test_network_on_frozen_embeddings(tmp_path: Path) -> None:
    """Only the weights move, and a network of three units hits what a line through the embeddings cannot."""
    book, out = three_grids(tmp_path / "lesson.xlsx"), tmp_path / "out.xlsx"
    cells = openpyxl.load_workbook(book)
    for row, value in ((6, -1), (7, 0), (8, 1)):
        cells["Lesson"].cell(row, 2).value = value
    cells.save(book)
    asked = ("--model", "network", "--hidden", 3, "--freeze", "rows", "--freeze", "columns")
    found = listing("fit", book, *asked, "-o", out)
    assert len(found["variables"]) == 3 * 3 + 4
    assert found["objective"]["final"] == pytest.approx(0, abs=1e-12)
    sheet = openpyxl.load_workbook(out)["Lesson"]
    assert [sheet.cell(row, 2).value for row in (2, 3, 6, 7, 8)] == [-1, 1, -1, 0, 1]
    (tmp_path / "office").mkdir()
    recalculated = libreoffice(out, tmp_path / "office")["Lesson"]
    assert recalculated[address(found["objective"]["cell"])].value == pytest.approx(0, abs=1e-12)
    assert "cannot start at zeros" in refused("fit", book, *asked, "--init", "zeros")


def test_the_sheet_is_dressed_and_the_users_cells_are_not(tmp_path: Path) -> None:
    book, out = grid_book(tmp_path / "book.xlsx", planted(5, 4, 1, 0.2, 0.9, seed=3)), tmp_path / "out.xlsx"
    wide = openpyxl.load_workbook(book)
    wide["Data"].column_dimensions["A"].width = 40
    wide["Data"]["B3"].number_format = "0.000"
    wide.save(book)
    listing("fit", book, "--factors", 1, "--bias", "--holdout", 0.2, "-o", out)
    sheet, before = openpyxl.load_workbook(out)["Data"], openpyxl.load_workbook(book)["Data"]
    for row in before.iter_rows():
        for cell in row:
            assert sheet[cell.coordinate].style_id == cell.style_id
    assert sheet.column_dimensions["A"].width == 40
    model = recall(read(out))["Data"]
    assert model.held_out is not None
    filled = [cell for row in sheet.iter_rows() for cell in row if cell.fill.patternType]
    fills = {cell.coordinate: cell.fill.fgColor.rgb for cell in filled}
    variables = {area.first.a1 for area in model.variables}
    assert {fills[cell] for cell in variables} == {"FFFFF2CC"}
    assert fills[model.objective.a1] == "FFE2EFDA"
    assert sheet[model.objective.a1].number_format == "0.0000"
    heading = next(cell for row in sheet.iter_rows() for cell in row if cell.value == "Loss: mse")
    assert heading.font.bold
    assert sheet.column_dimensions[heading.column_letter].width > 15
    again = tmp_path / "again.xlsx"
    listing("solve", out, "-o", again)
    assert openpyxl.load_workbook(again)["Data"][model.objective.a1].fill.fgColor.rgb == "FFE2EFDA"


def test_headers_of_a_long_table_stay_in_sight(tmp_path: Path) -> None:
    book, out = table_book(tmp_path / "book.xlsx", planted(5, 4, 1, 0.2, 0.9, seed=3)), tmp_path / "out.xlsx"
    listing("fit", book, "--factors", 1, "-o", out)
    assert openpyxl.load_workbook(out)["Data"].freeze_panes == "A2"


def test_the_decay_is_chosen_by_the_held_out_loss(tmp_path: Path) -> None:
    """No decay twice or half as large serves the held-out targets better, and the cell holds the chosen one."""
    book, out = grid_book(tmp_path / "book.xlsx", planted(12, 10, 1, 1.0, 0.8, seed=7)), tmp_path / "out.xlsx"
    asked = ("--factors", 2, "--bias", "--holdout", 0.25)

    def held_out(decay: object) -> tuple[float, float]:
        listing("fit", book, *asked, "--decay", decay, "--engine", "lbfgsb", "-O", "early_stop=0", "-o", out)
        sheet = openpyxl.load_workbook(out, data_only=True)["Data"]
        labels = {cell.value: cell.offset(0, 1).value for row in sheet.iter_rows() for cell in row if cell.value}
        return labels["weight decay"], labels["held-out loss"]

    decay, least = held_out("auto")
    assert decay > 0
    for other in (2 * decay, decay / 2):
        assert held_out(other)[1] >= least * (1 - 1e-3)
    assert "nothing is held out" in refused("fit", book, "--decay", "auto")
    assert "--decay takes a number" in refused("fit", book, "--decay", "-1")


def test_a_descent_with_held_out_targets_stops_early(tmp_path: Path) -> None:
    book, out = grid_book(tmp_path / "book.xlsx", planted(12, 10, 2, 0.8, 0.8, seed=7)), tmp_path / "out.xlsx"
    asked = ("--factors", 3, "--bias", "--holdout", 0.25, "--engine", "adam", "--report", "trace", "-o", out)
    found = listing("fit", book, *asked)
    assert found["outcome"]["message"].startswith("The held-out loss has not fallen for 50 steps")
    sheet = openpyxl.load_workbook(out, data_only=True)["Trace Report 1"]
    header = next(row for row in sheet.iter_rows(values_only=True) if "Held-Out Loss" in row)
    place = header.index("Held-Out Loss")
    losses = [row[place] for row in sheet.iter_rows(values_only=True) if isinstance(row[place], float)]
    assert losses.index(min(losses)) == len(losses) - 51
    labels = openpyxl.load_workbook(out, data_only=True)["Data"]
    kept = next(c.offset(0, 1).value for row in labels.iter_rows() for c in row if c.value == "held-out loss")
    assert kept == pytest.approx(min(losses))
