"""Moving the values of operands about: spread, taken, turned, laid in one row, chosen one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import numpy as np

from solver.algebra import broadcast, constant, reshape, take, where
from solver.functions.operand import Operand

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from solver.functions.operand import BoolArray, IntArray, Shape, TextArray

T = TypeVar("T", bound=np.generic)


def spread_to(operand: Operand, shape: Shape) -> Operand:
    """The operand with all its arrays at the full shape."""
    return Operand(
        np.broadcast_to(operand.kind, shape),
        broadcast(operand.number, shape),
        None if operand.text is None else np.broadcast_to(operand.text, shape),
    )


def gather(operand: Operand, index: IntArray) -> Operand:
    """The values at flat positions of the operand's full shape; the result has the shape of `index`."""
    full = spread_to(operand, operand.shape)
    return Operand(
        np.ravel(full.kind)[index],
        take(full.number, index),
        None if full.text is None else np.ravel(full.text)[index],
    )


def cell_of(operand: Operand, r: int, c: int) -> Operand:
    """The part of an operand at one cell of the block: (1, 1, h, w)."""
    number, value = operand.number, operand.number.value
    if value is None:
        rows, cols, high, wide = number.shape
        start = ((r if rows > 1 else 0) * cols + (c if cols > 1 else 0)) * high * wide
        part = take(number, np.arange(start, start + high * wide, dtype=np.intp).reshape(1, 1, high, wide))
    else:
        part = constant(_at_cell(value, r, c))
    return Operand(_at_cell(operand.kind, r, c), part, None if operand.text is None else _at_cell(operand.text, r, c))


def _at_cell(array: npt.NDArray[T], r: int, c: int) -> npt.NDArray[T]:
    r, c = r if array.shape[0] > 1 else 0, c if array.shape[1] > 1 else 0
    return array[r : r + 1, c : c + 1]


def rearrange(operand: Operand, change: Callable[[IntArray], npt.NDArray[np.generic]]) -> Operand:
    """The operand whose values are moved as `change` moves an array of its full shape (transpose, flip, slice)."""
    shape = operand.shape
    positions = np.arange(int(np.prod(shape)), dtype=np.intp).reshape(shape)
    return gather(operand, np.asarray(change(positions), dtype=np.intp))


def value_at(operand: Operand, at: tuple[int, ...]) -> Operand:
    """The value at a place of a grid, in which lone values, rows and columns repeat."""
    i, j = (min(k, size - 1) for k, size in zip(at, operand.shape[2:], strict=True))
    if operand.live:
        return rearrange(operand, lambda places: places[:, :, i : i + 1, j : j + 1])
    number, text = constant(_at_place(operand.known, i, j)), operand.text
    return Operand(_at_place(operand.kind, i, j), number, None if text is None else _at_place(text, i, j))


def _at_place(array: npt.NDArray[T], i: int, j: int) -> npt.NDArray[T]:
    i, j = i if array.shape[2] > 1 else 0, j if array.shape[3] > 1 else 0
    return array[:, :, i : i + 1, j : j + 1]


def flatten(operand: Operand) -> Operand:
    """The values of each block cell in one row, in reading order: (R, C, 1, h*w)."""
    shape = operand.shape
    rows, cols, high, wide = shape
    if high == 1:
        return operand
    flat = (rows, cols, 1, high * wide)
    full = spread_to(operand, shape)
    text = None if full.text is None else full.text.reshape(flat)
    return Operand(full.kind.reshape(flat), reshape(full.number, flat), text)


def choose_where(mask: BoolArray, yes: Operand, no: Operand) -> Operand:
    """Of two operands the one that a known mask picks, value by value."""
    text = None
    if yes.text is not None or no.text is not None:
        text = np.where(mask, _or_none(yes.text), _or_none(no.text))
    number = where(constant(mask), yes.number, no.number)
    return Operand(np.where(mask, yes.kind, no.kind), number, text)


def _or_none(text: TextArray | None) -> TextArray:
    return np.full((1, 1, 1, 1), None, dtype=object) if text is None else text
