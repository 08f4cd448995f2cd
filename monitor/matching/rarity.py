"""How likely an article has a word: a guess by its looks, until articles have been seen."""

from __future__ import annotations

from monitor.model.condition import Exact, Fuzzy, Stem, Wildcard, WordPattern

_BY_LENGTH = (1.0, 0.5, 0.5, 0.3, 0.12, 0.07, 0.05, 0.035, 0.025, 0.018, 0.013, 0.01)


def guess(word: WordPattern) -> float:
    """Return how likely an article has a word that fits: short words are common, long ones rare."""
    match word:
        case Exact(text):
            return _likely(len(text))
        case Stem(text):
            return min(1.0, 2 * _likely(len(text)))
        case Fuzzy(text, distance):
            return min(1.0, 2 * _likely(len(text) - distance))
        case Wildcard(pattern):
            return min(1.0, 3 * _likely(len(pattern) - pattern.count("*") - pattern.count("?")))
        case _:
            return 1.0


def _likely(length: int) -> float:
    return _BY_LENGTH[min(max(length, 0), len(_BY_LENGTH) - 1)]
