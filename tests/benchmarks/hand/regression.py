"""Logistic regression: minus the logarithm of the likelihood of coefficients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import openpyxl


@dataclass
class Task:
    start: np.ndarray
    x: np.ndarray
    y: np.ndarray


def read(path: str) -> tuple[Any, Task]:
    workbook = openpyxl.load_workbook(path)
    sheet = workbook["Data"]
    table = np.array(list(sheet.iter_rows(min_row=4, max_col=21, values_only=True)), dtype=float)
    start = np.array(next(sheet.iter_rows(2, 2, 1, 20, values_only=True)), dtype=float)
    return workbook, Task(start, np.ascontiguousarray(table[:, :20]), table[:, 20])


def objective(b: np.ndarray, task: Task) -> tuple[float, np.ndarray]:
    z = task.x @ b
    loss = np.logaddexp(0.0, z).sum() - task.y @ z
    return loss, task.x.T @ (1.0 / (1.0 + np.exp(-z)) - task.y)


def write(workbook: Any, task: Task, x: np.ndarray) -> None:
    del task
    for col, value in enumerate(x.tolist(), start=1):
        workbook["Data"].cell(2, col, value)
