"""Whether one condition cannot match without another: told from their form, without texts.

An answer of yes is certain. An answer of no may mean that it was too long to find out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from rapidfuzz.distance import OSA

from monitor.model.condition import (
    And,
    AnyWord,
    AtLeast,
    Condition,
    Everything,
    Exact,
    Field,
    Fuzzy,
    Near,
    Not,
    Number,
    Or,
    Phrase,
    Some,
    Stem,
    Wildcard,
    Within,
    WordPattern,
)
from monitor.text.fold import fold

_STEPS = 20_000
_LONGEST = 12
_Words = tuple[WordPattern, ...]


class Implication:
    """Compares conditions; sets made of long ORs are kept for the next question."""

    __slots__ = ("_left", "_members")

    def __init__(self) -> None:
        self._left = 0
        self._members: dict[int, tuple[Or, set[_Words], list[Condition]]] = {}

    def holds(self, given: Condition, then: Condition) -> bool:
        """Whether every text that `given` matches is matched by `then` too."""
        self._left = _STEPS
        return self._holds(given, then)

    def _holds(self, given: Condition, then: Condition) -> bool:
        self._left -= 1
        if self._left < 0:
            return False
        if isinstance(given, Phrase) and isinstance(then, Phrase):
            return _phrase(given, then)
        if given is then or isinstance(then, Everything):
            return True
        if isinstance(then, And):
            return all(self._holds(given, operand) for operand in then.operands)
        if isinstance(given, Or):
            return all(self._holds(operand, then) for operand in given.operands)
        return self._alike(given, then) or self._by_parts(given, then)

    def _in_or(self, given: Condition, then: Or) -> bool:
        """Whether an operand of an OR is implied; plain words are looked up, the rest is tried."""
        if id(then) not in self._members:
            plain = {it.words for it in then.operands if isinstance(it, Phrase) and _plain(it)}
            other = [it for it in then.operands if not (isinstance(it, Phrase) and _plain(it))]
            self._members[id(then)] = (then, plain, other)
        _, plain, other = self._members[id(then)]
        if isinstance(given, Phrase) and not plain.isdisjoint(parts_of(given)):
            return True
        return any(self._holds(given, operand) for operand in other)

    def _by_parts(self, given: Condition, then: Condition) -> bool:
        """Whether so many parts of `given` imply it that one of them must be there."""
        if isinstance(given, And | Near):
            return any(self._holds(operand, then) for operand in given.operands)
        if isinstance(given, Some):
            others = sum(not self._holds(operand, then) for operand in given.operands)
            return others < given.count
        if isinstance(given, AtLeast) and not isinstance(then, AtLeast):
            return self._holds(given.operand, then)
        if isinstance(given, Within) and not isinstance(then, Within):
            return self._holds(given.operand, then)
        return False

    def _alike(self, given: Condition, then: Condition) -> bool:
        """Compare two nodes as they are, without looking for what is inside `given`."""
        match given, then:
            case _, Or():
                verdict = self._in_or(given, then)
            case _, Some():
                implied = sum(self._holds(given, operand) for operand in then.operands)
                verdict = implied >= then.count
            case AtLeast(), AtLeast():
                enough = given.count >= then.count
                verdict = enough and self._holds(given.operand, then.operand)
            case _, AtLeast(count=1):
                verdict = self._holds(given, then.operand)
            case Near(), Near():
                pairs = map(self._holds, given.operands, then.operands)
                verdict = _tighter(given, then) and all(pairs)
            case Number(), Number():
                verdict = _narrower(given, then)
            case Not(), Not():
                verdict = self._holds(then.operand, given.operand)
            case Within(), Within():
                inside = given.field is then.field or (
                    given.field is Field.TITLE and then.field is Field.LEAD
                )
                verdict = inside and self._holds(given.operand, then.operand)
            case _:
                verdict = given == then
        return verdict


def parts_of(phrase: Phrase) -> Iterator[_Words]:
    """Yield the runs of up to twelve words of a phrase, also without regard to case."""
    plain = tuple(map(_folded, phrase.words))
    for words in (phrase.words, plain) if plain != phrase.words else (plain,):
        for start in range(len(words)):
            for end in range(start + 1, min(start + _LONGEST, len(words)) + 1):
                yield words[start:end]


def _folded(word: WordPattern) -> WordPattern:
    return Exact(fold(word.text)) if isinstance(word, Exact) and word.case else word


def _plain(phrase: Phrase) -> bool:
    """Whether a phrase is found among the parts of each phrase that implies it."""
    return len(phrase.words) <= _LONGEST and all(isinstance(it, Exact) for it in phrase.words)


def _phrase(given: Phrase, then: Phrase) -> bool:
    """Whether the words of one phrase stand inside the other."""
    if len(given.words) == 1 == len(then.words):
        return word_implies(given.words[0], then.words[0])
    spare = len(given.words) - len(then.words)
    return any(
        all(map(word_implies, given.words[start:], then.words)) for start in range(spare + 1)
    )


def _tighter(given: Near, then: Near) -> bool:
    if len(given.operands) != len(then.operands) or (then.ordered and not given.ordered):
        return False
    if isinstance(given.distance, int) and isinstance(then.distance, int):
        return given.distance <= then.distance
    return given.distance == then.distance


def _narrower(given: Number, then: Number) -> bool:
    low = then.low is None or (
        given.low is not None and (given.low, given.low_open) >= (then.low, then.low_open)
    )
    high = then.high is None or (
        given.high is not None
        and (given.high, not given.high_open) <= (then.high, not then.high_open)
    )
    return low and high


def word_implies(given: WordPattern, then: WordPattern) -> bool:
    """Whether every word that fits `given` fits `then`."""
    if isinstance(given, Exact):
        return _exact_implies(given, then)
    if given == then or isinstance(then, AnyWord):
        return True
    if isinstance(given, Wildcard) and isinstance(then, Wildcard):
        if then.case and not given.case:
            return False
        return _wider(given.pattern if then.case else fold(given.pattern), then.pattern)
    if isinstance(given, Fuzzy) and isinstance(then, Fuzzy):
        return given.text == then.text and given.distance <= then.distance
    return False


def _exact_implies(given: Exact, then: WordPattern) -> bool:
    if isinstance(then, Exact | Wildcard) and then.case:
        if isinstance(then, Exact):
            return given == then
        return given.case and fits(given.text, then.pattern)
    word = fold(given.text) if given.case else given.text
    match then:
        case Exact() | Stem():
            return word == then.text
        case Wildcard():
            return fits(word, then.pattern)
        case Fuzzy():
            limit = then.distance
            return OSA.distance(word, then.text, score_cutoff=limit) <= limit
        case _:
            return isinstance(then, AnyWord)


def _wider(narrow: str, wide: str) -> bool:
    """Whether a pattern of the form `abc*` or `*abc` takes in another pattern."""
    body = wide.strip("*")
    if "*" in body or "?" in body:
        return False
    if wide == f"{body}*":
        return narrow.startswith(body)
    return wide == f"*{body}" and narrow.endswith(body)


def fits(word: str, pattern: str) -> bool:
    """Whether a word fits a wildcard."""
    return _expression(pattern).fullmatch(word) is not None


@lru_cache(maxsize=10_000)
def _expression(pattern: str) -> re.Pattern[str]:
    signs = {"*": ".*", "?": "."}
    text = "".join(signs.get(sign) or re.escape(sign) for sign in re.sub(r"\*+", "*", pattern))
    return re.compile(text, re.DOTALL)
