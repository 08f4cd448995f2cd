"""Ways through a condition tree."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.errors import Location
from monitor.model.condition import NOWHERE, Condition, Not, Number, Phrase, Property, Regex
from monitor.query import inside

Leaf = Phrase | Number | Regex | Property


def nodes(condition: Condition) -> Iterator[Condition]:
    """Yield a condition and all inside it, each before what it holds."""
    waiting = [condition]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(reversed(inside(node)))


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
        waiting.extend(reversed(inside(node)))


def location_of(condition: Condition) -> Location:
    """Return where a condition begins, as far as its parts know; else `NOWHERE`."""
    places = (getattr(node, "location", NOWHERE) for node in nodes(condition))
    return next((place for place in places if place != NOWHERE), NOWHERE)
