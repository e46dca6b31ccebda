"""The nodes of a formula's tree: frozen, relative to the formula's cell, with slots where its numbers stand.

Because references are offsets and numbers are slots, one tree serves all cells that share a relative key. A formula
of 8,192 characters can be thousands of operators deep, so whoever walks a tree should walk it with `postorder`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from operator import attrgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from solver.values import Scalar


class Binding(IntEnum):
    """How tightly an operator binds, loosest first; Excel's negation binds tighter than its power."""

    COMPARISON = 1
    CONCATENATION = 2
    SUM = 3
    PRODUCT = 4
    POWER = 5
    PERCENT = 6
    NEGATION = 7
    UNION = 8
    SINGLE = 9
    INTERSECTION = 10
    RANGE = 11
    ATOM = 12


BINARY = {
    **dict.fromkeys(("=", "<>", "<", "<=", ">", ">="), Binding.COMPARISON),
    "&": Binding.CONCATENATION,
    "+": Binding.SUM,
    "-": Binding.SUM,
    "*": Binding.PRODUCT,
    "/": Binding.PRODUCT,
    "^": Binding.POWER,
}
"""The operators on values, all of which group to the left."""


@dataclass(frozen=True, slots=True)
class Axis:
    """A row or a column: the distance from the formula's cell if relative, else the zero-based place itself."""

    value: int
    relative: bool

    def at(self, origin: int, size: int) -> int:
        """The place seen from a formula at `origin`; offsets wrap round the sheet's `size` as Excel's do."""
        return (origin + self.value) % size if self.relative else self.value


class Tree:
    """A node of a formula."""

    __slots__ = ()
    __match_args__: tuple[str, ...] = ()

    @property
    def children(self) -> tuple[Tree, ...]:
        """The operands in reading order."""
        inner = _OPERANDS.get(type(self))
        return () if inner is None else inner(self)


@dataclass(frozen=True, slots=True)
class Number(Tree):
    """A numeric literal: its index among the formula's literals."""

    slot: int


@dataclass(frozen=True, slots=True)
class Text(Tree):
    """A text literal, without quotes."""

    value: str


@dataclass(frozen=True, slots=True)
class Logical(Tree):
    """TRUE or FALSE."""

    value: bool


@dataclass(frozen=True, slots=True)
class Error(Tree):
    """An error literal such as `#N/A`; a reference to a deleted cell or sheet is `#REF!`."""

    label: str


@dataclass(frozen=True, slots=True)
class Missing(Tree):
    """An argument left empty, as the second one of `IF(A1,,2)`."""


@dataclass(frozen=True, slots=True)
class Reference(Tree):
    """Cells by address: one cell, a rectangle, whole columns (no row axes) or whole rows (no column axes).

    One cell has no end axes. The corners stand as written, so the end may lie before the start. `sheet_end` makes
    it a 3-D reference; `book` is the index of an external workbook. No sheet means the formula's own.
    """

    sheet: str | None
    sheet_end: str | None
    book: int | None
    row: Axis | None
    col: Axis | None
    row_end: Axis | None
    col_end: Axis | None

    @property
    def is_cell(self) -> bool:
        """Whether it names one cell of each of its sheets."""
        return self.row_end is None and self.col_end is None


@dataclass(frozen=True, slots=True)
class Name(Tree):
    """A defined name, or a parameter of LET or LAMBDA, as spelled; Excel compares names without case."""

    sheet: str | None
    book: int | None
    name: str


@dataclass(frozen=True, slots=True)
class Structured(Tree):
    """Part of a table: `items` such as `#Headers`, and the first and last of adjacent columns.

    No table means the one around the formula's cell; no columns means all; one column has no `last`; no items
    means `#Data`.
    """

    table: str | None
    items: tuple[str, ...]
    first: str | None
    last: str | None
    book: int | None = None


@dataclass(frozen=True, slots=True)
class Unary(Tree):
    """`-x` or `+x`."""

    op: str
    operand: Tree


@dataclass(frozen=True, slots=True)
class Percent(Tree):
    """`x%`."""

    operand: Tree


@dataclass(frozen=True, slots=True)
class Binary(Tree):
    """An operator of `BINARY` between two values."""

    op: str
    left: Tree
    right: Tree


@dataclass(frozen=True, slots=True)
class Call(Tree):
    """A function by name, in capitals and without the file's prefixes (`_xlfn.` and its like).

    A name given by LET, LAMBDA or the workbook can be called too and looks the same.
    """

    name: str
    args: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Invoke(Tree):
    """A call of what an expression gives: `LAMBDA(x,x+1)(2)`."""

    callee: Tree
    args: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class ArrayConstant(Tree):
    """`{1,2;3,4}`: rows of equal length of numbers, texts, booleans and errors."""

    rows: tuple[tuple[Scalar, ...], ...]

    def __eq__(self, other: object) -> bool:
        """Whether values and types agree: Python's `True == 1.0` does not hold in a sheet."""
        return isinstance(other, ArrayConstant) and _typed(self) == _typed(other)

    def __hash__(self) -> int:
        return hash(self.rows)


@dataclass(frozen=True, slots=True)
class Spill(Tree):
    """`A1#`: all cells that the formula in A1 spills into."""

    operand: Tree


@dataclass(frozen=True, slots=True)
class Single(Tree):
    """`@x`: implicit intersection, one value of a range."""

    operand: Tree


@dataclass(frozen=True, slots=True)
class Range(Tree):
    """`A1:INDEX(B:B,3)`: the smallest rectangle around two references that are not both plain cells."""

    left: Tree
    right: Tree


@dataclass(frozen=True, slots=True)
class Intersection(Tree):
    """`A1:B9 B2:C3`: the common cells of two references."""

    left: Tree
    right: Tree


@dataclass(frozen=True, slots=True)
class Union(Tree):
    """`(A1,B2:B3)`: several references as one; its items are never unions themselves."""

    items: tuple[Tree, ...]


def _typed(array: ArrayConstant) -> tuple[tuple[tuple[type, Scalar], ...], ...]:
    return tuple(tuple((type(value), value) for value in row) for row in array.rows)


def _operand(node: Unary | Percent | Spill | Single) -> tuple[Tree, ...]:
    return (node.operand,)


_OPERANDS: dict[type[Tree], Callable[[Any], tuple[Tree, ...]]] = {
    **dict.fromkeys((Unary, Percent, Spill, Single), _operand),
    **dict.fromkeys((Binary, Range, Intersection), attrgetter("left", "right")),
    Call: attrgetter("args"),
    Invoke: lambda node: (node.callee, *node.args),
    Union: attrgetter("items"),
}
"""How to come by the operands of a node; all other nodes are leaves."""


def postorder(tree: Tree) -> Iterator[Tree]:
    """All nodes, operands before what uses them, in reading order, without recursion."""
    pending, nodes = [tree], []
    while pending:
        node = pending.pop()
        nodes.append(node)
        inner = _OPERANDS.get(type(node))
        if inner is not None:
            pending.extend(inner(node))
    return reversed(nodes)


def references(tree: Tree) -> Iterator[Reference]:
    """The references by address in reading order."""
    return (node for node in postorder(tree) if isinstance(node, Reference))
