"""Ratings in a grid with gaps: the root mean square error of the products of row factors and column factors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import openpyxl


@dataclass
class Task:
    start: np.ndarray
    size: int
    known: np.ndarray
    rating: np.ndarray
    count: int


def read(path: str) -> tuple[Any, Task]:
    workbook = openpyxl.load_workbook(path)
    sheet = workbook["Ratings"]
    size = (sheet.max_row - 9) // 2
    area = {"min_col": 8, "max_col": 7 + size, "values_only": True}
    grid = list(sheet.iter_rows(min_row=2, max_row=1 + size, **area))
    rating = np.array([[np.nan if value is None else value for value in row] for row in grid], dtype=float)
    columns = np.array(list(sheet.iter_rows(min_row=4 + size, max_row=8 + size, **area)), dtype=float)
    rows = sheet.iter_rows(min_row=10 + size, max_row=9 + 2 * size, min_col=2, max_col=6, values_only=True)
    start = np.concatenate([np.array(list(rows), dtype=float).ravel(), columns.ravel()])
    known = ~np.isnan(rating)
    return workbook, Task(start, size, known, np.where(known, rating, 0.0), int(known.sum()))


def objective(x: np.ndarray, task: Task) -> tuple[float, np.ndarray]:
    split = task.size * 5
    rows, columns = x[:split].reshape(-1, 5), x[split:].reshape(5, -1)
    miss = rows @ columns
    miss -= task.rating
    miss *= task.known
    loss = np.sqrt(np.vdot(miss, miss) / task.count)
    scale = 1.0 / (task.count * loss)
    return loss, scale * np.concatenate([(miss @ columns.T).ravel(), (rows.T @ miss).ravel()])


def write(workbook: Any, task: Task, x: np.ndarray) -> None:
    sheet, size = workbook["Ratings"], task.size
    for row, factors in enumerate(x[: size * 5].reshape(-1, 5).tolist(), start=10 + size):
        for col, factor in enumerate(factors, start=2):
            sheet.cell(row, col, factor)
    for row, factors in enumerate(x[size * 5 :].reshape(5, -1).tolist(), start=4 + size):
        for col, factor in enumerate(factors, start=8):
            sheet.cell(row, col, factor)
