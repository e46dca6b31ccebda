"""Template `transport`: the cheapest way to bring goods from plants to shops, a linear program."""

from __future__ import annotations

from solver.grid import Cell
from solver.model.model import Constraint, Model, Relation
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
    sliding_across,
    sliding_down,
    title,
)
from solver.templates.plan import Look, Mark, SheetPlan

_SHEET = "transport"
_PLANTS = ("Aalen", "Borna", "Celle")
_SHOPS = ("Dresden", "Essen", "Fulda", "Gera")
_COSTS = ((4, 6, 9, 5), (5, 3, 7, 8), (8, 7, 4, 6))
_SUPPLY = (120, 150, 90)
_DEMAND = (80, 100, 70, 60)


def transport() -> SheetPlan:
    """A sheet `transport` whose model chooses how much each plant sends to each shop."""
    costs = block(_SHEET, 7, 1, len(_PLANTS), len(_SHOPS))
    sent = costs.shift(costs.rows + 3, 0)
    sums_of_rows = block(_SHEET, sent.top, sent.right + 1, sent.rows)
    supply = sums_of_rows.shift(0, 2)
    sums_of_columns = block(_SHEET, sent.bottom + 1, sent.left, 1, sent.cols)
    demand = sums_of_columns.shift(2, 0)
    total = Cell(_SHEET, demand.bottom + 2, 1)
    return SheetPlan(
        name=_SHEET,
        marks=joined(
            title(
                "Transport: the cheapest way from plants to shops",
                "Every shop must get what it asks for, no plant can send more than it has, and every pallet on every "
                "road has its price.",
                "All formulas are sums of variables times constants, so this is a linear program: the Simplex method "
                "finds the best plan and proves that none is cheaper.",
                "Ask for the sensitivity report: it says what one more pallet at a plant would be worth.",
            ),
            heading(5, 0, "Cost of one pallet", 5),
            across(6, 1, _SHOPS),
            down(costs.top, 0, _PLANTS),
            numbers(costs, _COSTS, Look.INPUT),
            heading(sent.top - 2, 0, "Pallets sent", 8),
            across(sent.top - 1, 1, (*_SHOPS, "sent", "", "has")),
            down(sent.top, 0, _PLANTS),
            numbers(sent, ((0,) * sent.cols,) * sent.rows, Look.VARIABLE),
            filled(sums_of_rows, f"SUM({sliding_down(sent)})"),
            down(sent.top, supply.left - 1, ("≤",) * sent.rows, Look.HEADER),
            numbers(supply, [(value,) for value in _SUPPLY], Look.INPUT),
            one(sums_of_columns.top, 0, "received", Look.LABEL),
            filled(sums_of_columns, f"SUM({sliding_across(sent)})"),
            across(sums_of_columns.top + 1, 1, ("≥",) * sent.cols),
            one(demand.top, 0, "asked for", Look.LABEL),
            numbers(demand, (_DEMAND,), Look.INPUT),
            one(total.row, 0, "total cost", Look.LABEL),
            {
                (total.row, 1): Mark(
                    formula=f"SUMPRODUCT({costs.absolute},{sent.absolute})", look=Look.OBJECTIVE, number_format="#,##0"
                )
            },
            legend(total.row + 2, 0, Look.INPUT, Look.VARIABLE, Look.OBJECTIVE, Look.RESULT),
        ),
        widths={0: 13.0, **dict.fromkeys(range(1, 5), 11.0), 5: 9.0, 6: 4.0, 7: 9.0},
        model=Model(
            _SHEET,
            objective=total,
            variables=(sent,),
            constraints=(
                Constraint(sums_of_columns, Relation.GE, demand),
                Constraint(sums_of_rows, Relation.LE, supply),
            ),
            engine="simplex",
            nonnegative=True,
        ),
    )
