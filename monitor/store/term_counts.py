"""Document frequencies: in the first articles of how many stories a term stands.

They change with every article and are needed for thousands of terms; they are held in memory,
written through, and read from the database when first asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, select

from monitor.store.tables import term_counts
from monitor.store.types import batches

DOCUMENTS = ""
"""The term under which the stories themselves are counted."""
_MOST_TERMS = 100_000


class TermCounts:
    """Document frequencies in memory. Safe to use by one transaction at a time."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}

    def read(self, connection: Connection, terms: Iterable[str]) -> dict[str, int]:
        """Return in how many stories' first articles each term stands, 0 for unknown ones."""
        wanted = set(terms)
        held = self._counts  # one dict throughout, whoever forgets meanwhile
        missing = wanted.difference(held)
        found = {term: held[term] for term in wanted - missing}
        if not missing:
            return found
        read: dict[str, int] = dict.fromkeys(missing, 0)
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

    def write(self, connection: Connection, counted: Mapping[str, int]) -> None:
        """Count so many articles more for each of these terms, in the database."""
        place = "?" if connection.dialect.name == "sqlite" else "%s"
        if counted:
            connection.exec_driver_sql(
                f"INSERT INTO term_counts (term, count) VALUES ({place}, {place}) "  # noqa: S608
                "ON CONFLICT (term) DO UPDATE SET count = term_counts.count + excluded.count",
                sorted(counted.items()),
            )

    def forget(self) -> None:
        """Read everything anew: a transaction that counted was rolled back."""
        self._counts = {}
