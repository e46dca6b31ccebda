"""Workbooks to start from: every template, with one's own ratings in every shape they come in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import openpyxl
import pytest

from solver.lesson.starting import RECOMMENDERS, TEMPLATES, new, ratings_from
from solver.templates.ratings import Ratings
from solver.templates.workbook import workbook_bytes
from tests.lesson.sheets import listing, refused, run

if TYPE_CHECKING:
    from pathlib import Path

LINES = "user,movie,rating\nAnn,Alien,4\nAnn,Brazil,2.5\nBob,Alien,1\nCy,Clue,5\n"
WANTED = Ratings(
    ("Ann", "Bob", "Cy"),
    ("Alien", "Brazil", "Clue"),
    ((4.0, 2.5, None), (1.0, None, None), (None, None, 5.0)),
    1.0,
    5.0,
)


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_template_computes_and_holds(template: str, tmp_path: Path) -> None:
    out = tmp_path / "out.xlsx"
    assert run("new", template, out) == (0, f"written to {out}\n", "")
    agreement = listing("check", out, code=run("check", out)[0])["agreement"]
    assert agreement["equal"] == agreement["cells"] > 0
    assert agreement["unsupported"] == []


@pytest.mark.parametrize("template", RECOMMENDERS)
def test_own_ratings_are_solved(template: str, tmp_path: Path) -> None:
    (tmp_path / "ratings.csv").write_text(LINES, encoding="utf-8")
    out = tmp_path / "out.xlsx"
    assert run("new", template, out, "--from", tmp_path / "ratings.csv", "--factors", 2, "--quiet")[0] == 0
    found = listing("solve", out, "--dry-run", "--time-limit", 20)
    assert found["objective"]["final"] < 0.1 < found["objective"]["initial"]


@pytest.mark.parametrize(
    "text",
    [
        LINES,
        LINES.replace(",", "\t"),
        "r;m",
        "﻿" + LINES,
        LINES.partition("\n")[2],
        "\n" + LINES.replace("\n", "\n\n"),
        ",Alien,Brazil,Clue\nAnn,4,2.5,\nBob,1,,\nCy,,,5\n",
        "name;Alien;Brazil;Clue\nAnn;4;2,5\nBob;1\nCy;;;5\n",
    ],
    ids=["lines", "tabs", "decimal commas", "mark", "no header", "gaps", "grid", "grid with decimal commas"],
)
def test_ratings_in_every_shape(text: str, tmp_path: Path) -> None:
    if text == "r;m":
        text = "\n".join(line.replace(",", ";", 2) for line in LINES.splitlines()).replace(".", ",")
    path = tmp_path / "ratings.csv"
    path.write_text(text, encoding="utf-8")
    assert ratings_from(path) == WANTED


def test_ratings_from_a_workbook(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (
        ["user", "movie", "rating"],
        ["Ann", "Alien", 4],
        ["Ann", "Brazil", 2.5],
        ["Bob", "Alien", 1],
        ["Cy", "Clue", 5],
    ):
        book.active.append(row)
    book.save(tmp_path / "ratings.xlsx")
    assert ratings_from(tmp_path / "ratings.xlsx") == WANTED


def test_few_ratings_have_room() -> None:
    """No two parts of a template claim the same cell, however few users, movies and factors there are."""
    for users, movies, factors in np.ndindex(4, 4, 3):
        values = tuple((3.0,) * (movies + 1) for _ in range(users + 1))
        names = tuple(f"n{k}" for k in range(5))
        for make in RECOMMENDERS.values():
            make(Ratings(names[: users + 1], names[: movies + 1], values), factors + 1, 1)


def test_points_for_the_regression(tmp_path: Path) -> None:
    x = np.arange(12.0)
    y = 90 / (1 + np.exp(-0.8 * (x - 5)))
    lines = "".join(f"{a},{b:.6f}\n" for a, b in zip(x, y, strict=True))
    (tmp_path / "points.csv").write_text("day,size\n" + lines, encoding="utf-8")
    out = tmp_path / "out.xlsx"
    run("new", "regression", out, "--from", tmp_path / "points.csv")
    found = listing("solve", out, "--dry-run")
    assert [each["final"] for each in found["variables"]] == pytest.approx([90, 0.8, 5], rel=1e-5)


def test_the_same_seed_gives_the_same_bytes() -> None:
    assert workbook_bytes(new("bias", seed=4)) == workbook_bytes(new("bias", seed=4))
    assert workbook_bytes(new("bias", seed=4)) != workbook_bytes(new("bias", seed=5))


def test_bad_input(tmp_path: Path) -> None:
    out, given = tmp_path / "out.xlsx", tmp_path / "ratings.csv"

    def message(text: str, template: str = "bias") -> str:
        given.write_text(text, encoding="utf-8")
        return refused("new", template, out, "--from", given)

    assert "did you mean dot-product" in refused("new", "dotproduct", out)
    said = message("user,movie,rating\na,b,1\na,c,many\n")
    assert said.strip() == f"{given}: line 3: many is not a number: correct the line"
    assert "line 3: a has rated b before" in message("user,movie,rating\na,b,1\na,b,2\n")
    assert "line 2: a user, a movie and a rating" in message("user,movie,rating\na\n")
    assert "must name every movie" in message(",a,,b\nx,1,2,3\n")
    assert "stands there twice" in message(",a,a\nx,1,2\n")
    assert "there are no ratings" in message(",a,b\nx,,\n")
    assert "the file is empty" in message("")
    assert "too few" in message("1,2\n2,3\n", "regression")
    assert "no place for numbers" in message(LINES, "knapsack")
    assert "no such file" in refused("new", "bias", out, "--from", tmp_path / "none.csv")
    given.write_bytes(b"\x00\x01\xff\x00")
    assert "this is no text" in refused("new", "bias", out, "--from", given)
    assert not out.exists()
    out.write_bytes(b"mine")
    assert "is there already" in refused("new", "blank", out)
    assert out.read_bytes() == b"mine"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings(encoding: str, tmp_path: Path) -> None:
    """What spreadsheet programs write as text files, umlauts included."""
    (tmp_path / "ratings.csv").write_text(LINES.replace("Ann", "Änne"), encoding=encoding)
    assert ratings_from(tmp_path / "ratings.csv").users == ("Änne", "Bob", "Cy")


def test_names_that_look_like_numbers(tmp_path: Path) -> None:
    (tmp_path / "ratings.csv").write_text(LINES.replace("Ann", "nan").replace("Bob", "1_0"), encoding="utf-8")
    assert ratings_from(tmp_path / "ratings.csv").users == ("nan", "1_0", "Cy")
