"""Options of an engine: each is declared once, as a field, and read from texts or from Excel's hidden numbers.

A field made by `option` carries its help, Excel's hidden name (without `solver_`) and the values it allows; the type
is that of its default. From these come the listing of the command, the reading of `-O name=value`, and the hints.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from solver.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_ON, _OFF = ("1", "true", "yes", "on"), ("0", "2", "false", "no", "off")


class Check(NamedTuple):
    """Which values are allowed, as a test and in words that follow "must be"."""

    test: Callable[[Any], bool]
    words: str


def at_least(low: float) -> Check:
    """Allows numbers from `low` upwards."""
    return Check(lambda value: bool(value >= low), f"at least {low:g}")


def above(low: float) -> Check:
    """Allows numbers greater than `low`."""
    return Check(lambda value: bool(value > low), f"greater than {low:g}")


def between(low: float, high: float) -> Check:
    """Allows numbers from `low` to `high`, ends included."""
    return Check(lambda value: bool(low <= value <= high), f"between {low:g} and {high:g}")


def one_of(*words: str) -> Check:
    """Allows the listed words."""
    return Check(lambda value: value in words, "one of " + ", ".join(words))


@dataclass(frozen=True, slots=True)
class Option:
    """One option of an engine, as its field declares it."""

    name: str
    default: float | str
    help: str
    excel: str = ""
    check: Check | None = None

    @property
    def kind(self) -> type:
        """The Python type of the values: bool, int, float or str."""
        return type(self.default)

    def read(self, value: object) -> float | str:
        """The value meant by a text or a stored number; raises EngineError when it is not allowed."""
        result = _converted(self, value)
        if (isinstance(result, float) and math.isnan(result)) or (self.check and not self.check.test(result)):
            raise EngineError(f"option {self.name}: {value} must be {self.check.words if self.check else 'a number'}")
        return result

    def allows(self, value: object) -> bool:
        """Whether a text or a stored number is an allowed value."""
        try:
            self.read(value)
        except EngineError:
            return False
        return True


def option(default: Any, help: str, *, excel: str = "", check: Check | None = None) -> Any:  # noqa: A002 (its name)
    """Declares a dataclass field as an option of the engine."""
    return dataclasses.field(default=default, metadata={"help": help, "excel": excel, "check": check})


def options_of(engine: type) -> tuple[Option, ...]:
    """The options that an engine's fields declare, in the order of declaration."""
    fields: tuple[Any, ...] = dataclasses.fields(engine)
    return tuple(Option(each.name, each.default, **each.metadata) for each in fields if "help" in each.metadata)


def plain_name(name: str) -> str:
    """An option's name as names are compared: in lower case, with underscores, without `solver_`."""
    return name.strip().lower().replace("-", "_").removeprefix("solver_")


def find_option(options: Iterable[Option], name: str) -> Option | None:
    """The option that a name means: its own, or Excel's hidden one."""
    plain = plain_name(name)
    return next((each for each in options if plain == each.name or (each.excel and plain == each.excel)), None)


def _converted(option: Option, value: object) -> float | str:
    text = str(value).strip()
    if option.kind is str:
        return text.lower()
    if option.kind is bool:
        return _flag(option, text.lower().removesuffix(".0"))
    try:
        number = float(text[:-1]) / 100 if text.endswith("%") else float(text)
    except ValueError:
        raise EngineError(f"option {option.name}: {text} is not a number") from None
    if option.kind is not int:
        return number
    if not number.is_integer():
        raise EngineError(f"option {option.name}: {text} is not a whole number")
    return int(number)


def _flag(option: Option, text: str) -> bool:
    if text in _ON or text in _OFF:
        return text in _ON
    raise EngineError(f"option {option.name}: {text} is neither on nor off", hint="1 is on, 2 or 0 is off")
