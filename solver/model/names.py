"""The hidden names in which Excel keeps a model: one row a name, with its field, its label, its text and its default.

A model lives in defined names of its sheet, `solver_` and a few letters. Excel writes 1 for on and 2 for off, other
programs write 0; so 1 is on and everything else is off. Settings that only this program knows are stored beside them
as `solver_sheet_` and the option's name, which Excel keeps and does not read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from solver.errors import FormulaError
from solver.formula.parse import parse
from solver.formula.show import spell_number
from solver.formula.tree import Binary, Number, Percent, Tree, Unary, postorder
from solver.model.model import ENGINES, UNLIMITED, Relation, Sense

if TYPE_CHECKING:
    from collections.abc import Callable

PREFIX = "solver_"
OWN = "sheet_"
"""What follows the prefix in names of this program's own."""

HELD_OUT = OWN + "held_out"
"""The cell that is watched beside the objective."""

WORDS = {Relation.INT: "integer", Relation.BIN: "binary", Relation.ALLDIFFERENT: "AllDifferent"}
"""What Excel stores as right side for relations that have none."""

_NO_LIMIT = str(UNLIMITED)

_PLAIN = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[Ee][+-]?\d+)?", re.ASCII)
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+", re.ASCII)
_OPERATIONS: dict[str, Callable[[float, float], float]] = {
    "+": lambda x, y: x + y,
    "-": lambda x, y: x - y,
    "*": lambda x, y: x * y,
    "/": lambda x, y: x / y,
    "^": lambda x, y: float(x**y),
}


@dataclass(frozen=True, slots=True)
class Codec:
    """A kind of stored text: to a value (ValueError where it is none) and back."""

    parse: Callable[[str], Any]
    render: Callable[[Any], str]


@dataclass(frozen=True, slots=True)
class HiddenName:
    """One row: the name without `solver_`, the label in Excel's dialog, and the text of a fresh model.

    `field` is the model's; "" means `options`. No default means that the name is not written without a value.
    """

    name: str
    label: str
    codec: Codec
    default: str = ""
    field: str = ""


def number(text: str) -> float:
    """The number that a stored text is: plain, with a decimal comma, or an expression of numbers; else ValueError.

    >>> number("1E-06"), number("-10*2"), number("0,05"), number("50%")
    (1e-06, -20.0, 0.05, 0.5)
    """
    text = text.strip().removeprefix("=")
    if _PLAIN.fullmatch(text):
        return float(text)
    if _DECIMAL_COMMA.fullmatch(text):
        return float(text.replace(",", "."))
    try:
        tree, literals = parse(text, 0, 0)
        return _folded(tree, literals)
    except (FormulaError, ArithmeticError, TypeError) as error:
        raise ValueError(f"{text} is not a number") from error


def spell(value: float) -> str:
    """A number as Excel stores it: all digits, an exponent only where it saves many.

    >>> spell(1e-6), spell(2147483647.0), spell(1e25), spell(0.1)
    ('0.000001', '2147483647', '1E+25', '0.1')
    """
    text = spell_number(value)
    return f"{Decimal(text):f}" if "E" in text and 1e-12 <= abs(value) < 1 else text


def plain(text: str) -> str:
    """A stored text without the quotes of a text constant."""
    text = text.strip().removeprefix("=")
    return text[1:-1].replace('""', '"') if len(text) > 1 and text[0] == text[-1] == '"' else text


def own_value(text: str) -> float | str:
    """The value of a name of this program's own: a number or a word."""
    try:
        return number(text)
    except ValueError:
        return plain(text)


def spell_own(value: float | str) -> str:
    """The text that is stored for a setting of this program's own."""
    if isinstance(value, str):
        return '"' + value.replace('"', '""') + '"'
    return _flag_text(value) if isinstance(value, bool) else spell(value)


def _folded(tree: Tree, literals: tuple[float, ...]) -> float:
    """The value of an expression of literals; TypeError when there is anything else in it."""
    done: list[float] = []
    for node in postorder(tree):
        match node:
            case Number(slot):
                done.append(literals[slot])
            case Unary(op):
                done.append(-done.pop() if op == "-" else done.pop())
            case Percent():
                done.append(done.pop() / 100)
            case Binary(op) if op in _OPERATIONS:
                right = done.pop()
                done.append(_OPERATIONS[op](done.pop(), right))
            case _:
                raise TypeError
    return done[0]


def _is_on(text: str) -> bool:
    return own_value(plain(text)) == 1


def _flag_text(value: float) -> str:
    return "1" if value == 1 else "2"


def _count(text: str) -> int:
    value = number(text)
    if not (value.is_integer() and value >= 0):
        raise ValueError(f"{text} is not a count")
    return int(value)


TEXT = Codec(str, str)
NUMBER = Codec(number, spell)
FLAG = Codec(_is_on, _flag_text)
COUNT = Codec(_count, str)
SENSE = Codec(lambda text: Sense(_count(text)), lambda sense: str(int(sense)))
ENGINE = Codec(lambda text: dict(enumerate(ENGINES, start=1))[_count(text)], lambda name: str(ENGINES.index(name) + 1))

TABLE = (
    HiddenName("opt", "Set Objective", TEXT, field="objective"),
    HiddenName("typ", "To", SENSE, "1", "sense"),
    HiddenName("val", "Value Of", NUMBER, "0", "target"),
    HiddenName("adj", "By Changing Variable Cells", TEXT, field="variables"),
    HiddenName("num", "Subject to the Constraints", COUNT, "0", "constraints"),
    HiddenName("eng", "Select a Solving Method", ENGINE, "1", "engine"),
    HiddenName("neg", "Make Unconstrained Variables Non-Negative", FLAG, "2", "nonnegative"),
    HiddenName("pre", "Constraint Precision", NUMBER, "0.000001"),
    HiddenName("scl", "Use Automatic Scaling", FLAG, "1"),
    HiddenName("sho", "Show Iteration Results", FLAG, "2"),
    HiddenName("rlx", "Ignore Integer Constraints", FLAG, "2"),
    HiddenName("tol", "Integer Optimality", NUMBER, "0.01"),
    HiddenName("tim", "Max Time (Seconds)", NUMBER, _NO_LIMIT),
    HiddenName("itr", "Iterations", NUMBER, _NO_LIMIT),
    HiddenName("nod", "Max Subproblems", NUMBER, _NO_LIMIT),
    HiddenName("mip", "Max Feasible Solutions", NUMBER, _NO_LIMIT),
    HiddenName("cvg", "Convergence", NUMBER, "0.0001"),
    HiddenName("drv", "Derivatives", NUMBER, "1"),
    HiddenName("est", "Estimates", NUMBER, "1"),
    HiddenName("nwt", "Search", NUMBER, "1"),
    HiddenName("msl", "Use Multistart", FLAG, "2"),
    HiddenName("ssz", "Population Size", NUMBER, "100"),
    HiddenName("rsd", "Random Seed", NUMBER, "0"),
    HiddenName("rbv", "Require Bounds on Variables", FLAG, "1"),
    HiddenName("mrt", "Mutation Rate", NUMBER, "0.075"),
    HiddenName("mni", "Maximum Time without Improvement", NUMBER, "30"),
)
"""Every name that Excel's dialog writes for a model, beside `lhs`, `rel` and `rhs` of each constraint and `ver`."""

BY_NAME = {row.name: row for row in TABLE}
OPTIONS = {row.name: row for row in TABLE if not row.field}

VERSION = ("ver", "3")
"""The version of the dialog, and which one a fresh model is for."""
