"""Why it matched: the passages of an article that the evidence stands in, as pieces of text."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from monitor.model.hit import Evidence
from monitor.notify.cleaning import one_line

MOST_PASSAGES = 3
CONTEXT = 90
"""Characters of context on each side of what matched."""
NEAR = 60
"""Passages with at most so many characters between them become one."""
LONGEST = 420
"""Characters of one passage; a longer stretch of evidence is continued in the next."""
_LEAD = 240
_PARAGRAPH = "\n\n"
_WORD_EDGE = 30
"""How far a cut may move to fall between two words."""

_Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that matched (`marked`) or stands around what did; cleaned, one line."""

    text: str
    marked: bool


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of an article; `before` and `after` say whether the paragraph goes on there."""

    pieces: tuple[Piece, ...]
    before: bool = False
    after: bool = False

    @property
    def text(self) -> str:
        """The passage without marks."""
        return "".join(piece.text for piece in self.pieces)


def highlighted(text: str, evidence: Iterable[Evidence], field: str) -> Passage:
    """Return the whole of a short text, such as a title, with what matched marked."""
    spans = _joined(_spans(text, evidence, field))
    return Passage(_pieces(text, 0, len(text), spans))


def passages(
    body: str,
    evidence: Sequence[Evidence],
    most: int = MOST_PASSAGES,
    context: int = CONTEXT,
    title: str = "",
) -> tuple[Passage, ...]:
    """Return the passages of a body that show best why it matched, in their order, at most `most`.

    Each is chosen for the parts of the query that neither the title's evidence nor the ones
    before it show. One that adds nothing is shown only if it shows more than half of them, or
    there is no other; one that `title` repeats is not shown at all. A passage stays within its
    paragraph. Evidence that does not stand in the body as it says (the
    article has changed since) does not count. Without any, the body's beginning is the passage.
    """
    spans = _spans(body, evidence, "body")
    if not spans:
        return _lead(body, title) if most else ()
    groups = _groups(_joined(spans), body, context)
    queries = _queries(groups, evidence)
    shown = {found.query for found in evidence if found.field == "title"}
    parts = len(shown.union(*queries))
    left = list(range(len(groups)))
    chosen: dict[int, Passage] = {}
    while left and len(chosen) < most:
        worth = {one: (len(queries[one] - shown), len(queries[one]), -one) for one in left}
        best = max(left, key=worth.__getitem__)
        left.remove(best)
        if chosen and not queries[best] - shown and 2 * len(queries[best]) <= parts:
            break
        passage = _around(groups[best], body, context)
        if passage.text not in title:
            chosen[best] = passage
        shown |= queries[best]
    return tuple(chosen[index] for index in sorted(chosen))


def _around(spans: list[_Span], body: str, context: int) -> Passage:
    """Return the stretch around neighbouring spans, cut between words."""
    first, last = spans[0][0], spans[-1][1]
    low = body.rfind(_PARAGRAPH, 0, first)
    low = 0 if low < 0 else low + len(_PARAGRAPH)
    high = body.find(_PARAGRAPH, last)
    high = len(body) if high < 0 else high
    start = _word_start(body, max(low, first - context), low, first)
    end = _word_end(body, min(high, last + context), last, high)
    return Passage(_pieces(body, start, end, spans), before=start > low, after=end < high)


def _spans(text: str, evidence: Iterable[Evidence], field: str) -> list[_Span]:
    return [
        (found.start, found.end)
        for found in evidence
        if found.field == field
        and 0 <= found.start < found.end <= len(text)
        and text[found.start : found.end] == found.text
    ]


def _joined(spans: list[_Span]) -> list[_Span]:
    """Return the spans sorted, those that touch or overlap made one."""
    joined: list[_Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _groups(spans: list[_Span], body: str, context: int) -> list[list[_Span]]:
    groups: list[list[_Span]] = []
    for span in spans:
        if groups:
            group = groups[-1]
            gap = span[0] - group[-1][1]
            fits = span[1] - group[0][0] <= LONGEST
            if (
                gap <= 2 * context + NEAR
                and fits
                and _PARAGRAPH not in body[group[-1][1] : span[0]]
            ):
                group.append(span)
                continue
        groups.append([span])
    return groups


def _queries(groups: Sequence[list[_Span]], evidence: Iterable[Evidence]) -> list[set[str]]:
    """Return which parts of the query each group of spans shows."""
    queries: list[set[str]] = [set() for _ in groups]
    starts = [group[0][0] for group in groups]
    for found in evidence:
        index = bisect_right(starts, found.start) - 1
        if found.field == "body" and index >= 0 and found.end <= groups[index][-1][1]:
            queries[index].add(found.query)
    return queries


def _lead(body: str, title: str) -> tuple[Passage, ...]:
    paragraph = body.split(_PARAGRAPH, 1)[0]
    text = one_line(paragraph, _LEAD)
    return () if text in title else (Passage((Piece(text, marked=False),)),)


def _word_start(body: str, cut: int, low: int, first: int) -> int:
    if cut <= low:
        return low
    found = re.compile(r"\s").search(body, cut - 1, min(cut + _WORD_EDGE, first))
    return found.end() if found else cut


def _word_end(body: str, cut: int, last: int, high: int) -> int:
    if cut >= high:
        return high
    edge = max(cut - _WORD_EDGE, last)
    for index in range(cut, edge - 1, -1):
        if body[index].isspace():
            return index
    return cut


def _pieces(text: str, start: int, end: int, spans: Iterable[_Span]) -> tuple[Piece, ...]:
    """Cut a stretch into marked and other pieces; blanks between them stay where they were."""
    pieces: list[Piece] = []
    position = start
    for low, high in spans:
        pieces.append(Piece(_inner(text[position:low]), marked=False))
        pieces.append(Piece(_inner(text[low:high]), marked=True))
        position = high
    pieces.append(Piece(_inner(text[position:end]), marked=False))
    return _trimmed([piece for piece in pieces if piece.text])


def _inner(text: str) -> str:
    """Return one line that keeps a blank at its ends."""
    line = one_line(text)
    if not line:
        return " " if text and any(char.isspace() for char in text) else ""
    return (" " if text[0].isspace() else "") + line + (" " if text[-1].isspace() else "")


def _trimmed(pieces: list[Piece]) -> tuple[Piece, ...]:
    while pieces and not pieces[0].text.strip():
        pieces.pop(0)
    while pieces and not pieces[-1].text.strip():
        pieces.pop()
    if pieces:
        pieces[0] = replace(pieces[0], text=pieces[0].text.lstrip())
        pieces[-1] = replace(pieces[-1], text=pieces[-1].text.rstrip())
    return tuple(pieces)
