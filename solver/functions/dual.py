"""Numbers that carry a slope: plain Python arithmetic on them gives a value and its exact derivative.

Comparisons, whole parts and everything else see the value alone. `math.pow`, `math.sqrt` and `math.fsum` would drop
the slope: bodies that are to be smooth use `power` and `total`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Dual(float):
    """A number with its slope along one direction.

    >>> y = (Dual(3.0, 1.0) ** 2 + 1) / 2
    >>> y, y.slope
    (5.0, 3.0)
    """

    __slots__ = ("slope",)
    slope: float

    def __new__(cls, value: float, slope: float) -> Dual:
        """The number, and how fast it grows."""
        made = super().__new__(cls, value)
        made.slope = slope
        return made

    def __neg__(self) -> Dual:
        return Dual(-float(self), -self.slope)

    def __add__(self, other: float) -> Dual:
        return Dual(float(self) + float(other), self.slope + slope_of(other))

    __radd__ = __add__

    def __sub__(self, other: float) -> Dual:
        return Dual(float(self) - float(other), self.slope - slope_of(other))

    def __rsub__(self, other: float) -> Dual:
        return Dual(float(other) - float(self), -self.slope)

    def __mul__(self, other: float) -> Dual:
        return Dual(float(self) * float(other), self.slope * float(other) + float(self) * slope_of(other))

    __rmul__ = __mul__

    def __truediv__(self, other: float) -> Dual:
        ratio = float(self) / float(other)
        return Dual(ratio, (self.slope - ratio * slope_of(other)) / float(other))

    def __rtruediv__(self, other: float) -> Dual:
        ratio = float(other) / float(self)
        return Dual(ratio, -ratio * self.slope / float(self))

    def __pow__(self, exponent: float, modulus: None = None) -> Dual:
        base = float(self)
        slope = float(exponent) * math.pow(base, float(exponent) - 1) * self.slope
        if slope_of(exponent):
            slope += math.pow(base, float(exponent)) * math.log(base) * slope_of(exponent)
        return Dual(math.pow(base, float(exponent)), slope)

    def __rpow__(self, base: float, modulus: None = None) -> Dual:
        return Dual(base, 0.0).__pow__(self)


def slope_of(number: float) -> float:
    """The slope of a number: 0 where it carries none."""
    return number.slope if isinstance(number, Dual) else 0.0


def power(base: float, exponent: float) -> float:
    """The base to the exponent, with its slope."""
    grown: float = base**exponent
    return grown


def total(numbers: Iterable[float]) -> float:
    """The sum, rounded once, with its slope if any term has one."""
    terms = list(numbers)
    value = math.fsum(terms)
    if not any(isinstance(term, Dual) for term in terms):
        return value
    return Dual(value, math.fsum(slope_of(term) for term in terms))
