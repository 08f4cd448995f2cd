"""An article as rules look at it: worked out once, and only what is asked for."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from monitor.matching.intervals import Interval
from monitor.matching.terms import NOTHING, Atom, Run, Terms, primary
from monitor.model.article import Article
from monitor.model.condition import Field, Unit
from monitor.model.hit import Evidence
from monitor.text import FoundNumber, capital_paragraphs, find_numbers, sentence_starts, tokenize

if TYPE_CHECKING:
    from monitor.matching.vocabulary import Vocabulary

Scope = int
"""Which part of an article counts: TITLE, and at most one of LEAD_BODY and BODY."""
TITLE, LEAD_BODY, BODY = 1, 2, 4
WHOLE: Scope = TITLE | BODY

Span = tuple[bool, int, int]
"""Whether it is in the body, and the characters from start to end."""
Proofs = set[Evidence]

_FEW = 10
"""Words that are searched for in the text one by one; for more, all words are placed at once."""


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
        "_all_placed",
        "_bounds",
        "_host",
        "_joined",
        "_loud",
        "_paragraphs",
        "_positions",
        "_runs",
        "_several",
        "_words_of",
        "article",
        "body",
        "found",
        "known",
        "lang",
        "present",
        "split",
        "title",
        "words",
    )

    def __init__(self, article: Article, vocabulary: Vocabulary) -> None:
        self.article = article
        self.title = tokenize(article.title)
        self.body = tokenize(article.body)
        self.words = self.title.words + self.body.words
        self.split = len(self.title.words)
        self.lang = primary(article.lang)
        self.known = vocabulary.words(article.lang)
        self.found: dict[Hashable, Any] = {}
        """What leaves and nodes have worked out on this article, by themselves."""
        self._joined: str | None = None
        self._words_of: dict[Atom, list[str]] | None = None
        self._positions: dict[str, list[int]] = {}
        self._all_placed = False
        self._runs: dict[Run, list[Interval]] = {}
        self._bounds: tuple[list[int], list[int]] | None = None
        self._paragraphs: list[int] | None = None
        self._loud: frozenset[int] | None = None
        self._host: str | None = None
        self.present = self._present(vocabulary.terms)
        """The atoms of the article's words and phrases."""

    def _present(self, terms: Terms) -> set[Atom]:
        entries = set(map(self.known.__getitem__, self.words))
        entries.discard(NOTHING)
        several = [entry for entry in entries if entry.__class__ is tuple]
        entries.difference_update(several)
        present = cast("set[Atom]", entries)
        for _, atoms in several:
            present.update(atoms)
        self._several = several
        if terms.many_runs:
            self._find_runs(terms)
            found = list(self._runs)
        else:
            found = [run for run in terms.possible_runs(present) if self.run(run)]
        for run in found:
            present.add(run.atom)
            present.update(terms.groups_of(run.atom))
        return present

    def _find_runs(self, terms: Terms) -> None:
        paragraphs = self.paragraphs
        for position, run in terms.standing_runs(self.words):
            last = position + len(run.words) - 1
            following = bisect_right(paragraphs, position)
            if following == len(paragraphs) or paragraphs[following] > last:
                if run in self._runs:
                    self._runs[run].append((position, last))
                else:
                    self._runs[run] = [(position, last)]

    # --- words -----------------------------------------------------------------------------

    def positions(self, word: str) -> Sequence[int]:
        """Return where a folded word stands."""
        found = self._positions.get(word)
        if found is not None:
            return found
        if self._all_placed:
            return ()
        if len(self._positions) >= _FEW:
            self.place_all()
            return self._positions.get(word, ())
        found = self._positions[word] = self._search(word)
        return found

    def _search(self, words: str) -> list[int]:
        """Return where folded words, divided by blanks, begin: the quickest way for a few."""
        if self._joined is None:
            self._joined = f" {' '.join(self.words)} "
        joined = self._joined
        needle = f" {words} "
        found = []
        number = at = 0
        place = joined.find(needle)
        while place >= 0:
            number += joined.count(" ", at, place)
            found.append(number)
            at = place
            place = joined.find(needle, place + 1)
        return found

    def place_all(self) -> None:
        """Find where every word stands: worth its time when many words will be asked for."""
        positions: dict[str, list[int]] = {}
        for position, word in enumerate(self.words):
            if word in positions:
                positions[word].append(position)
            else:
                positions[word] = [position]
        self._positions = positions
        self._all_placed = True

    def run(self, run: Run) -> Sequence[Interval]:
        """Return where a phrase of plain words stands; none is in two paragraphs."""
        found = self._runs.get(run)
        if found is None:
            more = len(run.words) - 1
            found = self._runs[run] = [
                (at, at + more)
                for at in self._search(run.text)
                if self.paragraph(at) == self.paragraph(at + more)
            ]
        return found

    def words_of(self, atom: Atom) -> Sequence[str]:
        """Return the different words of the article that have an atom which is no exact one."""
        if self._words_of is None:
            self._words_of = {}
            for word, atoms in self._several:
                for each in atoms:
                    self._words_of.setdefault(each, []).append(word)
        return self._words_of.get(atom, ())

    def has(self, position: int, atom: Atom) -> bool:
        """Whether the word at a position has an atom."""
        entry = self.known[self.words[position]]
        return entry == atom or (isinstance(entry, tuple) and atom in entry[1])

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
            end = len(self.words)
            starts = self.body.paragraphs
            if scope & LEAD_BODY and len(starts) > 2:
                end = split + starts[2]
            found += [interval for interval in intervals if split <= interval[0] < end]
        return found

    # --- characters ------------------------------------------------------------------------

    def places(self, text: str) -> list[Span] | None:
        """Return the characters of each occurrence of a simple text, if that is quickly told.

        See `Tokens.places`.
        """
        if self._all_placed:
            if " " in text:
                return None
            starts, ends = self._characters()
            split = self.split
            return [(at >= split, starts[at], ends[at]) for at in self._positions.get(text, ())]
        title, body = self.title.places(text), self.body.places(text)
        if title is None or body is None:
            return None
        return [(False, *place) for place in title] + [(True, *place) for place in body]

    def _characters(self) -> tuple[list[int], list[int]]:
        """Return where each word starts and ends, counted from the start of its field."""
        if self._bounds is None:
            title, body = self.title, self.body
            self._bounds = title.starts + body.starts, title.ends + body.ends
        return self._bounds

    def span(self, interval: Interval) -> Span:
        """Return the characters from the first word of an interval to its last."""
        first, last = interval
        split = self.split
        if self._all_placed:
            starts, ends = self._characters()
            return first >= split, starts[first], ends[last]
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
