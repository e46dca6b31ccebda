"""The different ones among many whole numbers, and the places of some among others."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import numpy.typing as npt

Whole = TypeVar("Whole", bound=np.integer)

_SPARSE = 8


def distinct(values: npt.NDArray[Whole]) -> npt.NDArray[Whole]:
    """Each of the values once, in increasing order: by counting where they lie close together, else by sorting."""
    if not values.size:
        return values.ravel()
    low, high = int(values.min()), int(values.max())
    if low == high:
        return np.full(1, low, dtype=values.dtype)
    if high - low > _SPARSE * values.size:
        ordered = np.sort(values, axis=None)  # `np.unique` hashes: for a million, fifty times the cost
        once: npt.NDArray[Whole] = ordered[np.append(True, ordered[1:] != ordered[:-1])]
        return once
    there = np.zeros(high - low + 1, dtype=bool)
    there[(values - low).ravel()] = True
    return (np.flatnonzero(there) + low).astype(values.dtype)


def positions(
    used: npt.NDArray[Whole], wanted: npt.NDArray[np.signedinteger]
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
    """Where wanted numbers stand among increasing ones, anywhere for those that are missing, and which are there."""
    if not len(used):
        return np.zeros(wanted.shape, dtype=np.intp), np.zeros(wanted.shape, dtype=bool)
    at = np.minimum(np.searchsorted(used, wanted), len(used) - 1)
    return at, used[at] == wanted
