"""A tree shown as text is the same tree when it is read again, and its key says exactly what the tree says."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings

from solver.formula import parse, postorder, references, relative_key, show
from solver.formula.tree import Reference
from tests.formula.trees import HOME, Formula, formulas

settings.register_profile("formula", deadline=None, suppress_health_check=[HealthCheck.too_slow])
steady = settings.get_profile("formula")


@given(formulas())
@settings(steady, max_examples=100)
def test_shown_formula_reads_back(formula: Formula) -> None:
    tree, literals = formula
    text = show(tree, *HOME, literals)
    assert parse(text, *HOME) == (tree, literals)


@given(formulas())
@settings(steady)
def test_key_and_tree_agree_on_the_literals(formula: Formula) -> None:
    tree, literals = formula
    assert relative_key(show(tree, *HOME, literals), *HOME)[1] == literals


@given(formulas())
@settings(steady)
def test_key_stays_when_a_formula_is_filled(formula: Formula) -> None:
    tree, literals = formula
    there = HOME[0] + 7, HOME[1] + 3
    keys = {
        relative_key(show(tree, *cell, [number] * len(literals)), *cell)[0]
        for cell in (HOME, there)
        for number in (1.5, 7)
    }
    assert len(keys) == 1
    assert parse(show(tree, *there, literals), *there) == (tree, literals)


@given(formulas(), formulas())
@settings(steady)
def test_keys_are_equal_exactly_when_trees_are(one: Formula, other: Formula) -> None:
    keys = [relative_key(show(tree, *HOME, literals), *HOME)[0] for tree, literals in (one, other)]
    assert (keys[0] == keys[1]) == (one[0] == other[0])


@given(formulas())
@settings(steady)
def test_spaces_change_nothing_but_intersections(formula: Formula) -> None:
    """Blank characters around commas, parentheses and operators are not part of the tree."""
    tree, literals = formula
    text = show(tree, *HOME, literals)
    assert parse(f" \n{text}\r\n ", *HOME) == (tree, literals)


@given(formulas())
@settings(steady)
def test_walks_meet_every_node_once_operands_first(formula: Formula) -> None:
    tree, _ = formula
    nodes = list(postorder(tree))
    assert nodes[-1] is tree
    assert len(nodes) == 1 + sum(len(node.children) for node in nodes)
    met: list[int] = []
    for node in nodes:
        assert all(id(child) in met for child in node.children)
        met.append(id(node))
    assert list(references(tree)) == [node for node in nodes if isinstance(node, Reference)]
