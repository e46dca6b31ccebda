"""Prices and ranges of the Sensitivity Report against models solved again with moved right sides."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from solver import pipeline
from solver.engines import run
from solver.engines.linear.simplex import Simplex
from solver.model.model import Sense
from solver.pipeline import Request
from tests.reports.solved import block, solved, table

if TYPE_CHECKING:
    from pathlib import Path

    import scipy.sparse as sp

    from solver.model.answer import Answer
    from solver.model.problem import Problem, Vector

NO_LIMIT = 1e30
CURVED = ["hs_017", "hs_029", "hs_060", "hs_064", "hs_072", "hs_076", "hs_080", "hs_086", "hs_106", "hs_112"]
LINEAR = ["lp_adlittle", "lp_afiro", "lp_blend", "lp_israel", "lp_share2b"]


def answer_in(path: Path, **request: Any) -> Answer:
    book = pipeline.read(path)
    return pipeline.solve_model(book, pipeline.pick_models(book, None)[0], Request(**request))


def optimum(problem: Problem, row: int, move: float) -> float:
    """The minimum of a linear problem with one right side moved."""
    low, high = problem.row_lo.copy(), problem.row_hi.copy()
    low[row], high[row] = low[row] + move, high[row] + move
    found = run(replace(problem, row_lo=low, row_hi=high), Simplex())
    return found.fun if found.outcome.solved else np.inf


@pytest.mark.parametrize("name", LINEAR)
def test_shadow_prices_hold_inside_their_range_and_not_outside(shared: Path, name: str) -> None:
    """Netlib: the optimum moves by price times step up to the end of the range, and otherwise beyond it."""
    answer = answer_in(shared / "certified" / f"{name}.xlsx", engine="simplex")
    problem = answer.binding.problem
    rows = block(table(answer, "sensitivity"), "Constraints")
    pairs = [pair for pair in answer.binding.pairs if pair.row is not None]
    assert len(rows) == len(pairs)
    priced = [(line, pair.row) for line, pair in zip(rows, pairs, strict=True) if line[3] != 0]
    assert priced
    left, ended = 0, 0
    for line, row in priced[:: max(1, len(priced) // 12)]:
        _, _, _, price, right, up, down = line
        for room, sign in ((up, 1.0), (down, -1.0)):
            size = max(1.0, abs(answer.solution.fun))
            step = min(room, 10.0 * max(1.0, abs(right)))
            if step > 1e-9:
                expected = answer.solution.fun + sign * price * 0.999 * step
                assert optimum(problem, row, sign * 0.999 * step) == pytest.approx(expected, abs=1e-8 * size)
            if room < NO_LIMIT:
                # beyond the range the optimum is a convex function that leaves its tangent upwards, or nothing is
                # feasible; in degenerate models the next basis may have the same price
                for beyond in (room + 1e-3 * max(1.0, room), 2 * room + 1.0):
                    excess = optimum(problem, row, sign * beyond) - (answer.solution.fun + sign * price * beyond)
                    assert excess >= -1e-7 * size
                left += excess > 1e-7 * size
                ended += 1
    assert left > ended / 2


@pytest.mark.parametrize("name", LINEAR)
def test_cost_ranges(shared: Path, name: str) -> None:
    """Inside the range of a cost the solution stays the best; reduced costs have the signs of their bounds."""
    answer = answer_in(shared / "certified" / f"{name}.xlsx", engine="simplex")
    problem, linear, x = answer.binding.problem, answer.binding.problem.linear, answer.solution.x
    assert linear is not None
    assert linear.cost is not None
    lines = block(table(answer, "sensitivity"), "Variable Cells")
    for k in range(0, problem.n, max(1, problem.n // 12)):
        _, _, value, reduced, coefficient, up, down = lines[k]
        assert coefficient == linear.cost[k]
        assert reduced >= -1e-9 or value == pytest.approx(problem.ub[k])
        for room, sign in ((up, 1.0), (down, -1.0)):
            if not 0 < room < NO_LIMIT:
                continue
            cost = linear.cost.copy()
            cost[k] += sign * 0.999 * room
            moved = replace(
                problem,
                linear=replace(linear, cost=cost),
                fun=lambda point, cost=cost: float(cost @ point) + linear.offset,
            )
            found = run(moved, Simplex())
            kept = float(cost @ x) + linear.offset
            assert found.fun == pytest.approx(kept, rel=1e-9, abs=1e-9 * max(1.0, abs(answer.solution.fun)))


@pytest.mark.parametrize("name", LINEAR)
def test_duals_and_ranges_are_those_of_highs(shared: Path, name: str) -> None:
    """Netlib: prices, reduced costs and all ranges stand in the report as HiGHS gives them for the same arrays."""
    answer = answer_in(shared / "certified" / f"{name}.xlsx", engine="simplex")
    problem, linear = answer.binding.problem, answer.binding.problem.linear
    assert linear is not None
    assert linear.cost is not None
    low, high = problem.row_lo - linear.constant, problem.row_hi - linear.constant
    duals, dual_bounds, ranging = by_highs(linear.cost, linear.matrix, low, high, problem.lb, problem.ub)
    pairs = [pair for pair in answer.binding.pairs if pair.row is not None]
    for line, pair in zip(block(table(answer, "sensitivity"), "Constraints"), pairs, strict=True):
        row = pair.row
        assert line[3] == pytest.approx(duals[row], abs=1e-9)
        end = high[row] if np.isfinite(high[row]) else low[row]
        if line[3] != 0:
            expected = (ranging.row_bound_up.value_[row] - end, end - ranging.row_bound_dn.value_[row])
            assert line[5:7] == [pytest.approx(min(each, NO_LIMIT), rel=1e-9, abs=1e-9) for each in expected]
    n = problem.n
    costs = (
        np.array(ranging.col_cost_up.value_)[:n] - linear.cost,
        linear.cost - np.array(ranging.col_cost_dn.value_)[:n],
    )
    for k, line in enumerate(block(table(answer, "sensitivity"), "Variable Cells")):
        assert line[3] == pytest.approx(dual_bounds[k], abs=1e-9)
        for cell, expected in zip(line[5:7], (costs[0][k], costs[1][k]), strict=True):
            assert cell == pytest.approx(min(max(expected, 0.0), NO_LIMIT), rel=1e-9, abs=1e-9)


def by_highs(
    cost: Vector, matrix: sp.csr_array, low: Vector, high: Vector, lb: Vector, ub: Vector
) -> tuple[list[float], list[float], Any]:
    """Row duals, column duals and ranging of min cost x, low <= matrix x <= high, lb <= x <= ub by highspy itself."""
    import highspy

    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    for tolerance in ("primal_feasibility_tolerance", "dual_feasibility_tolerance"):
        solver.setOptionValue(tolerance, 1e-9)
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(cost), len(low)
    model.col_cost_, model.col_lower_, model.col_upper_ = cost, lb, ub
    model.row_lower_, model.row_upper_ = low, high
    by_column = matrix.tocsc()
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_, model.a_matrix_.index_ = by_column.indptr, by_column.indices
    model.a_matrix_.value_ = by_column.data
    solver.passModel(model)
    solver.run()
    solution = solver.getSolution()
    return list(solution.row_dual), list(solution.col_dual), solver.getRanging()[1]


@pytest.mark.parametrize("name", CURVED)
def test_multipliers_are_slopes(shared: Path, name: str) -> None:
    """Hock and Schittkowski: a multiplier is what the optimum gains per unit of the right side, by differences."""
    answer = answer_in(shared / "certified" / f"{name}.xlsx")
    problem, solution = answer.binding.problem, answer.solution
    lines = block(table(answer, "sensitivity"), "Constraints")
    pairs = [pair for pair in answer.binding.pairs if pair.row is not None]
    largest = max(abs(line[3]) for line in lines)
    for line, pair in zip(lines, pairs, strict=True):
        if abs(line[3]) < 1e-3 * largest:
            continue  # without slack and nearly without price: another constraint takes over at once
        row = pair.row
        right = max(abs(problem.row_lo[row]) if np.isfinite(problem.row_lo[row]) else 0.0, 1.0)
        step = 1e-4 * min(right, max(1.0, abs(solution.fun)) / abs(line[3]))
        ends = []
        for sign in (1.0, -1.0):
            low, high = problem.row_lo.copy(), problem.row_hi.copy()
            low[row], high[row] = low[row] + sign * step, high[row] + sign * step
            moved = replace(problem, x0=solution.x, row_lo=low, row_hi=high)
            ends.append(run(moved, pipeline.choose(moved, "grg", {})[0]).fun)
        assert (ends[0] - ends[1]) / (2 * step) == pytest.approx(line[3], rel=2e-3)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_signs_are_of_the_model_as_stated(data: st.DataObject) -> None:
    """Prices of random models, maximised or minimised, with constants and variables on both sides, as by linprog."""
    whole = st.integers(-5, 9)
    sense = data.draw(st.sampled_from([Sense.MAX, Sense.MIN]))
    cost = [data.draw(st.integers(1, 9)) for _ in range(2)]
    matrix = [[data.draw(st.integers(1, 9)) for _ in range(2)] for _ in range(2)]
    shift, right = data.draw(whole), [data.draw(st.integers(10, 60)) for _ in range(2)]
    contents: dict[str, Any] = {
        "A1": 0.0,
        "B1": 0.0,
        "C1": f"={cost[0]}*A1+{cost[1]}*B1+7",
        "C2": f"={matrix[0][0]}*A1+{matrix[0][1]}*B1+{shift}",
        "D2": float(right[0] + shift),
        "C3": f"={matrix[1][0]}*A1",
        "D3": f"={right[1]}-{matrix[1][1]}*B1",
    }
    relation = "<=" if sense is Sense.MAX else ">="
    answer = solved(contents, "C1", "A1:B1", [f"C2:C3 {relation} D2:D3"], sense, engine="simplex", nonnegative=True)
    sign = -1.0 if sense is Sense.MAX else 1.0
    turned = 1.0 if sense is Sense.MAX else -1.0
    oracle = linprog(sign * np.array(cost), turned * np.array(matrix), turned * np.array(right, dtype=float))
    lines = block(table(answer, "sensitivity"), "Constraints")
    assert answer.final == pytest.approx(sign * oracle.fun + 7)
    prices = sign * turned * oracle.ineqlin.marginals

    def slope(row: int, step: float) -> float:
        moved = np.array(right, dtype=float)
        moved[row] += step
        found = linprog(sign * np.array(cost), turned * np.array(matrix), turned * moved)
        return float(sign * (found.fun - oracle.fun) / step)

    for row, line in enumerate(lines):
        assert line[4] == (float(right[0] + shift) if row == 0 else float(right[1]))
        least, most = sorted([slope(row, 1e-6), slope(row, -1e-6)])
        assert least - 1e-5 <= line[3] <= most + 1e-5
        assert line[3] == pytest.approx(prices[row], abs=1e-9) or most - least > 1e-5


def test_degenerate_and_alternative_solutions_are_marked() -> None:
    """A line below the table says when other prices, or other solutions, are as right."""
    sheet = {"A1": 0.0, "B1": 0.0, "C1": "=A1+B1", "C2": "=A1+B1", "C3": "=A1+2*B1", "C4": "=2*A1+B1"}
    several = solved(sheet, "C1", "A1:B1", ["C2 <= 4"], Sense.MAX, engine="simplex", nonnegative=True)
    notes = [str(entry.value) for entry in table(several, "sensitivity").entries.values()]
    assert any(note.startswith("Another solution is as good") for note in notes)
    three = ["C2 <= 4", "C3 <= 6", "C4 <= 6"]
    degenerate = solved(sheet, "C1", "A1:B1", three, Sense.MAX, engine="simplex", nonnegative=True)
    notes = [str(entry.value) for entry in table(degenerate, "sensitivity").entries.values()]
    assert any(note.startswith("Degenerate") for note in notes)


def test_bounds_that_fix_a_variable_leave_the_ranges() -> None:
    """A variable that an equation fixes has a reduced cost, and the others keep their ranges."""
    sheet = {"A1": 0.0, "B1": 0.0, "C1": "=3*A1+2*B1", "C2": "=A1+B1", "D2": 10.0}
    found = solved(sheet, "C1", "A1:B1", ["C2 <= D2", "A1 = 4"], Sense.MAX, engine="simplex", nonnegative=True)
    fixed, free = block(table(found, "sensitivity"), "Variable Cells")
    assert fixed[2:5] == [4.0, pytest.approx(1.0), 3.0]
    assert free[2:] == [6.0, 0.0, 2.0, NO_LIMIT, pytest.approx(2.0)]
