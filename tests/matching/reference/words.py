"""Whether one word of a text fits one word of a query: plain code from the specification."""

from __future__ import annotations

import unicodedata

import Stemmer  # type: ignore[import-not-found]  # PyStemmer ships no types

from monitor.model.condition import AnyWord, Exact, Fuzzy, Stem, Wildcard, WordPattern

SNOWBALL = {
    "ar": "arabic",
    "de": "german",
    "en": "english",
    "es": "spanish",
    "fr": "french",
    "hi": "hindi",
    "ru": "russian",
    "tr": "turkish",
}
"""The languages that the strategies use and Snowball knows, by ISO 639-1 code."""


def distance(left: str, right: str) -> int:
    """Return the optimal string alignment distance: the textbook table, whole."""
    rows = [[0] * (len(right) + 1) for _ in range(len(left) + 1)]
    for i in range(len(left) + 1):
        rows[i][0] = i
    for j in range(len(right) + 1):
        rows[0][j] = j
    for i in range(1, len(left) + 1):
        for j in range(1, len(right) + 1):
            change = 0 if left[i - 1] == right[j - 1] else 1
            best = min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + change)
            if i > 1 and j > 1 and left[i - 1] == right[j - 2] and left[i - 2] == right[j - 1]:
                best = min(best, rows[i - 2][j - 2] + 1)
            rows[i][j] = best
    return rows[-1][-1]


def fits_wildcard(pattern: str, word: str) -> bool:
    """Return whether the whole word fits: `*` any run, also none, `?` exactly one character."""
    if not pattern:
        return not word
    if pattern[0] == "*":
        return any(fits_wildcard(pattern[1:], word[skip:]) for skip in range(len(word) + 1))
    return bool(word) and pattern[0] in ("?", word[0]) and fits_wildcard(pattern[1:], word[1:])


def script(word: str) -> str:
    """Return the script of a word's first letter, as Unicode names letters: `LATIN`."""
    for letter in word:
        if letter.isalpha():
            return unicodedata.name(letter, "").split(" ")[0]
    return ""


def snowball(word: str, language: str | None) -> str:
    """Return the stem; without a language English for Latin and Russian for Cyrillic words."""
    if language is None:
        algorithm = {"LATIN": "english", "CYRILLIC": "russian"}.get(script(word))
    else:
        algorithm = SNOWBALL.get(language.split("-")[0].lower())
    if algorithm is None:
        return word
    return str(Stemmer.Stemmer(algorithm, 0).stemWord(word))


def fits(
    pattern: WordPattern, folded: str, kept: str, *, shouted: bool, language: str | None
) -> bool:
    """Return whether a word, given folded and with its case kept, fits.

    `shouted` says that the word stands in a title or paragraph wholly in capitals; `language` is
    the article's, else the rule's single one, else None.
    """
    match pattern:
        case AnyWord():
            return True
        case Exact(text, case):
            return (kept == text and not shouted) if case else folded == text
        case Wildcard(text, case):
            if case:
                return fits_wildcard(text, kept) and not shouted
            return fits_wildcard(text, folded)
        case Fuzzy(text, edits):
            digits_only = all(letter.isdigit() for letter in folded)
            return not digits_only and distance(text, folded) <= edits
        case Stem(text):
            return snowball(text, language) == snowball(folded, language)
