"""The graph: hash-consed nodes, each an array that one primitive makes of other arrays.

Two equal expressions are one object, so shared work is found by identity. A node whose arguments are all constants
is computed on the spot and becomes a constant itself; what is left alive depends on a variable. NaN is "no value".

At run time an array may carry extra leading axes, a population of inputs (p, n): a node's `shape` is the shape of one
member. Kernels therefore address axes from the end, and arguments of different rank are aligned when a node is made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from itertools import count
from math import prod
from typing import Any, TypeAlias
from weakref import WeakValueDictionary

import numpy as np
import numpy.typing as npt

Array: TypeAlias = "npt.NDArray[np.float64]"
Shape: TypeAlias = tuple[int, ...]
Kernel: TypeAlias = Callable[..., Array]
"""kernel(*arrays, out=None) -> array; with `out` the result is written there."""
Special: TypeAlias = "Callable[[Sequence[Shape], Sequence[Array | None]], Kernel | None]"

_SMALL = 64  # constants up to this size are told apart by content, larger ones by identity
_serials = count()


class Smoothness(Enum):
    """Whether a primitive has a derivative everywhere, has corners, or jumps."""

    YES = "yes"
    KINK = "kink"
    STEP = "step"


class Primitive:
    """An operation on arrays; `bind(param, shapes)` gives its kernel for arguments of these static shapes.

    `view` says that the kernel may return a view of its argument, which then needs no further call. How it is
    differentiated is the matter of its kind. `special(shapes, values)` may give a quicker kernel where some arguments
    are constants (the others are None). See `solver.algebra.primitive` and `solver.algebra.pointwise`.
    """

    __slots__ = ("bind", "doc", "name", "smoothness", "special", "view")

    def __init__(
        self,
        name: str,
        bind: Callable[[Any, Sequence[Shape]], Kernel],
        smoothness: Smoothness = Smoothness.YES,
        *,
        view: bool = False,
        special: Special | None = None,
        doc: str | None = None,
    ) -> None:
        self.name, self.bind, self.smoothness, self.view, self.doc = name, bind, smoothness, view, doc
        self.special = special
        REGISTRY[name] = self

    def __repr__(self) -> str:
        return self.name


REGISTRY: dict[str, Primitive] = {}
"""Every primitive by its name."""


class Node:
    """An array in the graph; equal nodes are the same object, and nothing in it ever changes.

    `value` is the array of a constant, None for a live node. `size` counts the elements of its shape, `serial` grows
    from arguments to results.
    """

    __slots__ = ("__weakref__", "_key", "args", "op", "param", "serial", "shape", "size", "value")

    op: Primitive
    args: tuple[Node, ...]
    param: Any
    shape: Shape
    size: int
    value: Array | None

    def __init__(self, op: Primitive, args: tuple[Node, ...], param: Any, shape: Shape, value: Array | None) -> None:
        self.op, self.args, self.param, self.shape, self.value = op, args, param, shape, value
        self.size = prod(shape)
        self.serial = next(_serials)
        self._key: object = None

    @property
    def key(self) -> object:
        """What tells this node apart from others: its serial, or the content of a small constant."""
        if self._key is None:
            value = self.value
            self._key = self.serial if value is None or value.size > _SMALL else (self.shape, value.tobytes())
        return self._key

    @property
    def live(self) -> bool:
        """Whether it depends on a variable."""
        return self.value is None

    @property
    def rank(self) -> int:
        """How many axes it has."""
        return len(self.shape)

    def __repr__(self) -> str:
        if self.value is not None:
            return f"constant({self.value.tolist() if self.value.size <= 6 else self.shape})"
        return f"{self.op.name}#{self.serial}{self.shape}"


Operand: TypeAlias = "Node | float | Array"
"""What constructors accept: nodes, and numbers or arrays, which become constants."""

_nodes: WeakValueDictionary[object, Node] = WeakValueDictionary()


def _no_kernel(_param: object, _shapes: Sequence[Shape]) -> Kernel:
    raise TypeError("a leaf of the graph has no kernel")


CONSTANT = Primitive("constant", _no_kernel, doc="A known array.")
VARIABLE = Primitive("variable", _no_kernel, doc="An input vector.")


def constant(values: npt.ArrayLike) -> Node:
    """A known array as float64; it must not be written to afterwards."""
    array = np.asarray(values, dtype=np.float64)
    return Node(CONSTANT, (), None, array.shape, array)


def variable(size: int, name: str = "x") -> Node:
    """A new input vector of shape (size,)."""
    return Node(VARIABLE, (), name, (size,), None)


def as_node(operand: Operand) -> Node:
    """The operand itself, or the constant of a number or array."""
    return operand if isinstance(operand, Node) else constant(operand)


def computed(kernel: Kernel, args: Sequence[Node]) -> Node:
    """The constant that a kernel makes of constants."""
    with np.errstate(all="ignore"):
        value = np.asarray(kernel(*[arg.value for arg in args]))
    return Node(CONSTANT, (), None, value.shape, value)


def make(op: Primitive, args: tuple[Node, ...], shape: Shape, param: Any = None) -> Node:
    """The node of `op` on `args`, computed at once when all of them are constants; `param` must be hashable."""
    for arg in args:
        if arg.value is None:
            break
    else:
        return computed(op.bind(param, [arg.shape for arg in args]), args)
    key = (op, param, shape, *[arg.key for arg in args])
    node = _nodes.get(key)
    if node is None:
        node = _nodes[key] = Node(op, args, param, shape, None)
    return node


def topological(outputs: Iterable[Node]) -> list[Node]:
    """All live nodes that the outputs need, arguments before results."""
    stack = [node for node in outputs if node.value is None]
    seen = set(stack)
    while stack:
        for arg in stack.pop().args:
            if arg.value is None and arg not in seen:
                seen.add(arg)
                stack.append(arg)
    return sorted(seen, key=lambda node: node.serial)


def broadcast_shape(shapes: Sequence[Shape]) -> Shape:
    """The common shape of arrays under NumPy's broadcasting; ValueError if there is none."""
    first = shapes[0]
    if all(shape == first or not shape for shape in shapes):
        return first
    return tuple(np.broadcast_shapes(*shapes))
