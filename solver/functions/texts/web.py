"""Texts of the web: addresses and XML; nothing is fetched from anywhere."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote
from xml.etree import ElementTree as ET

from solver.functions.coerce import number_of_text
from solver.functions.operand import of_scalars
from solver.functions.registry import Calculus, function
from solver.values import ErrorValue

if TYPE_CHECKING:
    from solver.functions.operand import Operand
    from solver.values import Scalar

_LAST_STEP = re.compile(r"(?P<path>.*?)/(?:@(?P<attribute>[\w:.-]+)|(?P<text>text\(\)))\Z", re.DOTALL)


@function("ENCODEURL")
def encodeurl(text: str) -> str:
    """The text with every character that has a meaning in an address written as %XX.

    =ENCODEURL("a b/c") -> "a%20b%2Fc"
    """
    return quote(text, safe="")


@function("FILTERXML", calculus=Calculus.NONE)
def filterxml(xml: str, path: str) -> Operand | ErrorValue:
    """The texts that a path selects in an XML text, one below the other; what reads as a number is one.

    The path may use what ElementTree knows of XPath, and end in @attribute or text().

    =FILTERXML("<t><s>12</s><s>ab</s></t>", "//s") -> {12;"ab"}
    =FILTERXML("<t><s>12</s><s>ab</s></t>", "/t/s[2]") -> {"ab"}
    =FILTERXML("<t><s id='x'/></t>", "//s/@id") -> {"x"}
    =FILTERXML("<t>", "//s") -> #VALUE!
    """
    try:
        top = ET.Element("top")
        top.append(ET.fromstring(xml))
        last = _LAST_STEP.match(path)
        steps = last["path"] if last is not None else path
        found = top.findall("." + (steps if steps.startswith("/") else f"//{steps}"))
    except (ET.ParseError, SyntaxError, KeyError):
        return ErrorValue.VALUE
    if last is not None and last["attribute"]:
        words = [element.attrib[last["attribute"]] for element in found if last["attribute"] in element.attrib]
    elif last is not None:
        words = [element.text or "" for element in found]
    else:
        words = ["".join(element.itertext()) for element in found]
    if not words:
        return ErrorValue.VALUE
    return of_scalars([[_read(word)] for word in words])


def _read(word: str) -> Scalar:
    number = number_of_text(word)
    return word if number is None else number
