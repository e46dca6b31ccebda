"""A formula's tree at a site becomes values: the one place where functions are called."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from solver.algebra import constant
from solver.compiler.lowering.closures import Lambda, Named, stacked, value_of
from solver.compiler.lowering.refer import bounding, cell_at, cells_of, common, part_of_table
from solver.compiler.lowering.site import Meaning, Site, fixed_reference
from solver.compiler.ordering import growing, products
from solver.errors import FormulaError, UnsupportedFunction
from solver.formula import tree as t
from solver.functions.allowance import MIXED, OPERATION, spend
from solver.functions.arrange import rearrange
from solver.functions.call import call, intersect
from solver.functions.here import Reference, References
from solver.functions.operand import ALL_NUMBERS, BLANK, NotUniform, Operand, error, lone, numbers, of_scalars
from solver.functions.operators import binary, percent, unary
from solver.functions.registry import Taking, lookup
from solver.functions.toolpak import TOOLPAK
from solver.values import ERROR_OF_LABEL, ErrorValue

if TYPE_CHECKING:
    from collections.abc import Callable

    from solver.functions.registry import Function


_FUNCTION_MARK = "_xleta."


def evaluate(tree: t.Tree, site: Site) -> Meaning:
    """What a formula's tree means at every cell of the site."""
    return _RULES[type(tree)](tree, site)


def _number(tree: t.Number, site: Site) -> Meaning:
    literal = site.literals[tree.slot]
    if isinstance(literal, float):
        return Operand(ALL_NUMBERS, constant(np.array(literal, ndmin=4)))
    return numbers(constant(literal[:, :, np.newaxis, np.newaxis]))


def _error(tree: t.Error, site: Site) -> Meaning:
    del site
    return error(ERROR_OF_LABEL.get(tree.label.upper(), ErrorValue.NAME))


def _name(tree: t.Name, site: Site) -> Meaning:
    bound = site.scope.get(tree.name.casefold())
    if bound is not None:
        return bound
    if tree.name.casefold().startswith(_FUNCTION_MARK):
        name = tree.name[len(_FUNCTION_MARK) :].upper()
        function = lookup(name)
        return error(ErrorValue.NAME) if function is None else Named(name, function, site)
    if tree.book is not None:
        raise FormulaError(f"the name {tree.name} of another workbook has no value here")
    template = site.world.names.meaning(tree.name, tree.sheet or site.sheet)
    if template is None:
        return _table(tree.name, site)
    return _in_name(template.parsed(), template.literals, site)


def _table(name: str, site: Site) -> Meaning:
    """What a table's name alone means: the cells below its header."""
    if name.casefold() not in site.world.names.tables:
        return error(ErrorValue.NAME)
    return part_of_table(t.Structured(name, (), None, None), site)


def _in_name(tree: t.Tree, literals: tuple[float, ...], site: Site) -> Meaning:
    """A name's formula is relative to the cell that uses it, and is computed as an array formula."""
    inside = Site(site.world, site.sheet, site.row, site.col, literals, array=True)
    return evaluate(tree, inside)


def _unary(tree: t.Unary, site: Site) -> Meaning:
    return unary(tree.op, _value(tree.operand, site))


def _percent(tree: t.Percent, site: Site) -> Meaning:
    return percent(_value(tree.operand, site))


def _binary(tree: t.Binary, site: Site) -> Meaning:
    # sums of thousands of terms lean to the left: walk down that side without recursion
    spine: list[t.Binary] = []
    leftmost: t.Tree = tree
    while isinstance(leftmost, t.Binary):
        spine.append(leftmost)
        leftmost = leftmost.left
    result = _value(leftmost, site)
    for node in reversed(spine):
        result = binary(node.op, result, _value(node.right, site))
        spend((1 if result.kind is ALL_NUMBERS else MIXED) * (OPERATION + result.number.size))
    return result


def _value(tree: t.Tree, site: Site) -> Operand:
    if type(tree) is t.Reference:
        at = cell_at(tree, site)
        if at is not None:
            return site.world.read_cell(site.sheet, *at)
    meaning = _RULES[type(tree)](tree, site)
    return meaning if type(meaning) is Operand else value_of(meaning, site)


def _call(tree: t.Call, site: Site) -> Meaning:
    name = tree.name
    if name == "LET":
        return _let(tree.args, site)
    if name == "LAMBDA":
        return _lambda(tree.args, site)
    functions = stacked(name, tree.args, site)
    if functions is not None:
        return functions
    if name in products.SUMS:
        total = products.summed_products(tree, site, evaluate)
        if total is not None:
            return total
    bound = site.scope.get(name.casefold())
    if bound is None:
        function = lookup(name)
        if function is not None:
            try:
                arguments = [_given(arg, function, k, site) for k, arg in enumerate(tree.args)]
                return call(function, arguments, site)
            except NotUniform:
                result = growing.called(function, tree.args, site, _argument)
                if result is None:
                    raise
                return result
        template = site.world.names.meaning(name, site.sheet)
        if template is None:
            raise UnsupportedFunction(f"the function {name} is not known")
        bound = _in_name(template.parsed(), template.literals, site)
    return _apply(bound, tree.args, site)


def _given(tree: t.Tree, function: Function, place: int, site: Site) -> Meaning | Callable[[], Meaning]:
    """The argument at a place; one left empty is a blank, but not there for what came with the ToolPak."""
    if not function.parameters:
        return BLANK
    parameter = function.parameter(place)
    if type(tree) is t.Missing and not TOOLPAK.isdisjoint(function.names):
        default = function.filled.get(parameter.name, parameter.default)
        if isinstance(default, (int, float)):
            return lone(float(default))
        return BLANK if parameter.optional else error(ErrorValue.NA)
    return _argument(tree, parameter.taking, site)


def _argument(tree: t.Tree, taking: Taking, site: Site) -> Meaning | Callable[[], Meaning]:
    if taking is Taking.LAZY:
        return lambda: evaluate(tree, site)
    return evaluate(tree, site.in_array() if taking.arrayed else site)


def _apply(callee: Meaning, args: tuple[t.Tree, ...], site: Site) -> Meaning:
    if isinstance(callee, (Lambda, Named)):
        return callee.apply([evaluate(arg, site) for arg in args])
    return error(ErrorValue.REF) if isinstance(callee, (Reference, References)) else error(ErrorValue.VALUE)


def _invoke(tree: t.Invoke, site: Site) -> Meaning:
    return _apply(evaluate(tree.callee, site), tree.args, site)


def _let(args: tuple[t.Tree, ...], site: Site) -> Meaning:
    if len(args) % 2 == 0:
        raise FormulaError("LET needs pairs of names and values, and a result")
    scope = dict(site.scope)
    for name, expression in zip(args[:-1:2], args[1:-1:2], strict=True):
        if not isinstance(name, t.Name):
            raise FormulaError("LET binds names only")
        scope[name.name.casefold()] = evaluate(expression, site.binding(dict(scope)))
    return evaluate(args[-1], site.binding(scope))


def _lambda(args: tuple[t.Tree, ...], site: Site) -> Meaning:
    if not args:
        raise FormulaError("LAMBDA needs a formula")
    *parameters, body = args
    return Lambda(tuple(map(_parameter, parameters)), body, site)


def _parameter(tree: t.Tree) -> str:
    """The name of a parameter of LAMBDA; brackets say that it may be left out."""
    if isinstance(tree, t.Name):
        return tree.name.casefold()
    if isinstance(tree, t.Structured) and tree.table is None and tree.first is not None:
        return tree.first.casefold()
    raise FormulaError("the parameters of LAMBDA must be names")


def _spill(tree: t.Spill, site: Site) -> Meaning:
    anchor = evaluate(tree.operand, site)
    if not isinstance(anchor, Reference) or not anchor.fixed:
        return error(ErrorValue.REF)
    area = site.world.spill(anchor.sheet, int(anchor.top.flat[0]), int(anchor.left.flat[0]))
    return error(ErrorValue.REF) if area is None else fixed_reference(area)


def _single(tree: t.Single, site: Site) -> Meaning:
    meaning = evaluate(tree.operand, site)
    if isinstance(meaning, Reference):
        return intersect(meaning, site)
    if isinstance(meaning, Operand) and meaning.shape[2:] != (1, 1):
        return rearrange(meaning, lambda array: array[:, :, :1, :1])
    return meaning


def _range(tree: t.Range, site: Site) -> Meaning:
    left, right = evaluate(tree.left, site), evaluate(tree.right, site)
    if isinstance(left, Reference) and isinstance(right, Reference):
        return bounding(left, right)
    return next((m for m in (left, right) if isinstance(m, Operand)), error(ErrorValue.REF))


def _intersection(tree: t.Intersection, site: Site) -> Meaning:
    left, right = evaluate(tree.left, site), evaluate(tree.right, site)
    if isinstance(left, Reference) and isinstance(right, Reference):
        return common(left, right)
    return next((m for m in (left, right) if isinstance(m, Operand)), error(ErrorValue.NULL))


def _union(tree: t.Union, site: Site) -> Meaning:
    parts: list[Reference] = []
    for item in tree.items:
        meaning = evaluate(item, site)
        if isinstance(meaning, Reference):
            parts.append(meaning)
        elif isinstance(meaning, References):
            parts.extend(meaning.parts)
        else:
            return meaning
    return References(tuple(parts))


_RULES: dict[type, Callable[..., Meaning]] = {
    t.Number: _number,
    t.Text: lambda tree, _: lone(tree.value),
    t.Logical: lambda tree, _: lone(tree.value),
    t.Error: _error,
    t.Missing: lambda *_: BLANK,
    t.Reference: cells_of,
    t.Name: _name,
    t.Structured: part_of_table,
    t.Unary: _unary,
    t.Percent: _percent,
    t.Binary: _binary,
    t.Call: _call,
    t.Invoke: _invoke,
    t.ArrayConstant: lambda tree, _: of_scalars(tree.rows),
    t.Spill: _spill,
    t.Single: _single,
    t.Range: _range,
    t.Intersection: _intersection,
    t.Union: _union,
}
