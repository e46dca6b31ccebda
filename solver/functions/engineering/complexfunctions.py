"""Exponentials, logarithms and circular functions of complex numbers, by their real and imaginary parts.

Tangents and reciprocals divide by functions of the double angle, such as

    tan z = (sin 2x + i sinh 2y) / (cosh 2y + cos 2x).
"""

from __future__ import annotations

import cmath
import math

from solver.functions.engineering.complexnumbers import mapped, polar
from solver.functions.registry import function


@function("IMSQRT")
@mapped
def imsqrt(z: complex) -> complex:
    """The square root.

    =IMSQRT("1+i") -> "1.09868411346781+0.455089860562227i"
    """
    return polar(math.sqrt(abs(z)), cmath.phase(z) / 2.0)


@function("IMEXP")
@mapped
def imexp(z: complex) -> complex:
    """The exponential.

    =IMEXP("1+i") -> "1.46869393991589+2.28735528717884i"
    """
    return polar(math.exp(z.real), z.imag)


@function("IMLN")
@mapped
def imln(z: complex) -> complex:
    """The natural logarithm.

    =IMLN("3+4i") -> "1.6094379124341+0.927295218001612i"
    =IMLN(0) -> #NUM!
    """
    return _log(z)


@function("IMLOG10")
@mapped
def imlog10(z: complex) -> complex:
    """The logarithm to the base 10.

    =IMLOG10("3+4i") -> "0.698970004336019+0.402719196273373i"
    """
    return _log(z) / math.log(10.0)


@function("IMLOG2")
@mapped
def imlog2(z: complex) -> complex:
    """The logarithm to the base 2.

    =IMLOG2("3+4i") -> "2.32192809488736+1.33780421245098i"
    """
    return _log(z) / math.log(2.0)


def _log(z: complex) -> complex:
    return complex(math.log(abs(z)), cmath.phase(z))


@function("IMSIN")
@mapped
def imsin(z: complex) -> complex:
    """The sine.

    =IMSIN("4+3i") -> "-7.61923172032141-6.548120040911i"
    """
    return _sin(z)


@function("IMCOS")
@mapped
def imcos(z: complex) -> complex:
    """The cosine.

    =IMCOS("1+i") -> "0.833730025131149-0.988897705762865i"
    """
    return _cos(z)


@function("IMTAN")
@mapped
def imtan(z: complex) -> complex:
    """The tangent.

    =IMTAN("4+3i") -> "0.00490825806749606+1.00070953606723i"
    """
    return complex(math.sin(2 * z.real), math.sinh(2 * z.imag)) / (math.cosh(2 * z.imag) + math.cos(2 * z.real))


@function("IMCOT")
@mapped
def imcot(z: complex) -> complex:
    """The cotangent.

    =IMCOT("4+3i") -> "0.00490118239430447-0.999266927805902i"
    =IMCOT(0) -> #NUM!
    """
    return complex(math.sin(2 * z.real), -math.sinh(2 * z.imag)) / (math.cosh(2 * z.imag) - math.cos(2 * z.real))


@function("IMSEC")
@mapped
def imsec(z: complex) -> complex:
    """The secant.

    =IMSEC("4+3i") -> "-0.0652940278579471-0.0752249603027732i"
    """
    return 2 * _cos(z).conjugate() / (math.cosh(2 * z.imag) + math.cos(2 * z.real))


@function("IMCSC")
@mapped
def imcsc(z: complex) -> complex:
    """The cosecant.

    =IMCSC("4+3i") -> "-0.0754898329158637+0.0648774713706355i"
    """
    return 2 * _sin(z).conjugate() / (math.cosh(2 * z.imag) - math.cos(2 * z.real))


@function("IMSINH")
@mapped
def imsinh(z: complex) -> complex:
    """The hyperbolic sine.

    =IMSINH("4+3i") -> "-27.0168132580039+3.85373803791938i"
    """
    return _sinh(z)


@function("IMCOSH")
@mapped
def imcosh(z: complex) -> complex:
    """The hyperbolic cosine.

    =IMCOSH("4+3i") -> "-27.0349456030742+3.85115333481178i"
    """
    return _cosh(z)


@function("IMSECH")
@mapped
def imsech(z: complex) -> complex:
    """The hyperbolic secant.

    =IMSECH("4+3i") -> "-0.0362534969158689-0.00516434460775318i"
    """
    return 2 * _cosh(z).conjugate() / (math.cosh(2 * z.real) + math.cos(2 * z.imag))


@function("IMCSCH")
@mapped
def imcsch(z: complex) -> complex:
    """The hyperbolic cosecant.

    =IMCSCH("4+3i") -> "-0.036275889628626-0.0051744731840194i"
    """
    return 2 * _sinh(z).conjugate() / (math.cosh(2 * z.real) - math.cos(2 * z.imag))


def _sin(z: complex) -> complex:
    return complex(math.sin(z.real) * math.cosh(z.imag), math.cos(z.real) * math.sinh(z.imag))


def _cos(z: complex) -> complex:
    return complex(math.cos(z.real) * math.cosh(z.imag), -math.sin(z.real) * math.sinh(z.imag))


def _sinh(z: complex) -> complex:
    return complex(math.sinh(z.real) * math.cos(z.imag), math.cosh(z.real) * math.sin(z.imag))


def _cosh(z: complex) -> complex:
    return complex(math.cosh(z.real) * math.cos(z.imag), math.sinh(z.real) * math.sin(z.imag))
