"""The codes of short words, for all words of a text at a time: words are two numbers here.

A word of up to sixteen bytes is exactly its first eight and its last eight. They are looked up in
a table of numbers, in a fifth of the time of as many questions to a dictionary.
"""

from __future__ import annotations

from threading import Lock
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

LONGEST = 16
"""Bytes of the longest word that is kept."""
_LANE = 8
_POWER = 10
"""The first table has two to the power of so many rows."""
_SPARE = 2
"""Rows for each word that is kept, before the table is made twice as large."""
_PLACES = [0, 3]
_EMPTY = (1 << 64) - 1
"""Stands first where no word is: eight bytes that are no ASCII."""
_MASKS = np.array(
    [
        [(1 << 8 * min(max(size - before, 0), _LANE)) - 1 for size in range(LONGEST + 1)] + [0]
        for before in (0, _LANE)
    ],
    np.uint64,
)
"""What of eight bytes is the word's own, by its length; of longer words nothing."""
_ODD = 0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F
"""For multiplicative hashing (Knuth, TAOCP 6.4): the highest bits of the product."""
_SPREAD = np.array(_ODD, np.uint64)

Numbers = NDArray[np.uint64]


class _Table(NamedTuple):
    """Rows of two places, each with the two halves of a word and its code."""

    rows: Numbers
    shift: np.uint64

    def numbers(self, first: Numbers, second: Numbers) -> NDArray[np.intp]:
        """Return the number of each word's row."""
        numbers = first * _SPREAD[0]
        numbers ^= second * _SPREAD[1]
        numbers >>= self.shift
        result: NDArray[np.intp] = numbers.view(np.intp)
        return result

    def number(self, first: int, second: int) -> int:
        """Return the number of one word's row."""
        spread = (first * _ODD[0] & _EMPTY) ^ (second * _ODD[1] & _EMPTY)
        return spread >> int(self.shift)


def _table(power: int) -> _Table:
    rows = np.zeros((1 << power, 6), np.uint64)
    rows[:, _PLACES] = _EMPTY
    return _Table(rows, np.uint64(64 - power))


class Packed:
    """Words and their codes, which do not change. Threads may share it.

    A row has room for two words; of more, the others are not kept.
    """

    __slots__ = ("_changes", "_count", "_lock", "_table")

    def __init__(self) -> None:
        self._lock = Lock()
        self._changes = 0
        """Counted before and after each change, so that who reads meanwhile can tell."""
        self._count = 0
        self._table = _table(_POWER)

    def __len__(self) -> int:
        return self._count

    def codes(
        self, text: bytes, starts: NDArray[np.intp], sizes: NDArray[np.intp]
    ) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Return the codes of the words of an ASCII text, and the numbers of those not known."""
        lanes = np.ndarray((len(text) + _LANE,), "<u8", text + bytes(LONGEST), 0, (1,))
        sizes = np.minimum(sizes, LONGEST + 1)
        first = lanes[starts] & _MASKS[0].take(sizes)
        second = lanes[starts + _LANE] & _MASKS[1].take(sizes)
        changes, table = self._changes, self._table
        rows = table.rows.take(table.numbers(first, second), axis=0)
        left = (rows[:, 0] == first) & (rows[:, 1] == second)
        right = (rows[:, 3] == first) & (rows[:, 4] == second)
        codes = np.where(left, rows[:, 2], rows[:, 5]).view(np.intp)
        if changes != self._changes or changes & 1:
            return codes, np.arange(len(codes))
        return codes, np.logical_or(left, right, out=left).__invert__().nonzero()[0]

    def keep(self, word: bytes, code: int) -> bool:
        """Keep an ASCII word's code; return whether there is room for it."""
        if len(word) > LONGEST:
            return False
        first = int.from_bytes(word[:_LANE], "little")
        second = int.from_bytes(word[_LANE:], "little")
        with self._lock:
            if _SPARE * self._count >= len(self._table.rows):
                self._grow()
            row = self._table.rows[self._table.number(first, second)]
            places: list[int] = row.tolist()
            for place in _PLACES:
                if places[place] == _EMPTY:
                    self._changes += 1
                    row[place : place + 3] = first, second, code & _EMPTY
                    self._changes += 1
                    self._count += 1
                    return True
                if places[place] == first and places[place + 1] == second:
                    return True
        return False

    def _grow(self) -> None:
        table = _table(65 - int(self._table.shift))
        rows = self._table.rows.reshape(-1, 3)
        rows = rows[rows[:, 0] != _EMPTY]
        numbers = table.numbers(rows[:, 0], rows[:, 1])
        order = numbers.argsort(kind="stable")
        rows, numbers = rows[order], numbers[order]
        # Of a row's words the first takes the one place; of what is left, the last the other.
        table.rows[numbers[::-1], :3] = rows[::-1]
        [others] = (table.rows[numbers, :2] != rows[:, :2]).any(axis=1).nonzero()
        table.rows[numbers[others], 3:] = rows[others]
        self._table = table
        self._count = int((table.rows[:, _PLACES] != _EMPTY).sum())
