"""One declaration per spreadsheet function: its names, its arguments and its meaning in one decorated text.

The decorator reads the signature. A parameter's annotation says how Excel treats the argument:

    Number    a scalar turned into a number; the body gets a Node for the whole block, errors are handled outside
    Firm      the same, but booleans are #VALUE!
    Logical   a scalar turned into 0 or 1, as a Node
    Text      a scalar turned into a text, as an object array
    Value     a scalar of any kind, errors included, as an Operand
    Grid      all values of a range or array, as an Operand (R, C, h, w)
    Array     the same, and whatever stands inside the argument is computed as in an array formula (SUMPRODUCT)
    Ref       a range that is not read: a Reference, or whatever else was given
    ArrayRef  the same, computed as in an array formula where it is not a range (INDEX, LOOKUP)
    Given     a Ref, or a function made by LAMBDA; to all other parameters such a function is #CALC!
    Lazy      an argument that is computed only when it is called
    Closure   a function made by LAMBDA
    Here      not an argument: the place of the formula
    float, int, str, bool, Scalar    plain Python values: the body is called once for each distinct combination
    Sloped    a plain float in which the value has a slope, with corners where `calculus` says so: the body computes
              with operators alone, so that it also works on numbers with a slope (see `functions/dual.py`)
    Smooth    the same, Strict
    Strict    a plain float for which booleans are #VALUE!, as in the functions that came with the Analysis ToolPak

and the return annotation says what comes out (Number, Logical, Text: checked and wrapped; Operand, Ref: as it is;
plain types, possibly `| ErrorValue`, for bodies on plain values). A default makes an argument optional, `*args`
repeats, `*more` may also be left out. Scalars are intersected with the formula's row or column, or spread over an
array formula, by the compiler.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from dataclasses import dataclass
from enum import Enum
from functools import cache, cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

from solver.algebra import Node
from solver.functions.allowance import ARRAY_CALL, GRID_CALL, PLAIN_CALL
from solver.functions.here import Closure, Functions, Reference, References  # noqa: TC001 (aliases below need them when the module runs)
from solver.functions.operand import Operand, TextArray

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Number: TypeAlias = Node
Firm: TypeAlias = Node
Logical: TypeAlias = Node
Text: TypeAlias = TextArray
Value: TypeAlias = Operand
Grid: TypeAlias = Operand
Array: TypeAlias = Operand
Ref: TypeAlias = "Operand | Reference | References"
ArrayRef: TypeAlias = "Operand | Reference | References"
Given: TypeAlias = "Operand | Reference | References | Closure | Functions"
Strict: TypeAlias = float
Sloped: TypeAlias = float
Smooth: TypeAlias = float
Lazy: TypeAlias = "Callable[[], Operand | Reference | References]"


class Taking(Enum):
    """How one parameter takes its argument."""

    NUMBER = "Number"
    FIRM = "Firm"
    LOGICAL = "Logical"
    TEXT = "Text"
    VALUE = "Value"
    GRID = "Grid"
    ARRAY = "Array"
    REF = "Ref"
    ARRAY_REF = "ArrayRef"
    GIVEN = "Given"
    LAZY = "Lazy"
    CLOSURE = "Closure"
    FLOAT = "float"
    STRICT = "Strict"
    SLOPED = "Sloped"
    SMOOTH = "Smooth"
    INT = "int"
    STR = "str"
    BOOL = "bool"
    SCALAR = "Scalar"

    @property
    def plain(self) -> bool:
        """Whether the body wants plain Python values, one combination at a time."""
        return self in _PLAIN

    @property
    def scalar(self) -> bool:
        """Whether the argument is one value per cell, so that ranges are intersected or spread."""
        return self not in _WHOLE

    @property
    def arrayed(self) -> bool:
        """Whether what stands inside the argument is computed as in an array formula."""
        return self in (Taking.ARRAY, Taking.ARRAY_REF)


_WHOLE = (Taking.GRID, Taking.ARRAY, Taking.REF, Taking.ARRAY_REF, Taking.GIVEN, Taking.LAZY, Taking.CLOSURE)
_PLAIN = {Taking.FLOAT, Taking.STRICT, Taking.SLOPED, Taking.SMOOTH, Taking.INT, Taking.STR, Taking.BOOL, Taking.SCALAR}


class Calculus(Enum):
    """What a function's derivative is like, for its page in the documentation."""

    SMOOTH = "smooth"
    KINK = "kink"
    STEP = "step"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: how it takes its argument, and whether it may be left out (for what) or repeated."""

    name: str
    taking: Taking
    optional: bool
    repeated: bool
    default: object = None


@dataclass(frozen=True)
class Function:
    """A spreadsheet function: its names (the first is the current one), parameters, result and body."""

    names: tuple[str, ...]
    body: Callable[..., Any]
    parameters: tuple[Parameter, ...]
    gives: str
    wants_here: bool
    per_cell: bool
    singly: bool
    ranges: bool
    calculus: Calculus
    steps: int
    grows: bool
    filled: Mapping[str, float]

    @cached_property
    def least(self) -> int:
        """The fewest arguments; what repeats is needed once, unless its name says that it is `more`."""
        return sum(not (p.optional or (p.repeated and p.name == "more")) for p in self.parameters)

    @cached_property
    def most(self) -> int | None:
        """The most arguments, None without limit."""
        return None if any(p.repeated for p in self.parameters) else len(self.parameters)

    @cached_property
    def cellwise(self) -> bool:
        """Whether its body is called for one cell, or one combination of plain values, at a time."""
        return self.per_cell or any(p.taking.plain for p in self.parameters)

    def parameter(self, position: int) -> Parameter:
        """The parameter that the argument at a position belongs to; the last one repeats."""
        return self.parameters[min(position, len(self.parameters) - 1)]


_FUNCTIONS: dict[str, Function] = {}


def function(
    *names: str,
    per_cell: bool = False,
    singly: bool = False,
    ranges: bool = False,
    calculus: Calculus = Calculus.SMOOTH,
    steps: int = 0,
    grows: bool = False,
    filled: Mapping[str, float] = MappingProxyType({}),
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Enters a function into the registry under its Excel names.

    `per_cell` asks for one call per cell of a block (each argument then has R = C = 1), for results whose shape
    depends on values. `singly` asks for one call per value of scalar arguments that are grids, for bodies that lay
    values of a range along the same axes. `ranges` asks for one call per range of an array of ranges, which is #VALUE!
    to all others. `calculus` is documentation: the derivative follows from the primitives.
    `steps` is what one call of a body on one cell's values costs (see `functions/allowance.py`), 0 the usual.
    `grows` says that a range may be `Growing`: one that means other cells at every cell of the block.
    `filled` has the values of arguments that must be written, but may be left empty (see `functions/toolpak.py`).
    """

    def enter(body: Callable[..., Any]) -> Callable[..., Any]:
        signature = inspect.signature(body)
        wants_here = False
        parameters = []
        for parameter in signature.parameters.values():
            if parameter.annotation == "Here":
                wants_here = True
                continue
            optional = parameter.default is not inspect.Parameter.empty
            repeated = parameter.kind is inspect.Parameter.VAR_POSITIONAL
            taking = Taking(str(parameter.annotation).removesuffix(" | None"))
            default = parameter.default if optional else None
            parameters.append(Parameter(parameter.name, taking, optional, repeated, default))
        gives = str(signature.return_annotation)
        declared = calculus if calculus is not Calculus.SMOOTH or _has_slope(parameters, gives) else Calculus.NONE
        entry = Function(
            names,
            body,
            tuple(parameters),
            gives,
            wants_here,
            per_cell,
            singly,
            ranges,
            declared,
            steps or _usual(parameters, gives),
            grows,
            filled,
        )
        for name in names:
            if name in _FUNCTIONS:
                raise ValueError(f"two functions are called {name}")
            _FUNCTIONS[name] = entry
        return body

    return enter


def _has_slope(parameters: Sequence[Parameter], gives: str) -> bool:
    """Whether a body that says nothing of its derivative can have one: it gets or passes on live numbers."""
    if not parameters or gives.startswith(("str", "bool")):
        return False
    takings = [parameter.taking for parameter in parameters]
    return gives.startswith("Operand") or Taking.SMOOTH in takings or not any(taking.plain for taking in takings)


def _usual(parameters: Sequence[Parameter], gives: str) -> int:
    """The steps of a body on one cell's values that does not say how many it takes."""
    if all(parameter.taking.scalar for parameter in parameters):
        return PLAIN_CALL
    return ARRAY_CALL if gives.startswith("Operand") else GRID_CALL


@cache
def registry() -> dict[str, Function]:
    """All functions by name: every module of this package is loaded once and enters its own."""
    import solver.functions as package

    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        importlib.import_module(module.name)
    return _FUNCTIONS


def lookup(name: str) -> Function | None:
    """The function of that (upper-case) name, or None."""
    return registry().get(name)
