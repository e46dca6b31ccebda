"""Moves that keep cells all different: swap two, move one, turn a stretch round (2-opt), move a stretch (or-opt)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from solver.model.problem import Indices, Vector

CROWD = 6000
"""No more neighbours than this are looked at in one go; of more, a random choice."""


def neighbours(size: int, random: np.random.Generator) -> Indices:
    """All moves on `size` places, as places (k, size): row r of the result says which place each value comes from."""
    places = np.arange(size)
    rows: list[Indices] = []
    for i in range(size):
        for j in range(i + 1, size):
            rows.append(_swapped(places, i, j))
            if j - i > 1:
                rows.append(np.r_[places[:i], places[i : j + 1][::-1], places[j + 1 :]])
                rows.append(_moved(places, i, 1, j))
                rows.append(_moved(places, j, 1, i))
            for length in (2, 3):
                if i + length <= j < size:
                    rows.append(_moved(places, i, length, j - length + 1))
                if j + length <= size and j - i >= 1:
                    rows.append(_moved(places, j, length, i))
    found = np.array(rows, dtype=np.intp).reshape(-1, size)
    if len(found) > CROWD:
        found = found[random.choice(len(found), CROWD, replace=False)]
    return found


def kicked(order: Vector, random: np.random.Generator) -> Vector:
    """The order with two stretches exchanged (a double bridge), far from any single move."""
    size = order.size
    if size < 4:
        return np.asarray(random.permutation(order))
    a, b, c = np.sort(random.choice(np.arange(1, size), 3, replace=False))
    return np.concatenate([order[:a], order[b:c], order[a:b], order[c:]])


def _swapped(places: Indices, i: int, j: int) -> Indices:
    result = places.copy()
    result[i], result[j] = places[j], places[i]
    return result


def _moved(places: Indices, begin: int, length: int, to: int) -> Indices:
    """A stretch taken out and put back so that it begins at `to`."""
    stretch = places[begin : begin + length]
    rest = np.delete(places, np.s_[begin : begin + length])
    return np.insert(rest, to, stretch)
