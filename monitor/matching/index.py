"""From the atoms of an article to the rules that could match it.

A rule is known here by its number and its clauses: of each clause the article must have an atom.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.matching.atoms import ALWAYS, NEVER, Atom

Clauses = Sequence[tuple[Atom, ...]]
"""The clauses of one rule, the rarest first; none: nothing is known to be necessary."""

_Begins = NDArray[np.intp] | None
"""Where the row of each one's article begins; None if there is only one article."""


class Index:
    """The rarest clause of each rule by its atoms, then the others, for all candidates at a time.

    Which clause is rarest is learned: the index counts in how many articles it has seen each atom,
    and arranges itself anew when it has seen enough to know better than the guess it began with.
    Threads may share it: counts may get lost, and the arrangement is swapped as a whole.
    """

    def __init__(self, rules: Sequence[Clauses], chances: Sequence[float]) -> None:
        """Take the clauses of each rule, and for each atom a guess how likely an article has it."""
        self._guess = np.array(chances, np.float32)
        self._seen = np.zeros(len(chances), np.int32)
        self._articles = 0
        self._next = _LEARNED[0]
        sizes = array("i", (len(clauses) for clauses in rules))
        widest = max((len(atoms) for clauses in rules for atoms in clauses), default=1)
        # One row a clause, filled up with what never is there; the last row stands for the clauses
        # that a rule does not have.
        padding = [(NEVER,) * (widest - size) for size in range(widest + 1)]
        flat = array("i")
        for clauses in rules:
            for atoms in clauses:
                flat.extend(atoms)
                flat.extend(padding[len(atoms)])
        flat.extend((ALWAYS,) * widest)
        self._clauses = np.array(flat, np.int32).reshape(-1, widest)
        self._sizes = np.array(sizes, np.int32)
        self._layout = _Layout(self._sizes, self._clauses, self._guess)

    def candidates(
        self, places: NDArray[np.intp], presence: NDArray[np.bool_]
    ) -> dict[int, set[int]]:
        """Return for each article the rules of whose every clause it has an atom.

        `presence` says of each article and each atom, one row behind the other, whether it is
        there; `places` are the places of those that are, each once.
        """
        width = len(self._guess)
        if len(presence) == width:  # a single article: nothing to tell apart
            rules, _ = self._found(places, None, presence)
            return {0: set(rules.tolist())}
        atoms = places % width
        rules, begins = self._found(atoms, places - atoms, presence)
        candidates: dict[int, set[int]] = {}
        for row, rule in zip((begins // width).tolist(), rules.tolist(), strict=True):
            candidates.setdefault(row, set()).add(rule)
        return candidates

    def _found(
        self, atoms: NDArray[np.intp], begins: _Begins, presence: NDArray[np.bool_]
    ) -> tuple[NDArray[np.int32], Any]:
        layout = self._layout
        found, begins = layout.triggered(atoms, begins)
        further = layout.further
        while len(found) and len(further):
            depth = len(further) if len(found) <= _FEW_RULES else 1
            fits = self._fitting(further[:depth].take(found, axis=1), begins, presence)
            found = found[fits]
            begins = None if begins is None else begins[fits]
            further = further[depth:]
        if self._next:
            self._learn(atoms, len(presence) // len(self._guess))
        return found, begins

    def _fitting(
        self, clauses: NDArray[np.int32], begins: _Begins, presence: NDArray[np.bool_]
    ) -> NDArray[np.bool_]:
        """Return of which columns every clause has an atom that is present."""
        places = self._clauses.take(clauses, axis=0, mode="wrap")
        if begins is not None:
            places = places + begins[:, None]
        fits: NDArray[np.bool_]
        if places.size < _FEW_ATOMS:
            fits = np.logical_or.reduce(presence.take(places), axis=2)
        else:  # column by column: for many, a third of the time
            fits = presence.take(places[:, :, 0])
            for column in range(1, places.shape[2]):
                fits |= presence.take(places[:, :, column])
        whole: NDArray[np.bool_] = np.logical_and.reduce(fits, axis=0)
        return whole

    def chances(self) -> list[float]:
        """Return how likely an article has each atom, as far as is known by now."""
        result: list[float] = self._learned().tolist()
        return result

    def _learn(self, atoms: NDArray[np.intp], articles: int) -> None:
        if articles == 1:
            self._seen[atoms] += 1
        else:
            self._seen += np.bincount(atoms, minlength=len(self._seen)).astype(np.int32)
        self._articles += articles
        if self._articles >= self._next:
            self._next = next((each for each in _LEARNED if each > self._articles), 0)
            self._layout = _Layout(self._sizes, self._clauses, self._learned())

    def _learned(self) -> NDArray[np.float32]:
        known = (self._seen + self._guess * _DOUBT) / (self._articles + _DOUBT)
        return known.astype(np.float32)


_LEARNED = (300, 3_000, 30_000)
"""Articles after which the index arranges itself anew."""
_DOUBT = 20
"""Articles that the first guess weighs as much as."""
_FEW_RULES = 60
"""Candidates up to which all their clauses are looked at together: fewer calls of numpy."""
_FEW_ATOMS = 3_000
"""Atoms of clauses up to which they are looked at all together, for the same reason."""


class _Layout:
    """Which clause of each rule is asked for first, and which then."""

    __slots__ = ("_begin", "_lengths", "_rules", "further")

    def __init__(
        self, sizes: NDArray[np.int32], clauses: NDArray[np.int32], chances: NDArray[np.float32]
    ) -> None:
        of_rule = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
        lacking = np.log1p(-np.minimum(chances, 0.999))
        order = np.lexsort((-lacking[clauses[:-1]].sum(axis=1), of_rule)).astype(np.int32)
        begin = sizes.cumsum(dtype=np.int32) - sizes
        depths = max(0, int(sizes.max(initial=0)) - 1)
        self.further = np.full((depths, len(sizes)), -1, np.int32)
        for depth in range(depths):
            having = np.flatnonzero(sizes > depth + 1)
            self.further[depth, having] = order[begin[having] + depth + 1]
        indexed = np.flatnonzero(sizes).astype(np.int32)
        first = clauses[order[begin[indexed]]]
        real = first != NEVER
        rules, atoms = indexed[real.nonzero()[0]], first[real]
        self._rules = rules[np.argsort(atoms, kind="stable")]
        self._lengths = np.bincount(atoms, minlength=len(chances)).astype(np.int32)
        self._begin = self._lengths.cumsum(dtype=np.int32) - self._lengths

    def triggered(
        self, atoms: NDArray[np.intp], begins: _Begins
    ) -> tuple[NDArray[np.int32], _Begins]:
        """Return the rules that have one of the atoms in their rarest clause, some of them twice.

        Beside each stands what `begins` has beside the atom.
        """
        lengths = self._lengths.take(atoms)
        ends = lengths.cumsum(dtype=np.intp)
        at = (self._begin.take(atoms) - ends + lengths).repeat(lengths)
        at += np.arange(len(at))
        return self._rules.take(at), None if begins is None else begins.repeat(lengths)
