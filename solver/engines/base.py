"""An engine, in exactly one place: a frozen dataclass whose fields are its options.

The decorator says what the engine needs and what it can handle; from this text alone come the registry, the listing
of the command, the validation of options and the matrix of tests. What an engine cannot handle is added by wrapping
it (see `solver.engines.run`).
"""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
from dataclasses import dataclass
from enum import Flag, auto
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from solver.engines.options import Option, above, at_least, between, option, options_of
from solver.errors import EngineError, near_miss
from solver.model.model import UNLIMITED

if TYPE_CHECKING:
    from collections.abc import Callable

    from solver.engines.progress import Progress
    from solver.model.problem import Problem
    from solver.model.solution import Solution


class Needs(Flag):
    """What an engine asks of a problem."""

    VALUES = 0
    GRADIENT = auto()
    HESSIAN = auto()
    RESIDUALS = auto()
    LINEAR = auto()
    PIECES = auto()
    """Linear formulas joined by corners, jumps and products with binaries."""
    CORNERS = auto()
    """Smooth formulas joined by corners."""


class Handles(Flag):
    """What a problem may have beside a smooth objective."""

    BOUNDS = auto()
    ROWS = auto()
    INTEGERS = auto()
    GROUPS = auto()
    STEPS = auto()
    """Corners and jumps: no derivative is trusted."""


@dataclass(frozen=True, slots=True)
class About:
    """What the decorator of an engine says, with its options: enough for a listing."""

    name: str
    title: str
    help: str
    needs: Needs
    handles: Handles
    options: tuple[Option, ...]
    make: type[Engine]


@dataclass(frozen=True, kw_only=True)
class Engine:
    """A method of optimisation with its settings; the fields here are common to all engines."""

    about: ClassVar[About]
    takes_all: ClassVar[bool] = False
    """Whether the engine is given the whole problem, with variables whose bounds are equal."""
    roams: ClassVar[bool] = False
    """Whether the engine draws points, and so would move variables that nothing depends on."""

    precision: float = option(
        1e-6, "how far a constraint may be violated", excel="pre", check=between(1e-15, 0.9999999)
    )
    time_limit: float = option(
        float(UNLIMITED), "seconds after which the best point is kept", excel="tim", check=above(0)
    )
    iterations: int = option(UNLIMITED, "steps after which the best point is kept", excel="itr", check=at_least(0))
    scaling: bool = option(True, "measure violations and steps relative to the size of the numbers", excel="scl")
    relax: bool = option(False, "ignore integer, binary and all-different constraints", excel="rlx")
    early_stop: int = option(
        0, "steps without a better held-out loss after which its best point is kept, 0 for no end", check=at_least(0)
    )
    seed: int = option(0, "seed of random numbers; 0 draws a new one", excel="rsd", check=at_least(0))

    def minimise(self, problem: Problem, progress: Progress) -> Solution:
        """The solution of a problem whose parts this engine handles; every iterate is told to `progress`."""
        raise NotImplementedError

    @property
    def name(self) -> str:
        """The engine's name in the registry."""
        return self.about.name

    def settings(self) -> dict[str, float | str]:
        """The value of every option."""
        return {each.name: getattr(self, each.name) for each in self.about.options}


@dataclass(frozen=True, kw_only=True)
class Wrapper(Engine):
    """An engine that runs another one many times."""

    takes_all: ClassVar[bool] = True
    inner: Engine | None = None

    def settings(self) -> dict[str, float | str]:
        """The value of every option, with those of the inner engine."""
        return {**(self.inner.settings() if self.inner else {}), **super().settings()}


E = TypeVar("E", bound=Engine)

_REGISTRY: dict[str, type[Engine]] = {}


def engine(*, name: str, title: str, needs: Needs, handles: Handles) -> Callable[[type[E]], type[E]]:
    """Registers a frozen dataclass as an engine."""

    def register(cls: type[E]) -> type[E]:
        text = " ".join((cls.__doc__ or "").split())
        cls.about = About(name, title, text, needs, handles, options_of(cls), cls)
        _REGISTRY[name] = cls
        return cls

    return register


@cache
def _load_all() -> None:
    """Imports all modules of this folder and its rooms, so that their engines register themselves."""
    package = importlib.import_module(__package__ or "solver.engines")
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        importlib.import_module(module.name)


def engines() -> tuple[About, ...]:
    """All engines found in this folder, sorted by name."""
    _load_all()
    return tuple(_REGISTRY[name].about for name in sorted(_REGISTRY))


def find_engine(name: str) -> type[Engine]:
    """The engine of a name; an unknown one raises EngineError with the nearest known."""
    known = {about.name: about.make for about in engines()}
    plain = name.strip().lower().replace("-", "_")
    if plain not in known:
        raise EngineError(f"there is no engine {name}", hint=near_miss(plain, known))
    return known[plain]


def with_settings_of(make: type[E], other: Engine, **own: Any) -> E:
    """An engine of another kind with the common settings of a given one, and some of its own."""
    common = {field.name: getattr(other, field.name) for field in dataclasses.fields(Engine)}
    return make(**common, **own)
