"""What one cell may take: steps of computing, and room for values. Both are counted, so that every machine agrees.

A step is about what one value costs in an operation on a whole array, some ten nanoseconds; ten seconds are allowed.
What a formula asks for beyond is refused with its cell named, before the time or the memory is gone.
"""

from __future__ import annotations

import math
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from solver.errors import FormulaError
from solver.functions.operand import NotUniform

if TYPE_CHECKING:
    from collections.abc import Iterator

    from solver.functions.operand import Operand, Shape, TextArray

MOST_STEPS = 1e9
CALL, OWN_CALL, OPERATION = 10_000, 4_000, 1_500
"""The steps of a call of a function, of one made by LAMBDA, and of an operator, however small their operands are."""
ARGUMENT, ARRANGED = 6, 20
"""The steps of a value among the arguments of a function that computes, and of one that moves them about."""
MIXED = 10
"""How many times as much an operator takes on what is not all numbers."""
PLAIN_CALL, GRID_CALL, ARRAY_CALL = 2_000, 6_000, 30_000
"""The steps of a body on one cell's values unless it says otherwise: on plain ones, with arrays, making an array."""
PLAIN_GRID, GRID_VALUE = 1_500, 100
"""The steps of taking one cell's array out of a block, and of a value that such a body reads in it."""
TEST = 100
"""The steps of comparing two texts."""
COMBINATION = 1_500
"""The steps of looking up one combination of criteria."""
MEMBER, STACKED, STACKED_CALL = 2, 1_000, 30_000
"""The steps of noting whether a record belongs to a group, of laying one cell's result beside others, and of making one
by a call of its own."""
PRODUCT = 0.1
"""The steps of a multiplication inside a product of matrices or a decomposition."""
CHARACTER = 10
"""The steps of a character of a text that is made."""
MOST_VALUES = 2**24
"""The values of an array in one cell's formula."""
MOST_TOGETHER = 2**22
"""The values of the arrays of several cells that are made at one time."""
MOST_TEXTS = 2**22
"""The texts of an array that is made of numbers, and the parts of one that is split."""
MOST_CHARACTERS = 2**26
"""The characters of all texts of an array together."""


@dataclass(slots=True)
class _Allowance:
    """The steps that are left to a formula."""

    left: float


_current: ContextVar[_Allowance | None] = ContextVar("allowance", default=None)


@contextmanager
def allowing(cells: int) -> Iterator[None]:
    """Gives the formula that is computed inside the steps of that many cells."""
    token = _current.set(_Allowance(MOST_STEPS * cells))
    try:
        yield
    finally:
        _current.reset(token)


def spend(steps: float) -> None:
    """Takes steps from those allowed to the formula at hand; FormulaError if too few are left."""
    allowance = _current.get()
    if allowance is None:
        return
    allowance.left -= steps
    if allowance.left < 0:
        raise FormulaError("takes too many steps of computing", hint="let it compute fewer values")


def make_room(shape: Shape, most: int = MOST_VALUES) -> None:
    """Refuses an array (R, C, h, w) with more values for each cell than are reasonable: FormulaError."""
    values = math.prod(shape[2:])
    if values > most:
        raise FormulaError(f"makes an array of {values:,} values", hint=f"let it make at most {most:,}")


def make_room_together(*operands: Operand) -> None:
    """Refuses operands whose values, taken place by place, are too many for each cell: FormulaError.

    NotUniform where they are many only because the cells are: smaller blocks need less at one time.
    """
    product = 1
    for operand in operands:
        product *= max(operand.kind.size, operand.number.size, 1 if operand.text is None else operand.text.size)
    if product <= MOST_TOGETHER:
        return
    shape = np.broadcast_shapes(*(operand.shape for operand in operands))
    if product > MOST_VALUES:
        make_room(shape)
    if any(operand.live for operand in operands):  # what is alive stays in memory, however it is divided
        return
    if math.prod(shape[2:]) > 1 < math.prod(shape[:2]) and math.prod(shape) > MOST_TOGETHER:
        raise NotUniform


def make_room_for_characters(*texts: TextArray) -> None:
    """Refuses the texts that arise when some are put together place by place: FormulaError if they are too long."""
    longest = sum(max(map(len, text.ravel().tolist()), default=0) for text in texts)
    count = max(math.prod(text.shape[2:]) for text in texts)
    if longest * count <= MOST_CHARACTERS:
        return
    total = sum(sum(map(len, text.ravel().tolist())) * (count // max(1, math.prod(text.shape[2:]))) for text in texts)
    if total > MOST_CHARACTERS:
        raise FormulaError(f"makes texts of {total:,} characters", hint=f"let it make at most {MOST_CHARACTERS:,}")
