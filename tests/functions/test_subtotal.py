"""SUBTOTAL and AGGREGATE: nested subtotals, hidden rows and errors are passed over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solver.functions.here import Reference
from solver.functions.mathematics.subtotal import aggregate, subtotal
from solver.functions.operand import lone, of_scalars
from tests.functions.formulas import value_of

if TYPE_CHECKING:
    from solver.functions.operand import Operand

import numpy as np

COLUMN = {"A1": 1.0, "A2": 2.0, "A3": "=SUBTOTAL(9,A1:A2)", "A4": 4.0, "A5": "=1/0", "A6": "=AGGREGATE(9,6,A4:A5)"}


def test_nested_subtotals_do_not_count() -> None:
    assert value_of("=SUBTOTAL(9,A1:A4)", COLUMN) == 7.0
    assert value_of("=SUBTOTAL(102,A1:A4)", COLUMN) == 3.0
    assert value_of("=AGGREGATE(9,2,A1:A6)", COLUMN) == 7.0
    assert value_of("=AGGREGATE(9,6,A1:A6)", COLUMN) == 14.0
    assert value_of("=AGGREGATE(15,6,A1:A6/(A1:A6>1),1)", COLUMN) == 2.0


class _HiddenRows:
    """A place where row 2 is filtered out and row 3 is hidden by hand."""

    def read(self, reference: Reference) -> Operand:
        del reference
        return of_scalars([[1.0], [10.0], [100.0], [1000.0]])

    def hidden(self, reference: Reference, filtered_only: bool) -> list[bool]:
        return [k == 1 or (k == 2 and not filtered_only) for k in range(reference.rows)]

    def formulas(self, reference: Reference) -> list[list[None]]:
        return [[None]] * reference.rows


def test_hidden_rows() -> None:
    area = Reference("Sheet1", np.zeros((1, 1), dtype=np.intp), np.zeros((1, 1), dtype=np.intp), 4, 1)
    here = _HiddenRows()
    assert subtotal(here, lone(9.0), area).scalar() == 1101.0
    assert subtotal(here, lone(109.0), area).scalar() == 1001.0
    assert aggregate(here, 9, 5, area).scalar() == 1001.0
    assert aggregate(here, 9, 4, area).scalar() == 1111.0
    assert aggregate(here, 14, 1, area, of_scalars([[2.0]])).scalar() == 1.0
