"""Template `knapsack`: what to pack when not everything fits, a yes or no for each thing."""

from __future__ import annotations

from solver.model.model import Constraint, Model, Relation, Sense
from solver.templates.pieces import across, block, down, filled, heading, joined, legend, numbers, one, title
from solver.templates.plan import Look, SheetPlan

_SHEET = "knapsack"
_THINGS = (
    ("tent", 2.9, 60),
    ("sleeping bag", 1.6, 48),
    ("mat", 0.9, 22),
    ("stove", 1.1, 26),
    ("pot and cup", 0.7, 15),
    ("rain coat", 0.5, 21),
    ("warm jacket", 0.8, 24),
    ("food for two days", 2.4, 52),
    ("water", 2.0, 45),
    ("camera", 1.3, 18),
    ("book", 0.6, 9),
    ("torch", 0.3, 12),
    ("first aid", 0.5, 17),
    ("chess set", 0.9, 7),
)
_CAPACITY = 10.0


def knapsack() -> SheetPlan:
    """A sheet `knapsack` whose model picks the things that are worth most and still can be carried."""
    weight = block(_SHEET, 11, 1, len(_THINGS))
    worth, taken = weight.shift(0, 1), weight.shift(0, 2)
    total, carried, capacity = (block(_SHEET, row, 1) for row in (5, 6, 7))
    return SheetPlan(
        name=_SHEET,
        marks=joined(
            title(
                "Knapsack: what to pack",
                "Each thing has a weight and is worth something on the hike; 1 packs it, 0 leaves it at home.",
                "Weight and worth are linear, but a yes or no is not: the binary constraint makes Solver branch, "
                "fixing one thing after the other until no other choice can be better.",
                "Taking the things with the most worth per kilogram first is a good guess. Is it the best?",
            ),
            down(total.top, 0, ("worth packed", "weight packed", "can carry")),
            filled(total, f"SUMPRODUCT({worth.absolute},{taken.absolute})", Look.OBJECTIVE, "0"),
            filled(carried, f"SUMPRODUCT({weight.absolute},{taken.absolute})", number_format='0.0" kg"'),
            numbers(capacity, ((_CAPACITY,),), Look.INPUT, '0.0" kg"'),
            one(carried.top, 2, "at most what can be carried", Look.NOTE),
            legend(total.top, 6, Look.INPUT, Look.VARIABLE, Look.OBJECTIVE, Look.RESULT),
            heading(9, 0, "Things", 5),
            across(10, 0, ("thing", "weight, kg", "worth", "packed", "worth per kg")),
            down(weight.top, 0, (name for name, _, _ in _THINGS)),
            numbers(weight, [(value,) for _, value, _ in _THINGS], Look.INPUT, "0.0"),
            numbers(worth, [(value,) for _, _, value in _THINGS], Look.INPUT),
            numbers(taken, [(0,)] * len(_THINGS), Look.VARIABLE, "0"),
            filled(weight.shift(0, 3), f"{worth.first.a1}/{weight.first.a1}", number_format="0.0"),
        ),
        widths={0: 20.0, 1: 12.0, 2: 10.0, 3: 10.0, 4: 14.0, 5: 6.0, 6: 10.0},
        model=Model(
            _SHEET,
            objective=total.first,
            sense=Sense.MAX,
            variables=(taken,),
            constraints=(Constraint(carried, Relation.LE, capacity), Constraint(taken, Relation.BIN)),
            engine="simplex",
            nonnegative=True,
            options={"tol": 0.0},
        ),
    )
