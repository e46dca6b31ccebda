"""The table of shared strings, runs joined and phonetic guides left out."""

from __future__ import annotations

import re

from solver.book.markup import MAIN, STRICT, decode_escapes, plain_text, run_parser, safe_parser

_ITEM = re.compile(rb'(<si><t(?: xml:space="[a-z]+")?(?:/>|>([^<]*)</t>)</si>|\s+)')
_LIST = re.compile(rb"<sst(?: [^<>]*)?>")


def shared_strings(content: bytes, part: str) -> list[str]:
    """The strings of a part in UTF-8, in their order."""
    plain = _plain_strings(content)
    return _parsed_strings(content, part) if plain is None else plain


def _plain_strings(content: bytes) -> list[str] | None:
    """The strings if none has runs and the XML is canonical, which the tokens prove by covering every byte."""
    opening = _LIST.search(content)
    end = content.rfind(b"</sst>")
    if opening is None or end < 0 or b"<!" in content or content[end + 6 :].strip() or opening[0].endswith(b"/>"):
        return None
    found = _ITEM.findall(content, opening.end(), end)
    if sum(len(whole) for whole, _ in found) != end - opening.end():
        return None
    try:
        return [decode_escapes(plain_text(inner)) for whole, inner in found if whole.startswith(b"<")]
    except (KeyError, ValueError, OverflowError):  # the parser says what is wrong, and where
        return None


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
