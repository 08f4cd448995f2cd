"""Phrases of plain words: found by their first two."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from monitor.matching.atoms import Atom


class Run:
    """Several plain words in this order; an atom like each of them."""

    __slots__ = ("atom", "atoms")

    def __init__(self, atoms: tuple[Atom, ...], atom: Atom) -> None:
        self.atoms = atoms
        self.atom = atom


class Runs:
    """All phrases of a rule set. Threads may share it."""

    __slots__ = ("_mask", "_of", "_possible")

    def __init__(self, runs: Iterable[Run]) -> None:
        self._of: dict[tuple[Atom, Atom], list[Run]] = {}
        for run in runs:
            self._of.setdefault((run.atoms[0], run.atoms[1]), []).append(run)
        # Of sixty-four pairs that are none, one at most is taken for one before it is looked up.
        size = 1 << (64 * len(self._of)).bit_length()
        self._mask = size - 1
        self._possible = np.zeros(size, np.bool_)
        if self._of:
            firsts, seconds = np.array(list(self._of), np.intp).T
            self._possible[self._slots(firsts, seconds)] = True

    def __bool__(self) -> bool:
        return bool(self._of)

    def standing(self, atoms: NDArray[np.intp]) -> list[tuple[int, Run]]:
        """Return each phrase at each position where it stands, in order of position.

        `atoms` has for each word of an article that of its exact term, less than 0 for none.
        """
        there = atoms >= 0
        possible = self._possible.take(self._slots(atoms[:-1], atoms[1:]))
        possible &= there[:-1]
        possible &= there[1:]
        [places] = possible.nonzero()
        if not len(places):
            return []
        found = []
        pairs = zip(atoms.take(places).tolist(), atoms.take(places + 1).tolist(), strict=True)
        for position, pair in zip(places.tolist(), pairs, strict=True):
            for run in self._of.get(pair, ()):
                size = len(run.atoms)
                if size == 2 or tuple(atoms[position : position + size].tolist()) == run.atoms:
                    found.append((position, run))
        return found

    def _slots(self, firsts: NDArray[np.intp], seconds: NDArray[np.intp]) -> NDArray[np.intp]:
        slots = firsts * _SPREAD
        slots += seconds
        slots &= self._mask
        return slots


_SPREAD = 40_503
"""Odd, and about the golden section of 65,536: Knuth's multiplicative hashing (TAOCP 6.4)."""
