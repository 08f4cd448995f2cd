"""Rows that a transaction is going to write: many in one statement instead of one each.

A statement costs the program far more than the row that it writes, so detection keeps its rows
until the transaction ends, or until it asks for something that they would be part of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import Connection, func, select, text
from sqlalchemy.sql.schema import Table

from monitor.store.engine import Database

_AT_ONCE = 64
"""Most ids that are taken at once from a sequence of PostgreSQL."""


class Pending:
    """Rows for several statements, written in the order in which the statements were declared."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._writers: dict[str, Callable[[list[Any]], object]] = {}
        self._rows: dict[str, list[Any]] = {}

    def declare(self, name: str, statement: Any) -> None:
        """Let rows with this name be written by a statement of SQLAlchemy; rows are mappings."""
        self._writers[name] = lambda rows: self._connection.execute(statement, rows)
        self._rows[name] = []

    def declare_plain(self, name: str, statement: str) -> None:
        """Let rows with this name be written by plain SQL; rows are tuples the driver takes."""
        self._writers[name] = lambda rows: self._connection.exec_driver_sql(statement, rows)
        self._rows[name] = []

    def add(self, name: str, row: Any) -> None:
        """Keep a row until `flush`."""
        self._rows[name].append(row)

    def flush(self) -> None:
        """Write what was kept."""
        for name, rows in self._rows.items():
            if rows:
                self._rows[name] = []
                self._writers[name](rows)


def ids(database: Database, connection: Connection, table: Table[Any]) -> Iterator[int]:
    """Yield ids that no row of this table has or had, for rows that this transaction writes.

    On SQLite they follow the last one, as the transaction is the only one that writes. On
    PostgreSQL those that are taken and not used are never used. People type these numbers, so that
    they are taken one, two, four at once: fewer are lost than used.
    """
    if database.is_sqlite:
        last = connection.execute(
            text("SELECT seq FROM sqlite_sequence WHERE name = :name"), {"name": table.name}
        ).scalar()
        largest = connection.execute(select(func.max(table.c.id))).scalar()
        number = max(last or 0, largest or 0)
        while True:
            number += 1
            yield number
    number = 1
    while True:
        taken = connection.execute(
            text(
                "SELECT nextval(pg_get_serial_sequence(:name, 'id')) "
                "FROM generate_series(1, :number)"
            ),
            {"name": table.name, "number": number},
        ).scalars()
        yield from sorted(taken)
        number = min(2 * number, _AT_ONCE)
