"""Where the characters of a composed text (NFKC) come from."""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

_OTHER, _JOINING, _LETTER, _DIGIT = range(4)
_BETWEEN_DIGITS = bytes((_DIGIT, _JOINING, _DIGIT))
_RUN = re.compile(r"[\x00-\x7f]?[^\x00-\x7f]+")


def _kind(character: str) -> int:
    if character in {".", ","}:
        return _JOINING
    if character.isdigit():
        return _DIGIT
    return _LETTER if character.isalpha() else _OTHER


_KINDS = bytes(_kind(chr(code)) for code in range(128)) + bytes(128)


Bounds = tuple[NDArray[np.intp], NDArray[np.intp]]
"""Where words start and end."""


def ascii_bounds(plain: str, count: int) -> Bounds | None:
    """Return the bounds of the words of an ASCII text without dotted initials.

    `count` says how many words it has; None where they cannot be told apart by neighbouring
    characters alone (`it's's`). A sixth of the time of looking for one word behind the other.
    """
    codes = b"\0" + plain.encode("ascii") + b"\0\0"
    translated = codes.translate(_KINDS)
    kinds = np.frombuffer(translated, np.uint8)
    inside = kinds >= _LETTER
    if _BETWEEN_DIGITS in translated:
        signs = np.flatnonzero(kinds == _JOINING)
        inside[signs[(kinds.take(signs - 1) == _DIGIT) & (kinds.take(signs + 1) == _DIGIT)]] = True
    edges = np.flatnonzero(inside[1:] != inside[:-1])
    starts, ends = edges[::2], edges[1::2]
    if len(starts) > count:
        kept = np.ones(len(starts), np.bool_)
        kept[starts.searchsorted(list(_possessives(plain)))] = False
        starts, ends = starts[kept], ends[kept]
    return (starts, ends) if len(starts) == count else None


def _possessives(plain: str) -> Iterator[int]:
    """Yield where the s of each possessive ending stands."""
    at = plain.find("'s")
    while at >= 0:
        if plain[at - 1 : at].isalnum() and not plain[at + 2 : at + 3].isalnum():
            yield at + 1
        at = plain.find("'s", at + 2)


class Composed:
    """A text in NFKC with the place in the original of each of its characters.

    Character `i` of `text` comes from `original[starts[i]:ends[i]]`.
    """

    __slots__ = ("ends", "starts", "text")

    def __init__(self, original: str) -> None:
        self.starts = array("I")
        self.ends = array("I")
        parts = []
        done = 0
        for found in _RUN.finditer(original):
            start, end = found.span()
            run = found.group()
            if unicodedata.is_normalized("NFKC", run):
                continue
            parts.append(self._unchanged(original, done, start))
            parts += self._clusters(run, start)
            done = end
        parts.append(self._unchanged(original, done, len(original)))
        self.text = "".join(parts)

    def _unchanged(self, original: str, start: int, end: int) -> str:
        self.starts.extend(range(start, end))
        self.ends.extend(range(start + 1, end + 1))
        return original[start:end]

    def _clusters(self, run: str, offset: int) -> list[str]:
        parts = []
        start = 0
        for end in range(1, len(run) + 1):
            if end < len(run) and _joins(run[end]):
                continue
            part = unicodedata.normalize("NFKC", run[start:end])
            self.starts.extend([offset + start] * len(part))
            self.ends.extend([offset + end] * len(part))
            parts.append(part)
            start = end
        return parts


def _joins(character: str) -> bool:
    """Whether NFKC may change this character together with the one before it.

    Marks, the vowels and finals of Hangul (also in their compatibility and half-width forms), and
    the half-width voicing marks of Katakana.
    """
    return (
        unicodedata.category(character)[0] == "M"
        or "\u1160" <= character <= "\u11ff"
        or "\u3131" <= character <= "\u318e"
        or "\uff9e" <= character <= "\uffdc"
    )
