"""Warnings about single terms: what they fit that nobody meant, or do not fit that was meant."""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator

from rapidfuzz import process
from rapidfuzz.distance import OSA

from monitor.errors import Problem, Severity
from monitor.model.condition import (
    Exact,
    Fuzzy,
    Phrase,
    Stem,
    Wildcard,
    WordPattern,
)
from monitor.rules.implication import fits
from monitor.text.fold import fold

HUNDREDS = 100
"""Known words that a wildcard may fit without a warning."""
_SPELLINGS = "for other spellings of a name, list them: [Kyiv, Kiev, Київ, Киев]"
_SCRIPTS = ("LATIN", "CYRILLIC", "GREEK")


class Vocabulary:
    """Known words (folded), for asking what a wildcard or fuzzy term fits."""

    __slots__ = ("_backwards", "_words")

    def __init__(self, words: Iterable[str]) -> None:
        self._words = sorted(set(words))
        self._backwards = sorted(word[::-1] for word in self._words)

    def fitting(self, pattern: str) -> list[str]:
        """Return the words that fit a wildcard."""
        head = pattern.replace("?", "*").split("*", 1)[0]
        tail = pattern.replace("?", "*").rsplit("*", 1)[-1]
        if len(tail) > len(head):
            near = [word[::-1] for word in _beginning(self._backwards, tail[::-1])]
        else:
            near = _beginning(self._words, head)
        return [word for word in near if fits(word, pattern)]

    def spelled_like(self, term: Fuzzy) -> list[str]:
        """Return up to six words within the term's distance, the nearest first, not itself."""
        found = process.extract(
            term.text, self._words, scorer=OSA.distance, score_cutoff=term.distance, limit=7
        )
        return [word for word, _, _ in found if word != term.text][:6]


def _beginning(words: list[str], head: str) -> list[str]:
    start = bisect_left(words, head)
    end = bisect_left(words, head + "\U0010ffff") if head else len(words)
    return words[start:end]


def doubtful_terms(phrase: Phrase, vocabulary: Vocabulary | None) -> Iterator[Problem]:
    """Yield the warnings about the words of one phrase; without a vocabulary, about their form."""
    for word in phrase.words:
        for code, message, hint in _doubts(word, vocabulary):
            whole = f" in `{phrase.source}`" if len(phrase.words) > 1 else ""
            yield Problem(code, message + whole, phrase.location, hint, Severity.WARNING)


def _doubts(word: WordPattern, vocabulary: Vocabulary | None) -> Iterator[tuple[str, str, str]]:
    if isinstance(word, Exact | Fuzzy | Stem) and (found := _scripts(word.text)):
        hint = "they look alike; type the word anew in one alphabet"
        yield "mixed-scripts", f"{word.text!r} mixes {found} letters", hint
    if isinstance(word, Wildcard):
        if found := _scripts(word.pattern):
            hint = "they look alike; type the word anew in one alphabet"
            yield "mixed-scripts", f"{word.pattern!r} mixes {found} letters", hint
        yield from _wildcard(word, vocabulary)
    elif (
        isinstance(word, Exact)
        and word.case
        and word.text == word.text.lower() != word.text.upper()
    ):
        message = f"`case:{word.text}` fits only the word in small letters"
        yield "case-lower", message, f"write case:{word.text.upper()}, or leave `case:` out"
    elif isinstance(word, Fuzzy):
        yield from _fuzzy(word, vocabulary)


def _wildcard(word: Wildcard, vocabulary: Vocabulary | None) -> Iterator[tuple[str, str, str]]:
    found = vocabulary.fitting(fold(word.pattern)) if vocabulary else []
    if len(found) >= HUNDREDS:
        some = ", ".join(found[:: len(found) // 4][:4])
        message = f"`{word.pattern}` fits {len(found)} known words ({some}, …)"
        yield "wide-wildcard", message, "write more letters, or the words that are meant"


def _fuzzy(word: Fuzzy, vocabulary: Vocabulary | None) -> Iterator[tuple[str, str, str]]:
    letters = len(word.text)
    shown = f"`{word.text}~{word.distance}`"
    if letters <= 3:
        message = f"{shown} changes {word.distance} of {letters} letters, and fits unrelated words"
        yield "fuzzy-short", message, "write the spellings that are meant"
    elif word.distance > 1 and letters <= 5:
        message = f"{shown} changes {word.distance} of {letters} letters, and fits unrelated words"
        yield "fuzzy-spelling", message, _SPELLINGS
    others = vocabulary.spelled_like(word) if vocabulary else []
    if others:
        message = f"{shown} also fits the known words {', '.join(others)}"
        yield "fuzzy-words", message, _SPELLINGS


def _scripts(text: str) -> str:
    """Return the alphabets of a word if there are several that look alike, else nothing."""
    if text.isascii():
        return ""
    names = {unicodedata.name(letter, "").split(" ", 1)[0] for letter in text if letter != "μ"}
    found = [script.capitalize() for script in _SCRIPTS if script in names]
    return " and ".join(found) if len(found) > 1 else ""
