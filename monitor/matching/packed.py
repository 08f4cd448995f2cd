"""The codes of short words, for all words of a text at a time: words are two numbers here.

A word of up to sixteen bytes is exactly its first eight and its last eight. They are looked up in
a table of numbers, in a fifth of the time of as many questions to a dictionary.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

LONGEST = 16
"""Bytes of the longest word that the table takes."""
_LANE = 8
_FEW = 256
"""New words that wait at least until a table is made with them."""
_SHARE = 32
"""New words wait as well until they are one for so many rows."""
_SPARE = 2
"""Rows for each word."""
_EMPTY = (1 << 64) - 1
"""Stands first where no word is: a byte that no blanked text has."""
_MASKS = np.array(
    [
        [(1 << 8 * min(max(size - before, 0), _LANE)) - 1 for size in range(LONGEST + 1)] + [0]
        for before in (0, _LANE)
    ],
    np.uint64,
)
"""What of eight bytes is the word's own, by its length; of longer words nothing."""
_SPREAD = np.array((0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F), np.uint64)
"""Odd numbers for multiplicative hashing (Knuth, TAOCP 6.4): the highest bits of the product."""

Numbers = NDArray[np.uint64]


class _Table(NamedTuple):
    """Rows of two places, each with the two halves of a word and its code; never changed."""

    rows: Numbers
    shift: np.uint64

    def numbers(self, first: Numbers, second: Numbers) -> NDArray[np.intp]:
        """Return the number of each word's row."""
        numbers = first * _SPREAD[0]
        numbers ^= second * _SPREAD[1]
        numbers >>= self.shift
        result: NDArray[np.intp] = numbers.view(np.intp)
        return result


class _State(NamedTuple):
    """A table, and the words that have no place in it: too new, too long, or too many in a row."""

    table: _Table
    others: dict[bytes, int]


class Packed:
    """Words and their codes, which do not change.

    Threads may share it: what they see is one state or the next, and words that one adds while
    another makes a table may have to be added once more.
    """

    __slots__ = ("_new", "_state")

    def __init__(self) -> None:
        self._state = _arranged(np.empty((0, 3), np.uint64))
        self._new = 0

    def codes(
        self, text: bytes, starts: NDArray[np.intp], sizes: NDArray[np.intp]
    ) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Return the codes of a text's words, and the numbers of those not in the table."""
        lanes = np.ndarray((len(text) + _LANE,), "<u8", text + bytes(LONGEST), 0, (1,))
        sizes = np.minimum(sizes, LONGEST + 1)
        first = lanes[starts] & _MASKS[0].take(sizes)
        second = lanes[starts + _LANE] & _MASKS[1].take(sizes)
        table = self._state.table
        rows = table.rows.take(table.numbers(first, second), axis=0)
        left = (rows[:, 0] == first) & (rows[:, 1] == second)
        right = (rows[:, 3] == first) & (rows[:, 4] == second)
        codes = np.where(left, rows[:, 2], rows[:, 5]).view(np.intp)
        left |= right
        return codes, np.logical_not(left, out=left).nonzero()[0]

    def get(self, word: bytes) -> int | None:
        """Return the code of a word that is not in the table, None if it was not added."""
        return self._state.others.get(word)

    def add(self, word: bytes, code: int) -> None:
        """Take a word and its code."""
        table, others = self._state
        others[word] = code
        self._new += 1
        if self._new >= max(_FEW, len(table.rows) // _SHARE):
            self._new = 0
            self._state = _merged(table, list(others.items()))


def _merged(table: _Table, others: Sequence[tuple[bytes, int]]) -> _State:
    short = [(word, code) for word, code in others if len(word) <= LONGEST]
    added = np.empty((len(short), 3), np.uint64)
    halves = b"".join(word.ljust(LONGEST, b"\0") for word, _ in short)
    added[:, :2] = np.frombuffer(halves, "<u8").reshape(-1, 2)
    added[:, 2] = np.array([code for _, code in short], np.int64).view(np.uint64)
    known = table.rows.reshape(-1, 3)
    state = _arranged(np.concatenate((known[known[:, 0] != _EMPTY], added)))
    state.others.update((word, code) for word, code in others if len(word) > LONGEST)
    return state


def _arranged(words: Numbers) -> _State:
    power = max(4, (_SPARE * len(words)).bit_length())
    rows = np.zeros((1 << power, 6), np.uint64)
    rows[:, [0, 3]] = _EMPTY
    table = _Table(rows, np.uint64(64 - power))
    numbers = table.numbers(words[:, 0], words[:, 1])
    rows[numbers[::-1], :3] = words[::-1]  # of those of one row the first is written last
    [more] = (rows[numbers, :2] != words[:, :2]).any(axis=1).nonzero()
    rows[numbers[more[::-1]], 3:] = words[more[::-1]]
    over = more[(rows[numbers[more], 3:5] != words[more, :2]).any(axis=1)]
    others = {
        word[:LONGEST].tobytes().rstrip(b"\0"): int(word[LONGEST:].view(np.int64)[0])
        for word in np.ascontiguousarray(words[over]).view(np.uint8).reshape(-1, 24)
    }
    return _State(table, others)
