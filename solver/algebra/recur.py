"""Linear recurrences: every element of a vector a combination of elements some places before it, plus its own term.

    y[i] = sum over l of c[l, i] * y[i - lags[l]] + b[i],        y[i] = 0 for i < 0

That is (I - C) y = b with C strictly lower triangular and banded, solved in one pass; the adjoint is the transposed
system, solved in one pass from the other end. A column in which each cell reads the one above has the lag 1; m columns
that read each other's previous row, interleaved row by row, have lags below 2 m.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
from scipy.linalg.blas import dtbsv

from solver.algebra.elementary import add, mul
from solver.algebra.gather import join, take
from solver.algebra.node import Array, Kernel, Node, Operand, Shape, as_node, make
from solver.algebra.primitive import Entries, LinearMap, array, batch_of, written
from solver.algebra.reduce import sum_
from solver.algebra.scan import shift
from solver.algebra.shape import reshape

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")

_WIDE = 16  # from this shortest lag on, elements are computed in portions of that many at once
_BAND = 20_000_000  # numbers that a band matrix may hold


class Lags(NamedTuple):
    """Which earlier elements are read, and whether the system is transposed, so that later ones are."""

    lags: tuple[int, ...]
    transposed: bool


def recur(coefficients: Operand, terms: Operand, lags: Sequence[int], *, transposed: bool = False) -> Node:
    """The y (n,) with y[i] = sum of coefficients[l, i] * y[i - lags[l]] + terms[i]; lags are positive.

    `coefficients` is (len(lags), n), `terms` (n,). If `transposed`, the solution of the transposed system:
    y[j] = sum of coefficients[l, j + lags[l]] * y[j + lags[l]] + terms[j].
    """
    c, b = as_node(coefficients), as_node(terms)
    if c.shape != (len(lags), b.size) or b.rank != 1 or min(lags, default=1) < 1:
        raise ValueError(f"coefficients of shape {c.shape} do not fit {len(lags)} lags and terms of shape {b.shape}")
    return make(recurrence, (c, b), b.shape, Lags(tuple(lags), transposed)) if lags else b


def lagged(y: Node, lags: Sequence[int]) -> Node:
    """What stands each lag before the elements of y (n,), 0 where nothing does: (len(lags), n)."""
    return reshape(join([shift(y, 0, lag) for lag in lags]), (len(lags), y.size))


def _returned(rows: Node, lags: Sequence[int]) -> Node:
    """The transpose of `lagged`: row l moved back by its lag, all rows added."""
    size = rows.shape[1]
    total = shift(take(rows, np.arange(size)), 0, -lags[0])
    for row, lag in enumerate(lags[1:], 1):
        total = add(total, shift(take(rows, np.arange(row * size, (row + 1) * size)), 0, -lag))
    return total


def _recur_maps(node: Node) -> list[LinearMap | None]:
    c, b = node.args
    lags, transposed = node.param

    def solved(t: Node) -> Node:
        return recur(c, t, lags, transposed=transposed)

    def returned(g: Node) -> Node:
        return recur(c, g, lags, transposed=not transposed)

    def by_coefficients(t: Node) -> Node:
        return solved(
            _returned(mul(t, node), lags) if transposed else reshape(sum_(mul(t, lagged(node, lags)), 0), b.shape)
        )

    def to_coefficients(g: Node) -> Node:
        back = returned(g)
        return mul(lagged(back, lags), node) if transposed else mul(lagged(node, lags), back)

    def entries_c() -> Entries:
        return dense_entries(by_coefficients, c, node)

    def entries_b() -> Entries:
        return dense_entries(solved, b, node)

    return [LinearMap(by_coefficients, to_coefficients, entries_c), LinearMap(solved, returned, entries_b)]


def direct(node: Node, place: int) -> Entries:
    """How one argument enters the equations of a recurrence: (I - C) dy = these entries times its differential."""
    lags, transposed = node.param
    every = np.arange(node.size)
    if place == 1:
        return Entries(every, every)
    later = [every[lag:] for lag in lags]
    earlier = [every[: max(node.size - lag, 0)] for lag in lags]
    columns = np.concatenate([row * node.size + here for row, here in enumerate(later)])
    rows, read = (earlier, later) if transposed else (later, earlier)
    return Entries(np.concatenate(rows), columns, lambda: take(node, np.concatenate(read)))


def dense_entries(apply: Callable[[Node], Node], arg: Node, node: Node) -> Entries:
    """A local Jacobian with all its entries, column by column: every element may reach every other."""
    rows, cols = np.tile(np.arange(node.size), arg.size), np.repeat(np.arange(arg.size), node.size)
    units = np.eye(arg.size).reshape(arg.size, *arg.shape)
    return Entries(rows, cols, lambda: join([apply(as_node(unit)) for unit in units]))


@array("recur", _recur_maps)
def recurrence(param: Lags, shapes: Sequence[Shape]) -> Kernel:
    """The solution of a linear recurrence."""
    lags, transposed = param
    size = shapes[1][0]
    if min(lags) >= _WIDE:
        solve = _in_portions
    elif (max(lags) + 1) * size <= _BAND:
        solve = _banded
    else:
        solve = _one_by_one

    def kernel(c: Array, b: Array, out: Array | None = None) -> Array:
        many = batch_of(c, 2)
        terms = np.broadcast_to(b, many + shapes[1]) if b.ndim == 1 else b
        if not many:
            solution = solve(c, terms.reshape(-1, size), lags, transposed)
        else:
            pairs = zip(c.reshape(-1, *shapes[0]), terms.reshape(-1, 1, size), strict=True)
            solution = np.concatenate([solve(factors, own, lags, transposed) for factors, own in pairs])
        return written(solution.reshape(terms.shape), out)

    return kernel


def _banded(c: Array, b: Array, lags: tuple[int, ...], transposed: bool) -> Array:
    """By a triangular solve in LAPACK's band form: row d of the band holds the d-th subdiagonal."""
    size, width = c.shape[1], max(lags)
    band = np.zeros((size, width + 1))
    for row, lag in enumerate(lags):
        if lag < size:
            band[: size - lag, lag] -= c[row, lag:]
    return np.array([dtbsv(width, band.T, member, lower=1, diag=1, trans=int(transposed)) for member in b])


def _in_portions(c: Array, b: Array, lags: tuple[int, ...], transposed: bool) -> Array:
    """As many elements at once as the shortest lag allows."""
    size, portion = c.shape[1], min(lags)
    y = b.copy()
    starts = range(0, size, portion)
    for start in reversed(starts) if transposed else starts:
        end = min(start + portion, size)
        for row, lag in enumerate(lags):
            if transposed:
                last = min(end, size - lag)
                if last > start:
                    y[:, start:last] += c[row, start + lag : last + lag] * y[:, start + lag : last + lag]
            else:
                first = max(start, lag)
                if end > first:
                    y[:, first:end] += c[row, first:end] * y[:, first - lag : end - lag]
    return y


def _one_by_one(c: Array, b: Array, lags: tuple[int, ...], transposed: bool) -> Array:
    """Element after element, where the lags are too far apart for a band."""
    factors: list[list[float]] = c.tolist()

    def step(here: float, there: float, row: int, i: int) -> float:
        return here + factors[row][i] * there

    return np.array([carried(member.tolist(), Lags(lags, transposed), c != 0, step) for member in b])


def carried(
    own: Sequence[T],
    system: Lags,
    linked: npt.NDArray[np.bool_],
    step: Callable[[T, T, int, int], T],
) -> list[T]:
    """Any quantity carried along a recurrence: `own` is what each element has by itself.

    `step(here, there, l, i)` is what an element has once the one that its coefficient [l, i] multiplies is taken in;
    `linked[l]` tells which of the coefficients at the lag l can be other than 0.
    """
    values = list(own)
    links = [(row, lag, linked[row].tolist()) for row, lag in enumerate(system.lags)]
    size = len(values)
    for i in range(size - 1, -1, -1) if system.transposed else range(size):
        for row, lag, link in links:
            if lag <= i and link[i]:
                if system.transposed:
                    values[i - lag] = step(values[i - lag], values[i], row, i)
                else:
                    values[i] = step(values[i], values[i - lag], row, i)
    return values


def links_of(coefficients: Node) -> npt.NDArray[np.bool_]:
    """Which coefficients of a recurrence can be other than 0: (lags, n)."""
    value = coefficients.value
    return np.ones(coefficients.shape, dtype=bool) if value is None else value != 0


def reached(own: npt.NDArray[np.bool_], system: Lags, linked: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """What reaches each element of a recurrence, column by column, given what enters it by itself: (n, k)."""
    size, columns = own.shape
    step = min(system.lags)
    if all(lag % step == 0 for lag in system.lags) and linked[system.lags.index(step), step:].all():
        # the shortest lag alone carries everything: elements that many places apart form chains
        padded = np.zeros((-(-size // step) * step, columns), dtype=bool)
        padded[:size] = own
        chains = padded.reshape(-1, step * columns)
        if system.transposed:
            chains = chains[::-1]
        found = np.logical_or.accumulate(chains, axis=0)
        return np.ascontiguousarray(found[::-1] if system.transposed else found).reshape(-1, columns)[:size]
    packed = np.packbits(own, axis=1)
    bits = [int.from_bytes(row, "big") for row in packed]
    masks = carried(bits, system, linked, lambda here, there, _row, _i: here | there)
    raw = b"".join(mask.to_bytes(packed.shape[1], "big") for mask in masks)
    table = np.frombuffer(raw, dtype=np.uint8).reshape(packed.shape)
    return np.unpackbits(table, axis=1, count=columns).astype(bool)
