"""What each variable may be: continuous, integer, binary, or one of cells that all differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from solver.model.problem import Problem

EXCEL_KINDS = {"continuous": "Contin", "integer": "Integer", "binary": "Binary", "alldifferent": "AllDiff"}
"""The words of the Answer Report's last column."""


def variable_types(problem: Problem) -> list[str]:
    """The type of every variable: continuous, integer, binary or alldifferent."""
    found = ["integer" if whole else "continuous" for whole in problem.integer.tolist()]
    for place in problem.binary.nonzero()[0].tolist():
        found[place] = "binary"
    for group in problem.groups:
        for place in group:
            if found[place] == "continuous":
                found[place] = "alldifferent"
    return found
