"""A model plan as the hidden names in which Excel keeps a Solver model: every name that its dialog writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solver.grid import Area
from solver.templates.plan import Relation

if TYPE_CHECKING:
    from solver.templates.plan import ModelPlan

_WORDS = {Relation.INTEGER: "integer", Relation.BINARY: "binary", Relation.ALL_DIFFERENT: "AllDifferent"}

# What Excel's dialog stores when nobody has touched the options.
_OPTIONS = {
    "ver": "3",
    "cvg": "0.0001",
    "drv": "1",
    "est": "1",
    "itr": "2147483647",
    "mip": "2147483647",
    "mni": "30",
    "mrt": "0.075",
    "msl": "2",
    "nod": "2147483647",
    "nwt": "1",
    "pre": "0.000001",
    "rbv": "1",
    "rlx": "2",
    "rsd": "0",
    "scl": "1",
    "sho": "2",
    "ssz": "100",
    "tim": "2147483647",
    "tol": "0.01",
}


def stored_names(model: ModelPlan) -> tuple[tuple[str, str], ...]:
    """The names with their texts, in alphabetical order as Excel stores them."""
    fields = {
        **_OPTIONS,
        **model.options,
        "typ": str(int(model.sense)),
        "val": _number(model.target),
        "adj": ",".join(str(area) for area in model.variables),
        "num": str(len(model.rules)),
        "eng": str(int(model.method)),
        "neg": "1" if model.non_negative else "2",
    }
    if model.objective is not None:
        fields["opt"] = str(Area.of(model.objective))
    for number, rule in enumerate(sorted(model.rules, key=lambda rule: rule.left.absolute), start=1):
        fields[f"lhs{number}"] = str(rule.left)
        fields[f"rel{number}"] = str(int(rule.relation))
        fields[f"rhs{number}"] = _right(rule.right, rule.relation)
    for key, value in model.own.items():
        fields[f"sheet_{key}"] = f'"{value}"' if isinstance(value, str) else _number(value)
    return tuple(sorted((f"solver_{key}", text) for key, text in fields.items()))


def _right(side: Area | float | None, relation: Relation) -> str:
    if side is None:
        return _WORDS[relation]
    return str(side) if isinstance(side, Area) else _number(side)


def _number(value: float) -> str:
    return repr(int(value)) if value == int(value) else repr(value)
