"""Functions of a variable cell have exact first and second derivatives, and their values are those of constants."""

from __future__ import annotations

import numpy as np
import pytest

from solver.algebra import Program
from solver.algebra.calculus.derive import gradient, hessp
from solver.algebra.node import constant, topological
from solver.algebra.primitive import Nonlinear
from solver.compiler.calculation import Calculation
from solver.grid import Area, Cell
from tests.books import book_of

HOME = Cell("Sheet1", 20, 20)
DATA = [1.3, 2.9, 0.7, 4.1, 3.3]
"""The variable cells A1:A5; B1:B5 hold constants, B3 a text, so that a pair is dropped."""

SAMPLES = ["STDEV.S", "STDEV.P", "VAR.S", "VAR.P", "STDEVA", "DEVSQ", "AVEDEV", "GEOMEAN", "HARMEAN", "SKEW", "SKEW.P"]
PAIRS = ["CORREL", "RSQ", "COVARIANCE.P", "COVARIANCE.S", "SLOPE", "INTERCEPT", "STEYX"]
FORMULAS = [
    *[f"{name}(A1:A5)" for name in [*SAMPLES, "KURT", "MEDIAN"]],
    *[f"{name}(A1:A5,B1:B5)" for name in PAIRS],
    *[f"{name}(B1:B5,A1:A5)" for name in PAIRS],
    "FORECAST.LINEAR(A1,A1:A5,C1:C5)",
    "LARGE(A1:A5,2)",
    "SMALL(A1:A5,1)",
    "PERCENTILE.INC(A1:A5,0.3)",
    "PERCENTILE.INC(C1:C5,A3)",
    "PERCENTILE.EXC(A1:A5,0.4)",
    "QUARTILE.INC(A1:A5,1)",
    "TRIMMEAN(A1:A5,0.4)",
    "NORM.DIST(A1,A2,A3,TRUE)",
    "NORM.DIST(A1,A2,A3,FALSE)",
    "NORM.INV(A1/5,A2,A3)",
    "NORM.S.DIST(-A1*5,TRUE)",
    "LOGNORM.DIST(A1,A2,A3,TRUE)",
    "LOGNORM.INV(A1/5,A2,A3)",
    "STANDARDIZE(A1,A2,A3)",
    "GAMMA(A1)",
    "GAMMALN(A2)",
    "GAMMA.DIST(A1,A2,A3,TRUE)",
    "GAMMA.DIST(A1,A2,A3,FALSE)",
    "GAMMA.INV(A1/5,A2,A3)",
    "CHISQ.DIST(A1,3,TRUE)",
    "CHISQ.DIST.RT(A1,3)",
    "CHISQ.INV(A1/5,3)",
    "CHISQ.INV.RT(A1/5,3)",
    "EXPON.DIST(A1,A2,TRUE)",
    "WEIBULL.DIST(A1,A2,A3,TRUE)",
    "WEIBULL.DIST(A1,A2,A3,FALSE)",
    "POISSON.DIST(2,A1,TRUE)",
    "POISSON.DIST(2,A1,FALSE)",
    "BETA.DIST(A1/5,A2,A4,TRUE)",
    "BETA.DIST(A1,A2,A4,FALSE,A3,A5+1)",
    "BETA.INV(A1/5,A2,A4)",
    "F.DIST(A1,3,5,TRUE)",
    "F.DIST(A1,3,5,FALSE)",
    "F.DIST.RT(A1,3,5)",
    "F.INV(A1/5,3,5)",
    "F.INV.RT(A1/5,3,5)",
    "T.DIST(A1-2,4,TRUE)",
    "T.DIST(A1,4,FALSE)",
    "T.DIST.2T(A1,4)",
    "T.INV(A1/5,4)",
    "T.INV.2T(A1/5,4)",
    "BINOM.DIST(3,8,A1/5,TRUE)",
    "BINOM.DIST(3,8,A1/5,FALSE)",
    "BINOM.DIST.RANGE(8,A1/5,2,5)",
    "NEGBINOM.DIST(3,2,A1/5,TRUE)",
    "CONFIDENCE.NORM(A1/5,A2,20)",
    "T.TEST(A1:A5,C1:C5,2,1)",
    "T.TEST(A1:A5,C1:C5,2,2)",
    "T.TEST(A1:A5,C1:C5,1,3)",
    "F.TEST(A1:A5,C1:C5)",
    "Z.TEST(A1:A5,2)",
    "CHISQ.TEST(A1:A5,C1:C5)",
    "PV(A1/50,12,A2,A3,1)",
    "FV(A1/50,A4,A2,A3)",
    "PMT(A1/50,12,A2,A3)",
    "IPMT(A1/50,3,12,A2)",
    "PPMT(A1/50,3,12,A2)",
    "CUMIPMT(A1/50,12,A2,2,7,0)",
    "NPER(A1/50,-A2,A4)",
    "NPV(A1/20,A2,A1:A5)",
    "IRR(A1:A5-2.5)",
    "MIRR(A1:A5-2.5,A1/20,A2/30)",
    "XIRR(D1:D5+A1,E1:E5)",
    "XNPV(A1/20,A1:A5,E1:E5)",
    "RATE(12,-A2,A4*5,A1)",
    "EFFECT(A1/20,4)",
    "NOMINAL(A1/20,4)",
    "RRI(A1,A2,A4)",
    "SYD(A4,A3,5,2)",
    "SUM(LINEST(A1:A5,C1:C5))",
    "INDEX(LINEST(C1:C5,A1:A5,TRUE,TRUE),2,1)",
    "INDEX(LINEST(A1:A5,C1:C5^{1,2},TRUE,TRUE),3,1)",
    "SUM(LOGEST(A1:A5,C1:C5))",
    "SUM(TREND(A1:A5,C1:C5,{6;7}))",
]


def _book() -> dict[str, object]:
    cells: dict[str, object] = {f"A{k + 1}": value for k, value in enumerate(DATA)}
    cells |= {f"B{k + 1}": value for k, value in enumerate([2.0, 3.5, "none", 1.0, 6.0])}
    cells |= {f"C{k + 1}": value for k, value in enumerate([1.0, 2.5, 3.0, 4.5, 6.0])}
    cells |= {f"D{k + 1}": value for k, value in enumerate([-10.0, 3.0, 4.0, 2.0, 5.0])}
    cells |= {f"E{k + 1}": value for k, value in enumerate([40000.0, 40200.0, 40500.0, 40600.0, 41000.0])}
    return cells


@pytest.mark.parametrize("formula", FORMULAS)
def test_derivatives(formula: str) -> None:
    """Value as for constants; gradient and Hessian product as by differences of the value and of the gradient."""
    book = book_of({"Sheet1": _book()})
    live = Calculation(book, variables=[Area("Sheet1", 0, 0, 4, 0)])
    node = live.evaluate(formula, HOME).number
    assert live.x is not None
    assert node.size == 1
    x0 = np.array(DATA)
    direction = np.array([0.3, -0.5, 0.8, 0.2, -0.4])
    slopes = gradient(node, live.x)
    program = Program([live.x], [node, slopes, hessp(node, live.x, constant(direction))])
    value, slope, curvature = program.run(x0)
    known = Calculation(book).evaluate(formula, HOME).known
    assert value.ravel() == pytest.approx(known.ravel(), rel=1e-11)
    step = 1e-4
    stencil = np.array([1, -8, 8, -1]) / (12 * step)
    points = [program.run(x0 + k * step * direction) for k in (-2, -1, 1, 2)]
    along = sum(weight * point[0].item() for weight, point in zip(stencil, points, strict=True))
    bent = sum(weight * point[1] for weight, point in zip(stencil, points, strict=True))
    assert slope @ direction == pytest.approx(along, rel=1e-7, abs=1e-10)
    assert slope.any()
    assert curvature == pytest.approx(np.asarray(bent), rel=1e-5, abs=1e-7)
    assert all(not isinstance(part.op, Nonlinear) or part.op.name != "opaque" for part in topological([node]))
