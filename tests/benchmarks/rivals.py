"""Small sizes against other programs: the solvers of LibreOffice and Gnumeric, and SciPy on Formualizer's values.

LibreOffice takes part where `soffice` and a Python with `uno` are found (its particle swarm may search for half a
minute), Gnumeric where `ssconvert` is found, Formualizer, with finite differences, where FORMUALIZER names the Python
of an environment that has it with SciPy and openpyxl. Each gets a minute.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from solver.grid import Area
from solver.model.model import Sense
from solver.pipeline import pick_models, read
from tests.benchmarks.measure import process, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from solver.grid import Cell
    from solver.model.model import Constraint
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
            others = (*_libreoffice(path), *_gnumeric(path, folder), *_formualizer(path))
            rows.append((case.name, ours.wall, final, *others))
    programs = ("LibreOffice", "Gnumeric", "Formualizer")
    heads = [head for program in ("ours", *programs) for head in (f"{program} s", "objective")]
    table("Other programs, small sizes", ("small case", *heads), rows)


def _libreoffice(path: Path) -> tuple[float | str | None, float | None]:
    office, python = shutil.which("soffice"), _python_with_uno()
    if office is None or python is None:
        return None, None
    model = pick_models(read(path), None)[0]
    assert model.objective is not None
    task = {
        "objective": _place(model.objective),
        "variables": [_place(cell) for cell in model.cells()],
        "maximize": model.sense is Sense.MAX,
        "linear": model.engine == "simplex",
        "positive": model.nonnegative,
        "constraints": [pair for constraint in model.constraints for pair in _compared(constraint)],
    }
    script = str(Path(__file__).with_name("libreoffice.py"))
    _, printed = _run([python, script, office, str(path), str(_LIMIT), json.dumps(task)], 2 * _LIMIT)
    return tuple(json.loads(printed)) if printed else ("fails", None)


@cache
def _python_with_uno() -> str | None:
    """A Python that can talk to LibreOffice; the system's own usually can."""
    for python in (sys.executable, shutil.which("python3"), "/usr/bin/python3"):
        if python is not None and not isinstance(_run([python, "-c", "import uno"])[0], str):
            return python
    return None


def _place(cell: Cell) -> tuple[str, int, int]:
    return cell.sheet, cell.row, cell.col


def _compared(constraint: Constraint) -> Iterator[tuple[object, ...]]:
    """The comparisons of a constraint whose sides are both areas, cell by cell."""
    assert isinstance(constraint.right, Area)
    for left, right in zip(constraint.left.cells(), constraint.right.cells(), strict=True):
        yield _place(left), constraint.relation.sign, _place(right)


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


def _run(command: Sequence[str], limit: float = _LIMIT) -> tuple[float | str, str]:
    """Seconds by the clock, or why there are none; and what was printed."""
    began = time.perf_counter()
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=limit, check=True)
    except subprocess.TimeoutExpired:
        return f"> {limit}", ""
    except subprocess.CalledProcessError:
        return "fails", ""
    return time.perf_counter() - began, done.stdout
