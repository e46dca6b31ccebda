"""What a function receives: values with their kinds known and only their numbers possibly alive.

Everything that is computed is computed for a whole block of cells at once. An operand is therefore four-dimensional,

    (R, C, h, w):  for each of the R x C cells of the block, a grid of h x w values,

where an axis has length 1 if nothing varies along it. Kinds, errors and texts are always known when a formula is
compiled; the numbers are a node of the algebra: a constant, or an expression in the model's variables.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

from solver.algebra import Node, constant, where
from solver.values import ErrorValue, Kind, Scalar, kind_of

if TYPE_CHECKING:
    from collections.abc import Sequence

KindArray: TypeAlias = "npt.NDArray[np.uint8]"
TextArray: TypeAlias = "npt.NDArray[np.object_]"
IntArray: TypeAlias = "npt.NDArray[np.intp]"
BoolArray: TypeAlias = "npt.NDArray[np.bool_]"
FloatArray: TypeAlias = "npt.NDArray[np.float64]"
Shape: TypeAlias = "tuple[int, ...]"


class NotUniform(Exception):
    """The cells of a block need results of different shapes: compute them one by one."""


class NeedsValue(Exception):
    """A value that must be known beforehand depends on the model's variables; the message says which."""


@dataclass(frozen=True, slots=True)
class Operand:
    """Values of a block; `kind`, `number` and `text` broadcast to one shape (R, C, h, w).

    An error's kind is Kind.ERROR plus the code of its `ErrorValue`, so `kind > Kind.ERROR` finds all errors.
    `number` holds numbers and booleans as 0 and 1, and 0 elsewhere; `text` is None when no value is a text, and
    holds None where a value is not.
    """

    kind: KindArray
    number: Node
    text: TextArray | None = None

    @property
    def shape(self) -> Shape:
        """The shape that all three arrays broadcast to."""
        if self.kind.shape == self.number.shape and self.text is None:
            return self.kind.shape
        shapes = [self.kind.shape, self.number.shape]
        if self.text is not None:
            shapes.append(self.text.shape)
        return np.broadcast_shapes(*shapes)

    @property
    def live(self) -> bool:
        """Whether the numbers depend on a variable."""
        return self.number.value is None

    @property
    def known(self) -> FloatArray:
        """The numbers as an array; NeedsValue if they depend on a variable."""
        value = self.number.value
        if value is None:
            raise NeedsValue("it depends on a variable cell")
        return value

    @property
    def errors(self) -> BoolArray:
        """Where it is an error (an array that broadcasts to its shape)."""
        return self.kind > Kind.ERROR

    def has(self, kind: Kind) -> bool:
        """Whether any value is of this kind."""
        if self.kind is ALL_NUMBERS:  # by far the commonest, and known without looking
            return kind is Kind.NUMBER
        return bool((self.kind > kind).any() if kind == Kind.ERROR else (self.kind == kind).any())

    def scalar(self, r: int = 0, c: int = 0, i: int = 0, j: int = 0) -> Scalar:
        """One value as a plain Python object."""
        at = (r, c, i, j)
        kind = int(_at(self.kind, at))
        if kind == Kind.BLANK:
            return None
        if kind == Kind.TEXT:
            assert self.text is not None
            return str(_at(self.text, at))
        if kind > Kind.ERROR:
            return ErrorValue(kind - Kind.ERROR)
        number = float(_at(self.known, at))
        return bool(number) if kind == Kind.BOOLEAN else number

    def scalars(self) -> TextArray:
        """All values as an object array of its shape."""
        shape = self.shape
        out = np.empty(shape, dtype=object)
        if out.size == 1:
            out[0, 0, 0, 0] = self.scalar()
            return out
        kind, known = np.broadcast_to(self.kind, shape), np.broadcast_to(self.known, shape)
        out[...] = known.astype(object)
        if self.text is not None:
            np.copyto(out, np.broadcast_to(self.text, shape), where=kind == Kind.TEXT)
        if self.has(Kind.BOOLEAN):
            booleans = kind == Kind.BOOLEAN
            out[booleans] = (known[booleans] != 0).tolist()
        if self.has(Kind.BLANK):
            out[kind == Kind.BLANK] = None
        if self.has(Kind.ERROR):
            for code in np.unique(kind[kind > Kind.ERROR]):
                out[kind == code] = ErrorValue(int(code) - Kind.ERROR)
        return out


@dataclass(frozen=True, slots=True)
class Strip(Operand):
    """A row of a range that a live position chose: a scalar use intersects it like the range that it stands for.

    `left` is the sheet column of its first value.
    """

    left: int = 0


def _at(array: npt.NDArray[np.generic], position: Shape) -> np.generic:
    """The element of a broadcast array at a position of the full shape."""
    if array.size == 1:
        return array.flat[0]
    element: np.generic = array[tuple(0 if size == 1 else k for k, size in zip(position, array.shape, strict=True))]
    return element


def lone(value: Scalar) -> Operand:
    """The operand of one value: shape (1, 1, 1, 1)."""
    if value is None:
        return BLANK
    if isinstance(value, ErrorValue):
        return error(value)
    if isinstance(value, str):
        text = np.empty((1, 1, 1, 1), dtype=object)
        text[...] = value
        return Operand(_KINDS[Kind.TEXT], ZERO, text)
    return Operand(_KINDS[kind_of(value)], constant(np.array(float(value), ndmin=4)))


def of_scalars(values: TextArray | Sequence[Sequence[Scalar]]) -> Operand:
    """The operand of an object array of plain values; a two-dimensional one stands for every cell of the block."""
    array = values if isinstance(values, np.ndarray) else _object_grid(values)
    while array.ndim < 4:
        array = array[np.newaxis]
    listed = array.ravel().tolist()
    examples = dict(zip(map(type, listed), listed, strict=True))
    kinds = {known: kind_of(example) for known, example in examples.items()}
    if set(kinds) == {float}:
        return Operand(_KINDS[Kind.NUMBER], constant(np.array(listed).reshape(array.shape)))
    if set(kinds) == {str}:
        return Operand(_KINDS[Kind.TEXT], ZERO, array)
    kind = np.array([kinds[type(value)] for value in listed], dtype=np.uint8)
    plain = [0.0 if value is None or isinstance(value, str) else value for value in listed]
    number = np.array(plain, dtype=np.float64)
    wrong = kind == Kind.ERROR
    kind[wrong] += number[wrong].astype(np.uint8)
    number[wrong] = 0.0
    text = None
    if Kind.TEXT in kinds.values():
        text = array.copy()
        text[kind.reshape(array.shape) != Kind.TEXT] = None
    return Operand(kind.reshape(array.shape), constant(number.reshape(array.shape)), text)


def _object_grid(rows: Sequence[Sequence[Scalar]]) -> TextArray:
    grid = np.empty((len(rows), len(rows[0]) if rows else 0), dtype=object)
    for i, row in enumerate(rows):
        for j, value in enumerate(row):
            grid[i, j] = value
    return grid


def numbers(node: Node, kind: Kind = Kind.NUMBER) -> Operand:
    """The operand whose values are all numbers (or all booleans); constants that are not finite become errors.

    A NaN made by `fail` keeps its error; any other value that is not finite is `#NUM!`.
    """
    value = node.value
    if value is None or np.isfinite(value).all():
        return Operand(_KINDS[kind], node)
    bad = ~np.isfinite(value)
    kinds = np.where(bad, Kind.ERROR + _code_of_nan(value), kind).astype(np.uint8)
    return Operand(kinds, constant(np.where(bad, 0.0, value)))


def texts(values: TextArray) -> Operand:
    """The operand whose values are all texts."""
    return Operand(_KINDS[Kind.TEXT], ZERO, values)


def error(value: ErrorValue) -> Operand:
    """The operand of one error value."""
    return _ERRORS[value]


def fail(value: ErrorValue) -> Node:
    """A constant NaN that remembers an error value, for use inside a function's numbers.

    The code sits in the low bits of the NaN, and `numbers` reads it back.
    """
    return _FAILURES[value]


def guard(node: Node, bad: Node, value: ErrorValue) -> Node:
    """The node, with an error wherever `bad` is known not to be 0.

    Where `bad` depends on a variable the node stays as it is: the border of a domain is no step of a model. Most
    functions have no finite value beyond it, which in a running model is an error without a name.
    """
    if bad.value is None or not bad.value.any():
        return node
    return where(bad, fail(value), node)


def _code_of_nan(value: FloatArray) -> npt.NDArray[np.int64]:
    """The error code inside each NaN, #NUM! where there is none (also for infinities)."""
    code = (np.ascontiguousarray(value).view(np.uint64) & np.uint64(0xFF)).astype(np.int64)
    usable = np.isnan(value) & (code >= ErrorValue.NULL) & (code <= ErrorValue.CALC)
    return np.where(usable, code, int(ErrorValue.NUM))


def with_errors(result: Operand, *arguments: Operand) -> Operand:
    """The result, with the first error among the arguments put in wherever one of them is an error."""
    culprits = [a for a in arguments if a.has(Kind.ERROR)]
    if not culprits:
        return result
    kind = result.kind
    for argument in reversed(culprits):
        kind = np.where(argument.errors, argument.kind, kind)
    return Operand(kind, _cleared(result.number, kind > Kind.ERROR), result.text)


def deleted(*arguments: object) -> Operand | None:
    """The first argument that is an error and nothing else: what is left of a range that was deleted."""
    for argument in arguments:
        if isinstance(argument, Operand) and argument.shape[2:] == (1, 1) and argument.has(Kind.ERROR):
            if not argument.errors.all():
                raise NotUniform
            return argument
    return None


def _cleared(node: Node, mask: BoolArray) -> Node:
    """The node with 0 where the mask is true, so that errors do not leak as NaN through sums of chosen values."""
    return where(constant(mask), ZERO, node)


def _nan_with(code: int) -> Node:
    bits = np.full((1, 1, 1, 1), 0x7FF8_0000_0000_0000 | code, dtype=np.uint64)
    return constant(bits.view(np.float64))


ZERO = constant(np.zeros((1, 1, 1, 1)))
ONE = constant(np.ones((1, 1, 1, 1)))
_KINDS = tuple(np.full((1, 1, 1, 1), kind, dtype=np.uint8) for kind in Kind)
ALL_NUMBERS = _KINDS[Kind.NUMBER]
"""The kind array of operands that hold nothing but numbers, where that is known from the start."""
_FAILURES = {value: _nan_with(value) for value in ErrorValue}
_ERRORS = {value: Operand(np.full((1, 1, 1, 1), Kind.ERROR + value, dtype=np.uint8), ZERO) for value in ErrorValue}
BLANK = Operand(_KINDS[Kind.BLANK], ZERO)
TRUE = Operand(_KINDS[Kind.BOOLEAN], ONE)
FALSE = Operand(_KINDS[Kind.BOOLEAN], ZERO)
EMPTY_TEXT = lone("")
