"""Folding: the form of a word in which two spellings of it are equal."""

from __future__ import annotations

import re
import unicodedata

IGNORABLE = (
    "\u00ad\u034f\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff"
)
"""Characters that are not seen (soft hyphen, zero-width, bidi marks, variation selectors), as the
inside of a regular expression's set; Unicode's Default_Ignorable_Code_Point without the fillers."""

_IGNORABLES = re.compile(f"[{IGNORABLE}]+")
_LATIN = (
    "A-Za-z\u00aa-\u02af\u1d00-\u1d25\u1d2c-\u1d65\u1d6b-\u1d77\u1d79-\u1dbf"
    "\u1e00-\u1eff\u2c60-\u2c7f\ua722-\ua7ff\uab30-\uab64"
)
_ACCENTS = "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff"
_ACCENTED_LATIN = re.compile(f"([{_LATIN}])[{_ACCENTS}]+")
_ACCENTED_CYRILLIC = re.compile(f"([\u0400-\u052f])([{_ACCENTS}]+)")
_LETTER_MARKS = {"е": "\u0300", "и": "\u0300", "г": "\u0301", "к": "\u0301"}
"""Marks that make another letter (ѐ, ѝ, ѓ, ќ) where they are stress anywhere else."""
_WITHOUT_STROKE = str.maketrans("đħıłøŧƀƶɨɍ", "dhilotbzir")
_LONGEST_CACHED = 64
_MOST_CACHED = 100_000


def fold(word: str) -> str:
    """Return the form that is compared: NFKC, case-folded, without Latin accents, `ё` as `е`.

    Strokes count as accents (`Łódź` is `lodz`), and so does the missing dot of `ı`. Letters of
    other scripts stay (`й` is not `и`); only the stress mark that dictionaries put on Cyrillic
    vowels goes. Invisible characters are removed. Folding twice changes nothing.
    """
    if word.isascii():
        return word.lower()
    return folded[word]


def _fold(word: str) -> str:
    text = unicodedata.normalize("NFKC", _IGNORABLES.sub("", word))
    text = unicodedata.normalize("NFKC", text.casefold())
    text = unicodedata.normalize("NFD", text)
    text = _IGNORABLES.sub("", _ACCENTED_LATIN.sub(r"\1", text)).translate(_WITHOUT_STROKE)
    text = _ACCENTED_CYRILLIC.sub(_without_stress, text)
    return unicodedata.normalize("NFC", text)


def _without_stress(found: re.Match[str]) -> str:
    letter, marks = found.groups()
    for mark in "\u0300\u0301":
        if mark != _LETTER_MARKS.get(letter):
            marks = marks.replace(mark, "")
    return letter + (marks.replace("\u0308", "") if letter == "е" else marks)


class _Folded(dict[str, str]):
    """The folded form of words met before; bounded, since hostile text has endless new words."""

    def __missing__(self, word: str) -> str:
        result = word.lower() if word.isascii() else _fold(word)
        if len(word) <= _LONGEST_CACHED:
            if len(self) >= _MOST_CACHED:
                self.clear()
            self[word] = result
        return result


folded = _Folded()
"""`folded[word]` is `fold(word)`, for mapping over many words."""


def visible(word: str) -> str:
    """Return the word without its invisible characters (soft hyphens, zero-width)."""
    return word if word.isascii() else _IGNORABLES.sub("", word)
