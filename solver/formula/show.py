"""A tree as formula text, in Excel's spelling, with no more parentheses than its precedence needs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from solver.formula.lexis import COLUMN, PREFIX
from solver.formula.tree import (
    BINARY,
    ArrayConstant,
    Axis,
    Binary,
    Binding,
    Call,
    Error,
    Intersection,
    Invoke,
    Logical,
    Missing,
    Name,
    Number,
    Percent,
    Range,
    Reference,
    Single,
    Spill,
    Structured,
    Text,
    Tree,
    Unary,
    Union,
    postorder,
)
from solver.grid import MAX_COLS, MAX_ROWS, column_letters, quote_sheet
from solver.values import ErrorValue

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solver.values import Scalar

_COLUMN_LIKE = re.compile(COLUMN, re.ASCII)
_QUALIFIED = re.compile(PREFIX, re.ASCII)
_BARE_COLUMN = re.compile(r"[^\W\d][\w.]*(?: [\w.]+)*")
_BARE_CELL = re.compile(r"[^\W\d]\w*")
_ESCAPED = re.compile(r"['#@\[\]]")


def show(tree: Tree, row: int, col: int, literals: Sequence[float]) -> str:
    """The text, without `=`, of the formula that `tree` is in the zero-based cell (row, col) with these numbers."""
    done: list[tuple[Tree, str]] = []
    for node in postorder(tree):
        first = len(done) - len(node.children)
        operands = done[first:]
        del done[first:]
        done.append((node, _spell(node, operands, row, col, literals)))
    return done[0][1]


def spell_number(value: float) -> str:
    """A number as a formula writes it, with all digits that it has.

    >>> spell_number(2.0), spell_number(0.1), spell_number(1e-7), spell_number(-2.5e300)
    ('2', '0.1', '1E-07', '-2.5E+300')
    """
    mantissa, _, exponent = repr(float(value)).partition("e")
    return mantissa.removesuffix(".0") + (f"E{int(exponent):+03d}" if exponent else "")


def _spell(node: Tree, operands: list[tuple[Tree, str]], row: int, col: int, literals: Sequence[float]) -> str:
    match node:
        case Number(slot):
            return spell_number(literals[slot])
        case Text(value):
            return _quoted(value)
        case Logical(value):
            return "TRUE" if value else "FALSE"
        case Error(label):
            return label
        case Missing():
            return ""
        case Reference():
            return _address(node, row, col)
        case Name(sheet, book, name):
            return _prefix(book, sheet, None) + name
        case Structured():
            return _prefix(node.book, None, None) + _part_of_table(node)
        case ArrayConstant(rows):
            return "{" + ";".join(",".join(map(_constant, values)) for values in rows) + "}"
        case Unary(op):
            return op + _within(operands[0], Binding.NEGATION)
        case Percent():
            return _within(operands[0], Binding.PERCENT) + "%"
        case Binary(op):
            # all operators group to the left, so an equally loose right operand needs its parentheses
            left, right = _within(operands[0], BINARY[op]), _within(operands[1], Binding(BINARY[op] + 1))
            return left + op + right
        case Call(name):
            return f"{name}({','.join(text for _, text in operands)})"
        case Invoke(callee):
            qualified = isinstance(callee, Name) and (callee.sheet is not None or callee.book is not None)
            called = operands[0][1] if qualified or isinstance(callee, Call | Invoke) else f"({operands[0][1]})"
            return f"{called}({','.join(text for _, text in operands[1:])})"
        case Spill():
            return _within(operands[0], Binding.ATOM) + "#"
        case Single():
            return "@" + _within(operands[0], Binding.SINGLE)
        case Range():
            return _corner(operands[0], Binding.RANGE) + ":" + _corner(operands[1], Binding.ATOM)
        case Intersection():
            return _within(operands[0], Binding.INTERSECTION) + " " + _within(operands[1], Binding.RANGE)
        case Union():
            return "(" + ",".join(_within(item, Binding.SINGLE) for item in operands) + ")"
    raise TypeError(f"{type(node).__name__} is not a node of a formula")


def _binding(node: Tree, text: str) -> Binding:
    match node:
        case Binary(op):
            return BINARY[op]
        case Percent():
            return Binding.PERCENT
        case Unary():
            return Binding.NEGATION
        case Number():
            return Binding.NEGATION if text.startswith("-") else Binding.ATOM
        case Single():
            return Binding.SINGLE
        case Intersection():
            return Binding.INTERSECTION
        case Range():
            return Binding.RANGE
        case Reference():
            return Binding.ATOM if node.is_cell else Binding.RANGE
    return Binding.ATOM


def _within(operand: tuple[Tree, str], binding: Binding) -> str:
    """The operand's text, in parentheses where it binds more loosely than `binding`."""
    return f"({operand[1]})" if _binding(*operand) < binding else operand[1]


def _corner(operand: tuple[Tree, str], binding: Binding) -> str:
    """An operand of `:`, where names could be mistaken for columns (`ab:cd`) or sheets (`first:Sheet2!A1`)."""
    node, text = operand
    mistakable = isinstance(node, Name) and _COLUMN_LIKE.fullmatch(text)
    qualified = binding == Binding.ATOM and _QUALIFIED.match(text)
    return f"({text})" if mistakable or qualified else _within(operand, binding)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _constant(value: Scalar) -> str:
    if isinstance(value, ErrorValue):
        return value.label
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return _quoted(value) if isinstance(value, str) else spell_number(value or 0.0)


def _prefix(book: int | None, sheet: str | None, sheet_end: str | None) -> str:
    """Everything up to the exclamation mark: `[1]`, sheets, quotes where they must be."""
    if book is None and sheet is None:
        return ""
    names = [name for name in (sheet, sheet_end) if name is not None]
    opening = "" if book is None else f"[{book}]"
    if all(quote_sheet(name) == name for name in names):
        return opening + ":".join(names) + "!"
    return "'" + opening + ":".join(names).replace("'", "''") + "'!"


def _address(reference: Reference, row: int, col: int) -> str:
    start = _corner_of_area(reference.row, reference.col, row, col)
    prefix = _prefix(reference.book, reference.sheet, reference.sheet_end)
    if reference.is_cell:
        return prefix + start
    return f"{prefix}{start}:{_corner_of_area(reference.row_end, reference.col_end, row, col)}"


def _corner_of_area(row_axis: Axis | None, col_axis: Axis | None, row: int, col: int) -> str:
    text = ""
    if col_axis is not None:
        text += ("" if col_axis.relative else "$") + column_letters(col_axis.at(col, MAX_COLS))
    if row_axis is not None:
        text += ("" if row_axis.relative else "$") + str(row_axis.at(row, MAX_ROWS) + 1)
    return text


def _part_of_table(part: Structured) -> str:
    """A structured reference in the short forms that Excel shows: `T[@a]`, `T[a]`, `T[[#Headers],[a]:[b]]`."""
    table = part.table or ""
    columns = [name for name in (part.first, part.last) if name is not None]
    if part.items == ("#This Row",):
        inner = ":".join(map(_bracketed, columns))
        return f"{table}[@{part.first if _is_bare(columns, _BARE_CELL) else inner}]"
    if not part.items and _is_bare(columns, _BARE_COLUMN):
        return f"{table}[{part.first}]"
    if len(part.items) == 1 and not columns:
        return f"{table}[{part.items[0]}]"
    inner = ",".join(f"[{item}]" for item in part.items)
    if columns:
        inner += ("," if inner else "") + ":".join(map(_bracketed, columns))
    return f"{table}[{inner}]"


def _is_bare(columns: list[str], pattern: re.Pattern[str]) -> bool:
    return len(columns) == 1 and pattern.fullmatch(columns[0]) is not None


def _bracketed(column: str) -> str:
    return "[" + _ESCAPED.sub(r"'\g<0>", column) + "]"
