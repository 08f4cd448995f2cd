"""Where the leaves of a condition occur in a text: every place, listed one by one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from monitor.model.condition import Field, Number, Phrase, Regex
from tests.matching.reference.reading import Text
from tests.matching.reference.words import fits

Place = tuple[int, ...]
"""Where a node stands in the tree: the operand's number at each step from the root."""


@dataclass(frozen=True)
class Occurrence:
    """A leaf found in the text: the characters, and the words touched (None: none touched)."""

    text: Text
    start: int
    end: int
    first: int | None
    last: int | None


@dataclass(frozen=True)
class Proof:
    """An occurrence with the leaf that it is one of."""

    place: Place
    query: str
    found: Occurrence


def occurrences(
    leaf: Phrase | Number | Regex, text: Text, language: str | None
) -> Iterator[Occurrence]:
    """List every occurrence of a leaf in a text."""
    match leaf:
        case Phrase():
            return phrases(leaf, text, language)
        case Number():
            return numbers(leaf, text)
        case Regex():
            return finds(leaf, text)


def phrases(leaf: Phrase, text: Text, language: str | None) -> Iterator[Occurrence]:
    """List where the words follow each other within one paragraph."""
    size = len(leaf.words)
    for at in range(len(text.words) - size + 1):
        run = text.words[at : at + size]
        if run[0].paragraph == run[-1].paragraph and all(
            fits(wanted, word.folded, word.kept, shouted=word.shouted, language=language)
            for wanted, word in zip(leaf.words, run, strict=True)
        ):
            yield Occurrence(text, run[0].start, run[-1].end, at, at + size - 1)


def numbers(leaf: Number, text: Text) -> Iterator[Occurrence]:
    """List the numbers within the bounds."""
    for number in text.numbers:
        above = (
            leaf.low is None
            or number.value > leaf.low
            or (number.value == leaf.low and not leaf.low_open)
        )
        below = (
            leaf.high is None
            or number.value < leaf.high
            or (number.value == leaf.high and not leaf.high_open)
        )
        if above and below:
            yield touching(text, number.start, number.end)


def finds(leaf: Regex, text: Text) -> Iterator[Occurrence]:
    """List the finds of a regular expression; the tests' patterns mean the same to `re` and RE2."""
    flags = re.ASCII if leaf.pattern.isascii() else re.UNICODE
    if leaf.ignore_case:
        flags |= re.IGNORECASE
    for find in re.finditer(leaf.pattern, text.raw, flags):
        if find.end() > find.start():
            yield touching(text, find.start(), find.end())


def touching(text: Text, start: int, end: int) -> Occurrence:
    """Return these characters with the words that share any of them."""
    touched = [at for at, word in enumerate(text.words) if word.start < end and start < word.end]
    if not touched:
        return Occurrence(text, start, end, None, None)
    return Occurrence(text, start, end, touched[0], touched[-1])


def inside(found: Occurrence, field: Field) -> bool:
    """Return whether an occurrence lies in this part of the article."""
    if field is Field.LEAD:
        return found.text.field == "title" or found.end <= found.text.lead_end
    return found.text.field == field.value
