"""A running column c(t) = a c(t-1) + b(t), fitted to observations by least squares: the filter, and it backward."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import openpyxl
from scipy.optimize import minimize
from scipy.signal import lfilter


@dataclass
class Task:
    start: np.ndarray
    driving: np.ndarray
    observed: np.ndarray


def read(path: str) -> tuple[Any, Task]:
    workbook = openpyxl.load_workbook(path)
    sheet = workbook["Series"]
    table = np.array(list(sheet.iter_rows(min_row=2, min_col=2, max_col=4, values_only=True)), dtype=object)
    start = np.array([sheet["G1"].value, sheet["G2"].value], dtype=float)
    return workbook, Task(start, table[1:, 0].astype(float), table[:, 2].astype(float))


def objective(x: np.ndarray, task: Task) -> tuple[float, np.ndarray]:
    a, first = x
    column = lfilter([1.0], [1.0, -a], np.concatenate([[first], task.driving]))
    miss = column - task.observed
    back = lfilter([1.0], [1.0, -a], 2.0 * miss[::-1])[::-1]
    return miss @ miss, np.array([back[1:] @ column[:-1], back[0]])


def optimise(task: Task) -> tuple[np.ndarray, float, int]:
    """The mean instead of the sum, and a stable column: without them the first step leads to overflow."""
    count = len(task.observed)

    def mean(x: np.ndarray) -> tuple[float, np.ndarray]:
        value, gradient = objective(x, task)
        return value / count, gradient / count

    found = minimize(mean, task.start, method="L-BFGS-B", jac=True, bounds=[(-0.999, 0.999), (None, None)])
    return found.x, count * float(found.fun), int(found.nfev)


def write(workbook: Any, task: Task, x: np.ndarray) -> None:
    del task
    workbook["Series"]["G1"], workbook["Series"]["G2"] = map(float, x)
