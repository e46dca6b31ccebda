"""A model written and read is the same model, and only what differs is written."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.formula.parse import parse
from solver.grid import Area, Cell
from solver.model.define import opened, with_objective, with_variables
from solver.model.model import ENGINES, Constraint, Model, Relation, Sense
from solver.model.names import FLAG, OPTIONS, TABLE, number, spell
from solver.model.recall import recall, stored_model
from solver.model.render import names_of, render
from tests.model.stored import storing, written

SHEETS = ("Plan", "Sea Wharf", "LP1", "Bob's", "規劃求解")
SIMPLE = {"opt": "Plan!$B$8", "adj": "Plan!$A$1:$A$3", "typ": "2", "num": "0", "ver": "3"}

rows, cols, numbers = (
    st.integers(0, 1_048_575),
    st.integers(0, 16_383),
    st.floats(allow_nan=False, allow_infinity=False),
)
cells = st.builds(Cell, st.just("Plan"), rows, cols)


def areas(sheets: st.SearchStrategy[str]) -> st.SearchStrategy[Area]:
    """Areas anywhere on some sheets."""
    return st.builds(
        lambda sheet, a, b, c, d: Area(sheet, min(a, b), min(c, d), max(a, b), max(c, d)),
        sheets,
        rows,
        rows,
        cols,
        cols,
    )


own, anywhere = areas(st.just("Plan")), areas(st.sampled_from(SHEETS))
rights = st.one_of(numbers, anywhere, anywhere.map(lambda area: f"2*{area}"))
constraints = st.one_of(
    st.builds(Constraint, anywhere, st.sampled_from([Relation.LE, Relation.EQ, Relation.GE]), rights),
    st.builds(Constraint, own, st.sampled_from([Relation.INT, Relation.BIN, Relation.ALLDIFFERENT])),
)
excels = st.fixed_dictionaries(
    {}, optional={name: st.booleans() if row.codec is FLAG else numbers for name, row in OPTIONS.items()}
)
words = st.from_regex(r"[a-z][a-z \"=,]{0,12}", fullmatch=True)
ours = st.dictionaries(st.sampled_from(["step", "batch", "decay_rate"]), st.one_of(numbers, words))
models = st.builds(
    Model,
    st.just("Plan"),
    objective=st.none() | cells,
    sense=st.sampled_from(Sense),
    target=numbers,
    variables=st.lists(own, min_size=1, max_size=4).map(tuple),
    constraints=st.lists(constraints, max_size=5).map(tuple),
    engine=st.sampled_from([*ENGINES, "gd", "adam"]),
    nonnegative=st.booleans(),
    options=st.builds(lambda excel, our: {**excel, **our}, excels, ours),
)


def meaning(model: Model) -> Model:
    """The model with Excel's defaults for what it does not say, as a written one has them."""
    defaults = {name: row.codec.parse(row.default) for name, row in OPTIONS.items()}
    return replace(model, options={**defaults, **model.options}, foreign=())


@given(models)
def test_a_fresh_sheet_gives_back_the_model(model: Model) -> None:
    book = written(model, storing({}, sheets=SHEETS))
    assert recall(book) == {"Plan": meaning(model)}
    assert all(name.text.strip() and name.hidden and name.sheet == 0 for name in book.names)
    for name in book.names:
        parse(name.text, 0, 0)


@given(models, models)
def test_a_model_replaces_another(first: Model, second: Model) -> None:
    before = written(first, storing({"ibd": "2", "adj1": "7"}, sheets=SHEETS))
    after = written(second, before)
    assert meaning(recall(after)["Plan"]) == meaning(second)
    assert {name.name for name in recall(after)["Plan"].foreign} == {"solver_ibd", "solver_adj1"}
    assert render(recall(after)["Plan"], after) == ((), ())


@given(numbers)
def test_numbers_keep_all_their_digits(value: float) -> None:
    assert number(spell(value)) == value


def test_a_fresh_model_has_every_name_of_the_dialog() -> None:
    model = Model("Plan", objective=Cell("Plan", 0, 0), variables=(Area("Plan", 1, 0, 2, 0),))
    texts = names_of(model)
    assert set(texts) == {row.name for row in TABLE} | {"ver"}
    assert texts["ver"] == "3"
    assert all(OPTIONS[name].codec.parse(text) is not None for name, text in texts.items() if name in OPTIONS)


def changes(model: Model, texts: dict[str, str]) -> tuple[dict[str, str], set[str]]:
    """What writing the model into a book with these names sets and drops."""
    changed, dropped = render(model, storing(texts, sheets=SHEETS))
    return (
        {name.name.removeprefix("solver_"): name.text for name in changed},
        {name.removeprefix("solver_") for name, _ in dropped},
    )


def test_only_what_differs_is_written() -> None:
    texts = {**SIMPLE, "eng": "1", "neg": "0", "lin": "2", "tim": "1E+25", "ibd": "2"}
    model = stored_model(storing(texts, sheets=SHEETS), "Plan")
    assert changes(replace(model, sense=Sense.MAX), texts) == ({"typ": "1"}, set())
    assert changes(replace(model, engine="simplex"), texts) == ({"eng": "2", "lin": "1"}, set())
    assert changes(replace(model, options={"tim": 60.0}), texts) == ({"tim": "60"}, set())
    assert changes(replace(model, engine="gd"), texts) == ({"sheet_engine": '"gd"'}, set())
    assert changes(replace(model, objective=None), texts) == ({}, {"opt"})


def test_constraints_keep_their_spelling_when_they_move() -> None:
    texts = {
        **SIMPLE,
        "num": "3",
        "lhs1": "Plan!$C$1",
        "rel1": "1",
        "rhs1": "5",
        "lhs2": "Plan!$A$1:$A$3",
        "rel2": "4",
        "rhs2": "二进制",
        "lhs3": "Plan!$C$3",
        "rel3": "3",
        "rhs3": "-10*2",
        "lhs4": "Plan!$C$4",
        "rel4": "3",
        "rhs4": "7",
    }
    model = stored_model(storing(texts, sheets=SHEETS), "Plan")
    changed, dropped = changes(replace(model, constraints=model.constraints[1:]), texts)
    assert changed == {
        "num": "2",
        "lhs1": "Plan!$A$1:$A$3",
        "rel1": "4",
        "rhs1": "二进制",
        "lhs2": "Plan!$C$3",
        "rel2": "3",
        "rhs2": "-10*2",
    }
    assert dropped == {f"{side}{count}" for side in ("lhs", "rel", "rhs") for count in (3, 4)}


def test_what_is_broken_stays_until_it_is_set_anew() -> None:
    texts = {
        **SIMPLE,
        "opt": "Plan!#REF!",
        "adj": "Plan!$A$1,Plan!#REF!",
        "num": "2",
        "lhs1": "Plan!#REF!",
        "rel1": "1",
        "rhs1": "5",
        "lhs2": "Plan!$C$2",
        "rel2": "1",
        "rhs2": "6",
    }
    book = storing(texts, sheets=SHEETS)
    model = stored_model(book, "Plan")
    assert len(model.faults) == 3
    more = replace(model, constraints=(*model.constraints, Constraint(Area("Plan", 8, 8, 8, 8), Relation.GE, 1.0)))
    again = stored_model(written(more, book), "Plan")
    assert (again.constraints, len(again.faults)) == (more.constraints, 3)
    mended = with_variables(with_objective(model, book, "B8", Sense.MIN), book, "A1:A4")
    assert [fault.name for fault in mended.faults] == ["solver_lhs1"]
    whole = stored_model(written(replace(mended, faults=()), book), "Plan")
    assert (whole.faults, whole.constraints) == ((), model.constraints)
    assert whole.objective == Cell("Plan", 7, 1)
    assert whole.variables == (Area("Plan", 0, 0, 3, 0),)


def test_analytic_variables_become_one_list() -> None:
    texts = {**SIMPLE, "ver": "16", "adj1": "Plan!$B$1"}
    model = stored_model(storing(texts, sheets=SHEETS), "Plan")
    assert changes(model, texts) == ({}, set())
    assert changes(replace(model, variables=model.variables[1:]), texts) == ({"adj": "Plan!$B$1"}, {"adj1"})


def test_whole_variables_of_libreoffice_become_a_constraint() -> None:
    texts = {**SIMPLE, "lo_eng": '"com.sun.star.comp.Calc.CoinMPSolver"', "int": "1"}
    book = storing(texts, sheets=SHEETS)
    model = stored_model(book, "Plan")
    bounded = replace(model, constraints=(Constraint(model.variables[0], Relation.LE, 9.0),))
    assert stored_model(written(bounded, book), "Plan").constraints == bounded.constraints


@pytest.mark.parametrize("texts", [{}, {"typ": "2"}])
def test_a_fresh_sheet_opens_as_excel_does(texts: dict[str, str]) -> None:
    model = opened(storing(texts, sheets=SHEETS), "Plan")
    assert model.nonnegative == (not texts)
    assert model.variables == ()
