"""Passages wholly in capitals: they say nothing about letter case."""

from __future__ import annotations

from itertools import pairwise

from monitor.text.words import Tokens


def capital_paragraphs(tokens: Tokens) -> frozenset[int]:
    """Return the numbers (from 0) of the paragraphs that are wholly in capitals.

    All cased letters are upper case, and at least two words have two of them: a title that is just
    `WHO` is a word in capitals, `WHO WARNS` is a passage. A title is one paragraph.
    """
    starts = (*tokens.paragraphs, len(tokens))
    return frozenset(
        number
        for number, (first, end) in enumerate(pairwise(starts))
        if _in_capitals(tokens.kept[first:end])
    )


def _in_capitals(words: list[str]) -> bool:
    if any(word.upper() != word for word in words):
        return False
    return sum(1 for word in words if _cased(word) >= 2) >= 2


def _cased(word: str) -> int:
    return sum(1 for letter in word if letter.lower() != letter)
