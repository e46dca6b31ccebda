"""Models edited by what a person types."""

from __future__ import annotations

import pytest

from solver.errors import ModelError
from solver.grid import Area, Cell
from solver.model.define import (
    opened,
    parse_constraint,
    with_constraint,
    with_objective,
    with_options,
    with_variables,
    without_constraint,
)
from solver.model.model import Constraint, Relation, Sense, validate
from solver.model.recall import recall
from tests.model.stored import storing, written

BOOK = storing({}, sheets=["Plan", "DEA <=$100M", "Bob's"], names={"Capacity": "Plan!$E$1:$E$5"})
A1_A5 = Area("Plan", 0, 0, 4, 0)


@pytest.mark.parametrize(
    ("text", "constraint"),
    [
        ("A1:A5 <= 10", Constraint(A1_A5, Relation.LE, 10.0)),
        ("$A$1:$A$5=<10", Constraint(A1_A5, Relation.LE, 10.0)),
        ("A1:A5 ≥ -1e3", Constraint(A1_A5, Relation.GE, -1000.0)),
        ("A1:A5 = B1", Constraint(A1_A5, Relation.EQ, Area("Plan", 0, 1, 0, 1))),
        ("A1:A5 <= Capacity", Constraint(A1_A5, Relation.LE, Area("Plan", 0, 4, 4, 4))),
        ("A1:A5 int", Constraint(A1_A5, Relation.INT)),
        ("A1:A5 = integer", Constraint(A1_A5, Relation.INT)),
        ("Plan!A1:A5 Binary", Constraint(A1_A5, Relation.BIN)),
        ("A1:A5 alldifferent", Constraint(A1_A5, Relation.ALLDIFFERENT)),
        ("A1:A5 dif", Constraint(A1_A5, Relation.ALLDIFFERENT)),
        (
            "'DEA <=$100M'!B2 >= 'Bob''s'!C3",
            Constraint(Area("DEA <=$100M", 1, 1, 1, 1), Relation.GE, Area("Bob's", 2, 2, 2, 2)),
        ),
        ("A1:A5 = D1*2", Constraint(A1_A5, Relation.EQ, "Plan!$D$1*2")),
        (
            "A1:A5 <= SUM(D1:D9)+IF($E1>=2,'Bob''s'!C:C,-1)",
            Constraint(A1_A5, Relation.LE, "SUM(Plan!$D$1:$D$9)+IF(Plan!$E$1>=2,'Bob''s'!$C:$C,-1)"),
        ),
    ],
)
def test_constraints_by_text(text: str, constraint: Constraint) -> None:
    assert parse_constraint(text, BOOK, "Plan") == constraint


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("A1:A5", "no constraint"),
        ("A1:A5 < 10", "does not exist"),
        ("A1:A5 <> 10", "does not exist"),
        ("A1:A5 whole", "does not exist"),
        ("10 <= A1", "not a reference"),
        ("Nowhere!A1 <= 1", "no sheet Nowhere"),
        ("A1,A3 <= 1", "more than one area"),
        ("A1 <= (1", "not closed"),
        ("A1 <= #REF!", "deleted"),
    ],
)
def test_what_is_no_constraint(text: str, what: str) -> None:
    with pytest.raises(ModelError, match=what) as caught:
        parse_constraint(text, BOOK, "Plan")
    assert caught.value.where == "Plan"
    assert caught.value.hint


def test_a_model_from_nothing() -> None:
    model = with_objective(opened(BOOK, "Plan"), BOOK, "B8", Sense.VALUE, 12.5)
    model = with_variables(model, BOOK, "A1:A5, C1")
    for text in ("A1:A5 <= Capacity", "C1 int", "B9 >= B8*2"):
        model = with_constraint(model, BOOK, text)
    model = with_options(model, {"solver_tol": "0", "scl": "2", "step": "0.1", "batch": "full"})
    validate(model)
    assert model.options == {"tol": 0.0, "scl": False, "step": 0.1, "batch": "full"}
    stored = recall(written(model, BOOK))["Plan"]
    assert (stored.objective, stored.sense, stored.target) == (Cell("Plan", 7, 1), Sense.VALUE, 12.5)
    assert stored.variables == (A1_A5, Area("Plan", 0, 2, 0, 2))
    assert stored.constraints == model.constraints
    assert stored.nonnegative
    assert model.options.items() <= stored.options.items()


def test_constraints_are_taken_out_by_number_or_by_text() -> None:
    model = opened(BOOK, "Plan")
    for text in ("A1 <= 1", "A2 <= 2", "A3 <= 3"):
        model = with_constraint(model, BOOK, text)
    left = without_constraint(without_constraint(model, BOOK, "2"), BOOK, "$A$3<=3")
    assert left.constraints == model.constraints[:1]
    for text in ("2", "0", "A2 <= 2"):
        with pytest.raises(ModelError, match="no constraint"):
            without_constraint(left, BOOK, text)


def test_an_objective_can_be_taken_away() -> None:
    model = with_objective(opened(BOOK, "Plan"), BOOK, "B8", Sense.MAX)
    assert with_objective(model, BOOK, "", Sense.MAX).objective is None
    with pytest.raises(ModelError, match="single cell"):
        with_objective(model, BOOK, "B8:B9", Sense.MAX)


def test_variables_must_be_cells() -> None:
    with pytest.raises(ModelError, match="no name Nothing"):
        with_variables(opened(BOOK, "Plan"), BOOK, "A1,Nothing")


def test_options_are_unset_by_nothing_and_refused_by_name() -> None:
    model = with_options(opened(BOOK, "Plan"), {"itr": "50"})
    assert with_options(model, {"itr": ""}).options == {}
    with pytest.raises(ModelError, match="option itr") as caught:
        with_options(model, {"itr": "many"})
    assert "Iterations" in caught.value.hint
