"""One formula at a time: what it gives in an otherwise empty book."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from solver.compiler.calculation import Calculation
from solver.grid import Cell
from tests.books import book_of

if TYPE_CHECKING:
    from solver.values import Scalar


def grid_of(formula: str, contents: dict[str, Any] | None = None, **settings: Any) -> list[list[Scalar]]:
    """The values of a formula (with `=`), as an array formula at AA50 of a sheet with some contents."""
    calculation = Calculation(book_of({"Sheet1": contents or {"A1": 1.0}}, **settings), seed=1)
    values: list[list[Scalar]] = calculation.evaluate(formula[1:], Cell("Sheet1", 49, 26)).scalars()[0, 0].tolist()
    return values


def value_of(formula: str, contents: dict[str, Any] | None = None, **settings: Any) -> Scalar:
    """The first value of a formula."""
    return grid_of(formula, contents, **settings)[0][0]
