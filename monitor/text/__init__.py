"""Words: fold, tokenize with offsets, sentences and paragraphs, numbers, stems. Pure."""

from monitor.text.blanked import Bounds, bounds, word_of
from monitor.text.capitals import capital_paragraphs
from monitor.text.fold import fold
from monitor.text.numbers import FoundNumber, find_numbers
from monitor.text.sentences import sentence_starts
from monitor.text.stems import STEMMED_LANGUAGES, language_of_script, stem
from monitor.text.words import Tokens, is_unspaced, tokenize

__all__ = [
    "STEMMED_LANGUAGES",
    "Bounds",
    "FoundNumber",
    "Tokens",
    "bounds",
    "capital_paragraphs",
    "find_numbers",
    "fold",
    "is_unspaced",
    "language_of_script",
    "sentence_starts",
    "stem",
    "tokenize",
    "word_of",
]
