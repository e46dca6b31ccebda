"""Putting operands together: side by side in one row, one below the other, or one per cell of a block."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solver.algebra import join, reshape
from solver.functions.allowance import STACKED, spend
from solver.functions.arrange import flatten, gather, spread_to
from solver.functions.operand import NotUniform, Operand
from solver.values import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solver.functions.operand import Shape


def stack_cells(cells: Sequence[Operand], lead: Shape) -> Operand:
    """The operands of single cells (1, 1, h, w) in reading order as one operand (R, C, h, w)."""
    spend(STACKED * len(cells))
    inner = cells[0].shape[2:]
    if any(cell.shape[2:] != inner for cell in cells):
        raise NotUniform
    if lead[2:] != (1, 1):
        if inner != (1, 1):
            raise NotUniform
        inner = lead[2:]
    return _in_a_row(cells, (*lead[:2], *inner))


def beside(parts: Sequence[Operand]) -> Operand:
    """All values of several operands in one row per block cell: (R, C, 1, n)."""
    if len(parts) == 1:
        return flatten(parts[0])
    lead = np.broadcast_shapes(*(part.shape[:2] for part in parts))
    flat = [flatten(part) for part in parts]
    wide = [spread_to(part, (*lead, 1, part.shape[3])) for part in flat]
    if lead == (1, 1):
        return _in_a_row(wide, (1, 1, 1, sum(part.shape[3] for part in wide)))
    total = sum(part.shape[3] for part in wide)
    chained = _in_a_row(wide, (1, 1, 1, lead[0] * lead[1] * total))
    # the parts now stand one after the other; each block cell picks its own share of every part
    offsets, start = [], 0
    for part in wide:
        n = lead[0] * lead[1] * part.shape[3]
        offsets.append(np.arange(start, start + n).reshape(*lead, 1, part.shape[3]))
        start += n
    return gather(chained, np.concatenate(offsets, axis=3))


def _in_a_row(parts: Sequence[Operand], shape: Shape) -> Operand:
    """The values of all parts one after the other, laid out in the shape."""
    full = [spread_to(part, part.shape) for part in parts]
    kind = np.concatenate([np.ravel(part.kind) for part in full]).reshape(shape)
    text = None
    if (kind == Kind.TEXT).any():
        text = np.concatenate(
            [np.full(part.kind.size, None, dtype=object) if part.text is None else np.ravel(part.text) for part in full]
        ).reshape(shape)
    return Operand(kind, reshape(join([part.number for part in full]), shape), text)
