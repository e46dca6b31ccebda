"""Template `regression`: a growth curve through measured points, by least squares.

curve(t) = ceiling / (1 + exp(-rate (t - middle))),   loss = sum over points of (measured - curve)^2
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from solver.grid import Cell
from solver.model.model import Model
from solver.templates.pieces import across, block, down, filled, heading, joined, legend, numbers, sliding_down, title
from solver.templates.plan import Chart, Look, Mark, Series, SheetPlan

if TYPE_CHECKING:
    from collections.abc import Sequence

_SHEET = "growth"
_HEIGHTS = (14, 21, 42, 70, 98, 143, 176, 207, 225, 240, 243, 250)
_PARAMETERS = ("ceiling", "rate", "middle")
_MEANINGS = ("the height it comes to, cm", "how steep, per week", "the week of half that height")


def regression(
    points: Sequence[tuple[float, float]] = tuple(enumerate(_HEIGHTS, start=1)),
    start: tuple[float, float, float] = (200.0, 0.5, 5.0),
    names: tuple[str, str] = ("week", "height"),
) -> SheetPlan:
    """A sheet `growth` whose model fits the three parameters of a growth curve to (x, y) points."""
    parameters = block(_SHEET, 6, 1, 3)
    x = block(_SHEET, 16, 0, len(points))
    y, curve, difference, squared = (x.shift(0, k) for k in range(1, 5))
    loss = Cell(_SHEET, 10, 1)
    ceiling, rate, middle = (f"$B${row}" for row in (7, 8, 9))
    count = f"COUNT({y.absolute})"
    return SheetPlan(
        name=_SHEET,
        marks=joined(
            title(
                "A growth curve by least squares",
                "A sunflower was measured every week. A curve with three parameters shall run as close to the points "
                "as it can.",
                "Solver changes the parameters until the sum of the squared differences is smallest. The curve is not "
                "a straight line in them, so a start is needed: near enough to look right.",
            ),
            heading(5, 0, "Parameters", 5),
            down(6, 0, _PARAMETERS),
            numbers(parameters, [(value,) for value in start], Look.VARIABLE, "0.000"),
            down(6, 2, _MEANINGS, Look.NOTE),
            {(loss.row, 0): Mark("loss", look=Look.LABEL)},
            {(loss.row, 1): Mark(formula=f"SUM({squared.absolute})", look=Look.OBJECTIVE, number_format="0.00")},
            {(loss.row, 2): Mark("sum of the squared differences", look=Look.NOTE)},
            {(loss.row + 1, 0): Mark("typical miss", look=Look.LABEL)},
            {(loss.row + 1, 1): Mark(formula=f"SQRT({loss.a1}/({count}-{parameters.rows}))", number_format="0.00")},
            {(loss.row + 1, 2): Mark("standard error of the fit", look=Look.NOTE)},
            heading(14, 0, "Points", 5),
            across(15, 0, (*names, "curve", "difference", "squared")),
            numbers(x, [(point[0],) for point in points], Look.INPUT),
            numbers(y, [(point[1],) for point in points], Look.INPUT),
            filled(curve, f"{ceiling}/(1+EXP(-{rate}*({sliding_down(x)}-{middle})))", number_format="0.0"),
            filled(difference, f"{sliding_down(y)}-{sliding_down(curve)}", number_format="0.0"),
            filled(squared, f"{sliding_down(difference)}^2", number_format="0.0"),
            legend(5, 6, Look.INPUT, Look.VARIABLE, Look.OBJECTIVE, Look.RESULT),
        ),
        widths={**dict.fromkeys(range(5), 11.0), 0: 13.0, 5: 4.0, 6: 10.0},
        charts=(
            Chart(
                "Measured and fitted",
                Cell(_SHEET, 14, 6),
                x,
                (Series("measured", y, joined=False), Series("curve", curve)),
                names,
            ),
        ),
        model=Model(_SHEET, objective=loss, variables=(parameters,)),
    )
