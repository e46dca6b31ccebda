"""Ratings in a long table: the root mean square error of dot products of a user's and a movie's five factors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import openpyxl
import scipy.sparse as sp


@dataclass
class Task:
    start: np.ndarray
    users: int
    user: np.ndarray
    movie: np.ndarray
    rating: np.ndarray
    of_user: sp.csr_array  # (users, ratings), sums what falls on a user
    of_movie: sp.csr_array


def read(path: str) -> tuple[Any, Task]:
    workbook = openpyxl.load_workbook(path)
    factors = workbook["Factors"]
    users, movies = _table(factors, 1), _table(factors, 8)
    rows = np.array(list(workbook["Ratings"].iter_rows(min_row=2, max_col=3, values_only=True)), dtype=float)
    user, movie = _places(users[:, 0], rows[:, 0]), _places(movies[:, 0], rows[:, 1])
    users, movies = users[:, 1:], movies[:, 1:]
    one, every = np.ones(len(rows)), np.arange(len(rows))
    return workbook, Task(
        np.concatenate([users.ravel(), movies.ravel()]),
        len(users),
        user,
        movie,
        rows[:, 2],
        sp.csr_array((one, (user, every)), shape=(len(users), len(rows))),
        sp.csr_array((one, (movie, every)), shape=(len(movies), len(rows))),
    )


def _table(sheet: Any, left: int) -> np.ndarray:
    rows = sheet.iter_rows(min_row=2, min_col=left, max_col=left + 5, values_only=True)
    return np.array([row for row in rows if row[0] is not None], dtype=float)


def _places(known: np.ndarray, ids: np.ndarray) -> np.ndarray:
    order = np.argsort(known)
    return order[np.searchsorted(known, ids, sorter=order)]


def objective(x: np.ndarray, task: Task) -> tuple[float, np.ndarray]:
    split = task.users * 5
    users, movies = x[:split].reshape(-1, 5), x[split:].reshape(-1, 5)
    u, m = users[task.user], movies[task.movie]
    miss = np.einsum("ij,ij->i", u, m) - task.rating
    loss = np.sqrt(miss @ miss / len(miss))
    miss /= len(miss) * loss
    return loss, np.concatenate(
        [(task.of_user @ (m * miss[:, None])).ravel(), (task.of_movie @ (u * miss[:, None])).ravel()]
    )


def write(workbook: Any, task: Task, x: np.ndarray) -> None:
    split = task.users * 5
    for left, values in ((2, x[:split]), (9, x[split:])):
        for row, factors in enumerate(values.reshape(-1, 5).tolist(), start=2):
            for col, factor in enumerate(factors, start=left):
                workbook["Factors"].cell(row, col, factor)
