"""Terms: what is written as words becomes word patterns."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache

from monitor.model.condition import AnyWord, Exact, Fuzzy, Stem, Wildcard, WordPattern
from monitor.text import Tokens, tokenize

_ANY_WORD = (AnyWord(),)
_FUZZY = re.compile(r"(?P<word>.*[^~])~(?P<distance>\d+(?:\.\d+)?)?", re.DOTALL)
_WILD = re.compile(r"[*?]")
# Letters of a dead script stand for the wildcards while a term is divided into words: they are
# letters to the tokenizer, and folding leaves them alone.
_STAR, _ONE = "\U00010330", "\U00010331"
_TO_LETTERS = str.maketrans({"*": _STAR, "?": _ONE})
_TO_SIGNS = str.maketrans({_STAR: "*", _ONE: "?"})
_SPACED = re.compile(r"\w", re.ASCII)
MAX_DISTANCE = 2
"""Edits that `~` may ask for; more would fit nearly everything of that length."""
MAX_LENGTH = 200
"""Characters of a wildcard or fuzzy term: longer words do not exist, and comparing would cost."""


class Mode(StrEnum):
    """How words are compared."""

    FOLDED = ""
    CASE = "case"
    STEM = "stem"


class Misuse(Exception):
    """A term that cannot be searched: code, message, hint."""

    def __init__(self, code: str, message: str, hint: str) -> None:
        self.code = code
        self.message = message
        self.hint = hint
        super().__init__(message)


@lru_cache(maxsize=65_536)
def read_words(text: str, mode: Mode) -> tuple[WordPattern, ...]:
    """Return the word patterns of a run of characters without spaces; empty if it has no word.

    Equal terms give the same objects, so that a hundred thousand rules share theirs. Raises
    Misuse.
    """
    if text == "*":
        return _ANY_WORD
    distance = None
    if "~" in text:
        text, distance = _distance(text)
    if _WILD.search(text):
        if distance is not None:
            message = "a wildcard and `~` do not go together"
            raise Misuse("fuzzy-wildcard", message, "use one of the two")
        return _wild(text, mode)
    if mode is Mode.CASE:
        if distance is not None:
            message = "`case:` and `~` do not go together: spelled nearly so has no letter case"
            raise Misuse("fuzzy-case", message, "use one of the two")
        return tuple(Exact(word, case=True) for word in tokenize(text).kept)
    simple = text.isalnum() and text.isascii()  # spares the tokenizer most of its calls
    words = [text.lower()] if simple else tokenize(text).words
    if distance is not None:
        if mode is Mode.STEM:
            message = "`stem:` and `~` do not go together"
            raise Misuse("fuzzy-stem", message, "use one of the two")
        return tuple(_fuzzy(word, distance) for word in words)
    if mode is Mode.STEM:
        return tuple(Stem(word) for word in words)
    return tuple(Exact(word) for word in words)


def _distance(text: str) -> tuple[str, str | None]:
    match = _FUZZY.fullmatch(text)
    if match is None:
        return text, None
    distance = match["distance"] or ""
    if distance and (not distance.isdigit() or int(distance) > MAX_DISTANCE):
        message = f"`~{distance}` is not a distance"
        hint = f"write `~`, or a number of edits up to {MAX_DISTANCE}: `{match['word']}~1`"
        raise Misuse("fuzzy-distance", message, hint)
    return match["word"], distance


def _fuzzy(word: str, distance: str) -> WordPattern:
    if distance:
        edits = int(distance)
    elif len(word) <= 2:
        edits = 0
    else:
        edits = 1 if len(word) <= 5 else 2
    if len(word) > MAX_LENGTH:
        message = f"a fuzzy term may have {MAX_LENGTH} letters"
        raise Misuse("term-too-long", message, "shorten it")
    return Fuzzy(word, edits) if edits else Exact(word)


def _wild(text: str, mode: Mode) -> tuple[WordPattern, ...]:
    if mode is Mode.STEM:
        message = "`stem:` and wildcards do not go together"
        raise Misuse("wildcard-stem", message, "use one of the two")
    if _STAR in text or _ONE in text or len(text) > MAX_LENGTH:
        message = f"a term with wildcards may have {MAX_LENGTH} characters, none of them Gothic"
        raise Misuse("term-too-long", message, "shorten it")
    tokens = tokenize(text.translate(_TO_LETTERS))
    case = mode is Mode.CASE
    words = [word.translate(_TO_SIGNS) for word in (tokens.kept if case else tokens.words)]
    return tuple(_pattern(word, tokens, case=case) for word in words)


def _pattern(word: str, tokens: Tokens, *, case: bool) -> WordPattern:
    if not _WILD.search(word):
        return Exact(word, case=case)
    literal = len(word) - word.count("*") - word.count("?")
    if literal < 2:
        if len(tokens) > 1 and not any(map(_SPACED.search, tokens.words)):
            message = "wildcards mean nothing in a script without spaces"
            hint = "each character is a word there: leave the wildcard out, and it is found inside"
            raise Misuse("wildcard-script", message, hint)
        message = f"`{word}` would fit far too many words: a wildcard needs two letters beside it"
        raise Misuse("wildcard-short", message, "add letters; `*` alone stands for one whole word")
    while "**" in word:
        word = word.replace("**", "*")
    return Wildcard(word, case=case)
