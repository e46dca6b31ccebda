"""Moves that keep cells all different: swap two, move one, turn a stretch round (2-opt), move a stretch (or-opt)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from solver.model.problem import Indices, Mask, Vector

CROWD = 6000
"""No more neighbours than this are looked at in one go; of more, a random choice."""


def neighbours(size: int, random: np.random.Generator) -> Indices:
    """Moves on `size` places, as places (k, size): row r of the result says which place each value comes from."""
    places = np.arange(size)
    first, second = np.triu_indices(size, 1)
    allowed = np.stack([move.allowed(second - first, size - second) for move in _MOVES], axis=1)
    chosen = np.argwhere(allowed)
    if len(chosen) > CROWD:
        chosen = chosen[random.choice(len(chosen), CROWD, replace=False)]
    rows = [_MOVES[kind].made(places, int(first[pair]), int(second[pair])) for pair, kind in chosen.tolist()]
    return np.array(rows, dtype=np.intp).reshape(-1, size)


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


def _turned(places: Indices, i: int, j: int) -> Indices:
    result = places.copy()
    result[i : j + 1] = places[i : j + 1][::-1]
    return result


class _Move(NamedTuple):
    """One kind of move of two places i < j: where it is one, by j - i and by how many places follow from j on."""

    allowed: Callable[[Indices, Indices], Mask]
    made: Callable[[Indices, int, int], Indices]


_MOVES = (
    _Move(lambda gap, _rest: gap > 0, _swapped),
    _Move(lambda gap, _rest: gap > 1, _turned),
    _Move(lambda gap, _rest: gap > 1, lambda places, i, j: _moved(places, i, 1, j)),
    _Move(lambda gap, _rest: gap > 1, lambda places, i, j: _moved(places, j, 1, i)),
    _Move(lambda gap, _rest: gap >= 2, lambda places, i, j: _moved(places, i, 2, j - 1)),
    _Move(lambda _gap, rest: rest >= 2, lambda places, i, j: _moved(places, j, 2, i)),
    _Move(lambda gap, _rest: gap >= 3, lambda places, i, j: _moved(places, i, 3, j - 2)),
    _Move(lambda _gap, rest: rest >= 3, lambda places, i, j: _moved(places, j, 3, i)),
)
