"""From the atoms of an article to the rules that could match it.

A rule is known here by its number and its clauses: of each clause the article must have an atom.
Two layouts answer alike: plain sets for some hundreds of rules, arrays for any number.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from monitor.matching.terms import Atom

Clauses = Sequence[tuple[Atom, ...]]
"""The clauses of one rule, the rarest first; none: nothing is known to be necessary."""

SMALL = 1_500
"""Rules from which on the arrays are quicker than the sets."""


class Index(Protocol):
    """Finds candidates. Never changes, so threads may share it."""

    def candidates(self, present: set[Atom]) -> Sequence[int]:
        """Return the numbers of the rules of whose every clause an atom is present, ascending."""


def build_index(rules: Sequence[Clauses], atoms: int) -> Index:
    """Lay out the index of rules, numbered by position; atoms count from 0 to `atoms` - 1."""
    return SetIndex(rules) if len(rules) < SMALL else ArrayIndex(rules, atoms)


class SetIndex:
    """By the rarest clause in a dictionary; the others are sets."""

    def __init__(self, rules: Sequence[Clauses]) -> None:
        self._triggers: dict[Atom, list[int]] = {}
        self._others: list[tuple[frozenset[Atom], ...]] = []
        for number, clauses in enumerate(rules):
            self._others.append(tuple(map(frozenset, clauses[1:])))
            for atom in clauses[0] if clauses else ():
                self._triggers.setdefault(atom, []).append(number)

    def candidates(self, present: set[Atom]) -> Sequence[int]:
        """See Index."""
        triggers = self._triggers
        found = {number for atom in present & triggers.keys() for number in triggers[atom]}
        others = self._others
        return sorted(
            number
            for number in found
            if not any(clause.isdisjoint(present) for clause in others[number])
        )


class ArrayIndex:
    """Clauses are marked by their atoms in one go, then rules narrowed clause by clause.

    The rarest clause of rule `n` has number `n`; `_further[k]` gives the number of each rule's
    clause `k + 1`, or that of a clause which is always marked.
    """

    def __init__(self, rules: Sequence[Clauses], atoms: int) -> None:
        self._rules = len(rules)
        pairs_atoms = array("i")
        pairs_clauses = array("i")
        further: list[NDArray[np.int32]] = []
        count = len(rules)
        depth = 0
        while True:
            numbers = np.full(len(rules), -1, np.int32)
            for number, clauses in enumerate(rules):
                if depth < len(clauses):
                    clause = number if not depth else count
                    count += clause == count
                    numbers[number] = clause
                    pairs_atoms.extend(clauses[depth])
                    pairs_clauses.extend((clause,) * len(clauses[depth]))
            if depth and (numbers < 0).all():
                break
            further.append(numbers)
            depth += 1
        self._always = count
        self._further = []
        for numbers in further[1:]:
            numbers[numbers < 0] = count
            self._further.append(numbers)
        of_atoms = np.array(pairs_atoms, np.int32)
        order = np.argsort(of_atoms, kind="stable")
        self._postings = np.array(pairs_clauses, np.int32)[order]
        bounds = np.searchsorted(of_atoms[order], np.arange(atoms + 1))
        self._begin = bounds[:-1].astype(np.int32)
        self._lengths = np.diff(bounds).astype(np.int32)
        self._steps = np.arange(len(of_atoms), dtype=np.int32)

    def candidates(self, present: set[Atom]) -> Sequence[int]:
        """See Index."""
        atoms = np.fromiter(present, np.intp, len(present))
        lengths = self._lengths[atoms]
        ends = lengths.cumsum(dtype=np.int32)
        total = int(ends[-1]) if len(ends) else 0
        marked = np.zeros(self._always + 1, np.bool_)
        at = (self._begin[atoms] - ends + lengths).repeat(lengths)
        at += self._steps[:total]
        marked[self._postings[at]] = True
        marked[self._always] = True
        found = marked[: self._rules].nonzero()[0]
        for clauses in self._further:
            found = found[marked[clauses[found]]]
        result: list[int] = found.tolist()
        return result
