"""Document frequencies: in how many stored articles a term stands.

They change with every article and are needed for thousands of terms; they are held in memory,
written through, and read from the database when first asked for.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, select

from monitor.store.tables import term_counts
from monitor.store.types import batches

DOCUMENTS = ""
"""The term under which the articles themselves are counted."""
_MOST_TERMS = 100_000


class TermCounts:
    """Document frequencies in memory. Safe to use by one transaction at a time."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}

    def read(self, connection: Connection, terms: Iterable[str]) -> dict[str, int]:
        """Return how many articles hold each term, 0 for unknown ones."""
        wanted = set(terms)
        held = self._counts  # one dict throughout, whoever forgets meanwhile
        found = {term: held[term] for term in wanted & held.keys()}
        read: dict[str, int] = dict.fromkeys(wanted - found.keys(), 0)
        for some in batches(sorted(read)):
            rows = connection.execute(
                select(term_counts.c.term, term_counts.c.count).where(term_counts.c.term.in_(some))
            )
            read.update((term, count) for term, count in rows)
        if len(self._counts) + len(read) > _MOST_TERMS:
            self._counts = {}
        self._counts.update(read)
        return found | read

    def add(self, terms: Iterable[str]) -> None:
        """Count one article more for those of the terms that are in memory."""
        for term in terms:
            if term in self._counts:
                self._counts[term] += 1

    def forget(self) -> None:
        """Read everything anew: a transaction that counted was rolled back."""
        self._counts = {}
