"""An article's texts as plain lists of words and numbers: all that `monitor.text` is asked."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache

from monitor.model.article import Article
from monitor.text import find_numbers, sentence_starts, tokenize


@dataclass(frozen=True)
class Word:
    """One word: folded, with its case kept, where it stands, and in what company."""

    folded: str
    kept: str
    start: int
    end: int
    sentence: int
    paragraph: int
    shouted: bool
    """In a title or paragraph wholly in capitals."""


@dataclass(frozen=True)
class Figure:
    """One number and where it stands."""

    value: float
    start: int
    end: int


@dataclass(frozen=True, eq=False)
class Text:
    """A title or a body."""

    field: str
    raw: str
    words: tuple[Word, ...]
    numbers: tuple[Figure, ...]
    lead_end: int
    """Where the second paragraph ends."""

    @classmethod
    def of(cls, field: str, raw: str, lang: str | None) -> Text:
        """Divide a text."""
        tokens = tokenize(raw)
        begins = sentence_starts(tokens)
        paragraphs = [tokens.paragraph(at) for at in range(len(tokens))]
        shouted = {
            number
            for number in set(paragraphs)
            if shouts([k for k, p in zip(tokens.kept, paragraphs, strict=True) if p == number])
        }
        words = [
            Word(
                folded=tokens.words[at],
                kept=tokens.kept[at],
                start=tokens.starts[at],
                end=tokens.ends[at],
                sentence=bisect_right(begins, at),
                paragraph=paragraphs[at],
                shouted=paragraphs[at] in shouted,
            )
            for at in range(len(tokens))
        ]
        numbers = [Figure(n.value, n.start, n.end) for n in find_numbers(raw, lang)]
        ends = tokens.paragraph_ends
        lead_end = ends[1] if len(ends) > 1 else len(raw)
        return cls(field, raw, tuple(words), tuple(numbers), lead_end)


def shouts(words: list[str]) -> bool:
    """Return whether all cased letters are capitals, and two words or more have two of them."""
    cased = [[letter for letter in word if letter.lower() != letter.upper()] for word in words]
    in_capitals = all(letter.isupper() for letters in cased for letter in letters)
    return in_capitals and sum(len(letters) >= 2 for letters in cased) >= 2


@lru_cache(maxsize=64)
def read(article: Article) -> tuple[Text, Text]:
    """Return the title and the body."""
    return (
        Text.of("title", article.title, article.lang),
        Text.of("body", article.body, article.lang),
    )
