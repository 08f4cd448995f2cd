"""Generated watch rules, from fixed seeds, in a form that every peer can be given.

1-4 clauses, all of which must hold, of 1-6 terms or phrases, any of which will do. Of the rules,
15 % have a clause that is a NEAR, 15 % a wildcard, 10 % a fuzzy term, 20 % a NOT. Terms are as
rare as an analyst would make them, so that an article matches about one rule in 1,000.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from benchmarks.corpus import SEED, VOCABULARY, collocations, in_cyrillic, vocabulary
from monitor.model.condition import (
    And,
    Condition,
    Exact,
    Fuzzy,
    Near,
    Not,
    Or,
    Phrase,
    Wildcard,
    WordPattern,
)
from monitor.model.rule import Rule

LENGTH = 400
"""Words an article, for working out how rare a term has to be."""
TARGET = 1.6e-4
"""How likely a rule's text conditions should hold, before wildcards and fuzzy terms widen them."""
HARMONIC = math.log(VOCABULARY / 2.7)


class Kind(StrEnum):
    """What a term is."""

    WORD = "word"
    PHRASE = "phrase"
    WILDCARD = "wildcard"
    FUZZY = "fuzzy"


@dataclass(frozen=True, slots=True)
class Term:
    """One term: folded words, divided by blanks; a wildcard or fuzzy one has one word."""

    kind: Kind
    text: str

    @property
    def edits(self) -> int:
        """The distance that AUTO means for this word."""
        return 0 if len(self.text) < 3 else 1 if len(self.text) < 6 else 2

    @property
    def query(self) -> str:
        """The term in the rule language."""
        return self.text + "~" if self.kind is Kind.FUZZY else self.text


@dataclass(frozen=True, slots=True)
class Clause:
    """Any of `terms`; with `beside`, any of them at most `distance` words from any of those."""

    terms: tuple[Term, ...]
    beside: tuple[Term, ...] = ()
    distance: int = 0

    @property
    def query(self) -> str:
        """The clause in the rule language."""
        if not self.beside:
            return _group(self.terms)
        return f"({_group(self.terms)}) NEAR/{self.distance} ({_group(self.beside)})"


@dataclass(frozen=True, slots=True)
class Watch:
    """One generated rule: all clauses, and none of `unwanted`."""

    id: str
    clauses: tuple[Clause, ...]
    unwanted: tuple[Term, ...] = ()

    @property
    def terms(self) -> Iterator[Term]:
        """Every term that the rule holds."""
        for clause in self.clauses:
            yield from clause.terms
            yield from clause.beside
        yield from self.unwanted

    @property
    def kinds(self) -> frozenset[Kind]:
        """The kinds of its terms."""
        return frozenset(term.kind for term in self.terms)

    @property
    def has_near(self) -> bool:
        """Whether a clause is a NEAR."""
        return any(clause.beside for clause in self.clauses)


def _group(terms: tuple[Term, ...]) -> str:
    return " OR ".join(term.query for term in terms)


# --- making them -------------------------------------------------------------------------------


def generated(count: int, seed: int = SEED) -> tuple[Watch, ...]:
    """Return so many rules; the first hundred of a thousand are the hundred."""
    dice = random.Random(seed + 2)
    return tuple(_watch(dice, f"r{number:06}") for number in range(count))


def cyrillic(watches: Sequence[Watch]) -> tuple[Watch, ...]:
    """Return the same rules in Cyrillic letters."""

    def terms(some: tuple[Term, ...]) -> tuple[Term, ...]:
        return tuple(replace(term, text=in_cyrillic(term.text)) for term in some)

    return tuple(
        replace(
            watch,
            clauses=tuple(
                replace(clause, terms=terms(clause.terms), beside=terms(clause.beside))
                for clause in watch.clauses
            ),
            unwanted=terms(watch.unwanted),
        )
        for watch in watches
    )


def _watch(dice: random.Random, id: str) -> Watch:
    size = dice.choice((1, 2, 3, 4))
    likely = (TARGET * math.exp(dice.gauss(0.0, 0.7))) ** (1 / size)
    clauses = [_clause(dice, likely) for _ in range(size)]
    if dice.random() < 0.15:
        clauses[-1] = _near(dice, likely)
    plain = [at for at, clause in enumerate(clauses) if not clause.beside]
    if plain and dice.random() < 0.15:
        _change(dice, clauses, plain, Kind.WILDCARD)
    if plain and dice.random() < 0.10:
        _change(dice, clauses, plain, Kind.FUZZY)
    unwanted: tuple[Term, ...] = ()
    if dice.random() < 0.20:
        unwanted = tuple(_term(dice, 0.1) for _ in range(dice.choice((1, 2, 3))))
    return Watch(id, tuple(clauses), unwanted)


def _clause(dice: random.Random, likely: float) -> Clause:
    size = dice.randint(1, 6)
    return Clause(tuple(dict.fromkeys(_term(dice, likely / size) for _ in range(size))))


def _near(dice: random.Random, likely: float) -> Clause:
    distance = dice.randint(3, 10)
    each = math.sqrt(likely * LENGTH / (2 * distance))  # expected occurrences on either side
    sides = [tuple(_word(dice, each / n) for _ in range(n)) for n in (dice.randint(1, 3), 2)]
    return Clause(sides[0], tuple(t for t in sides[1] if t not in sides[0]) or sides[1], distance)


def _word(dice: random.Random, likely: float) -> Term:
    rank = LENGTH / (max(likely, 1e-6) * HARMONIC) * math.exp(dice.gauss(0.0, 0.3))
    return Term(Kind.WORD, vocabulary()[min(int(rank), VOCABULARY - 1 - dice.randrange(20_000))])


def _term(dice: random.Random, likely: float) -> Term:
    if dice.random() < 0.25:
        return Term(Kind.PHRASE, " ".join(dice.choice(collocations())))
    return _word(dice, likely)


def _change(dice: random.Random, clauses: list[Clause], plain: list[int], kind: Kind) -> None:
    at = dice.choice(plain)
    terms = list(clauses[at].terms)
    word = _word(dice, 1e-4).text
    while len(word) < 7:  # names, as people write them: short ones would fit hundreds of words
        word = _word(dice, 1e-4).text
    if kind is Kind.WILDCARD:
        word = _wildcard(dice, word)
    terms[0] = Term(kind, word)
    clauses[at] = Clause(tuple(dict.fromkeys(terms)))


def _wildcard(dice: random.Random, word: str) -> str:
    style = dice.random()
    if style < 0.7:
        return word[: dice.randint(6, len(word))] + "*"
    if style < 0.85:
        return "*" + word[-6:]
    at = dice.randrange(1, len(word) - 1)
    return word[:at] + "?" + word[at + 1 :]


# --- giving them to the engine -----------------------------------------------------------------


def as_rules(watches: Sequence[Watch]) -> list[Rule]:
    """Return the rules as parsed, without a way through YAML."""
    return [Rule(id=w.id, version="1", title=w.id, match=_condition(w)) for w in watches]


def _condition(watch: Watch) -> Condition:
    parts: list[Condition] = []
    for clause in watch.clauses:
        wanted = _any(clause.terms)
        if clause.beside:
            wanted = Near((wanted, _any(clause.beside)), clause.distance, source=clause.query)
        parts.append(wanted)
    parts.extend(Not(_leaf(term)) for term in watch.unwanted)
    return parts[0] if len(parts) == 1 else And(tuple(parts))


def _any(terms: tuple[Term, ...]) -> Condition:
    return _leaf(terms[0]) if len(terms) == 1 else Or(tuple(_leaf(term) for term in terms))


def _leaf(term: Term) -> Phrase:
    words: tuple[WordPattern, ...]
    match term.kind:
        case Kind.WILDCARD:
            words = (Wildcard(term.text),)
        case Kind.FUZZY:
            words = (Fuzzy(term.text, term.edits),)
        case _:
            words = tuple(Exact(word) for word in term.text.split())
    return Phrase(words, source=term.query)


def write_yaml(watches: Sequence[Watch], folder: Path, per_file: int = 1_000) -> None:
    """Write the rules as files, as a person would: one query string a clause."""
    for start in range(0, len(watches), per_file):
        lines = ["rules:"]
        for watch in watches[start : start + per_file]:
            lines += [f"  - id: {watch.id}", f"    title: Watch {watch.id}", "    match:"]
            lines += ["      all:"]
            lines += [f'        - "{clause.query}"' for clause in watch.clauses]
            if watch.unwanted:
                lines += ["      none: [" + ", ".join(t.query for t in watch.unwanted) + "]"]
        (folder / f"rules-{start:06}.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
