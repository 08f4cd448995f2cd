"""Words of a text, with their places in it.

The Unicode word boundaries (UAX #29) with the tailoring of docs/rules.md: hyphen, slash,
underscore, apostrophe, colon and a dot between letters divide; `.` and `,` inside digits do not;
dotted initials are one word; a possessive ending is none. Each character of a script written
without spaces is a word.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from functools import cache

import numpy as np
from numpy.typing import NDArray

from monitor.text.blanked import Bounds, blanked, bounds, read, undotted
from monitor.text.characters import BEYOND_EUROPEAN, EUROPEAN, aligned
from monitor.text.fold import IGNORABLE, fold, visible
from monitor.text.offsets import Composed

_BREAK = re.compile(r"\n[^\S\n]*\n\s*")

# Dotted initials are only looked for where a dot stands directly before a letter: trying them at
# every word would cost a third more.
_DOT_BEFORE_LETTER = re.compile(r"\.[^\W\d_]")

_UNSPACED = (
    "\u0e01-\u0e3a\u0e40-\u0e4e"  # Thai, without its digits
    "\u0e81-\u0ebd\u0ec0-\u0ece\u0edc-\u0edf"  # Lao
    "\u1780-\u17d3\u17d7\u17dc"  # Khmer
    "\u1000-\u103f\u1050-\u108f\u109a-\u109f\ua9e0-\ua9ef\ua9fa-\ua9fe\uaa60-\uaa7f"  # Myanmar
    "\u3005-\u3007\u3021-\u3029\u3038-\u303c\u3041-\u309f\u30a0-\u30ff\u3105-\u312f\u31a0-\u31bf"
    "\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"  # Kana, Bopomofo, Han
    "\U0001aff0-\U0001b16f\U00020000-\U0003ffff"  # their later additions
)
"""Scripts written without spaces, as the inside of a set."""

_UNSPACED_WORD = re.compile(f"[{_UNSPACED}]")


def is_unspaced(word: str) -> bool:
    """Tell whether a word is one character of a script written without spaces."""
    return _UNSPACED_WORD.match(word) is not None


def _keep(version: tuple[int, ...]) -> str:
    """Return what makes a group possessive, a fifth quicker, where Python takes it rightly."""
    return "+" if version >= (3, 11, 5) else ""


_KEEP = _keep(sys.version_info[:3])


class Tokens:
    """The words of one text: folded, as written, and where they stand.

    `words` are folded; `paragraphs` holds, for each paragraph that is not blank, the index of its
    first word (one without words has the index of the next word). All is worked out when first
    asked for; equal results are the only effect of two threads that ask at once.
    """

    __slots__ = (
        "_bounds",
        "_ends",
        "_found",
        "_kept",
        "_paragraphs",
        "_starts",
        "_views",
        "_words",
        "blanked",
        "text",
    )

    def __init__(self, text: str, blanked: bytes | None) -> None:
        self.text = text
        self.blanked = blanked
        """The text with nothing but its words (see `blanked`), if it has such a form."""
        self._words: list[str] | None = None
        self._paragraphs: tuple[int, ...] | None = None
        self._kept: list[str] | None = None
        self._bounds: Bounds | None = None
        self._found: tuple[NDArray[np.intp], NDArray[np.intp], int] | None = None
        self._starts: list[int] | None = None
        self._ends: list[int] | None = None
        self._views: tuple[memoryview, memoryview] | None = None

    def __len__(self) -> int:
        if self._found is not None:
            return len(self._found[0])
        return len(self.words if self.blanked is None else self.located()[0])

    @property
    def words(self) -> list[str]:
        """The words, folded."""
        if self._words is None:
            if self.blanked is None:
                self._words, self._paragraphs = _divided(self.text)
            else:
                self._words = read(self.blanked).split()
                if b"." in self.blanked:
                    self._words = [_joined(word) for word in self._words]
        return self._words

    @property
    def paragraphs(self) -> tuple[int, ...]:
        """The index of the first word of each paragraph."""
        if self._paragraphs is None:
            if self.blanked is None:
                self._words, self._paragraphs = _divided(self.text)
            elif "\n" not in self.text:
                self._paragraphs = (0,)
            else:
                places = self.located()[0]
                begin = [start for start, _ in _paragraphs(aligned(self.text))]
                self._paragraphs = tuple(places.searchsorted(begin).tolist()) or (0,)
        return self._paragraphs

    @property
    def kept(self) -> list[str]:
        """The words in NFKC with their letter case and accents."""
        if self._kept is None:
            if self.blanked is None:
                plain, expression = _prepare(aligned(self.text))
                found = expression.findall(plain)
            else:
                bounds = zip(self.starts, self.ends, strict=True)
                text = aligned(self.text)
                if not text.isascii():
                    text = unicodedata.normalize("NFKC", text)  # one for one, as the form has it
                found = [text[start:end] for start, end in bounds]
            self._kept = [_joined(word) for word in found]
        return self._kept

    @property
    def starts(self) -> list[int]:
        """Where each word starts in `text`."""
        if self._starts is None:
            self._starts = self.located()[0].tolist()
        return self._starts

    @property
    def ends(self) -> list[int]:
        """Where each word ends in `text` (exclusive), without a possessive ending."""
        if self._ends is None:
            self._ends = self.located()[1].tolist()
        return self._ends

    @property
    def paragraph_ends(self) -> tuple[int, ...]:
        """Where each paragraph ends in `text` (exclusive): the offset of the break after it."""
        bounds = [0]
        for found in _BREAK.finditer(self.text):
            bounds += found.span()
        bounds.append(len(self.text))
        spans = zip(bounds[::2], bounds[1::2], strict=True)
        return tuple(end for start, end in spans if self.text[start:end].strip())

    def paragraph(self, word: int) -> int:
        """Return the number (from 0) of the paragraph of the word with this index."""
        return bisect_right(self.paragraphs, word) - 1

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Return where in `text` the word with one index starts, and that with another ends."""
        if self._views is None:
            bounds = self.located()
            self._views = bounds[0].data, bounds[1].data
        starts, ends = self._views
        return starts[first], ends[last]

    def located(self) -> Bounds:
        """Return where each word starts and ends."""
        if self._bounds is None:
            if self._found is not None:
                starts, ends, begin = self._found
                self._bounds = starts - begin, ends - begin
            else:
                self._bounds = self._searched() if self.blanked is None else bounds(self.blanked)
        return self._bounds

    def locate(self, starts: NDArray[np.intp], ends: NDArray[np.intp], begin: int) -> None:
        """Take where words start and end in blanked texts of which this one begins at `begin`."""
        self._found = starts, ends, begin

    def _searched(self) -> Bounds:
        plain_text = aligned(self.text)
        plain, expression = _prepare(plain_text)
        spans = [found.span(1) for found in expression.finditer(plain)]
        starts = [start for start, _ in spans]
        ends = [end for _, end in spans]
        if plain != plain_text:
            composed = Composed(plain_text)
            starts = [composed.starts[start] for start in starts]
            ends = [composed.ends[end - 1] for end in ends]
        return np.array(starts, np.intp), np.array(ends, np.intp)


def tokenize(text: str) -> Tokens:
    """Divide a text into words. Linear in the text's length."""
    return Tokens(text, blanked(aligned(text)))


def _divided(text: str) -> tuple[list[str], tuple[int, ...]]:
    """Return the folded words of a text, and the first one of each paragraph."""
    plain, expression = _prepare(aligned(text))
    raw: list[str] = []
    paragraphs = []
    for start, end in _paragraphs(plain):
        paragraphs.append(len(raw))
        raw += expression.findall(plain, start, end)
    return list(map(_folded_raw.__getitem__, raw)), tuple(paragraphs) or (0,)


def _paragraphs(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each paragraph that is not blank starts and ends."""
    start = len(text) - len(text.lstrip())
    for found in _BREAK.finditer(text, start):
        end, following = found.span()
        yield start, end
        start = following
    if start < len(text):
        yield start, len(text)


def _prepare(text: str) -> tuple[str, re.Pattern[str]]:
    """Return an aligned text as it is divided, and the expression that finds its words."""
    plain = unicodedata.normalize("NFKC", text)
    expressions = _unicode_words() if BEYOND_EUROPEAN.search(plain) else _european_words()
    return plain, expressions[_DOT_BEFORE_LETTER.search(plain) is not None]


@cache
def _european_words() -> tuple[re.Pattern[str], re.Pattern[str]]:
    return _expressions(f"[{EUROPEAN}]", rf"(?!\d)[{EUROPEAN}]")


@cache
def _unicode_words() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Build the expressions for any text: about 10 ms, so only when a text asks for it."""
    letter = rf"[^\W\d_{_UNSPACED}]"
    rest = f"[{_marks()}{IGNORABLE}]"
    inside = (
        rf"|[·‧](?<={letter}.)(?={letter})"  # Catalan
        r"|[\"״](?<=[א-ת].)(?=[א-ת])"  # Hebrew acronyms
        r"|⁄(?<=\d.)(?=\d)"  # what NFKC makes of ½
    )
    return _expressions(
        rf"[^\W_{_UNSPACED}]", letter, rest=rest, inside=inside, other=f"|[{_UNSPACED}]{rest}*+"
    )


def _expressions(
    char: str,
    letter: str,
    *,
    rest: str = "",
    inside: str = "",
    other: str = "",
    keep: str = _KEEP,
) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return two expressions whose first group is a word: without and with dotted initials.

    `char` fits a letter or digit, `letter` a letter, `rest` what may follow one inside its word;
    `inside` are further signs that do not divide, `other` further words.
    """
    # What follows a group may always be left out: nothing is gone back over, possessive or not.
    run = f"{char}++(?:{rest}++{char}*+)*{keep}" if rest else f"{char}++"
    single = f"{letter}{rest}*+(?!{char})" if rest else f"{letter}(?!{char})"
    end = f"{char}|{rest}" if rest else char
    word = rf"{run}(?:(?:[.,](?<=\d.)(?=\d){inside}){run})*{keep}"
    initials = rf"{single}(?:\.{single})+{keep}"
    return (
        re.compile(rf"({word}{other})(?:\.?'[sS](?!{end}))?{keep}"),
        re.compile(rf"({initials}|{word}{other})(?:\.?'[sS](?!{end}))?{keep}"),
    )


def _marks() -> str:
    """Return the combining marks of Unicode as the inside of a set.

    Ranges are joined over what is a letter or not assigned: fewer ranges are quicker, and a letter
    may follow a letter anyway.
    """
    ranges: list[list[int]] = []
    joinable = False
    # From U+20000 on there are only ideographs and variation selectors (IGNORABLE).
    for code in range(0x300, 0x20000):
        kind = unicodedata.category(chr(code))
        if kind[0] == "M":
            if joinable:
                ranges[-1][1] = code
            else:
                ranges.append([code, code])
            joinable = True
        elif not (kind in {"Ll", "Lu", "Lt", "Cn"} or (kind == "Lo" and code > 0xFFFF)):
            joinable = False
    return "".join(f"{chr(first)}-{chr(last)}" for first, last in ranges)


def _joined(raw: str) -> str:
    """Return a found word without the dots of initials, Hebrew quotes and invisible characters."""
    if not raw.isascii():
        raw = visible(raw).replace('"', "").replace("״", "")
    return undotted(raw)


class _FoldedRaw(dict[str, str]):
    """The folded form of words as found; bounded, since hostile text has endless new words."""

    def __missing__(self, raw: str) -> str:
        word = fold(_joined(raw))
        if len(raw) <= 64:
            if len(self) >= 100_000:
                self.clear()
            self[raw] = word
        return word


_folded_raw = _FoldedRaw()
