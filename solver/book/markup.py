"""XML parts as text and as trees that know their bytes: every element carries the span it has in the part.

A part in another encoding than UTF-8 is worked on in UTF-8 and goes back to its own encoding when it is written.
Document type declarations, and with them entity bombs and external entities, are refused: no workbook needs one.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar
from xml.parsers import expat

from solver.book.splice import Content
from solver.errors import WorkbookError

if TYPE_CHECKING:
    from collections.abc import Iterator

Part = TypeVar("Part", bound=Content)
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
_DEEPEST = 200
_HEAD = 4096
"""In so many bytes a part says its encoding."""
_DECLARED = re.compile(rb"""\A\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
OPEN_TAG = re.compile(rb"""<[^\s/>]+(?:[^>"']|"[^"]*"|'[^']*')*>""")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_REFERENCE = re.compile(r"&(?:#x([0-9A-Fa-f]+)|#([0-9]+)|([A-Za-z]+));")
_ENTITIES = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}


@dataclass(slots=True)
class Element:
    """One element of a part: local name and namespace, attributes, and where its bytes are.

    `start` to `inner` is the open tag, `inner` to `close` the content, `close` to `stop` the end tag; the element
    is empty (`<a/>`) when `inner == stop`. An attribute in a namespace has the key `namespace name`.
    """

    name: str
    space: str
    attributes: dict[str, str]
    start: int
    inner: int
    close: int = 0
    stop: int = 0
    text: str = ""
    children: list[Element] = field(default_factory=list)

    def first(self, name: str) -> Element | None:
        """The first child of that local name."""
        return next((child for child in self.children if child.name == name), None)

    def all(self, name: str) -> Iterator[Element]:
        """The children of that local name."""
        return (child for child in self.children if child.name == name)

    def grouped(self, group: str, name: str) -> list[Element]:
        """The children of a name inside a child that lists them; none where there is no such list."""
        found = self.first(group)
        return [] if found is None else list(found.all(name))

    def within(self, name: str) -> Iterator[Element]:
        """All elements of that local name below this one, in the order of the part."""
        for child in self.children:
            if child.name == name:
                yield child
            yield from child.within(name)

    def get(self, name: str, default: str = "") -> str:
        """An attribute by its local name, in whatever namespace it stands."""
        value = self.attributes.get(name)
        if value is None:
            value = next((v for key, v in self.attributes.items() if key.rpartition(" ")[2] == name), default)
        return value

    def flag(self, name: str) -> bool:
        """A boolean attribute; false where it is not written."""
        return is_true(self.get(name))


def is_true(text: str) -> bool:
    """Whether XML's boolean says true.

    >>> is_true("1"), is_true("true"), is_true("off")
    (True, True, False)
    """
    return text.strip().lower() in ("1", "true", "on")


def to_utf8(content: Part) -> tuple[Part | bytes, str]:
    """A part's content in UTF-8 and the codec to write it back with ("" where it was UTF-8 already)."""
    codec, head = "", content[:_HEAD]
    if head.startswith((codecs.BOM_UTF16_LE, b"<\0")):
        codec = "utf-16-le"
    elif head.startswith((codecs.BOM_UTF16_BE, b"\0<")):
        codec = "utf-16-be"
    elif (declared := _DECLARED.match(head)) is not None:
        try:
            codec = codecs.lookup(declared[1].decode()).name
        except LookupError:
            raise WorkbookError(f"a part is in the unknown encoding {declared[1].decode()}", hint=_REPAIR) from None
        codec = "" if codec in ("utf-8", "ascii") else codec
    if not codec:
        return content, ""
    try:
        return content[:].decode(codec).encode(), codec
    except UnicodeError:
        raise WorkbookError(f"a part is not in its stated encoding {codec}", hint=_REPAIR) from None


def from_utf8(content: bytes, codec: str) -> bytes:
    """The bytes to store: back in the part's own encoding."""
    return content.decode().encode(codec, "xmlcharrefreplace") if codec else content


_REPAIR = "open it in a spreadsheet program and save it again"


def safe_parser() -> expat.XMLParserType:
    """A parser of UTF-8 that joins namespace and name by a space and refuses document type declarations."""
    parser = expat.ParserCreate("utf-8", " ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    return parser


def _refuse_doctype(*_: object) -> None:
    raise WorkbookError(
        "a part holds a document type declaration, which no workbook needs and attacks use",
        hint="do not trust this file; open it in a spreadsheet program and save it again if you must",
    )


def run_parser(parser: expat.XMLParserType, content: bytes, part: str) -> None:
    """Parses a whole part; WorkbookError says where it is not well-formed."""
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise WorkbookError(
            f"the part {part} is damaged: {expat.ErrorString(error.code)} in line {error.lineno}", hint=_REPAIR
        ) from None


def parse(content: bytes, part: str) -> Element:
    """The tree of a part in UTF-8."""
    parser = safe_parser()
    top = Element("", "", {}, 0, 0)
    stack = [top]
    texts: list[list[str]] = [[]]

    def begin(qualified: str, attributes: dict[str, str]) -> None:
        space, _, name = qualified.rpartition(" ")
        at = parser.CurrentByteIndex
        tag = OPEN_TAG.match(content, at)
        element = Element(name, space, attributes, at, tag.end() if tag else at)
        stack[-1].children.append(element)
        stack.append(element)
        texts.append([])
        if len(stack) > _DEEPEST:
            raise WorkbookError(f"the part {part} is nested too deeply", hint="do not trust this file")

    def finish(_: str) -> None:
        element = stack.pop()
        element.text = "".join(texts.pop())
        if content[element.inner - 2 : element.inner] == b"/>":
            element.close = element.stop = element.inner
        else:
            element.close = parser.CurrentByteIndex
            element.stop = content.index(b">", element.close) + 1

    parser.StartElementHandler = begin
    parser.EndElementHandler = finish
    parser.CharacterDataHandler = lambda text: texts[-1].append(text)
    run_parser(parser, content, part)
    return top.children[0]


def plain_text(raw: bytes) -> str:
    """Character data as a parser would give it: references resolved, line ends made one; KeyError if it could not."""
    text = raw.decode()
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _REFERENCE.sub(_resolve, text) if "&" in text else text


def _resolve(match: re.Match[str]) -> str:
    if match[3]:
        return _ENTITIES[match[3]]
    return chr(int(match[1], 16) if match[1] else int(match[2]))


def decode_escapes(text: str) -> str:
    """Text with the characters that XML cannot hold, which Excel stores as `_x000D_`.

    >>> decode_escapes("a_x000D_b _x005F_x000D_")
    'a\\rb _x000D_'
    """
    if "_x" not in text:
        return text
    text = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")  # halves of a character join


def escape(text: str) -> str:
    """Text as XML content.

    >>> escape("a<b & c")
    'a&lt;b &amp; c'
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def escape_attribute(text: str) -> str:
    """Text as the value of an attribute in double quotes.

    >>> escape_attribute('"a"')
    '&quot;a&quot;'
    """
    return escape(escape_escapes(text)).replace('"', "&quot;").replace("\n", "&#10;").replace("\t", "&#9;")


def escape_string(text: str) -> str:
    """A cell's text as XML content: what XML cannot hold, and what would be read as an escape, is escaped.

    >>> escape_string("a\\rb _x000D_")
    'a_x000D_b _x005F_x000D_'
    """
    return escape(escape_escapes(text))


def escape_escapes(text: str) -> str:
    """Text with Excel's escapes for what XML cannot hold, and for what would be read as such an escape."""
    return _UNWRITABLE.sub(lambda match: f"_x{ord(match[0]):04X}_", text)


def number_text(number: float) -> str:
    """The shortest decimal that reads back as the same number.

    >>> number_text(77.6), number_text(3.0), number_text(-0.0), number_text(1e300)
    ('77.6', '3', '0', '1e+300')
    """
    text = repr(float(number))
    return "0" if text == "-0.0" else text.removesuffix(".0")
