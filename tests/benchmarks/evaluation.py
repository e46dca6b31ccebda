"""One value and gradient against that of the script, in turns, at a point that is new each time."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np
from threadpoolctl import threadpool_limits

from solver.model.binding import Binding, bind
from solver.pipeline import pick_models, read
from tests.benchmarks.measure import in_turns, table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.benchmarks.cases import Case

CALLS = 200


def bound(path: Path) -> Binding:
    """The workbook's model, compiled."""
    book = read(path)
    return bind(book, pick_models(book, None)[0])


def report(cases: Sequence[Case], small: bool) -> None:
    """Prints milliseconds, their ratio, and how far the two gradients are apart."""
    rows: list[tuple[object, ...]] = []
    for case in cases:
        if case.hands == ("transport",):
            continue  # linear: nothing is evaluated
        path = case.book(small)
        binding = bound(path)
        rows.append(min((_against(case, hand, path, binding) for hand in case.hands), key=lambda row: row[3]))
    heads = ("case", "script", "ours ms", "script ms", "ratio", "tape", "gradients differ by")
    table(f"One value and gradient, the mean of {CALLS} calls in turns", heads, rows)


def _against(case: Case, hand: str, path: Path, binding: Binding) -> tuple[Any, ...]:
    script = import_module(f"tests.benchmarks.hand.{hand}")
    _, task = script.read(str(path))
    problem = binding.problem
    rng = np.random.default_rng(0)
    points = problem.x0 + rng.uniform(-1e-3, 1e-3, (CALLS + 2, problem.n))
    assert np.isclose(problem.sense * problem.fun(points[0]), script.objective(points[0], task)[0], rtol=1e-9)
    theirs = script.objective(points[0], task)[1]
    apart = float(np.abs(problem.grad(points[0]) - theirs).max() / np.abs(theirs).max())
    with threadpool_limits(1):
        ours, script_s = in_turns(
            lambda call: (problem.fun(points[call]), problem.grad(points[call])),
            lambda call: script.objective(points[call], task),
            CALLS,
        )
    operations = problem.fun.__self__.operations  # type: ignore[attr-defined]  # the callable is a method of a Function
    return case.name, hand, 1e3 * ours, 1e3 * script_s, ours / script_s, operations, apart
