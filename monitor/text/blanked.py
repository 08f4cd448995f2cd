"""Words of ASCII text without any search for them: all that is no word is made blank.

A third of the time of an expression that finds one word behind the other, and it tells where they
stand as well.
"""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

Bounds = tuple[NDArray[np.intp], NDArray[np.intp]]
"""Where words start and end."""

_BLANK, _DOT = b" ."
_WORDS = bytes(
    ord(sign.lower()) if (sign := chr(code)).isalnum() else _BLANK for code in range(128)
) + bytes(128)
_NUMBERS = bytes(
    ord("0") if (sign := chr(code)).isdigit() else ord(".") if sign in ".," else 0
    for code in range(256)
)
"""Digits are all alike, and so are the signs that may stand between them."""
_JOINED = b"0.0"
_DOT_BEFORE_LETTER = re.compile(rb"\.(?=[A-Za-z])")


def blanked(plain: str) -> bytes:
    """Return an ASCII text in lower case with blanks for all that is no part of a word.

    It has a blank more at either end than the text, so that each word is between blanks: the
    character `i` of the text is `i + 1` here. Numbers keep their dots and commas, initials the
    dots between them.
    """
    codes = plain.encode("ascii")
    words = bytearray(codes.translate(_WORDS))
    if b"'" in codes:
        _drop_possessives(codes, words)
    numbers = codes.translate(_NUMBERS)
    at = numbers.find(_JOINED)
    while at >= 0:
        words[at + 1] = codes[at + 1]
        at = numbers.find(_JOINED, at + 2)
    for found in _DOT_BEFORE_LETTER.finditer(codes):
        at = found.start()
        if _single(codes, words, at - 1) and _single(codes, words, at + 1):
            words[at] = _DOT
    return b" %b " % bytes(words)


def _drop_possessives(codes: bytes, words: bytearray) -> None:
    at = codes.find(b"'")
    while at >= 0:
        if codes[at + 1 : at + 2] in _ENDINGS and not codes[at + 2 : at + 3].isalnum():
            last = at - 2 if codes[at - 1 : at] == b"." else at - 1
            if last >= 0 and words[last] != _BLANK:
                words[at + 1] = _BLANK
        at = codes.find(b"'", at + 1)


_ENDINGS = (b"s", b"S")


def _single(codes: bytes, words: bytearray, at: int) -> bool:
    """Whether a word is this one letter."""
    return (
        at >= 0
        and codes[at : at + 1].isalpha()
        and words[at] != _BLANK
        and not codes[at + 1 : at + 2].isalnum()
        and not (at and codes[at - 1 : at].isalnum())
    )


def bounds(blank: bytes) -> Bounds:
    """Return where in the text each word of a blanked text starts and ends."""
    inside = np.frombuffer(blank, np.uint8) != _BLANK
    edges = (inside[1:] != inside[:-1]).nonzero()[0]
    return edges[::2], edges[1::2]


def word_of(blank: bytes) -> str:
    """Return a word of a blanked text as folded: initials without their dots."""
    word = blank.decode("ascii")
    if "." in word and not any(map(str.isdigit, word)):
        return word.replace(".", "")
    return word
