"""A branch that is not taken leaves no trace in a derivative, though its own be infinite or no number there."""

from __future__ import annotations

import numpy as np
import pytest

from solver.algebra import Program, constant
from solver.algebra.calculus.derive import gradient, hessp
from solver.compiler.calculation import Calculation
from solver.grid import Area, Cell
from tests.books import book_of

CASES = [
    ("IF(A1>0,SQRT(A1),0)", 0.0, 0.0, 0.0, 0.0),
    ("IF(A1=0,0,A1*LN(A1))", 0.0, 0.0, 0.0, 0.0),
    ("IFERROR(A1*LN(A1),0)", 0.0, 0.0, 0.0, 0.0),
    ("IF(A1>0,A1^0.5,A1)", 0.0, 0.0, 1.0, 0.0),
    ("IF(A1>0,1/A1,3*A1)", 0.0, 0.0, 3.0, 0.0),
    ("IFERROR(LN(A1),A1^2)", -1.0, 1.0, -2.0, 2.0),
    ("IF(A1>1,1/(1-A1),A1^2)", 1.0, 1.0, 2.0, 2.0),
    ("IF(A1>700,A1,LN(1+EXP(A1)))", 800.0, 800.0, 1.0, 0.0),
    ("CHOOSE(2,1/A1,A1)", 0.0, 0.0, 1.0, 0.0),
    ("SUMPRODUCT((A1>0)*IFERROR(LN(A1),0))", 0.0, 0.0, 0.0, 0.0),
    ("SWITCH(TRUE,A1>0,A1*LOG10(A1),A1<=0,5*A1)", 0.0, 0.0, 5.0, 0.0),
    ("IFS(A1>0,TAN(A1)/A1,TRUE,EXP(A1))", 0.0, 1.0, 1.0, 1.0),
]


@pytest.mark.parametrize(("formula", "at", "value", "slope", "curvature"), CASES)
def test_only_the_branch_taken_counts(formula: str, at: float, value: float, slope: float, curvature: float) -> None:
    live = Calculation(book_of({"Sheet1": {"A1": at}}), variables=[Area("Sheet1", 0, 0, 0, 0)])
    node = live.evaluate(formula, Cell("Sheet1", 20, 20)).number
    assert live.x is not None
    bent = hessp(node, live.x, constant(np.ones(1)))
    found = Program([live.x], [node, gradient(node, live.x), bent]).run(np.array([at]))
    assert [each.item() for each in found] == pytest.approx([value, slope, curvature], abs=1e-15)
