"""The kinds of array primitives and the declarations that fill the registry.

The local Jacobian of a primitive is stated once, as a `LinearMap` per argument: tangents are applied, cotangents
transposed, and the coordinates give the pattern and the sparse matrix. A linear primitive is its own Jacobian, so it
states the transpose and the coordinates alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from solver.algebra.node import Array, Kernel, Node, Primitive, Shape, Smoothness, Special

Indices: TypeAlias = "npt.NDArray[np.intp]"
Bind: TypeAlias = Callable[[Any, Sequence[Shape]], Kernel]


@dataclass(frozen=True, slots=True)
class Entries:
    """A local Jacobian in coordinates: rows and columns of the flattened arrays, and what stands there.

    `data` makes the flat node of the entries, or is None where every entry is one.
    """

    rows: Indices
    cols: Indices
    data: Callable[[], Node] | None = None


@dataclass(frozen=True, slots=True)
class LinearMap:
    """The derivative of a node with respect to one argument: tangents go through `apply`, cotangents back."""

    apply: Callable[[Node], Node]
    transpose: Callable[[Node], Node]
    entries: Callable[[], Entries]


class Linear(Primitive):
    """A primitive that is linear in its one argument: `transpose(node, g)`, and `entries(node)` for its matrix."""

    __slots__ = ("entries", "transpose")

    def __init__(
        self,
        name: str,
        bind: Bind,
        transpose: Callable[[Node, Node], Node],
        entries: Callable[[Node], Entries],
        *,
        view: bool = False,
        doc: str | None = None,
    ) -> None:
        super().__init__(name, bind, view=view, doc=doc)
        self.transpose, self.entries = transpose, entries


class Nonlinear(Primitive):
    """Any other array primitive: `maps(node)` gives a linear map per argument, None where no derivative exists.

    `tangent(node, tangents)` may give the whole directional derivative at once (tangents are None where zero).
    """

    __slots__ = ("maps", "tangent")

    def __init__(
        self,
        name: str,
        bind: Bind,
        maps: Callable[[Node], Sequence[LinearMap | None]],
        smoothness: Smoothness = Smoothness.YES,
        *,
        tangent: Callable[[Node, Sequence[Node | None]], Node] | None = None,
        special: Special | None = None,
        doc: str | None = None,
    ) -> None:
        super().__init__(name, bind, smoothness, special=special, doc=doc)
        self.maps, self.tangent = maps, tangent


@dataclass(frozen=True, slots=True)
class Prepared:
    """A kernel that can be bound to the arrays it will always be called with.

    `bound(*args, out)` gives the call that computes `out` anew, with all its views made beforehand, or None where
    these arrays allow no views.
    """

    kernel: Kernel
    bound: Callable[..., Callable[[], object] | None]

    def __call__(self, *args: Array, out: Array | None = None) -> Array:
        """The kernel itself."""
        return self.kernel(*args, out=out)


def linear(
    name: str,
    transpose: Callable[[Node, Node], Node],
    entries: Callable[[Node], Entries],
    *,
    view: bool = False,
) -> Callable[[Bind], Linear]:
    """Declares a linear primitive; the decorated function binds its kernel."""

    def declare(bind: Bind) -> Linear:
        return Linear(name, bind, transpose, entries, view=view, doc=bind.__doc__)

    return declare


def array(
    name: str,
    maps: Callable[[Node], Sequence[LinearMap | None]],
    smoothness: Smoothness = Smoothness.YES,
    tangent: Callable[[Node, Sequence[Node | None]], Node] | None = None,
    *,
    special: Special | None = None,
) -> Callable[[Bind], Nonlinear]:
    """Declares an array primitive; the decorated function binds its kernel."""

    def declare(bind: Bind) -> Nonlinear:
        return Nonlinear(name, bind, maps, smoothness, tangent=tangent, special=special, doc=bind.__doc__)

    return declare


def positions(size: int, shape: Shape, into: Shape) -> Indices:
    """For every element of `into`, flattened, the flat position it has in an array of `shape` broadcast there."""
    return np.broadcast_to(np.arange(size).reshape(shape), into).ravel()


def written(result: Array, out: Array | None) -> Array:
    """The result, copied to where it is wanted."""
    if out is None:
        return result
    np.copyto(out, result)
    return out


def batch_of(array_: Array, rank: int) -> Shape:
    """The leading axes that a run-time array has beyond its static rank."""
    return array_.shape[: array_.ndim - rank]
