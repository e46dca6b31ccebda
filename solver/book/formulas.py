"""The formulas of a sheet as columns: texts one after the other, and a `Formula` when somebody asks for one."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, overload

import numpy as np

from solver.book.book import Formula, FormulaKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import numpy.typing as npt

    from solver.book.book import IntArray, KindArray
    from solver.grid import Area

KINDS = tuple(FormulaKind)
_NUMBER = {kind: number for number, kind in enumerate(KINDS)}
_TOGETHER = 4096
"""So many texts, or some more, lie together."""


@dataclass(frozen=True, slots=True, eq=False)
class Formulas(Sequence[Formula]):
    """Formulas in an order, at a tenth of the memory of as many objects.

    `row` and `col` are the cells that their texts are written for, `kind` is the place of their kind in `KINDS`, and
    `areas` holds by number the areas of those that have one. `texts` holds the texts of some formulas each, beginning
    with the one of the number in `firsts`, joined by `BETWEEN`; `start` says where in there each one begins.
    """

    BETWEEN = "\0"
    """What stands between two formulas of a text: XML knows no such character, so no formula holds it."""

    row: IntArray
    col: IntArray
    kind: KindArray
    areas: dict[int, Area]
    texts: tuple[str, ...]
    firsts: tuple[int, ...]
    start: npt.NDArray[np.uint32]

    @classmethod
    def of(cls, formulas: Iterable[Formula]) -> Formulas:
        """Formulas given one by one."""
        if isinstance(formulas, Formulas):
            return formulas
        gathered = Gathered()
        for formula in formulas:
            gathered.add(formula)
        return gathered.formulas()

    def joined(self, first: int, last: int) -> str:
        """The texts of the formulas from one number to another (exclusive), with `BETWEEN` between them."""
        block = bisect_right(self.firsts, first) - 1
        pieces = []
        while first < last:
            end = self.firsts[block + 1] if block + 1 < len(self.firsts) else len(self)
            text, stop = self.texts[block], min(last, end)
            pieces.append(text[self.start[first] : len(text) if stop == end else self.start[stop] - 1])
            first, block = stop, block + 1
        return self.BETWEEN.join(pieces)

    def __len__(self) -> int:
        return len(self.row)

    @overload
    def __getitem__(self, key: int) -> Formula: ...

    @overload
    def __getitem__(self, key: slice) -> list[Formula]: ...

    def __getitem__(self, key: int | slice) -> Formula | list[Formula]:
        numbers = range(len(self))[key]
        return self._made(numbers) if isinstance(numbers, int) else [self._made(number) for number in numbers]

    def __iter__(self) -> Iterator[Formula]:
        return map(self._made, range(len(self)))

    def _made(self, number: int) -> Formula:
        kind = KINDS[self.kind[number]]
        row, col = int(self.row[number]), int(self.col[number])
        return Formula(self.joined(number, number + 1), row, col, kind, self.areas.get(number))

    def followed_by(self, others: Iterable[Formula]) -> Formulas:
        """These formulas and then others."""
        more = Formulas.of(others)
        return Formulas(
            np.concatenate([self.row, more.row]),
            np.concatenate([self.col, more.col]),
            np.concatenate([self.kind, more.kind]),
            self.areas | {len(self) + number: area for number, area in more.areas.items()},
            self.texts + more.texts,
            self.firsts + tuple(len(self) + first for first in more.firsts),
            np.concatenate([self.start, more.start]),
        )

    def are(self, *kinds: FormulaKind) -> npt.NDArray[np.bool_]:
        """Which of them are of one of these kinds."""
        return np.isin(self.kind, [_NUMBER[kind] for kind in kinds])


@dataclass(slots=True)
class Gathered:
    """Formulas on their way into columns."""

    row: array[int] = field(default_factory=lambda: array("i"))
    col: array[int] = field(default_factory=lambda: array("i"))
    kind: bytearray = field(default_factory=bytearray)
    areas: dict[int, Area] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    firsts: list[int] = field(default_factory=list)
    starts: list[npt.NDArray[np.uint32]] = field(default_factory=list)
    _pending: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.row)

    def add(self, formula: Formula) -> None:
        """Adds one formula."""
        if formula.area is not None:
            self.areas[len(self)] = formula.area
        self.extend([formula.text], [formula.row], [formula.col], formula.kind)

    def extend(
        self, texts: list[str], rows: list[int], cols: list[int], kind: FormulaKind = FormulaKind.NORMAL
    ) -> None:
        """Adds formulas of one kind."""
        self._pending += texts
        self.row.extend(rows)
        self.col.extend(cols)
        self.kind.extend(bytes([_NUMBER[kind]]) * len(texts))
        if len(self._pending) >= _TOGETHER:
            self._put_together()

    def _put_together(self) -> None:
        lengths = np.fromiter(map(len, self._pending), np.int64, len(self._pending)) + len(Formulas.BETWEEN)
        self.starts.append((np.cumsum(lengths) - lengths).astype(np.uint32))
        self.firsts.append(len(self) - len(self._pending))
        self.texts.append(Formulas.BETWEEN.join(self._pending))
        self._pending.clear()

    def formulas(self) -> Formulas:
        """All that were added."""
        if self._pending:
            self._put_together()
        row, col = (np.array(column, dtype=np.int32) for column in (self.row, self.col))
        start = np.concatenate([np.zeros(0, np.uint32), *self.starts])
        kind = np.frombuffer(self.kind, np.uint8)
        return Formulas(row, col, kind, self.areas, tuple(self.texts), tuple(self.firsts), start)
