"""Which method answers a model: the stored engine says what is promised, the structure says what is best.

The table is read from the top; the first row that fits is taken. Integers are then put around the method by branch
and bound, and several starts around that, where they are asked for.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from solver.algebra.structure.ladder import Degree
from solver.engines.base import Engine, Handles, Wrapper, engines, find_engine
from solver.engines.options import find_option, plain_name
from solver.errors import EngineError, near_miss
from solver.model.model import ENGINES, UNLIMITED
from solver.model.names import OPTIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from solver.model.problem import Problem

IGNORED = {
    "drv": "derivatives are exact",
    "est": "derivatives are exact",
    "nwt": "the method is chosen by structure",
    "lin": "whether the model is linear is read from its formulas",
    "sho": "every iteration can be watched",
    "neg": "it belongs to the model, as lower bounds",
    "ver": "it names the file format",
    "msl": "it is no setting of the method but asks for several starts",
}
"""Excel's names that no method reads, and why."""

LIMITS = ("tim", "itr", "nod", "mip")
"""Stored limits, for which Excel's largest number means none, and 0 where another program wrote it."""

MANY = 500
"""Beyond so many variables a fit is done with gradients alone: a matrix of them costs more than the steps it saves."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the table: for which stored engines, for which structure, which engine, and the reason to print."""

    asked: tuple[str, ...]
    fits: Callable[[Problem], bool]
    engine: str
    why: str


def is_piecewise_linear(problem: Problem) -> bool:
    """Whether corners, jumps and products with binaries are all that keeps the formulas from being linear."""
    return problem.pieces is not None and problem.pieces() is not None


def is_convex_but_for_corners(problem: Problem) -> bool:
    """Whether the objective is a convex quadratic and the rows are linear once their corners are rows, too."""
    lifting = problem.lifting and problem.lifting()
    return lifting is not None and lifting.problem.convex


TABLE = (
    Rule(("simplex",), lambda _: True, "simplex", "the model asks for Simplex LP"),
    Rule(("grg", "evolutionary"), lambda p: p.all_linear, "simplex", "all formulas are linear"),
    Rule(("grg", "evolutionary"), lambda p: bool(p.groups), "evolutionary", "cells must be all different"),
    Rule(
        ("grg", "evolutionary"),
        lambda p: p.convex and p.m > 0,
        "interior",
        "the objective is a convex quadratic and the constraints are linear",
    ),
    Rule(
        ("grg", "evolutionary"),
        is_piecewise_linear,
        "piecewise",
        "linear formulas are joined by corners, conditions or binaries",
    ),
    Rule(
        ("grg", "evolutionary"),
        lambda p: (p.m > 0 or p.residuals is None) and is_convex_but_for_corners(p),
        "epigraph",
        "all is convex but for corners, which can be rows",
    ),
    Rule(("evolutionary",), lambda _: True, "evolutionary", "the model asks for Evolutionary"),
    Rule(("grg",), lambda p: p.worst_degree is Degree.STEP, "nonsmooth", "the formulas jump"),
    Rule(("grg",), lambda p: p.worst_degree is Degree.KINK, "nonsmooth", "the formulas have corners"),
    Rule(
        ("grg",),
        lambda p: p.residuals is not None and p.m == 0 and p.n <= MANY,
        "least_squares",
        "the objective is a sum of squares",
    ),
    Rule(("grg",), lambda p: p.m == 0 and p.n <= MANY, "trust", "the objective is smooth, without constraint rows"),
    Rule(("grg",), lambda p: p.m == 0, "alternating", "the objective is smooth, with very many cells"),
    Rule(("grg",), lambda _: True, "grg", "the formulas are smooth"),
)


def choose(
    problem: Problem,
    asked: str | None,
    options: Mapping[str, str | float],
    stored: Mapping[str, str | float] | None = None,
) -> tuple[Engine, str]:
    """The engine for a problem with its options set, and why.

    `asked` is the engine stored in the workbook ("grg", "simplex", "evolutionary"), the name of any engine, or None
    for the best. `options` were given by hand and must be known to the engine; `stored` came with the workbook, by
    Excel's names, and count where the engine knows them. Raises EngineError.
    """
    wanted = (asked or "grg").strip().lower()
    stored = _meant(stored or {})
    if wanted in ENGINES:
        rule = next(rule for rule in TABLE if wanted in rule.asked and rule.fits(problem))
        name, why = rule.engine, rule.why
    else:
        name, why = find_engine(wanted).about.name, "as asked"
    stack = _stack(problem, name, _is_on(options, stored, "msl"), _is_on(options, stored, "rlx"))
    engine = _made(stack, options, stored)
    ignored = _unread(stack, options, by_table=wanted in ENGINES)
    ignored += _passed_over(stack, options, stored)
    if len(stack) > 1:
        why += ", with " + " and ".join(each.about.title.lower() for each in reversed(stack[1:]))
    return engine, "; ".join([why, *ignored])


def _stack(problem: Problem, name: str, several: bool, relax: bool) -> list[type[Engine]]:
    """The engines from the inmost to the outmost."""
    stack = [find_engine(name)]
    whole = bool(problem.integer.any() or problem.binary.any()) and not relax
    if whole and not stack[0].about.handles & Handles.INTEGERS:
        stack.append(find_engine("branch"))
    if several and name not in ("simplex", "interior", "evolutionary", "multistart"):
        stack.append(find_engine("multistart"))
    return stack


def _made(stack: list[type[Engine]], options: Mapping[str, str | float], stored: Mapping[str, str | float]) -> Engine:
    """The engines of a stack inside each other; settings given by hand count more than stored ones."""
    made: Engine | None = None
    for make in stack:
        settings: dict[str, Any] = {}
        for given, trusted in ((stored, False), (options, True)):
            for name, value in given.items():
                found = find_option(make.about.options, name)
                if found is not None and (trusted or found.allows(value)):
                    settings[found.name] = found.read(value)
        # The stored convergence would end a run far from its optimum; that of a population is no such promise.
        if make.about.name != "evolutionary" and not _given(options, "cvg"):
            settings.pop("convergence", None)
        # Who asks for several starts by hand has not seen the stored box that asks for bounds.
        if make.about.name == "multistart" and _given(options, "msl") and not _given(options, "rbv"):
            settings.pop("require_bounds", None)
        if _given(options, "tol") and find_option(make.about.options, "prove") and not _given(options, "prove"):
            settings["prove"] = 0.0
        outer = make(**settings)
        made = replace(outer, inner=made) if isinstance(outer, Wrapper) and made is not None else outer
    assert made is not None, "a stack holds at least one engine"
    return made


def _given(options: Mapping[str, str | float], hidden: str) -> bool:
    """Whether an option was set by hand, under Excel's name or its own."""
    own = {each.excel: each.name for about in engines() for each in about.options if each.excel}
    names = {hidden, own.get(hidden, hidden)}
    return any(plain_name(name) in names for name in options)


def _unread(stack: list[type[Engine]], options: Mapping[str, str | float], *, by_table: bool) -> list[str]:
    """Notes on given options that no engine of the stack reads; raises EngineError on those that nobody knows."""
    notes = []
    everywhere = [option for about in engines() for option in about.options]
    for name in options:
        hidden = plain_name(name)
        if any(find_option(make.about.options, name) for make in stack):
            continue
        if hidden == "msl" and len(stack) > 1:
            continue
        elsewhere = find_option(everywhere, name)
        if hidden in IGNORED:
            notes.append(f"{name} is ignored: {IGNORED[hidden]}")
        elif by_table and elsewhere is not None and elsewhere.excel:
            notes.append(f"{name} is ignored: {stack[0].about.name} has no use for it")
        else:
            known = {each.name for make in stack for each in make.about.options}
            known |= {each.excel for make in stack for each in make.about.options if each.excel}
            raise EngineError(f"engine {stack[0].about.name} has no option {name}", hint=near_miss(name, known))
    return notes


def _passed_over(
    stack: list[type[Engine]], options: Mapping[str, str | float], stored: Mapping[str, str | float]
) -> list[str]:
    """Notes on stored settings, other than those of a fresh model, that no engine of the stack goes by."""
    names = [make.about.name for make in stack]
    notes = []
    for name, value in stored.items():
        row = OPTIONS.get(name)
        if row is None or row.codec.parse(row.default) == value or _given(options, name):
            continue
        found = [option for make in stack if (option := find_option(make.about.options, name))]
        if name == "msl" and "multistart" in names:
            continue
        if name == "cvg" and found and "evolutionary" not in names:
            reason = "it would end the run far from the optimum; -O cvg=... counts"
        elif found:
            if found[0].allows(value):
                continue
            reason = f"{value} is not allowed"
        else:
            reason = IGNORED.get(name, f"{names[0]} has no use for it")
        notes.append(f"the stored {name} is ignored: {reason}")
    return notes


def _meant(stored: Mapping[str, str | float]) -> dict[str, str | float]:
    """The stored options without those that say nothing: limits that are not set."""
    result = {}
    for name, value in stored.items():
        hidden = plain_name(name)
        if hidden in LIMITS and not 0 < _number(value) < UNLIMITED:
            continue
        result[hidden] = value
    return result


def _number(value: str | float) -> float:
    try:
        return float(value)
    except ValueError:
        return np.nan


def _is_on(options: Mapping[str, str | float], stored: Mapping[str, str | float], hidden: str) -> bool:
    names = {"msl": ("msl", "multistart"), "rlx": ("rlx", "relax")}[hidden]
    result = str(stored.get(hidden, "2"))
    for name, value in options.items():
        if plain_name(name) in names:
            result = str(value)
    return result.strip().lower().removesuffix(".0") in ("1", "on", "yes", "true")
