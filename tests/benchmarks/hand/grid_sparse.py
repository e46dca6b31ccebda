"""The script of `grid` for a grid with many gaps: only the known ratings are computed."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp

from tests.benchmarks.hand import grid
from tests.benchmarks.hand.grid import write

__all__ = ["objective", "read", "write"]


def read(path: str) -> tuple[Any, Any]:
    workbook, task = grid.read(path)
    task.row, task.col = np.nonzero(task.known)
    task.value = task.rating[task.known]
    starts = np.concatenate([[0], np.cumsum(task.known.sum(axis=1))])
    task.miss = sp.csr_array((task.value.copy(), task.col, starts), shape=task.known.shape)
    return workbook, task


def objective(x: np.ndarray, task: Any) -> tuple[float, np.ndarray]:
    split = task.size * 5
    rows, columns = x[:split].reshape(-1, 5), np.ascontiguousarray(x[split:].reshape(5, -1).T)
    miss = task.miss.data
    np.einsum("ij,ij->i", rows[task.row], columns[task.col], out=miss)
    miss -= task.value
    loss = np.sqrt(miss @ miss / task.count)
    miss /= task.count * loss
    return loss, np.concatenate([(task.miss @ columns).ravel(), (task.miss.T @ rows).T.ravel()])
