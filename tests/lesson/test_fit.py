"""From three grids of numbers to a living sheet: formulas, model and answer, and what a person may do with it next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import openpyxl
import pytest

from solver.model.recall import recall
from solver.pipeline import read
from tests.lesson.sheets import (
    TARGETS,
    address,
    grid_book,
    libreoffice,
    listing,
    planted,
    put,
    refused,
    run,
    table_book,
    three_grids,
    write,
)

if TYPE_CHECKING:
    from pathlib import Path


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
        [cell.value for cell in row if isinstance(cell.value, (int, float))] for row in _below(sheet, "Predictions", 8)
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
    marked = sum(cell.value == 1 for row in _below(sheet, "Held out (1)", 15) for cell in row)
    assert marked == round(0.2 * sum(v is not None for row in targets for v in row))


def _below(sheet: Any, heading: str, rows: int) -> Any:
    """The rows of the grid under a heading."""
    at = next(cell for row in sheet.iter_rows() for cell in row if cell.value == heading)
    return sheet.iter_rows(at.row + 2, at.row + 1 + rows, at.column + 1)


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


def test_areas_may_be_given_or_named(tmp_path: Path) -> None:
    cells: dict[str, Any] = {}
    put(cells, "B2", [[1, 2], [0.5, -1]])
    put(cells, "E2", [[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]])
    put(cells, "E6", [[1, 2, None], [3, None, 5]])
    book = write(tmp_path / "book.xlsx", {"S": cells})
    found = listing("fit", book, "--rows", "B2:C3", "--columns", "S!$E$2:$G$3", "--targets", "S!E6:G7", "--at", "J2")
    assert {address(each["cell"]) for each in found["variables"]} == {
        "B2",
        "C2",
        "B3",
        "C3",
        *(f"{c}{r}" for c in "EFG" for r in (2, 3)),
    }
    assert found["objective"]["final"] == pytest.approx(0, abs=1e-10)


def test_bad_input(tmp_path: Path) -> None:
    def book(cells: dict[str, Any]) -> Path:
        return write(tmp_path / "bad.xlsx", {"S": cells})

    grid: dict[str, Any] = {}
    put(grid, "A1", [["Targets"], [None, "a", "b"], ["x", 1, 2], ["y", 3, 4]])
    assert "S!$C$4" in refused("fit", book({**grid, "C4": "many"})).replace("S!C4", "S!$C$4")
    assert "'many'" in refused("fit", book({**grid, "C4": "many"}), "--targets", "B3:C4")
    assert "#DIV/0!" in refused("fit", book({**grid, "C4": "#DIV/0!"}), "--targets", "B3:C4")
    dated = openpyxl.load_workbook(book(grid))
    dated["S"]["B3"].number_format = "yyyy-mm-dd"
    dated.save(tmp_path / "dated.xlsx")
    assert "a date" in refused("fit", tmp_path / "dated.xlsx")
    users: dict[str, Any] = {}
    put(users, "F1", [["Users"], ["x", 1, 2, 3], ["y", 1, 2, 3]])
    assert "2 are asked for" in refused("fit", book(grid | users), "--factors", 2)
    assert "overlap" in refused("fit", book(grid | users), "--rows", "B4:C4")
    wrong = {key: value for key, value in users.items() if key[1] != "3"}
    assert "1 x 3 numbers for 2 rows" in refused("fit", book(grid | wrong))
    put(users, "F9", [["Users"], ["x", 1], ["y", 1]])
    assert "found 2 times" in refused("fit", book(grid | users))
    assert "has formulas already" in refused("fit", book(grid | {"Z1": "=1+1"}))
    assert "not empty" in refused("fit", book(grid | {"Z1": "=1+1"}), "--at", "A2")
    assert run("fit", book(grid | {"Z1": "=1+1"}), "--at", "AC1", "--quiet")[0] == 0
    assert "no heading" in refused("fit", book({"A1": 1}))
    assert "no targets" in refused("fit", book({"A1": 1}), "--targets", "C1:D4")
    assert "cannot be held out" in refused("fit", book(grid), "--holdout", 0.01)
    assert "has no option" in refused("fit", book(grid), "--engine", "gd", "-O", "fly=1").replace(
        "no engine has an option", "has no option"
    )


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


LINES = [("ann", "alien", 5), ("ann", "brazil", 2), ("bob", "alien", 4), ("cid", "brazil", 1), ("cid", "alien", 3)]


@pytest.mark.parametrize(
    "cells",
    [
        [("userId", "movieId", "rating"), *((1 + i % 3, 7 + i % 2, v) for i, (_, _, v) in enumerate(LINES))],
        [("rating", "user", "movie"), *((v, user, movie) for user, movie, v in LINES)],
        [("Movie_ID", "Score", "User_ID"), *((movie, v, user) for user, movie, v in LINES)],
        LINES,
        [("who", "what", "stars"), *((1 + i % 3, 7 + i % 2, v) for i, (_, _, v) in enumerate(LINES))],
        [(None, "alien", "brazil"), ("ann", 5, 2), ("bob", 4, None), ("cid", 3, 1)],
        [("", "alien", "brazil"), ("ann ", 5, 2), (" bob", 4, None), ("cid", 3, 1)],
        [(5, 2), (4, None), (3, 1)],
    ],
    ids=[
        "numbered keys",
        "values first",
        "values between",
        "no headings",
        "other headings",
        "blank corner",
        "spaces around labels",
        "numbers alone",
    ],
)
def test_targets_in_every_shape(tmp_path: Path, cells: list[tuple[Any, ...]]) -> None:
    """One sheet of ratings, however it is laid out, is found without a word about where it stands."""
    book = openpyxl.Workbook()
    for row in cells:
        book.active.append(row)
    book.save(tmp_path / "book.xlsx")
    found = listing("fit", tmp_path / "book.xlsx", "--factors", 2, "-o", tmp_path / "out.xlsx")
    assert found["objective"]["final"] < 1e-9 < found["objective"]["initial"]
    assert len(found["variables"]) == 2 * (3 + 2)
    assert run("check", tmp_path / "out.xlsx", "--quiet")[0] == 0


@pytest.mark.parametrize(
    ("keys", "what"),
    [
        ((1, "1", 2), "Sheet!A3: the key '1' looks like that in Sheet!A2, but one is a text and one a number"),
        (("ann", "bob", "ANN "), "Sheet!A4: the key 'ANN ' looks like that in Sheet!A2, but they differ in spaces"),
    ],
)
def test_keys_that_only_look_alike(tmp_path: Path, keys: tuple[Any, ...], what: str) -> None:
    lines = {f"A{row}": key for row, key in enumerate(keys, 2)}
    lines |= {f"{column}{row}": row for column in "BC" for row in range(2, len(keys) + 2)}
    book = write(tmp_path / "book.xlsx", {"Sheet": {"A1": "user", "B1": "movie", "C1": "rating", **lines}})
    assert what in refused("fit", book, "-o", tmp_path / "out.xlsx")


def test_numbers_that_are_texts(tmp_path: Path) -> None:
    book = write(
        tmp_path / "book.xlsx", {"Sheet": {"A1": "Ratings", "B1": "x", "C1": "y", "A2": "a", "B2": "5", "C2": 4}}
    )
    assert "Sheet!B2: the targets hold '5' as a text: make a number of it" in refused("fit", book, "-o", tmp_path / "o")


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
