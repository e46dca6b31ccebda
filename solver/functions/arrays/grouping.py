"""Records in groups: the lines of a summary along one side, with their totals, in order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from solver.functions.allowance import MEMBER, spend
from solver.functions.arrays.sorting import identity, sorted_places

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from solver.functions.operand import BoolArray, TextArray
    from solver.values import Scalar

    Measure = Callable[[BoolArray, int], Scalar]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a summary: its labels, the records that it sums up, and those of the total above it (n,)."""

    labels: tuple[Scalar, ...]
    members: BoolArray
    parent: BoolArray


@dataclass(frozen=True, slots=True)
class Side:
    """How records are grouped along one side of a summary.

    `fields` (n, k) are the keys of n records on k levels. `depth` counts the totals: 1 for the grand total, 2 with
    those of the first level, and so on; they stand first if `above`. `order` holds numbers of fields, then of values
    (k + 1 and on), from 1, negative for downwards. In a `table` each field is ordered by itself, else within the
    group that the fields before it make.
    """

    fields: TextArray
    depth: int = 0
    above: bool = False
    order: tuple[int, ...] = ()
    table: bool = False

    @property
    def levels(self) -> int:
        """How many fields there are."""
        return int(self.fields.shape[1])


def lines(side: Side, kept: BoolArray, measure: Measure) -> list[Line]:
    """The lines of the records that are kept; `measure` gives the number of some records in a column of values."""
    if not side.levels:
        return [Line((), kept, kept)]
    body = _table(side, kept, measure) if side.table else list(_branches(side, kept, (), measure))
    if not side.depth:
        return body
    label = "Grand Total" if side.depth > 1 else "Total"
    total = Line(_filled((label,), side.levels), kept, kept)
    return [total, *body] if side.above else [*body, total]


def _filled(labels: tuple[Scalar, ...], levels: int) -> tuple[Scalar, ...]:
    return (*labels, *[""] * (levels - len(labels)))


def _groups(keys: TextArray, kept: BoolArray) -> list[tuple[tuple[Scalar, ...], BoolArray]]:
    """The different rows of keys among the kept ones as they first occur, each with its records."""
    found: dict[object, list[int]] = {}
    for k in np.flatnonzero(kept).tolist():
        found.setdefault(tuple(identity(value) for value in keys[k]), []).append(k)
    groups = []
    spend(MEMBER * len(found) * len(kept))
    for places in found.values():
        members = np.zeros(len(kept), dtype=bool)
        members[places] = True
        groups.append((tuple(keys[places[0]]), members))
    return groups


def _by_values(side: Side, groups: list[BoolArray], measure: Measure) -> list[tuple[list[Scalar], int]]:
    """The keys of sorting by columns of values."""
    return [
        ([measure(members, abs(number) - side.levels - 1) for members in groups], _sign(number))
        for number in side.order
        if abs(number) > side.levels
    ]


def _sign(number: int) -> int:
    return 1 if number > 0 else -1


def _branches(side: Side, kept: BoolArray, above: tuple[Scalar, ...], measure: Measure) -> Iterator[Line]:
    """The lines of a branch of the hierarchy: its groups in order, each with the lines inside it."""
    level = len(above)
    groups = _groups(side.fields[:, level : level + 1], kept)
    direction = next((_sign(number) for number in side.order if abs(number) == level + 1), 1)
    keys = _by_values(side, [members for _, members in groups], measure)
    keys.append(([label[0] for label, _ in groups], direction))
    for place in sorted_places(keys, len(groups)):
        label, members = groups[place]
        labels = (*above, *label)
        if level + 1 == side.levels:
            yield Line(labels, members, kept)
            continue
        total = [Line(_filled(labels, side.levels), members, kept)] if side.depth > level + 1 else []
        inner = _branches(side, members, labels, measure)
        yield from (*total, *inner) if side.above else (*inner, *total)


def _table(side: Side, kept: BoolArray, measure: Measure) -> list[Line]:
    groups = _groups(side.fields, kept)
    by_value = iter(_by_values(side, [members for _, members in groups], measure))
    rest = [k for k in range(1, side.levels + 1) if k not in map(abs, side.order)]
    keys = [
        next(by_value)
        if abs(number) > side.levels
        else ([labels[abs(number) - 1] for labels, _ in groups], _sign(number))
        for number in (*side.order, *rest)
    ]
    ordered = [groups[place] for place in sorted_places(keys, len(groups))]
    return [Line(labels, members, kept) for labels, members in ordered]
