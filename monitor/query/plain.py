"""Queries of plain words alone, most of what rules hold: read without lexer and grammar."""

from __future__ import annotations

from collections.abc import Callable
from sys import intern

from monitor.errors import Location
from monitor.model.condition import And, Or, Phrase, WordPattern
from monitor.query.operators import LOWER_CASE, TRANSLATED
from monitor.query.terms import Mode, read_words

_OPERATORS: tuple[tuple[str, type[And | Or]], ...] = ((" OR ", Or), (" AND ", And))
# Words that may be meant as operators: that is told elsewhere.
_SUSPICIOUS = LOWER_CASE | TRANSLATED.keys()


def read_plain(text: str, at: Callable[[int], Location]) -> And | Or | Phrase | None:
    """Return the meaning of words and phrases, joined by one kind of operator or by none.

    None for anything else, however slightly; what is returned is what the grammar says of it.
    """
    for operator, kind in _OPERATORS:
        if operator in text:
            found: list[Phrase] = []
            start = 0
            for part in text.split(operator):
                phrase = _phrase(part, start, at)
                if phrase is None:
                    return None
                found.append(phrase)
                start += len(part) + len(operator)
            return kind(tuple(found))
    return _phrase(text, 0, at)


def _phrase(text: str, start: int, at: Callable[[int], Location]) -> Phrase | None:
    words: tuple[WordPattern, ...] = ()
    for word in text.split(" "):
        # Words in capitals may be operators, of this language or of another.
        if not word.isalpha() or word.isupper() or word in _SUSPICIOUS:
            return None
        words += read_words(word, Mode.FOLDED)
    # A letter alone need not be a word: what is said of that is said elsewhere.
    # One string for all that look for the same: 30 MB of 100,000 rules.
    return Phrase(words, intern(text), at(start)) if words else None
