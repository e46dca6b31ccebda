"""Embeddings as an earlier, simpler model has learnt them, for the sheet that trains a network on frozen ones."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from solver.templates.ratings import Numbers, Ratings


def learnt_embeddings(ratings: Ratings, factors: int, ridge: float = 0.4) -> tuple[Numbers, Numbers]:
    """Embeddings of users and movies as an earlier, simpler model has learnt them, rounded to four decimals.

    Alternating least squares on the ratings less their middle: with one side held, the other is a small linear
    system, (E'E + ridge I) x = E'r, solved in turn until nothing moves.
    """
    import numpy as np

    middle = (ratings.low + ratings.high) / 2
    known = np.array([[value is not None for value in row] for row in ratings.values])
    target = np.array([[0.0 if value is None else value - middle for value in row] for row in ratings.values])
    random = Random(7)
    movies = np.array([[random.uniform(-1, 1) for _ in range(factors)] for _ in ratings.movies])
    users = np.zeros((len(ratings.users), factors))
    penalty = ridge * np.eye(factors)
    for _ in range(300):
        for user, seen in enumerate(known):
            users[user] = np.linalg.solve(movies[seen].T @ movies[seen] + penalty, movies[seen].T @ target[user, seen])
        for movie, seen in enumerate(known.T):
            movies[movie] = np.linalg.solve(users[seen].T @ users[seen] + penalty, users[seen].T @ target[seen, movie])
    return _rounded(users.tolist()), _rounded(movies.tolist())


def _rounded(rows: list[list[float]]) -> Numbers:
    return tuple(tuple(round(value, 4) for value in row) for row in rows)
