"""Phrases of a text that could stand in a rule's `none:`, in any script."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from monitor.errors import InvalidQuery, Location
from monitor.model.condition import Condition
from monitor.query import parse
from monitor.text import Tokens, is_unspaced, tokenize

_LONGEST = 3
"""Words of a phrase; of one with a short word at an end, two more."""
_UNSPACED_MORE = 4
"""Characters beside what matched, or two, in scripts without spaces."""
_MOST_UNSPACED = 30
_LETTERS = 4
"""An end of a phrase has as many letters, so that it is no word like of, the, was."""
_LETTERS_OF = {
    **dict.fromkeys(("ARABIC", "HEBREW", "SYRIAC"), 3),
    **dict.fromkeys(
        (
            "HANGUL", "ETHIOPIC", "DEVANAGARI", "BENGALI", "GURMUKHI", "GUJARATI", "ORIYA",
            "TAMIL", "TELUGU", "KANNADA", "MALAYALAM", "SINHALA", "TIBETAN",
        ),
        2,
    ),
}  # fmt: skip
"""Where a letter is a syllable, or vowels are left out or are marks, words have fewer."""
_SMALL = frozenset(
    "the and for was are has had not but its his her our who that this with".split()  # noqa: SIM905 - one row
)
_PARTICLES = frozenset("的了是在和也就都而及与與或着著们們")
_IDEOGRAPHIC = frozenset({"CJK", "HIRAGANA", "KATAKANA"})
_MOST = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """A phrase, what it means as a query, and what tells it from others: less is better."""

    text: str
    condition: Condition
    weak: bool
    """Whether it begins or ends with a short word, or cuts what matched."""
    apart: bool
    """Whether it holds nothing of what matched: `curfew lifted` says more than `lifted`."""
    odd: int
    """How far its length is from the best."""


@dataclass(frozen=True, slots=True)
class _Matched:
    """The words of all that matched."""

    pieces: tuple[tuple[str, ...], ...]
    words: frozenset[str]
    longest: int

    @classmethod
    def of(cls, evidence: Collection[str]) -> _Matched:
        found = dict.fromkeys(tuple(tokenize(text).words) for text in evidence)
        found.pop((), None)
        words = frozenset(word for piece in found for word in piece)
        return cls(tuple(found), words, max(map(len, found), default=0))

    def inside(self, words: tuple[str, ...]) -> int:
        """Return how many words the longest piece has that these hold whole; 0 without one."""
        return max(
            (
                len(piece)
                for piece in self.pieces
                if piece[0] in words
                for at in range(len(words) - len(piece) + 1)
                if words[at : at + len(piece)] == piece
            ),
            default=0,
        )


def phrases(texts: Sequence[str], evidence: Collection[str]) -> list[Phrase]:
    """Return the phrases of texts that hold something beside the evidence, the best first.

    None crosses from one text to another. None of them begins or ends with a small word, and none
    gets a warning as a query. Of a long text there are some hundreds.
    """
    matched = _Matched.of(evidence)
    found: dict[str, tuple[bool, bool, int]] = {}
    for text in texts:
        tokens = tokenize(text)
        for first, last in _spans(tokens.words, matched.longest):
            phrase = _written(tokens, first, last)
            marks = _marks(tokens, first, last, matched)
            if marks is not None and (phrase not in found or marks < found[phrase]):
                found[phrase] = marks
    best = sorted(found, key=found.__getitem__)[:_MOST]
    read = ((text, condition_of(text)) for text in best)
    return [
        Phrase(text=text, condition=condition, weak=weak, apart=apart, odd=odd)
        for text, condition in read
        if condition is not None
        for weak, apart, odd in (found[text],)
    ]


def condition_of(phrase: str) -> Condition | None:
    """Return what a phrase means in `none:`; None if it is no query, or one that is warned of."""
    try:
        parsed = parse(phrase, at=lambda _offset: Location(""), lists={})
    except InvalidQuery:
        return None
    return None if parsed.warnings else parsed.condition


def _spans(words: Sequence[str], matched: int) -> Iterator[tuple[int, int]]:
    """Yield the first and last word of all phrases; `matched` words at most are evidence."""
    unspaced = min(max(matched, 2) + _UNSPACED_MORE, _MOST_UNSPACED)
    for first, word in enumerate(words):
        longest = unspaced if is_unspaced(word) else _LONGEST + 2
        for last in range(first, min(first + longest, len(words))):
            yield first, last


def _written(tokens: Tokens, first: int, last: int) -> str:
    """Return words as they are written: with spaces, or without where the script has none."""
    words = tokens.words
    parts = [words[first]]
    for at in range(first + 1, last + 1):
        glued = tokens.ends[at - 1] == tokens.starts[at]
        parts.append("" if glued and is_unspaced(words[at - 1]) else " ")
        parts.append(words[at])
    return "".join(parts)


def _marks(
    tokens: Tokens, first: int, last: int, matched: _Matched
) -> tuple[bool, bool, int] | None:
    """Return whether a phrase is weak, apart, and how odd; None if it is not usable."""
    words = tuple(tokens.words[first : last + 1])
    fresh = [word for word in words if word not in matched.words]
    ends = words[0], words[-1]
    if not fresh or not _SMALL.isdisjoint(ends):
        return None
    apart = len(fresh) == len(words)
    held = 0 if apart else matched.inside(words)
    cuts = not held and any(is_unspaced(word) for word in words if word in matched.words)
    if all(map(is_unspaced, words)):
        if len(words) < 2:
            return None
        broken = tokens.ends[last] - tokens.starts[first] > sum(map(len, words))
        weak = broken or cuts or any(map(_is_particle, ends))
        # Where characters are letters, as in Thai, a word has more of them.
        more = 1 if _script(words[0][0]) in _IDEOGRAPHIC else 3
        return weak, apart, abs(len(words) - (held or 2) - more)
    strong = not cuts and len(words) <= _LONGEST and all(_is_long(word, 0) for word in ends)
    if not strong and not (
        len(words) > 1
        and all(_is_long(word, 1) for word in ends)
        and any(_is_long(word, 1) and word not in _SMALL for word in fresh)
    ):
        return None
    return not strong, apart, abs(len(words) - 2)


def _is_particle(word: str) -> bool:
    return word in _PARTICLES or _script(word[0]) == "HIRAGANA"


def _is_long(word: str, fewer: int) -> bool:
    """Tell whether a word is made of letters alone, and of enough of them less so many."""
    if is_unspaced(word):
        return not _is_particle(word)
    kinds = [unicodedata.category(character)[0] for character in word]
    if not set(kinds) <= {"L", "M"}:
        return False
    letters = kinds.count("L")
    return letters >= max(2, _LETTERS_OF.get(_script(word[0]), _LETTERS) - fewer)


@cache
def _script(character: str) -> str:
    return unicodedata.name(character, "").partition(" ")[0]
