"""Numbers with a slope, and the functions that are computed on them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.algebra import Program, constant
from solver.algebra.calculus.derive import gradient, hessp
from solver.algebra.node import topological
from solver.algebra.primitive import Nonlinear
from solver.compiler.calculation import Calculation
from solver.functions.dual import Dual, power, slope_of, total
from solver.grid import Area, Cell
from tests.books import book_of

positive = st.floats(0.2, 5)


@given(positive, positive, positive)
def test_slopes_of_arithmetic(a: float, b: float, at: float) -> None:
    """Every operator, with the number with a slope on either side, against central differences."""

    def value(x: float) -> float:
        quotient = (x - a) / (x * b + 1) + a / x - (2 - x) * x
        return total([quotient, -x, power(x, a), power(b, x), power(x, x), 1.0 + x])

    step = 1e-5
    measured = (value(at + step) - value(at - step)) / (2 * step)
    assert slope_of(value(Dual(at, 1.0))) == pytest.approx(measured, rel=1e-5, abs=1e-6)
    assert float(value(Dual(at, 1.0))) == pytest.approx(value(at), rel=1e-13, abs=1e-13)


SECURITIES = [
    "PRICE(39493,43054,A1,A2,100,2,0)",
    "PRICE(39493,39583,A1,A2,100,2,0)",
    "YIELD(39493,42689,A1,A3,100,2,0)",
    "DURATION(43282,54058,A1,A2,2,1)",
    "MDURATION(39448,42370,A1,A2,2,1)",
    "ODDFPRICE(39763,44256,39736,39873,A1,A2,100,2,1)",
    "ODDFYIELD(39763,44256,39736,39873,A1,A3,100,2,1)",
    "ODDLPRICE(39485,39614,39370,A1,A2,A3,2,0)",
    "ODDLYIELD(39558,39614,39440,A1,A3,100,2,0)",
    "ACCRINT(39508,39691,39569,A1,A3,2,0)",
    "PRICEMAT(39493,39551,39397,A1,A2,0)",
    "RECEIVED(39493,39583,A3,A1,2)",
    "TBILLEQ(39538,39800,A1)",
    "TBILLYIELD(39538,39600,A3)",
]


@pytest.mark.parametrize("formula", SECURITIES)
def test_derivatives_of_securities(formula: str) -> None:
    """Gradients to ten digits of extrapolated differences, Hessians as differences of gradients."""
    at = np.array([0.0575, 0.065, 95.5])
    live = Calculation(
        book_of({"Sheet1": {f"A{k}": v for k, v in enumerate(at.tolist(), start=1)}}),
        variables=[Area("Sheet1", 0, 0, 2, 0)],
    )
    node = live.evaluate(formula, Cell("Sheet1", 9, 9)).number
    assert live.x is not None
    assert not any(isinstance(part.op, Nonlinear) and part.op.name == "opaque" for part in topological([node]))
    direction = np.array([0.3, -0.2, 40.0])
    bent = hessp(node, live.x, constant(direction))
    program = Program([live.x], [node, gradient(node, live.x), bent])
    step = 1e-4
    points = [program.run(at + k * step * direction) for k in (-2, -1, 0, 1, 2)]
    weights = np.array([1, -8, 0, 8, -1]) / (12 * step)
    along = sum(w * point[0].item() for w, point in zip(weights, points, strict=True))
    curved = sum(w * point[1] for w, point in zip(weights, points, strict=True))
    assert points[2][1] @ direction == pytest.approx(along, rel=1e-9)
    assert points[2][2] == pytest.approx(curved, rel=1e-4, abs=1e-5)
