"""Random formulas for hypothesis: every tree that the parser can make, with its numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeAlias

from hypothesis import strategies as st

from solver.formula import tree as t
from solver.values import ERROR_LABELS, ErrorValue

HOME = (100, 60)
"""The cell that random formulas stand in; their offsets stay on the sheet from here."""

Formula: TypeAlias = tuple[t.Tree, tuple[float, ...]]

LETTERS = "abzXÄß漢_"
names = st.builds(
    str.__add__, st.text(LETTERS, min_size=1, max_size=4), st.sampled_from(["", "1x", ".b", "_1", "?", "\\"])
)
names = names.filter(lambda name: name.upper() not in ("TRUE", "FALSE") and not name.startswith("_x"))
sheets = st.one_of(
    names.map(lambda name: name.replace("?", "").replace("\\", "") or "s"),
    st.sampled_from(
        ["Sheet1", "Bob's", "a b", "LP1", "TRUE", "R1C1", "2024", "a!b", '"', "{x}", "a,b(", "~N", "#REF!"]
    ),
)
books = st.one_of(st.none(), st.none(), st.integers(1, 9))
columns = st.one_of(
    names, st.sampled_from(["a b", "[x]", "#", "'", "@x", "a,b", "a:b", " a ", "2024", '"', "#All", "~"])
)

numbers = st.one_of(st.integers(0, 20).map(float), st.floats(0, 1e300), st.sampled_from([0.1, 1e21, 1e-7, 5e-324]))
errors = st.sampled_from(sorted(ERROR_LABELS.values()))
texts = st.text(st.one_of(st.sampled_from("\"'{}[],;:!#~ A1"), st.characters(codec="utf-8")), max_size=8)


@st.composite
def addresses(draw: st.DrawFn) -> t.Reference:
    """A cell, a rectangle, whole columns or whole rows."""
    axis = st.one_of(
        st.builds(t.Axis, st.integers(-50, 500), st.just(True)),
        st.builds(t.Axis, st.integers(0, 16000), st.just(False)),
    )
    book = draw(books)
    sheet = draw(sheets if book is not None else st.one_of(st.none(), sheets))
    sheet_end = None if sheet is None else draw(st.one_of(st.none(), st.none(), sheets))
    row, col, row_end, col_end = (draw(axis) for _ in range(4))
    shape = draw(st.sampled_from(["cell", "area", "columns", "rows"]))
    if shape == "cell":
        return t.Reference(sheet, sheet_end, book, row, col, None, None)
    if shape == "columns":
        return t.Reference(sheet, sheet_end, book, None, col, None, col_end)
    if shape == "rows":
        return t.Reference(sheet, sheet_end, book, row, None, row_end, None)
    return t.Reference(sheet, sheet_end, book, row, col, row_end, col_end)


@st.composite
def table_parts(draw: st.DrawFn) -> t.Structured:
    """A structured reference."""
    items = tuple(
        draw(st.lists(st.sampled_from(["#All", "#Headers", "#Data", "#Totals", "#This Row"]), unique=True, max_size=2))
    )
    first, last = draw(st.sampled_from([(False, False), (True, False), (True, True)]))
    table = draw(st.one_of(st.none(), names))
    book = None if table is None else draw(books)
    return t.Structured(table, items, draw(columns) if first else None, draw(columns) if last else None, book)


def arrays() -> st.SearchStrategy[t.ArrayConstant]:
    """A rectangle of constants."""
    constant = st.one_of(numbers, numbers.map(lambda x: -x), texts, st.booleans(), st.sampled_from(ErrorValue))
    shape = st.tuples(st.integers(1, 3), st.integers(1, 3))
    rows = shape.flatmap(lambda shape: st.tuples(*[st.tuples(*[constant] * shape[1])] * shape[0]))
    return rows.map(t.ArrayConstant)


areas = st.one_of(
    addresses(),
    addresses(),
    st.builds(t.Name, st.one_of(st.none(), sheets), books, names),
    table_parts(),
    st.builds(t.Error, errors),
)
values = st.one_of(
    st.just(t.Number(0)),
    st.builds(t.Text, texts),
    st.builds(t.Logical, st.booleans()),
    arrays(),
)
functions = st.sampled_from(["SUM", "IF", "LOG10", "NORM.DIST", "T", "R", "FILTER", "LAMBDA", "ÄÖ", "TRUE", "A1"])


@st.composite
def trees(draw: st.DrawFn, depth: int, area: bool = False) -> t.Tree:
    """A tree of at most that depth, which gives a reference if `area`; all its numbers have slot 0."""
    kinds = [t.Call, t.Invoke, t.Spill, t.Single, t.Range, t.Intersection, t.Union]
    kinds = kinds if area else [t.Binary, t.Binary, t.Unary, t.Percent, t.Call, *kinds]
    kind = draw(st.sampled_from([None, *kinds])) if depth else None
    if kind is None:
        return draw(areas if area else st.one_of(areas, values))
    inner, inner_area = trees(depth - 1), trees(depth - 1, area=True)
    if kind is t.Unary:
        return t.Unary(draw(st.sampled_from("+-")), draw(inner))
    if kind is t.Binary:
        return t.Binary(draw(st.sampled_from(sorted(t.BINARY))), draw(inner), draw(inner))
    if kind in (t.Call, t.Invoke):
        args = draw(st.lists(st.one_of(inner, inner, st.just(t.Missing())), max_size=3).map(tuple))
        args = () if args == (t.Missing(),) else args
        return t.Call(draw(functions), args) if kind is t.Call else t.Invoke(draw(inner), args)
    if kind is t.Union:
        items = st.lists(inner_area.filter(lambda node: not isinstance(node, t.Union)), min_size=2, max_size=3)
        return t.Union(draw(items.map(tuple)))
    if kind is t.Range:
        return draw(st.builds(t.Range, inner_area, inner_area).filter(lambda node: not _is_rectangle(node)))
    if kind is t.Intersection:
        return t.Intersection(draw(inner_area), draw(inner_area))
    if kind is t.Spill:
        return t.Spill(draw(inner_area))
    return t.Percent(draw(inner)) if kind is t.Percent else t.Single(draw(inner))


def _is_rectangle(node: t.Range) -> bool:
    """Whether two plain cells of one sheet are joined, which the parser reads as one reference."""
    left, right = node.left, node.right
    if not (isinstance(left, t.Reference) and isinstance(right, t.Reference) and left.is_cell and right.is_cell):
        return False
    places = [(side.book, side.sheet, side.sheet_end) for side in (left, right)]
    return places[1] in (places[0], (None, None, None))


def renumbered(tree: t.Tree, slots: list[int]) -> t.Tree:
    """The same tree with its numbers' slots counted up in reading order; `slots` holds one entry per slot so far."""
    if isinstance(tree, t.Number):
        slots.append(len(slots))
        return t.Number(slots[-1])
    changed = {}
    for name in tree.__match_args__:
        value = getattr(tree, name)
        if isinstance(value, t.Tree):
            changed[name] = renumbered(value, slots)
        elif isinstance(value, tuple) and value and isinstance(value[0], t.Tree):
            changed[name] = tuple(renumbered(node, slots) for node in value)
    return replace(tree, **changed) if changed else tree


@st.composite
def formulas(draw: st.DrawFn) -> Formula:
    """A tree and its literals."""
    slots: list[int] = []
    tree = renumbered(draw(trees(draw(st.integers(0, 3)))), slots)
    return tree, tuple(draw(numbers) for _ in slots)
