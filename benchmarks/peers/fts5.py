"""SQLite FTS5 the other way round: index a batch of articles, run every rule on it."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from benchmarks.peers.peer import Verdicts
from benchmarks.watchlist import Clause, Kind, Term, Watch
from monitor.model.article import Article


class Fts5:
    """A new table in memory for each batch; a MATCH a rule."""

    name = "SQLite FTS5"
    cannot = "fuzzy terms, wildcards other than `abc*`"
    batched = True

    @staticmethod
    def can(watch: Watch) -> bool:
        return Kind.FUZZY not in watch.kinds and not any(
            "?" in term.text or term.text.startswith("*") for term in watch.terms
        )

    def __init__(self, watches: Sequence[Watch]) -> None:
        self.rules = [(watch.id, _query(watch)) for watch in watches]

    def run(self, articles: Sequence[Article]) -> Verdicts:
        database = sqlite3.connect(":memory:")
        database.execute("CREATE VIRTUAL TABLE article USING fts5(title, body)")
        database.executemany(
            "INSERT INTO article (rowid, title, body) VALUES (?, ?, ?)",
            [(number, a.title, a.body) for number, a in enumerate(articles)],
        )
        verdicts: Verdicts = [set() for _ in articles]
        ask = "SELECT rowid FROM article WHERE article MATCH ?"
        for id, query in self.rules:
            for (number,) in database.execute(ask, (query,)):
                verdicts[number].add(id)
        database.close()
        return verdicts


def _query(watch: Watch) -> str:
    wanted = " AND ".join(f"({_clause(clause)})" for clause in watch.clauses)
    return f"({wanted}) NOT ({_any(watch.unwanted)})" if watch.unwanted else wanted


def _clause(clause: Clause) -> str:
    if not clause.beside:
        return _any(clause.terms)
    return " OR ".join(  # NEAR takes no groups: every pair is written out
        f"NEAR({_term(left)} {_term(right)}, {clause.distance - 1})"
        for left in clause.terms
        for right in clause.beside
    )


def _any(terms: Sequence[Term]) -> str:
    return " OR ".join(_term(term) for term in terms)


def _term(term: Term) -> str:
    return f'"{term.text[:-1]}" *' if term.kind is Kind.WILDCARD else f'"{term.text}"'
