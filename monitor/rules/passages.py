"""Passages of an article that may stand for it: the smallest first, the whole of it last."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from monitor.model.article import Article
from monitor.model.hit import Evidence
from monitor.text import Tokens, sentence_starts, tokenize

LONGEST = 20_000
"""Characters of a passage; longer ones are left out."""
_ENOUGH = 400
"""Characters; what is longer is tried shortened first."""
_PLACES = 20
"""Sentences with evidence that passages begin and end with, beside the last one."""
_BREAK = re.compile(r"\n[^\S\n]*\n\s*")
_SPACE = re.compile(r"\s+")

_Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Passage:
    """A part of an article; `text` or `title` may be empty, not both."""

    title: str
    text: str


def passages(article: Article, evidence: Sequence[Evidence]) -> Iterator[Passage]:
    """Yield passages around the evidence, each once.

    Single sentences come first, then the title where it holds evidence or there is none, then
    several sentences, then these with the title, then all. Long ones are tried shortened, between
    words; what is longer than LONGEST is left out. White space is one space, and a blank line
    between paragraphs; only the very last has the text as it is.
    """
    title = " ".join(article.title.split())
    in_title = not evidence or any(found.field == "title" for found in evidence)
    texts = list(_texts(article.body, [found for found in evidence if found.field == "body"]))
    single = [Passage("", text) for text, count in texts if count == 1]
    several = [Passage("", text) for text, count in texts if count > 1]
    titles = [Passage("", title), Passage(title, "")] if in_title else []
    whole = _joined(article.body)
    yield from dict.fromkeys(
        passage
        for passage in (
            *single,
            *titles,
            *several,
            *(Passage(title, text) for text, _ in texts),
            Passage("", whole),
            Passage(title, whole),
            Passage(title, article.body),
        )
        if (passage.title or passage.text.strip())
        and len(passage.title) + len(passage.text) <= LONGEST
    )


def _texts(body: str, evidence: Sequence[Evidence]) -> Iterator[tuple[str, int]]:
    """Yield spans of sentences that begin and end with evidence, fewest sentences first."""
    tokens = tokenize(body)
    starts = [tokens.starts[first] for first in sentence_starts(tokens)] if len(tokens) else [0]
    starts[0] = 0
    bounds = [*starts, len(body)]
    held = sorted({_sentences(bounds, found) for found in evidence})
    places = list(dict.fromkeys((*held[:_PLACES], *held[-1:])))
    spans = {
        (first, max(last, to))
        for number, (first, last) in enumerate(places)
        for _, to in places[number:]
    }
    for first, last in sorted(spans, key=lambda span: (span[1] - span[0], span)):
        span = bounds[first], bounds[last + 1]
        inside = [
            (it.start, it.end) for it in evidence if span[0] <= it.start and it.end <= span[1]
        ]
        count = last - first + 1
        for begin, end in (*_shortened(tokens, span, inside), span):
            if end - begin > LONGEST:  # not even looked at: there may be two hundred of a megabyte
                continue
            yield _joined(body[begin:end]), count


def _sentences(bounds: Sequence[int], found: Evidence) -> _Span:
    """Return the numbers of the sentences that evidence begins and ends in."""
    most = len(bounds) - 2
    first = min(bisect_right(bounds, found.start) - 1, most)
    return first, max(first, min(bisect_right(bounds, found.end - 1) - 1, most))


def _shortened(tokens: Tokens, span: _Span, inside: Sequence[_Span]) -> Iterator[_Span]:
    """Yield shorter spans: around all evidence inside if that is possible, and around the first."""
    begin, end = span
    if end - begin <= _ENOUGH:
        return
    whole = min(start for start, _ in inside), max(stop for _, stop in inside)
    for start, stop in dict.fromkeys((whole, inside[0])):
        if stop - start < _ENOUGH:
            low = max(begin, start - (_ENOUGH - (stop - start)) // 2)
            high = min(end, low + _ENOUGH)
            low = max(begin, high - _ENOUGH)
            yield (
                _from_word(tokens, low, start) if low > begin else low,
                (_to_word(tokens, high, stop) if high < end else high),
            )


def _from_word(tokens: Tokens, low: int, start: int) -> int:
    """Return where the first whole word from `low` begins: behind a space, where there is one."""
    space = _SPACE.search(tokens.text, low, start)
    if space is not None:
        return space.end()
    return min(start, next(at for at in (*tokens.starts, start) if low <= at))


def _to_word(tokens: Tokens, high: int, stop: int) -> int:
    """Return where the last whole word until `high` ends: before a space, where there is one."""
    spaces = list(_SPACE.finditer(tokens.text, stop, high))
    if spaces:
        return spaces[-1].start()
    return max(stop, *(at for at in tokens.ends if at <= high))


def _joined(text: str) -> str:
    return "\n\n".join(filter(None, (" ".join(part.split()) for part in _BREAK.split(text))))
