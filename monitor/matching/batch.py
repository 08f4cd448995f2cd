"""Articles read together: a call of numpy takes hardly longer for many than for one."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import accumulate, pairwise, repeat

import numpy as np
from numpy.typing import NDArray

from monitor.matching.atoms import ALWAYS
from monitor.matching.reading import Reading
from monitor.matching.terms import Terms
from monitor.matching.vocabulary import NOTHING, Vocabulary, Words
from monitor.model.article import Article
from monitor.text import Tokens, bounds, tokenize

MOST = 64
"""Articles that are read together at most."""
_ROOM = 1 << 23
"""Bytes that say of each atom whether an article has it, for all articles of a batch."""
_TEXT = 1 << 20
"""Characters beyond which no further article is added."""


def portions(
    articles: Iterable[tuple[Article, datetime]], terms: Terms
) -> Iterator[list[tuple[Article, datetime]]]:
    """Yield as many articles at a time as are worth reading together, and bounded memory takes."""
    most = max(1, min(MOST, _ROOM // len(terms.chances)))
    some: list[tuple[Article, datetime]] = []
    size = 0
    for article, now in articles:
        some.append((article, now))
        size += len(article.title) + len(article.body)
        if len(some) == most or size > _TEXT:
            yield some
            some, size = [], 0
    if some:
        yield some


def batches(
    articles: Sequence[Article], vocabulary: Vocabulary
) -> Iterator[tuple[list[int], Batch]]:
    """Yield batches of articles that have a vocabulary in common, with the articles' numbers."""
    groups: dict[int, tuple[Words, list[int]]] = {}
    for number, article in enumerate(articles):
        words = vocabulary.words(article.lang)
        groups.setdefault(id(words), (words, []))[1].append(number)
    for words, numbers in groups.values():
        yield numbers, Batch([articles[at] for at in numbers], words, vocabulary.terms)


def read(article: Article, vocabulary: Vocabulary) -> Reading:
    """Return one article as rules look at it."""
    [reading] = Batch([article], vocabulary.words(article.lang), vocabulary.terms).readings
    return reading


class Batch:
    """Some articles, and which atoms each has."""

    __slots__ = ("places", "presence", "readings")

    def __init__(self, articles: Sequence[Article], words: Words, terms: Terms) -> None:
        width = len(terms.chances)
        self.presence = np.zeros(len(articles) * width, np.bool_)
        """For each article, one row behind the other, whether it has each atom."""
        tokens = [(tokenize(article.title), tokenize(article.body)) for article in articles]
        coded = _coded(tokens, words)
        self.readings = deque(
            Reading(article, pair, codes, words.together)
            for article, pair, codes in zip(articles, tokens, coded, strict=True)
        )
        self.places = self._find(coded, words, terms)
        """Where in `presence` something is, ascending."""
        self.presence[self.places] = True
        rows = self.presence.reshape(-1, width)
        for reading, row in zip(self.readings, rows, strict=True):
            reading.present = row.tobytes()

    def _find(
        self, coded: Sequence[NDArray[np.intp]], words: Words, terms: Terms
    ) -> NDArray[np.intp]:
        rows = range(0, len(self.presence), len(terms.chances))
        more = [row + ALWAYS for row in rows]
        sizes = list(map(len, coded))
        if len(coded) == 1:
            [codes] = coded
            places = codes[codes > NOTHING]
            begins = None
        else:
            codes = np.concatenate(coded)
            begins = np.array(rows).repeat(sizes)
            places = (codes + begins)[codes > NOTHING]
        [several] = (codes < NOTHING).nonzero()
        if len(several):
            together = codes[several].tolist()
            starts = repeat(0) if begins is None else begins[several].tolist()
            for begin, code in zip(starts, together, strict=False):
                more += [begin + atom for atom in words.together[code]]
            codes = codes.copy()
            codes[several] = [words.exact[code] for code in together]
        if terms.runs:
            more += self._find_runs(codes, sizes, terms)
        places = np.concatenate((places, more))
        places.sort()
        first = np.empty(len(places), np.bool_)
        first[0] = True
        np.not_equal(places[1:], places[:-1], out=first[1:])
        return places[first]

    def _find_runs(self, exact: NDArray[np.intp], sizes: Sequence[int], terms: Terms) -> list[int]:
        width = len(terms.chances)
        firsts = list(accumulate(sizes, initial=0))
        found = []
        number = 0
        for position, run in terms.runs.standing(exact):
            while position >= firsts[number + 1]:
                number += 1
            first = position - firsts[number]
            last = first + len(run.atoms) - 1
            if last < sizes[number] and self.readings[number].has_run(run.atom, first, last):
                begin = number * width
                found.append(begin + run.atom)
                found += [begin + group for group in terms.groups_of(run.atom)]
        return found


def _coded(tokens: Sequence[tuple[Tokens, Tokens]], words: Words) -> list[NDArray[np.intp]]:
    """Return the codes of the words of each title and body, and let these know their places."""
    fields = [field for pair in tokens for field in pair]
    texts = [field.blanked for field in fields if field.blanked is not None]
    text = b"".join(texts)
    starts, ends = bounds(text)
    codes = words.of_blanked(text, (starts, ends))
    begins = list(accumulate(map(len, texts), initial=0))
    cuts = starts.searchsorted(begins).tolist()
    if len(texts) < len(fields):
        return _coded_apart(fields, codes, cuts, words)
    for number, field in enumerate(fields):
        first, end = cuts[number], cuts[number + 1]
        field.locate(starts[first:end], ends[first:end], begins[number])
    return [codes[cuts[at] : cuts[at + 2]] for at in range(0, len(fields), 2)]


def _coded_apart(
    fields: Sequence[Tokens], codes: NDArray[np.intp], cuts: Sequence[int], words: Words
) -> list[NDArray[np.intp]]:
    """Return the codes where some titles or bodies have no blanked form."""
    parts = (codes[first:end] for first, end in pairwise(cuts))
    coded = [
        next(parts) if field.blanked is not None else words.of(field.words) for field in fields
    ]
    return [np.concatenate(pair) for pair in zip(coded[::2], coded[1::2], strict=True)]
