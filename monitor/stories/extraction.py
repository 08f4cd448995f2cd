"""From an article to its features: one reading of its text, in bounded time."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from functools import cache

from monitor.model.article import Article
from monitor.stories.figures import NUMBER_WORDS, numbers_in
from monitor.stories.fingerprint import fingerprint
from monitor.stories.publishing import publisher_of
from monitor.stories.record import MAX_TERMS, Features, particular, sign
from monitor.stories.words import DAYS, STOP_WORDS, term_of
from monitor.text.fold import fold
from monitor.text.stems import STEMMED_LANGUAGES, language_of_script
from monitor.text.words import tokenize

READ_CHARACTERS = 100_000
"""Of title and of body each: what comes after is not compared."""
TOLD_CHARACTERS = 2_500
"""Terms, names and numbers come from this much of the body: news tells its event first."""
LEAD_WORDS = 60
"""What a report tells first; the rest is background, which reports of other events share."""
LEAD_CHARACTERS = 400
"""Of the body, in which numbers count as told first."""
MAX_LENGTH = 64
"""Characters of a term; longer words are cut."""

_STEMMED = STEMMED_LANGUAGES | {"uk"}
_MOST_CACHED = 50_000
_IN_TITLE, _IN_LEAD, _BELOW = 2.0, 1.5, 0.8

_CAPITAL = "".join(letter for letter in map(chr, range(0x0590)) if letter.isupper())
"""Of the alphabets that have them, up to Armenian."""
_INITIAL = rf"(?<![^\W_])[{_CAPITAL}]\."
_MIDST = (
    r"(?:(?<=[^\W_] .)|(?<=[,;:(«„“\"'-].)|(?<=[,;)»”\"'–—] .)"
    rf"|(?<={_INITIAL}.)|(?<={_INITIAL} .))"  # `А.Петрова`, `А. Петрова`
)
_INITIALS = rf"(?<![^\W_].)(?<![{_CAPITAL}] .)[{_CAPITAL}]{{1,7}}(?![^\W_])(?! [{_CAPITAL}]{{2}})"
_NAME_IN_TEXT = re.compile(
    rf"[{_CAPITAL}](?:{_MIDST}(?![{_CAPITAL}])[^\W\d_]+|{_INITIALS})"  # the capital first: quicker
)
"""A capitalised word inside a sentence, or initials that stand among ordinary words."""
_FIRST_WORD = re.compile(rf"[{_CAPITAL}][^\W\d_]{{2,}}")
_BEGINNING = 5


def features(article: Article) -> Features:
    """Return what is kept of an article to tell its story by.

    Pure, and bounded however long the text is. Texts without words give features that are like
    nothing.
    """
    title = tokenize(article.title[:READ_CHARACTERS])
    body = tokenize(article.body[:READ_CHARACTERS])
    told = body if len(body.text) <= TOLD_CHARACTERS else tokenize(body.text[:TOLD_CHARACTERS])
    lang = _language(article)
    reading = _Reading(lang)
    names = _names(title.text, told.text)
    reading.take(title.words, _IN_TITLE, names)
    reading.take(told.words[:LEAD_WORDS], _IN_LEAD, names)
    reading.take(told.words[LEAD_WORDS:], _BELOW, names)
    numbers = numbers_in(f"{title.text}\n\n{told.text}", (*title.words, *told.words), article.lang)
    for value, written in numbers.items():
        reading.number(value, written)
    terms = reading.heaviest()
    first = f"{title.text}\n\n{told.text[:LEAD_CHARACTERS]}"
    first_words = (*title.words, *told.words[:LEAD_WORDS])
    return Features(
        terms=tuple(terms),
        shown=tuple(reading.shown[term] for term in terms),
        weights=tuple(terms.values()),
        title=tuple(
            _stemmed(word, lang)
            for word in title.words
            if word not in STOP_WORDS and word not in DAYS
        )[:MAX_TERMS],
        lead=reading.lead & terms.keys(),
        signs=reading.signs(),
        names=frozenset(reading.names & terms.keys()),
        numbers=frozenset(numbers),
        lead_numbers=frozenset(numbers_in(first, first_words, article.lang)),
        days=frozenset(
            DAYS[word] for words in (title.words, told.words) for word in words if word in DAYS
        ),
        publisher=publisher_of(article),
        words=len(title) + len(body),
        print=fingerprint(title.words + body.words),
    )


def terms_of(words: Collection[str], article: Article) -> dict[str, str]:
    """Return, of an article's folded words, those that are terms, each with its term."""
    found = _terms_in(_language(article))
    return {word: term for word in words if (term := found[word])}


class _Reading:
    """Counts and places of the terms of one article."""

    def __init__(self, lang: str) -> None:
        self._terms = _terms_in(lang)
        self._counts: dict[str, int] = {}
        self._places: dict[str, float] = {}
        self.shown: dict[str, str] = {}
        self.names: set[str] = set()

    def take(self, words: Sequence[str], place: float, names: Mapping[str, str]) -> None:
        """Count the folded words of a passage; of places the best comes first."""
        terms, shown = self._terms, self.shown
        counts, places = self._counts, self._places
        for word, count in Counter(words).items():
            term = terms[word]
            if not term:
                continue
            name = names.get(word)
            if term in counts:
                counts[term] += count
            else:
                counts[term] = count
                places[term] = place
                shown[term] = (name or word)[:MAX_LENGTH]
            if name:
                self.names.add(term)

    @property
    def lead(self) -> frozenset[str]:
        """The terms met in title or lead."""
        return frozenset(term for term, place in self._places.items() if place > _BELOW)

    def signs(self) -> frozenset[int]:
        """Return what stands for every term met."""
        return frozenset(map(sign, self._counts))

    def number(self, value: str, written: str) -> None:
        """Count a number that is particular enough to be a term: of three digits, or decimals."""
        if particular(value):
            term = f"#{value}"
            self._counts[term] = self._counts.get(term, 0) + 1
            self._places.setdefault(term, _BELOW)
            self.shown.setdefault(term, written[:MAX_LENGTH])

    def heaviest(self) -> dict[str, int]:
        """Return the terms that stand out most, in tenths, heaviest first, as first met."""
        weights = {
            term: 10 * self._places[term] * (1.0 if count == 1 else 1 + math.log(count))
            for term, count in self._counts.items()
        }
        kept = sorted(weights, key=weights.__getitem__, reverse=True)[:MAX_TERMS]
        return {term: round(weights[term]) for term in kept}


def _language(article: Article) -> str:
    """Return the language to stem by: declared or detected, else guessed by its letters."""
    if article.lang:
        lang = article.lang.partition("-")[0]
        return lang if lang in _STEMMED else ""
    sample = f"{article.title} {article.body[:500]}".lower()
    if any(letter in sample for letter in "іїєґ") and not any(sign in sample for sign in "ыэъ"):
        return "uk"
    return language_of_script(sample) or ""


class _Terms(dict[str, str]):
    """Each word met before with its term, or with nothing where it is none; bounded."""

    def __init__(self, lang: str) -> None:
        super().__init__()
        self._lang = lang

    def __missing__(self, word: str) -> str:
        says_little = (
            len(word) < 2
            or word in STOP_WORDS
            or word in NUMBER_WORDS
            or word in DAYS
            or word[0].isdigit()
        )
        term = "" if says_little else _stemmed(word, self._lang)
        if len(word) <= MAX_LENGTH:
            if len(self) >= _MOST_CACHED:
                self.clear()
            self[word] = term
        return term


@cache
def _terms_in(lang: str) -> _Terms:
    return _Terms(lang)


def _stemmed(word: str, lang: str) -> str:
    return (term_of(word, lang) or word)[:MAX_LENGTH]


def _names(title: str, told: str) -> dict[str, str]:
    """Return the folded words that are names, with how they are written.

    Capitalised inside a sentence and nowhere in small letters, or initials. A headline counts
    only where it does not capitalise most of its words, passages wholly in capitals not at all.
    """
    found = set(_NAME_IN_TEXT.findall(told))
    after_first = title.split()[1:]
    if 2 * sum(word[0].isupper() for word in after_first) <= len(after_first):
        found.update(_NAME_IN_TEXT.findall(title))
    both = f" {title} {told}"
    found.update(_first_of(title, told, both))
    return {fold(name): name for name in sorted(found) if f" {name.lower()}" not in both}


def _first_of(title: str, told: str, both: str) -> list[str]:
    """Return the first word of a title if it is a name.

    The text has it, and nothing in small letters that begins like it, as an inflected word would.
    """
    first = _FIRST_WORD.match(title)
    if first is None or first[0] not in told or f" {first[0].lower()[:_BEGINNING]}" in both:
        return []
    return [first[0]]
