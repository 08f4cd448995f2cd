"""rapidfuzz.partial_ratio, a keyword at a time, as keyword watchers commonly do it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rapidfuzz.fuzz import partial_ratio

from benchmarks.peers.peer import Verdicts, joined
from benchmarks.watchlist import Kind, Term, Watch
from monitor.model.article import Article

WORD = re.compile(r"\w+|\n")


class PartialRatio:
    """At a threshold of 100 on blank-padded words it means what a word or phrase means."""

    name = "rapidfuzz.partial_ratio"
    cannot = "NEAR, `?`, a wildcard's word border; fuzzy only by percent of the keyword's letters"
    batched = False

    @staticmethod
    def can(watch: Watch) -> bool:
        return (
            not watch.has_near
            and Kind.FUZZY not in watch.kinds
            and not any("?" in t.text for t in watch.terms)
        )

    def __init__(self, watches: Sequence[Watch]) -> None:
        self.rules = [
            (
                watch.id,
                [[_padded(term) for term in clause.terms] for clause in watch.clauses],
                [_padded(term) for term in watch.unwanted],
            )
            for watch in watches
        ]

    def run(self, articles: Sequence[Article]) -> Verdicts:
        return [self._matches(f" {' '.join(WORD.findall(joined(a)))} ") for a in articles]

    def _matches(self, text: str) -> set[str]:
        return {
            id
            for id, clauses, unwanted in self.rules
            if all(_any(terms, text) for terms in clauses) and not _any(unwanted, text)
        }


def _padded(term: Term) -> str:
    return f" {term.text} ".replace(" *", "").replace("* ", "")


def _any(keywords: list[str], text: str) -> bool:
    return any(partial_ratio(keyword, text, score_cutoff=100) for keyword in keywords)
