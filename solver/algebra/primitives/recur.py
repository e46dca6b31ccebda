"""Linear recurrences: every element of a vector a combination of elements before it, plus its own term.

    y[i] = sum of c[e] * y[cols[e]] over the entries e with rows[e] = i, plus b[i],        cols[e] < rows[e]

That is (I - C) y = b with C sparse and strictly lower triangular, solved in one pass; its adjoint is the transposed
system, solved in one pass from the other end. A column in which each cell reads the one above has C on the first
subdiagonal; m columns that read each other's previous row, interleaved row by row, have a band less than 2 m wide.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
from scipy.linalg.blas import dtbsv

from solver.algebra.node import Array, Kernel, Node, Operand, Shape, as_node, make
from solver.algebra.primitive import Entries, Indices, LinearMap, array, batch_of, written
from solver.algebra.primitives.elementary import mul
from solver.algebra.primitives.gather import join, spread, take

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")

_WIDE = 16  # where nothing nearer is read, elements are computed in portions of that many at once
_BAND = 20_000_000  # numbers that a band matrix may hold
_KEPT = 1_000_000  # numbers of a band matrix that is kept for the next call


class Triangle:
    """Where a strictly lower triangular matrix of `size` rows has entries, row by row; equal by content."""

    __slots__ = ("_digest", "cols", "rows", "size")

    def __init__(self, rows: Indices, cols: Indices, size: int) -> None:
        if rows.shape != cols.shape or (rows <= cols).any() or (np.diff(rows) < 0).any():
            raise ValueError("the entries must lie below the diagonal, row by row")
        self.rows, self.cols, self.size = rows, cols, size
        self._digest = hashlib.blake2b(rows.tobytes() + cols.tobytes(), digest_size=16).digest()

    def __hash__(self) -> int:
        return hash((self._digest, self.size))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Triangle) and self._digest == other._digest and self.size == other.size

    @property
    def lags(self) -> Indices:
        """How far before its element each entry reads."""
        return self.rows - self.cols


class System(NamedTuple):
    """Which elements are read by which; if `transposed`, the other way round."""

    where: Triangle
    transposed: bool = False

    @property
    def targets(self) -> Indices:
        """The element that each entry adds to."""
        return self.where.cols if self.transposed else self.where.rows

    @property
    def sources(self) -> Indices:
        """The element that each entry multiplies."""
        return self.where.rows if self.transposed else self.where.cols


def recur(coefficients: Operand, terms: Operand, where: Triangle, *, transposed: bool = False) -> Node:
    """The solution y (n,) of (I - C) y = terms, with C the `coefficients`, one for each entry; or of its transpose."""
    c, b = as_node(coefficients), as_node(terms)
    if c.shape != where.rows.shape or b.shape != (where.size,):
        raise ValueError(f"coefficients {c.shape} and terms {b.shape} do not fit {where.size} rows")
    return make(recurrence, (c, b), b.shape, System(where, transposed)) if c.size else b


def _recur_maps(node: Node) -> list[LinearMap | None]:
    c, b = node.args
    system: System = node.param
    where, transposed = system

    def solved(t: Node) -> Node:
        return recur(c, t, where, transposed=transposed)

    def returned(g: Node) -> Node:
        return recur(c, g, where, transposed=not transposed)

    def by_coefficients(t: Node) -> Node:
        return solved(spread(mul(t, take(node, system.sources)), system.targets, node.size))

    def to_coefficients(g: Node) -> Node:
        return mul(take(returned(g), system.targets), take(node, system.sources))

    return [
        LinearMap(by_coefficients, to_coefficients, lambda: dense_entries(by_coefficients, c, node)),
        LinearMap(solved, returned, lambda: dense_entries(solved, b, node)),
    ]


def direct(node: Node, place: int) -> Entries:
    """How one argument enters the equations of a recurrence: (I - C) dy = these entries times its differential."""
    if place == 1:
        return Entries(np.arange(node.size), np.arange(node.size))
    system: System = node.param
    return Entries(system.targets, np.arange(system.targets.size), lambda: take(node, system.sources))


def dense_entries(apply: Callable[[Node], Node], arg: Node, node: Node) -> Entries:
    """A local Jacobian with all its entries, column by column: every element may reach every other."""
    rows, cols = np.tile(np.arange(node.size), arg.size), np.repeat(np.arange(arg.size), node.size)
    units = np.eye(arg.size).reshape(arg.size, *arg.shape)
    return Entries(rows, cols, lambda: join([apply(as_node(unit)) for unit in units]))


@array("recur", _recur_maps)
def recurrence(param: System, shapes: Sequence[Shape]) -> Kernel:
    """The solution of a linear recurrence."""
    size = param.where.size
    nearest, farthest = int(param.where.lags.min()), int(param.where.lags.max())
    solve: Callable[[Array, Array, System], Array]
    if nearest >= _WIDE:
        solve = _in_portions
    elif (farthest + 1) * size <= _BAND:
        solve = _Banded(param.where)
    else:
        solve = _one_by_one

    def kernel(c: Array, b: Array, out: Array | None = None) -> Array:
        many = batch_of(c, 1)
        terms = np.broadcast_to(b, many + shapes[1]) if b.ndim == 1 else b
        if not many:
            solution = solve(c, terms.reshape(-1, size), param)
        else:
            pairs = zip(c.reshape(-1, *shapes[0]), terms.reshape(-1, 1, size), strict=True)
            solution = np.concatenate([solve(factors, own, param) for factors, own in pairs])
        return written(solution.reshape(terms.shape), out)

    return kernel


class _Banded:
    """By a triangular solve in LAPACK's band form: row d of the band holds the d-th subdiagonal.

    Entries that lie evenly in the band, as where each cell reads the one above, are written there as one stretch.
    """

    def __init__(self, where: Triangle) -> None:
        self._width = int(where.lags.max())
        self._shape = (where.size, self._width + 1)
        places = where.cols * self._shape[1] + where.lags
        step = int(places[1] - places[0]) if len(places) > 1 else 1
        even = step > 0 and bool((np.diff(places) == step).all())
        self._places = slice(int(places[0]), int(places[-1]) + 1, step) if even else places
        self._kept = np.zeros(self._shape) if where.size * self._shape[1] <= _KEPT else None

    def __call__(self, c: Array, b: Array, system: System) -> Array:
        band = np.zeros(self._shape) if self._kept is None else self._kept
        band.reshape(-1)[self._places] = -c
        y = b.copy()
        for member in y:
            dtbsv(self._width, band.T, member, lower=1, diag=1, trans=int(system.transposed), overwrite_x=1)
        return y


def _in_portions(c: Array, b: Array, system: System) -> Array:
    """As many elements at once as the nearest read allows."""
    rows, size = system.where.rows, system.where.size
    portion = int(system.where.lags.min())
    starts = np.arange(0, size, portion)
    edges = np.searchsorted(rows, np.append(starts, size))
    y = b.copy()
    for k in reversed(range(len(starts))) if system.transposed else range(len(starts)):
        here = slice(edges[k], edges[k + 1])
        if edges[k] < edges[k + 1]:
            targets, sources = system.targets[here], system.sources[here]
            first, last = int(targets.min()), int(targets.max()) + 1
            for member in y:
                member[first:last] += np.bincount(targets - first, weights=c[here] * member[sources])
    return y


def _one_by_one(c: Array, b: Array, system: System) -> Array:
    """Entry after entry, where they are too far apart for a band."""
    factors: list[float] = c.tolist()
    linked = c != 0
    return np.array([carried(member.tolist(), system, linked, lambda y, x, e: y + factors[e] * x) for member in b])


def carried(own: Sequence[T], system: System, linked: npt.NDArray[np.bool_], step: Callable[[T, T, int], T]) -> list[T]:
    """Any quantity carried along a recurrence: `own` is what each element has by itself.

    `step(here, there, e)` is what an element has once the one that the coefficient e multiplies is taken in;
    `linked` tells which of the coefficients can be other than 0.
    """
    values = list(own)
    entries = np.flatnonzero(linked)
    if system.transposed:
        entries = entries[::-1]
    pairs = zip(system.targets[entries].tolist(), system.sources[entries].tolist(), entries.tolist(), strict=True)
    for target, source, entry in pairs:
        values[target] = step(values[target], values[source], entry)
    return values


def links_of(coefficients: Node) -> npt.NDArray[np.bool_]:
    """Which coefficients of a recurrence can be other than 0."""
    value = coefficients.value
    return np.ones(coefficients.shape, dtype=bool) if value is None else value != 0


def reached(own: npt.NDArray[np.bool_], system: System, linked: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """What reaches each element of a recurrence, column by column, given what enters it by itself: (n, k)."""
    size, columns = own.shape
    lags = system.where.lags
    nearest = int(lags.min())
    if not (lags % nearest).any() and int((linked & (lags == nearest)).sum()) == size - nearest:
        # the nearest reads alone carry everything: elements that far apart form chains
        padded = np.zeros((-(-size // nearest) * nearest, columns), dtype=bool)
        padded[:size] = own
        chains = padded.reshape(-1, nearest * columns)
        found = np.logical_or.accumulate(chains[::-1] if system.transposed else chains, axis=0)
        return np.ascontiguousarray(found[::-1] if system.transposed else found).reshape(-1, columns)[:size]
    packed = np.packbits(own, axis=1)
    bits = [int.from_bytes(row, "big") for row in packed]
    masks = carried(bits, system, linked, lambda here, there, _: here | there)
    raw = b"".join(mask.to_bytes(packed.shape[1], "big") for mask in masks)
    table = np.frombuffer(raw, dtype=np.uint8).reshape(packed.shape)
    return np.unpackbits(table, axis=1, count=columns).astype(bool)
