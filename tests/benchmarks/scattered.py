"""Formulas of which no two are alike, against openpyxl's Tokenizer and against Python on floats."""

from __future__ import annotations

import gc
import math
import time
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from openpyxl.formula import Tokenizer

from solver.functions.registry import registry
from solver.model.binding import bind
from solver.pipeline import pick_models, read
from tests.benchmarks.books import cached
from tests.benchmarks.measure import in_turns, table
from tests.benchmarks.workbook import SolverModel, write_workbook

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from tests.benchmarks.cases import Case

VARIABLES = 200
CALLS = 30
TURNS = 3


def formulas(count: int) -> list[tuple[str, str]]:
    """Formulas of variables and of formulas above, as a spreadsheet and as Python write them; no two are alike."""
    rng = np.random.default_rng(8)
    found = []
    for k in range(count):
        excel = python = f"{rng.uniform(0.1, 2):.4f}"
        for _ in range(int(rng.integers(2, 6))):
            excel, python = _grown(rng, k, excel, python)
        found.append((excel, python))
    return found


def _grown(rng: np.random.Generator, k: int, excel: str, python: str) -> tuple[str, str]:
    if k and rng.random() < 0.2:
        above = int(rng.integers(max(0, k - 50), k))
        cell, name = f"C{above + 1}*0.01", f"c[{above}]*0.01"
    else:
        variable = int(rng.integers(VARIABLES))
        cell, name = f"$A${variable + 1}", f"x[{variable}]"
    number = f"{rng.uniform(0.1, 2):.4f}"
    forms = (
        ("{0}+{1}*{2}", "{0}+{1}*{2}"),
        ("({0})*{2}-{1}", "({0})*{2}-{1}"),
        ("SIN({0})+{1}", "sin({0})+{1}"),
        ("({0})/(1+({1})^2)", "({0})/(1+({1})**2)"),
        ("SQRT(1+({0})^2)*{2}+{1}", "sqrt(1+({0})**2)*{2}+{1}"),
        ("{2}*COS({1}+{0})", "{2}*cos({1}+{0})"),
    )
    form = forms[int(rng.integers(len(forms)))]
    return form[0].format(excel, cell, number), form[1].format(python, name, number)


def beginning() -> np.ndarray:
    """The values that the variables have in the workbook."""
    return np.random.default_rng(9).uniform(-1, 1, VARIABLES).round(4)


def workbook(count: int) -> Path:
    """So many formulas and their sum, which is the objective."""

    def make(path: Path) -> None:
        start = beginning()
        rows = [
            [float(start[k]) if k < VARIABLES else None, None, "=" + text, *([f"=SUM(C1:C{count})"] if k == 0 else [])]
            for k, (text, _) in enumerate(formulas(count))
        ]
        write_workbook(path, {"S": rows}, SolverModel("S", "S!$D$1", [f"S!$A$1:$A${VARIABLES}"]))

    return cached(f"scattered-{count}", make)


def as_python(found: Sequence[tuple[str, str]]) -> Callable[[Sequence[float]], float]:
    """All formulas as one Python function of the variables, which gives their sum."""
    lines = ["def total(x):", f"    c = [0.0] * {len(found)}"]
    lines += [f"    c[{k}] = {python}" for k, (_, python) in enumerate(found)]
    scope: dict[str, Any] = {"sin": math.sin, "cos": math.cos, "sqrt": math.sqrt}
    exec("\n".join([*lines, "    return sum(c)"]), scope)
    total: Callable[[Sequence[float]], float] = scope["total"]
    return total


def _seconds(work: Callable[[], object]) -> float:
    """The processor seconds of one piece of work; the collector does not walk over what was there before it."""
    gc.collect()
    gc.freeze()
    began = time.process_time()
    work()
    taken = time.process_time() - began
    gc.unfreeze()
    return taken


def report(cases: Sequence[Case], small: bool) -> None:
    """Prints compiling against tokenising, and evaluating against Python."""
    del cases
    count = 1_000 if small else 20_000
    found, start, path = formulas(count), beginning(), workbook(count)
    registry()  # which a process loads once, however many formulas there are
    compiled = tokenised = 0.0
    for _ in range(TURNS):
        tokenised += _seconds(lambda: [Tokenizer("=" + text) for text, _ in found])
        book = read(path)
        model, _ = pick_models(book, None)[0], book.sheets["S"]
        compiled += _seconds(partial(bind, book, model))
    problem, total = bind(book, model).problem, as_python(found)
    assert math.isclose(problem.fun(start), total(start.tolist()), rel_tol=1e-9)
    points = start + np.random.default_rng(0).uniform(-1e-3, 1e-3, (CALLS + 2, VARIABLES))
    floats = points.tolist()
    value, python = in_turns(lambda call: problem.fun(points[call]), lambda call: total(floats[call]), CALLS)
    both, _ = in_turns(
        lambda call: (problem.fun(points[call] + 0.1), problem.grad(points[call] + 0.1)), lambda _: None, CALLS
    )
    rows = [
        ("compile / Tokenizer, s", compiled / TURNS, tokenised / TURNS, compiled / tokenised),
        ("value / Python on floats, ms", 1e3 * value, 1e3 * python, value / python),
        ("value and gradient / Python's value, ms", 1e3 * both, 1e3 * python, both / python),
    ]
    table(f"Scattered: {count:,} formulas of which no two are alike", ("", "ours", "theirs", "ratio"), rows)
