"""Terms that another term of the same OR covers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from monitor.errors import Problem, Severity
from monitor.model.condition import Condition, Exact, Fuzzy, Or, Phrase, Wildcard, WordPattern
from monitor.query.terms import MAX_LENGTH
from monitor.rules.implication import parts_of, word_implies
from monitor.rules.walk import nodes
from monitor.text.fold import fold

_MOST_TERMS = 200_000
_MOST_BROAD = 50


def covered_terms(condition: Condition, seen: set[int]) -> Iterator[Problem]:
    """Yield a warning for each term of an OR that only finds what another of it finds.

    `seen` holds the ORs looked at before (lists are shared by rules) and is added to.
    """
    inside: set[int] = set()
    for node in nodes(condition, seen):
        if isinstance(node, Or):
            if id(node) not in inside:
                yield from _covered(list(_phrases(node)))
            inside.update(id(it) for it in node.operands if isinstance(it, Or))


def _phrases(node: Or) -> Iterator[Phrase]:
    """Yield the terms of an OR and of the ORs directly inside it."""
    waiting: list[Condition] = [node]
    while waiting:
        operand = waiting.pop()
        if isinstance(operand, Or):
            waiting.extend(reversed(operand.operands))
        elif isinstance(operand, Phrase):
            yield operand


def _covered(terms: Sequence[Phrase]) -> Iterator[Problem]:
    if not 1 < len(terms) <= _MOST_TERMS:
        return
    index = _Terms(terms)
    told: set[tuple[WordPattern, ...]] = set()
    for term in terms:
        other = index.covering(term)
        if other is None:
            if term.words in told:
                yield _problem(term, index.first(term), "is in the same OR twice")
            told.add(term.words)
        else:
            yield _problem(term, other, "finds nothing more than")


def _problem(term: Phrase, other: Phrase, what: str) -> Problem:
    if what.endswith("twice"):
        message = f"`{term.source}` {what} (first at {other.location})"
        return Problem("repeated-term", message, term.location, "remove one", Severity.WARNING)
    message = f"`{term.source}` {what} `{other.source}` beside it"
    return Problem("covered-term", message, term.location, "remove one", Severity.WARNING)


class _Terms:
    """The terms of one OR, by what they could cover."""

    def __init__(self, terms: Sequence[Phrase]) -> None:
        self._exact: dict[tuple[WordPattern, ...], Phrase] = {}
        self._begins: dict[str, Phrase] = {}
        self._broad: list[Phrase] = []
        for term in terms:
            self._exact.setdefault(term.words, term)
            word = term.words[0]
            if len(term.words) > 1 or isinstance(word, Exact):
                continue
            if isinstance(word, Wildcard) and not word.case and _prefix(word):
                self._begins.setdefault(_prefix(word), term)
            elif isinstance(word, Wildcard | Fuzzy) and len(self._broad) < _MOST_BROAD:
                self._broad.append(term)

    def first(self, term: Phrase) -> Phrase:
        """Return the first term of the same words."""
        return self._exact[term.words]

    def covering(self, term: Phrase) -> Phrase | None:
        """Return another term that finds all that this one finds."""
        return self._by_words(term) or self._by_prefix(term) or self._by_breadth(term)

    def _by_words(self, term: Phrase) -> Phrase | None:
        """Look for a part of the phrase, or the same without regard to case."""
        for part in parts_of(term):
            if part != term.words and part in self._exact:
                return self._exact[part]
        return None

    def _by_prefix(self, term: Phrase) -> Phrase | None:
        for word in term.words if self._begins else ():
            if isinstance(word, Exact | Wildcard):
                text = fold(word.text if isinstance(word, Exact) else word.pattern.split("*")[0])
                for end in range(2, min(len(text), MAX_LENGTH) + 1):
                    other = self._begins.get(text[:end])
                    if other is not None and other.words != term.words:
                        return other
        return None

    def _by_breadth(self, term: Phrase) -> Phrase | None:
        for other in self._broad:
            if other.words != term.words and any(
                word_implies(word, other.words[0]) for word in term.words
            ):
                return other
        return None


def _prefix(word: Wildcard) -> str:
    """Return `abc` of the pattern `abc*`, of other patterns nothing."""
    body = word.pattern.removesuffix("*")
    return "" if body == word.pattern or "*" in body or "?" in body else body
