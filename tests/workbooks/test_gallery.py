"""The gallery: the files are what the templates make, their models are whole, and LibreOffice agrees with them."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.formula.translate import Translator

from solver.book.read import read_book
from solver.grid import Area, Cell, column_letters, parse_a1
from solver.model.model import Constraint, Model, Relation, validate
from solver.model.recall import recall
from solver.model.render import names_of
from solver.templates.blank import blank
from solver.templates.pieces import joined, moved, one
from solver.templates.plan import Look, WorkbookPlan
from solver.templates.workbook import workbook_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from openpyxl.worksheet.worksheet import Worksheet

GALLERY = Path(__file__).resolve().parents[2] / "workbooks"
# fmt: off
EVERY_MODEL_HAS = {
    "typ", "val", "adj", "num", "eng", "neg", "ver", "pre", "scl", "sho", "rlx", "tol", "tim",
    "itr", "nod", "mip", "cvg", "drv", "est", "nwt", "msl", "ssz", "rsd", "rbv", "mrt", "mni",
}
# fmt: on
SOFFICE = shutil.which("soffice")


def _build_script() -> Any:
    sys.path.insert(0, str(GALLERY))  # as if it were run: its own folder comes first
    spec = importlib.util.spec_from_file_location("gallery_build", GALLERY / "build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["gallery_build"] = module
    spec.loader.exec_module(module)
    return module


build = _build_script()
PLANS: dict[str, WorkbookPlan] = build.gallery()
MODELS = [
    pytest.param(name, sheet, id=f"{name}:{sheet.name}")
    for name, plan in PLANS.items()
    for sheet in plan.sheets
    if sheet.model is not None
]


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The gallery as the templates make it now, without values."""
    folder = tmp_path_factory.mktemp("gallery")
    build.build(folder, values=False)
    return folder


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


def numbers(sheet: Worksheet, area: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    """The numbers of an area, 0 where it is blank."""
    return np.array([[cell.value or 0.0 for cell in row] for row in sheet[area]], dtype=float)


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
    assert {path.name for path in GALLERY.glob("*.xlsx")} == set(PLANS)


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
    assert "=" + moved(formula, rows, cols) == theirs


def test_two_pieces_cannot_claim_one_cell() -> None:
    with pytest.raises(ValueError, match="B3"):
        joined(one(2, 1, 1.0, Look.INPUT), one(2, 1, 2.0, Look.INPUT))


def test_blank_template_has_a_model_of_any_size() -> None:
    plan = blank(variables=6, limits=4)
    assert plan.model is not None
    assert [area.size for area in plan.model.variables] == [6]
    assert plan.model.constraints[0].left.size == 4
    assert workbook_bytes(WorkbookPlan("", (plan,)))


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
