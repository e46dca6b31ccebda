"""Order statistics of ranges that grow from cell to cell: of the first so many numbers of one row, for every cell.

The ranks of all numbers are gone through bit by bit, from the highest: of the numbers that a cell still looks at, those
without the bit are smaller than those with it, and both stay together in the next order. So a number is found after as
many steps as ranks have bits, for all cells at once; how many numbers are below another follows from stretches.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from solver.functions.criteria.stretches import Bounds, between
from solver.functions.here import Partial
from solver.functions.operand import NotUniform, Operand
from solver.functions.sample import Sample, sample_of
from solver.values import Kind

if TYPE_CHECKING:
    from solver.functions.operand import FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class Prefixes(Sample):
    """A sample of which every cell has only the first `taken` (R, C, 1, 1) numbers; `row` (n,) holds all of them."""

    row: FloatArray
    taken: IntArray

    @property
    def count(self) -> FloatArray:
        """How many numbers count, (R, C, 1, 1)."""
        return self.taken.astype(np.float64)

    def smallest(self, place: IntArray) -> FloatArray:
        """The numbers at places counted from 0 in ascending order, at a shape that broadcasts with `taken`."""
        shape = np.broadcast_shapes(place.shape, self.taken.shape)
        left = np.broadcast_to(place, shape).ravel()
        low, high = np.zeros_like(left), np.broadcast_to(self.taken, shape).ravel()
        rank, found = self._rank, np.zeros_like(left)
        for bit in reversed(range(int(self.row.size).bit_length())):
            without = (rank >> bit) & 1 == 0
            before = np.concatenate([[0], np.cumsum(without)])
            first, last = before[low], before[high]
            beyond = left >= last - first
            left = np.where(beyond, left - (last - first), left)
            low, high = (
                np.where(beyond, before[-1] + low - first, first),
                np.where(beyond, before[-1] + high - last, last),
            )
            found = found | (beyond.astype(np.intp) << bit)
            rank = np.concatenate([rank[without], rank[~without]])
        ordered = np.append(np.sort(self.row), 0.0)
        return ordered[np.minimum(found, self.row.size)].reshape(shape)

    def around(self, x: FloatArray) -> tuple[FloatArray, FloatArray]:
        """How many of the numbers are below x and how many are equal to it, in the shape of x and `taken`."""
        shape = np.broadcast_shapes(x.shape, self.taken.shape)
        ordered, keys = np.sort(self.row), np.broadcast_to(x, shape).ravel()
        low, high = np.searchsorted(ordered, keys, "left"), np.searchsorted(ordered, keys, "right")
        nothing, one = np.zeros(keys.size, dtype=np.intp), np.zeros(self.row.size, dtype=np.intp)
        places = Bounds(np.arange(self.row.size), nothing, np.broadcast_to(self.taken, shape).ravel())
        below, same = (
            between(one, places, nothing, Bounds(self._rank, *edges)).counts for edges in ((nothing, low), (low, high))
        )
        return below.reshape(shape), same.reshape(shape)

    @property
    def _rank(self) -> IntArray:
        rank = np.empty(self.row.size, dtype=np.intp)
        rank[np.argsort(self.row, kind="stable")] = np.arange(self.row.size)
        return rank


def sample_of_part(array: Operand) -> Sample:
    """The numbers of a range; NotUniform where it grows, and they are alive or not to be told from errors."""
    if not isinstance(array, Partial):
        return sample_of(array)
    growing, shape = array.extent, array.shape
    if not growing.fixed or array.live or array.has(Kind.ERROR) or shape[growing.axis] != growing.length:
        raise NotUniform
    step = slice(None, None, -1 if growing.at_end else 1)
    counted, values = (
        np.moveaxis(np.broadcast_to(each, shape), growing.axis, 2).reshape(growing.length, -1)[step]
        for each in (array.kind == Kind.NUMBER, array.known)
    )
    so_far = np.concatenate([[0], np.cumsum(counted.sum(axis=1))])
    taken = so_far[growing.count][:, :, np.newaxis, np.newaxis]
    whole = sample_of(array)
    return Prefixes(whole.values, whole.mask, whole.fault, values[counted], taken)
