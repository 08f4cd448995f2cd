"""A loop over the rules, each a few compiled `re` expressions."""

from __future__ import annotations

import re
from collections.abc import Sequence

from benchmarks.peers.peer import GAP, Verdicts, joined
from benchmarks.watchlist import Clause, Kind, Term, Watch
from monitor.model.article import Article


class _Expressions:
    """What all ways with `re` have in common."""

    cannot = "fuzzy terms"
    batched = False

    @staticmethod
    def can(watch: Watch) -> bool:
        return Kind.FUZZY not in watch.kinds


class RegexLoop(_Expressions):
    """One expression a clause, asked in turn until one fails; then what must not be there."""

    name = "`re`, a loop"

    def __init__(self, watches: Sequence[Watch]) -> None:
        self.rules = [
            (
                watch.id,
                [re.compile(_clause(clause)) for clause in watch.clauses],
                re.compile(_any(watch.unwanted)) if watch.unwanted else None,
            )
            for watch in watches
        ]

    def run(self, articles: Sequence[Article]) -> Verdicts:
        return [self._matches(joined(article)) for article in articles]

    def _matches(self, text: str) -> set[str]:
        found = set()
        for id, wanted, unwanted in self.rules:
            for expression in wanted:
                if not expression.search(text):
                    break
            else:
                if unwanted is None or not unwanted.search(text):
                    found.add(id)
        return found


class RegexRule(_Expressions):
    """One expression a rule, without regard to case: what a loop of `re.search` usually is."""

    name = "`re`, one a rule"

    def __init__(self, watches: Sequence[Watch]) -> None:
        self.rules = [(watch.id, re.compile(_whole(watch), re.IGNORECASE)) for watch in watches]

    def run(self, articles: Sequence[Article]) -> Verdicts:
        texts = (article.title + GAP + article.body for article in articles)
        return [{id for id, fits in self.rules if fits.match(text)} for text in texts]


def _whole(watch: Watch) -> str:
    wanted = "".join(rf"(?=[\s\S]*?(?:{_clause(clause)}))" for clause in watch.clauses)
    unwanted = rf"(?![\s\S]*?{_any(watch.unwanted)})" if watch.unwanted else ""
    return wanted + unwanted


def _clause(clause: Clause) -> str:
    if not clause.beside:
        return _any(clause.terms)
    left, right = _any(clause.terms), _any(clause.beside)
    between = rf"\W+(?:\w+\W+){{0,{clause.distance - 1}}}"
    return f"{left}{between}{right}|{right}{between}{left}"


def _any(terms: Sequence[Term]) -> str:
    return r"\b(?:" + "|".join(expression(term) for term in terms) + r")\b"


def expression(term: Term) -> str:
    """Return the expression of one term, without its borders."""
    if term.kind is Kind.WILDCARD:
        return term.text.replace("*", r"\w*").replace("?", r"\w")
    return r"[^\w\n]+".join(term.text.split())
