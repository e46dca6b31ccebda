"""Which cells of a range meet a list of criteria, for every cell of a block at once.

With known ranges and criteria, each distinct combination of criteria is looked up once in the indexed ranges; sums
are then a product with a sparse matrix of ones, exact in live values. Where a range or a criterion is alive the
selection is a mask of comparisons, a step function.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from solver.algebra import constant, equal, less, less_equal, mul, not_equal, where
from solver.functions.allowance import COMBINATION, spend
from solver.functions.arrange import flatten, spread_to
from solver.functions.coerce import number_of_text
from solver.functions.criteria.criterion import Column, Criterion, criterion_of
from solver.functions.operand import NeedsValue, NotUniform, Operand, numbers
from solver.values import Kind, Scalar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from solver.algebra import Node
    from solver.functions.here import Growing
    from solver.functions.operand import BoolArray, FloatArray, IntArray, KindArray, Shape, TextArray


class Condition(NamedTuple):
    """A range and the criteria for it, which have nothing but the block (R, C) in common.

    With a `relation`, what is wanted are numbers that stand on its right.
    """

    area: Operand
    wanted: Operand
    relation: str | None = None

    def criterion(self, value: Scalar) -> Criterion:
        """What one of the wanted values means."""
        return criterion_of(value) if self.relation is None else Criterion(self.relation, value, written=True)


def extent_of(grown: Growing) -> Condition:
    """That a place belongs to the cell's own range: its number along the frame is among the first, or the last."""
    places = np.arange(grown.length, dtype=np.float64)
    along = np.broadcast_to(places[:, np.newaxis] if grown.axis == 2 else places, (grown.rows, grown.cols))
    edge = grown.length - grown.count if grown.at_end else grown.count
    limit = numbers(constant(edge[:, :, np.newaxis, np.newaxis]))
    return Condition(numbers(constant(along[np.newaxis, np.newaxis])), limit, ">=" if grown.at_end else "<")


_MOST_POSITIONS = 1 << 22
"""How many positions may be listed for the cells of a block together; larger blocks are divided."""

_columns: WeakKeyDictionary[Node, tuple[KindArray, TextArray | None, Column]] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Selection:
    """Positions among the values of a range in reading order, for each distinct combination of criteria.

    `which` (R, C, h, w) says which combination belongs to a result; `block` which cell of the block (in reading order)
    the combination was formed at, where that matters; `blanks` whether it takes blank cells.
    """

    which: IntArray
    positions: tuple[IntArray, ...]
    block: IntArray
    blanks: BoolArray

    @property
    def counts(self) -> FloatArray:
        """How many values each combination selects."""
        return np.array([len(places) for places in self.positions], dtype=np.float64)

    @property
    def listed(self) -> tuple[IntArray, IntArray]:
        """The combination and the position of every selected value."""
        row = np.repeat(np.arange(len(self.positions)), [len(places) for places in self.positions])
        return row, np.concatenate([*self.positions, np.zeros(0, dtype=np.intp)])

    def entries(self, values: Operand) -> tuple[IntArray, IntArray]:
        """For the values of a range: the combination and the flat position of every selected one."""
        rows, cols, high, wide = values.shape
        r, c = np.divmod(self.block, self.which.shape[1])
        chosen = np.minimum(r, rows - 1) * cols + np.minimum(c, cols - 1)
        row, flat = self.listed
        return row, (flat + chosen[row] * (high * wide)).astype(np.intp)


def selects_live(conditions: Sequence[Condition]) -> bool:
    """Whether what is selected depends on a variable."""
    return any(condition.area.live or condition.wanted.live for condition in conditions)


def selected(conditions: Sequence[Condition], lead: Shape) -> Selection:
    """What known criteria select in known ranges; `lead` is the block's shape where its cells have their own values."""
    shape = np.broadcast_shapes((*lead[:2], 1, 1), *[condition.wanted.shape for condition in conditions])
    shape = np.broadcast_shapes(shape, *[(*condition.area.shape[:2], 1, 1) for condition in conditions])
    moving = lead[:2] != (1, 1) or any(condition.area.shape[:2] != (1, 1) for condition in conditions)
    block = np.broadcast_to(np.arange(shape[0] * shape[1]).reshape(shape[0], shape[1], 1, 1), shape)
    coded = [coded_criteria(condition, shape) for condition in conditions]
    keys = np.stack([codes.ravel() for codes, _ in coded] + [block.ravel() if moving else np.zeros(block.size, int)])
    distinct, which = np.unique(keys, axis=1, return_inverse=True)
    blocks = distinct[-1].astype(np.intp)
    spend(COMBINATION * len(blocks))
    finders = [_Finder(condition.area, shape) for condition in conditions]
    positions, blanks, total = [], [], 0
    for combination in distinct.T.tolist():
        criteria = [meanings[code] for code, (_, meanings) in zip(combination, coded, strict=False)]
        positions.append(_common([f.places(c, combination[-1]) for f, c in zip(finders, criteria, strict=True)]))
        blanks.append(all(criterion.takes_blanks for criterion in criteria))
        total += len(positions[-1])
        if total > _MOST_POSITIONS and shape[0] * shape[1] > 1:
            raise NotUniform
    return Selection(which.reshape(shape).astype(np.intp), tuple(positions), blocks, np.array(blanks, dtype=bool))


def coded_criteria(condition: Condition, shape: Shape) -> tuple[IntArray, list[Criterion]]:
    """The criteria as numbers of distinct ones, at a shape that theirs broadcasts to."""
    known: dict[Criterion, int] = {}
    seen: dict[tuple[type, Scalar], int] = {}
    codes = []
    for value in condition.wanted.scalars().ravel().tolist():
        key = (type(value), value)
        code = seen.get(key)
        if code is None:
            code = seen[key] = known.setdefault(condition.criterion(value), len(known))
        codes.append(code)
    array = np.array(codes, dtype=np.intp).reshape(condition.wanted.shape)
    return np.broadcast_to(array, shape), list(known)


class _Finder:
    """Look-ups in one range, each done once."""

    def __init__(self, area: Operand, shape: Shape) -> None:
        self.area, self.cols, self.fixed = area, shape[1], area.shape[:2] == (1, 1)
        self.found: dict[tuple[Criterion, int], IntArray] = {}
        self.columns: dict[int, Column] = {}

    def places(self, criterion: Criterion, block: int) -> IntArray:
        """The positions that meet a criterion in the range of one cell of the block."""
        at = 0 if self.fixed else block
        key = (criterion, at)
        if key not in self.found:
            if at not in self.columns:
                self.columns[at] = column_of(self.area, *divmod(at, self.cols))
            self.found[key] = self.columns[at].meeting(criterion)
        return self.found[key]


def column_of(area: Operand, r: int = 0, c: int = 0) -> Column:
    """The indexed values of a range at one cell of the block; those of a fixed range are kept."""
    shape = area.shape
    fixed = shape[:2] == (1, 1)
    kept = _columns.get(area.number) if fixed else None
    if kept is not None and kept[0] is area.kind and kept[1] is area.text:
        return kept[2]
    r, c = min(r, shape[0] - 1), min(c, shape[1] - 1)
    kind = np.broadcast_to(area.kind, shape)[r, c].ravel()
    # a live range is indexed by its kinds and texts alone
    number = np.broadcast_to(0.0 if area.live else area.known, shape)[r, c].ravel()
    text = None if area.text is None else np.broadcast_to(area.text, shape)[r, c].ravel()
    column = Column(kind, number, text)
    if fixed:
        _columns[area.number] = (area.kind, area.text, column)
    return column


def _common(found: list[IntArray]) -> IntArray:
    """The positions that all of some ascending arrays contain."""
    found = sorted(found, key=len)
    result = found[0]
    for other in found[1:]:
        if not len(result):
            break
        place = np.searchsorted(other, result)
        result = result[other[np.minimum(place, len(other) - 1)] == result]
    return result


def mask_of(conditions: Sequence[Condition]) -> Node:
    """1 where live conditions hold, 0 elsewhere: (R, C, 1, n); the criteria must be single values."""
    shape = np.broadcast_shapes(*[(*each.wanted.shape[:2], *each.area.shape[2:]) for each in conditions])
    if conditions[-1].relation is not None and shape[0] * shape[1] > 1 and math.prod(shape) > _MOST_POSITIONS:
        raise NotUniform  # half of the cells read half of the range that grows
    return reduce(mul, [_mask(condition) for condition in conditions])


def _mask(condition: Condition) -> Node:
    area, wanted = condition.area, condition.wanted
    if wanted.shape[2:] != (1, 1):
        raise NeedsValue("several criteria at once need values that depend on no variable")
    row = flatten(area)
    if wanted.live:
        return _equal_to_live(row, wanted)
    shape = np.broadcast_shapes(row.shape, wanted.shape)
    full = spread_to(row, shape)
    is_number = constant(full.kind == Kind.NUMBER)
    static = np.zeros(shape)
    limits: dict[str, FloatArray] = {}
    for at, value in np.ndenumerate(np.broadcast_to(wanted.scalars(), (*shape[:2], 1, 1))):
        criterion = condition.criterion(value)
        if type(criterion.value) is float:
            limits.setdefault(criterion.relation, np.full((*shape[:2], 1, 1), np.nan))[at] = criterion.value
            if criterion.relation == "<>":
                static[at[:2]] = full.kind[at[:2]] != Kind.NUMBER
            if criterion.relation in ("=", "<>"):  # a text may read as the number
                read = column_of(area, *at[:2]).by_reading.get(criterion.value, [])
                static[at[0], at[1], 0, read] = float(criterion.relation == "=")
        else:
            static[at[0], at[1], 0, column_of(area, *at[:2]).meeting(criterion)] = 1.0
    mask = constant(static)
    for relation, limit in limits.items():
        here = ~np.isnan(limit)
        holds = _RELATIONS[relation](full.number, constant(np.where(here, limit, 0.0)))
        mask = where(mul(is_number, constant(here)), holds, mask)
    return mask


def _equal_to_live(row: Operand, wanted: Operand) -> Node:
    """1 where a value in one row (R, C, 1, n) is, or reads as, a number that depends on a variable."""
    number, counts = row.number, row.kind == Kind.NUMBER
    if row.text is not None:
        reading = [None if text is None else number_of_text(text) for text in row.text.ravel().tolist()]
        read = np.array([np.nan if each is None else each for each in reading]).reshape(row.text.shape)
        number, counts = where(constant(np.isnan(read)), number, np.nan_to_num(read)), counts | ~np.isnan(read)
    return mul(constant(counts), equal(number, wanted.number))


_RELATIONS: dict[str, Callable[[Node, Node], Node]] = {
    "=": equal,
    "<>": not_equal,
    "<": less,
    "<=": less_equal,
    ">": lambda a, b: less(b, a),
    ">=": lambda a, b: less_equal(b, a),
}
