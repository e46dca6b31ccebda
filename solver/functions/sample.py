"""The numbers that a statistical function takes from its arguments.

In ranges and arrays only numbers count: texts, booleans and blanks are passed over. An argument that is written
directly is converted instead: "3" is 3, TRUE is 1, a left-out argument is 0. The functions ending in A count booleans
in ranges as 0 and 1 and texts as 0.

Which values count is known beforehand, so means and moments are plain sums under a constant mask.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from solver.algebra import Node, constant, div, mul, sub, sum_, where
from solver.functions.alignment import overlaid
from solver.functions.arrange import flatten, spread_to
from solver.functions.coerce import as_numbers
from solver.functions.here import contents_of_all
from solver.functions.operand import ZERO, BoolArray, FloatArray, KindArray, Operand, error, guard, numbers
from solver.functions.stack import beside
from solver.values import ErrorValue, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeGuard

    from solver.functions.here import Here
    from solver.functions.registry import Ref


@dataclass(frozen=True, slots=True)
class Sample:
    """Numbers in one row per block cell: `values` (R, C, 1, n) is 0 where `mask` is false.

    `fault` (R, C, 1, 1) is the kind of the first error in reading order, or 0.
    """

    values: Node
    mask: BoolArray
    fault: KindArray

    @property
    def count(self) -> FloatArray:
        """How many numbers count, (R, C, 1, 1)."""
        return np.asarray(self.mask.sum(axis=-1, keepdims=True), dtype=np.float64)

    def keep(self, node: Node, other: float = 0.0) -> Node:
        """A node of the values' shape where they count, another number elsewhere."""
        return node if self.mask.all() else where(constant(self.mask), node, other)


def listed(here: Here, arguments: Sequence[Ref], *, everything: bool = False) -> list[Operand]:
    """The arguments' values, in which all that is of kind NUMBER counts; `everything` counts booleans and texts too."""
    parts: list[Operand] = []
    for argument in arguments:
        if is_direct(argument):
            parts.append(as_numbers(argument))
        else:
            parts.extend(_of_range(part, everything) for part in contents_of_all(here, argument))
    return parts


def is_direct(argument: Ref) -> TypeGuard[Operand]:
    """Whether an argument is one value that is written directly or computed, and no range or array."""
    return isinstance(argument, Operand) and argument.shape[2:] == (1, 1)


def collected(here: Here, arguments: Sequence[Ref], *, everything: bool = False) -> Sample:
    """All numbers of the arguments; `everything` counts booleans and texts in ranges too, texts as 0."""
    return sample_of(beside(listed(here, arguments, everything=everything)))


def _of_range(operand: Operand, everything: bool) -> Operand:
    if not everything:
        return operand
    counts = (operand.kind == Kind.BOOLEAN) | (operand.kind == Kind.TEXT)
    return Operand(np.where(counts, np.uint8(Kind.NUMBER), operand.kind), operand.number)


def sample_of(operand: Operand) -> Sample:
    """The numbers of one range."""
    flat = flatten(operand)
    flat = spread_to(Operand(flat.kind, flat.number), flat.shape)
    mask = flat.kind == Kind.NUMBER
    values = flat.number if mask.all() else where(constant(mask), flat.number, ZERO)
    return Sample(values, mask, first_fault(flat.kind))


def first_fault(kind: KindArray) -> KindArray:
    """The kind of the first error in each row (..., n), or 0: (..., 1)."""
    wrong = kind > Kind.ERROR
    if not wrong.any():
        return np.zeros((1, 1, 1, 1), dtype=np.uint8)
    first = np.take_along_axis(kind, wrong.argmax(axis=-1)[..., np.newaxis], axis=-1)
    return np.where(wrong.any(axis=-1, keepdims=True), first, np.uint8(0))


def blamed(result: Operand, *faults: KindArray) -> Operand:
    """The result with the errors of samples put in; the first one wins."""
    for fault in reversed(faults):
        result = overlaid(result, fault > 0, fault)
    return result


def summary(
    here: Here, arguments: Sequence[Ref], measure: Callable[[Sample], Node], *, everything: bool = False
) -> Operand:
    """A number that is measured on all the arguments' values."""
    sample = collected(here, arguments, everything=everything)
    return blamed(numbers(measure(sample)), sample.fault)


def total(sample: Sample, node: Node) -> Node:
    """The sum of a node over the values that count."""
    return sum_(sample.keep(node), -1)


def mean(sample: Sample) -> Node:
    """The arithmetic mean, #DIV/0! where nothing counts."""
    return per(sum_(sample.values, -1), sample.count)


def deviations(sample: Sample) -> Node:
    """The differences from the mean, 0 where nothing counts."""
    return sample.keep(sub(sample.values, mean(sample)))


def per(node: Node, divisor: FloatArray) -> Node:
    """A node divided by known numbers; #DIV/0! where they are not positive."""
    positive = np.where(divisor > 0, divisor, 1.0)
    return needing(div(node, positive), divisor > 0, ErrorValue.DIV0)


def needing(node: Node, condition: BoolArray, otherwise: ErrorValue) -> Node:
    """The node where a known condition holds, an error elsewhere."""
    return guard(node, constant(~condition), otherwise)


@dataclass(frozen=True, slots=True)
class Pairs:
    """Two samples of which only those places count where both have a number: x and y (R, C, 1, n)."""

    x: Sample
    y: Sample
    fault: KindArray

    @property
    def count(self) -> FloatArray:
        """How many pairs count."""
        return self.x.count

    def product(self) -> Node:
        """The sum of the products of the deviations from the means."""
        return sum_(mul(deviations(self.x), deviations(self.y)), -1)


def paired(x: Operand, y: Operand) -> Pairs | None:
    """The pairs of two ranges in reading order, None if they do not hold equally many values."""
    first, second = flatten(x), flatten(y)
    if first.shape[3] != second.shape[3]:
        return None
    lead = np.broadcast_shapes(first.shape, second.shape)
    both = [spread_to(Operand(part.kind, part.number), lead) for part in (first, second)]
    mask = (both[0].kind == Kind.NUMBER) & (both[1].kind == Kind.NUMBER)
    as_constant = constant(mask)
    values = [part.number if mask.all() else where(as_constant, part.number, ZERO) for part in both]
    faults = [first_fault(part.kind) for part in both]
    fault = np.where(faults[0] > 0, faults[0], faults[1])
    none = np.zeros((1, 1, 1, 1), dtype=np.uint8)
    return Pairs(Sample(values[0], mask, none), Sample(values[1], mask, none), fault)


def comparison(x: Operand, y: Operand, measure: Callable[[Pairs], Node]) -> Operand:
    """A number that is measured on the pairs of two ranges; #N/A if they differ in size."""
    pairs = paired(x, y)
    if pairs is None:
        return blamed(error(ErrorValue.NA), first_fault(flatten(x).kind), first_fault(flatten(y).kind))
    return blamed(numbers(measure(pairs)), pairs.fault)
