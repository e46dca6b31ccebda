"""Matrices: products, transposes, inverses and determinants over the last two axes, for all cells of a block at once.

A product of what varies along the block's rows with what varies along its columns is one matrix product, however many
cells the block has.
"""

from __future__ import annotations

import math

import numpy as np

from solver.algebra import constant, det, inverse, matmul
from solver.functions.allowance import MOST_VALUES, PRODUCT, make_room, spend
from solver.functions.arrange import rearrange, spread_to
from solver.functions.operand import ZERO, Operand, error, numbers, with_errors
from solver.functions.registry import Array, Calculus, function
from solver.values import ErrorValue, Kind


@function("MMULT")
def mmult(left: Array, right: Array) -> Operand:
    """The product of two matrices, all of whose values must be numbers.

    =MMULT({1,2;3,4},{5;6}) -> {17;39}
    =MMULT({1,2},{3,4}) -> #VALUE!
    =MMULT({1,"x"},{3;4}) -> #VALUE!
    =MMULT(#REF!,{3;4}) -> #REF!
    """
    if left.shape[3] != right.shape[2]:
        return with_errors(error(ErrorValue.VALUE), *(m for m in (left, right) if m.shape[2:] == (1, 1)))
    make_room((1, 1, left.shape[2], right.shape[3]))
    if not (left.live or right.live):
        lead = np.broadcast_shapes(left.shape[:2], right.shape[:2])
        spend(math.prod(lead) * left.shape[2] * left.shape[3] * right.shape[3] * PRODUCT)
    product = numbers(matmul(spread_to(left, left.shape).number, spread_to(right, right.shape).number))
    return with_errors(product, _all_numbers(left), _all_numbers(right))


@function("TRANSPOSE")
def transpose(matrix: Array) -> Operand:
    """The array with rows and columns exchanged.

    =TRANSPOSE({1,2;3,4}) -> {1,3;2,4}
    =TRANSPOSE({1,"a",TRUE}) -> {1;"a";TRUE}
    """
    return rearrange(matrix, lambda array: array.transpose(0, 1, 3, 2))


@function("MINVERSE")
def minverse(matrix: Array) -> Operand:
    """The inverse of a square matrix of numbers; a singular one is #NUM!.

    =MINVERSE({4,-1;2,0}) -> {0,0.5;-1,2}
    =MINVERSE({1,2;2,4}) -> #NUM!
    =MINVERSE({1,2}) -> #VALUE!
    """
    if matrix.shape[2] != matrix.shape[3]:
        return error(ErrorValue.VALUE)
    _pay_for_decomposing(matrix)
    square = spread_to(matrix, matrix.shape)
    value = square.number.value
    if value is not None and matrix.shape[:2] == (1, 1) and np.linalg.matrix_rank(value[0, 0]) < matrix.shape[2]:
        return with_errors(error(ErrorValue.NUM), _all_numbers(matrix))
    return with_errors(numbers(inverse(square.number)), _all_numbers(matrix))


@function("MDETERM")
def mdeterm(matrix: Array) -> Operand:
    """The determinant of a square matrix of numbers.

    =MDETERM({3,6,1;1,1,0;3,10,2}) -> 1
    =MDETERM({1,2}) -> #VALUE!
    """
    if matrix.shape[2] != matrix.shape[3]:
        return error(ErrorValue.VALUE)
    _pay_for_decomposing(matrix)
    return with_errors(numbers(det(spread_to(matrix, matrix.shape).number)), _all_numbers(matrix))


@function("MUNIT", per_cell=True, calculus=Calculus.NONE)
def munit(size: int) -> Operand:
    """The unit matrix of a size.

    =MUNIT(2) -> {1,0;0,1}
    =MUNIT(0) -> #VALUE!
    """
    if size < 1 or size * size > MOST_VALUES:
        return error(ErrorValue.VALUE)
    return numbers(constant(np.eye(size)[np.newaxis, np.newaxis]))


def _pay_for_decomposing(matrix: Operand) -> None:
    """Takes the steps of decomposing known square matrices."""
    if not matrix.live:
        spend(math.prod(matrix.shape[:3]) * matrix.shape[2] ** 2 * PRODUCT)


def _all_numbers(matrix: Operand) -> Operand:
    """One value per block cell: its first error, #VALUE! if anything else is no number, else a number."""
    kind = np.broadcast_to(matrix.kind, matrix.shape)
    wrong = np.where(kind == Kind.NUMBER, np.uint8(Kind.NUMBER), np.uint8(Kind.ERROR + ErrorValue.VALUE))
    wrong = np.where(kind > Kind.ERROR, kind, wrong).reshape(*matrix.shape[:2], -1)
    first = np.argmax((kind > Kind.ERROR).reshape(wrong.shape), axis=2)
    anything = np.argmax(wrong != Kind.NUMBER, axis=2)
    chosen = np.where((kind > Kind.ERROR).any(axis=(2, 3)), first, anything)
    worst = np.take_along_axis(wrong, chosen[:, :, np.newaxis], axis=2)[:, :, :, np.newaxis]
    return Operand(worst, ZERO)
