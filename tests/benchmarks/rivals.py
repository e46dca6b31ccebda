"""Small sizes against other programs: Gnumeric's solver, and SciPy with finite differences on Formualizer's values.

Gnumeric takes part where `ssconvert` is found, Formualizer where FORMUALIZER names the Python of an environment that
has it with SciPy and openpyxl. Each gets a minute.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from solver.pipeline import pick_models, read
from tests.benchmarks.measure import process, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.benchmarks.cases import Case

_LIMIT = 60
_FORMUALIZER = """
import json, sys
import formualizer, numpy as np
from scipy.optimize import minimize
book = formualizer.load_workbook(sys.argv[1])
objective, variables = json.loads(sys.argv[2])
def fun(x):
    for (sheet, row, col), value in zip(variables, x.tolist()):
        book.set_value(sheet, row, col, value)
    return float(book.evaluate_cell(*objective))
x0 = np.array([float(book.get_value(*cell) or 0.0) for cell in variables])
found = minimize(fun, x0, method="L-BFGS-B", options={"maxfun": 10**7})
print(found.fun)
"""


def report(cases: Sequence[Case], small: bool) -> None:
    """Prints seconds and the objective where each of them ends; the small sizes in any case."""
    del small
    rows: list[tuple[object, ...]] = []
    with TemporaryDirectory() as folder:
        for case in cases:
            path = case.book(True)
            ours = process(["-m", "solver", "solve", "--json", "-o", str(Path(folder) / "ours.xlsx"), str(path)])
            final = ours.output["objective"]["final"]
            rows.append((case.name, ours.wall, final, *_gnumeric(path, folder), *_formualizer(path)))
    heads = ("small case", "ours s", "objective", "Gnumeric s", "objective", "Formualizer s", "objective")
    table("Other programs, small sizes", heads, rows)


def _gnumeric(path: Path, folder: str) -> tuple[float | str | None, float | str | None]:
    command = shutil.which("ssconvert")
    if command is None:
        return None, None
    target = Path(folder) / "gnumeric.xlsx"
    taken, _ = _run([command, "--solve", str(path), str(target)])
    if isinstance(taken, str):
        return taken, None
    solved = read(target)
    value = _objective_value(path, solved)
    return taken, value


def _objective_value(path: Path, solved: object) -> float | None:
    objective = pick_models(read(path), None)[0].objective
    assert objective is not None
    cells = solved.sheets[objective.sheet].cells  # type: ignore[attr-defined]
    value = cells.scalar(cells.find(objective.row, objective.col))
    return value if isinstance(value, float) else None


def _formualizer(path: Path) -> tuple[float | str | None, float | str | None]:
    python = os.environ.get("FORMUALIZER")
    if python is None:
        return None, None
    model = pick_models(read(path), None)[0]
    assert model.objective is not None
    if model.constraints:
        return "rows", None
    cells = [(cell.sheet, cell.row + 1, cell.col + 1) for cell in (model.objective, *model.cells())]
    taken, printed = _run([python, "-c", _FORMUALIZER, str(path), json.dumps([cells[0], cells[1:]])])
    found = re.search(r"[-+.\deE]+\s*\Z", printed)
    return taken, float(found[0]) if found else None


def _run(command: Sequence[str]) -> tuple[float | str, str]:
    """Seconds by the clock, or why there are none; and what was printed."""
    began = time.perf_counter()
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_LIMIT, check=True)
    except subprocess.TimeoutExpired:
        return f"> {_LIMIT}", ""
    except subprocess.CalledProcessError:
        return "fails", ""
    return time.perf_counter() - began, done.stdout
