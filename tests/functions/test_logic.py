"""Conditions over blocks: what is computed, what passes through, and what stays alive."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from solver.algebra import Program, reshape, variable
from solver.compiler.calculation import Calculation
from solver.functions.call import call
from solver.functions.operand import NeedsValue, Operand, numbers
from solver.functions.registry import lookup
from solver.values import ErrorValue
from tests.books import book_of

if TYPE_CHECKING:
    from collections.abc import Sequence


def values(contents: dict[str, object], *addresses: str) -> list[object]:
    """The computed values of some cells of a sheet."""
    book = book_of({"Sheet1": contents})
    calculation = Calculation(book)
    from solver.grid import Cell, parse_a1

    return [calculation.evaluate(a, Cell("Sheet1", 50, 50)).scalar() for a in addresses if parse_a1(a)]


def test_a_column_of_conditions() -> None:
    """Mixed conditions of a filled-down column pick value by value, errors and texts included."""
    sheet: dict[str, object] = {"A1": 1.0, "A2": 0.0, "A3": "x", "A4": ErrorValue.NA}
    sheet |= {f"B{k}": f'=IF(A{k}, "yes", A{k}*10)' for k in range(1, 5)}
    assert values(sheet, "B1", "B2", "B3", "B4") == ["yes", 0.0, ErrorValue.VALUE, ErrorValue.NA]


def test_the_branch_not_taken_is_not_computed() -> None:
    assert values({"A1": "=IF(TRUE, 1, NOSUCHFUNCTION(2))"}, "A1") == [1.0]


def test_a_range_passes_through() -> None:
    sheet: dict[str, object] = {"A1": 1.0, "A2": 2.0, "A3": 4.0, "B1": "=SUM(IF(A1=1, A1:A3, A1))"}
    sheet["B2"] = "=SUM(CHOOSE(2, A1, A2:A3))"
    assert values(sheet, "B1", "B2") == [7.0, 6.0]


def _live(count: int) -> tuple[object, Operand]:
    x = variable(count)
    return x, numbers(reshape(x, (count, 1, 1, 1)))


def _run(name: str, arguments: Sequence[object], x: object, at: list[float]) -> list[float]:
    function = lookup(name)
    assert function is not None
    result = call(function, arguments, None)  # type: ignore[arg-type]
    (found,) = Program([x], [result.number]).run(np.array(at))  # type: ignore
    return np.asarray(found).ravel().tolist()


def test_live_conditions() -> None:
    x, operand = _live(3)
    positive = numbers(operand.number)
    ten = numbers(reshape(np.array([10.0]), (1, 1, 1, 1)))
    assert _run("IF", [positive, lambda: ten, lambda: operand], x, [0.0, 2.0, -1.0]) == [0.0, 10.0, 10.0]
    assert _run("NOT", [operand], x, [0.0, 2.0, -1.0]) == [1.0, 0.0, 0.0]
    assert _run("CHOOSE", [operand, lambda: ten, lambda: operand], x, [1.0, 2.5, 2.0]) == [10.0, 2.5, 2.0]


def test_iferror_of_live_numbers() -> None:
    from solver.algebra import div

    x, operand = _live(2)
    minus = numbers(reshape(np.array([-1.0]), (1, 1, 1, 1)))
    assert _run("IFERROR", [numbers(div(1.0, operand.number)), lambda: minus], x, [0.0, 4.0]) == [-1.0, 0.25]


def test_texts_cannot_depend_on_a_variable() -> None:
    from solver.functions.operand import lone

    _, operand = _live(1)
    with pytest.raises(NeedsValue):
        _run("IF", [operand, lambda: lone("a"), lambda: lone("b")], None, [])
