"""Second-order jets: a value with its gradient and Hessian, so that a problem is only its formula.

The same formula runs on floats, on arrays of a population, and on jets.
"""

from __future__ import annotations

from typing import Any

import numpy as np


class Jet:
    """f, grad f and the Hessian of f at one point."""

    def __init__(self, f: float, g: np.ndarray, h: np.ndarray) -> None:
        self.f, self.g, self.h = f, g, h

    def map(self, f: float, d: float, dd: float) -> Jet:
        """A function of this jet with its first and second derivative there."""
        return Jet(f, d * self.g, d * self.h + dd * np.outer(self.g, self.g))

    def __add__(self, other: Any) -> Jet:
        if isinstance(other, Jet):
            return Jet(self.f + other.f, self.g + other.g, self.h + other.h)
        return Jet(self.f + other, self.g, self.h)

    def __mul__(self, other: Any) -> Jet:
        if not isinstance(other, Jet):
            return Jet(self.f * other, self.g * other, self.h * other)
        cross = np.outer(self.g, other.g)
        return Jet(
            self.f * other.f,
            self.f * other.g + other.f * self.g,
            self.f * other.h + other.f * self.h + cross + cross.T,
        )

    def __pow__(self, power: float) -> Jet:
        if power == 2:
            return self * self
        x = self.f
        return self.map(x**power, power * x ** (power - 1), power * (power - 1) * x ** (power - 2))

    def __neg__(self) -> Jet:
        return self * -1.0

    def __sub__(self, other: Any) -> Jet:
        return self + -other

    def __rsub__(self, other: Any) -> Jet:
        return -self + other

    def __truediv__(self, other: Any) -> Jet:
        return self * (other**-1.0 if isinstance(other, Jet) else 1.0 / other)

    def __rtruediv__(self, other: Any) -> Jet:
        return self**-1.0 * other

    def __abs__(self) -> Jet:
        return self * np.sign(self.f)

    def __ge__(self, other: float) -> bool:
        return self.f >= other

    def __gt__(self, other: float) -> bool:
        return self.f > other

    __radd__, __rmul__ = __add__, __mul__

    def __rpow__(self, base: float) -> Jet:
        return exp(self * np.log(base))


def variables(x: np.ndarray) -> list[Jet]:
    """The coordinates of a point as jets."""
    return [Jet(float(v), np.eye(x.size)[j], np.zeros((x.size, x.size))) for j, v in enumerate(x)]


def exp(x: Any) -> Any:
    if not isinstance(x, Jet):
        return np.exp(x)
    e = np.exp(x.f)
    return x.map(e, e, e)


def log(x: Any) -> Any:
    return x.map(np.log(x.f), 1 / x.f, -1 / x.f**2) if isinstance(x, Jet) else np.log(x)


def sin(x: Any) -> Any:
    return x.map(np.sin(x.f), np.cos(x.f), -np.sin(x.f)) if isinstance(x, Jet) else np.sin(x)


def cos(x: Any) -> Any:
    return x.map(np.cos(x.f), -np.sin(x.f), -np.cos(x.f)) if isinstance(x, Jet) else np.cos(x)


def sqrt(x: Any) -> Any:
    return x**0.5


def value(x: Any) -> Any:
    """The value without its derivatives."""
    return x.f if isinstance(x, Jet) else x


def larger(a: Any, b: Any) -> Any:
    """The greater of two."""
    if isinstance(a, Jet):
        return a if a.f >= value(b) else b
    return np.maximum(a, b)
