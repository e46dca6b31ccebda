"""Template `blank`: a small model with every part in its place, to be written over."""

from __future__ import annotations

from solver.model.model import Constraint, Model, Relation, Sense
from solver.templates.pieces import (
    across,
    block,
    down,
    filled,
    heading,
    joined,
    legend,
    numbers,
    one,
    sliding_down,
    title,
)
from solver.templates.plan import Look, SheetPlan

_SHEET = "model"


def blank(variables: int = 3, limits: int = 2) -> SheetPlan:
    """A sheet `model`: amounts to choose, what each is worth and uses up, and limits; every number a placeholder."""
    amounts = block(_SHEET, 6, 1, 1, variables)
    worth = amounts.shift(1, 0)
    uses = block(_SHEET, worth.top + 3, 1, limits, variables)
    used = block(_SHEET, uses.top, uses.right + 1, limits)
    available = used.shift(0, 2)
    total = block(_SHEET, uses.bottom + 2, 1)
    return SheetPlan(
        name=_SHEET,
        marks=joined(
            title(
                "A model to start from",
                "Write your own names and numbers over these. The stored model maximises the total by changing the "
                "amounts, within the limits.",
                "For another objective, other variables or more constraints, edit the model in Excel's Solver dialog "
                "or on the command line.",
            ),
            legend(4, variables + 5, Look.INPUT, Look.VARIABLE, Look.OBJECTIVE, Look.RESULT),
            across(5, 1, (f"product {k + 1}" for k in range(variables))),
            down(6, 0, ("amount", "worth of one")),
            numbers(amounts, ((0,) * variables,), Look.VARIABLE, "0.00"),
            numbers(worth, (tuple(range(1, variables + 1)),), Look.INPUT),
            heading(uses.top - 1, 0, "One of them uses", variables + 1),
            across(uses.top - 1, used.left, ("used", "", "limit")),
            down(uses.top, 0, (f"resource {k + 1}" for k in range(limits))),
            numbers(uses, ((1,) * variables,) * limits, Look.INPUT),
            filled(used, f"SUMPRODUCT({amounts.absolute},{sliding_down(uses)})", number_format="0.00"),
            down(uses.top, used.left + 1, ("≤",) * limits, Look.HEADER),
            numbers(available, ((10,),) * limits, Look.INPUT),
            one(total.top, 0, "total", Look.LABEL),
            filled(total, f"SUMPRODUCT({amounts.absolute},{worth.absolute})", Look.OBJECTIVE, "0.00"),
        ),
        widths={0: 18.0, **dict.fromkeys(range(1, variables + 1), 11.0), used.left + 1: 4.0},
        model=Model(
            _SHEET,
            objective=total.first,
            sense=Sense.MAX,
            variables=(amounts,),
            constraints=(Constraint(used, Relation.LE, available),),
            engine="simplex",
            nonnegative=True,
        ),
    )
