"""Functions as values: made by LAMBDA, given by their name alone, or several of them stacked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from solver.formula import tree as t
from solver.functions.allowance import OWN_CALL, spend
from solver.functions.call import call, scalar_of
from solver.functions.here import Functions, Places, Reference, References
from solver.functions.operand import BLANK, Operand, error
from solver.values import ErrorValue

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solver.compiler.lowering.site import Meaning, Site
    from solver.functions.registry import Function

_STACKS = {"HSTACK": True, "VSTACK": False}
"""What lays functions side by side, or one below the other."""


@dataclass(frozen=True, slots=True)
class Lambda:
    """A function made by LAMBDA, with the names that were bound where it was made."""

    parameters: tuple[str, ...]
    body: t.Tree
    site: Site

    @property
    def arity(self) -> int:
        """How many parameters it has."""
        return len(self.parameters)

    @property
    def label(self) -> str:
        """What a summary calls it."""
        return "CUSTOM"

    def apply(self, arguments: Sequence[Meaning]) -> Meaning:
        """Its meaning for these arguments; those left out are blank."""
        if len(arguments) > len(self.parameters):
            return error(ErrorValue.VALUE)
        spend(OWN_CALL)
        given = [*arguments, *[BLANK] * (len(self.parameters) - len(arguments))]
        scope = {**self.site.scope, **dict(zip(self.parameters, given, strict=True))}
        from solver.compiler.lowering.lower import evaluate

        return evaluate(self.body, self.site.binding(scope))

    def __call__(self, *arguments: Operand) -> Operand:
        """Its value for these arguments."""
        return value_of(self.apply(arguments), self.site.in_array())


@dataclass(frozen=True, slots=True)
class Named:
    """A function given by its name alone, such as SUM in BYROW(A1:B9,SUM); the file marks it with `_xleta.`."""

    label: str
    function: Function
    site: Site

    @property
    def arity(self) -> int:
        """How many arguments it needs."""
        return self.function.least

    def apply(self, arguments: Sequence[Meaning]) -> Meaning:
        """Its meaning for these arguments."""
        return call(self.function, arguments, self.site.in_array())

    def __call__(self, *arguments: Operand) -> Operand:
        """Its value for these arguments."""
        return value_of(self.apply(arguments), self.site.in_array())


def value_of(meaning: Meaning, site: Site) -> Operand:
    """The values of a meaning: ranges are read, intersected first where the formula is not an array formula."""
    if isinstance(meaning, (Operand, Reference, References, Places)):
        return scalar_of(meaning, site)
    return error(ErrorValue.CALC)


def stacked(name: str, args: Sequence[t.Tree], site: Site) -> Functions | None:
    """The functions that HSTACK or VSTACK puts together; None of anything else."""
    if name not in _STACKS:
        return None
    if not all(isinstance(arg, t.Name) or (isinstance(arg, t.Call) and arg.name == "LAMBDA") for arg in args):
        return None
    from solver.compiler.lowering.lower import evaluate

    parts = [evaluate(arg, site) for arg in args]
    functions = tuple(part for part in parts if isinstance(part, (Lambda, Named)))
    return Functions(functions, across=_STACKS[name]) if len(functions) == len(parts) > 0 else None
