"""Weighted rows of one table, added to rows of another: the way back from the dot products of embeddings.

    route(g, y)[to[p, j]]  +=  g[p] y[of[p, j]]        for every pair p and place j

With g as the entries of a sparse matrix (rows of `to` by rows of `of`) this is its product with the table y, and the
products for every pair are never made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import scipy.sparse as sp

from solver.algebra.node import Array, Kernel, Node, Shape, make
from solver.algebra.primitive import Entries, Indices, LinearMap, array, batch_of, written
from solver.algebra.primitives.elementary import mul
from solver.algebra.primitives.gather import gathering, scatter, take
from solver.algebra.primitives.reduce import contract
from solver.algebra.primitives.shape import reshape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solver.algebra.index import Index


class Route(NamedTuple):
    """Positions that are read (`of`) and added to (`to`): indices of equal shape, k elements for each pair."""

    to: Index
    of: Index
    width: int

    @property
    def back(self) -> Route:
        """The route of the gradient: what was added to is read, and what was read is added to."""
        return Route(self.of, self.to, self.width)

    @property
    def pairs(self) -> Indices:
        """The pair of each position."""
        return np.repeat(np.arange(self.to.flat.size // self.width), self.width)


def _route_maps(node: Node) -> tuple[LinearMap, LinearMap]:
    g, y = node.args
    route: Route = node.param
    wide = (g.size, route.width)

    def to_weights(c: Node) -> Node:
        there, here = take(c, route.to.flat.reshape(wide)), take(y, route.of.flat.reshape(wide))
        return reshape(contract(there, here, -1), g.shape)

    by_weights = LinearMap(
        lambda t: _routed(t, y, route),
        to_weights,
        lambda: Entries(route.to.flat, route.pairs, lambda: take(y, route.of.flat)),
    )
    by_table = LinearMap(
        lambda t: _routed(g, t, route),
        lambda c: reshape(_routed(g, c, route.back), y.shape),
        lambda: Entries(route.to.flat, route.of.flat, lambda: take(g, route.pairs)),
    )
    return by_weights, by_table


@array("route", _route_maps)
def routing(param: Route, shapes: Sequence[Shape]) -> Kernel:
    """Rows of a table, weighted and added to rows of another."""
    ranks = [len(shape) for shape in shapes]
    pairs, width, size = param.to.flat.size // param.width, param.width, param.to.size
    to, of = param.to.rows, param.of.rows
    if to is not None and of is not None:
        order, places = to.order, to.table.ravel()
        matrix = sp.csr_array((np.empty(pairs), of.row[order], to.starts), shape=(len(to.table), len(of.table)))

    def one_by_one(g: Array, y: Array) -> Array:
        total = g.reshape((-1, 1)) * np.take(y.ravel(), param.of.flat.reshape((pairs, width)))
        return np.bincount(param.to.flat, weights=total.ravel(), minlength=size).astype(np.float64, copy=False)

    def single(g: Array, y: Array) -> Array:
        if to is None or of is None:
            return one_by_one(g, y)
        np.take(g.ravel(), order, out=matrix.data, mode="clip")
        total = np.asarray(matrix @ np.take(y.ravel(), of.table), dtype=np.float64)
        return np.bincount(places, weights=total.ravel(), minlength=size).astype(np.float64, copy=False)

    def kernel(g: Array, y: Array, out: Array | None = None) -> Array:
        batch = max(batch_of(g, ranks[0]), batch_of(y, ranks[1]), key=len)
        if not batch:
            return written(single(g, y), out)
        members = int(np.prod(batch, dtype=int))
        flat_g = np.broadcast_to(g.reshape((*batch_of(g, ranks[0]), -1)), (*batch, pairs)).reshape((members, -1))
        table = y.reshape((*batch_of(y, ranks[1]), -1))
        flat_y = np.broadcast_to(table, (*batch, table.shape[-1])).reshape((members, -1))
        rows = [single(weights, values) for weights, values in zip(flat_g, flat_y, strict=True)]
        return written(np.array(rows).reshape((*batch, size)), out)

    return kernel


def _routed(g: Node, y: Node, route: Route) -> Node:
    return make(routing, (g, y), (route.to.size,), route)


def sent(x: Node, index: Index, shape: Shape) -> Node:
    """`scatter`, as a route where x is made of weights and of rows that are themselves taken from a table."""
    if x.op is mul and index.rows is not None and x.shape == index.shape:
        width = index.rows.table.shape[1]
        for rows, weights in (x.args, x.args[::-1]):
            if (
                rows.op is gathering
                and rows.shape == x.shape
                and rows.param.rows is not None
                and rows.param.rows.table.shape[1] == width
                and weights.value is None
                and weights.size * width == x.size
                and weights.shape == _without_width(x.shape)
            ):
                return reshape(_routed(weights, rows.args[0], Route(index, rows.param, width)), shape)
    return scatter(x, index, shape)


def _without_width(shape: Shape) -> Shape:
    """The shape with its last axis that is longer than one made as short."""
    axis = max(axis for axis, length in enumerate(shape) if length != 1)
    return (*shape[:axis], 1, *shape[axis + 1 :])
