"""Running a graph: a tape of NumPy calls on reused buffers, with a memo.

The tape is laid out in stages, by the first output that needs a node and by the inputs that the node depends on. A
stage is run when an output asks for it and its inputs have changed since; so a gradient asked for after the value at
the same point pays only for what the value did not compute. After the first run of a shape every call has its arrays
bound: running is a loop over ready calls, and views need no call at all.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from solver.algebra.node import VARIABLE, Array, Node, topological
from solver.algebra.primitive import Prepared
from solver.algebra.running.fusing import Fused, accumulating, fused
from solver.algebra.running.handover import fits, handed_over

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from solver.algebra.node import Shape

_KEPT_SHAPES = 3  # how many batch shapes keep their buffers


class _Stage:
    """Nodes that are computed together: `inputs` and `before` are the inputs and stages it depends on."""

    __slots__ = ("before", "inputs", "nodes")

    def __init__(self, inputs: int) -> None:
        self.inputs = inputs
        self.before: set[int] = set()
        self.nodes: list[Node] = []


class _Buffers:
    """The arrays of one batch shape, with the calls that fill them, and the inputs that were last given.

    The bytes of an input tell sooner than its numbers whether it is another one than before.
    """

    __slots__ = ("arrays", "batch", "bytes", "calls", "fresh", "given", "held")

    def __init__(self, stages: int, inputs: Sequence[Node], given: list[Array]) -> None:
        self.held = [array.copy() for array in given]
        self.bytes = [array.tobytes() for array in given]
        self.arrays: dict[Node, Array] = dict(zip(inputs, self.held, strict=True))
        self.given = given
        self.batch: Shape = max((array.shape[:-1] for array in given), key=len, default=())
        self.calls: list[list[Callable[[], object]] | None] = [None] * stages
        self.fresh = [False] * stages


class Program:
    """The outputs as functions of the inputs, which are variables.

    Inputs are vectors (n,) or populations (p, n), also mixed; the outputs of a population have its leading axis.
    A program keeps its last point and is not safe to share between threads.
    """

    def __init__(self, inputs: Sequence[Node], outputs: Sequence[Node]) -> None:
        if any(node.op is not VARIABLE for node in inputs):
            raise TypeError("the inputs of a program are variables")
        self.inputs = tuple(inputs)
        self.outputs = tuple(outputs)
        self._stages, self._home = _stages(self.inputs, self.outputs)
        order = [node for stage in self._stages for node in stage.nodes]
        self._over = handed_over(order, self._home, self.outputs)
        self._fused = fused(order, self._over)
        self._needs = [self._closure(node) for node in self.outputs]
        self._buffers: dict[tuple[Shape, ...], _Buffers] = {}

    @property
    def operations(self) -> int:
        """How many operations are on the tape."""
        return sum(len(stage.nodes) for stage in self._stages)

    def _closure(self, output: Node) -> list[int]:
        """The stages that an output needs, in order."""
        if output not in self._home:
            return []
        wanted = {self._home[output]}
        stack = list(wanted)
        while stack:
            for stage in self._stages[stack.pop()].before:
                if stage not in wanted:
                    wanted.add(stage)
                    stack.append(stage)
        return sorted(wanted)

    def run(self, *inputs: npt.ArrayLike) -> list[Array]:
        """All outputs at these inputs, as arrays of their own."""
        buffers = self._enter(inputs)
        return [self._output(place, buffers) for place in range(len(self.outputs))]

    def evaluate(self, place: int, *inputs: npt.ArrayLike) -> Array:
        """One output at these inputs; what it does not need is not computed."""
        return self._output(place, self._enter(inputs))

    def _enter(self, inputs: Sequence[npt.ArrayLike]) -> _Buffers:
        """The buffers for inputs of these shapes, holding them; stages of changed inputs become stale."""
        arrays = [np.asarray(array, dtype=np.float64) for array in inputs]
        key = tuple([array.shape for array in arrays])
        buffers = self._buffers.pop(key, None)
        if buffers is None:
            buffers = self._laid_out(arrays)
        else:
            changed = 0
            for place, array in enumerate(arrays):
                if array is buffers.given[place] and not array.flags.writeable:
                    continue
                told = array.tobytes()
                if told != buffers.bytes[place]:
                    buffers.bytes[place] = told
                    np.copyto(buffers.held[place], array)
                    changed |= 1 << place
            if changed:
                for number, stage in enumerate(self._stages):
                    if stage.inputs & changed:
                        buffers.fresh[number] = False
            buffers.given = arrays
        self._buffers[key] = buffers
        return buffers

    def _laid_out(self, arrays: list[Array]) -> _Buffers:
        """Buffers for inputs of new shapes, in the place of the shapes that were used longest ago."""
        if len(arrays) != len(self.inputs):
            raise ValueError(f"{len(arrays)} inputs were given for {len(self.inputs)}")
        for node, array in zip(self.inputs, arrays, strict=True):
            if array.shape[-1:] != node.shape:
                raise ValueError(f"an input of shape {array.shape} was given for one of {node.shape}")
        if len(self._buffers) >= _KEPT_SHAPES:
            del self._buffers[next(iter(self._buffers))]
        return _Buffers(len(self._stages), self.inputs, arrays)

    def _output(self, place: int, buffers: _Buffers) -> Array:
        node, batch = self.outputs[place], buffers.batch
        stale = [number for number in self._needs[place] if not buffers.fresh[number]]
        if stale:
            with np.errstate(all="ignore"):
                for number in stale:
                    calls = buffers.calls[number]
                    if calls is None:
                        buffers.calls[number] = _first_run(
                            self._stages[number].nodes, buffers.arrays, self._over, self._fused
                        )
                    else:
                        for call in calls:
                            call()
                    buffers.fresh[number] = True
        value = node.value if node.value is not None else buffers.arrays[node]
        if batch and value.ndim == len(node.shape):
            value = np.broadcast_to(value, batch + node.shape)
        return value.copy()


def _stages(inputs: tuple[Node, ...], outputs: tuple[Node, ...]) -> tuple[list[_Stage], dict[Node, int]]:
    """The tape in stages, and the stage of every node on it."""
    depends = {node: 1 << place for place, node in enumerate(inputs)}
    first: dict[Node, int] = dict.fromkeys(inputs, -1)
    for place, output in enumerate(outputs):
        stack = [output] if output.value is None and output not in first else []
        first.update(dict.fromkeys(stack, place))
        while stack:
            for arg in stack.pop().args:
                if arg.value is None and arg not in first:
                    first[arg] = place
                    stack.append(arg)
    order = [node for node in topological(outputs) if node not in depends]
    for node in order:
        if node.op is VARIABLE:
            raise ValueError(f"the outputs depend on {node.param!r}, which is not an input")
        mask = 0
        for arg in node.args:
            mask |= depends.get(arg, 0)
        depends[node] = mask
    keys = sorted({(first[node], bin(depends[node]).count("1"), depends[node]) for node in order})
    number = {key: place for place, key in enumerate(keys)}
    stages = [_Stage(key[2]) for key in keys]
    home: dict[Node, int] = {}
    for node in order:
        mask = depends[node]
        home[node] = number[first[node], bin(mask).count("1"), mask]
        stage = stages[home[node]]
        stage.nodes.append(node)
        stage.before.update(home[arg] for arg in node.args if arg in home and home[arg] != home[node])
    return stages, home


def _first_run(
    nodes: Sequence[Node], arrays: dict[Node, Array], over: Mapping[Node, Node], fused_: Mapping[Node, Fused]
) -> list[Callable[[], object]]:
    """Computes the nodes, keeping their arrays, and gives the calls that compute them anew in place.

    A node in `over` is written over the array of the argument that stands there, if that can take it; one in `fused_`
    is computed with its product, if that is a call of its own.
    """
    calls: list[Callable[[], object]] = []
    place: dict[Node, int] = {}
    for node in nodes:
        sum_ = fused_.get(node)
        together = sum_ and accumulating(calls[place[sum_.product]], sum_, arrays[over[node]])
        if sum_ and together:
            together()
            calls[place[sum_.product]], arrays[node] = together, arrays[over[node]]
            continue
        args = [arrays[arg] if arg.value is None else arg.value for arg in node.args]
        shapes = [arg.shape for arg in node.args]
        quick = node.op.special(shapes, [arg.value for arg in node.args]) if node.op.special else None
        kernel = quick or node.op.bind(node.param, shapes)
        if node.op.view:
            result = kernel(*args)
            if not np.may_share_memory(result, args[0]):
                calls.append(partial(kernel, args[0], out=result))
        else:
            if node in over and fits(arrays[over[node]], args):
                result = arrays[over[node]]
                kernel(*args, out=result)
            else:
                result = np.asarray(kernel(*args))
                if not (result.flags.owndata and result.flags.c_contiguous):
                    result = result.copy()  # a buffer of its own, which kernels may reshape and write to
            ready = kernel.bound(*args, result) if isinstance(kernel, Prepared) else None
            place[node] = len(calls)
            calls.append(ready or partial(kernel, *args, out=result))
        arrays[node] = result
    return calls
