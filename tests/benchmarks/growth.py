"""How the cost grows with twice as many rows each time, until 100,000; beside it, the evaluation of the script.

Where arrays outgrow the processor's cache, both evaluations grow faster than their rows: that is the machine's share.
"""

from __future__ import annotations

import math
import time
from functools import partial
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from solver.book.package.save import save
from solver.book.patch import patch
from solver.model.binding import bind
from solver.pipeline import fresh_values, pick_models, read, recomputed
from tests.benchmarks import books
from tests.benchmarks.measure import table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from solver.model.problem import Vector
    from tests.benchmarks.cases import Case

ROWS = (12_500, 25_000, 50_000, 100_000)
_MAKERS: dict[str, Callable[[int], Path]] = {
    "long": lambda rows: books.long(rows, 943, 1682),
    "network": lambda rows: books.network(rows, 300, 500),
    "regression": books.regression,
    "recurrence": books.recurrence,
}
_STEPS = ("read", "compile", "evaluate", "write", "script's evaluate")
_REPEATS = 4


def report(cases: Sequence[Case], small: bool) -> None:
    """Prints processor seconds of each step, what doubling multiplies them by, and the length of the tape."""
    sizes = [rows // 50 for rows in ROWS] if small else ROWS
    for name in [case.name for case in cases if case.name in _MAKERS]:
        paths = [_MAKERS[name](size) for size in sizes]
        script = import_module(f"tests.benchmarks.hand.{name}")
        tasks = [script.read(str(path))[1] for path in paths]
        turns = [  # over the sizes, so that all meet slow minutes
            [_steps(path, partial(script.objective, task=task)) for path, task in zip(paths, tasks, strict=True)]
            for _ in range(_REPEATS)
        ]
        rows: list[tuple[object, ...]] = []
        for place, size in enumerate(sizes):
            best = [min(turn[place][step] for turn in turns) for step in _STEPS]
            rows.append((size, *best, turns[0][place]["tape"]))
        heads = ("rows", *_STEPS, "tape")
        table(f"Growth of {name}: processor seconds, the best of {_REPEATS}", heads, rows)
        ratios = [_growth(before, after) for before, after in [*pairwise(rows), (rows[0], rows[-1])]]
        table(f"Growth of {name}: doubling multiplies by", ("rows", *_STEPS), ratios)


def _growth(before: Sequence[Any], after: Sequence[Any]) -> tuple[object, ...]:
    """What each doubling from one row of the table to another multiplies the steps by, on the average."""
    doublings = math.log2(after[0] / before[0])
    factors = [(y / x) ** (1 / doublings) for x, y in zip(before[1:-1], after[1:-1], strict=True)]
    return f"{before[0]} -> {after[0]}", *factors


def _steps(path: Path, objective: Callable[[Vector], object]) -> dict[str, Any]:
    """Processor seconds of every step, once; `objective` is the script's value and gradient."""
    taken: dict[str, Any] = {}

    def timed(step: str, work: Callable[[], Any]) -> Any:
        began = time.process_time()
        result = work()
        taken[step] = time.process_time() - began
        return result

    def reading() -> Any:
        book = read(path)
        for name in book.sheets:
            book.sheets[name]
        return book

    book = timed("read", reading)
    binding = timed("compile", lambda: bind(book, pick_models(book, None)[0]))
    problem = binding.problem
    points = problem.x0 + np.random.default_rng(0).uniform(-1e-3, 1e-3, (12, problem.n))

    def evaluated(point: Vector) -> None:
        problem.fun(point), problem.grad(point)

    for step, evaluation in (("evaluate", evaluated), (_STEPS[-1], objective)):
        evaluation(points[1])  # the first call lays out the buffers
        least = math.inf
        for point in points[2:]:
            timed(step, partial(evaluation, point))
            least = min(least, taken[step])
        taken[step] = least
    after = recomputed(book, dict(zip(binding.variables, points[0].tolist(), strict=True)))
    with TemporaryDirectory() as folder:
        timed("write", partial(_write, book, after, Path(folder) / "out.xlsx"))
    taken["tape"] = binding.operations()
    return taken


def _write(book: Any, after: Any, target: Path) -> None:
    save(patch(book, fresh_values(after)), target)
