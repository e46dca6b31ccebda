"""Where the targets of a fit stand, in every shape; what cannot be a target is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from tests.lesson.sheets import address, listing, put, refused, run, write

if TYPE_CHECKING:
    from pathlib import Path


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
