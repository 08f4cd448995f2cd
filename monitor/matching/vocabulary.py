"""The words that articles have used so far, each looked up once in its life."""

from __future__ import annotations

from monitor.matching.terms import Entry, Terms, primary
from monitor.text import STEMMED_LANGUAGES

LARGEST = 100_000
"""Words of one language kept in each of two generations: about 25 MB at most."""
_LONGEST = 64
"""Longer words are looked up every time: nobody writes them twice."""
_UNSTEMMED = "-"
"""Stands for every language that Snowball does not know: no stems, words as they are."""
_LANGUAGES = 8
"""Languages kept at a time."""


class Words(dict[str, Entry]):
    """What each word has; a missing one is looked up when asked for.

    Bounded: when full, it becomes the former generation, and words still in use come back from
    there. Hostile text with endless new words costs a lookup each, and no memory.
    """

    __slots__ = ("_former", "_lang", "_terms")

    def __init__(self, terms: Terms, lang: str | None) -> None:
        super().__init__()
        self._terms = terms
        self._lang = lang
        self._former: dict[str, Entry] = {}

    def __missing__(self, word: str) -> Entry:
        entry = self._former.get(word)
        if entry is None:
            entry = self._terms.entry(word, self._lang)
        if len(word) <= _LONGEST:
            if len(self) >= LARGEST:
                self._former = dict(self)
                self.clear()
            self[word] = entry
        return entry


class Vocabulary:
    """The words of each language; one for all while no rule asks for stems.

    Threads may share it: at worst two look the same word up.
    """

    __slots__ = ("_of", "terms")

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self._of: dict[str | None, Words] = {}

    def words(self, lang: str | None) -> Words:
        """Return the words of articles in a language (None: not known)."""
        key = self._key(lang)
        words = self._of.get(key)
        if words is None:
            if len(self._of) >= _LANGUAGES:
                self._of = dict(list(self._of.items())[1:])
            words = self._of[key] = Words(self.terms, key)
        return words

    def _key(self, lang: str | None) -> str | None:
        if not self.terms.stemming:
            return None
        language = primary(lang)
        return language if language is None or language in STEMMED_LANGUAGES else _UNSTEMMED
