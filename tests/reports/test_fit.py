"""Standard errors, intervals and correlations of fits against certified and textbook values."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.stats import linregress, t

from solver import pipeline
from solver.pipeline import Request
from solver.reports.regression import fit_of
from tests.reports.solved import block, lines, solved, table

if TYPE_CHECKING:
    from pathlib import Path

NIST = [
    f"nist_{name}_s{start}"
    for name in ("Chwirut2", "Eckerle4", "Gauss1", "Kirby2", "Lanczos3", "MGH09", "Misra1a", "Thurber")
    for start in (1, 2)
]
X = [1.0, 2.0, 3.5, 4.0, 5.5, 7.0]
Y = [2.1, 3.9, 7.2, 7.8, 11.3, 13.6]


@pytest.mark.parametrize("name", NIST)
def test_certified_standard_deviations(shared: Path, name: str) -> None:
    """NIST: the standard errors agree with the certified standard deviations to 6 digits."""
    certified = json.loads((shared / "certified" / "expected.json").read_text())[name]["standard_deviation"]
    book = pipeline.read(shared / "certified" / f"{name}.xlsx")
    answer = pipeline.solve_model(book, pipeline.pick_models(book, None)[0], Request())
    found = [line[3] for line in block(table(answer, "fit"), "Parameters")]
    assert found == pytest.approx(certified, rel=1e-6)


def line_fit(**more: str) -> dict[str, object]:
    sheet: dict[str, object] = {"A1": "slope", "B1": 0.5, "A2": "height", "B2": 0.5, "A4": "x", "B4": "y", **more}
    for k, (x, y) in enumerate(zip(X, Y, strict=True), start=5):
        sheet.update({f"A{k}": x, f"B{k}": y, f"C{k}": f"=B$1*A{k}+B$2"})
    return sheet


@pytest.mark.parametrize(
    "objective", ["=SUMXMY2(B5:B10,C5:C10)", "=SQRT(SUMXMY2(C5:C10,B5:B10)/6)", "=SUMSQ(2*C5:C10-2*B5:B10)/4"]
)
def test_a_straight_line_by_the_textbook(objective: str) -> None:
    """Slope, height, their errors and R squared of linear regression, however the squares are wrapped."""
    cell = "{" + objective + "}" if "2*" in objective else objective
    answer = solved(line_fit(E1=cell), "E1", "B1:B2")
    found, oracle = table(answer, "fit"), linregress(X, Y)
    slope, height = block(found, "Parameters")
    assert slope[:2] == ["$B$1", "slope"]
    assert (slope[2], height[2]) == pytest.approx((oracle.slope, oracle.intercept))
    assert (slope[3], height[3]) == pytest.approx((oracle.stderr, oracle.intercept_stderr))
    assert slope[5] == pytest.approx(oracle.pvalue)
    margin = t.ppf(0.975, 4) * oracle.stderr
    assert slope[6:] == pytest.approx([oracle.slope - margin, oracle.slope + margin])
    measures = dict(block(found, "Goodness of Fit"))
    assert measures["R Squared"] == pytest.approx(oracle.rvalue**2)
    assert (measures["Observations"], measures["Degrees of Freedom"]) == (6.0, 4.0)
    mean = np.mean(X)
    correlation = -mean / np.sqrt(np.mean(np.square(X)))
    assert block(found, "Correlation of the Parameters")[1] == ["$B$2", pytest.approx(correlation), pytest.approx(1.0)]


def test_parameters_at_a_bound_have_no_error() -> None:
    """A slope that its bound holds is no free parameter; the report says so."""
    answer = solved(line_fit(E1="=SUMXMY2(B5:B10,C5:C10)"), "E1", "B1:B2", ["B1 <= 1.5"])
    found = table(answer, "fit")
    slope, height = block(found, "Parameters")
    assert len(slope) == 3
    free = np.array(Y) - 1.5 * np.array(X)
    assert height[2:4] == pytest.approx([free.mean(), free.std(ddof=1) / np.sqrt(6)])
    assert any("at a bound" in str(line[-1]) for line in lines(found).values())


def test_directions_that_the_data_leave_free() -> None:
    """Two factors of one product cannot be told apart: no errors are invented, and the count is right."""
    sheet = line_fit(E1="=SUMXMY2(B5:B10,C5:C10)")
    sheet.update({"B3": 1.0, **{f"C{k}": f"=B$1*B$3*A{k}+B$2" for k in range(5, 11)}})
    answer = solved(sheet, "E1", "B1:B3")
    fit = fit_of(answer.binding.problem, answer.solution.x)
    assert fit is not None
    assert (fit.rank, fit.freedom) == (2, 4)
    assert np.isnan(fit.errors).all()
    assert any("1 of 3 directions are free" in str(line[-1]) for line in lines(table(answer, "fit")).values())
