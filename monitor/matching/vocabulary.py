"""The words that articles have used so far, each looked up once in its life."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

import numpy as np
from numpy.typing import NDArray

from monitor.matching.atoms import Atom
from monitor.matching.packed import Packed
from monitor.matching.terms import Terms, primary
from monitor.text import STEMMED_LANGUAGES, Bounds, word_of

LARGEST = 100_000
"""Words of one language kept in each of two generations: about 35 MB for both."""
_LONGEST = 64
"""Longer words are looked up every time: nobody writes them twice."""
_UNSTEMMED = "-"
"""Stands for every language that Snowball does not know: no stems, words as they are."""
_LANGUAGES = 8
"""Languages kept at a time."""

Code = int
"""What a word has: the one atom (the usual case), NOTHING, or less for several together."""
NOTHING: Code = -1
"""The code of a word that no rule looks for."""


class Words(dict[str, Code]):
    """The code of each word; a missing one is looked up when asked for.

    When full, another takes its place, to which words still in use come over. Hostile text with
    endless new words costs a lookup each, and no memory.
    """

    __slots__ = (
        "_codes",
        "_former",
        "_lang",
        "_numbers",
        "_packed",
        "_terms",
        "exact",
        "together",
    )

    def __init__(self, terms: Terms, lang: str | None, former: Words | None = None) -> None:
        super().__init__()
        self._terms = terms
        self._lang = lang
        self._former = former
        self._packed = Packed()
        self._numbers = count(NOTHING - 1, -1)
        self._codes: dict[tuple[Atom, ...], Code] = {}
        self.together: dict[Code, tuple[Atom, ...]] = {}
        """The atoms that a code less than NOTHING stands for."""
        self.exact: dict[Code, Atom] = {}
        """The exact term's atom among these, if there is one."""

    def retire(self) -> None:
        """Let go of all but what a successor asks for."""
        self._former = None
        self._packed = Packed()

    @property
    def full(self) -> bool:
        """Whether the next article is to be read with another one."""
        return len(self) + len(self.together) >= LARGEST

    def of(self, words: Sequence[str]) -> NDArray[np.intp]:
        """Return the codes of words."""
        return np.fromiter(map(self.__getitem__, words), np.intp, len(words))

    def of_blanked(self, text: bytes, located: Bounds) -> NDArray[np.intp]:
        """Return the codes of the words of a blanked text, where they are located."""
        starts, ends = located
        codes, unknown = self._packed.codes(text, starts + 1, ends - starts)
        if len(unknown):
            begin, end = (starts[unknown] + 1).tolist(), (ends[unknown] + 1).tolist()
            codes[unknown] = [self._of_raw(text[a:b]) for a, b in zip(begin, end, strict=True)]
        return codes

    def _of_raw(self, raw: bytes) -> Code:
        code = self._packed.get(raw)
        if code is None:
            word = word_of(raw)
            code = self[word]
            if word in self:
                self._packed.add(raw, code)
        return code

    def __missing__(self, word: str) -> Code:
        code = self._looked_up(word)
        if len(word) <= _LONGEST and len(self) < 2 * LARGEST:  # however long one article is
            self[word] = code
        return code

    def _looked_up(self, word: str) -> Code:
        former = self._former
        code = None if former is None else former.get(word)
        if former is None or code is None:
            return self._code(word, self._terms.atoms_of(word, self._lang))
        return code if code >= NOTHING else self._code(word, former.together[code])

    def _code(self, word: str, atoms: tuple[Atom, ...]) -> Code:
        if not atoms:
            return NOTHING
        if len(atoms) == 1:
            return atoms[0]
        code = self._codes.get(atoms)
        if code is None:
            code = next(self._numbers)
            self.exact[code] = self._terms.exact(word)
            self.together[code] = atoms  # both before any thread can meet the code
            code = self._codes.setdefault(atoms, code)
        return code


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
        elif words.full:
            former, words = words, Words(self.terms, key, words)
            self._of[key] = words
            former.retire()
        return words

    def _key(self, lang: str | None) -> str | None:
        if not self.terms.stemming:
            return None
        language = primary(lang)
        return language if language is None or language in STEMMED_LANGUAGES else _UNSTEMMED
