"""The models of real workbooks and of workbooks with certified answers, against what is written down about them."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from solver.book.read import read_book
from solver.grid import Area, Cell, parse_a1
from solver.model.define import with_constraint, without_constraint
from solver.model.model import Model, Relation, validate
from solver.model.recall import recall
from solver.model.render import render
from tests.conftest import SHARED
from tests.model.stored import written

if TYPE_CHECKING:
    from pathlib import Path

    from solver.book.book import Book

_ROW = re.compile(r"\| ([^|]+?\.xls[xm]) \| ([^|]+?) ?\| ([^|]+?) \| (max|min|value) \| (\d+) \| (\d+) \| ([^|]+?) \|")


def _rows() -> list[tuple[str, ...]]:
    """The rows of the table of real workbooks: file, sheet, kind, sense, variables, constraint cells, objective."""
    readme = SHARED / "real" / "README.md"
    return [match.groups() for match in _ROW.finditer(readme.read_text("utf-8"))] if readme.is_file() else []


def _certified() -> dict[str, dict[str, Any]]:
    expected = SHARED / "certified" / "expected.json"
    return json.loads(expected.read_text("utf-8")) if expected.is_file() else {}


def _files() -> list[Path]:
    found = (path for folder in ("real", "certified") for path in (SHARED / folder).glob("*.xls[xm]"))
    return sorted(found)


@cache
def _book(path: Path) -> Book:
    return read_book(path)


def _named(models: dict[str, Model], sheet: str) -> Model | None:
    """The model of a sheet whose name may have lost a space at its end."""
    return next((model for name, model in models.items() if name.strip() == sheet.strip()), None)


@pytest.mark.parametrize("row", _rows(), ids=lambda row: f"{row[0]}:{row[1]}")
def test_a_real_model_is_what_the_table_says(row: tuple[str, ...]) -> None:
    file, sheet, kind, sense, variables, constraints, objective = row
    model = _named(recall(_book(SHARED / "real" / file)), sheet)
    if (variables, constraints) == ("0", "0"):
        assert model is None, "an objective alone is no model"
        return
    assert model is not None
    validate(model)
    address = objective.rpartition("!")[2]
    assert model.objective == Cell(model.sheet, *parse_a1(address))
    assert model.sense.word == sense
    assert len(model.cells()) == int(variables)
    assert sum(constraint.left.size for constraint in model.constraints) == int(constraints)
    kinds = {constraint.relation for constraint in model.constraints}
    assert ("alldiff" in kind) == (Relation.ALLDIFFERENT in kinds)
    assert {"LP": "simplex", "EVO": "evolutionary"}.get(kind.partition("+")[0], model.engine) == model.engine
    assert not kind.startswith("MI") or kinds & {Relation.INT, Relation.BIN}


def test_the_table_lists_every_model_of_its_files() -> None:
    listed = {(file, sheet.strip()) for file, sheet, *_, variables, _, _ in _rows() if variables != "0"}
    if not listed:
        pytest.skip("the folder of outside workbooks is not here")
    stored = {
        (path.name, sheet.strip()) for path in _files() if path.parent.name == "real" for sheet in recall(_book(path))
    }
    assert stored == listed


@pytest.mark.parametrize(("name", "expected"), _certified().items(), ids=_certified())
def test_a_certified_model_is_what_was_written(name: str, expected: dict[str, Any]) -> None:
    models = recall(_book(SHARED / "certified" / f"{name}.xlsx"))
    assert list(models) == [expected["sheet"]]
    model = models[expected["sheet"]]
    validate(model)
    assert model.objective is not None
    assert model.objective.absolute == expected["objective_cell"]
    assert model.sense.word == expected["sense"]
    assert [area.absolute for area in model.variables] == expected["variables"]
    assert len(model.cells()) == expected["n_variables"]


@pytest.mark.parametrize("path", _files(), ids=lambda path: path.name)
def test_writing_what_was_read_changes_nothing(path: Path) -> None:
    book = _book(path)
    for model in recall(book).values():
        assert render(model, book) == ((), ())


@pytest.mark.parametrize("path", _files(), ids=lambda path: path.name)
def test_an_edit_comes_back_and_can_be_undone(path: Path) -> None:
    book = _book(path)
    for sheet, model in recall(book).items():
        area = Area.of(Cell(sheet, 0, 0))
        edited = with_constraint(model, book, f"{area.absolute} <= 4.25")
        changed, dropped = render(edited, book)
        count = len(model.constraints) + 1
        fresh = {f"solver_{side}{count}" for side in ("lhs", "rel", "rhs")}
        assert {"solver_num"} < {name.name for name in changed} <= {"solver_num"} | fresh
        assert {name for name, _ in dropped} <= {name.name for name in model.foreign}
        stored = written(edited, book)
        assert recall(stored)[sheet] == replace(edited, foreign=recall(stored)[sheet].foreign)
        back = written(without_constraint(edited, stored, str(count)), stored)
        before = {name for name in book.names if name not in model.foreign}
        assert before <= set(back.names)
