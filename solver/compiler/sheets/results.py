"""From a formula's value to what its cells hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

from solver.algebra import Node, broadcast, reshape
from solver.book.book import FormulaKind
from solver.compiler.sheets.store import NO_BLOCK
from solver.functions.arrange import gather, rearrange, spread_to
from solver.functions.operand import ALL_NUMBERS, Operand, error
from solver.grid import Area
from solver.values import ErrorValue, Kind

if TYPE_CHECKING:
    from solver.compiler.grouping.blocks import Block
    from solver.compiler.sheets.store import SheetStore
    from solver.functions.operand import KindArray, TextArray

Filling: TypeAlias = "tuple[Area, KindArray, Node, TextArray | None]"
"""An area with kinds (rows, cols), numbers (rows * cols) and texts (rows, cols)."""


_ONE_NUMBER = ALL_NUMBERS[0, 0]


def cell_results(block: Block, result: Operand) -> Filling:
    """One value for each cell of the block: the first of each grid. A formula gives 0 where it finds a blank."""
    if result.kind is ALL_NUMBERS and result.number.size == block.area.size == 1:
        return block.area, _ONE_NUMBER, reshape(result.number, (1,)), None
    if result.shape[2:] != (1, 1):
        result = rearrange(result, lambda array: array[:, :, :1, :1])
    rows, cols = block.lead
    shape = (rows, cols, 1, 1)
    kind = np.broadcast_to(result.kind, shape)[:, :, 0, 0]
    text = None if result.text is None else np.broadcast_to(result.text, shape)[:, :, 0, 0]
    return block.area, _no_blanks(kind), reshape(broadcast(result.number, shape), (rows * cols,)), text


def array_results(block: Block, result: Operand, store: SheetStore, number: int) -> Filling:
    """The grid of an array formula over its area.

    A formula entered over a fixed area repeats a single row or column and shows #N/A beyond its end; a dynamic one
    takes the room it needs, or shows #SPILL! if something stands there.
    """
    rows, cols = result.shape[2:]
    area = block.area
    if block.kind is FormulaKind.DYNAMIC:
        wanted = Area(area.sheet, area.top, area.left, area.top + rows - 1, area.left + cols - 1)
        if wanted != area and _occupied(store, wanted, area, number):
            result, wanted = error(ErrorValue.SPILL), Area.of(area.first)
        area, (rows, cols) = wanted, (wanted.rows, wanted.cols)
    shape = (1, 1, area.rows, area.cols)
    if rows not in (1, area.rows) or cols not in (1, area.cols):
        result = _padded(result, area)
    kind = np.broadcast_to(result.kind, shape)[0, 0]
    text = None if result.text is None else np.broadcast_to(result.text, shape)[0, 0]
    return area, _no_blanks(kind), reshape(broadcast(result.number, shape), (area.size,)), text


def _no_blanks(kind: KindArray) -> KindArray:
    filled: npt.NDArray[np.uint8] = np.where(kind == Kind.BLANK, np.uint8(Kind.NUMBER), kind)
    return filled


def _padded(result: Operand, area: Area) -> Operand:
    """The result over an area of another size: cut, repeated if it is one row or column, #N/A elsewhere."""
    full = spread_to(result, result.shape)
    rows, cols = result.shape[2:]
    down = np.arange(area.rows) if rows > 1 else np.zeros(area.rows, dtype=np.intp)
    across = np.arange(area.cols) if cols > 1 else np.zeros(area.cols, dtype=np.intp)
    inside = (down < rows)[:, np.newaxis] & (across < cols)[np.newaxis, :]
    index = np.minimum(down, rows - 1)[:, np.newaxis] * cols + np.minimum(across, cols - 1)[np.newaxis, :]
    taken = gather(full, index[np.newaxis, np.newaxis])
    kind = np.where(inside, taken.kind, np.uint8(Kind.ERROR + ErrorValue.NA))
    return Operand(kind, taken.number, taken.text)


def _occupied(store: SheetStore, wanted: Area, own: Area, number: int) -> bool:
    """Whether a cell of the wanted area, outside the formula's own, holds something."""
    window = store.area_window(wanted)
    waits = store.block[window]
    taken = (store.kind[window] != Kind.BLANK) | ((waits != NO_BLOCK) & (waits != number + 1))
    rows, cols = store.rows[window[0]], store.cols[window[1]]
    mine = ((rows >= own.top) & (rows <= own.bottom))[:, np.newaxis] & (cols >= own.left) & (cols <= own.right)
    return bool((taken & ~mine).any())
