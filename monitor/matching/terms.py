"""Terms as numbers: every different word or phrase that rules look for is an atom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import compress, dropwhile, pairwise
from math import prod
from typing import TypeVar
from unicodedata import combining

from monitor.matching.fuzzy import FuzzyTerms
from monitor.matching.rarity import guess
from monitor.matching.wildcards import WildcardTerms
from monitor.model.condition import Exact, Fuzzy, Stem, Wildcard, WordPattern
from monitor.text import fold, language_of_script, stem

Atom = int
Several = tuple[str, tuple[Atom, ...]]
"""A word, and the atoms of any kind that it has."""
Entry = Atom | Several
"""What a word of an article has: one exact term's atom (the usual case), or several of any kind."""
NOTHING: Entry = -1
"""The entry of a word that no rule looks for."""
_FEW_RUNS = 1_000
"""Phrases up to which they are looked for by their longest words; for more, by pairs of words."""
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


class Run:
    """Several plain words in this order."""

    __slots__ = ("atom", "atoms", "text", "words")

    def __init__(self, words: tuple[str, ...], atoms: frozenset[Atom], atom: Atom) -> None:
        self.text = " ".join(words)
        self.words = words
        self.atoms = atoms
        self.atom = atom


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
        self._runs_of: dict[tuple[str, str], list[Run]] = {}
        self._runs_at: dict[Atom, list[Run]] = {}
        self.chances: list[float] = []
        """How likely an article has each atom: a guess, or what an index has learned."""
        self._tables: tuple[WildcardTerms, FuzzyTerms] | None = None
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
        other._runs_of = {pair: list(runs) for pair, runs in self._runs_of.items()}
        other._runs_at = {atom: list(runs) for atom, runs in self._runs_at.items()}
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
            run = self._runs[words] = Run(words, frozenset(atoms), len(self.chances))
            self.chances.append(min(self.chances[atom] for atom in atoms) / 4)
            longest = max(range(len(words)), key=lambda at: len(words[at]))
            self._runs_at.setdefault(atoms[longest], []).append(run)
            self._runs_of.setdefault((words[0], words[1]), []).append(run)
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

    def entry(self, word: str, lang: str | None) -> Entry:
        """Return what a folded word of an article in `lang` (None: not known) has."""
        exact = self._exact.get(word)
        wildcards, fuzzies = self._tables or self._arranged()
        found = wildcards.matching(word)
        if fuzzies:
            found += fuzzies.matching(word)
        if self._stems:
            found += self._stems_of(word, lang)
        if exact is not None:
            if not found and exact not in self._groups_of:
                return exact
            found.append(exact)
        if self._groups_of:
            found += {group for atom in found for group in self._groups_of.get(atom, ())}
        return (word, tuple(found)) if found else NOTHING

    def possible_runs(self, present: set[Atom]) -> Iterator[Run]:
        """Yield the phrases whose every word is there."""
        for atom in present & self._runs_at.keys():
            for run in self._runs_at[atom]:
                if run.atoms <= present:
                    yield run

    @property
    def many_runs(self) -> bool:
        """Whether it is quicker to look each pair of neighbours up than to look for each phrase."""
        return len(self._runs) > _FEW_RUNS

    def standing_runs(self, words: Sequence[str]) -> Iterator[tuple[int, Run]]:
        """Yield each phrase at each position where it stands, in order of position."""
        standing = map(self._runs_of.__contains__, pairwise(words))
        for position in compress(range(len(words)), standing):
            for run in self._runs_of[words[position], words[position + 1]]:
                size = len(run.words)
                if size == 2 or tuple(words[position : position + size]) == run.words:
                    yield position, run

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
