"""A corpus with a real vocabulary curve, made from fixed seeds.

60,000 distinct words under Zipf's law, 300-500 words an article, in sentences and paragraphs with
capitals, commas, numbers and recurring phrases. Words are ASCII, so that peers that know no
folding can give the same verdicts.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np

from monitor.model.article import Article

VOCABULARY = 60_000
COLLOCATIONS = 6_000
SEED = 20220106

ONSETS = (*"bcdfghjklmnprstvwz" * 2, "br", "ch", "dr", "gr", "pl", "sh", "st", "tr", "th", "")
NUCLEI = (*"aeiou" * 3, "ai", "ea", "ou", "io")
CODAS = (*("",) * 8, *"nrstlmkd", "nd", "st", "ng")
ENDINGS = (*("",) * 6, "s", "ed", "ing", "er", "ion", "al")
OPERATORS = frozenset({"and", "or", "not", "near", "before", "any", "atleast"})


@cache
def vocabulary() -> tuple[str, ...]:
    """Return the words, the most frequent first; frequent ones are short."""
    dice = random.Random(SEED)
    words: dict[str, None] = {}
    while len(words) < VOCABULARY:
        rank = len(words)
        syllables = 1 if rank < 300 else 2 if rank < 6_000 else dice.choice((2, 2, 3, 3))
        stem = "".join(
            dice.choice(ONSETS) + dice.choice(NUCLEI) + dice.choice(CODAS) for _ in range(syllables)
        )
        word = stem + (dice.choice(ENDINGS) if rank >= 300 else "")
        if len(word) > 1 and word not in OPERATORS:
            words[word] = None
    return tuple(words)


@cache
def chances() -> np.ndarray:
    """Return how likely each word is at any place: Zipf's law with Mandelbrot's shift."""
    weights = 1.0 / (np.arange(VOCABULARY) + 2.7)
    return np.asarray(weights / weights.sum())


@cache
def collocations() -> tuple[tuple[str, ...], ...]:
    """Return phrases of two or three words that come again and again, the most frequent first."""
    dice = random.Random(SEED + 1)
    words = vocabulary()
    return tuple(
        tuple(words[int(150 * 400 ** dice.random())] for _ in range(dice.choice((2, 2, 3))))
        for _ in range(COLLOCATIONS)
    )


@dataclass(frozen=True, slots=True)
class Corpus:
    """Where the texts come from, and the texts."""

    name: str
    articles: tuple[Article, ...]


def generated(count: int, seed: int = SEED) -> Corpus:
    """Return so many articles, always the same ones for the same seed."""
    return Corpus("generated", tuple(_articles(count, seed)))


def _articles(count: int, seed: int) -> Iterator[Article]:
    dice = np.random.default_rng(seed)
    words = vocabulary()
    phrases = collocations()
    curve = np.cumsum(chances())
    phrase_curve = np.cumsum(1.0 / (np.arange(COLLOCATIONS) + 10.0))
    phrase_curve /= phrase_curve[-1]
    for _ in range(count):
        length = int(dice.integers(300, 501))
        singles = iter(np.searchsorted(curve, dice.random(length + 40)).tolist())
        chosen = iter(np.searchsorted(phrase_curve, dice.random(length)).tolist())
        kinds = iter(dice.random(length + 40).tolist())

        def sentence(
            size: int,
            singles: Iterator[int] = singles,
            chosen: Iterator[int] = chosen,
            kinds: Iterator[float] = kinds,
        ) -> list[str]:
            made: list[str] = []
            while len(made) < size:
                kind = next(kinds)
                if kind < 0.04:
                    made.extend(phrases[min(next(chosen), COLLOCATIONS - 1)])
                elif kind < 0.05:
                    made.append(str(int(kind * 1e6) % 9_000 + 2))
                else:
                    word = words[min(next(singles), VOCABULARY - 1)]
                    made.append(word.capitalize() if kind > 0.97 else word)
                    if kind > 0.90 and kind < 0.95:
                        made[-1] += ","
            made[0] = made[0].capitalize()
            return made

        title = " ".join(sentence(int(dice.integers(6, 13)))).replace(",", "")
        paragraphs: list[str] = []
        lines: list[str] = []
        left = length
        while left > 0:
            made = sentence(min(left, int(dice.integers(8, 26))))
            left -= len(made)
            lines.append(" ".join(made).rstrip(",") + ".")
            if len(lines) == 4 or left <= 0:
                paragraphs.append(" ".join(lines))
                lines = []
        yield Article(title=title, body="\n\n".join(paragraphs), lang="en")


_CYRILLIC = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "абцдефгхийклмнопярстувшыьзАБЦДЕФГХИЙКЛМНОПЯРСТУВШЫЬЗ",
)


def in_cyrillic(text: str) -> str:
    """Return a text with a Cyrillic letter for each Latin one."""
    return text.translate(_CYRILLIC)


def cyrillic(some: Corpus) -> Corpus:
    """Return the same texts in Cyrillic letters."""
    return Corpus(
        f"{some.name} Cyrillic",
        tuple(
            replace(each, title=in_cyrillic(each.title), body=in_cyrillic(each.body), lang="ru")
            for each in some.articles
        ),
    )


def folder(path: Path) -> Corpus:
    """Return the texts of a folder (.txt, .md, .jsonl), as they stand, without their markup."""
    articles = []
    for file in sorted(path.rglob("*")):
        if file.suffix in (".txt", ".md"):
            text = file.read_text(encoding="utf-8", errors="replace")
            title, _, body = text.partition("\n")
            articles.append(Article(title=title.strip(), body=body.strip()))
        elif file.suffix == ".jsonl":
            for line in file.read_text(encoding="utf-8").splitlines():
                item = json.loads(line)
                articles.append(Article(title=item.get("title", ""), body=item["text"]))
    return Corpus(str(path), tuple(articles))
