"""Every descent on the 15 x 15 ratings of the lesson: epochs and seconds until the loss is within 1 % of the optimum.

    python -m tests.benchmarks.descents [BOOK]

The workbook is the course's own (`../shared/real/fastai-2022--collab_filter.xlsx`, sheet `dotprod`), from its stored
start. Seconds are of the processor, without reading and compiling.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from solver import pipeline
from solver.engines import choose, run
from solver.model.binding import bind

if TYPE_CHECKING:
    from solver.model.problem import Problem
    from solver.model.solution import Step

BOOK = Path(__file__).resolve().parents[3] / "shared" / "real" / "fastai-2022--collab_filter.xlsx"
SHEET = "dotprod"
OPTIMUM = 0.39290079
SETTINGS: dict[str, dict[str, float | str]] = {
    "gd": {"rate": 1.0, "iterations": 1000},
    "sgd": {"rate": 0.05, "iterations": 300, "seed": 1},
    "momentum": {"rate": 0.3, "iterations": 1000},
    "nesterov": {"rate": 0.3, "iterations": 1000},
    "adagrad": {"rate": 0.3, "iterations": 1000},
    "rmsprop": {"rate": 0.01, "iterations": 1000},
    "adam": {"rate": 0.05, "iterations": 1000},
    "adamw": {"rate": 0.05, "weight_decay": 0.0001, "iterations": 1000},
}
"""With which options each engine comes within 1 % of the optimum."""


@dataclass(frozen=True)
class Descended:
    """Epochs and seconds until the loss was within 1 %, and where the run ended after how long."""

    epochs: int | None
    until: float | None
    loss: float
    seconds: float


def problem_of(book: Path) -> Problem:
    """The problem of the lesson's sheet."""
    opened = pipeline.read(book)
    return bind(opened, pipeline.pick_models(opened, SHEET)[0]).problem


def descended(problem: Problem, name: str) -> Descended:
    """One run of an engine with its settings."""
    engine, _ = choose(problem, name, SETTINGS[name])
    began, reached = time.process_time(), []

    def watch(step: Step, /) -> None:
        if not reached and step.fun <= 1.01 * OPTIMUM:
            reached.append((step.iteration, time.process_time() - began))

    solution = run(problem, engine, watch=watch)
    epochs, until = reached[0] if reached else (None, None)
    return Descended(epochs, until, solution.fun, time.process_time() - began)


def main() -> None:
    """Prints one line for each engine."""
    problem = problem_of(Path(sys.argv[1]) if len(sys.argv) > 1 else BOOK)
    print(f"{problem.n} numbers, {problem.term_count} ratings, loss {problem.fun(problem.x0):.6f} at the start")
    print(f"{'engine':<10}{'epochs':>8}{'seconds':>9}{'end':>11}{'seconds':>9}   settings")
    for name, settings in SETTINGS.items():
        found = descended(problem, name)
        near = f"{found.epochs:>8}{found.until:>9.3f}" if found.until is not None else f"{'-':>8}{'-':>9}"
        shown = " ".join(f"{key}={value:g}" for key, value in settings.items() if isinstance(value, (int, float)))
        print(f"{name:<10}{near}{found.loss:>11.6f}{found.seconds:>9.2f}   {shown}", flush=True)


if __name__ == "__main__":
    main()
