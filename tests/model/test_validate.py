"""What Excel's dialog would not accept, and how the sides of a constraint meet."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.errors import ModelError
from solver.grid import Area, Cell
from solver.model.model import Constraint, Model, Relation, stray, validate
from solver.model.pairs import Compared
from solver.places import ABSENT

VARIABLES = Area("S", 0, 0, 4, 0)
MODEL = Model("S", objective=Cell("S", 9, 9), variables=(VARIABLES,))
FAR = Area("S", 0, 5, 4, 5)


@pytest.mark.parametrize(
    ("model", "where", "what"),
    [
        (replace(MODEL, variables=()), "S", "no variable cells"),
        (replace(MODEL, variables=(Area("My data", 0, 0, 1, 0),)), "'My data'!$A$1:$A$2", "on the sheet of the model"),
        (replace(MODEL, constraints=(Constraint(Area("S", 3, 0, 5, 0), Relation.INT),)), "S!A6", "only variable cells"),
        (replace(MODEL, constraints=(Constraint(FAR, Relation.ALLDIFFERENT),)), "S!F1", "only variable cells"),
        (replace(MODEL, constraints=(Constraint(FAR, Relation.LE, Area("S", 0, 6, 3, 6)),)), r"S!$F$1:$F$5", "5 and 4"),
        (replace(MODEL, constraints=(Constraint(FAR, Relation.EQ, '"integer"'),)), r"S!$F$1:$F$5", "numeric value"),
        (replace(MODEL, variables=(Area("S", 0, 0, 1_048_575, 16_383),)), r"S!$A$1:$XFD$1048576", "too many"),
        (replace(MODEL, constraints=(Constraint(FAR, Relation.EQ),)), r"S!$F$1:$F$5", "numeric value"),
    ],
)
def test_refusals(model: Model, where: str, what: str) -> None:
    with pytest.raises(ModelError, match=what) as caught:
        validate(model)
    assert caught.value.where == where
    assert caught.value.hint


@pytest.mark.parametrize(
    "constraint",
    [
        Constraint(Area("S", 1, 0, 2, 0), Relation.INT),
        Constraint(FAR, Relation.LE, Area("S", 7, 0, 7, 4)),
        Constraint(FAR, Relation.GE, Area("S", 7, 0, 7, 0)),
        Constraint(FAR, Relation.EQ, 0.0),
        Constraint(FAR, Relation.EQ, "S!$A$1*2"),
        Constraint(Area("Other", 0, 0, 1, 0), Relation.EQ, 1.0),
    ],
)
def test_what_is_accepted(constraint: Constraint) -> None:
    validate(replace(MODEL, constraints=(constraint,)))
    validate(replace(MODEL, objective=None, constraints=(constraint,)))


def _faced(left: Area, right: Area | float | str) -> list[tuple[Cell, Cell | float | str]]:
    """What each cell of a left side is compared with, as rows of a problem."""
    compared = Compared(0, left, Relation.LE, right, np.arange(left.size), np.full(left.size, ABSENT))
    pairs = list(compared.pairs())
    assert [(pair.row, pair.variable) for pair in pairs] == [(k, None) for k in range(left.size)]
    return [(pair.left, pair.right) for pair in pairs]


def test_a_row_faces_a_column() -> None:
    row, column = Area("S", 0, 0, 0, 2), Area("S", 4, 4, 6, 4)
    assert _faced(row, column) == list(zip(row.cells(), column.cells(), strict=True))


@pytest.mark.parametrize("right", [2.5, "S!$A$1*2", Area("S", 9, 9, 9, 9)])
def test_one_right_side_meets_all_cells(right: Area | float | str) -> None:
    met = _faced(FAR, right)
    assert [cell for cell, _ in met] == list(FAR.cells())
    assert {facing for _, facing in met} == {right.first if isinstance(right, Area) else right}


places = st.integers(0, 4)
areas = st.builds(
    lambda a, b, c, d: Area("S", min(a, b), min(c, d), max(a, b), max(c, d)), places, places, places, places
)


@given(areas, st.lists(areas, max_size=4).map(tuple))
def test_stray_is_the_first_cell_that_nobody_covers(area: Area, others: tuple[Area, ...]) -> None:
    covered = {cell for other in others for cell in other.cells()}
    assert stray(area, others) == next((cell for cell in area.cells() if cell not in covered), None)
