"""R1C1 addresses, as INDIRECT may be given them: `R2C3`, `R[-1]C`, `Sheet1!R1C1:R5C2`."""

from __future__ import annotations

import re

from solver.grid import MAX_COLS, MAX_ROWS, column_letters

_CORNER = re.compile(r"[Rr](\[(-?\d+)\]|\d*)[Cc](\[(-?\d+)\]|\d*)\Z")


def a1_of_r1c1(text: str, row: int, col: int) -> str | None:
    """The same address in A1 form as seen from a zero-based cell, or None if it is none.

    >>> a1_of_r1c1("R2C3", 0, 0), a1_of_r1c1("Data!R[1]C[-1]:RC", 4, 4)
    ('$C$2', 'Data!$D$6:$E$5')
    """
    sheet, bang, address = text.rpartition("!")
    corners = [_corner(corner, row, col) for corner in address.split(":")]
    if len(corners) > 2 or None in corners:
        return None
    return sheet + bang + ":".join(corner for corner in corners if corner)


def _corner(text: str, row: int, col: int) -> str | None:
    match = _CORNER.match(text.strip())
    if match is None:
        return None
    r = _number(match[1], match[2], row)
    c = _number(match[3], match[4], col)
    if not (0 <= r < MAX_ROWS and 0 <= c < MAX_COLS):
        return None
    return f"${column_letters(c)}${r + 1}"


def _number(written: str, offset: str | None, origin: int) -> int:
    if offset is not None:
        return origin + int(offset)
    return int(written) - 1 if written else origin
