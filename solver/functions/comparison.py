"""Excel's order of values: number < text < boolean, texts without regard to case, numbers at 15 digits.

A blank takes the kind of what it is compared with (0, "" or FALSE). Texts stand in dictionary order: signs before
digits before letters; an accented letter follows its plain one; hyphens and apostrophes decide only between words that
are otherwise equal.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from solver.algebra import Node, constant, equal, less, less_equal, not_equal, where
from solver.functions.operand import Operand, numbers, with_errors
from solver.values import Kind

if TYPE_CHECKING:
    from solver.functions.operand import BoolArray, FloatArray, IntArray, KindArray

_SIGNS = {sign: place for place, sign in enumerate(' _,;:!?./\\@#$%^&*()[]{}`~|"<>+=')}
_LAST = str.maketrans({"-": "\uffff", "'": "\ufffe"})
_CLOSE = 1e-14

TextKey = tuple[tuple[tuple[int, int], ...], str]


@lru_cache(maxsize=65536)
def text_key(text: str) -> TextKey:
    """What texts are sorted by: two texts are equal to Excel exactly if their keys are.

    >>> sorted(["b", "A", "co-op", "coop", "9", "~"], key=text_key)
    ['~', '9', 'A', 'b', 'coop', 'co-op']
    """
    lower = text.lower()
    plain = lower if lower.isascii() else unicodedata.normalize("NFD", lower)
    return tuple([_place(c) for c in plain if c not in "-'" and not unicodedata.combining(c)]), lower.translate(_LAST)


def _place(character: str) -> tuple[int, int]:
    sign = _SIGNS.get(character)
    if sign is not None:
        return 0, sign
    if character.isalpha():
        return 3, ord(character)
    return (2 if character.isdigit() else 1), ord(character)


def compare(op: str, left: Operand, right: Operand) -> Operand:
    """The booleans `left op right` for = <> < <= > >=; errors propagate, the left one first."""
    if op in (">", ">="):
        swapped = compare("<" if op == ">" else "<=", right, left)
        return with_errors(swapped, left, right)
    if _only_numbers(left.kind) and _only_numbers(right.kind):
        return numbers(_of_numbers(op, left.number, right.number), Kind.BOOLEAN)
    kind_left, kind_right = _meeting(left.kind, right.kind)
    rank_left, rank_right = _ranked(kind_left), _ranked(kind_right)
    by_rank = _RELATIONS[op](rank_left, rank_right)
    result = constant(by_rank)
    same = rank_left == rank_right
    both_texts = same & (kind_left == Kind.TEXT)
    if both_texts.any():
        by_text = _RELATIONS[op](*_text_places(left, right))
        result = where(constant(both_texts), constant(by_text), result)
    both_numbers = same & ~both_texts
    if both_numbers.any():
        result = where(constant(both_numbers), _of_numbers(op, left.number, right.number), result)
    return with_errors(numbers(result, Kind.BOOLEAN), left, right)


def same_numbers(a: FloatArray, b: FloatArray) -> BoolArray:
    """Where two numbers agree in their 15 leading digits, which is what Excel's = looks at."""
    with np.errstate(invalid="ignore"):
        same = np.asarray(a == b)
        near = np.asarray(np.abs(a - b) <= _CLOSE * np.maximum(np.abs(a), np.abs(b))) & ~same
    if near.any():
        wide_a, wide_b = np.broadcast_arrays(a, b)
        same = same.copy()
        for at in zip(*np.nonzero(near), strict=True):
            same[at] = f"{wide_a[at]:.14e}" == f"{wide_b[at]:.14e}"
    return same


def places_in_order(left: Operand, right: Operand) -> tuple[FloatArray, FloatArray] | None:
    """Whole numbers that compare as the known values of two operands do: those on the left, and those on the right.

    None where there are errors, or blanks beside values of several kinds, in which a blank is something else each time.
    """
    kinds = [np.broadcast_to(side.kind, side.shape) for side in (left, right)]
    present = sorted({*np.unique(kinds[0]).tolist(), *np.unique(kinds[1]).tolist()} - {int(Kind.BLANK)})
    blanks = any((kind == Kind.BLANK).any() for kind in kinds)
    if any(kind > Kind.ERROR for kind in present) or (blanks and len(present) > 1):
        return None
    kinds = [np.where(kind == Kind.BLANK, np.uint8((present or [Kind.NUMBER])[0]), kind) for kind in kinds]
    values = [np.broadcast_to(side.known, side.shape) for side in (left, right)]
    ordered = np.unique(np.concatenate([value[kind != Kind.TEXT] for value, kind in zip(values, kinds, strict=True)]))
    places = np.cumsum(np.append(0, ~same_numbers(ordered[1:], ordered[:-1])))
    words = _text_places(left, right)
    beyond = len(ordered) + 2, len(ordered) + 2 + sum(word.size for word in words) + 2
    found = []
    for kind, value, word in zip(kinds, values, words, strict=True):
        place = places[np.minimum(np.searchsorted(ordered, value), len(ordered) - 1)] if len(ordered) else value
        place = np.where(kind == Kind.TEXT, np.broadcast_to(word, kind.shape) + beyond[0], place)
        found.append(np.where(kind == Kind.BOOLEAN, value + beyond[1], place).astype(np.float64))
    return found[0], found[1]


def _of_numbers(op: str, a: Node, b: Node) -> Node:
    if a.value is None or b.value is None:
        return {"=": equal, "<>": not_equal, "<": less, "<=": less_equal}[op](a, b)
    same = same_numbers(a.value, b.value)
    if op in ("=", "<>"):
        return constant(same if op == "=" else ~same)
    below = a.value < b.value
    return constant(below & ~same if op == "<" else below | same)


def _only_numbers(kind: KindArray) -> bool:
    return bool((kind == Kind.NUMBER).all())


def _meeting(left: KindArray, right: KindArray) -> tuple[KindArray, KindArray]:
    """Both kind arrays, a blank with the kind of its partner."""
    left, right = np.broadcast_arrays(left, right)
    return (
        np.where(left == Kind.BLANK, right, left),
        np.where(right == Kind.BLANK, left, right),
    )


def _ranked(kind: KindArray) -> KindArray:
    """The place of a kind in the order of values, which is that of their numbers; errors have none of their own."""
    return np.where(kind > Kind.ERROR, np.uint8(Kind.BLANK), kind)


def _text_places(left: Operand, right: Operand) -> tuple[IntArray, IntArray]:
    """For the texts on both sides, whole numbers that stand in the same order; no text counts as an empty one."""
    sides = [np.array([""], dtype=object) if side.text is None else side.text for side in (left, right)]
    distinct = {"" if text is None else text for side in sides for text in side.ravel().tolist()}
    places: dict[object, int] = {}
    place, previous = -1, None
    for text in sorted(distinct, key=text_key):
        key = text_key(text)
        place += key != previous
        places[text], previous = place, key
    places[None] = places.get("", -1)
    first, second = (
        np.array([places[text] for text in side.ravel().tolist()], dtype=np.intp).reshape(side.shape) for side in sides
    )
    return first, second


_RELATIONS = {"=": np.equal, "<>": np.not_equal, "<": np.less, "<=": np.less_equal}
