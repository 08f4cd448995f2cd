"""An article as rules look at it: worked out once, and only what is asked for."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Hashable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from monitor.matching.atoms import Atom
from monitor.matching.intervals import Interval
from monitor.matching.terms import primary
from monitor.matching.vocabulary import NOTHING, Code
from monitor.model.article import Article
from monitor.model.condition import Field, Unit
from monitor.model.hit import Evidence
from monitor.text import FoundNumber, Tokens, capital_paragraphs, find_numbers, sentence_starts

Scope = int
"""Which part of an article counts: TITLE, and at most one of LEAD_BODY and BODY."""
TITLE, LEAD_BODY, BODY = 1, 2, 4
WHOLE: Scope = TITLE | BODY

Span = tuple[bool, int, int]
"""Whether it is in the body, and the characters from start to end."""
Proofs = set[Evidence]


_FEW = 4
"""Words that are looked for one by one; for more, all are put in order."""
_BITS = 32
_PLACE = (1 << _BITS) - 1
"""What of a number is a word's place; above it stands the word's code."""


def in_order(proofs: Proofs) -> tuple[Evidence, ...]:
    """Return evidence by place, the title's first."""
    if len(proofs) < 2:
        return tuple(proofs)
    found = sorted(proofs)
    if found[-1].field == "body" or found[0].field == "title":
        return tuple(found)
    titles = [each for each in found if each.field == "title"]
    return (*titles, *found[: -len(titles)])


def narrowed(scope: Scope, field: Field) -> Scope:
    """Return what is left of a scope within a field."""
    if field is Field.TITLE:
        return scope & TITLE
    if field is Field.BODY:
        return scope & (LEAD_BODY | BODY)
    return (scope & TITLE) | (LEAD_BODY if scope & (LEAD_BODY | BODY) else 0)


class Reading:
    """The words of the title, then those of the body, numbered through; and what stands where.

    Everything beyond the words is worked out when first asked for. One reading belongs to one
    call; it is not shared between threads.
    """

    __slots__ = (
        "_codes",
        "_codes_of",
        "_host",
        "_loud",
        "_ordered",
        "_paragraphs",
        "_positions",
        "_runs",
        "_together",
        "article",
        "body",
        "found",
        "lang",
        "present",
        "split",
        "title",
    )

    def __init__(
        self,
        article: Article,
        fields: tuple[Tokens, Tokens],
        codes: NDArray[np.intp],
        together: Mapping[Code, tuple[Atom, ...]],
    ) -> None:
        self.article = article
        self.title, self.body = fields
        self.split = len(self.title)
        self.lang = primary(article.lang)
        self.found: dict[Hashable, Any] = {}
        """What leaves and nodes have worked out on this article, by themselves."""
        self.present = b""
        """For each atom whether the words and phrases of the article have it (1) or not (0)."""
        self._codes = codes
        self._together = together
        self._positions: dict[Atom, Sequence[int]] = {}
        self._ordered: list[int] | None = None
        self._codes_of: dict[Atom, list[Code]] | None = None
        self._runs: dict[Atom, list[Interval]] = {}
        self._paragraphs: list[int] | None = None
        self._loud: frozenset[int] | None = None
        self._host: str | None = None

    @property
    def atoms(self) -> Sequence[Atom]:
        """The atoms that are present, ascending."""
        atoms: list[Atom] = np.frombuffer(self.present, np.bool_).nonzero()[0].tolist()
        return atoms

    def has_run(self, atom: Atom, first: int, last: int) -> bool:
        """Take where a phrase stands, unless in two paragraphs; return whether it is its first."""
        paragraphs = self._paragraphs or self.paragraphs
        following = bisect_right(paragraphs, first)
        if following < len(paragraphs) and paragraphs[following] <= last:
            return False
        runs = self._runs.get(atom)
        if runs is None:
            self._runs[atom] = [(first, last)]
            return True
        runs.append((first, last))
        return False

    # --- words -----------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self._codes)

    def positions(self, atom: Atom) -> Sequence[int]:
        """Return where words stand that have an atom, in order."""
        found = self._positions.get(atom)
        if found is None:
            found = self._places(atom)
            several = self._several(atom)
            if several:
                found = sorted(found + [at for code in several for at in self._places(code)])
            self._positions[atom] = found
        return found

    def _places(self, code: Code) -> list[int]:
        if self._ordered is None:
            if len(self._positions) < _FEW:
                found: list[int] = (self._codes == code).nonzero()[0].tolist()
                return found
            # Both in one number: to sort numbers takes a quarter of the time of finding an order.
            both = (self._codes << _BITS) | np.arange(len(self._codes))
            both.sort()
            self._ordered = both.tolist()
        begin = bisect_left(self._ordered, code << _BITS)
        end = bisect_left(self._ordered, (code + 1) << _BITS, begin)
        return [number & _PLACE for number in self._ordered[begin:end]]

    def _several(self, atom: Atom) -> Sequence[Code]:
        """Return the codes of words that have an atom among others."""
        if self._codes_of is None:
            self._codes_of = {}
            for code in set(self._codes[self._codes < NOTHING].tolist()):
                for each in self._together[code]:
                    self._codes_of.setdefault(each, []).append(code)
        return self._codes_of.get(atom, ())

    def run(self, atom: Atom) -> Sequence[Interval]:
        """Return where a phrase of plain words stands; none is in two paragraphs."""
        return self._runs.get(atom, ())

    def has(self, position: int, atom: Atom) -> bool:
        """Whether the word at a position has an atom."""
        code = int(self._codes[position])
        return code == atom or (code < NOTHING and atom in self._together[code])

    def kept(self, position: int) -> str:
        """Return a word with its letter case."""
        if position < self.split:
            return self.title.kept[position]
        return self.body.kept[position - self.split]

    # --- units -----------------------------------------------------------------------------

    @property
    def paragraphs(self) -> list[int]:
        """The first word of each paragraph, those of the title first."""
        if self._paragraphs is None:
            body = [self.split + start for start in self.body.paragraphs]
            self._paragraphs = [*self.title.paragraphs, *body]
        return self._paragraphs

    def paragraph(self, position: int) -> int:
        """Return the number of a word's paragraph."""
        return bisect_right(self.paragraphs, position)

    def units(self, unit: Unit | None) -> Sequence[int]:
        """Return the first word of each sentence, paragraph, or (None) title and body."""
        if unit is None:
            return (0, self.split) if self.split else (0,)
        if unit is Unit.PARAGRAPH:
            return self.paragraphs
        body = [self.split + start for start in sentence_starts(self.body)]
        return [*sentence_starts(self.title), *body]

    def silent(self, position: int) -> bool:
        """Whether a word stands in a passage wholly in capitals."""
        if self._loud is None:
            titles = len(self.title.paragraphs)
            body = {titles + number for number in capital_paragraphs(self.body)}
            self._loud = capital_paragraphs(self.title) | body
        return self.paragraph(position) - 1 in self._loud

    def repeated(self) -> bool:
        """Whether the title was taken from the body: its first sentence, or how that begins."""
        title, body = self.article.title, self.article.body
        if title.endswith("…"):
            return len(title) > 1 and body.startswith(title[:-1])
        if not title or not body.startswith(title):
            return False
        sentences = sentence_starts(self.body)
        end = self.body.starts[sentences[1]] if len(sentences) > 1 else len(body)
        return not any(map(str.isalnum, body[len(title) : end]))

    def lead_end(self) -> int:
        """Return where the second paragraph of the body ends, as a character's offset."""
        ends = self.body.paragraph_ends
        return ends[1] if len(ends) > 1 else len(self.article.body)

    def within(self, intervals: Sequence[Interval], scope: Scope) -> Sequence[Interval]:
        """Return the intervals of words that lie in a scope."""
        split = self.split
        found: list[Interval] = []
        if scope & TITLE:
            found += [interval for interval in intervals if interval[0] < split]
        if scope & (LEAD_BODY | BODY):
            end = len(self._codes)
            starts = self.body.paragraphs
            if scope & LEAD_BODY and len(starts) > 2:
                end = split + starts[2]
            found += [interval for interval in intervals if split <= interval[0] < end]
        return found

    # --- characters ------------------------------------------------------------------------

    def span(self, interval: Interval) -> Span:
        """Return the characters from the first word of an interval to its last."""
        first, last = interval
        split = self.split
        if first < split:
            return (False, *self.title.span(first, last))
        return (True, *self.body.span(first - split, last - split))

    def touched(self, span: Span) -> Interval | None:
        """Return the words that share a character with a span, None if there are none."""
        in_body, start, end = span
        tokens = self.body if in_body else self.title
        first = bisect_right(tokens.ends, start)
        last = bisect_left(tokens.starts, end) - 1
        if first > last:
            return None
        offset = self.split if in_body else 0
        return first + offset, last + offset

    def numbers(self) -> Sequence[tuple[Span, FoundNumber]]:
        """Return the numbers of the title and the body."""
        if "numbers" not in self.found:
            lang = self.article.lang
            self.found["numbers"] = [
                ((in_body, number.start, number.end), number)
                for in_body, text in ((False, self.article.title), (True, self.article.body))
                for number in find_numbers(text, lang)
            ]
        numbers: Sequence[tuple[Span, FoundNumber]] = self.found["numbers"]
        return numbers

    def prove(self, span: Span, source: str) -> Evidence:
        """Return a span as evidence for a part of a query."""
        in_body, start, end = span
        if in_body:
            return Evidence("body", start, end, self.article.body[start:end], source)
        return Evidence("title", start, end, self.article.title[start:end], source)

    # --- properties ------------------------------------------------------------------------

    @property
    def host(self) -> str:
        """The host of the article's address, lower case; empty if there is none."""
        if self._host is None:
            try:
                self._host = (urlsplit(self.article.url or "").hostname or "").lower()
            except ValueError:  # not an address: [ without ]
                self._host = ""
        return self._host
