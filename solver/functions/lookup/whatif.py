"""What-if tables: the value of a formula if its input cells held something else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solver.functions.here import Reference
from solver.functions.operand import NotUniform
from solver.functions.registry import function
from solver.values import ErrorValue

if TYPE_CHECKING:
    from solver.functions.here import Here
    from solver.functions.operand import Operand
    from solver.functions.registry import Ref, Value


@function("TABLE", "MULTIPLE.OPERATIONS")
def table(
    here: Here,
    formula: Ref,
    first: Ref,
    value: Value,
    second: Ref | None = None,
    other: Value | None = None,
) -> Operand | ErrorValue:
    """The value of a formula's cell if one or two input cells held other values: a cell of a what-if table.

    Excel stores the table as one area and shows its input cells alone; LibreOffice writes this form into .xlsx files.

    =TABLE(A1, A1, 5) -> 5
    =TABLE(A1, B1, 7, A1, 5) -> 5
    =TABLE(5, A1, 7) -> #REF!
    """
    inputs = [first] if second is None else [first, second]
    values = [value] if other is None else [value, other]
    cells = [formula, *inputs]
    if len(inputs) != len(values):
        return ErrorValue.VALUE
    references = [cell for cell in cells if isinstance(cell, Reference) and cell.rows == cell.cols == 1]
    if len(references) != len(cells):
        return ErrorValue.REF
    if not all(cell.fixed for cell in references):
        raise NotUniform
    here.read(references[0])  # what it holds now decides whether the table must be computed again
    return here.suppose(references[0], references[1:], values)
