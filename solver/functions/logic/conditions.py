"""Conditions: IF and its kin compute only the branches that are needed; AND, OR, XOR and NOT work on whole ranges."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

import numpy as np

from solver.algebra import add, broadcast, constant, equal, less, mod_floor, not_equal, sub, sum_, trunc, where
from solver.functions.alignment import aligned, overlaid
from solver.functions.arrange import choose_where
from solver.functions.coerce import as_logicals, as_numbers
from solver.functions.comparison import compare
from solver.functions.finiteness import fails, never_fails
from solver.functions.here import contents_of_all
from solver.functions.logic.choosing import chosen, values_of
from solver.functions.mathematics.aggregate import fault_in
from solver.functions.operand import FALSE, TRUE, Operand, error, numbers, with_errors
from solver.functions.operators import binary
from solver.functions.registry import Calculus, function
from solver.functions.sample import blamed, is_direct
from solver.values import ErrorValue, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from solver.algebra import Node
    from solver.functions.here import Here
    from solver.functions.logic.choosing import Meaning
    from solver.functions.operand import FloatArray
    from solver.functions.registry import Lazy, Logical, Ref, Value


@function("IF", calculus=Calculus.STEP)
def if_(here: Here, condition: Value, yes: Lazy, no: Lazy | None = None) -> Ref:
    """One value where a condition holds, another where it does not.

    =IF(2>1, "yes", "no") -> "yes"
    =IF(0, 1) -> FALSE
    =IF("x", 1, 2) -> #VALUE!
    =IF({1,0,1}, {1,2,3}, -1) -> {1,-1,3}
    =IF(1, LAMBDA(x, x + 1), LAMBDA(x, x - 1))(5) -> 6
    """
    return chosen(here, as_logicals(condition), yes, (lambda: FALSE) if no is None else no)


@function("IFS", calculus=Calculus.STEP)
def ifs(here: Here, *pairs: Lazy) -> Ref:
    """The value that belongs to the first condition that holds, #N/A if none does.

    =IFS(1>2, "a", 2>1, "b") -> "b"
    =IFS(FALSE, 1) -> #N/A
    """

    def from_pair(k: int) -> Meaning:
        if k + 1 >= len(pairs):
            return error(ErrorValue.NA)
        condition = as_logicals(values_of(pairs[k](), here))
        return chosen(here, condition, pairs[k + 1], lambda: from_pair(k + 2))

    return from_pair(0)


@function("SWITCH", calculus=Calculus.STEP)
def switch(here: Here, expression: Value, *cases: Lazy) -> Ref:
    """The result that stands behind the first value equal to the expression, else the default or #N/A.

    =SWITCH(2, 1, "one", 2, "two") -> "two"
    =SWITCH("B", "a", 1, "b", 2) -> 2
    =SWITCH(3, 1, "one", "other") -> "other"
    =SWITCH(3, 1, "one") -> #N/A
    """

    def from_case(k: int) -> Meaning:
        if k >= len(cases):
            return error(ErrorValue.NA)
        if k + 1 == len(cases):
            return cases[k]()
        matched = binary("=", wanted, _filled(values_of(cases[k](), here)))
        return chosen(here, matched, cases[k + 1], lambda: from_case(k + 2))

    if expression.errors.all():
        return expression
    wanted = _filled(expression)
    return from_case(0)


def _filled(operand: Operand) -> Operand:
    """The operand with blanks as zeros: to SWITCH they equal neither FALSE nor an empty text."""
    return Operand(
        np.where(operand.kind == Kind.BLANK, np.uint8(Kind.NUMBER), operand.kind), operand.number, operand.text
    )


@function("CHOOSE", calculus=Calculus.STEP)
def choose(here: Here, index: Value, *choices: Lazy) -> Ref:
    """The choice whose number is given, counted from 1.

    =CHOOSE(2, "a", "b", "c") -> "b"
    =CHOOSE(3.9, 1, 2, 3) -> 3
    =CHOOSE(4, 1, 2, 3) -> #VALUE!
    =CHOOSE({1,2}, 5, 6) -> {5,6}
    """
    converted = as_numbers(index)
    place = numbers(trunc(converted.number))

    def from_choice(k: int) -> Meaning:
        if k == len(choices):
            return error(ErrorValue.VALUE)
        wanted = with_errors(compare("=", place, numbers(constant(np.full((1, 1, 1, 1), k + 1.0)))), converted)
        return chosen(here, wanted, choices[k], lambda: from_choice(k + 1))

    return from_choice(0)


@function("IFERROR", calculus=Calculus.STEP)
def iferror(here: Here, value: Value, fallback: Lazy) -> Operand:
    """The value, or something else where it is an error.

    =IFERROR(1/0, "none") -> "none"
    =IFERROR(5, 1/0) -> 5
    =IFERROR({1,#N/A,3}, 0) -> {1,0,3}
    """
    if not value.has(Kind.ERROR) and (not value.live or never_fails(value.number)):
        return value
    other = values_of(fallback(), here)
    value, other = aligned(value, other)
    if value.live and not never_fails(value.number) and (other.kind == Kind.NUMBER).all():
        node = where(fails(value.number), other.number, value.number)
        value = Operand(value.kind, node, value.text)
    return choose_where(value.errors, other, value) if value.has(Kind.ERROR) else value


@function("IFNA", calculus=Calculus.STEP)
def ifna(here: Here, value: Value, fallback: Lazy) -> Operand:
    """The value, or something else where it is #N/A.

    =IFNA(#N/A, 1) -> 1
    =IFNA(1/0, 1) -> #DIV/0!
    """
    absent = Kind.ERROR + ErrorValue.NA
    if not (value.kind == absent).any():
        return value
    value, other = aligned(value, values_of(fallback(), here))
    return choose_where(value.kind == absent, other, value)


def _truths(here: Here, arguments: Sequence[Ref], judge: Callable[[Node, FloatArray], Node]) -> Operand:
    """A verdict on the number of true values among all logical ones; #VALUE! if there are none."""
    parts: list[Operand] = []
    for argument in arguments:
        if is_direct(argument):
            parts.append(as_logicals(argument))
        else:
            parts.extend(contents_of_all(here, argument))
    count = np.zeros((1, 1, 1, 1))
    sums = []
    for part in parts:
        shape = part.shape
        mask = (part.kind == Kind.NUMBER) | (part.kind == Kind.BOOLEAN)
        mask = np.broadcast_to(mask, (*mask.shape[:2], *shape[2:]))
        truth = where(constant(mask), not_equal(part.number, 0.0), 0.0)
        sums.append(sum_(broadcast(truth, (*truth.shape[:2], *shape[2:])), (-2, -1)))
        count = count + mask.sum(axis=(-2, -1), keepdims=True)
    verdict = numbers(judge(reduce(add, sums), count), Kind.BOOLEAN)
    verdict = overlaid(verdict, count == 0, np.uint8(Kind.ERROR + ErrorValue.VALUE))
    return blamed(verdict, fault_in(parts))


@function("AND", calculus=Calculus.STEP)
def and_(here: Here, *values: Ref) -> Operand:
    """Whether all values are true; texts in ranges do not count.

    =AND(TRUE, 1, "true") -> TRUE
    =AND({1,"x";0,1}) -> FALSE
    =AND("x") -> #VALUE!
    """
    return _truths(here, values, lambda true, count: equal(true, count))


@function("OR", calculus=Calculus.STEP)
def or_(here: Here, *values: Ref) -> Operand:
    """Whether any value is true.

    =OR(FALSE, 0, 2) -> TRUE
    =OR({"a","b"}) -> #VALUE!
    """
    return _truths(here, values, lambda true, _: less(0.0, true))


@function("XOR", calculus=Calculus.STEP)
def xor(here: Here, *values: Ref) -> Operand:
    """Whether an odd number of values is true.

    =XOR(TRUE, TRUE, 1) -> TRUE
    =XOR(1, 2) -> FALSE
    """
    return _truths(here, values, lambda true, _: mod_floor(true, 2.0))


@function("NOT", calculus=Calculus.STEP)
def not_(value: Logical) -> Logical:
    """The opposite of a truth value.

    =NOT(0) -> TRUE
    =NOT("x") -> #VALUE!
    """
    return sub(1.0, value)


@function("TRUE")
def true() -> Operand:
    """The truth value TRUE.

    =TRUE() -> TRUE
    """
    return TRUE


@function("FALSE")
def false() -> Operand:
    """The truth value FALSE.

    =FALSE() -> FALSE
    """
    return FALSE
