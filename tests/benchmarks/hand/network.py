"""A network on concatenated embeddings: five numbers a user, five a movie, eight hidden units, one output."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import openpyxl
import scipy.sparse as sp

HIDDEN = 8


@dataclass
class Task:
    start: np.ndarray
    users: int
    movies: int
    user: np.ndarray
    movie: np.ndarray
    rating: np.ndarray
    of_user: sp.csr_array
    of_movie: sp.csr_array


def read(path: str) -> tuple[Any, Task]:
    workbook = openpyxl.load_workbook(path)
    factors = workbook["Factors"]
    users, movies = _table(factors, 2), _table(factors, 9)
    weights = np.array(list(factors.iter_rows(2, 12, 16, 15 + HIDDEN, values_only=True)), dtype=float)
    last = np.array([row[0] for row in factors.iter_rows(2, 2 + HIDDEN, 25, 25, values_only=True)], dtype=float)
    rows = np.array(list(workbook["Ratings"].iter_rows(min_row=2, max_col=3, values_only=True)), dtype=float)
    user, movie = rows[:, 0].astype(int) - 1, rows[:, 1].astype(int) - 1
    one, every = np.ones(len(rows)), np.arange(len(rows))
    return workbook, Task(
        np.concatenate([users.ravel(), movies.ravel(), weights.ravel(), last]),
        len(users),
        len(movies),
        user,
        movie,
        rows[:, 2],
        sp.csr_array((one, (user, every)), shape=(len(users), len(rows))),
        sp.csr_array((one, (movie, every)), shape=(len(movies), len(rows))),
    )


def _table(sheet: Any, left: int) -> np.ndarray:
    rows = sheet.iter_rows(min_row=2, min_col=left, max_col=left + 4, values_only=True)
    return np.array([row for row in rows if row[0] is not None], dtype=float)


def _parts(x: np.ndarray, task: Task) -> list[np.ndarray]:
    return np.split(x, np.cumsum([task.users * 5, task.movies * 5, 10 * HIDDEN, HIDDEN, HIDDEN]))


def objective(x: np.ndarray, task: Task) -> tuple[float, np.ndarray]:
    users, movies, weights, bias, last, base = _parts(x, task)
    weights = weights.reshape(10, HIDDEN)
    together = np.concatenate([users.reshape(-1, 5)[task.user], movies.reshape(-1, 5)[task.movie]], axis=1)
    hidden = 1.0 / (1.0 + np.exp(-(together @ weights + bias)))
    miss = hidden @ last + base - task.rating
    loss = miss @ miss / len(miss)
    miss *= 2.0 / len(miss)
    back = miss[:, None] * last * hidden * (1.0 - hidden)
    to_input = back @ weights.T
    return loss, np.concatenate(
        [
            (task.of_user @ to_input[:, :5]).ravel(),
            (task.of_movie @ to_input[:, 5:]).ravel(),
            (together.T @ back).ravel(),
            back.sum(axis=0),
            hidden.T @ miss,
            [miss.sum()],
        ]
    )


def write(workbook: Any, task: Task, x: np.ndarray) -> None:
    at = 0
    for left, rows, cols in ((2, task.users, 5), (9, task.movies, 5), (16, 11, HIDDEN), (25, 1 + HIDDEN, 1)):
        for row in range(2, 2 + rows):
            for col in range(left, left + cols):
                workbook["Factors"].cell(row, col, float(x[at]))
                at += 1
