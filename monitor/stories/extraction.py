"""From an article to its features: one reading of its text, in bounded time."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable

from monitor.model.article import Article
from monitor.stories.fingerprint import fingerprint
from monitor.stories.publishing import publisher_of
from monitor.stories.record import Features
from monitor.stories.words import DAYS, STOP_WORDS, ukrainian_stem
from monitor.text.capitals import capital_paragraphs
from monitor.text.numbers import find_numbers
from monitor.text.sentences import sentence_starts
from monitor.text.stems import language_of_script, stem
from monitor.text.words import Tokens, tokenize

MAX_TERMS = 40
READ_CHARACTERS = 100_000
"""Of title and of body each: what comes after is not compared."""
TOLD_CHARACTERS = 4_000
"""Terms, names and numbers come from this much of the body: news tells its event first."""
LEAD_WORDS = 60
MAX_NUMBERS = 40
MAX_LENGTH = 64
"""Characters of a term; longer words are cut."""

_IN_TITLE, _IN_LEAD, _BELOW = 2.0, 1.4, 1.0
_NAME = 1.3


def features(article: Article) -> Features:
    """Return what is kept of an article to tell its story by.

    Pure, and bounded however long the text is. Texts without words give features that are like
    nothing.
    """
    title = tokenize(article.title[:READ_CHARACTERS])
    body = tokenize(article.body[:READ_CHARACTERS])
    told = body if len(body.text) <= TOLD_CHARACTERS else tokenize(body.text[:TOLD_CHARACTERS])
    reading = _Reading(_language(article))
    names = _names(title, told)
    reading.take(title.words, title.kept, _IN_TITLE, names)
    reading.take(told.words[:LEAD_WORDS], told.kept, _IN_LEAD, names)
    reading.take(told.words[LEAD_WORDS:], told.kept[LEAD_WORDS:], _BELOW, names)
    numbers = _numbers(f"{title.text}\n\n{told.text}", article.lang)
    for value, written in numbers.items():
        reading.number(value, written)
    terms = reading.heaviest()
    return Features(
        terms=tuple(terms),
        shown=tuple(reading.shown[term] for term in terms),
        weights=tuple(terms.values()),
        title=tuple(
            reading.stem(word)
            for word in title.words
            if word not in STOP_WORDS and word not in DAYS
        )[:MAX_TERMS],
        names=frozenset(reading.names & terms.keys()),
        numbers=frozenset(numbers),
        days=frozenset(
            DAYS[word] for words in (title.words, told.words) for word in words if word in DAYS
        ),
        publisher=publisher_of(article),
        words=len(title) + len(body),
        print=fingerprint(title.words + body.words),
    )


class _Reading:
    """Counts and places of the terms of one article."""

    def __init__(self, lang: str) -> None:
        self._lang = lang
        self._stems: dict[str, str] = {}
        self._counts: Counter[str] = Counter()
        self._places: dict[str, float] = {}
        self.shown: dict[str, str] = {}
        self.names: set[str] = set()

    def take(
        self, words: Iterable[str], kept: Iterable[str], place: float, names: frozenset[str]
    ) -> None:
        for word, written in zip(words, kept, strict=False):
            if len(word) < 2 or word in STOP_WORDS or word in DAYS or word[0].isdigit():
                continue
            term = self.stem(word)
            self._add(term, written, place)
            if word in names:
                self.names.add(term)

    def number(self, value: str, written: str) -> None:
        """Count a number that is particular enough to be a term: of three digits, or decimals."""
        if len(value) >= 3:
            self._add(f"#{value}", written, _BELOW)

    def _add(self, term: str, written: str, place: float) -> None:
        self._counts[term] += 1
        if place > self._places.get(term, 0.0):
            self._places[term] = place
        self.shown.setdefault(term, written[:MAX_LENGTH])

    def stem(self, word: str) -> str:
        found = self._stems.get(word)
        if found is None:
            found = self._stems[word] = (_stem(word, self._lang) or word)[:MAX_LENGTH]
        return found

    def heaviest(self) -> dict[str, int]:
        """Return the terms that stand out most, in tenths, heaviest first, as first met."""
        weights = {
            term: round(
                10
                * self._places[term]
                * (1 + math.log(count))
                * (_NAME if term in self.names else 1)
            )
            for term, count in self._counts.items()
        }
        kept = sorted(weights, key=weights.__getitem__, reverse=True)[:MAX_TERMS]
        return {term: weights[term] for term in kept}


def _language(article: Article) -> str:
    """Return the language to stem by: declared or detected, else guessed by its letters."""
    if article.lang:
        return article.lang.partition("-")[0]
    sample = f"{article.title} {article.body[:500]}".lower()
    if any(letter in sample for letter in "іїєґ") and not any(sign in sample for sign in "ыэъ"):
        return "uk"
    return language_of_script(sample) or ""


def _stem(word: str, lang: str) -> str | None:
    """Stem a word, by its own script where that is not the language's (`NATO` in Russian)."""
    if "a" <= word[0] <= "z":
        return stem(word, "en" if lang in {"ru", "uk"} else lang)
    if lang == "uk":
        return ukrainian_stem(word)
    return stem(word, "ru" if lang == "en" else lang)


def _names(title: Tokens, told: Tokens) -> frozenset[str]:
    """Return the folded words that are names.

    Capitalised inside a sentence, and nowhere in small letters. A headline counts only where it
    does not capitalise most of its words, and passages wholly in capitals not at all.
    """
    small: set[str] = set()
    named = _capitalised(told, small)
    in_title = _capitalised(title, small)
    after_first = title.kept[1:]
    if 2 * sum(word[0].isupper() for word in after_first) <= len(after_first):
        named |= in_title
    return frozenset(named - small)


def _capitalised(tokens: Tokens, small: set[str]) -> set[str]:
    starts = frozenset(sentence_starts(tokens))
    loud = capital_paragraphs(tokens)
    found: set[tuple[str, int]] = set()
    for index, (word, written) in enumerate(zip(tokens.words, tokens.kept, strict=True)):
        if written[0].islower():
            small.add(word)
        elif written[0].isupper() and (index not in starts or written[1:].isupper()):
            found.add((word, index))
    return {word for word, index in found if not loud or tokens.paragraph(index) not in loud}


def _numbers(text: str, lang: str | None) -> dict[str, str]:
    """Return the numbers in one spelling, with how they were written first.

    Years are left out, as dates are, and so are *one* and *two* in words.
    """
    found: dict[str, str] = {}
    for number in find_numbers(text, lang):
        written = text[number.start : number.end]
        whole = number.value.is_integer()
        year = whole and 1900 <= number.value <= 2100 and len(written) == 4
        if year or (number.value <= 2 and not written[0].isdigit()):
            continue
        found.setdefault(f"{number.value:.10g}", written)
        if len(found) == MAX_NUMBERS:
            break
    return found
