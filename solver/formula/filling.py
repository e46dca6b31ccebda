"""A formula as it reads in the cells it is filled into: relative references move along, all else stays.

Most formulas of a large sheet are those of the cell above or to the left, filled down or across. To write down what
is expected there and compare the texts takes a tenth of the time of finding a formula's key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from solver.formula.template import EXACT, PARTS, WORDS
from solver.grid import COLUMN_LETTERS, MAX_COLS, MAX_ROWS, column_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class _Edge(NamedTuple):
    """A relative row or column in a formula: its distance from the formula's cell."""

    row: bool
    distance: int


class Filling:
    """The formula `text` (without `=`) of a zero-based cell, ready to be filled into others.

    >>> filled = Filling("SUM(A1:$B$2,Sheet1!C3)&\\"A1\\"+LOG10(D$4)*2%", 0, 4)
    >>> filled.at(1, 5)
    'SUM(B2:$B$2,Sheet1!D4)&"A1"+LOG10(E$4)*2%'
    >>> filled.at(0, 3) is None
    True
    """

    __slots__ = ("_across", "_cols", "_down", "_here", "_inside", "_pieces", "_rows")

    def __init__(self, text: str, row: int, col: int) -> None:
        self._pieces = list(_pieces(text, row, col))
        edges = [piece for piece in self._pieces if isinstance(piece, _Edge)]
        self._rows = [edge.distance + 1 for edge in edges if edge.row]  # rows are printed from 1
        self._cols = [edge.distance for edge in edges if not edge.row]
        self._inside = (
            range(1 - min([1, *self._rows]), MAX_ROWS - max([1, *self._rows]) + 1),
            range(-min([0, *self._cols]), MAX_COLS - max([0, *self._cols])),
        )
        self._here = (-1, -1)
        self._across = self._down = ""

    def at(self, row: int, col: int) -> str | None:
        """How it reads in another zero-based cell; None where a reference would leave the sheet."""
        if row not in self._inside[0] or col not in self._inside[1]:
            return None
        if col == self._here[1]:
            return self._down % tuple([row + distance for distance in self._rows])
        if row != self._here[0]:
            self._here = row, col
            self._down = self._format(row=None, col=col)
            self._across = self._format(row=row, col=None)
        return self._across % tuple([COLUMN_LETTERS[col + distance] for distance in self._cols])

    def down(self, col: int) -> tuple[str, list[int], range]:
        """How it reads down a column: with `%d` for each row, how far that row lies off, and the rows it may stand in.

        The distances are of rows that are printed from 1.
        """
        return self._format(row=None, col=col), self._rows, self._inside[0]

    def _format(self, row: int | None, col: int | None) -> str:
        """The text with places for the rows (None) or for the columns."""
        return "".join([piece if isinstance(piece, str) else _spelled(piece, row, col) for piece in self._pieces])


class Band:
    """Formulas that stand side by side in the given columns, filled down together, with `between` between two texts.

    >>> Band([Filling("A1+1", 0, 1), Filling("B1*$A$1", 0, 2)], [1, 2], "; ").at(4, 2)
    'A5+1; B5*$A$1; A6+1; B6*$A$1'
    """

    __slots__ = ("_between", "_inside", "_pattern", "_rows")

    def __init__(self, fillings: Iterable[Filling], cols: Iterable[int], between: str) -> None:
        columns = [filling.down(col) for filling, col in zip(fillings, cols, strict=True)]
        self._between = between
        self._pattern = between.join([pattern for pattern, _, _ in columns])
        self._rows = [distance for _, distances, _ in columns for distance in distances]
        self._inside = range(max(inside.start for *_, inside in columns), min(inside.stop for *_, inside in columns))

    def at(self, row: int, height: int) -> str | None:
        """How `height` rows of them read, row by row, from a zero-based row on; None where one leaves the sheet."""
        if row not in self._inside or row + height - 1 not in self._inside:
            return None
        pattern = self._between.join([self._pattern] * height)
        return pattern % tuple([line + distance for line in range(row, row + height) for distance in self._rows])


def _spelled(edge: _Edge, row: int | None, col: int | None) -> str:
    if edge.row:
        return "%d" if row is None else str(row + edge.distance + 1)
    return "%s" if col is None else COLUMN_LETTERS[col + edge.distance]


def _pieces(text: str, row: int, col: int) -> Iterator[str | _Edge]:
    """The text cut at its relative edges; what is copied has its percent signs doubled."""
    parts = WORDS.split(text)
    yield parts[0].replace("%", "%%")
    for i in range(1, len(parts), 4):
        column, line, word, rest = parts[i : i + 4]
        reference = word if column is None else column + line
        at = 0
        if (column is not None or ":" in word) and EXACT.fullmatch(reference):
            for match in PARTS.finditer(reference):
                if not match[1]:
                    yield reference[at : match.start()]
                    digits = match[2][0].isdigit()
                    yield _Edge(digits, int(match[2]) - 1 - row if digits else column_number(match[2]) - col)
                    at = match.end()
        yield (reference[at:] + rest).replace("%", "%%")
