"""What became of each constraint at the answer: value, right side, slack and status, cell by cell.

Slack is Excel's: never negative where the constraint holds, 0 where it holds within the precision, and the amount of
the violation with a minus sign where it does not.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from solver.grid import Area, Cell
from solver.model.model import Relation

if TYPE_CHECKING:
    from solver.compiler.calculation import Calculation
    from solver.model.answer import Answer
    from solver.model.pairs import Pair


@dataclass(frozen=True, slots=True)
class Comparison:
    """One pair of cells at the answer; `binding` means satisfied without slack."""

    pair: Pair
    value: float
    right: float
    slack: float
    satisfied: bool
    binding: bool
    text: str

    @property
    def status(self) -> str:
        """The word of Excel's reports."""
        if not self.satisfied:
            return "Violated"
        return "Binding" if self.binding else "Not Binding"


def comparisons(answer: Answer) -> list[Comparison]:
    """Every compared pair of the model in Excel's order: formula cells first, then bounds on variable cells."""
    pairs = answer.binding.pairs
    ordered = [pair for pair in pairs if pair.variable is None] + [pair for pair in pairs if pair.variable is not None]
    return [compared(pair, answer) for pair in ordered]


def compared(pair: Pair, answer: Answer) -> Comparison:
    """One pair of cells at the answer."""
    value = number_in(answer.after, pair.left)
    right = right_value(pair, answer.after, answer.binding.model.sheet)
    excess = value - right
    slack = {Relation.LE: -excess, Relation.GE: excess}.get(pair.relation, -abs(excess))
    scale = max(1.0, abs(right)) if answer.used.scaling else 1.0
    tolerance = answer.used.precision * scale
    satisfied = bool(slack >= -tolerance)
    binding = satisfied and abs(excess) <= tolerance
    return Comparison(pair, value, right, 0.0 if binding else slack, satisfied, binding, text_of(pair))


def text_of(pair: Pair) -> str:
    """A pair as its constraint is written: `$M$16<=$N$16`."""
    right = pair.right
    if isinstance(right, Cell):
        shown = right.absolute if right.sheet == pair.left.sheet else str(right)
    else:
        shown = right if isinstance(right, str) else f"{right:.15g}"
    return f"{pair.left.absolute}{pair.relation.sign}{shown}"


def right_value(pair: Pair, after: Calculation, sheet: str) -> float:
    """The right side of a pair at the answer."""
    if isinstance(pair.right, Cell):
        return number_in(after, pair.right)
    if isinstance(pair.right, str):
        value = after.evaluate(pair.right.removeprefix("="), Cell(sheet, 0, 0)).scalar()
        return float(value) if isinstance(value, (float, bool)) else math.nan
    return float(pair.right)


def number_in(calculation: Calculation, cell: Cell) -> float:
    """The number in a cell: 0 for a blank, NaN for a text or an error value."""
    value = calculation.value(Area.of(cell)).scalar()
    if value is None:
        return 0.0
    return float(value) if isinstance(value, (float, bool)) else math.nan
