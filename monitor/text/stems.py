"""Stems by Snowball (snowballstem.org)."""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache

import Stemmer  # type: ignore[import-not-found]  # PyStemmer ships no types

_ALGORITHMS = {
    "ar": "arabic",
    "ca": "catalan",
    "cs": "czech",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "eo": "esperanto",
    "es": "spanish",
    "et": "estonian",
    "eu": "basque",
    "fa": "persian",
    "fi": "finnish",
    "fr": "french",
    "ga": "irish",
    "hi": "hindi",
    "hu": "hungarian",
    "hy": "armenian",
    "id": "indonesian",
    "it": "italian",
    "lt": "lithuanian",
    "nb": "norwegian",
    "ne": "nepali",
    "nl": "dutch",
    "nn": "norwegian",
    "no": "norwegian",
    "pl": "polish",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "st": "sesotho",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
    "yi": "yiddish",
}
_LANGUAGES_OF_SCRIPTS = {"LATIN": "en", "CYRILLIC": "ru"}

STEMMED_LANGUAGES = frozenset(_ALGORITHMS)
"""The ISO 639-1 codes that `stem` knows."""


@cache
def _stemmer(algorithm: str) -> Stemmer.Stemmer:
    # Its own cache is off (lru_cache below does that). Calls hold the interpreter lock throughout,
    # so threads may share one.
    return Stemmer.Stemmer(algorithm, 0)


@lru_cache(maxsize=100_000)
def stem(word: str, lang: str) -> str | None:
    """Return the stem of a folded word in a language (ISO 639-1), None if Snowball has none."""
    algorithm = _ALGORITHMS.get(lang)
    if algorithm is None:
        return None
    result: str = _stemmer(algorithm).stemWord(word)
    return result


def language_of_script(word: str) -> str | None:
    """Return the language whose stems a word gets where none is known, by its first letter.

    Latin counts as English, Cyrillic as Russian; other scripts have no such language (None).
    """
    letter = next(filter(str.isalpha, word), "")
    script = unicodedata.name(letter, "").partition(" ")[0] if letter else ""
    return _LANGUAGES_OF_SCRIPTS.get(script)
