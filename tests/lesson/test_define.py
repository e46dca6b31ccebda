"""Models stored from the command line: what it writes is what the dialogs of two spreadsheet programs read."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import openpyxl
import pytest

from solver.grid import Area
from solver.model.model import Constraint, Relation, Sense
from solver.model.recall import recall
from solver.pipeline import read
from tests.lesson.sheets import listing, refused, run, write

if TYPE_CHECKING:
    from pathlib import Path

CELLS = {
    "A1": 1, "A2": 1, "A3": 1, "B1": "=2*A1+A2-A3", "B2": "=SUM(A1:A3)", "B3": "=A1-A2", "C1": 4,
}  # fmt: skip


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A linear model's formulas, nothing stored."""
    return write(tmp_path / "book.xlsx", {"Plan": CELLS, "Other": {"A1": 1, "B1": "=A1^2"}})


def test_a_whole_model_is_stored_and_solved(book: Path) -> None:
    asked = ("--maximize", "B1", "--by-changing", "A1:A3", "--nonnegative", "--engine", "Simplex LP")
    rows = ("--subject-to", "B2 <= C1", "--subject-to", "B3<=1", "--subject-to", "A3 >= 0.5")
    found = listing("define", book, *asked, *rows, "-O", "itr=500")
    (shown,) = found["models"]
    assert (shown["sense"], shown["engine"], shown["n_variables"], shown["n_constraints"]) == ("max", "simplex", 3, 3)
    model = recall(read(book))["Plan"]
    assert model.sense is Sense.MAX
    assert model.nonnegative
    assert [each.relation for each in model.constraints] == [Relation.LE, Relation.LE, Relation.GE]
    assert model.options["itr"] == 500
    solved = listing("solve", book, "--dry-run")
    assert solved["objective"]["final"] == pytest.approx(2 * 2.25 + 1.25 - 0.5)


def test_names_are_those_of_excel(book: Path) -> None:
    run("define", book, "--minimize", "B1", "--by-changing", "A1:A2,A3", "--subject-to", "A1:A2 int", "--free")
    names = {name: each.attr_text for name, each in openpyxl.load_workbook(book)["Plan"].defined_names.items()}
    assert names["solver_opt"] == "Plan!$B$1"
    assert names["solver_adj"] == "Plan!$A$1:$A$2,Plan!$A$3"
    assert (names["solver_typ"], names["solver_neg"], names["solver_num"], names["solver_eng"]) == ("2", "2", "1", "1")
    assert (names["solver_lhs1"], names["solver_rel1"], names["solver_rhs1"]) == ("Plan!$A$1:$A$2", "4", "integer")


def test_edits_keep_the_rest(book: Path, tmp_path: Path) -> None:
    rows = ("--subject-to", "A1 >= 2", "--subject-to", "A2 >= 3")
    run("define", book, "--minimize", "B1", "--by-changing", "A1:A3", *rows)
    out = tmp_path / "out.xlsx"
    before = book.read_bytes()
    assert run("define", book, "--remove", 1, "--subject-to", "A3 = 7", "-o", out, "--quiet") == (0, "", "")
    assert book.read_bytes() == before
    old, new = recall(read(book))["Plan"], recall(read(out))["Plan"]
    assert (new.objective, new.variables, new.nonnegative) == (old.objective, old.variables, old.nonnegative)
    assert new.constraints[0] == old.constraints[1]
    assert new.constraints[1] == Constraint(Area("Plan", 2, 0, 2, 0), Relation.EQ, 7.0)
    assert run("define", out, "--remove", "A3 = 7", "--value-of", "B2", "--target", 9, "--quiet")[0] == 0
    last = recall(read(out))["Plan"]
    assert (last.sense, last.target, len(last.constraints)) == (Sense.VALUE, 9, 1)


def test_the_same_again_changes_nothing(book: Path) -> None:
    asked = ("define", book, "--minimize", "B1", "--by-changing", "A1:A3", "-O", "cvg=0.001", "--quiet")
    run(*asked)
    before = book.read_bytes()
    run(*asked)
    assert book.read_bytes() == before


def test_only_the_names_change(book: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.xlsx"
    run("define", book, "--minimize", "B1", "--by-changing", "A1:A3", "-o", out)
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(out) as new:
        different = [name for name in old.namelist() if old.read(name) != new.read(name)]
    assert different == ["xl/workbook.xml"]


def test_the_held_out_loss(book: Path) -> None:
    """It is set, shown, kept by other edits, and cleared; more than one cell is refused."""
    listing("define", book, "--minimize", "B1", "--by-changing", "A1:A3", "--held-out", "B2")
    (shown,) = listing("define", book, "--engine", "adam")["models"]
    assert shown["held_out"] == "Plan!$B$2"
    assert "held-out loss Plan!$B$2" in run("show", book)[1]
    assert "single cell" in refused("define", book, "--held-out", "B2:B3")
    assert "held-out loss 5" in refused("define", book, "--held-out", "5")
    listing("define", book, "--held-out", "")
    model = recall(read(book))["Plan"]
    assert (model.held_out, model.engine) == (None, "adam")


def test_clear(book: Path) -> None:
    run("define", book, "--minimize", "B1", "--by-changing", "A1:A3", "--subject-to", "A1 >= 2", "--engine", "adam")
    assert listing("define", book, "--clear", "--maximize", "B2", "--by-changing", "A1")["models"][0]["sense"] == "max"
    names = openpyxl.load_workbook(book)["Plan"].defined_names
    assert not {"solver_lhs1", "solver_sheet_engine"} & set(names)
    assert listing("define", book, "--clear")["models"] == []
    assert not openpyxl.load_workbook(book)["Plan"].defined_names


def test_the_sheet_is_that_of_the_cells(book: Path) -> None:
    run("define", book, "--minimize", "Other!B1", "--by-changing", "Other!A1", "--engine", "gd", "-O", "rate=0.3")
    run("define", book, "--minimize", "B1", "--by-changing", "A1:A3", "--sheet", "plan")
    models = recall(read(book))
    assert sorted(models) == ["Other", "Plan"]
    assert (models["Other"].engine, models["Other"].options["rate"]) == ("gd", 0.3)


def test_bad_input(book: Path) -> None:
    before = book.read_bytes()
    asked = ("define", book, "--minimize", "B1", "--by-changing", "A1:A3")
    assert "no sheet" in refused("define", book, "--minimize", "Nowhere!B1", "--by-changing", "A1")
    assert "there are no variable cells" in refused("define", book, "--minimize", "B1")
    assert "must be a single cell" in refused("define", book, "--minimize", "B1:B2", "--by-changing", "A1")
    assert "this is no constraint" in refused(*asked, "--subject-to", "B1")
    assert "must include only variable cells" in refused(*asked, "--subject-to", "B1 int")
    assert "unequal numbers of cells" in refused(*asked, "--subject-to", "A1:A3 <= B1:B2")
    assert "there is no constraint 3" in refused(*asked, "--remove", 3)
    assert "did you mean simplex" in refused(*asked, "--engine", "simplx")
    assert "no engine has an option" in refused(*asked, "-O", "fly=1")
    code, _, messages = run("define", book, "--minimize", "B1", "--maximize", "B1")
    assert code == 2
    assert "choose one of" in messages
    assert book.read_bytes() == before
