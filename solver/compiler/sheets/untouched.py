"""Large arrays of zeros of which only what is written takes memory."""

from __future__ import annotations

import mmap
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

_LARGE = 1 << 22
"""NumPy asks the system for pages of two megabytes for arrays of more bytes than this: one number would take a page."""


def untouched(shape: tuple[int, int], dtype: npt.DTypeLike) -> npt.NDArray[Any]:
    """Zeros column by column, in the system's small pages where they are many."""
    size = shape[0] * shape[1] * np.dtype(dtype).itemsize
    if size <= _LARGE:
        return np.zeros(shape, dtype=dtype, order="F")
    private: dict[str, Any] = {"flags": mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS} if hasattr(mmap, "MAP_PRIVATE") else {}
    return np.ndarray(shape, dtype=dtype, buffer=mmap.mmap(-1, size, **private), order="F")
