"""Formula text to tree: words become operands and operators, and two stacks weigh them.

The stacks hold operands and waiting operators (Dijkstra's shunting yard), so depth costs memory and not recursion.
A comma is the union operator inside plain parentheses and at the top, and separates arguments inside a call; a
space is the intersection operator only between two references.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from solver.formula.leaves import NOWHERE, leaf, place_of, without_file_prefix
from solver.formula.tree import (
    BINARY,
    Binary,
    Binding,
    Call,
    Error,
    Intersection,
    Invoke,
    Missing,
    Name,
    Number,
    Percent,
    Range,
    Reference,
    Single,
    Spill,
    Structured,
    Tree,
    Unary,
    Union,
)
from solver.formula.words import Word, WordKind, unreadable, words

_PREFIXES = {"-": Binding.NEGATION, "+": Binding.NEGATION, "@": Binding.SINGLE}
_INFIXES = {**BINARY, ",": Binding.UNION, " ": Binding.INTERSECTION, ":": Binding.RANGE}
_AREAS = (Reference, Name, Structured, Call, Invoke, Spill, Single, Range, Intersection, Union, Error)
_ADDRESSES = (WordKind.CELL, WordKind.COLUMNS, WordKind.ROWS, WordKind.NAME)
_OPERATORS_IN_FILES: dict[str, type[Spill | Single]] = {"ANCHORARRAY": Spill, "SINGLE": Single}
_STARTS_AREA = (*_ADDRESSES, WordKind.PREFIX, WordKind.STRUCTURED, WordKind.CALL, WordKind.ERROR)


@dataclass(slots=True)
class _Waiting:
    """An operator that waits for its right operand."""

    op: str
    binding: Binding
    prefix: bool
    at: int


@dataclass(slots=True)
class _Open:
    """An open parenthesis: a plain one, or that of a call, which gathers arguments."""

    at: int
    call: str | None = None
    callee: Tree | None = None
    args: list[Tree] = field(default_factory=list)

    @property
    def plain(self) -> bool:
        return self.call is None and self.callee is None


def parse(text: str, row: int, col: int) -> tuple[Tree, tuple[float, ...]]:
    """The tree of a formula (without `=`) in a zero-based cell, and its numeric literals in reading order.

    The literals are those of `relative_key`, so the tree serves every formula with the same key. FormulaError says
    what is wrong and at which character.
    """
    return _Parser(text, row, col).parse()


class _Parser:
    """The two stacks, the words, and whether an operand is due."""

    __slots__ = ("at", "col", "due", "literals", "operands", "row", "stack", "text", "words")

    def __init__(self, text: str, row: int, col: int) -> None:
        self.text, self.row, self.col = text, row, col
        self.words = words(text)
        self.at = 0
        self.due = True
        self.operands: list[Tree] = []
        self.stack: list[_Waiting | _Open] = []
        self.literals: list[float] = []

    def parse(self) -> tuple[Tree, tuple[float, ...]]:
        while (word := self.words[self.at]).kind is not WordKind.END:
            self.at += 1
            if self.due:
                self.operand(word)
            else:
                self.operator(word)
        if self.due:
            raise unreadable(self.text, word.at, "an operand is missing")
        self.settle(Binding.COMPARISON)
        if self.stack:
            raise unreadable(self.text, self.stack[-1].at, "this parenthesis is not closed")
        return self.operands[0], tuple(self.literals)

    def operand(self, word: Word) -> None:
        """Take a word where an operand is due."""
        if word.kind is WordKind.CALL:
            self.stack.append(_Open(word.at + len(word.text) - 1, call=word.text[:-1]))
        elif word.kind is WordKind.SIGN:
            if word.text == "(":
                self.stack.append(_Open(word.at))
            elif word.text in _PREFIXES:
                self.stack.append(_Waiting(word.text, _PREFIXES[word.text], prefix=True, at=word.at))
            elif word.text in (",", ")") and self.leave_out(word):
                pass
            else:
                raise unreadable(self.text, word.at, f"an operand is missing before {word.text}")
        elif word.text not in ("!", "[0]!") or self.words[self.at].kind is not WordKind.CALL:
            # a function of this very workbook needs no prefix
            self.operands.append(self.leaf(word))
            self.due = False

    def operator(self, word: Word) -> None:
        """Take a word where an operand has just ended."""
        if word.text in BINARY:
            self.wait(word.text, word.at)
        elif word.text == "(" and not word.spaced:
            self.stack.append(_Open(word.at, callee=self.callee(word)))
            self.due = True
        elif word.kind in _STARTS_AREA or word.text == "(":
            if not word.spaced:
                raise unreadable(self.text, word.at, f"an operator is missing before {word.text}")
            self.wait(" ", word.at)
            self.operand(word)
        elif word.kind is not WordKind.SIGN or word.text == "@":
            raise unreadable(self.text, word.at, f"an operator is missing before {word.text}")
        elif word.text == ")":
            self.close(word)
        elif word.text == "%":
            self.settle(Binding.PERCENT)
            self.operands.append(Percent(self.operands.pop()))
        elif word.text == "#":
            self.operands.append(Spill(self.area(self.operands.pop(), word.at)))
        elif word.text == "," and self.argument():
            self.due = True
        else:
            self.wait(word.text, word.at)

    def leaf(self, word: Word) -> Tree:
        """The node of a word, with the sheet before it or the lost reference after it."""
        if word.kind is WordKind.NUMBER:
            self.literals.append(float(word.text))
            if math.isinf(self.literals[-1]):
                raise unreadable(self.text, word.at, "this number is too large")
            return Number(len(self.literals) - 1)
        place, target = NOWHERE, word
        try:
            if word.kind is WordKind.PREFIX:
                place = place_of(word.text)
                target = self.address_after() or word
            node = leaf(target, place, self.row, self.col)
        except ValueError as wrong:
            raise unreadable(self.text, word.at, str(wrong)) from None
        if isinstance(node, Error) and node.label == "#REF!":
            self.address_after()  # the sheet is lost, what stood on it does not matter
        return node

    def address_after(self) -> Word | None:
        """The word right after a sheet's exclamation mark, if it can stand there."""
        following = self.words[self.at]
        kinds = (*_ADDRESSES, WordKind.STRUCTURED, WordKind.ERROR, WordKind.CALL)
        if following.spaced or following.kind not in kinds:
            return None
        if following.kind is WordKind.CALL:
            # a function of another book: its name here, its parenthesis as a word of its own
            opening = following.at + len(following.text) - 1
            self.words[self.at] = Word(WordKind.SIGN, "(", opening, spaced=False)
            return Word(WordKind.NAME, following.text[:-1], following.at, spaced=False)
        self.at += 1
        return following

    def callee(self, word: Word) -> Tree:
        """The operand that a parenthesis calls."""
        if self.words[self.at - 2].text != ")" and not isinstance(self.operands[-1], Name | Error):
            raise unreadable(self.text, word.at, "an operator is missing before (")
        return self.operands.pop()

    def argument(self) -> bool:
        """Close an argument at its comma, or leave the comma to be a union where no call gathers."""
        opening = next((entry for entry in reversed(self.stack) if isinstance(entry, _Open)), None)
        if opening is None or opening.plain:
            return False
        self.settle(Binding.COMPARISON)
        opening.args.append(self.operands.pop())
        return True

    def leave_out(self, word: Word) -> bool:
        """Take a comma or the end of a call where an argument was due, if a call gathers here."""
        opening = self.stack[-1] if self.stack else None
        if not isinstance(opening, _Open) or opening.plain:
            return False
        if word.text == "," or opening.args:
            opening.args.append(Missing())
        if word.text == ")":
            self.finish(opening)
        return True

    def close(self, word: Word) -> None:
        """Take a closing parenthesis after an operand."""
        self.settle(Binding.COMPARISON)
        if not self.stack:
            raise unreadable(self.text, word.at, "this parenthesis was never opened")
        opening = self.stack[-1]
        if isinstance(opening, _Open) and not opening.plain:
            opening.args.append(self.operands.pop())
            self.finish(opening)
        else:
            self.stack.pop()

    def finish(self, opening: _Open) -> None:
        """Turn a call with its arguments into an operand."""
        self.stack.pop()
        self.operands.append(_called(opening))
        self.due = False

    def wait(self, op: str, at: int) -> None:
        """Put an infix operator on the stack, after settling what binds at least as tightly."""
        self.settle(_INFIXES[op])
        self.stack.append(_Waiting(op, _INFIXES[op], prefix=False, at=at))
        self.due = True

    def settle(self, binding: Binding) -> None:
        """Apply the waiting operators that bind at least as tightly as `binding`, back to the last parenthesis."""
        while self.stack and isinstance(waiting := self.stack[-1], _Waiting) and waiting.binding >= binding:
            self.stack.pop()
            right = self.operands.pop()
            if waiting.prefix:
                self.operands.append(Single(right) if waiting.op == "@" else Unary(waiting.op, right))
            elif waiting.op in BINARY:
                self.operands.append(Binary(waiting.op, self.operands.pop(), right))
            else:
                left = self.area(self.operands.pop(), waiting.at)
                self.operands.append(_combined(waiting.op, left, self.area(right, waiting.at)))

    def area(self, node: Tree, at: int) -> Tree:
        """The node, which must be able to give a reference."""
        if not isinstance(node, _AREAS):
            raise unreadable(self.text, at, f"{self.text[at]!r} joins only references")
        return node


def _combined(op: str, left: Tree, right: Tree) -> Tree:
    """Two references joined by a range, intersection or union operator."""
    if op == " ":
        return Intersection(left, right)
    if op == ",":
        before, after = (side.items if isinstance(side, Union) else (side,) for side in (left, right))
        return Union(before + after)
    if isinstance(left, Reference) and isinstance(right, Reference) and left.is_cell and right.is_cell:
        place = left.sheet, left.sheet_end, left.book
        if (right.sheet, right.sheet_end, right.book) in ((None, None, None), place):
            return Reference(*place, left.row, left.col, right.row, right.col)
    return Range(left, right)


def _called(opening: _Open) -> Tree:
    """The node of a call: two functions of the file's spelling are operators, all others drop their prefixes."""
    args = tuple(opening.args)
    if opening.callee is not None:
        return Invoke(opening.callee, args)
    name = without_file_prefix((opening.call or "").upper())
    operator = _OPERATORS_IN_FILES.get(name)
    if operator is not None and len(args) == 1 and isinstance(args[0], _AREAS if operator is Spill else Tree):
        return operator(args[0])
    return Call(name, args)
