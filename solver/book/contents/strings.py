"""The table of shared strings, runs joined and phonetic guides left out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from solver.book.markup import MAIN, STRICT, decode_escapes, plain_text, run_parser, safe_parser
from solver.book.splice import CHUNK, whole

if TYPE_CHECKING:
    from solver.book.splice import Content

_ITEM = re.compile(rb'(<si><t(?: xml:space="[a-z]+")?(?:/>|>([^<]*)</t>)</si>|\s+)')
_LIST = re.compile(rb"<sst(?: [^<>]*)?>")
_LIST_END, _ITEM_END = b"</sst>", b"</si>"


def shared_strings(content: Content, part: str) -> list[str]:
    """The strings of a part in UTF-8, in their order."""
    plain = _plain_strings(content)
    return _parsed_strings(whole(content), part) if plain is None else plain


def _plain_strings(content: Content) -> list[str] | None:
    """The strings if none has runs and the XML is canonical, which the tokens prove by covering every byte."""
    head, tail = content[:CHUNK], content[-CHUNK:]
    opening = _LIST.search(head)
    end = tail.rfind(_LIST_END)
    if opening is None or end < 0 or b"<!" in head[: opening.start()]:
        return None
    if tail[end + len(_LIST_END) :].strip() or opening[0].endswith(b"/>"):
        return None
    strings: list[str] = []
    at, end = opening.end(), len(content) - len(tail) + end
    while at < end:
        items = _some_items(content, at, end)
        found = _ITEM.findall(items)
        if sum(len(item) for item, _ in found) != len(items):
            return None
        try:
            strings += [decode_escapes(plain_text(inner)) for item, inner in found if item.startswith(b"<")]
        except (KeyError, ValueError, OverflowError):  # the parser says what is wrong, and where
            return None
        at += len(items)
    return strings


def _some_items(content: Content, begin: int, end: int) -> bytes:
    """The next items, as many as end within a chunk, or all others where an item is longer than that."""
    if begin + CHUNK < end:
        found = content[begin : begin + CHUNK]
        last = found.rfind(_ITEM_END)
        if last >= 0:
            return found[: last + len(_ITEM_END)]
    return content[begin:end]


_ROLES = {f"{space} {name}": name for space in (MAIN, STRICT) for name in ("si", "t", "rPh")}


def _parsed_strings(content: bytes, part: str) -> list[str]:
    strings: list[str] = []
    texts: list[str] = []
    collecting = phonetic = False

    def begin(name: str, _: dict[str, str]) -> None:
        nonlocal collecting, phonetic
        role = _ROLES.get(name)
        if role == "si":
            texts.clear()
        elif role == "t":
            collecting = not phonetic
        elif role == "rPh":
            phonetic = True

    def finish(name: str) -> None:
        nonlocal collecting, phonetic
        role = _ROLES.get(name)
        if role == "si":
            strings.append(decode_escapes("".join(texts)))
        elif role == "t":
            collecting = False
        elif role == "rPh":
            phonetic = False

    def characters(text: str) -> None:
        if collecting:
            texts.append(text)

    parser = safe_parser()
    parser.StartElementHandler = begin
    parser.EndElementHandler = finish
    parser.CharacterDataHandler = characters
    run_parser(parser, content, part)
    return strings
