"""Words of most texts without any search for them: all that is no word is made blank.

A fifth of the time of an expression that finds one word behind the other; and it tells where they
stand as well. Letters are bytes of a code page of our own, which has room for folded Latin and
Cyrillic ones. A text with any other letter, or with signs that are not divided one by one, has no
such form.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from functools import cache
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from monitor.text.characters import BEYOND_EUROPEAN, EUROPEAN, aligned
from monitor.text.fold import fold

Bounds = tuple[NDArray[np.intp], NDArray[np.intp]]
"""Where words start and end."""

_BLANK, _DOT = b" ."
_NOT_HERE = 0xFF
"""Stands for a character that is not on the code page."""
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
_ENDINGS = (b"s", b"S")

_PAGES = (range(0x530), range(0x2010, 0x2060), range(0x20A0, 0x20C0), range(0x2190, 0x2C00))
"""Where there are characters that are not beyond European."""
_LETTER = re.compile(f"[{EUROPEAN}]")
_LATIN = "æðþœŋə"
"""The letters without accent that are no ASCII, but for rare ones."""
_CYRILLIC = "".join(map(chr, (*range(0x430, 0x460), *range(0x48A, 0x500))))
"""The same; those of old texts are left out for want of room."""


def blanked(text: str) -> bytes | None:
    """Return an aligned text as folded letters, with blanks for all that is no part of a word.

    It has a blank more at either end than the text, so that each word is between blanks: the
    character `i` of the text is `i + 1` here. Numbers keep their dots and commas, initials the
    dots between them. None if the text has no such form.
    """
    if text.isascii():
        codes = text.encode("ascii")
        return _blanked(codes, bytearray(codes.translate(_WORDS)))
    page = _code_page()
    characters = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), "<u2")
    words = page.words.take(characters).tobytes()
    if _NOT_HERE in words:
        return None
    return _blanked(page.signs.take(characters).tobytes(), bytearray(words))


def _blanked(codes: bytes, words: bytearray) -> bytes:
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


def _single(codes: bytes, words: bytearray, at: int) -> bool:
    """Whether a word is this one letter."""
    return (
        at >= 0
        and codes[at : at + 1].isalpha()
        and words[at] != _BLANK
        and not codes[at + 1 : at + 2].isalnum()
        and not (at and codes[at - 1 : at].isalnum())
    )


def word_of(blank: bytes) -> str:
    """Return a word of a blanked text as folded: initials without their dots."""
    return undotted(read(blank))


def undotted(word: str) -> str:
    """Return a word without the dots of initials; numbers keep theirs."""
    if "." in word and not any(map(str.isdigit, word)):
        return word.replace(".", "")
    return word


def read(blank: bytes) -> str:
    """Return a blanked text as characters."""
    if blank.isascii():
        return blank.decode("ascii")
    return codecs.charmap_decode(blank, "strict", _code_page().letters)[0]


def bounds(blank: bytes) -> Bounds:
    """Return where in the text each word of a blanked text starts and ends."""
    inside = np.frombuffer(blank, np.uint8) != _BLANK
    edges = (inside[1:] != inside[:-1]).nonzero()[0]
    return edges[::2], edges[1::2]


class _CodePage(NamedTuple):
    """For each character of the basic plane its letter, and which sign of ASCII it is like."""

    words: NDArray[np.uint8]
    signs: NDArray[np.uint8]
    letters: str
    """The letter of each byte."""


@cache
def _code_page() -> _CodePage:
    """Build the code page: about 20 ms, so only when a text asks for it."""
    words = np.full(0x10000, _NOT_HERE, np.uint8)
    signs = np.full(0x10000, _BLANK, np.uint8)
    own = sorted({fold(letter) for letter in _LATIN + _CYRILLIC})
    letters = "".join(map(chr, range(128))) + "".join(own)
    codes = {letter: code for code, letter in enumerate(letters)}
    for code in chain.from_iterable(_PAGES):
        plain = aligned(chr(code))
        composed = unicodedata.normalize("NFKC", plain)
        if BEYOND_EUROPEAN.search(plain) or len(composed) > 1:
            continue
        if not _LETTER.fullmatch(composed):
            words[code] = _BLANK
        else:
            words[code] = codes.get(fold(composed), _NOT_HERE)
        if composed.isascii():
            signs[code] = ord(composed)
        elif _LETTER.fullmatch(composed):
            signs[code] = ord("a")
    return _CodePage(words, signs, letters.ljust(_NOT_HERE, "\ufffe"))
