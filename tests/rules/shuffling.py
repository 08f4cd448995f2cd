"""Conditions in another order, and in one order for all."""

import random
from dataclasses import fields, replace
from typing import Any

from monitor.model.condition import And, AtLeast, Near, Not, Or, Some, Within


def shuffled(condition: Any, order: random.Random) -> Any:
    """Return the condition with the operands of each AND, OR, Some and unordered Near shuffled."""
    if isinstance(condition, And | Or | Some | Near):
        operands = [shuffled(operand, order) for operand in condition.operands]
        if not (isinstance(condition, Near) and condition.ordered):
            order.shuffle(operands)
        return replace(condition, operands=tuple(operands))
    if isinstance(condition, Not | Within | AtLeast):
        return replace(condition, operand=shuffled(condition.operand, order))
    return condition


def sorted_out(condition: Any) -> Any:
    """Return nested tuples that are equal for conditions that differ in order and repeats only."""
    if isinstance(condition, And | Or):
        parts = {part for it in _joined(condition) for part in [sorted_out(it)]}
        if len(parts) == 1:
            return parts.pop()
        return (type(condition).__name__, frozenset(parts))
    if isinstance(condition, Some):
        different = frozenset(sorted_out(operand) for operand in condition.operands)
        return ("Some", condition.count, different)
    if isinstance(condition, Near):
        given = [sorted_out(operand) for operand in condition.operands]
        operands = tuple(given) if condition.ordered else _bag(condition.operands)
        return ("Near", condition.distance, condition.ordered, operands)
    if isinstance(condition, Not | AtLeast | Within):
        rest = [getattr(condition, it.name) for it in fields(condition) if it.compare]
        return (type(condition).__name__, *map(sorted_out, rest))
    return condition


def _joined(condition: Any) -> list[Any]:
    found = []
    for operand in condition.operands:
        found += _joined(operand) if type(operand) is type(condition) else [operand]
    return found


def _bag(operands: Any) -> frozenset[Any]:
    parts = [sorted_out(operand) for operand in operands]
    return frozenset((part, parts.count(part)) for part in parts)
