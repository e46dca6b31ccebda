"""The texts of cells: a number for each cell, and each number's text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    Codes = npt.NDArray[np.int32]
    TextArray = npt.NDArray[np.object_]

_REMEMBERED = 1 << 16
"""So many different texts are found again; among very many it is cheaper to keep some twice."""


class Texts:
    """Texts at the places of an array: `code` is the number of each, 0 where there is none.

    An index gives the texts there, and takes them, as an array of objects would (None for none). Where nobody has
    written the zeros of `code`, places without a text take no memory. Texts that are known already can be given by
    number: those of `known`, which is shared with whoever gave it and never changed.
    """

    __slots__ = ("_known", "_mine", "_number", "_size", "code")

    def __init__(self, code: Codes, known: TextArray | None = None) -> None:
        self.code = code
        self._known = np.array([None], dtype=object) if known is None else known
        self._size, self._mine = len(self._known), False
        self._number: dict[str, int] = {}

    @classmethod
    def of(cls, texts: TextArray | Texts) -> Texts:
        """An array of texts as such."""
        if isinstance(texts, Texts):
            return texts
        made = cls(np.zeros(texts.shape, dtype=np.int32))
        made[...] = texts
        return made

    @property
    def known(self) -> TextArray:
        """The text of every number."""
        return self._known[: self._size]

    def over(self, code: Codes) -> Texts:
        """The same numbers and texts at the places of another array."""
        return Texts(code, self.known)

    def __len__(self) -> int:
        return len(self.code)

    def __getitem__(self, key: Any) -> Any:
        return self._known[self.code[key]]

    def __setitem__(self, key: Any, texts: TextArray | str | None) -> None:
        if texts is None or isinstance(texts, str):
            self.code[key] = 0 if texts is None else self.numbers([texts])[0]
            return
        filled = np.array([text is not None for text in texts.ravel()], dtype=bool).reshape(texts.shape)
        code = np.zeros(texts.shape, dtype=np.int32)
        code[filled] = self.numbers(texts[filled].tolist())
        self.code[key] = code

    def numbers(self, texts: Sequence[str]) -> list[int]:
        """The numbers of some texts, which are known from now on."""
        found = [self._number.get(text, 0) for text in texts]
        if not all(found):
            fresh = [text for text in dict.fromkeys(texts) if text not in self._number]
            numbers = dict(zip(fresh, self._append(fresh), strict=True))
            if len(self._number) + len(fresh) <= _REMEMBERED:
                self._number |= numbers
            found = [number or numbers[text] for text, number in zip(texts, found, strict=True)]
        return found

    def _append(self, texts: list[str]) -> range:
        """Enters new texts; their numbers."""
        start, stop = self._size, self._size + len(texts)
        if not self._mine or stop > len(self._known):
            room = np.empty(stop + stop // 2, dtype=object)
            room[:start] = self._known[:start]
            self._known, self._mine = room, True
        self._known[start:stop] = texts
        self._size = stop
        return range(start, stop)
