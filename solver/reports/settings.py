"""The options of a run in the sentences of the Answer Report.

Where Excel's option has no meaning for the engine that was used, its phrase is left out; options that only this
program has follow by their own names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from solver.model.model import UNLIMITED

if TYPE_CHECKING:
    from solver.model.answer import Answer

_PHRASES = {
    "convergence": "Convergence",
    "population": "Population Size",
    "mutation": "Mutation Rate",
    "seed": "Random Seed",
}
_ELSEWHERE = {"precision", "time_limit", "iterations", "scaling", "relax", "nodes", "solutions", "tolerance"}


def option_lines(answer: Answer) -> list[str]:
    """The lines below "Solver Options": limits, what belongs to the engine, and integers."""
    settings, model = answer.used.settings, answer.binding.model
    stored = model.options
    scaling = ", Use Automatic Scaling" if answer.used.scaling else ""
    limits = [
        f"Max Time {_limit(settings['time_limit'])}, ",
        f"Iterations {_limit(settings['iterations'])},",
        f"Precision {decimal(answer.used.precision)}{scaling}",
    ]
    whole = [
        f"Max Subproblems {_limit(settings.get('nodes', stored.get('nod', UNLIMITED)))}",
        f"Max Integer Sols {_limit(settings.get('solutions', stored.get('mip', UNLIMITED)))}",
        f"Integer Tolerance {decimal(float(settings.get('tolerance', stored.get('tol', 0.01))) * 100)}%",
    ]
    if settings["relax"]:
        whole.append("Solve Without Integer Constraints")
    if model.nonnegative:
        whole.append("Assume NonNegative")
    own = _own(answer)
    return [" ".join(limits), *([" " + ", ".join(own)] if own else []), ", ".join(whole)]


def _own(answer: Answer) -> list[str]:
    """What belongs to the engine; nothing for Simplex, as in Excel."""
    if answer.used.name == "simplex":
        return []
    settings = answer.used.settings
    phrases = [f"{phrase} {_limit(settings[name])}" for name, phrase in _PHRASES.items() if name in settings]
    if answer.used.name == "grg":
        phrases.append("Derivatives Exact")
    if settings.get("require_bounds"):
        phrases.append("Require Bounds")
    others = set(settings) - set(_PHRASES) - _ELSEWHERE - {"require_bounds"}
    return phrases + [f"{name.replace('_', ' ').capitalize()} {_limit(settings[name])}" for name in sorted(others)]


def _limit(value: float | str) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "on" if value else "off"
    return "Unlimited" if value >= UNLIMITED else decimal(value)


def decimal(value: float | str) -> str:
    """A number without an exponent where that is readable.

    >>> decimal(1e-6), decimal(0.05 * 100), decimal(1e-30)
    ('0.000001', '5', '1e-30')
    """
    value = float(value)
    return f"{value:.12f}".rstrip("0").rstrip(".") if 1e-12 <= abs(value) < 1 else f"{value:.15g}"
