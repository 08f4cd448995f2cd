"""Phrases of a text that could stand in a rule's `none:`, in any script."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from monitor.errors import InvalidQuery, Location
from monitor.model.condition import Condition
from monitor.query import parse
from monitor.rules.telling import is_lettered
from monitor.rules.unspaced import begins_word, ends_word, is_ideographic, is_particle
from monitor.text import Tokens, is_unspaced, sentence_starts, tokenize

_LONGEST = 6
"""Words of a phrase."""
_UNSPACED_MORE = 8
"""Characters beside what matched, or two, in scripts without spaces."""
_MOST_UNSPACED = 30
_MOST = 500

# What a phrase is worth, in the weights of words: a rare one has 5.5.
_MATCHED, _PART = 6.0, 1.0
"""What matched tells what the article means by it, with a word beside it; a part of it less."""
_UNSPACED = 5.5
_LONGER, _CROSSED, _ELSEWHERE, _CUT = 0.8, 1.5, 1.5, 8.0
_TOO_SHORT, _TOO_LONG, _UNSURE = 1.0, 0.3, 1.0
_LITTLE, _LETTERS = 4.0, 4
"""A word that says nothing costs as much at an end, and has as many letters there: with it a phrase
may spare another hit."""
_JOINING = frozenset(" '’-")


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """A phrase, what it means as a query, and how much it tells of its article and no other."""

    text: str
    condition: Condition
    telling: float


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

    def inside(self, words: tuple[str, ...]) -> tuple[int, int]:
        """Return where the longest piece begins and ends that these hold whole; 0, 0 without."""
        return max(
            (
                (at, at + len(piece))
                for piece in self.pieces
                if piece[0] in words
                for at in range(len(words) - len(piece) + 1)
                if words[at : at + len(piece)] == piece
            ),
            key=lambda found: found[1] - found[0],
            default=(0, 0),
        )


def phrases(
    texts: Sequence[str], evidence: Collection[str], weights: Mapping[str, float]
) -> list[Phrase]:
    """Return the phrases of texts that hold something beside the evidence, the most telling first.

    `weights` has the words that say something (see `telling.weigh`): one of them beside what
    matched is in each phrase, and they are at its ends unless all such phrases cost other hits. A
    phrase lies in one sentence, and gets no warning as a query. Of a long text there are some
    hundreds.
    """
    matched = _Matched.of(evidence)
    found: dict[str, float] = {}
    for text in texts:
        tokens = tokenize(text)
        for begin, end in pairwise((*sentence_starts(tokens), len(tokens))):
            here = not matched.words.isdisjoint(tokens.words[begin:end])
            for first, last in _spans(tokens.words, begin, end, matched.longest):
                worth = _worth(tokens, first, last, matched, weights)
                if worth is not None:
                    phrase = _written(tokens, first, last)
                    worth -= 0 if here else _ELSEWHERE
                    found[phrase] = max(found.get(phrase, worth), worth)
    best = sorted(found, key=found.__getitem__, reverse=True)[:_MOST]
    read = ((text, condition_of(text)) for text in best)
    return [
        Phrase(text=text, condition=condition, telling=found[text])
        for text, condition in read
        if condition is not None
    ]


def condition_of(phrase: str) -> Condition | None:
    """Return what a phrase means in `none:`; None if it is no query, or one that is warned of."""
    try:
        parsed = parse(phrase, at=lambda _offset: Location(""), lists={})
    except InvalidQuery:
        return None
    return None if parsed.warnings else parsed.condition


def _spans(words: Sequence[str], begin: int, end: int, matched: int) -> Iterator[tuple[int, int]]:
    """Yield the first and last word of all phrases; `matched` words at most are evidence."""
    unspaced = min(max(matched, 2) + _UNSPACED_MORE, _MOST_UNSPACED)
    for first in range(begin, end):
        longest = unspaced if is_unspaced(words[first]) else _LONGEST
        for last in range(first, min(first + longest, end)):
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


def _worth(
    tokens: Tokens, first: int, last: int, matched: _Matched, weights: Mapping[str, float]
) -> float | None:
    """Return how telling a phrase is; None if it is not usable."""
    words = tuple(tokens.words[first : last + 1])
    if all(word in matched.words for word in words):
        return None
    if all(map(is_unspaced, words)):
        return _worth_unspaced(tokens, first, last, matched)
    ends = [_end(word, matched, weights) for word in (words[0], words[-1])]
    if None in ends:
        return None
    told = [
        _PART if is_unspaced(word) else weights[word]
        for word in dict.fromkeys(words)
        if word not in matched.words and (word in weights or is_unspaced(word))
    ]
    if not told:
        return None
    begin, end = matched.inside(words)
    touched = [word for word in words if word in matched.words]
    cut = _CUT if begin == end and any(map(is_unspaced, touched)) else 0.0
    if touched:
        told.append(_MATCHED if end else _PART)
    crossed = sum(
        not _JOINING.issuperset(tokens.text[tokens.ends[at] : tokens.starts[at + 1]])
        for at in range(first, last)
    )
    longer = max(0, len(words) - (end - begin + 1 if end else 2))
    return (
        sum(sorted(told)[-2:])
        - sum(cost for cost in ends if cost)
        - _LONGER * longer
        - _CROSSED * crossed
        - cut
    )


def _end(word: str, matched: _Matched, weights: Mapping[str, float]) -> float | None:
    """Return what a word costs at the begin or end of a phrase; None if it can stand at neither."""
    if is_unspaced(word):
        return None if is_particle(word) else 0.0
    if word in weights or (word in matched.words and is_lettered(word)):
        return 0.0
    return _LITTLE if is_lettered(word) and len(word) >= _LETTERS else None


def _worth_unspaced(tokens: Tokens, first: int, last: int, matched: _Matched) -> float | None:
    """Return how telling a phrase of characters without spaces between is.

    Without a dictionary its length has to vouch for it, and ends where words may well end.
    """
    words = tuple(tokens.words[first : last + 1])
    if len(words) < 2:
        return None
    begin, end = matched.inside(words)
    touched = any(word in matched.words for word in words)
    broken = tokens.ends[last] - tokens.starts[first] > sum(map(len, words))
    ends = (
        False if is_particle(words[0]) else begins_word(tokens, first),
        False if is_particle(words[-1]) else ends_word(tokens, last),
    )
    # What matched is a word, or begins or ends where one does.
    sure = (begin == 0 < end or ends[0], end == len(words) or ends[1])
    wanted = max(4, end - begin + 2) if is_ideographic(words[0]) else end - begin + 4
    return (
        _UNSPACED
        + (_MATCHED if end else 0.0)
        - (_CUT if broken or (touched and not end) or False in sure else 0.0)
        - _UNSURE * sure.count(None)
        - _TOO_SHORT * max(0, wanted - len(words))
        - _TOO_LONG * max(0, len(words) - wanted)
    )
