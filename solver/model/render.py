"""From a model to the hidden names that store it, and only those of them that must change.

A file is compared by meaning: a name whose stored text means what the model says keeps its text, however it is
spelled (`1E+25`, `"binary"`, a defined name). Names of other programs are never touched, and none is ever left empty.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from solver.book.book import DefinedName
from solver.grid import Area
from solver.model.model import ENGINES
from solver.model.names import HELD_OUT, OPTIONS, OWN, PREFIX, TABLE, VERSION, WORDS, spell, spell_own
from solver.model.recall import hidden_names, is_model, stored_constraints, stored_model

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from solver.book.book import Book
    from solver.model.model import Constraint, Model

_OF_CONSTRAINT = re.compile(r"(?:lhs|rel|rhs)([1-9]\d*)")
_MORE_VARIABLES = re.compile(r"adj\d+")


class _Row(NamedTuple):
    """The three texts of one constraint."""

    lhs: str
    rel: str
    rhs: str


def names_of(model: Model) -> dict[str, str]:
    """All names that store a model, without `solver_`, with their texts: what Excel's dialog would write afresh."""
    return {**_single(model), **_numbered(map(_spelled, model.constraints))}


def render(model: Model, book: Book) -> tuple[tuple[DefinedName, ...], tuple[tuple[str, int], ...]]:
    """The names to set and the (name, sheet position) to drop so that the book stores the model."""
    old, stored = stored_model(book, model.sheet), hidden_names(book, model.sheet)
    if replace(model, foreign=old.foreign) == old:
        return (), ()
    wanted, had = _single(model), _single(old)
    if "lin" in stored:
        wanted["lin"], had["lin"] = _assumes_linear(model), _assumes_linear(old)
    if "int" in stored and model.constraints != old.constraints:
        wanted["int"] = "0"  # LibreOffice's mark on the whole model is now a constraint of its own
    if VERSION[0] in stored and is_model(stored):
        # Excel's own versions differ in what they leave out; a model that one of them wrote is whole
        wanted = {key: text for key, text in wanted.items() if key in stored or text != had.get(key)}
    rows = tuple(_rows(model, old, book, stored))
    wanted = {**wanted, "num": str(len(rows)), **_numbered(rows)}
    had.pop("num")
    position = book.sheets[model.sheet].position
    changed = (
        DefinedName(stored[key].name if key in stored else PREFIX + key, text, position, hidden=True)
        for key, text in sorted(wanted.items())
        if key not in stored or text not in (had.get(key), stored[key].text)
    )
    gone = (name.name for key, name in stored.items() if key not in wanted and _is_dropped(key, name, model, old))
    return tuple(changed), tuple((name, position) for name in gone)


def _single(model: Model) -> dict[str, str]:
    """The texts of all names but those of the constraints."""
    texts = dict([VERSION])
    for row in TABLE:
        value = _field(model, row.field) if row.field else model.options.get(row.name)
        text = row.default if value is None else row.codec.render(value)
        if text:
            texts[row.name] = text
    if model.engine not in ENGINES:
        texts[OWN + "engine"] = spell_own(model.engine)
    if model.held_out is not None:
        texts[HELD_OUT] = str(Area.of(model.held_out))
    texts.update({OWN + name: spell_own(value) for name, value in model.options.items() if name not in OPTIONS})
    return texts


def _field(model: Model, field: str) -> Any:
    if field == "objective":
        return None if model.objective is None else str(Area.of(model.objective))
    if field == "variables":
        return ",".join(map(str, model.variables)) or None
    if field == "constraints":
        return len(model.constraints)
    if field == "engine":
        return model.engine if model.engine in ENGINES else None
    return getattr(model, field)


def _numbered(rows: Iterable[_Row]) -> dict[str, str]:
    return {
        f"{side}{count}": text
        for count, row in enumerate(rows, start=1)
        for side, text in row._asdict().items()
        if text
    }


def _spelled(constraint: Constraint) -> _Row:
    right = constraint.right
    if not constraint.relation.compares:
        text = WORDS[constraint.relation]
    else:
        text = str(right) if isinstance(right, Area | str) else spell(right or 0.0)
    return _Row(str(constraint.left), str(int(constraint.relation)), text)


def _rows(model: Model, old: Model, book: Book, stored: Mapping[str, DefinedName]) -> Iterator[_Row]:
    """The texts of all constraints; what is stored keeps its spelling, and what cannot be used comes last."""
    numbered = stored_constraints(book, model.sheet)
    texts = {
        count: _Row(
            *(stored[key].text if key in stored else "" for key in (f"lhs{count}", f"rel{count}", f"rhs{count}"))
        )
        for count in numbered
    }
    if (model.constraints, _broken(model)) == (old.constraints, _broken(old)):
        yield from texts.values()
        return
    kept = {constraint: texts[count] for count, constraint in numbered.items() if constraint is not None}
    for constraint in model.constraints:
        row = kept.get(constraint)
        yield row if row is not None and all(row) else _spelled(constraint)
    yield from (texts[count] for count in _broken(model) if count in texts)


def _broken(model: Model) -> tuple[int, ...]:
    """The stored numbers of the constraints that cannot be used."""
    found = (_OF_CONSTRAINT.fullmatch(fault.name.lower().removeprefix(PREFIX)) for fault in model.faults)
    return tuple(sorted({int(match[1]) for match in found if match is not None}))


def _is_dropped(key: str, name: DefinedName, model: Model, old: Model) -> bool:
    """Whether a stored name that the model does not ask for goes.

    Constraints behind the last one go with a change of the list, so that no program revives them.
    """
    if key in ("opt", "adj"):
        return all(fault.name.lower() != PREFIX + key for fault in model.faults)
    if _MORE_VARIABLES.fullmatch(key):
        return model.variables != old.variables and name not in old.foreign
    if _OF_CONSTRAINT.fullmatch(key):
        return (model.constraints, _broken(model)) != (old.constraints, _broken(old))
    return key.startswith(OWN)


def _assumes_linear(model: Model) -> str:
    """The old name that some versions keep beside the engine."""
    return "1" if model.engine == "simplex" else "2"
