"""Terms as numbers: every different word or phrase that rules look for is an atom."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import dropwhile
from math import prod
from typing import TypeVar
from unicodedata import combining

from monitor.matching.atoms import Atom
from monitor.matching.fuzzy import FuzzyTerms
from monitor.matching.rarity import guess
from monitor.matching.runs import Run, Runs
from monitor.matching.wildcards import WildcardTerms
from monitor.model.condition import Exact, Fuzzy, Stem, Wildcard, WordPattern
from monitor.text import fold, language_of_script, stem

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
    # Folding may make two characters of one: `?` is no more than "something" then. A mark that a
    # part begins with belongs to a character before it, with which it may be folded away.
    parts = pattern.pattern.replace("?", "*").split("*")
    own = ["".join(dropwhile(combining, part)) if at else part for at, part in enumerate(parts)]
    return "*".join(map(fold, own))


def any_of(chances: Iterable[float]) -> float:
    """Return how likely one at least of some independent things is."""
    return 1 - prod(1 - chance for chance in chances)


def plain_words(words: tuple[WordPattern, ...]) -> tuple[str, ...] | None:
    """Return the texts of words that are all exact and without regard to case, else None."""
    plain = tuple(word.text for word in words if isinstance(word, Exact) and not word.case)
    return plain if len(plain) == len(words) else None


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
        self._runs: dict[tuple[str, ...], Run] = {}
        self.chances: list[float] = [0.0, 1.0]  # of NEVER and ALWAYS
        """How likely an article has each atom: a guess, or what an index has learned."""
        self._tables: tuple[WildcardTerms, FuzzyTerms] | None = None
        self._run_table: Runs | None = None
        self._stem_tables: dict[str | None, dict[StemTerm, list[Atom]]] = {}

    def copy(self) -> Terms:
        """Return terms with the same numbers, that can be added to without changing these."""
        other = Terms()
        other._exact = dict(self._exact)
        other._wild = dict(self._wild)
        other._fuzzy = dict(self._fuzzy)
        other._stems = dict(self._stems)
        other._groups = dict(self._groups)
        other._groups_of = {atom: list(groups) for atom, groups in self._groups_of.items()}
        other._runs = dict(self._runs)
        other.chances = list(self.chances)
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
            return self._number(self._exact, text, guess(pattern))
        if isinstance(pattern, Wildcard):
            return self._number(self._wild, folded_wildcard(pattern), guess(pattern))
        if isinstance(pattern, Fuzzy):
            return self._number(self._fuzzy, (pattern.text, pattern.distance), guess(pattern))
        return self._number(self._stems, (pattern.text, lang), guess(pattern))

    def run(self, words: tuple[str, ...]) -> Run:
        """Return the phrase of several plain words, which is an atom too."""
        run = self._runs.get(words)
        if run is None:
            atoms = [self._number(self._exact, word, guess(Exact(word))) for word in words]
            run = self._runs[words] = Run(tuple(atoms), len(self.chances))
            self.chances.append(min(self.chances[atom] for atom in atoms) / 4)
        return run

    def groups_of(self, atom: Atom) -> Sequence[Atom]:
        """Return the groups that an atom is a member of."""
        return self._groups_of.get(atom, ())

    def group(self, members: frozenset[Atom]) -> Atom:
        """Return the number of "any of these", which a word has that has one of them."""
        number = self._groups.get(members)
        if number is None:
            number = self._groups[members] = len(self.chances)
            self.chances.append(any_of(self.chances[member] for member in members))
            for member in members:
                self._groups_of.setdefault(member, []).append(number)
        return number

    def _number(self, numbers: dict[Key, Atom], key: Key, chance: float) -> Atom:
        number = numbers.get(key)
        if number is None:
            number = numbers[key] = len(self.chances)
            self.chances.append(chance)
        return number

    # --- while matching --------------------------------------------------------------------

    def atoms_of(self, word: str, lang: str | None) -> tuple[Atom, ...]:
        """Return what a folded word of an article in `lang` (None: not known) has, each once."""
        exact = self._exact.get(word)
        wildcards, fuzzies = self._tables or self._arranged()
        found = wildcards.matching(word)
        if fuzzies:
            found += fuzzies.matching(word)
        if self._stems:
            found += self._stems_of(word, lang)
        if exact is not None:
            found.append(exact)
        if found and self._groups_of:
            found += {group for atom in found for group in self._groups_of.get(atom, ())}
        return tuple(found)

    def exact(self, word: str) -> Atom:
        """Return the atom of a word's own term, -1 if there is none."""
        return self._exact.get(word, -1)

    @property
    def runs(self) -> Runs:
        """The phrases, arranged when first asked for."""
        if self._run_table is None:
            self._run_table = Runs(self._runs.values())
        return self._run_table

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
