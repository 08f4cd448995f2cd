"""First sight of a word: which of 4,000 fuzzy terms it fits, beside rapidfuzz.cdist."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Sequence

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

from benchmarks import corpus, report, timing
from monitor.matching.fuzzy import FuzzyTerms

TERMS = 4_000
WORDS = 3_000
Term = tuple[str, int, int]
"""The folded text, how many edits are allowed, the term's number."""


def main() -> None:
    """Measure, compare every answer, and write the section."""
    dice = random.Random(corpus.SEED + 11)
    long_enough = [word for word in corpus.vocabulary() if len(word) >= 4]
    texts = dice.sample(long_enough, TERMS)
    terms = [(text, 1 if len(text) < 6 else 2, number) for number, text in enumerate(texts)]
    words = [misspelled(dice, word) for word in dice.sample(corpus.vocabulary(), WORDS)]
    ours, peer = FuzzyTerms(terms), Buckets(terms)
    found = [sorted(ours.matching(word)) for word in words]
    ways: tuple[tuple[str, Callable[[], list[list[int]]]], ...] = (
        ("this engine, word by word", lambda: [ours.matching(word) for word in words]),
        ("cdist on length buckets, word by word", lambda: in_parts(peer, words, 1)),
        ("cdist on length buckets, 10 words at once", lambda: in_parts(peer, words, 10)),
        ("cdist on length buckets, all at once", lambda: in_parts(peer, words, WORDS)),
    )
    rows = []
    for name, work in ways:
        seconds = timing.best(work, 3) / len(words)
        differing = sum(a != sorted(b) for a, b in zip(found, work(), strict=True))
        rows.append((name, seconds * 1e6, seconds, differing))
        print(rows[-1], flush=True)
    mine = rows[0][2]
    text = (
        f"{TERMS:,} terms of a fuzzy kind (AUTO distance), {WORDS:,} words of which half are "
        f"misspelled; {sum(map(bool, found)):,} of them fit a term. A word is compared once in its "
        "life; then its answer is kept. An article brings about ten new words.\n\n"
    )
    table = report.table(
        ("way", "µs a word", "as a multiple of the first", "words answered differently"),
        [
            (name, micro, f"{seconds / mine:.1f}×", differing)
            for name, micro, seconds, differing in rows
        ],
    )
    report.write("first_sight", "First sight of a word", text + table)


def in_parts(peer: Buckets, words: Sequence[str], size: int) -> list[list[int]]:
    """Ask so many words at a time."""
    parts = (words[start : start + size] for start in range(0, len(words), size))
    return [found for part in parts for found in peer.matching(part)]


def misspelled(dice: random.Random, word: str) -> str:
    """Change a letter of every second word."""
    if dice.random() < 0.5:
        return word
    at = dice.randrange(len(word))
    return word[:at] + dice.choice("aeioust") + word[at + 1 :]


class Buckets:
    """The terms by length; a word is compared with those that are near enough in length."""

    def __init__(self, terms: Sequence[Term]) -> None:
        self.by_length: dict[int, tuple[list[str], np.ndarray, np.ndarray]] = {}
        grouped: dict[int, list[Term]] = defaultdict(list)
        for term in terms:
            grouped[len(term[0])].append(term)
        for length, some in grouped.items():
            texts = [text for text, _, _ in some]
            edits = np.array([allowed for _, allowed, _ in some])
            self.by_length[length] = texts, edits, np.array([number for *_, number in some])

    def matching(self, words: Sequence[str]) -> list[list[int]]:
        """Return the numbers of the terms that each word fits; words of one length together."""
        found: dict[str, list[int]] = {word: [] for word in words}
        grouped: dict[int, list[str]] = defaultdict(list)
        for word in found:
            grouped[len(word)].append(word)
        for length, alike in grouped.items():
            for near in range(length - 2, length + 3):
                if near not in self.by_length:
                    continue
                texts, edits, numbers = self.by_length[near]
                distances = process.cdist(
                    alike, texts, scorer=OSA.distance, score_cutoff=2, dtype=np.uint8
                )
                for row, column in np.argwhere(distances <= edits).tolist():
                    found[alike[row]].append(int(numbers[column]))
        return [found[word] for word in words]
