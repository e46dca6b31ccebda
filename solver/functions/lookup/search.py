"""Finding keys in a row of values: the same value, the nearest below or above, or what Excel's bisection ends at.

Numbers are found by bisection in a sorted index, texts in a dictionary, all keys of a block together. Only values of
the key's own kind are looked at. A position is counted from 0, -1 means that nothing was found.

Excel's approximate match (MATCH with type 1) trusts that the values ascend. Where they do, it finds the last value
that is not above the key. Where they do not, the answer is what its bisection happens to hit, which is repeated here:
the middle moves up past values that cannot be compared.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from solver.functions.allowance import TEST, spend
from solver.functions.comparison import TextKey, text_key
from solver.functions.texts.regularexpressions import found
from solver.functions.wildcards import has_wildcards, wildcard_pattern
from solver.values import Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from solver.functions.criteria.criterion import Column
    from solver.functions.operand import FloatArray, IntArray, Operand


class Match(Enum):
    """What counts as found."""

    EXACT = "exact"
    WILDCARD = "wildcard"
    REGEX = "regex"
    BELOW = "below"
    ABOVE = "above"
    ASCENDING = "ascending"
    DESCENDING = "descending"


class Search:
    """A row of values, ready to be searched again and again."""

    def __init__(self, column: Column) -> None:
        self.column = column

    @cached_property
    def numbers(self) -> _Ordered:
        """The numbers in order."""
        ordered, places = self.column.by_number
        return _Ordered(ordered, places, self.column.size)

    @cached_property
    def booleans(self) -> _Ordered:
        """The booleans in order."""
        places = np.flatnonzero(self.column.kind == Kind.BOOLEAN)
        order = np.argsort(self.column.number[places], kind="stable")
        return _Ordered(self.column.number[places][order], places[order], self.column.size)

    @cached_property
    def texts(self) -> _Ordered:
        """The texts in order, by keys that stand in that order."""
        rank = {key: float(k) for k, key in enumerate(self.text_keys)}
        pairs = [(rank[text_key(text)], places) for text, places in self.column.by_text.items()]
        ranks = np.concatenate([np.full(len(places), r) for r, places in pairs] or [np.zeros(0)])
        places = np.concatenate([places for _, places in pairs] or [np.zeros(0, dtype=np.intp)])
        order = np.lexsort((places, ranks))
        return _Ordered(ranks[order], places[order], self.column.size)

    @cached_property
    def text_keys(self) -> list[TextKey]:
        """What the distinct texts are sorted by, in order."""
        return sorted({text_key(text) for text in self.column.by_text})

    def find(self, keys: Operand, match: Match, *, last: bool = False, blanks: bool = False) -> IntArray:
        """The position of every key, at the keys' full shape.

        `last` prefers the last of equal values; `blanks` lets a blank key find a blank value, else it means 0.
        """
        shape = keys.shape
        kind = np.broadcast_to(keys.kind, shape)
        number = np.broadcast_to(keys.known, shape)
        found = np.full(shape, -1, dtype=np.intp)
        numeric = (kind == Kind.NUMBER) if blanks else (kind == Kind.NUMBER) | (kind == Kind.BLANK)
        if numeric.any():
            found[numeric] = self.numbers.find(number[numeric], match, last)
        is_boolean = kind == Kind.BOOLEAN
        if is_boolean.any():
            found[is_boolean] = self.booleans.find(number[is_boolean], match, last)
        if blanks and (kind == Kind.BLANK).any():
            empty = np.flatnonzero(self.column.kind == Kind.BLANK)
            found[kind == Kind.BLANK] = empty[-1 if last else 0] if len(empty) else -1
        is_text = kind == Kind.TEXT
        if is_text.any():
            assert keys.text is not None
            texts = np.broadcast_to(keys.text, shape)[is_text].tolist()
            seen: dict[str, int] = {}
            for text in texts:
                if text not in seen:
                    seen[text] = self._find_text(text, match, last)
            found[is_text] = [seen[text] for text in texts]
        return found

    def _find_text(self, text: str, match: Match, last: bool) -> int:
        if match is Match.REGEX:
            return self._matching(text, last)
        if match in (Match.EXACT, Match.WILDCARD):
            places = self._alike(text) if match is Match.WILDCARD and has_wildcards(text) else None
            if places is None:
                plain = text.replace("~~", "~") if match is Match.WILDCARD else text
                places = self.column.by_text.get(plain.lower())
            if places is None or not len(places):
                return -1
            return int(places[-1 if last else 0])
        ordered = self.texts
        low, high = bisect_left(self.text_keys, text_key(text)), bisect_right(self.text_keys, text_key(text))
        rank = float(low) if high > low else low - 0.5
        return int(ordered.find(np.array([rank]), match, last)[0])

    def _matching(self, pattern: str, last: bool) -> int:
        """The position of the first or last text in which a regular expression is found."""
        texts = self.column.text
        if texts is None:
            return -1
        places = np.flatnonzero(self.column.is_text).tolist()
        spend(TEST * len(places))
        return next((k for k in (places[::-1] if last else places) if found(pattern, texts[k])), -1)

    def _alike(self, text: str) -> IntArray:
        spend(TEST * len(self.column.by_text))
        pattern = wildcard_pattern(text)
        found = [places for known, places in self.column.by_text.items() if pattern.fullmatch(known)]
        return np.sort(np.concatenate(found)) if found else np.zeros(0, dtype=np.intp)


class _Ordered:
    """Values of one kind in ascending order with their positions, equal ones in the order of their positions."""

    def __init__(self, values: FloatArray, places: IntArray, size: int) -> None:
        self.values, self.places, self.size = values, places, size

    @cached_property
    def ascending(self) -> bool:
        """Whether the values stand in ascending order."""
        return bool((np.diff(self.places) > 0).all())

    @cached_property
    def in_place(self) -> tuple[IntArray, list[float]]:
        """The positions in ascending order with their values."""
        order = np.argsort(self.places)
        return self.places[order], self.values[order].tolist()

    def find(self, keys: FloatArray, match: Match, last: bool) -> IntArray:
        """The positions of some keys (n,)."""
        if not len(self.values):
            return np.full(keys.shape, -1, dtype=np.intp)
        if match is Match.ASCENDING and not self.ascending:
            return _each(keys, self._bisected)
        if match is Match.DESCENDING:
            return _each(keys, self._descended)
        left = np.searchsorted(self.values, keys, "left")
        right = np.searchsorted(self.values, keys, "right")
        exact = right > left
        if match is Match.ASCENDING:
            return self._at(right - 1)
        if match is Match.BELOW:
            nearest = np.where(exact, left, left - 1)
        elif match is Match.ABOVE:
            nearest = left
        else:
            nearest = np.where(exact, left, -1)
        good = (nearest >= 0) & (nearest < len(self.values))
        value = self.values[np.where(good, nearest, 0)]
        side = np.searchsorted(self.values, value, "right") - 1 if last else np.searchsorted(self.values, value, "left")
        return self._at(np.where(good, side, -1))

    def _at(self, order: IntArray) -> IntArray:
        good = (order >= 0) & (order < len(self.values))
        return np.where(good, self.places[np.where(good, order, 0)], -1)

    def _bisected(self, key: float) -> int:
        """Where Excel's bisection over all positions ends, moving up past other kinds."""
        places, values = self.in_place
        low, high = 0, self.size - 1
        found = -1
        while low <= high:
            middle = (low + high) // 2
            at = int(np.searchsorted(places, middle))
            if at == len(places) or places[at] > high:
                high = middle - 1
            elif values[at] <= key:
                found = int(places[at])
                low = found + 1
            else:
                high = middle - 1
        return found

    def _descended(self, key: float) -> int:
        """The last of the leading values that are not below the key."""
        places, values = self.in_place
        found = -1
        for place, value in zip(places.tolist(), values, strict=True):
            if value < key:
                break
            found = place
            if value == key:
                break
        return found


def _each(keys: FloatArray, find: Callable[[float], int]) -> IntArray:
    seen: dict[float, int] = {}
    for key in keys.ravel().tolist():
        if key not in seen:
            seen[key] = find(key)
    return np.array([seen[key] for key in keys.ravel().tolist()], dtype=np.intp).reshape(keys.shape)


def search_of(column: Column) -> Search:
    """The search over an indexed range, kept with it."""
    if not isinstance(column.search, Search):
        column.search = Search(column)
    return column.search
