"""Functions whose value comes from elsewhere: a server, a feed, a library of the machine.

Nothing is ever fetched. A formula that needs one of them keeps the value that the file stores for its cell, and is
named among those that could not be computed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from solver.errors import UnsupportedFunction
from solver.functions.registry import Calculus, function
from solver.values import ErrorValue

if TYPE_CHECKING:
    from collections.abc import Callable

    from solver.functions.operand import Operand
    from solver.functions.registry import Lazy

SOURCES = {
    "CALL": "a library of the machine",
    "COPILOT": "a language model",
    "CUBEKPIMEMBER": "a data cube",
    "CUBEMEMBER": "a data cube",
    "CUBEMEMBERPROPERTY": "a data cube",
    "CUBERANKEDMEMBER": "a data cube",
    "CUBESET": "a data cube",
    "CUBESETCOUNT": "a data cube",
    "CUBEVALUE": "a data cube",
    "DETECTLANGUAGE": "a translation service",
    "EUROCONVERT": "an add-in",
    "FIELDVALUE": "a data type of the web",
    "IMAGE": "the web",
    "REGISTER.ID": "a library of the machine",
    "RTD": "a feed",
    "SQL.REQUEST": "a database",
    "STOCKHISTORY": "a stock exchange",
    "TRANSLATE": "a translation service",
    "WEBSERVICE": "the web",
}
"""Where the value of each function comes from."""


class Elsewhere(UnsupportedFunction):
    """A value that only its source could give."""


def _asking(name: str, source: str) -> Callable[..., Any]:
    def ask(*_arguments: Lazy) -> Operand:
        raise Elsewhere(f"{name} asks {source}, and nothing is fetched")

    ask.__doc__ = f"Asks {source}: nothing is fetched, and a formula that needs it keeps its stored value."
    return ask


for _name, _source in SOURCES.items():
    function(_name, calculus=Calculus.NONE)(_asking(_name, _source))


@function("__XLUDF.DUMMYFUNCTION", calculus=Calculus.NONE)
def of_google_sheets(*formula: Lazy) -> ErrorValue:
    """What Google Sheets puts around its own functions when it writes .xlsx: #NAME?, inside IFERROR with the value.

    =IFERROR(__xludf.DUMMYFUNCTION("GOOGLEFINANCE(""X"")"), 123) -> 123
    """
    del formula
    return ErrorValue.NAME
