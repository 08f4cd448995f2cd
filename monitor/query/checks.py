"""What a condition may be made of, beyond its grammar."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.model.condition import (
    And,
    AtLeast,
    Condition,
    Field,
    Near,
    Not,
    Number,
    Or,
    Phrase,
    Regex,
    Some,
    Within,
)


def proximity_fault(condition: Condition) -> str | None:
    """Return why a condition cannot be an operand of NEAR or ATLEAST; None if it can.

    Operands are terms, numbers, expressions, ORs of those, and further NEARs.
    """
    waiting = [condition]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Or):
            waiting += node.operands
        elif not isinstance(node, Phrase | Number | Regex | Near):
            return _FAULTS.get(type(node), "a property or `*`")
    return None


_FAULTS: dict[type, str] = {
    And: "an AND",
    Not: "a NOT",
    Some: "an ANY/k",
    AtLeast: "an ATLEAST",
    Within: "a field (`title:`, `body:`, `lead:`)",
}


def scope_fault(field: Field, operand: Condition) -> str | None:
    """Return why looking for a condition within a field makes no sense; None if it does."""
    for node in parts(operand):
        if isinstance(node, Within) and {field, node.field} == {Field.TITLE, Field.BODY}:
            return f"`{field}:` around `{node.field}:` can match nothing"
        if not isinstance(node, _TEXTUAL):
            return f"a property or `*` is not in the `{field}:`"
    return None


_TEXTUAL = (Phrase, Number, Regex, Near, AtLeast, And, Or, Some, Not, Within)


def parts(condition: Condition) -> Iterator[Condition]:
    """Yield a condition and everything inside it."""
    waiting = [condition]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += inside(node)


def inside(condition: Condition) -> tuple[Condition, ...]:
    """Return the direct parts of a condition, none for a leaf."""
    if isinstance(condition, And | Or | Some | Near):
        return condition.operands
    if isinstance(condition, Not | Within | AtLeast):
        return (condition.operand,)
    return ()


def depth(condition: Condition) -> int:
    """Return how many conditions are inside each other at most; 1 for a leaf."""
    level: tuple[Condition, ...] = (condition,)
    result = 0
    while level:
        result += 1
        level = tuple(part for node in level for part in inside(node))
    return result


_depths: dict[int, tuple[Condition, int]] = {}


def kept_depth(condition: Condition) -> int:
    """Return `depth` of a list's condition, worked out once however often the list is used."""
    known = _depths.get(id(condition))  # which keeps the condition, so that its id stays its own
    if known is None:
        if len(_depths) >= 1_000:
            _depths.clear()
        known = _depths[id(condition)] = condition, depth(condition)
    return known[1]
