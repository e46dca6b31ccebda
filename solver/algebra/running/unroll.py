"""Loops over steps that cannot be computed at once, written out as Python for one number after the other.

A graph gives the vector y of its next values from y itself, in steps of `width` elements; no element depends on itself
or on a later one. The text of one step is made from the graph, element by element:

    t0 = y[-1]
    t1 = t0 * r
    ...
    append(t5)

Plain floats are ten times faster here than arrays of one element. A population runs through the same text, with arrays
in the place of floats and NumPy's functions in the place of operators.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from solver.algebra.calculus.pattern import viewed_rows
from solver.algebra.node import Node, Primitive, broadcast_shape
from solver.algebra.pointwise import Pointwise
from solver.algebra.primitive import positions
from solver.algebra.primitives.choose import choice
from solver.algebra.primitives.corners import maximum, minimum
from solver.algebra.primitives.elementary import add, mul
from solver.algebra.primitives.extremes import maximisation, minimisation
from solver.algebra.primitives.gather import joining
from solver.algebra.primitives.reduce import contraction, summation
from solver.algebra.running.scalar import array_names, float_names, on_arrays, on_floats

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from solver.algebra.node import Array
    from solver.algebra.primitive import Indices

_MOST_LINES = 20_000
_MOST_SUMMANDS = 64
_APPEND, _EARLIER = "append", "earlier"


class NotUnrolled(Exception):
    """The graph holds what cannot be written out for one number at a time."""


class _Source(NamedTuple):
    """Where some of the numbers of a stream come from: elements of a constant or of an input."""

    steps: Indices
    node: Node
    at: Indices

    def same(self, other: _Source) -> bool:
        """Whether both give the same numbers, as far as that can be known."""
        if self.node is other.node:
            return np.array_equal(self.at, other.at)
        mine, theirs = self.node.value, other.node.value
        return (
            mine is not None and theirs is not None and np.array_equal(mine.ravel()[self.at], theirs.ravel()[other.at])
        )


class Unrolled:
    """A graph written out: calling it with arrays of the inputs, which are vectors, gives y (n,).

    For a population, whose arrays have a leading axis, it gives (p, n).
    """

    def __init__(self, y: Node, inputs: Sequence[Node], output: Node, width: int) -> None:
        self._y, self._output, self._width = y, output, width
        self._inputs = {node: place for place, node in enumerate(inputs)}
        self._lines: list[tuple[str, Primitive | str, tuple[str, ...]]] = []
        self._known: dict[tuple[Node, bytes], str] = {}
        self._tables: dict[tuple[Node, int], Indices] = {}
        self._streams: list[list[_Source]] = []
        self._head: dict[int, _Source] = {}
        self._starts = np.arange(0, y.size, width)
        for slot in range(width):
            self._own = self._starts + slot
            self._lines.append(("", _APPEND, (self._element(output, self._own),)))
        self._before = max((-index for index in self._head), default=0)
        ops = list({op: None for _, op, _ in self._lines if isinstance(op, Primitive)})
        self._floats = self._compiled(on_floats, float_names(ops))
        self._arrays = self._compiled(on_arrays, array_names(ops))

    def __call__(self, *arrays: Array) -> Array:
        """The values of y for these arrays of the inputs."""
        batches = [array.shape[:-1] for array in arrays]
        batch = max(batches, key=len, default=())
        streams = [self._numbers(stream, arrays) for stream in self._streams]
        z: list[Any] = [0.0] * self._before
        for index, source in self._head.items():
            z[index] = self._numbers([source], arrays)[0]
        if not batch:
            self._floats(z, *streams)
            return np.array(z[self._before :])
        self._arrays(z, *streams)
        return np.stack([np.broadcast_to(value, batch) for value in z[self._before :]], axis=-1)

    def _numbers(self, stream: list[_Source], arrays: Sequence[Array]) -> list[Any]:
        """The numbers of a stream, one for each step: floats, or arrays of a population."""
        parts = []
        for source in stream:
            value = source.node.value
            array = arrays[self._inputs[source.node]] if value is None else value.ravel()
            parts.append(array[..., source.at])
        batch = max((part.shape[:-1] for part in parts), key=len)
        result = np.empty((*batch, sum(len(source.steps) for source in stream)))
        for source, part in zip(stream, parts, strict=True):
            result[..., source.steps] = part
        return list(np.moveaxis(result, -1, 0)) if batch else result.tolist()

    def _element(self, node: Node, at: Indices) -> str:
        """The name of the number that a node holds at some flat position, given for every step."""
        key = (node, at.tobytes())
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._made(node, at)
        return found

    def _made(self, node: Node, at: Indices) -> str:
        op = node.op
        if node is self._y:
            return self._earlier(self._own - at)
        if node.value is not None or node in self._inputs:
            return self._stream([_Source(np.arange(len(at)), node, at)])
        if op.view:
            return self._element(node.args[0], self._table(node, 0, _viewed)[at])
        if op is joining:
            return self._joined(node, at)
        if isinstance(op, Pointwise) or op is choice:
            args = []
            for place, arg in enumerate(node.args):
                there = at if arg.shape == node.shape else self._table(node, place, _behind)[at]
                args.append(self._element(arg, there))
            return self._line(op, args)
        if op in _FOLDED:
            return self._folded(node, at)
        raise NotUnrolled(op.name)

    def _line(self, op: Primitive | str, args: Sequence[str]) -> str:
        if len(self._lines) >= _MOST_LINES:
            raise NotUnrolled("too many lines")
        name = f"t{len(self._lines)}"
        self._lines.append((name, op, tuple(args)))
        return name

    def _earlier(self, lag: Indices) -> str:
        if not len(lag) or (lag != lag[0]).any() or lag[0] < 1:
            raise NotUnrolled("what is read does not move with the step")
        return self._line(_EARLIER, (str(int(lag[0])),))

    def _stream(self, sources: list[_Source]) -> str:
        """A number that is the same in every step, if it is constant; else one that changes from step to step."""
        if len(sources) == 1 and sources[0].node.value is not None:
            values = sources[0].node.value.ravel()[sources[0].at]
            if (values == values[0]).all() and math.isfinite(values[0]):
                return repr(float(values[0]))
        self._streams.append(sources)
        return f"s{len(self._streams) - 1}"

    def _joined(self, node: Node, at: Indices) -> str:
        """The numbers of a join, whose parts may differ from step to step: where y begins, what stands before it."""
        if node.size <= 0:
            raise NotUnrolled("nothing to read")
        ends = np.array(node.param)
        part = np.searchsorted(ends, at, side="right")
        begins = ends - [arg.size for arg in node.args]
        present = np.unique(part).tolist()
        if len(present) == 1:
            return self._element(node.args[present[0]], at - begins[present[0]])
        sources: list[_Source] = []
        lags: Indices | None = None
        inside = np.zeros(len(at), dtype=bool)
        for k in present:
            steps = np.flatnonzero(part == k)
            leaf, places = node.args[k], at[steps] - begins[k]
            while leaf.op.view and leaf.value is None and leaf not in self._inputs:
                leaf, places = leaf.args[0], self._table(leaf, 0, _viewed)[places]
            if leaf is self._y:
                lags, inside[steps] = self._own[steps] - places, True
            elif leaf.value is not None or leaf in self._inputs:
                sources.append(_Source(steps, leaf, places))
            else:
                raise NotUnrolled("a mixture of what is computed")
        if lags is None:
            return self._stream(sources)
        if (lags != lags[0]).any():
            raise NotUnrolled("what is read does not move with the step")
        for steps, leaf, places in sources:
            for index, place in zip((self._own[steps] - lags[0]).tolist(), places.tolist(), strict=True):
                self._before_the_first(index, _Source(np.zeros(1, dtype=np.intp), leaf, np.array([place])))
        return self._earlier(np.full(len(at), lags[0]))

    def _before_the_first(self, index: int, source: _Source) -> None:
        """Notes what stands at an index of y below 0."""
        held = self._head.setdefault(index, source)
        if index >= 0 or not held.same(source):
            raise NotUnrolled("two different beginnings")

    def _folded(self, node: Node, at: Indices) -> str:
        """Sums, sums of products and extremes, summand by summand."""
        tables = [self._table(node, place, _summands) for place in range(len(node.args))]
        count = tables[0].shape[1]
        if count > _MOST_SUMMANDS:
            raise NotUnrolled("a sum of many")
        fold = _FOLDED[node.op]
        total = ""
        for k in range(count):
            parts = [self._element(arg, table[at, k]) for arg, table in zip(node.args, tables, strict=True)]
            part = parts[0] if len(parts) == 1 else self._line(mul, parts)
            total = part if not total else self._line(fold, (total, part))
        return total

    def _table(self, node: Node, place: int, make: Callable[[Node, int], Indices]) -> Indices:
        """Positions in an argument of a node by positions in the node, made once."""
        found = self._tables.get((node, place))
        if found is None:
            found = self._tables[node, place] = make(node, place)
        return found

    def _compiled(
        self, write: Callable[[Primitive, tuple[str, ...]], str], names: dict[str, Any]
    ) -> Callable[..., None]:
        """The text as a function: run(z, list of the first stream, ...) appends all values to z."""
        streams = [f"s{k}" for k in range(len(self._streams))]
        lists = "".join(f", l{k}" for k in range(len(streams)))
        loop = f"for {', '.join(streams)}, in zip({lists[2:]})" if streams else f"for _ in range({len(self._starts)})"
        text = [f"def run(z{lists}):", "  append = z.append", f"  {loop}:"]
        for name, op, args in self._lines:
            if isinstance(op, str):
                text.append(f"    append({args[0]})" if op == _APPEND else f"    {name} = z[-{args[0]}]")
            else:
                text.append(f"    {name} = {write(op, args)}")
        exec(compile("\n".join(text), "<steps>", "exec"), names)  # text of numbers and of names of primitives only
        run: Callable[..., None] = names["run"]
        return run


def _summands(node: Node, place: int) -> Indices:
    """For every element of a reduction the flat positions in one argument that enter it: (elements, summands)."""
    arg = node.args[place]
    full = broadcast_shape([each.shape for each in node.args])
    axes = [axis % len(full) for axis in node.param]
    last = [*(axis for axis in range(len(full)) if axis not in axes), *axes]
    return positions(arg.size, arg.shape, full).reshape(full).transpose(last).reshape(node.size, -1)


def _viewed(node: Node, _place: int) -> Indices:
    """For every element of a view the flat position in what it views."""
    return viewed_rows(node)


def _behind(node: Node, place: int) -> Indices:
    """For every element of a node the flat position in one argument, which is repeated to its shape."""
    arg = node.args[place]
    return positions(arg.size, arg.shape, node.shape)


_FOLDED = {summation: add, contraction: add, maximisation: maximum, minimisation: minimum}
"""Reductions, and what takes in one more summand."""
