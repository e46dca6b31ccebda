"""A LAMBDA called for many values: where its shapes differ, by a function's bare name, with arguments left out."""

from __future__ import annotations

import numpy as np
import pytest

from solver.algebra import Program
from solver.compiler.calculation import Calculation
from solver.values import ErrorValue, Scalar
from tests.books import area, book_of
from tests.functions.formulas import grid_of

SHEET: dict[str, object] = {"A1": 1.0, "A2": 2.0, "A3": 3.0, "B1": 5.0, "B2": 6.0, "B3": 7.0}


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("=MAP({3,1},LAMBDA(n,SUM(SEQUENCE(n))))", [[6.0, 1.0]]),
        ("=BYROW(A1:B3,_xleta.SUM)", [[6.0], [8.0], [10.0]]),
        ('=BYROW(A1:B3,LAMBDA(r,TEXTJOIN(",",TRUE,r)))', [["1,5"], ["2,6"], ["3,7"]]),
        ("=LET(f,LAMBDA(n,n*2),MAP({1,2,3},f))", [[2.0, 4.0, 6.0]]),
        ("=LET(k,A2,MAP(A1:A3,LAMBDA(x,x*k+SUM(B1:B3))))", [[20.0], [22.0], [24.0]]),
        ("=MAKEARRAY(2,2,LAMBDA(r,c,INDEX(A1:B3,r,c)))", [[1.0, 5.0], [2.0, 6.0]]),
        ("=MAP({1,2},LAMBDA(x,IF(ISOMITTED(x),0,x)))", [[1.0, 2.0]]),
        ("=REDUCE(0,A1:A3,LAMBDA(a,x,IF(x>1,a+x,a)))", [[5.0]]),
        ("=MAP({1,2},{1;2},LAMBDA(x,y,x*y))", [[1.0, 2.0], [2.0, 4.0]]),
        ("=MAP({1,2},5)", [[ErrorValue.VALUE]]),
        ('=MAP({1,"x"},LAMBDA(x,x+1))', [[2.0, ErrorValue.VALUE]]),
    ],
)
def test_calls(formula: str, expected: list[list[Scalar]]) -> None:
    assert grid_of(formula, SHEET) == expected


@pytest.mark.parametrize(
    "choice", ["IF(A1>0,LAMBDA(x,x+1),LAMBDA(x,x-1))", "CHOOSE(IF(A1>0,1,2),LAMBDA(x,x+1),LAMBDA(x,x-1))"]
)
def test_a_variable_may_choose_a_function(choice: str) -> None:
    """There is no graph for it, but the book can be recalculated at every point."""
    live = Calculation(book_of({"S": {"A1": 1.0, "B1": f"={choice}(5)"}}), variables=[area("A1")])
    live.everything()
    assert live.x is not None
    program = Program([live.x], [live.value(area("B1")).number])
    assert [program.run(np.array([x]))[0].item() for x in (1.0, -1.0)] == [6.0, 4.0]
