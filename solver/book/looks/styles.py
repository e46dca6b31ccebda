"""Looks for report cells, appended to a workbook's styles; what stands there keeps its number.

A look is a font, a border, an alignment and a number format. Each is written as XML and searched for among what the
part holds already, so writing the same reports again adds nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from solver.book.markup import MAIN, STRICT, Element, escape_attribute, parse
from solver.book.splice import Splice, splice
from solver.table import Style

if TYPE_CHECKING:
    from collections.abc import Iterable

BUILT_IN = {
    "": 0,
    "General": 0,
    "0": 1,
    "0.00": 2,
    "#,##0": 3,
    "#,##0.00": 4,
    "0%": 9,
    "0.00%": 10,
    "0.00E+00": 11,
    "# ?/?": 12,
    "# ??/??": 13,
    "##0.0E+0": 48,
    "@": 49,
}
"""The number formats whose numbers mean the same in every language."""
_FIRST_OWN_FORMAT = 164
_HEADING_COLOUR, _LINE_COLOUR = 18, 23
_BOX_COLOUR = "BFBFBF"
_EMPTY = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<styleSheet xmlns="{}"><fonts count="1"><font>'
    '<sz val="11"/><name val="Calibri"/><family val="2"/></font></fonts><fills count="2"><fill><patternFill '
    'patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border>'
    '<left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" '
    'fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" '
    'xfId="0"/></cellXfs></styleSheet>'
)
_BEFORE = {
    "numFmts": (),
    "fonts": ("numFmts",),
    "fills": ("numFmts", "fonts"),
    "borders": ("numFmts", "fonts", "fills"),
    "cellXfs": ("numFmts", "fonts", "fills", "borders", "cellStyleXfs"),
}
_COUNT = re.compile(rb"""(\scount\s*=\s*["'])[^"']*""")


@dataclass(frozen=True, slots=True)
class _Look:
    bold: bool = False
    heading: bool = False
    top: str = ""
    bottom: str = ""
    align: str = ""
    fill: str = ""
    boxed: bool = False


_LOOKS = {
    Style.PLAIN: _Look(),
    Style.TITLE: _Look(bold=True),
    Style.EMPHASIS: _Look(bold=True),
    Style.HEADER: _Look(bold=True, heading=True, top="medium", bottom="medium", align="center"),
    Style.HEADER_TOP: _Look(bold=True, heading=True, top="medium", align="center"),
    Style.HEADER_BOTTOM: _Look(bold=True, heading=True, bottom="medium", align="center"),
    Style.BODY: _Look(top="thin"),
    Style.LAST: _Look(top="thin", bottom="medium"),
    Style.SECTION: _Look(bold=True, heading=True, bottom="medium"),
    Style.COLUMN: _Look(bold=True, align="center"),
    Style.LABEL: _Look(align="right"),
    Style.GIVEN: _Look(fill="DDEBF7", boxed=True),
    Style.VARIABLE: _Look(fill="FFF2CC", boxed=True),
    Style.OBJECTIVE: _Look(bold=True, fill="E2EFDA", boxed=True),
    Style.RESULT: _Look(boxed=True),
}


def empty_styles(strict: bool) -> bytes:
    """A styles part for a workbook that has none."""
    return _EMPTY.format(STRICT if strict else MAIN).encode()


@dataclass(slots=True)
class _List:
    """One list of the styles part: the XML of its items, and of those to be appended."""

    name: str
    element: Element | None
    items: list[str]
    added: list[str] = field(default_factory=list)

    def place(self, xml: str) -> int:
        """The number of an item, which is appended unless it is there."""
        if xml in self.items:
            return self.items.index(xml)
        self.items.append(xml)
        self.added.append(xml)
        return len(self.items) - 1


def with_looks(
    content: bytes, part: str, looks: Iterable[tuple[Style, str]]
) -> tuple[bytes, dict[tuple[Style, str], int]]:
    """The styles part in UTF-8 with what the looks (style and number format) need, and the number of each."""
    tree = parse(content, part)
    prefix = content[tree.start + 1 : tree.inner].split(b"styleSheet")[0].decode()
    lists = {name: _read_list(tree, content, name) for name in ("numFmts", "fonts", "fills", "borders", "cellXfs")}
    numbers: dict[tuple[Style, str], int] = {}
    for style, number_format in sorted(set(looks), key=lambda look: (look[0].value, look[1])):
        look = _LOOKS[style]
        font = lists["fonts"].place(_font(tree, content, look, prefix)) if look.bold else 0
        fill = _fill(lists["fills"], look.fill, prefix) if look.fill else 0
        border = lists["borders"].place(_border(look, prefix)) if look.top or look.bottom or look.boxed else 0
        form = _number_format(lists["numFmts"], number_format, prefix)
        if not (font or fill or border or form or look.align):
            numbers[style, number_format] = 0
            continue
        numbers[style, number_format] = lists["cellXfs"].place(_format(font, fill, border, form, look, prefix))
    splices = [_append(tree, items, prefix, content) for items in lists.values() if items.added]
    return splice(content, splices), numbers


def _read_list(tree: Element, content: bytes, name: str) -> _List:
    element = tree.first(name)
    items = [] if element is None else [content[item.start : item.stop].decode() for item in element.children]
    return _List(name, element, items)


def _font(tree: Element, content: bytes, look: _Look, prefix: str) -> str:
    """The book's default font, bold, and dark blue for headings."""
    fonts = tree.first("fonts")
    default = next(fonts.all("font"), None) if fonts is not None else None
    kept = (
        {}
        if default is None
        else {child.name: content[child.start : child.stop].decode() for child in default.children}
    )
    colour = f'<{prefix}color indexed="{_HEADING_COLOUR}"/>' if look.heading else kept.pop("color", "")
    for name in ("b", "color"):
        kept.pop(name, None)
    size = kept.pop("sz", "")
    return f"<{prefix}font><{prefix}b/>{size}{colour}{''.join(kept.values())}</{prefix}font>"


def _border(look: _Look, prefix: str) -> str:
    own = {"left": "", "right": "", "top": look.top, "bottom": look.bottom}
    box = f'<{prefix}color rgb="FF{_BOX_COLOUR}"/>' if look.boxed else ""
    sides = ""
    for name, line in own.items():
        colour = f'<{prefix}color indexed="{_LINE_COLOUR}"/>' if line else box
        sides += (
            f'<{prefix}{name} style="{line or "thin"}">{colour}</{prefix}{name}>' if colour else f"<{prefix}{name}/>"
        )
    return f"<{prefix}border>{sides}<{prefix}diagonal/></{prefix}border>"


def _fill(fills: _List, colour: str, prefix: str) -> int:
    """A plain colour behind the cell; the first two fills of a book mean none and grey, whatever they say."""
    if not fills.items:
        for pattern in ("none", "gray125"):
            fills.place(f'<{prefix}fill><{prefix}patternFill patternType="{pattern}"/></{prefix}fill>')
    inner = f'<{prefix}fgColor rgb="FF{colour}"/><{prefix}bgColor indexed="64"/>'
    return fills.place(
        f'<{prefix}fill><{prefix}patternFill patternType="solid">{inner}</{prefix}patternFill></{prefix}fill>'
    )


def _number_format(formats: _List, wanted: str, prefix: str) -> int:
    if wanted in BUILT_IN:
        return BUILT_IN[wanted]
    code = escape_attribute(wanted)
    highest = _FIRST_OWN_FORMAT - 1
    for item in formats.items:
        number = re.search(r'numFmtId\s*=\s*"(\d+)"', item)
        found = re.search(r'formatCode\s*=\s*"([^"]*)"', item)
        if number is not None:
            highest = max(highest, int(number[1]))
            if found is not None and found[1] == code:
                return int(number[1])
    formats.place(f'<{prefix}numFmt numFmtId="{highest + 1}" formatCode="{code}"/>')
    return highest + 1


def _format(font: int, fill: int, border: int, form: int, look: _Look, prefix: str) -> str:
    xml = f'<{prefix}xf numFmtId="{form}" fontId="{font}" fillId="{fill}" borderId="{border}" xfId="0"'
    xml += ' applyNumberFormat="1"' if form else ""
    xml += ' applyFont="1"' if font else ""
    xml += ' applyFill="1"' if fill else ""
    xml += ' applyBorder="1"' if border else ""
    if look.align:
        indent = ' indent="1"' if look.align == "right" else ""
        return f'{xml} applyAlignment="1"><{prefix}alignment horizontal="{look.align}"{indent}/></{prefix}xf>'
    return f"{xml}/>"


def _append(tree: Element, items: _List, prefix: str, content: bytes) -> Splice:
    body = "".join(items.added).encode()
    if items.element is None:
        before = [child.stop for child in tree.children if child.name in _BEFORE[items.name]]
        at = max(before, default=tree.inner)
        name = f"{prefix}{items.name}".encode()
        return at, at, b'<%s count="%d">%s</%s>' % (name, len(items.items), body, name)
    element = items.element
    tag = _COUNT.sub(rb"\g<1>%d" % len(items.items), content[element.start : element.inner])
    if element.inner == element.stop:
        tag = tag[:-2].rstrip() + b">"
        return element.start, element.stop, tag + body + b"</" + f"{prefix}{items.name}>".encode()
    return element.start, element.close, tag + content[element.inner : element.close] + body
