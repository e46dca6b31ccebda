"""The gallery: the files are what the templates make, their models are whole, and LibreOffice agrees with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.formula.translate import Translator

from solver.book.read import read_book
from solver.grid import Area, Cell, column_letters
from solver.model.model import Constraint, Model, Relation, validate
from solver.model.recall import recall
from solver.model.render import names_of
from solver.templates.blank import blank
from solver.templates.pieces import filled, joined, one
from solver.templates.plan import Look, WorkbookPlan
from solver.templates.workbook import workbook_bytes
from tests.workbooks.gallery import GALLERY, PLANS, STANDING, build

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet

EVERY_MODEL_HAS = {
    "typ", "val", "adj", "num", "eng", "neg", "ver", "pre", "scl", "sho", "rlx", "tol", "tim",
    "itr", "nod", "mip", "cvg", "drv", "est", "nwt", "msl", "ssz", "rsd", "rbv", "mrt", "mni",
}  # fmt: skip
MODELS = [
    pytest.param(name, sheet, id=f"{name}:{sheet.name}")
    for name, plan in PLANS.items()
    for sheet in plan.sheets
    if sheet.model is not None
]


@pytest.mark.parametrize("name", PLANS)
def test_committed_file_is_what_the_templates_make(name: str, fresh: Path) -> None:
    committed, made = openpyxl.load_workbook(GALLERY / name), openpyxl.load_workbook(fresh / name)
    assert committed.sheetnames == made.sheetnames
    for sheet in made.worksheets:
        assert _contents(committed[sheet.title]) == _contents(sheet)
        assert {key: value.attr_text for key, value in committed[sheet.title].defined_names.items()} == {
            key: value.attr_text for key, value in sheet.defined_names.items()
        }


def _contents(sheet: Worksheet) -> dict[str, tuple[object, str]]:
    return {
        cell.coordinate: (cell.value, cell.number_format)
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }


def test_no_workbook_stands_there_that_nobody_makes() -> None:
    assert {path.name for path in STANDING} == set(PLANS)


@pytest.mark.parametrize("name", PLANS)
def test_same_plan_gives_same_bytes(name: str, fresh: Path) -> None:
    assert workbook_bytes(build.gallery()[name]) == (fresh / name).read_bytes()


@pytest.mark.parametrize("name", PLANS)
def test_starting_values_survive_sixteen_digits(name: str) -> None:
    for sheet in PLANS[name].sheets:
        for mark in sheet.marks.values():
            if isinstance(mark.value, float):
                assert float(f"{mark.value:.16g}") == mark.value


@pytest.mark.parametrize(("name", "plan"), MODELS)
def test_stored_model_is_whole(name: str, plan: Any, fresh: Path) -> None:
    sheet = openpyxl.load_workbook(fresh / name)[plan.name]
    names = {key.removeprefix("solver_"): value for key, value in sheet.defined_names.items()}
    texts = {key: value.attr_text for key, value in names.items()}
    assert texts.keys() >= EVERY_MODEL_HAS
    assert all(value.hidden and value.attr_text for value in names.values())
    assert texts["ver"] == "3"
    variables = [cell for area in texts["adj"].split(",") for cell in _cells(sheet, area)]
    assert len(variables) == sum(area.size for area in plan.model.variables) <= 200
    assert all(cell.value is None or isinstance(cell.value, (int, float)) for cell in variables)
    if "opt" in texts:
        (objective,) = _cells(sheet, texts["opt"])
        assert str(objective.value).startswith("=")
    for number in range(1, int(texts["num"]) + 1):
        left = _cells(sheet, texts[f"lhs{number}"])
        relation, right = Relation(int(texts[f"rel{number}"])), texts[f"rhs{number}"]
        if relation >= Relation.INT:
            assert {cell.coordinate for cell in left} <= {cell.coordinate for cell in variables}
        elif "!" in right:
            assert len(_cells(sheet, right)) == len(left)
        else:
            float(right)
    assert f"lhs{int(texts['num']) + 1}" not in texts


@pytest.mark.parametrize("name", PLANS)
def test_stored_models_are_recalled_as_planned(name: str, fresh: Path) -> None:
    planned = {plan.name: plan.model for plan in PLANS[name].sheets if plan.model is not None}
    stored = recall(read_book(fresh / name))
    assert stored.keys() == planned.keys()
    for sheet, model in stored.items():
        validate(model)
        assert names_of(model) == names_of(planned[sheet])


def _cells(sheet: Worksheet, reference: str) -> list[Any]:
    name, address = reference.rsplit("!", 1)
    assert name.strip("'") == sheet.title
    found = sheet[address.replace("$", "")]
    return [cell for row in found for cell in row] if isinstance(found, tuple) else [found]


@pytest.mark.parametrize(("name", "plan"), MODELS)
def test_yellow_cells_are_the_variables(name: str, plan: Any) -> None:
    assert name in PLANS
    looks = {place for place, mark in plan.marks.items() if mark.look is Look.VARIABLE and mark.value is not None}
    variables = {(cell.row, cell.col) for area in plan.model.variables for cell in area.cells()}
    assert looks <= variables
    assert all(plan.marks[place].look is Look.VARIABLE for place in variables)


def test_models_speak_of_three_kinds_of_right_side() -> None:
    left = Area("S", 0, 0, 1, 0)
    model = Model(
        "S",
        variables=(left,),
        constraints=(
            Constraint(left, Relation.BIN),
            Constraint(Area.of(Cell("S", 3, 3)), Relation.LE, 2.5),
            Constraint(Area.of(Cell("S", 3, 4)), Relation.GE, Area.of(Cell("S", 5, 5))),
        ),
        engine="gd",
        options={"step": 0.1},
    )
    names = names_of(model)
    assert "opt" not in names
    assert [names[f"rhs{number}"] for number in (1, 2, 3)] == ["binary", "2.5", "S!$F$6"]
    assert (names["sheet_engine"], names["sheet_step"]) == ('"gd"', "0.1")


_references = st.builds(
    lambda col, row, fixed_col, fixed_row: f"{'$' * fixed_col}{column_letters(col)}{'$' * fixed_row}{row + 1}",
    st.integers(0, 700),
    st.integers(0, 5000),
    st.booleans(),
    st.booleans(),
)


@given(st.lists(_references, min_size=1, max_size=4), st.integers(0, 60), st.integers(0, 60))
def test_filling_moves_references_as_openpyxl_translates_them(references: list[str], rows: int, cols: int) -> None:
    formula = 'IF("A1"="x",' + "+".join(references) + f",SUM('Part 3'!{references[0]}:$ZZ$9000)*LOG10(2)+1.5E2)"
    theirs = Translator("=" + formula, "A1").translate_formula(row_delta=rows, col_delta=cols)
    marks = filled(Area("S", 0, 0, rows, cols), formula)
    assert "=" + marks[rows, cols].formula == theirs


def test_filling_beyond_the_sheet_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be filled into S!A2"):
        filled(Area("S", 0, 0, 1, 0), "A1048576")


def test_two_pieces_cannot_claim_one_cell() -> None:
    with pytest.raises(ValueError, match="B3"):
        joined(one(2, 1, 1.0, Look.INPUT), one(2, 1, 2.0, Look.INPUT))


def test_blank_template_has_a_model_of_any_size() -> None:
    plan = blank(variables=6, limits=4)
    assert plan.model is not None
    assert [area.size for area in plan.model.variables] == [6]
    assert plan.model.constraints[0].left.size == 4
    assert workbook_bytes(WorkbookPlan("", (plan,)))
