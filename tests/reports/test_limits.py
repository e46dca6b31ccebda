"""How far each variable may go alone, against the definition."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.model.model import Sense
from solver.reports.limits import limits_of
from solver.values import ErrorValue
from tests.engines.zoo import INF, build, linear_program
from tests.reports.solved import lines, solved, table


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000))
def test_linear_limits_are_the_last_feasible_values(seed: int) -> None:
    """At a limit all rows hold, a little beyond it some row or bound does not."""
    random = np.random.default_rng(seed)
    n, m = int(random.integers(1, 5)), int(random.integers(1, 6))
    matrix, x = random.integers(-3, 4, (m, n)).astype(float), random.uniform(0, 5, n)
    rows = matrix @ x
    low = np.where(random.random(m) < 0.4, -INF, rows - random.uniform(0, 4, m) * (random.random(m) < 0.7))
    high = np.where(random.random(m) < 0.4, INF, rows + random.uniform(0, 4, m) * (random.random(m) < 0.7))
    problem = linear_program(np.ones(n), matrix, low, high, lb=0, ub=random.choice([7.0, INF], n))
    ends = limits_of(problem, x)
    curved = build(
        x,
        lambda x: x[0],
        lambda x: [sum(a * b for a, b in zip(row, x, strict=True)) for row in matrix],
        low,
        high,
        lb=0,
        ub=problem.ub,
    )
    for end, other, sign in zip(ends, limits_of(curved, x), (-1.0, 1.0), strict=True):
        assert np.array_equal(np.isfinite(end), np.isfinite(other))
        assert end == pytest.approx(other, rel=1e-6, abs=1e-6)
        for j in np.flatnonzero(np.isfinite(end)):
            for step, feasible in ((0.0, True), (1e-5, False)):
                point = x.copy()
                point[j] = end[j] + sign * step
                values, slack = matrix @ point, 1e-8
                inside = np.all(values >= low - slack) and np.all(values <= high + slack)
                inside &= problem.lb[j] - slack <= point[j] <= problem.ub[j] + slack
                assert inside == feasible


def test_curved_limits() -> None:
    """Within a disc, and above a parabola: the ends of the chords through the point."""
    problem = build(
        (0.5, 0.5),
        lambda x: x[0],
        lambda x: [x[0] * x[0] + x[1] * x[1], x[1] - x[0] * x[0]],
        (-INF, 0.0),
        (1.0, INF),
    )
    low, high = limits_of(problem, np.array([0.5, 0.5]))
    assert low == pytest.approx([-np.sqrt(0.5), 0.25])
    assert high == pytest.approx([np.sqrt(0.5), np.sqrt(0.75)])


def test_report_of_an_unlimited_integer_model() -> None:
    """Whole cells go to whole limits; where there is no end Excel's #N/A stands; the objective follows."""
    sheet = {"A1": "n", "B1": 1.0, "C1": 1.0, "D1": "=2*B1+C1^2", "D2": "=B1+C1"}
    answer = solved(sheet, "D1", "B1:C1", ["D2 >= 3.5", "B1 int"], Sense.MIN, nonnegative=True)
    found = lines(table(answer, "limits"))
    value = dict(zip("bc", answer.solution.x.tolist(), strict=True))
    assert found[8][1:] == ["$D$1", "n", pytest.approx(2 * value["b"] + value["c"] ** 2)]
    least = np.ceil(3.5 - value["c"] - 1e-6)
    assert found[13][1:] == [
        "$B$1",
        "n",
        value["b"],
        None,
        least,
        pytest.approx(2 * least + value["c"] ** 2),
        None,
        ErrorValue.NA,
        ErrorValue.NA,
    ]
    end = 3.5 - value["b"]
    assert found[14][3:7] == [
        pytest.approx(value["c"]),
        None,
        pytest.approx(end),
        pytest.approx(2 * value["b"] + end**2),
    ]


def test_many_variables_in_curved_rows() -> None:
    """Hundreds of variables, each in a row with its neighbour: moved together they have the limits they have alone."""
    n = 600
    sheet: dict[str, object] = {f"A{k}": 0.5 for k in range(1, n + 1)}
    for k in range(1, n, 2):
        sheet[f"B{k}"] = f"=A{k}^2+A{k + 1}^2"
    sheet["C1"] = f"=SUM(A1:A{n})"
    answer = solved(sheet, "C1", f"A1:A{n}", [f"B{k} <= 1" for k in range(1, n, 2)], options={"itr": 0})
    x = np.linspace(-0.7, 0.7, n)
    low, high = limits_of(answer.binding.problem, x)
    partner = x.reshape(-1, 2)[:, ::-1].ravel()
    assert high == pytest.approx(np.sqrt(1 - partner**2), abs=1e-6)
    assert low == pytest.approx(-np.sqrt(1 - partner**2), abs=1e-6)


def test_rows_that_jump_are_asked_one_variable_at_a_time() -> None:
    """A step that both cells can bring about is not missed where derivatives see nothing."""
    sheet = {"A1": 1.2, "A2": 1.7, "B1": "=ROUND(A1,0)+INT(A2)", "C1": "=A1+A2"}
    answer = solved(sheet, "C1", "A1:A2", ["B1 <= 2", "A1:A2 <= 9", "A1:A2 >= 0"], engine="evolutionary")
    _, high = limits_of(answer.binding.problem, np.array([1.2, 1.7]))
    assert high == pytest.approx([1.5, 2.0], abs=1e-6)
