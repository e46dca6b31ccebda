"""The different ones among many whole numbers."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import numpy.typing as npt

Whole = TypeVar("Whole", bound=np.signedinteger)

_SPARSE = 8


def distinct(values: npt.NDArray[Whole]) -> npt.NDArray[Whole]:
    """Each of the values once, in increasing order: by counting where they lie close together, else by sorting."""
    if not values.size:
        return values.ravel()
    low, high = int(values.min()), int(values.max())
    if low == high:
        return values.ravel()[:1]
    if high - low > _SPARSE * values.size:
        return np.unique(values)
    return (np.flatnonzero(np.bincount((values - low).ravel())) + low).astype(values.dtype)
