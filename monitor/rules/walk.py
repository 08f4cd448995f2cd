"""Ways through a condition tree."""

from __future__ import annotations

from collections.abc import Container, Iterator

from monitor.errors import Location
from monitor.model.condition import (
    NOWHERE,
    And,
    Condition,
    Not,
    Number,
    Or,
    Phrase,
    Property,
    Regex,
    Some,
    Within,
)
from monitor.query import inside

Leaf = Phrase | Number | Regex | Property


def nodes(condition: Condition, seen: set[int] | None = None) -> Iterator[Condition]:
    """Yield a condition and all inside it, each before what it holds.

    With `seen`, an OR is entered once only, however often it is met (lists are shared by rules);
    the ids in it are good as long as the conditions live.
    """
    waiting = [condition]
    while waiting:
        node = waiting.pop()
        if seen is not None and isinstance(node, Or):
            if id(node) in seen:
                continue
            seen.add(id(node))
        yield node
        waiting.extend(reversed(inside(node)))


def leaves(condition: Condition) -> Iterator[Leaf]:
    """Yield all words, phrases, numbers, expressions and properties inside, in order."""
    for node in nodes(condition):
        if isinstance(node, Phrase | Number | Regex | Property):
            yield node


def positive_parts(condition: Condition) -> tuple[Condition, ...]:
    """Return the direct parts of a condition, of a NOT none."""
    return () if isinstance(condition, Not) else inside(condition)


def location_of(condition: Condition) -> Location:
    """Return where a condition begins, as far as its parts know; else `NOWHERE`."""
    places = (getattr(node, "location", NOWHERE) for node in nodes(condition))
    return next((place for place in places if place != NOWHERE), NOWHERE)


def negative_part(condition: Condition, sound: Container[int] = ()) -> Condition | None:
    """Return the part by which a text can match that has none of the words; None if there is none.

    `*` is no such part: it says so itself. `sound` holds ids of conditions known to have none.
    """
    match condition:
        case Not() | Property():
            return condition
        case And() | Some():
            loose = sum(negative_part(it, sound) is not None for it in condition.operands)
            enough = condition.count if isinstance(condition, Some) else len(condition.operands)
            return condition if loose >= enough else None
        case Or() if id(condition) not in sound:
            parts = (negative_part(operand, sound) for operand in condition.operands)
            return next((part for part in parts if part is not None), None)
        case Within():
            return negative_part(condition.operand, sound)
        case _:
            return None
