"""Template `portfolio`: shares of a fortune with the least risk for a wanted return, a quadratic program.

minimise  w' C w   subject to  sum w = 1,  r' w >= wanted,  w >= 0,   C(i, j) = correlation(i, j) s(i) s(j)
"""

from __future__ import annotations

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
from solver.templates.plan import Look, SheetPlan

_SHEET = "portfolio"
_ASSETS = ("bonds", "shares, home", "shares, abroad", "property", "gold")
_RETURNS = (0.025, 0.07, 0.085, 0.055, 0.04)
_RISKS = (0.05, 0.16, 0.2, 0.12, 0.15)
_CORRELATIONS = (
    (1.0, 0.1, 0.05, 0.15, 0.2),
    (0.1, 1.0, 0.75, 0.5, 0.0),
    (0.05, 0.75, 1.0, 0.45, 0.05),
    (0.15, 0.5, 0.45, 1.0, 0.1),
    (0.2, 0.0, 0.05, 0.1, 1.0),
)
_WANTED = 0.06


def portfolio() -> SheetPlan:
    """A sheet `portfolio` whose model spreads a fortune over five assets."""
    count = len(_ASSETS)
    shares = block(_SHEET, 12, 1, count)
    returns, risks = shares.shift(0, 1), shares.shift(0, 2)
    correlations = block(_SHEET, shares.bottom + 4, 1, count, count)
    covariances = correlations.shift(count + 3, 0)
    variance, risk, earned, wanted, spread = (block(_SHEET, row, 1) for row in range(5, 10))
    risk_of_column = f"INDEX({risks.absolute},COLUMN({sliding_across(correlations)})-{correlations.left})"
    product = f"MMULT({covariances.absolute},{shares.absolute})"
    return SheetPlan(
        name=_SHEET,
        marks=joined(
            title(
                "Portfolio: the least risk for a wanted return",
                "How should a fortune be spread? Mixing assets that do not rise and fall together has less risk than "
                "any of them alone.",
                "The variance is quadratic in the shares and bowl-shaped, so there is one best mix. Solver changes the "
                "shares; they add up to 100 % and none is negative.",
                "Change the wanted return and solve again: how fast does the risk grow?",
            ),
            down(variance.top, 0, ("variance", "risk", "return", "wanted return", "sum of shares")),
            filled(variance, f"SUMPRODUCT({product},{shares.absolute})", Look.OBJECTIVE, "0.000000"),
            filled(risk, f"SQRT({variance.first.a1})", number_format="0.00%"),
            filled(earned, f"SUMPRODUCT({returns.absolute},{shares.absolute})", number_format="0.00%"),
            numbers(wanted, ((_WANTED,),), Look.INPUT, "0.00%"),
            filled(spread, f"SUM({shares.absolute})", number_format="0.00%"),
            one(risk.top, 2, "standard deviation of a year's return", Look.NOTE),
            one(earned.top, 2, "at least the wanted return", Look.NOTE),
            one(spread.top, 2, "exactly 100 %", Look.NOTE),
            legend(variance.top, 7, Look.INPUT, Look.VARIABLE, Look.OBJECTIVE, Look.RESULT),
            across(shares.top - 1, 0, ("asset", "share", "return", "risk")),
            down(shares.top, 0, _ASSETS),
            numbers(shares, [(0.2,)] * count, Look.VARIABLE, "0.0%"),
            numbers(returns, [(value,) for value in _RETURNS], Look.INPUT, "0.0%"),
            numbers(risks, [(value,) for value in _RISKS], Look.INPUT, "0.0%"),
            heading(correlations.top - 2, 0, "Correlations", count + 1),
            across(correlations.top - 1, 1, _ASSETS),
            down(correlations.top, 0, _ASSETS),
            numbers(correlations, _CORRELATIONS, Look.INPUT, "0.00"),
            heading(covariances.top - 2, 0, "Covariances = correlation × risk × risk", count + 1),
            across(covariances.top - 1, 1, _ASSETS),
            down(covariances.top, 0, _ASSETS),
            filled(
                covariances,
                f"{correlations.first.a1}*{sliding_down(risks)}*{risk_of_column}",
                number_format="0.0000",
            ),
        ),
        widths={0: 16.0, **dict.fromkeys(range(1, 6), 14.0), 6: 4.0, 7: 10.0},
        model=Model(
            _SHEET,
            objective=variance.first,
            variables=(shares,),
            constraints=(Constraint(spread, Relation.EQ, 1.0), Constraint(earned, Relation.GE, wanted)),
            nonnegative=True,
        ),
    )
