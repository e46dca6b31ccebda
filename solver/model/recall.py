"""From a book's hidden names to its models.

A sheet has a model when it stores variable cells, or an objective with constraints; Excel leaves a few names on other
sheets too. `solver_num` says how many constraints live: names with higher numbers are what deleted ones left behind.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from solver.model.model import ENGINES, Constraint, Fault, Model, Relation, Sense
from solver.model.names import BY_NAME, HELD_OUT, OPTIONS, OWN, PREFIX, VERSION, number, own_value, plain
from solver.model.references import NotCellsError, Scope, find_area, find_areas, find_right, scope_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from solver.book.book import Book, DefinedName
    from solver.grid import Area, Cell
    from solver.model.model import Right

ANALYTIC = 16
"""From this version of the dialog on, the list of variables may go on in `solver_adj1`, `solver_adj2` and so forth."""

_ONE = re.compile(r"(?:lhs|rel|rhs)[0-9]{1,9}")
LIBREOFFICE = {"coinmp": "simplex", "lpsolve": "simplex", "swarm": "grg", "nlpsolver": "evolutionary"}
"""What LibreOffice calls its engines, for files that name no other."""


def recall(book: Book) -> dict[str, Model]:
    """The stored models by sheet, in the order of the tabs."""
    stored = {sheet: hidden_names(book, sheet) for sheet in book.sheets}
    return {sheet: _model(book, sheet, names) for sheet, names in stored.items() if is_model(names)}


def stored_model(book: Book, sheet: str) -> Model:
    """What a sheet stores of a model, however little that is."""
    return _model(book, sheet, hidden_names(book, sheet))


def stored_constraints(book: Book, sheet: str) -> dict[int, Constraint | None]:
    """The live constraints of a sheet by their stored numbers, None for those that cannot be used."""
    return _constraints(_Reading(hidden_names(book, sheet), scope_of(book, sheet)))


def hidden_names(book: Book, sheet: str) -> dict[str, DefinedName]:
    """The sheet's own `solver_` names by what follows the prefix, in lower case.

    Some programs store a model for the whole workbook, or count worksheets where tabs are meant: where a sheet has
    no model of its own, such names are those of the sheet on which their variable cells lie.
    """
    found = _names_at(book, book.sheets[sheet].position)
    if is_model(found):
        return found
    tabs = {each.position for each in book.sheets.values()}
    astray = {name.sheet for name in book.names if name.sheet not in tabs and name.name.lower() == PREFIX + "adj"}
    for position in sorted(astray, key=lambda place: (place is not None, place)):
        others = _names_at(book, position)
        areas = find_areas(others["adj"].text, scope_of(book, sheet)).areas
        if areas and areas[0].sheet == sheet:
            return others | found
    return found


def _names_at(book: Book, position: int | None) -> dict[str, DefinedName]:
    """The `solver_` names of one tab, or of the whole workbook."""
    found: dict[str, DefinedName] = {}
    for name in book.names:
        key = name.name.lower()
        if name.sheet == position and key.startswith(PREFIX):
            found.setdefault(key.removeprefix(PREFIX), name)
    return found


def is_model(names: Mapping[str, DefinedName]) -> bool:
    """Whether a sheet's hidden names make a model: variable cells, or an objective with constraints."""
    if "adj" in names:
        return True
    return "opt" in names and "num" in names and names["num"].text.strip() not in ("", "0")


@dataclass(slots=True)
class _Reading:
    """The names of one sheet while they are read: which have been, and what was wrong with them."""

    names: Mapping[str, DefinedName]
    scope: Scope
    read: set[str] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)

    def text(self, key: str) -> str | None:
        """The text of a name, which counts as read."""
        if key not in self.names:
            return None
        self.read.add(key)
        return self.names[key].text.strip()

    def value(self, key: str) -> Any:
        """The value of a scalar name as its row in the table reads it; None where it is missing or unusable."""
        text = self.text(key)
        if not text:
            return None
        try:
            return BY_NAME[key].codec.parse(text)
        except (ValueError, KeyError):
            self.fault(key, f"{BY_NAME[key].label} cannot be read", "set it again")
            return None

    def fault(self, key: str, what: str, hint: str) -> None:
        """Note what is wrong with a name."""
        name = self.names[key].name if key in self.names else PREFIX + key
        text = self.names[key].text if key in self.names else ""
        self.faults.append(Fault(name, text, what, hint))


def _model(book: Book, sheet: str, names: Mapping[str, DefinedName]) -> Model:
    reading = _Reading(names, scope_of(book, sheet))
    fields = {
        "sense": reading.value("typ") or Sense.MAX,
        "target": reading.value("val"),
        "objective": _cell(reading, "opt", "objective"),
        "held_out": _cell(reading, HELD_OUT, "held-out loss"),
        "variables": _variables(reading),
        "nonnegative": reading.value("neg"),
        "engine": _engine(reading),
        "options": _options(reading),
    }
    constraints = [each for each in _constraints(reading).values() if each is not None]
    if reading.text("lo_eng") and _flag(reading, "int"):
        whole = [Constraint(area, Relation.INT) for area in fields["variables"]]
        constraints += [each for each in whole if each not in constraints]
    return Model(
        sheet,
        constraints=tuple(constraints),
        foreign=tuple(name for key, name in names.items() if key not in reading.read),
        faults=tuple(reading.faults),
        **{key: value for key, value in fields.items() if value is not None},
    )


def _cell(reading: _Reading, key: str, what: str) -> Cell | None:
    text = reading.text(key)
    if not text:
        return None
    try:
        area = find_area(text, reading.scope)
    except NotCellsError as error:
        reading.fault(key, f"the {what} cell cannot be used, {error.what}", f"choose one cell as the {what}")
        return None
    if area.size > 1:
        reading.fault(key, f"the {what} must be a single cell", f"choose one cell as the {what}")
        return None
    return area.first


def _variables(reading: _Reading) -> tuple[Area, ...]:
    keys = ["adj"]
    if _version(reading) >= ANALYTIC:
        count = 1
        while f"adj{count}" in reading.names:
            keys.append(f"adj{count}")
            count += 1
    areas: list[Area] = []
    for key in keys:
        text = reading.text(key)
        if text is None:
            continue
        found = find_areas(text, reading.scope)
        areas.extend(found.areas)
        if found.wrong is not None:
            reading.fault(
                key, f"the variable cells cannot be used, {found.wrong.what}", "choose the variable cells again"
            )
    return tuple(areas)


def _constraints(reading: _Reading) -> dict[int, Constraint | None]:
    found: dict[int, Constraint | None] = {}
    last = max((int(key[3:]) for key in reading.names if _ONE.fullmatch(key)), default=0)
    for count in range(1, min(reading.value("num") or 0, last + 1) + 1):  # one that is missing is fault enough
        left, relation = _left(reading, count), _relation(reading, count)
        right = _right(reading, count, relation)
        if left is None or relation is None or isinstance(right, NotCellsError):
            found[count] = None
        else:
            found[count] = Constraint(left, relation, right)
    return found


def _left(reading: _Reading, count: int) -> Area | None:
    key = f"lhs{count}"
    try:
        return find_area(reading.text(key) or "", reading.scope)
    except NotCellsError as error:
        reading.fault(key, f"the cells of constraint {count} cannot be used, {error.what}", error.hint)
        return None


def _relation(reading: _Reading, count: int) -> Relation | None:
    key = f"rel{count}"
    try:
        return Relation(int(number(reading.text(key) or "")))
    except ValueError:
        reading.fault(key, f"constraint {count} has no known relation", "choose <=, =, >=, int, bin or dif")
        return None


def _right(reading: _Reading, count: int, relation: Relation | None) -> Right | NotCellsError:
    key = f"rhs{count}"
    text = reading.text(key)
    if relation is None or not relation.compares:
        return None
    try:
        return find_right(text or "", reading.scope)
    except NotCellsError as error:
        reading.fault(key, f"the right side of constraint {count} cannot be used, {error.what}", error.hint)
        return error


def _engine(reading: _Reading) -> str | None:
    """This program's own name first, then Excel's number, then what other and older programs store."""
    own = reading.text(OWN + "engine")
    stored = {str(k): name for k, name in enumerate(ENGINES, start=1)}.get(reading.text("eng") or "")
    linear = _flag(reading, "lin")
    if own:
        return plain(own).lower()
    if stored is not None:
        return stored
    other = plain(reading.text("lo_eng") or "").lower()
    by_other = next((engine for word, engine in LIBREOFFICE.items() if word in other), None)
    return by_other or ("simplex" if linear else None)


def _options(reading: _Reading) -> dict[str, float | str]:
    options: dict[str, float | str] = {}
    for key in OPTIONS:
        value = reading.value(key)
        if value is not None:
            options[key] = value
    for key in reading.names:
        if key.startswith(OWN) and key not in (OWN + "engine", HELD_OUT):
            options[key.removeprefix(OWN)] = own_value(reading.text(key) or "")
    return options


def _version(reading: _Reading) -> float:
    try:
        return number(reading.text(VERSION[0]) or "0")
    except ValueError:
        return 0.0


def _flag(reading: _Reading, key: str) -> bool:
    return (reading.text(key) or "") == "1"
