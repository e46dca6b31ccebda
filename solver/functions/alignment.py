"""Bringing grids to one size, as array formulas do: what a smaller grid lacks is #N/A, a lone row or column repeats."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solver.algebra import constant, where
from solver.functions.arrange import gather
from solver.functions.operand import ZERO, Operand
from solver.values import ErrorValue, Kind

if TYPE_CHECKING:
    from solver.functions.operand import BoolArray, KindArray


def aligned(*operands: Operand) -> tuple[Operand, ...]:
    """The operands with grids that broadcast: those that are too small get #N/A below and to the right."""
    shapes = [operand.shape for operand in operands]
    if all(shape[2:] == (1, 1) for shape in shapes):
        return operands
    high = max(shape[2] for shape in shapes)
    wide = max(shape[3] for shape in shapes)
    if all(shape[2] in (1, high) and shape[3] in (1, wide) for shape in shapes):
        return operands
    return tuple(
        extended(
            operand, high if shape[2] not in (1, high) else shape[2], wide if shape[3] not in (1, wide) else shape[3]
        )
        for operand, shape in zip(operands, shapes, strict=True)
    )


def extended(operand: Operand, high: int, wide: int, filler: int = Kind.ERROR + ErrorValue.NA) -> Operand:
    """The operand with a grid of at least this size, new places filled with a kind that has no content."""
    rows, cols, old_high, old_wide = operand.shape
    if high <= old_high and wide <= old_wide:
        return operand
    high, wide = max(high, old_high), max(wide, old_wide)
    i, j = np.arange(high)[:, np.newaxis], np.arange(wide)
    inside = (i < old_high) & (j < old_wide)
    place = np.minimum(i, old_high - 1) * old_wide + np.minimum(j, old_wide - 1)
    block = np.arange(rows * cols).reshape(rows, cols, 1, 1) * (old_high * old_wide)
    found = gather(operand, (block + place).astype(np.intp))
    return overlaid(found, ~inside[np.newaxis, np.newaxis], np.uint8(filler))


def overlaid(operand: Operand, mask: BoolArray, kind: KindArray | np.uint8) -> Operand:
    """The operand with kinds that have no content (errors, blanks) put in where the mask is true."""
    if not mask.any():
        return operand
    kinds = np.where(mask, kind, operand.kind)
    number = where(constant(mask), ZERO, operand.number)
    return Operand(kinds, number, operand.text)
