"""A choice between two meanings by a condition, computing no more than is needed.

A condition that is known and the same for the whole block computes one branch and gives back what that branch is, a
range included. One that is known but mixed picks value by value. One that depends on a variable becomes a step in the
algebra; the kinds of values must stay known, so there a branch that is no number has no value at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from solver.algebra import constant, where
from solver.functions.alignment import aligned, overlaid
from solver.functions.arrange import choose_where, spread_to
from solver.functions.call import scalar_of
from solver.functions.here import Reference, References, size_of
from solver.functions.operand import NeedsValue, NotUniform, Operand, error, fail, with_errors
from solver.values import ErrorValue, Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from solver.algebra import Node
    from solver.functions.here import Here
    from solver.functions.operand import BoolArray

Meaning: TypeAlias = "Operand | Reference | References"
Branch: TypeAlias = "Callable[[], Meaning]"


def values_of(meaning: Meaning, here: Here) -> Operand:
    """The values of whatever an argument turned out to be."""
    if isinstance(meaning, (Operand, Reference, References)):
        return scalar_of(meaning, here)
    return error(ErrorValue.CALC)


def chosen(here: Here, condition: Operand, yes: Branch, no: Branch) -> Meaning:
    """`yes()` where the condition holds and `no()` where it does not, with the errors of the condition itself."""
    if condition.live:
        meanings = yes(), no()
        if any(map(callable, meanings)):
            raise NeedsValue("a choice between functions depends on a variable cell")
        first, second, condition = aligned(*(values_of(meaning, here) for meaning in meanings), condition)
        return with_errors(_by_live(condition.number, first, second), condition)
    truth = _holds(condition)
    false = ~truth & ~condition.errors
    if not truth.any() and not false.any():
        return condition
    branch = None if truth.any() and false.any() else (yes if truth.any() else no)
    if branch is not None and condition.shape[2:] == (1, 1) and not condition.has(Kind.ERROR):
        return branch()
    if branch is not None:
        filled, condition = aligned(values_of(branch(), here), condition)
        return with_errors(_over(filled, condition), condition)
    return _mixed(here, yes(), no(), condition)


def _over(operand: Operand, condition: Operand) -> Operand:
    """The operand repeated over the condition's grid."""
    return spread_to(operand, np.broadcast_shapes(operand.shape, condition.shape))


def _mixed(here: Here, yes: Meaning, no: Meaning, condition: Operand) -> Meaning:
    lone = condition.shape[2:] == (1, 1)
    if lone and (callable(yes) or callable(no)):
        raise NotUniform
    if lone and isinstance(yes, Reference) and isinstance(no, Reference):
        both = (yes, no)
        if size_of(yes) == size_of(no) and yes.sheet == no.sheet and not condition.has(Kind.ERROR):
            flat = _holds(condition)[:, :, 0, 0]
            top, left = np.where(flat, yes.top, no.top), np.where(flat, yes.left, no.left)
            return Reference(yes.sheet, top, left, yes.rows, yes.cols, yes.whole)
        if any(size_of(part) != (1, 1) for part in both):
            raise NotUniform
    first, second = values_of(yes, here), values_of(no, here)
    if lone and first.shape[2:] != second.shape[2:]:
        raise NotUniform
    first, second, condition = aligned(first, second, condition)
    return with_errors(choose_where(np.broadcast_to(_holds(condition), condition.shape), first, second), condition)


def _holds(condition: Operand) -> BoolArray:
    return np.asarray((condition.known != 0) & ~condition.errors)


def _by_live(condition: Node, yes: Operand, no: Operand) -> Operand:
    """A choice that depends on a variable: numbers and booleans, anything else without a value."""
    either = _is_numeric(yes) | _is_numeric(no)
    if not (either | (yes.errors & no.errors)).all():
        raise NeedsValue("a choice between texts depends on a variable cell")
    booleans = (yes.kind == Kind.BOOLEAN) & (no.kind == Kind.BOOLEAN)
    kind = np.where(booleans, np.uint8(Kind.BOOLEAN), np.uint8(Kind.NUMBER))
    choice = Operand(kind, where(condition, _numeric(yes), _numeric(no)))
    return overlaid(choice, ~either, yes.kind)


def _is_numeric(side: Operand) -> BoolArray:
    return np.asarray((side.kind != Kind.TEXT) & ~side.errors)


def _numeric(side: Operand) -> Node:
    """The side's numbers, without a value where it is a text or an error."""
    usable = _is_numeric(side)
    if usable.all():
        return side.number
    return where(constant(usable), side.number, fail(ErrorValue.VALUE))
