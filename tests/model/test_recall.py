"""What the names of a sheet mean, in all the spellings that Excel, LibreOffice and OpenSolver store."""

from __future__ import annotations

from dataclasses import replace

import pytest

from solver.book.book import DefinedName
from solver.errors import ModelError
from solver.grid import Area, Cell
from solver.model.model import Constraint, Model, Relation, Sense, validate
from solver.model.recall import recall, stored_model
from solver.model.render import render
from tests.books import sheet_of
from tests.model.stored import storing

SIMPLE = {"opt": "Sheet1!$B$8", "adj": "Sheet1!$A$1:$A$3", "typ": "2", "num": "0"}


def area(a1: str, sheet: str = "Sheet1") -> Area:
    """An area by its corners, such as `A1:B2`."""
    model = stored_model(storing({"adj": f"'{sheet}'!{a1}"}, sheets=["Sheet1", sheet]), "Sheet1")
    return model.variables[0]


def only(texts: dict[str, str], **options: object) -> Model:
    """The model of a book with one."""
    models = recall(storing({**SIMPLE, **texts}, **options))  # type: ignore[arg-type]
    assert len(models) == 1
    return next(iter(models.values()))


def right(text: str, relation: str = "1", **options: object) -> object:
    """What the right side of a lone constraint is read as."""
    model = only({"num": "1", "lhs1": "Sheet1!$C$1:$C$2", "rel1": relation, "rhs1": text}, **options)
    assert not model.faults
    return model.constraints[0].right


def test_a_plain_model() -> None:
    model = only({"typ": "3", "val": "2.5", "eng": "2", "neg": "1", "tol": "0", "scl": "2", "ver": "3"})
    assert model.objective == Cell("Sheet1", 7, 1)
    assert (model.sense, model.target) == (Sense.VALUE, 2.5)
    assert model.variables == (Area("Sheet1", 0, 0, 2, 0),)
    assert (model.engine, model.nonnegative) == ("simplex", True)
    assert model.options == {"tol": 0.0, "scl": False}
    assert model.foreign == ()


@pytest.mark.parametrize(
    ("texts", "is_one"),
    [
        ({"sho": "2"}, False),
        ({"typ": "1", "num": "0", "eng": "1", "opt": "Sheet1!$A$1"}, False),
        ({"opt": "Sheet1!$A$1", "num": "1", "lhs1": "Sheet1!$A$1", "rel1": "1", "rhs1": "2"}, True),
        ({"adj": "Sheet1!$A$1"}, True),
        ({"ADJ": "Sheet1!$A$1"}, True),
        ({}, False),
    ],
)
def test_which_sheets_have_a_model(texts: dict[str, str], is_one: bool) -> None:
    assert ("Sheet1" in recall(storing(texts))) == is_one


def test_names_are_read_without_case() -> None:
    model = only(
        {"ADJ": "sheet1!$A$5", "adj": "Sheet1!$A$1:$A$3", "LHS1": "SHEET1!$C$1", "Rel1": "1", "RHS1": "1"}
        | {"num": "1"}
    )
    assert model.constraints == (Constraint(Area("Sheet1", 0, 2, 0, 2), Relation.LE, 1.0),)


def test_the_position_of_a_sheet_counts_chart_sheets() -> None:
    book = storing({"adj": "First!$A$1,Data!$A$1"}, sheets=["First", "Data"], position=2)
    assert list(recall(book)) == ["First"], "no tab is there: the variables say whose model it is"
    moved = {"First": book.sheets["First"], "Data": sheet_of("Data", {}, position=2)}
    assert list(recall(replace(book, sheets=moved))) == ["Data"]


def test_names_of_the_whole_book_belong_to_the_sheet_of_the_variables() -> None:
    book = storing({"sho": "2"}, sheets=["First", "Data"])
    adrift = {"adj": "Data!$A$1", "opt": "Data!$B$1", "typ": "1", "num": "1", "lhs1": "Data!$B$1"} | {
        "rel1": "1", "rhs1": "4",
    }  # fmt: skip
    everywhere = tuple(DefinedName("solver_" + key, text) for key, text in adrift.items())
    models = recall(replace(book, names=book.names + everywhere))
    assert list(models) == ["Data"]
    assert str(models["Data"]) == "Data: max Data!B1 by changing Data!$A$1"
    assert [str(each) for each in models["Data"].constraints] == ["Data!$B$1 <= 4"]
    own = DefinedName("solver_adj", "Data!$C$1:$C$3", 1, hidden=True)
    assert (
        str(recall(replace(book, names=(*everywhere, own)))["Data"])
        == "Data: any feasible point by changing Data!$C$1:$C$3"
    )


def test_names_of_the_whole_book_without_variables_are_no_model() -> None:
    settings = (DefinedName("solver_seed", "7"), DefinedName("solver_ntri", "1000"))
    assert recall(replace(storing({}), names=settings)) == {}


def test_an_empty_objective_is_none() -> None:
    model = only({"opt": " ", "adj": "Sheet1!$A$1"})
    assert (model.objective, model.faults) == (None, ())


def test_deleted_constraints_stay_deleted() -> None:
    model = only(
        {"num": "1", "lhs1": "Sheet1!$C$1", "rel1": "1", "rhs1": "5", "lhs2": "Sheet1!#REF!", "rel2": "1", "rhs2": "5"}
    )
    assert len(model.constraints) == 1
    assert model.faults == ()
    assert {name.name for name in model.foreign} == {"solver_lhs2", "solver_rel2", "solver_rhs2"}


def test_overlapping_areas_count_each_cell_once() -> None:
    model = only({"adj": "Sheet1!$D$4:$E$4,Sheet1!$E$4:$F$4"})
    assert len(model.variables) == 2
    assert [cell.a1 for cell in model.cells()] == ["D4", "E4", "F4"]


@pytest.mark.parametrize("text", ['ERROR("Sheet1!$A$1,Sheet1!$C$1")', '_xlfngnumeric.ERROR("Sheet1!$A$1,Sheet1!$C$1")'])
def test_unions_that_came_through_gnumeric(text: str) -> None:
    assert [area.absolute for area in only({"adj": text}).variables] == ["$A$1", "$C$1"]


def test_areas_by_defined_name_and_without_sheet() -> None:
    model = only({"adj": "Plan,$F$1"}, names={"plan": "Sheet1!$A$1:$A$2,Sheet1!$C$1"})
    assert [area.absolute for area in model.variables] == ["$A$1:$A$2", "$C$1", "$F$1"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("10", 10.0),
        ("-10*2", -20.0),
        ("1E+25", 1e25),
        ("0,5", 0.5),
        ("50%", 0.5),
        ("=3", 3.0),
        ("Sheet1!$D$1", Area("Sheet1", 0, 3, 0, 3)),
        ("'Sea Wharf'!$B$8", Area("Sea Wharf", 7, 1, 7, 1)),
        ("'sea wharf'!$B$9:$B$8", Area("Sea Wharf", 7, 1, 8, 1)),
        ("'Sea Wharf'!$B$8*2", "'Sea Wharf'!$B$8*2"),
        ("Capacity", Area("Sheet1", 0, 4, 1, 4)),
        ("Ten", "Ten"),
        ("Sheet1!$I$11/4+Sheet1!$B$3", "Sheet1!$I$11/4+Sheet1!$B$3"),
    ],
)
def test_right_sides(text: str, value: object) -> None:
    names = {"Capacity": "Sheet1!$E$1:$E$2", "Ten": "10"}
    assert right(text, sheets=["Sheet1", "Sea Wharf"], names=names) == value


@pytest.mark.parametrize("word", ["integer", '"integer"', "二进制", '"número inteiro"', "alldiff", "", "#NAME?", "5"])
@pytest.mark.parametrize("relation", ["4", "5", "6"])
def test_the_relation_decides_and_not_the_word_beside_it(relation: str, word: str) -> None:
    assert right(word, relation) is None


def test_a_kind_needs_no_right_side() -> None:
    model = only({"num": "1", "lhs1": "Sheet1!$A$1", "rel1": "5"})
    assert model.constraints == (Constraint(area("A1"), Relation.BIN),)


@pytest.mark.parametrize(
    ("texts", "engine"),
    [
        ({}, "grg"),
        ({"eng": "1", "lin": "1"}, "grg"),
        ({"eng": "3"}, "evolutionary"),
        ({"eng": "6"}, "grg"),
        ({"lin": "1"}, "simplex"),
        ({"lin": "2"}, "grg"),
        ({"lo_eng": '"com.sun.star.comp.Calc.CoinMPSolver"'}, "simplex"),
        ({"lo_eng": '"com.sun.star.comp.Calc.NLPSolver.DEPSSolverImpl"', "eng": "3"}, "evolutionary"),
        ({"eng": "1", "sheet_engine": '"gd"'}, "gd"),
    ],
)
def test_engines(texts: dict[str, str], engine: str) -> None:
    assert only(texts).engine == engine


def test_settings_of_our_own() -> None:
    model = only({"sheet_engine": '"adam"', "sheet_step": "0.1", "sheet_batch": '"full"', "itr": "100"})
    assert model.options == {"step": 0.1, "batch": "full", "itr": 100.0}
    assert model.foreign == ()


@pytest.mark.parametrize(("text", "on"), [("1", True), ("2", False), ("0", False), ("TRUE", False)])
def test_one_is_on_and_all_else_is_off(text: str, on: bool) -> None:
    model = only({"neg": text, "scl": text})
    assert (model.nonnegative, model.options["scl"]) == (on, on)


def test_libreoffice_declares_all_variables_whole_at_once() -> None:
    texts = {"lo_eng": '"com.sun.star.comp.Calc.CoinMPSolver"', "int": "1"}
    assert only(texts).constraints == (Constraint(area("A1:A3"), Relation.INT),)
    assert only({"int": "1"}).constraints == ()


def test_analytic_solver_continues_its_variables() -> None:
    texts = {"adj": "Sheet1!$A$1", "adj1": "Sheet1!$B$1", "adj2": "Sheet1!$C$1"}
    assert len(only({**texts, "ver": "16"}).variables) == 3
    assert len(only({**texts, "ver": "3"}).variables) == 1


def test_other_names_are_kept_as_they_are() -> None:
    model = only({"ibd": "2", "psi": "#N/A"})
    assert [name.text for name in model.foreign] == ["2", "#N/A"]


BROKEN = {
    "objective": ({"opt": "Sheet1!#REF!"}, "solver_opt", "deleted"),
    "wide objective": ({"opt": "Sheet1!$A$1:$A$2"}, "solver_opt", "single cell"),
    "variables in part": ({"adj": "Sheet1!$A$1,Sheet1!#REF!"}, "solver_adj", "deleted"),
    "variables": ({"adj": "#REF!"}, "solver_adj", "deleted"),
    "no sheet": ({"adj": "Gone!$A$1"}, "solver_adj", "no sheet Gone"),
    "no name": ({"adj": "Gone"}, "solver_adj", "no name Gone"),
    "a ring of names": ({"adj": "ring"}, "solver_adj", "not a reference"),
    "left": ({"num": "1", "lhs1": "Sheet1!#REF!", "rel1": "1", "rhs1": "5"}, "solver_lhs1", "deleted"),
    "no left": ({"num": "1", "rel1": "1", "rhs1": "5"}, "solver_lhs1", "empty"),
    "two lefts": ({"num": "1", "lhs1": "Sheet1!$A$1,Sheet1!$A$3", "rel1": "1", "rhs1": "5"}, "solver_lhs1", "one area"),
    "right": ({"num": "1", "lhs1": "Sheet1!$A$1", "rel1": "1", "rhs1": "2*Sheet1!#REF!"}, "solver_rhs1", "deleted"),
    "no right": ({"num": "1", "lhs1": "Sheet1!$A$1", "rel1": "1"}, "solver_rhs1", "empty"),
    "a word": ({"num": "1", "lhs1": "Sheet1!$A$1", "rel1": "2", "rhs1": "integer"}, "solver_rhs1", "no name integer"),
    "relation": ({"num": "1", "lhs1": "Sheet1!$A$1", "rel1": "9", "rhs1": "5"}, "solver_rel1", "relation"),
    "no count": ({"num": "many"}, "solver_num", "cannot be read"),
    "option": ({"pre": "small"}, "solver_pre", "Constraint Precision"),
    "formula": ({"adj": "Sheet1!$A$1+"}, "solver_adj", "operand"),
}


@pytest.mark.parametrize(("texts", "name", "what"), BROKEN.values(), ids=BROKEN)
def test_what_cannot_be_used_is_kept_and_refused(texts: dict[str, str], name: str, what: str) -> None:
    book = storing({**SIMPLE, **texts}, names={"ring": "ring"})
    model = recall(book)["Sheet1"]
    assert [fault.name for fault in model.faults] == [name]
    assert render(model, book) == ((), ())
    with pytest.raises(ModelError, match=rf"^Sheet1: {name}.*{what}.*: .+") as caught:
        validate(model)
    assert caught.value.hint
    stored = texts.get(name.removeprefix("solver_"), "")
    assert stored in str(caught.value)


def test_the_usable_part_of_a_broken_model_can_be_shown() -> None:
    model = only(
        {
            "adj": "Sheet1!$A$1,Sheet1!#REF!",
            "num": "2",
            "lhs1": "Sheet1!#REF!",
            "rel1": "1",
            "rhs1": "5",
            "lhs2": "Sheet1!$A$1",
            "rel2": "3",
            "rhs2": "5",
        }
    )
    assert model.variables == (area("A1"),)
    assert [str(constraint) for constraint in model.constraints] == ["Sheet1!$A$1 >= 5"]
    assert str(model) == "Sheet1: min Sheet1!B8 by changing Sheet1!$A$1"
