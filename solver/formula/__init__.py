"""The language: formula text to tree and back, and the key that formulas filled down share."""

from __future__ import annotations

from solver.formula.parse import parse
from solver.formula.show import show
from solver.formula.template import relative_key
from solver.formula.tree import Tree, postorder, references

__all__ = ["Tree", "parse", "postorder", "references", "relative_key", "show"]
