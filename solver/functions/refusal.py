"""Arguments outside a function's domain: its body stops, and the cell shows an error value."""

from __future__ import annotations

from solver.values import ErrorValue


class Refused(Exception):
    """What a function was given has no value; `value` is the error that the cell shows."""

    def __init__(self, value: ErrorValue = ErrorValue.NUM) -> None:
        super().__init__(value.label)
        self.value = value


def demand(*conditions: bool, otherwise: ErrorValue = ErrorValue.NUM) -> None:
    """Stops a function whose arguments do not meet all conditions."""
    if not all(conditions):
        raise Refused(otherwise)
