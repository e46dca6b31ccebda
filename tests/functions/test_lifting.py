"""What a function makes of one value it makes of every value of an array: Excel's array formulas.

Nobody is exempt: each scalar argument of each function's own examples is replaced by an array that repeats it.
"""

from __future__ import annotations

import numpy as np
import pytest

from solver.compiler.calculation import Calculation
from solver.formula.parse import parse
from solver.formula.show import show
from solver.formula.tree import Call
from solver.functions.information.elsewhere import SOURCES
from solver.grid import Cell
from tests.books import book_of, close
from tests.functions.walk import FUNCTIONS, examples

HOME = Cell("Sheet1", 20, 20)
SHAPE = (3, 2)
REPEATED = "IF({{1,1;1,1;1,1}},{})"
OPTIONS = {
    "VLOOKUP": {3}, "HLOOKUP": {3}, "MATCH": {2}, "XMATCH": {2, 3}, "XLOOKUP": {4, 5}, "HYPERLINK": {0},
    "RANDARRAY": {0, 1, 2, 3, 4}, "TRIMRANGE": {1, 2},
}  # fmt: skip
"""Arguments that say how a whole call works, once for all its values."""
PLACES = {"INDIRECT", "OFFSET", "TABLE"}
"""What gives or takes places of cells: several at once are #VALUE!."""


@pytest.mark.parametrize("name", sorted(set(FUNCTIONS) - PLACES))
def test_arrays_are_computed_value_by_value(name: str) -> None:
    """The result has the size of the array, and the example's value everywhere."""
    function = FUNCTIONS[name]
    calculation = Calculation(book_of({"Sheet1": {"A1": 1.0}}), seed=1)
    for formula, _ in examples(function):
        tree, literals = parse(formula[1:], HOME.row, HOME.col)
        if not isinstance(tree, Call) or tree.name not in function.names:
            continue
        single = calculation.evaluate(formula[1:], HOME).scalars()
        arguments = [show(argument, HOME.row, HOME.col, literals) for argument in tree.args]
        for place, argument in enumerate(arguments):
            taking = function.parameter(place).taking
            if single.size > 1 or not argument or not taking.scalar or place in OPTIONS.get(name, ()):
                continue
            repeated = [*arguments[:place], REPEATED.format(argument), *arguments[place + 1 :]]
            text = f"{tree.name}({','.join(repeated)})"
            found = calculation.evaluate(text, HOME).scalars()[0, 0]
            assert found.shape == SHAPE, f"{text} has shape {found.shape}"
            assert all(close(value, single.item()) for value in np.ravel(found)), f"{text} gives {found.tolist()}"


def test_what_takes_scalars() -> None:
    """Most functions do: the test above is not empty."""
    assert sum(any(p.taking.scalar for p in f.parameters) for f in FUNCTIONS.values()) > 300


@pytest.mark.parametrize(
    "name", sorted(name for name in FUNCTIONS if FUNCTIONS[name].parameters and name not in SOURCES)
)
def test_a_function_where_a_value_is_wanted(name: str) -> None:
    """A LAMBDA that nobody calls is an error of the cell, or taken up by those who want one; never a crash."""
    function = FUNCTIONS[name]
    count = max(function.least, 1)
    calculation = Calculation(book_of({"Sheet1": {"A1": 1.0}}), seed=1)
    for place in range(count):
        arguments = ["1"] * count
        arguments[place] = "LAMBDA(x,x)"
        found = calculation.evaluate(f"IFERROR({name}({','.join(arguments)}),-1)", HOME)
        assert found.shape[:2] == (1, 1)
