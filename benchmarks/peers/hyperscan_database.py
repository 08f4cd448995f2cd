"""hyperscan for the terms, all in one pass; Boolean evaluation of what was found in Python."""

from __future__ import annotations

from collections.abc import Sequence

import hyperscan

from benchmarks.peers.peer import Verdicts, joined
from benchmarks.peers.regex_loop import expression
from benchmarks.watchlist import Clause, Kind, Watch
from monitor.model.article import Article


class Hyperscan:
    """One expression a distinct term or NEAR; only rules with something found are evaluated."""

    name = "hyperscan + Boolean"
    cannot = "fuzzy terms"
    batched = False

    @staticmethod
    def can(watch: Watch) -> bool:
        return Kind.FUZZY not in watch.kinds

    def __init__(self, watches: Sequence[Watch]) -> None:
        ids: dict[str, int] = {}
        self.rules = []
        self.users: dict[int, list[int]] = {}
        for number, watch in enumerate(watches):
            clauses = [{ids.setdefault(e, len(ids)) for e in _any(c)} for c in watch.clauses]
            unwanted = {ids.setdefault(expression(t), len(ids)) for t in watch.unwanted}
            self.rules.append((watch.id, clauses, unwanted))
            for atom in clauses[0]:
                self.users.setdefault(atom, []).append(number)
        self.database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        self.database.compile(
            expressions=[rf"\b(?:{text})\b".encode() for text in ids],
            ids=list(ids.values()),
            elements=len(ids),
            flags=hyperscan.HS_FLAG_SINGLEMATCH,
        )

    def run(self, articles: Sequence[Article]) -> Verdicts:
        return [self._matches(joined(article).encode()) for article in articles]

    def _matches(self, text: bytes) -> set[str]:
        found: set[int] = set()

        def note(id: int, start: int, end: int, flags: int, context: object) -> None:  # noqa: ARG001 - hyperscan's signature
            found.add(id)

        self.database.scan(text, match_event_handler=note)
        candidates = {number for atom in found for number in self.users.get(atom, ())}
        matching = set()
        for number in candidates:
            id, clauses, unwanted = self.rules[number]
            if not (unwanted & found) and all(clause & found for clause in clauses):
                matching.add(id)
        return matching


def _any(clause: Clause) -> list[str]:
    if not clause.beside:
        return [expression(term) for term in clause.terms]
    between = rf"\W+(?:\w+\W+){{0,{clause.distance - 1}}}"
    pairs = [(expression(a), expression(b)) for a in clause.terms for b in clause.beside]
    return [f"{a}{between}{b}|{b}{between}{a}" for a, b in pairs]
