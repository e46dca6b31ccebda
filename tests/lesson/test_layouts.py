"""One table of ratings as different people lay it out: `fit` finds the same targets in each, or says what it sees."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from solver.grid import Area
from solver.lesson.labelled import labelled_grids
from tests.books import book_of
from tests.lesson.sheets import listing, planted, put, run, write

if TYPE_CHECKING:
    from pathlib import Path

    from solver.values import Scalar

RATINGS = planted(7, 5, 2, 0.3, 0.85, seed=3)
PEOPLE = ["Ann", "Bob", "Cid", "Dee", "Eve", "Fay", "Gus"]
FILMS = ["Up", "Heat", "Alien", "Big", "Jaws"]
MEANS = [round(float(np.nanmean(np.array(line, dtype=float))), 2) for line in RATINGS]
ASKED = ("--factors", 2, "--seed", 1)


def table(corner: object = None, mark: object = None, people: list[Any] = PEOPLE, films: list[Any] = FILMS) -> Any:
    """The ratings with their names around them."""
    lines = [[mark if value is None else value for value in line] for line in RATINGS]
    return [[corner, *films], *([name, *line] for name, line in zip(people, lines, strict=True))]


def plain() -> dict[str, Any]:
    cells: dict[str, Any] = {}
    put(cells, "A1", table())
    return cells


def titled() -> dict[str, Any]:
    cells: dict[str, Any] = {"A1": "Film night", "A2": "1 to 5, blank: not seen"}
    put(cells, "B4", table())
    return cells


def grouped() -> dict[str, Any]:
    cells: dict[str, Any] = {"C1": "Movies", "A3": "Users"}
    put(cells, "B2", table())
    return cells


def with_numbers() -> dict[str, Any]:
    cells: dict[str, Any] = {}
    put(cells, "B2", table(people=[14, 29, 72, 211, 212, 293, 310], films=[27, 49, 57, 72, 79]))
    return cells


def with_means() -> dict[str, Any]:
    cells = plain()
    put(cells, "G1", [["Mean"], *([mean] for mean in MEANS)])
    put(cells, "A9", [["Average:", 3, 3, 3, 3, 3]])
    return cells


def with_ages() -> dict[str, Any]:
    cells: dict[str, Any] = {}
    for k, (name, *line) in enumerate(table()):
        put(cells, f"A{k + 1}", [["name", "age", "town", *line] if k == 0 else [name, 30 + k, "Bonn", *line]])
    return cells


def with_marks() -> dict[str, Any]:
    cells: dict[str, Any] = {}
    put(cells, "A1", table(mark="-"))
    return cells | dict(zip(_dashes(cells), ("n/a", "?", " "), strict=False))


def _dashes(cells: dict[str, Any]) -> list[str]:
    return [place for place, value in cells.items() if value == "-"]


def with_a_corner() -> dict[str, Any]:
    cells: dict[str, Any] = {}
    put(cells, "A1", table(corner="User"))
    return cells


def with_an_index() -> dict[str, Any]:
    """As data frames are exported: an unnamed column of numbers before the names."""
    cells: dict[str, Any] = {}
    put(cells, "A1", [[None if k == 0 else k - 1, *line] for k, line in enumerate(table(corner="name"))])
    return cells


LAYOUTS = (plain, titled, grouped, with_numbers, with_means, with_ages, with_marks, with_a_corner, with_an_index)


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> list[float]:
    """The fitted numbers where the area is said."""
    book = write(tmp_path_factory.mktemp("said") / "book.xlsx", {"S": plain()})
    found = listing("fit", book, "--targets", "B2:F8", *ASKED)
    return [each["final"] for each in found["variables"]]


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.__name__)
def test_the_same_targets_are_found_in_every_layout(tmp_path: Path, layout: Any, expected: list[float]) -> None:
    book = write(tmp_path / "book.xlsx", {"S": layout()})
    found = listing("fit", book, *ASKED)
    assert [each["final"] for each in found["variables"]] == pytest.approx(expected, rel=1e-6)
    assert run("check", found["output"], "--quiet")[0] == 0


def test_the_only_grid_of_a_book_may_be_on_another_sheet(tmp_path: Path, expected: list[float]) -> None:
    book = write(tmp_path / "book.xlsx", {"Notes": {"A1": "see the next sheet"}, "S": plain()})
    found = listing("fit", book, *ASKED)
    assert [each["final"] for each in found["variables"]] == pytest.approx(expected, rel=1e-6)


def test_a_long_table_may_hold_more_columns(tmp_path: Path) -> None:
    lines = [
        (name, film, value)
        for name, line in zip(PEOPLE, RATINGS, strict=True)
        for film, value in zip(FILMS, line, strict=True)
        if value is not None
    ]
    wide: dict[str, Any] = {}
    header = ["no", "user", "year", "movie", "seen", "rating"]
    put(wide, "A1", [header, *([k, name, 1990 + k, film, "yes", value] for k, (name, film, value) in enumerate(lines))])
    narrow: dict[str, Any] = {}
    put(narrow, "A1", [["user", "movie", "rating"], *lines])
    losses = [
        listing("fit", write(tmp_path / f"{name}.xlsx", {"S": cells}), *ASKED)["objective"]["final"]
        for name, cells in (("wide", wide), ("narrow", narrow))
    ]
    assert losses[0] == pytest.approx(losses[1], rel=1e-9)


def test_two_grids_and_numbers_beside_one_are_not_guessed_about(tmp_path: Path) -> None:
    twice = plain()
    put(twice, "A12", table())
    code, _, said = run("fit", write(tmp_path / "twice.xlsx", {"S": twice}))
    assert code == 2
    assert "S!$B$2:$F$8 and S!$B$13:$F$19" in said
    beside = plain()
    put(beside, "H1", [["f1", "f2"], *([0.25 * k, 0.5] for k in range(7))])
    code, _, said = run("fit", write(tmp_path / "beside.xlsx", {"S": beside}))
    assert code == 2
    assert "S!$H$2:$I$8 stand beside the grid S!$B$2:$F$8" in said


def test_a_tall_grid_is_found_in_time_that_grows_with_its_cells() -> None:
    """Every line of it could head the lines below: what they share is asked for once."""
    cells: dict[str, Scalar] = {"B1": "x", "C1": "y"}
    for row in range(2, 5002):
        cells |= {f"A{row}": f"user {row}", f"B{row}": float(row % 89), f"C{row}": float(row % 97 + 100)}
    book = book_of({"S": cells})
    began = time.process_time()
    assert labelled_grids(book, "S") == [Area("S", 1, 1, 5000, 2)]
    assert time.process_time() - began < 5.0


def test_an_entry_that_says_what_headings_say_is_none(tmp_path: Path, expected: list[float]) -> None:
    """A column of a long list may say `movie` in every line."""
    cells = plain()
    put(cells, "J2", [["what", "how long"], *(["movie", 80 + k] for k in range(400))])
    book = write(tmp_path / "book.xlsx", {"S": cells})
    began = time.process_time()
    found = listing("fit", book, "--targets", "B2:F8", *ASKED)
    assert [each["final"] for each in found["variables"]] == pytest.approx(expected, rel=1e-6)
    assert time.process_time() - began < 5.0


def test_words_that_say_something_are_no_marks(tmp_path: Path) -> None:
    for word in ("many", "x", "4 stars"):
        code, _, said = run("fit", write(tmp_path / "book.xlsx", {"S": plain() | {"C3": word}}), "--targets", "B2:F8")
        assert code == 2
        assert f"S!C3: the targets hold {word!r}" in said
