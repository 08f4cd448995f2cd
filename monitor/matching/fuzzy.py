"""Fuzzy terms against one word: a cheap lower bound for all, the distance for the few left."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA


def letter_mask(word: str) -> int:
    """Return the set of a word's letters as 64 bits, letters that collide taken for one."""
    mask = 0
    for letter in set(word):
        mask |= 1 << (ord(letter) & 63)
    return mask


class FuzzyTerms:
    """Fuzzy terms by length, each with its letters as a 64-bit mask.

    An edit takes at most one letter out of a word's set and puts at most one in; so a word within
    `d` edits lacks at most `d` of the term's letters, and the term at most `d` of the word's.
    """

    __slots__ = ("_atoms", "_edits", "_lengths", "_masks", "_most", "_starts", "_texts")

    def __init__(self, terms: Sequence[tuple[str, int, int]]) -> None:
        """Take terms as (folded text, edits, atom)."""
        ordered = sorted(terms, key=lambda term: len(term[0]))
        self._texts = [text for text, _, _ in ordered]
        self._atoms = [atom for _, _, atom in ordered]
        self._edits = np.array([edits for _, edits, _ in ordered], np.int8)
        self._masks = np.array([letter_mask(text) for text in self._texts], np.uint64)
        self._lengths: NDArray[np.int64] = np.array([len(text) for text in self._texts], np.int64)
        self._most = int(self._edits.max(initial=0))
        longest = int(self._lengths.max(initial=0))
        self._starts = np.searchsorted(self._lengths, np.arange(longest + self._most + 3))

    def __len__(self) -> int:
        return len(self._texts)

    def matching(self, word: str) -> list[int]:
        """Return the atoms of the terms that a folded word is near enough to.

        A word of digits alone is no misspelling of anything.
        """
        length = len(word)
        if length + 1 - self._most >= len(self._starts) or word.isdigit():
            return []
        low = self._starts[max(0, length - self._most)]
        high = self._starts[min(length + self._most + 1, len(self._starts) - 1)]
        mask = np.uint64(letter_mask(word))
        masks, edits = self._masks[low:high], self._edits[low:high]
        near = np.bitwise_count(masks & ~mask) <= edits
        near &= np.bitwise_count(mask & ~masks) <= edits
        near &= np.abs(self._lengths[low:high] - length) <= edits
        found = []
        for at in np.flatnonzero(near).tolist():
            number = int(low) + at
            allowed = int(edits[at])
            if OSA.distance(self._texts[number], word, score_cutoff=allowed) <= allowed:
                found.append(self._atoms[number])
        return found
