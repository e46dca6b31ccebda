"""Who rated what: the grid of ratings that the recommender templates are filled with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from random import Random

Numbers: TypeAlias = "tuple[tuple[float, ...], ...]"


@dataclass(frozen=True, slots=True)
class Ratings:
    """Ratings of movies by users: `values[user][movie]`, None where there is none, between `low` and `high`."""

    users: tuple[str, ...]
    movies: tuple[str, ...]
    values: tuple[tuple[float | None, ...], ...]
    low: float = 0.5
    high: float = 5.0

    @property
    def known(self) -> tuple[tuple[int, int, float], ...]:
        """The ratings there are, as (user, movie, rating) in reading order."""
        return tuple(
            (user, movie, value)
            for user, row in enumerate(self.values)
            for movie, value in enumerate(row)
            if value is not None
        )


def random_start(random: Random, rows: int, cols: int, low: float = 0.0, high: float = 1.0) -> Numbers:
    """A block of random starting values with four decimals, so that every spreadsheet stores them exactly."""
    return tuple(tuple(round(random.uniform(low, high), 4) for _ in range(cols)) for _ in range(rows))


def turned(rows: Numbers) -> Numbers:
    """The block with rows and columns exchanged."""
    return tuple(zip(*rows, strict=True))
