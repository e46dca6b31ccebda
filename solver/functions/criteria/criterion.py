"""Criteria of COUNTIF and its kin: what a criterion means, and which values of a range meet it.

A criterion is a value or a text such as ">=3", "<>", "a*". Equality of texts ignores case and knows wildcards; a number
also meets texts that read as that number; order is only looked for among values of the criterion's own kind, of which
errors are one.

A range is indexed once, by value and by order, so that a whole column of criteria costs one look-up each.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from solver.functions.allowance import TEST, spend
from solver.functions.coerce import number_of_text
from solver.functions.comparison import text_key
from solver.functions.wildcards import has_wildcards, wildcard_pattern
from solver.values import ERROR_OF_LABEL, ErrorValue, Kind, Scalar

if TYPE_CHECKING:
    from solver.functions.comparison import TextKey
    from solver.functions.operand import BoolArray, FloatArray, IntArray, KindArray, TextArray

_RELATION = re.compile(r"(<=|>=|<>|=|<|>)?(.*)\Z", re.DOTALL)


@dataclass(frozen=True, slots=True, eq=False)
class Criterion:
    """A relation and what stands on its right: number, text, boolean, error, or None for nothing at all.

    `written` says that a relation was written; "" and "=" mean different things.
    """

    relation: str
    value: Scalar
    written: bool = False

    @property
    def _key(self) -> tuple[object, ...]:
        return self.relation, type(self.value), self.value, self.written

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Criterion) and self._key == other._key  # 1 and TRUE are two criteria

    def __hash__(self) -> int:
        return hash(self._key)

    @property
    def takes_blanks(self) -> bool:
        """Whether a blank cell meets it."""
        return (self.relation == "=" and self.value is None) or (self.relation == "<>" and self.value is not None)


def criterion_of(value: Scalar) -> Criterion:
    """The meaning of a criterion; a blank cell means 0.

    >>> criterion_of(">=3"), criterion_of("=x"), criterion_of("50%").value
    (Criterion(relation='>=', value=3.0, written=True), Criterion(relation='=', value='x', written=True), 0.5)
    """
    if value is None:
        return Criterion("=", 0.0)
    if not isinstance(value, str):
        return Criterion("=", float(value) if type(value) in (int, float) else value)
    match = _RELATION.match(value)
    assert match is not None
    relation, rest = match[1], match[2]
    return Criterion(relation or "=", _typed(rest), relation is not None)


def _typed(text: str) -> Scalar:
    """What a text in a criterion stands for."""
    if text == "":
        return None
    upper = text.upper()
    if upper in ("TRUE", "FALSE"):
        return upper == "TRUE"
    if upper in ERROR_OF_LABEL:
        return ERROR_OF_LABEL[upper]
    number = number_of_text(text)
    return text if number is None else number


class Column:
    """The values of a range in one row, indexed for criteria: `kind`, `number` and `text` are (n,)."""

    def __init__(self, kind: KindArray, number: FloatArray, text: TextArray | None) -> None:
        self.kind, self.number, self.text = kind, number, text
        self.search: object = None
        self._asked = False

    @property
    def size(self) -> int:
        """How many values it has."""
        return self.kind.size

    @cached_property
    def is_text(self) -> BoolArray:
        """Where it is a text."""
        return np.asarray(self.kind == Kind.TEXT)

    @cached_property
    def by_number(self) -> tuple[FloatArray, IntArray]:
        """The numbers in ascending order, and their positions."""
        places = np.flatnonzero(self.kind == Kind.NUMBER)
        order = np.argsort(self.number[places], kind="stable")
        return self.number[places][order], places[order]

    @cached_property
    def by_text(self) -> dict[str, IntArray]:
        """The positions of every text, in lower case."""
        found: dict[str, list[int]] = {}
        if self.text is not None:
            for place in np.flatnonzero(self.is_text).tolist():
                found.setdefault(self.text[place].lower(), []).append(place)
        return {text: np.array(places, dtype=np.intp) for text, places in found.items()}

    @cached_property
    def by_reading(self) -> dict[float, list[int]]:
        """The positions of the texts that read as a number."""
        found: dict[float, list[int]] = {}
        for text, places in self.by_text.items():
            number = number_of_text(text)
            if number is not None:
                found.setdefault(number, []).extend(places.tolist())
        return found

    def meeting(self, criterion: Criterion) -> IntArray:
        """The positions of the values that meet a criterion, ascending."""
        if criterion.relation == "<>":
            kept = np.ones(self.size, dtype=bool)
            kept[self._equal(Criterion("=", criterion.value, True))] = False
            return np.flatnonzero(kept)
        if criterion.relation == "=":
            return self._equal(criterion)
        return self._ordered(criterion.relation, criterion.value)

    def _equal(self, criterion: Criterion) -> IntArray:
        value = criterion.value
        if value is None:
            blank = self.kind == Kind.BLANK
            if not criterion.written and self.text is not None:
                blank = blank | (self.is_text & (self.text == ""))
            return np.flatnonzero(blank)
        if isinstance(value, ErrorValue):
            return np.flatnonzero(self.kind == Kind.ERROR + value)
        if isinstance(value, bool):
            return np.flatnonzero((self.kind == Kind.BOOLEAN) & (self.number == value))
        if isinstance(value, str):
            return self._like(value)
        if not self._asked and self.text is None:  # an index pays from the second question on
            self._asked = True
            return np.flatnonzero((self.kind == Kind.NUMBER) & (self.number == value))
        ordered, places = self.by_number
        low, high = np.searchsorted(ordered, value, "left"), np.searchsorted(ordered, value, "right")
        found = places[low:high]
        written = self.by_reading.get(value) if self.text is not None else None
        return np.sort(found if written is None else np.concatenate([found, np.array(written, dtype=np.intp)]))

    def _like(self, text: str) -> IntArray:
        if not has_wildcards(text):
            plain = text.replace("~~", "~") if "~" in text else text
            return self.by_text.get(plain.lower(), _NOTHING)
        spend(TEST * len(self.by_text))
        pattern = wildcard_pattern(text)
        found = [places for known, places in self.by_text.items() if pattern.fullmatch(known)]
        return np.sort(np.concatenate(found)) if found else _NOTHING

    def _ordered(self, relation: str, value: Scalar) -> IntArray:
        if value is None:
            return _NOTHING
        if isinstance(value, ErrorValue):  # in the order of ERROR.TYPE
            of_error = self.kind > Kind.ERROR
            return np.flatnonzero(of_error & _holds(relation, self.kind.astype(np.float64) - Kind.ERROR, float(value)))
        if isinstance(value, bool):
            truth = _holds(relation, self.number, float(value))
            return np.flatnonzero((self.kind == Kind.BOOLEAN) & truth)
        if isinstance(value, str):
            spend(TEST * len(self.by_text))
            key = text_key(value)
            found = [places for text, places in self.by_text.items() if _key_holds(relation, text_key(text), key)]
            return np.sort(np.concatenate(found)) if found else _NOTHING
        ordered, places = self.by_number
        if relation in ("<", "<="):
            return np.sort(places[: np.searchsorted(ordered, value, "left" if relation == "<" else "right")])
        return np.sort(places[np.searchsorted(ordered, value, "right" if relation == ">" else "left") :])


_NOTHING = np.zeros(0, dtype=np.intp)


def _holds(relation: str, left: FloatArray, right: float) -> BoolArray:
    compare = {"<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal}[relation]
    return np.asarray(compare(left, right))


def _key_holds(relation: str, left: TextKey, right: TextKey) -> bool:
    if left == right:
        return relation in ("<=", ">=")
    return (left < right) == relation.startswith("<")
