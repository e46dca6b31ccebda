"""Wildcards: ? is any one character, * any run of characters, and ~ takes the meaning from the next one."""

from __future__ import annotations

import re
from functools import lru_cache

_PART = re.compile(r"~([?*~])|([?*])|([^~?*]+|~)")


def has_wildcards(text: str) -> bool:
    """Whether any character of a text has a meaning of its own.

    >>> has_wildcards("a*"), has_wildcards("a~*"), has_wildcards("a~b")
    (True, True, False)
    """
    return any(match[3] is None for match in _PART.finditer(text))


@lru_cache(maxsize=4096)
def wildcard_pattern(text: str) -> re.Pattern[str]:
    """The pattern of a text with wildcards, which ignores case; use `fullmatch` or `search`.

    >>> bool(wildcard_pattern("sm?th*").fullmatch("Smythe")), bool(wildcard_pattern("why~?").fullmatch("whyx"))
    (True, False)
    """
    parts = []
    for match in _PART.finditer(text):
        literal = match[1] or match[3]
        parts.append(re.escape(literal) if literal else {"?": ".", "*": ".*"}[match[2]])
    return re.compile("".join(parts), re.IGNORECASE | re.DOTALL)
