"""Workbooks damaged in the zip, in the XML, or in their formulas and models."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from solver.book.package.archive import open_archive
from solver.book.package.repack import rewrite
from solver.functions.registry import registry

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

NUMBERS = ["0", "-1", "1", "2147483648", "4294967297", "99999999999999999999", "1e999", "-0", "NaN", "1.5", "0x10"]
ADDRESSES = ["A1", "XFD1048576", "A1:XFD1048576", "A:A", "1:1", "B2:A1", "A0", "AAAA1", "$F$1", "R1C1", "A1048577"]
KINDS = ["true", "s", "str", "e", "inlineStr", "shared", "array", "dataTable", "'"]
WORDS = [*NUMBERS, *ADDRESSES, *KINDS, "", " ", "\u202e", "x" * 40_000]
PIECES = b"< > /> &amp; &#0; &#x1F600; ]]> <!-- \xff \0 <c> </row> <f/>".split(b" ")
OPERANDS = [
    "0", "-1", "1E308", "1E-308", '"text"', '""', "TRUE", "#N/A", "#REF!", "{1,2;3,4}", "A1:XFD1048576", "A:A", "1:3",
    "A1", "$B$2:$C$9", "OFFSET(A1,1,1,9,9)", 'INDIRECT("R1C1")', 'INDIRECT("[x.xlsx]S!A1")', "INDIRECT(A1)", "S1!A1",
    'INDIRECT(REPT("A1,",9999))', 'EVALUATE("A1")', 'WEBSERVICE("http://x/")', "SUM((A1,B2:C3))", "TABLE(A1,)",
    "'no sheet'!A1", "[1]S!A1", "'http://x/[y.xlsx]S'!A1", "Table1[#All]", "nobody", "F1#", "@A1:A9", "A1:B2 B1:C9",
    "(A1,B2)", "1%", "2^1024", "SEQUENCE(1000,1000)", "RANDARRAY(2,2)", "ROW(1:1048576)", "LAMBDA(x,x+1)(2)",
    "LET(a,1,a)", "REPT(\"x\",1E9)", "1:1048576", "SEQUENCE(1E9)", "MAKEARRAY(9,9,LAMBDA(r,c,r*c))",
]  # fmt: skip
OPERATORS = [*"+-*/^&=: ,;()%{}!#@\"'", "<>"]


def in_zip(data: bytes, rng: random.Random) -> bytes:
    """Bits flipped, pieces cut, doubled or moved, fields of headers overwritten."""
    changed = bytearray(data)
    marks = [m.start() for m in re.finditer(rb"PK(?:\x01\x02|\x03\x04|\x05\x06)", data)]
    for _ in range(rng.randrange(1, 4)):
        kind, at = rng.randrange(4), rng.randrange(len(changed))
        if kind == 0:
            changed[at] ^= 1 << rng.randrange(8)
        elif kind == 1:
            at = rng.choice(marks) + rng.randrange(4, 46)
            width = rng.choice([2, 4])
            changed[at : at + width] = rng.choice([0, 1, 0xFFFF, 0xFFFFFFFF, rng.getrandbits(32)]).to_bytes(
                4, "little"
            )[:width]
        elif kind == 2:
            del changed[at : at + rng.choice([1, 10, 1000])]
        else:
            changed[at:at] = changed[at // 2 : at // 2 + rng.choice([1, 10, 1000])]
    return bytes(changed)


def in_xml(data: bytes, rng: random.Random) -> bytes:
    """Attributes, texts and elements of one or two parts changed, doubled, dropped; two parts exchanged."""
    archive = open_archive(data)
    parts = sorted({entry.name for entry in archive.entries if entry.name.endswith((".xml", ".rels"))})
    if rng.random() < 0.05:
        first, second = rng.sample(parts, 2)
        return rewrite(archive, {first: archive.read(second), second: archive.read(first)})
    likely = [part for part in parts if "sheet" in part or "workbook" in part] or parts
    chosen = {rng.choice(likely), rng.choice(parts)} if rng.random() < 0.3 else {rng.choice(likely)}
    return rewrite(archive, {part: _xml(archive.read(part), rng) for part in chosen})


def _xml(content: bytes, rng: random.Random) -> bytes:
    for _ in range(rng.randrange(1, 5)):
        kind = rng.randrange(5)
        places = list(
            re.finditer(
                (rb'="([^"]*)"', rb">([^<]+)<", rb"<[^<>]+>", rb"<(\w+)[^<>]*>[^<]*</\1>", rb"<")[kind], content
            )
        )
        if not places:
            continue
        place = rng.choice(places)
        if kind < 2:
            word = rng.choice(WORDS).encode("utf-8", "surrogatepass")
            content = content[: place.start(1)] + word + content[place.end(1) :]
        elif kind < 4:
            again = rng.choice([b"", place[0] * 2, place[0] * 50, rng.choice(PIECES)])
            content = content[: place.start()] + again + content[place.end() :]
        else:
            content = content[: place.start()] + rng.choice(PIECES) + content[place.start() :]
    return content


def in_formulas(data: bytes, rng: random.Random) -> bytes:
    """Formulas and names of the model with operands, operators and functions exchanged."""
    archive = open_archive(data)
    chosen: dict[str, bytes] = {}
    for entry in archive.entries:
        if entry.name.endswith(".xml") and ("/worksheets/" in entry.name or "workbook" in entry.name):
            content = archive.read(entry.name)
            pattern = (
                rb"<(?:\w+:)?f(?: [^<>]*)?>([^<]+)<"
                if "/worksheets/" in entry.name
                else rb"definedName [^<>]*>([^<]+)<"
            )
            places = list(re.finditer(pattern, content))
            if places and (rng.random() < 0.5 or not chosen):
                for place in sorted(
                    rng.sample(places, min(len(places), rng.randrange(1, 4))), key=lambda m: -m.start()
                ):
                    new = _formula(place[1].decode(errors="replace"), rng)
                    new = new.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
                    content = content[: place.start(1)] + new.encode() + content[place.end(1) :]
                chosen[entry.name] = content
    return rewrite(archive, chosen) if chosen else in_xml(data, rng)


def _formula(text: str, rng: random.Random) -> str:
    text = text.replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"')
    names = sorted(registry())
    for _ in range(rng.randrange(1, 4)):
        tokens = re.findall(r"[A-Za-z_.]+(?=\()|\$?[A-Z]{1,3}\$?\d+|\d+(?:\.\d+)?|\"[^\"]*\"|.", text, re.DOTALL) or [
            "1"
        ]
        at = rng.randrange(len(tokens))
        kind = rng.randrange(6)
        if kind == 0:
            tokens[at] = rng.choice(OPERANDS)
        elif kind == 1:
            tokens[at] = rng.choice(OPERATORS)
        elif kind == 2:
            arguments = ",".join(rng.choice(OPERANDS) for _ in range(rng.randrange(5)))
            tokens[at] = f"{rng.choice(names)}({arguments})"
        elif kind == 3:
            calls = [k for k, token in enumerate(tokens) if token.upper() in names]
            if calls:
                tokens[rng.choice(calls)] = rng.choice(names)
        elif kind == 4:
            del tokens[at : at + rng.randrange(1, 4)]
        else:
            depth = rng.choice([2, 60, 3000])
            tokens[at:at] = ["("] * depth if rng.random() < 0.5 else [*("-" * depth)]
        text = "".join(tokens)
    return text or "0"


LEVELS: dict[str, Callable[[bytes, random.Random], bytes]] = {"zip": in_zip, "xml": in_xml, "formulas": in_formulas}
SHARES = (1, 3, 5)
"""How often each level is taken."""
