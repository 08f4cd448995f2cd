"""Ways through a condition tree."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.model.condition import (
    And,
    AtLeast,
    Condition,
    Near,
    Not,
    Number,
    Or,
    Phrase,
    Property,
    Regex,
    Some,
    Within,
)

Leaf = Phrase | Number | Regex | Property


def children(condition: Condition) -> tuple[Condition, ...]:
    """Return the conditions directly inside one."""
    if isinstance(condition, And | Or | Some | Near):
        return condition.operands
    if isinstance(condition, Not | Within | AtLeast):
        return (condition.operand,)
    return ()


def nodes(condition: Condition) -> Iterator[Condition]:
    """Yield a condition and all inside it, each before what it holds."""
    waiting = [condition]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(reversed(children(node)))


def leaves(condition: Condition) -> Iterator[Leaf]:
    """Yield all words, phrases, numbers, expressions and properties inside, in order."""
    for node in nodes(condition):
        if isinstance(node, Phrase | Number | Regex | Property):
            yield node


def positive_leaves(condition: Condition) -> Iterator[Leaf]:
    """Yield the leaves that are not under a NOT."""
    waiting = [condition]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Not):
            continue
        if isinstance(node, Phrase | Number | Regex | Property):
            yield node
        waiting.extend(reversed(children(node)))
