"""Questions about the book: its sheets and formulas, a cell's place, links and the program itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solver.functions.coerce import text_of
from solver.functions.here import Reference, References
from solver.functions.operand import NotUniform, Operand, error, lone, of_scalars
from solver.functions.registry import Calculus, function
from solver.grid import Cell, quote_sheet
from solver.values import ErrorValue, Kind

if TYPE_CHECKING:
    from solver.functions.here import Here
    from solver.functions.registry import Ref, Value
    from solver.values import Scalar


def _formulas(here: Here, area: Reference) -> list[list[str | None]]:
    if not area.fixed:
        raise NotUniform
    return here.formulas(area)


@function("ISFORMULA", calculus=Calculus.STEP)
def isformula(here: Here, area: Ref) -> Operand:
    """Whether a cell holds a formula.

    =ISFORMULA(A1) -> FALSE
    """
    if not isinstance(area, Reference):
        return error(ErrorValue.VALUE)
    return of_scalars([[text is not None for text in line] for line in _formulas(here, area)])


@function("FORMULATEXT", calculus=Calculus.STEP)
def formulatext(here: Here, area: Ref) -> Operand:
    """The formula of a cell as a text, #N/A if it has none.

    =FORMULATEXT(A1) -> #N/A
    """
    if not isinstance(area, Reference):
        return error(ErrorValue.VALUE)
    return of_scalars([[ErrorValue.NA if text is None else text for text in line] for line in _formulas(here, area)])


@function("SHEET", calculus=Calculus.STEP)
def sheet(here: Here, which: Ref | None = None) -> Operand:
    """The number of a sheet, counted from 1: of a range, of a name, or of the formula's own.

    =SHEET() -> 1
    =SHEET("Sheet1") -> 1
    =SHEET("no such sheet") -> #N/A
    """
    if which is None:
        name = here.sheet
    elif isinstance(which, References):
        name = which.parts[0].sheet
    elif isinstance(which, Reference):
        name = which.sheet
    else:
        if which.shape != (1, 1, 1, 1):
            raise NotUniform
        value = which.scalar()
        if isinstance(value, ErrorValue):
            return error(value)
        name = text_of(value)
    names = [known.casefold() for known in here.sheets()]
    if name.casefold() not in names:
        return error(ErrorValue.NA)
    return lone(float(names.index(name.casefold()) + 1))


@function("SHEETS", calculus=Calculus.STEP)
def sheets(here: Here, which: Ref | None = None) -> Operand:
    """How many sheets the book has, or a range lies on.

    =SHEETS() -> 1
    =SHEETS(A1:B2) -> 1
    """
    if which is None:
        return lone(float(len(here.sheets())))
    if isinstance(which, Operand):
        return which if which.errors.all() else error(ErrorValue.VALUE)
    parts = which.parts if isinstance(which, References) else (which,)
    return lone(float(len({part.sheet for part in parts})))


@function("HYPERLINK", calculus=Calculus.NONE)
def hyperlink(link: Value, name: Value | None = None) -> Operand:
    """What a link shows: its name, or else its address.

    =HYPERLINK("https://example.org", "there") -> "there"
    =HYPERLINK("https://example.org") -> "https://example.org"
    """
    return link if name is None else name


@function("CELL", calculus=Calculus.STEP)
def cell(here: Here, about: str, area: Ref | None = None) -> Scalar:
    """What is known about the first cell of a range: its address, row, col, contents, type or filename.

    =CELL("address", B3) -> "$B$3"
    =CELL("row", B3) -> 3
    =CELL("type", A1) -> "v"
    """
    here.mark_volatile()
    if area is None:
        area = Reference(here.sheet, here.row[:1], here.col[:, :1], 1, 1)
    if not isinstance(area, Reference):
        return ErrorValue.VALUE
    row, col = int(area.top.flat[0]), int(area.left.flat[0])
    subject = about.casefold()
    if subject == "address":
        place = Cell(area.sheet, row, col).absolute
        return place if area.sheet == here.sheet else f"{quote_sheet(f'[{here.file}]{area.sheet}')}!{place}"
    if subject == "filename":
        return f"[{here.file}]{area.sheet}"
    if subject in ("row", "col"):
        return float((row if subject == "row" else col) + 1)
    first = here.read(Reference(area.sheet, area.top[:1, :1], area.left[:1, :1], 1, 1))
    if subject == "contents":
        value = first.scalar()
        return 0.0 if value is None else value
    if subject == "type":
        return "b" if first.has(Kind.BLANK) else ("l" if first.has(Kind.TEXT) else "v")
    return ErrorValue.VALUE


_FACTS: dict[str, Scalar] = {"recalc": "Automatic", "release": "16.0", "system": "pcdos", "origin": "$A:$A$1"}


@function("INFO", calculus=Calculus.STEP)
def info(here: Here, about: str) -> Scalar:
    """What is known about the program: recalc, release, system, origin or numfile.

    =INFO("recalc") -> "Automatic"
    =INFO("no such thing") -> #VALUE!
    """
    here.mark_volatile()
    if about.casefold() == "numfile":
        return float(len(here.sheets()))
    return _FACTS.get(about.casefold(), ErrorValue.VALUE)
