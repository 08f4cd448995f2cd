"""What a condition cannot do without: clauses of atoms, of each of which an article has one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.matching.atoms import Atom
from monitor.matching.terms import Terms, any_of, plain_words
from monitor.model.condition import (
    And,
    AnyWord,
    AtLeast,
    Condition,
    Exact,
    Near,
    Not,
    Or,
    Phrase,
    Some,
    Wildcard,
    Within,
    WordPattern,
)

MOST_CLAUSES = 6
"""Clauses of one rule that are indexed, the rarest ones; the rest is left to verification."""
_LONG = 8
"""Clauses with more atoms become one atom of their own ("any of these")."""


@dataclass(frozen=True, slots=True)
class Clause:
    """Atoms of which one is necessary, and how likely an article has one."""

    atoms: frozenset[Atom]
    chance: float


@dataclass(frozen=True, slots=True)
class Necessary:
    """What the index asks of a rule, and which of its conjuncts are left to verify.

    `open` has a bit for each operand of the condition's outermost AND (of a condition that is no
    AND: one bit) that the clauses do not decide.
    """

    clauses: tuple[tuple[Atom, ...], ...]
    open: int


class Deriver:
    """Derives the clauses of conditions, over the same terms."""

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self._long: dict[tuple[int, str | None], tuple[Or, Clause | None]] = {}
        self._lang: str | None = None

    def of(self, condition: Condition, lang: str | None) -> Necessary:
        """Return what a rule's condition cannot do without; `lang` is the rule's own language."""
        self._lang = lang
        conjuncts = condition.operands if isinstance(condition, And) else (condition,)
        found: list[tuple[float, int, frozenset[Atom]]] = []
        settled = 0
        for number, conjunct in enumerate(conjuncts):
            clause = self._decided(conjunct)
            if clause is not None:
                found.append((clause.chance, number, clause.atoms))
                settled |= 1 << number
            else:
                found += [(each.chance, number, each.atoms) for each in self._clauses(conjunct)]
        found.sort(key=lambda entry: entry[0])
        for _, number, _ in found[MOST_CLAUSES:]:
            settled &= ~(1 << number)
        clauses = dict.fromkeys(self._short(atoms) for _, _, atoms in found[:MOST_CLAUSES])
        return Necessary(tuple(clauses), ((1 << len(conjuncts)) - 1) & ~settled)

    def _short(self, atoms: frozenset[Atom]) -> tuple[Atom, ...]:
        if len(atoms) > _LONG:
            return (self._terms.group(atoms),)
        return tuple(sorted(atoms))

    # --- conditions that are nothing but words ---------------------------------------------

    def _decided(self, condition: Condition) -> Clause | None:
        """Return the clause that says all that the condition says, if there is one."""
        if isinstance(condition, Phrase):
            return self._decided_phrase(condition)
        if not isinstance(condition, Or):
            return None
        if len(condition.operands) > _LONG:
            key = id(condition), self._lang
            known = self._long.get(key)  # which keeps the condition, so that its id stays its own
            if known is None:
                known = self._long[key] = condition, self._decided_by_any(condition)
            return known[1]
        return self._decided_by_any(condition)

    def _decided_by_any(self, condition: Or) -> Clause | None:
        parts = []
        for operand in condition.operands:
            part = self._decided(operand)
            if part is None:
                return None
            parts.append(part)
        return _any(parts)

    def _decided_phrase(self, phrase: Phrase) -> Clause | None:
        words = phrase.words
        if len(words) > 1:
            plain = plain_words(words)
            if plain is None:
                return None
            return self._of_atom(self._terms.run(plain).atom)
        [word] = words
        if isinstance(word, AnyWord) or (isinstance(word, Exact | Wildcard) and word.case):
            return None
        return self._word(word)

    # --- what is necessary but says less ---------------------------------------------------

    def _clauses(self, condition: Condition) -> list[Clause]:  # noqa: PLR0911 - one a kind
        match condition:
            case Phrase(words):
                decided = self._decided_phrase(condition)
                if decided is not None:
                    return [decided]
                return [self._word(word) for word in words if not isinstance(word, AnyWord)]
            case And(operands) | Near(operands):
                return [clause for operand in operands for clause in self._clauses(operand)]
            case Within(_, operand) | AtLeast(_, operand):
                return self._clauses(operand)
            case Or(operands):
                return self._of_any(operands, len(operands))
            case Some(count, operands):
                different = tuple(dict.fromkeys(operands))
                return self._of_any(different, len(different) - count + 1)
            case Not(operand):
                self._clauses(operand)  # its words are looked for all the same
                return []
            case _:
                return []

    def _of_any(self, operands: Sequence[Condition], needed: int) -> list[Clause]:
        """Return the clause of those operands that cannot all be missing, the rarest ones."""
        best = []
        for operand in operands:
            clauses = self._clauses(operand)
            if clauses:
                best.append(min(clauses, key=lambda clause: clause.chance))
        if needed < 1 or len(best) < needed:
            return []
        best.sort(key=lambda clause: clause.chance)
        return [_any(best[:needed])]

    def _word(self, word: WordPattern) -> Clause:
        assert not isinstance(word, AnyWord)  # noqa: S101 - the callers have looked
        return self._of_atom(self._terms.atom(word, self._lang))

    def _of_atom(self, atom: Atom) -> Clause:
        return Clause(frozenset((atom,)), self._terms.chances[atom])


def _any(clauses: Sequence[Clause]) -> Clause:
    atoms = frozenset(atom for clause in clauses for atom in clause.atoms)
    return Clause(atoms, any_of(clause.chance for clause in clauses))
