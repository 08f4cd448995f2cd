"""Terms as numbers: every different word condition of a rule set is an atom."""

from __future__ import annotations

from functools import lru_cache
from typing import TypeVar

from monitor.matching.fuzzy import FuzzyTerms
from monitor.matching.wildcards import WildcardTerms
from monitor.model.condition import Exact, Fuzzy, Stem, Wildcard
from monitor.text import fold, language_of_script, stem

Atom = int
StemTerm = tuple[str, str | None]
"""A stem's word and the language that it is in where the article has none (None: by its script)."""


def primary(code: str | None) -> str | None:
    """Return the language itself: `en` of `en-GB`."""
    return None if code is None else code.partition("-")[0].lower()


def stemmed(word: str, lang: str | None) -> str:
    """Return a folded word's stem; without a language, in that of its script.

    Where Snowball has no stems, the word itself.
    """
    language = language_of_script(word) if lang is None else lang
    return (stem(word, language) if language else None) or word


@lru_cache(maxsize=65_536)
def folded_wildcard(pattern: Wildcard) -> str:
    """Return the folded pattern that every word fits which fits a wildcard pattern."""
    if not pattern.case:
        return pattern.pattern
    # Folding may make two characters of one: `?` is no more than "something" then.
    return "*".join(fold(part) for part in pattern.pattern.replace("?", "*").split("*"))


Key = TypeVar("Key")


class Terms:
    """The atoms of a rule set, and which of them a word of an article has.

    Filled while rules are compiled, then only asked: the tables for wildcards, fuzzy terms and
    stems are made when the first word is asked for.
    """

    def __init__(self) -> None:
        self._exact: dict[str, Atom] = {}
        self._wild: dict[str, Atom] = {}
        self._fuzzy: dict[tuple[str, int], Atom] = {}
        self._stems: dict[StemTerm, Atom] = {}
        self._groups: dict[frozenset[Atom], Atom] = {}
        self._groups_of: dict[Atom, list[Atom]] = {}
        self._count = 0
        self._tables: tuple[WildcardTerms, FuzzyTerms] | None = None
        self._stem_tables: dict[str | None, dict[StemTerm, list[Atom]]] = {}

    def __len__(self) -> int:
        return self._count

    def copy(self) -> Terms:
        """Return terms with the same numbers, that can be added to without changing these."""
        other = Terms()
        other._exact = dict(self._exact)
        other._wild = dict(self._wild)
        other._fuzzy = dict(self._fuzzy)
        other._stems = dict(self._stems)
        other._groups = dict(self._groups)
        other._groups_of = {atom: list(groups) for atom, groups in self._groups_of.items()}
        other._count = self._count
        return other

    @property
    def stemming(self) -> bool:
        """Whether what a word has depends on the article's language."""
        return bool(self._stems)

    # --- while compiling -------------------------------------------------------------------

    def atom(self, pattern: Exact | Wildcard | Fuzzy | Stem, lang: str | None) -> Atom:
        """Return the number of a word condition; `lang` is the rule's own language, for stems.

        Of a `case:` pattern it is the number of its folded form, which is necessary for it.
        """
        if isinstance(pattern, Exact):
            text = fold(pattern.text) if pattern.case else pattern.text
            return self._number(self._exact, text)
        if isinstance(pattern, Wildcard):
            return self._number(self._wild, folded_wildcard(pattern))
        if isinstance(pattern, Fuzzy):
            return self._number(self._fuzzy, (pattern.text, pattern.distance))
        return self._number(self._stems, (pattern.text, lang))

    def group(self, members: frozenset[Atom]) -> Atom:
        """Return the number of "any of these", which a word has that has one of them."""
        number = self._number(self._groups, members)
        if number == self._count - 1:
            for member in members:
                self._groups_of.setdefault(member, []).append(number)
        return number

    def _number(self, numbers: dict[Key, Atom], key: Key) -> Atom:
        number = numbers.get(key)
        if number is None:
            number = numbers[key] = self._count
            self._count += 1
            self._tables = None
        return number

    # --- while matching --------------------------------------------------------------------

    def of_word(self, word: str, lang: str | None) -> tuple[Atom, ...]:
        """Return the atoms of a folded word of an article in `lang` (None: not known)."""
        found: list[Atom] = []
        exact = self._exact.get(word)
        if exact is not None:
            found.append(exact)
        wildcards, fuzzies = self._tables or self._arranged()
        found += wildcards.matching(word)
        if fuzzies:
            found += fuzzies.matching(word)
        if self._stems:
            found += self._stems_of(word, lang)
        if self._groups_of:
            groups = {group for atom in found for group in self._groups_of.get(atom, ())}
            found += groups
        return tuple(found)

    def _arranged(self) -> tuple[WildcardTerms, FuzzyTerms]:
        fuzzies = [(text, edits, atom) for (text, edits), atom in self._fuzzy.items()]
        self._tables = WildcardTerms(self._wild.items()), FuzzyTerms(fuzzies)
        return self._tables

    def _stems_of(self, word: str, lang: str | None) -> list[Atom]:
        table = self._stem_tables.get(lang)
        if table is None:
            table = {}
            for (text, own), atom in self._stems.items():
                language = lang or own
                key = stemmed(text, language), None if lang else own
                table.setdefault(key, []).append(atom)
            self._stem_tables[lang] = table
        if lang:
            return table.get((stemmed(word, lang), None), [])
        languages = {own for _, own in self._stems}
        return [atom for own in languages for atom in table.get((stemmed(word, own), own), ())]
