"""Blocks of one formula over the same columns with other rows between them, as where two formulas alternate.

They differ from one block in nothing but gaps between their rows: the formula is lowered once for all of them, and
what it gives is one node. Where that is not possible (they need each other, or one fails), each is computed alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from solver.compiler.evaluation import DEFECTS
from solver.compiler.grouping.blocks import Block
from solver.compiler.lowering.closures import value_of
from solver.compiler.lowering.lower import evaluate
from solver.compiler.lowering.site import Site
from solver.compiler.sheets.results import cell_results
from solver.compiler.signals import Missing, Unknown
from solver.errors import SolverError
from solver.functions.allowance import allowing
from solver.functions.operand import NeedsValue, NotUniform
from solver.grid import Area

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solver.compiler.evaluation import Evaluation
    from solver.compiler.grouping.blocks import Literal

FEWEST = 8
"""Fewer blocks are computed one by one."""

TRIES = 16
"""How often blocks are tried together in vain: once for each column that they read and that is not computed yet."""


@dataclass(slots=True)
class Strips:
    """The numbers of such blocks, and how often they may still be tried together."""

    numbers: list[int]
    tries: int = TRIES


def strips_of(evaluation: Evaluation, sheet: str) -> dict[int, Strips]:
    """For the number of each block of a sheet that has enough others like it: all of them."""
    alike: dict[tuple[int, int, int], list[int]] = {}
    for number in evaluation.sheet_blocks[sheet]:
        block = evaluation.blocks[number]
        if block.kind.lone and not block.filling:
            alike.setdefault((id(block.template), block.area.left, block.area.right), []).append(number)
    found = [Strips(numbers) for numbers in alike.values() if len(numbers) >= FEWEST]
    return {number: strips for strips in found for number in strips.numbers}


def computed_together(evaluation: Evaluation, strips: Strips) -> bool:
    """Whether those of the blocks that still wait could be computed at once; if not, nothing has changed."""
    if not strips.tries:
        return False
    evaluation.keep_stored(strips.numbers)
    waiting = [number for number in strips.numbers if not evaluation.done[number]]
    if len(waiting) < FEWEST:
        return False
    try:
        _compute(evaluation, waiting)
    except (Missing, NotUniform, SolverError, Unknown, NeedsValue, RecursionError, *DEFECTS):
        strips.tries -= 1
        return False
    return True


def _compute(evaluation: Evaluation, numbers: Sequence[int]) -> None:
    blocks = [evaluation.blocks[number] for number in numbers]
    first = blocks[0]
    rows = np.concatenate([np.arange(block.area.top, block.area.bottom + 1) for block in blocks])
    cols = np.arange(first.area.left, first.area.right + 1, dtype=np.intp)
    literals = tuple(_joined(blocks, slot) for slot in range(len(first.literals)))
    site = Site(evaluation, first.area.sheet, rows[:, np.newaxis], cols[np.newaxis, :], literals, array=False)
    evaluation.volatile = evaluation.moved = False
    with allowing(rows.size * cols.size):
        result = value_of(evaluate(first.template.parsed(), site), site)
    close = Area(first.area.sheet, 0, first.area.left, rows.size - 1, first.area.right)
    _, kind, node, text = cell_results(Block(close, first.template, literals, first.kind), result)
    store = evaluation.stores[first.area.sheet]
    store.write(close, kind, node, text, rows)
    evaluation.mark(store, store.gapped(close, rows))
    for number in numbers:
        evaluation.done[number] = True
        evaluation.order.append(evaluation.blocks[number])


def _joined(blocks: Sequence[Block], slot: int) -> Literal:
    """One literal of all blocks: a number, or an array with a row for each row of theirs."""
    found = [block.literals[slot] for block in blocks]
    if all(isinstance(value, float) and value == found[0] for value in found):
        return found[0]
    return np.concatenate([np.broadcast_to(value, block.lead) for value, block in zip(found, blocks, strict=True)])
