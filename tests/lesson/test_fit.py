"""What a fit learns: planted embeddings, every loss and link, held-out targets, first values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import openpyxl
import pytest

from solver.model.recall import recall
from solver.pipeline import read
from tests.lesson.sheets import below, grid_book, listing, planted, run, table_book, three_grids

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("long", [False, True])
def test_planted_embeddings_are_found(tmp_path: Path, bias: bool, long: bool) -> None:
    targets = planted(12, 9, 2, 0.0, 0.9, seed=4)
    if not bias:
        targets = [[None if v is None else v - 3 for v in row] for row in targets]
    book = (table_book if long else grid_book)(tmp_path / "book.xlsx", targets)
    found = listing("fit", book, "--factors", 2, "--loss", "rmse", *(["--bias"] if bias else []))
    assert found["objective"]["final"] < 1e-3  # the targets are rounded to so many decimals
    known = sum(value is not None for row in targets for value in row)
    assert found["recomputed"] >= 3 * known
    assert run("check", found["output"], "--quiet")[0] == 0


def test_grid_and_table_are_one_model(tmp_path: Path) -> None:
    targets = planted(6, 5, 1, 0.5, 1.0, seed=1)
    asked = ("--factors", 1, "--decay", 0.01)
    a = listing("fit", grid_book(tmp_path / "a.xlsx", targets), *asked)
    b = listing("fit", table_book(tmp_path / "b.xlsx", targets), *asked)
    assert a["objective"]["final"] == pytest.approx(b["objective"]["final"], rel=1e-6)


@pytest.mark.parametrize("loss", ["mse", "rmse", "mae", "huber"])
@pytest.mark.parametrize("link", ["identity", "sigmoid", "tanh"])
def test_loss_and_link_are_what_their_names_say(tmp_path: Path, loss: str, link: str) -> None:
    targets = planted(4, 3, 1, 0.3, 0.9, seed=2)
    asked = ("--factors", 1, "--bias", "--loss", loss, "--link", link, "--decay", 0.02, "--engine", "gd", "-O", "itr=3")
    found = listing("fit", grid_book(tmp_path / "book.xlsx", targets), *asked, code=3)
    x = np.array([each["initial"] for each in found["variables"]])
    users, movies, user_bias, movie_bias = x[:4, None], x[4:7], x[7:11, None], x[11:]
    t = np.array(targets, dtype=float)
    low, high = np.nanmin(t), np.nanmax(t)
    z = users * movies + user_bias + movie_bias + (np.nanmean(t) if link == "identity" else 0.0)
    share = {"identity": z, "sigmoid": 1 / (1 + np.exp(-z)), "tanh": (np.tanh(z) + 1) / 2}[link]
    d = t - (z if link == "identity" else low + (high - low) * share)
    each = {"mae": np.abs(d), "huber": np.where(np.abs(d) <= 1, d**2 / 2, np.abs(d) - 0.5)}.get(loss, d**2)
    expected = np.nanmean(each) ** (0.5 if loss == "rmse" else 1) + 0.02 * np.sum(x**2)
    assert found["objective"]["initial"] == pytest.approx(expected, rel=1e-12)


def test_held_out_targets_are_not_learnt(tmp_path: Path) -> None:
    targets = planted(15, 12, 2, 0.1, 0.95, seed=3)
    book, out = grid_book(tmp_path / "book.xlsx", targets), tmp_path / "out.xlsx"
    asked = ("--factors", 2, "--bias", "--loss", "rmse", "--holdout", 0.2, "--seed", 1)
    found = listing("fit", book, *asked, "-o", out)
    sheet = openpyxl.load_workbook(out, data_only=True)["Data"]
    labels = {cell.value: cell.offset(0, 1).value for row in sheet.iter_rows() for cell in row if cell.value}
    assert labels["loss"] == pytest.approx(found["objective"]["final"])
    assert labels["loss"] < 0.1 < labels["held-out loss"] < 1.0
    again = listing("fit", book, *asked, "-o", tmp_path / "again.xlsx")
    assert [v["final"] for v in again["variables"]] == [v["final"] for v in found["variables"]]
    other = listing("fit", book, *asked[:-1], 2, "-o", tmp_path / "other.xlsx")
    assert other["variables"][0]["initial"] != found["variables"][0]["initial"]
    marked = sum(cell.value == 1 for row in below(sheet, "Held out (1)", 15) for cell in row)
    assert marked == round(0.2 * sum(v is not None for row in targets for v in row))


def test_without_a_target_an_embedding_rests(tmp_path: Path) -> None:
    targets = planted(6, 5, 1, 0.2, 1.0, seed=5)
    targets[2] = [None] * 5
    for row in targets:
        row[4] = None
    for decay in (0, 0.1):
        found = listing("fit", grid_book(tmp_path / f"{decay}.xlsx", targets), "--factors", 2, "--decay", decay)
        notes = " / ".join(found["notes"])
        assert "row person 3 has no target to learn from" in notes
        assert "column film 5 has no target to learn from" in notes
        cells = {each["name"]: each for each in found["variables"]}
        resting = [each for name, each in cells.items() if "person 3" in name]
        assert [each["final"] for each in resting] == pytest.approx([each["initial"] for each in resting], rel=1e-14)


def test_the_engine_is_stored(tmp_path: Path) -> None:
    out = tmp_path / "out.xlsx"
    asked = ("--freeze", "rows", "--engine", "adam", "-O", "rate=0.1", "-O", "itr=50")
    first = listing("fit", three_grids(tmp_path / "a.xlsx"), *asked, "-o", out, code=3)
    model = recall(read(out))["Lesson"]
    assert (model.engine, model.options["rate"], model.options["itr"]) == ("adam", 0.1, 50)
    second = listing("solve", out, code=3)
    assert (second["engine"]["name"], second["iterations"]) == ("adam", 50)
    assert second["objective"]["final"] < first["objective"]["final"] < first["objective"]["initial"]


def test_a_step_that_is_too_large(tmp_path: Path) -> None:
    book = grid_book(tmp_path / "book.xlsx", planted(5, 4, 1, 0.1, 1.0, seed=6))
    _, out, _ = run("fit", book, "--engine", "gd", "-O", "rate=1000", "--json")
    assert "is too large; try -O rate=" in out


def test_first_values(tmp_path: Path) -> None:
    targets = planted(4, 3, 1, 0.1, 1.0, seed=9)
    book = grid_book(tmp_path / "book.xlsx", targets)
    stop = ("--engine", "gd", "-O", "itr=0")
    for init, spread in (("zeros", 0.0), ("random", 0.5), (None, 0.5)):
        asked = ("--init", init) if init else ()
        found = listing("fit", book, "--factors", 2, "--bias", *asked, *stop, code=None)
        first = [each["initial"] for each in found["variables"]][: 4 * 2]
        assert np.ptp(first) <= 2 * spread
        assert (np.ptp(first) > 0) == (spread > 0)
    narrow = listing("fit", book, "--factors", 2, "--bias", "--scale", 0.01, *stop, code=None)
    assert np.abs([each["initial"] for each in narrow["variables"]][:8]).max() <= 0.01


def test_the_report_of_a_grid_with_blanks(tmp_path: Path) -> None:
    """It shows target and fitted value of each of the known cells, and nothing of the others."""
    targets = planted(6, 5, 2, 0.0, 0.6, seed=4)
    out = tmp_path / "out.xlsx"
    listing("fit", grid_book(tmp_path / "book.xlsx", targets), "--factors", 2, "--report", "fit", "-o", out)
    report = openpyxl.load_workbook(out)["Fit Report 1"]
    rows = [[cell.value for cell in row] for row in report.iter_rows()]
    head = next(k for k, row in enumerate(rows) if "target" in [str(value).casefold() for value in row])
    col = [str(value).casefold() for value in rows[head]].index("target")
    shown = [row[col] for row in rows[head + 1 :] if isinstance(row[col], (int, float))]
    assert sorted(shown) == pytest.approx(sorted(value for row in targets for value in row if value is not None))
