"""Connections: one way to read and one way to write, on either database, and what goes wrong.

On SQLite writers are one connection that begins IMMEDIATE and readers a pool that cannot write;
the journal is a WAL synced at every commit, so that what was committed survives a power failure.
On PostgreSQL both share a pool; readers see one snapshot.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, exc, make_url, text
from sqlalchemy.engine.interfaces import DBAPIConnection, ExceptionContext
from sqlalchemy.pool import QueuePool

from monitor.errors import StoreBusy, StoreError
from monitor.store.types import dump_json

BUSY_SECONDS = 10.0
"""How long a call waits for somebody else's lock or for a free connection."""
_AGAIN = 0.02
"""Seconds between two tries where SQLite itself does not wait."""

_QUEUE = 6
"""How many times as long writers of this program wait for each other: each holds the database for
a batch of articles, and many may come at once."""
_READERS = 8
_SQLITE_LATER = {
    sqlite3.SQLITE_BUSY: "is locked by another program",
    sqlite3.SQLITE_LOCKED: "is locked by another program",
    sqlite3.SQLITE_FULL: "has no room: the disk is full",
    sqlite3.SQLITE_IOERR: "cannot be read or written: the disk reports an error",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened",
    sqlite3.SQLITE_NOMEM: "cannot be used: memory is short",
    sqlite3.SQLITE_PROTOCOL: "is locked by another program",
}
_SQLITE_NEVER = {
    sqlite3.SQLITE_CORRUPT: "is damaged; restore it from a backup",
    sqlite3.SQLITE_NOTADB: "is not an SQLite database",
    sqlite3.SQLITE_READONLY: "is read-only for this user",
    sqlite3.SQLITE_PERM: "may not be opened by this user",
}
_POSTGRESQL_LATER = {
    "08": "cannot be reached",
    "40": "was changed by somebody else at the same moment",
    "53": "is out of resources",
    "55P03": "is locked by another program",
    "57P": "is shutting down or starting",
    "58": "reports a system error",
}
_POSTGRESQL_REFUSALS = ("authentication", '" does not exist')
"""What a server says that waiting does not help."""
_NO_PRIVILEGE = "42501"


class Database:
    """The connections to one database. Safe to use from several threads.

    `foreign_keys=False` is for migrations: SQLite rebuilds a table by dropping it, which would
    take along what refers to it.
    """

    def __init__(
        self, url: str, *, busy_seconds: float = BUSY_SECONDS, foreign_keys: bool = True
    ) -> None:
        self.url = parse_url(url)
        self.busy_seconds = busy_seconds
        self._queue_seconds = _QUEUE * busy_seconds
        self._foreign_keys = foreign_keys
        self.name = display(self.url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.dialect = "sqlite" if self.is_sqlite else "postgresql"
        if self.is_sqlite:
            self._writer = self._sqlite_engine(pool_size=1, writes=True)
            self._reader = self._sqlite_engine(pool_size=_READERS, writes=False)
        else:
            self._writer = self._postgresql_engine()
            self._reader = self._writer.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )

    @property
    def path(self) -> Path | None:
        """The file of an SQLite database."""
        return Path(str(self.url.database)) if self.is_sqlite else None

    def is_absent(self) -> bool:
        """Whether an SQLite database has no file; one that may not be looked at is there."""
        try:
            if self.path is not None:
                self.path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return True
        except OSError:
            return False
        return False

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a transaction that may write; it commits at the end, and rolls back on error.

        On SQLite it holds the write lock from its beginning; do not open one inside another.
        """
        with self._connected(self._writer) as connection, connection.begin():
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a transaction that sees one state of the database and cannot change it."""
        with self._connected(self._reader) as connection, connection.begin():
            yield connection

    @contextmanager
    def _connected(self, engine: Engine) -> Iterator[Connection]:
        try:
            connection = engine.connect()
        except exc.TimeoutError:
            raise StoreBusy(
                f"The database {self.name} is busy: no connection came free within "
                f"{self._queue_seconds:g} seconds."
            ) from None
        with connection:
            yield connection

    def queue(self, connection: Connection, key: int) -> None:
        """Let transactions of this kind follow each other; on SQLite all writers do anyway."""
        if self.is_sqlite:
            return
        waiting = text("SELECT set_config('lock_timeout', :milliseconds, true)")
        connection.execute(waiting, {"milliseconds": str(round(self._queue_seconds * 1000))})
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})
        connection.execute(waiting, {"milliseconds": str(round(self.busy_seconds * 1000))})

    def lasting_connection(self) -> Connection:
        """Open a connection outside transactions, for a lock of its own; the caller closes it."""
        return self._writer.execution_options(isolation_level="AUTOCOMMIT").connect()

    def close(self) -> None:
        """Close every connection that is not in use."""
        self._reader.dispose()
        self._writer.dispose()

    def _sqlite_engine(self, *, pool_size: int, writes: bool) -> Engine:
        engine = create_engine(
            self.url,
            poolclass=QueuePool,
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=self._queue_seconds,
            hide_parameters=True,
            json_serializer=dump_json,
            connect_args={"timeout": self.busy_seconds, "check_same_thread": False},
        )
        event.listen(engine, "handle_error", self._translate, retval=True)

        @event.listens_for(engine, "connect")
        def prepare(connection: DBAPIConnection, _record: object) -> None:
            connection.isolation_level = None  # BEGIN is said below, not by the driver
            if writes:
                self._keep_journal(connection)
            for pragma in (
                f"query_only = {'OFF' if writes else 'ON'}",
                "synchronous = FULL",
                f"foreign_keys = {'ON' if self._foreign_keys else 'OFF'}",
                "temp_store = MEMORY",
                f"cache_size = {-32_768 if writes else -4_096}",  # KiB
                f"journal_size_limit = {64 * 1024 * 1024}",
            ):
                connection.execute(f"PRAGMA {pragma}")

        @event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

        return engine

    def _keep_journal(self, connection: DBAPIConnection) -> None:
        """Switch a database to the write-ahead log.

        Where two connections make one file at once, SQLite refuses one of them without waiting.
        """
        give_up = time.monotonic() + self.busy_seconds
        while True:
            try:
                connection.execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() >= give_up:
                    raise
                time.sleep(_AGAIN)
            else:
                return

    def _postgresql_engine(self) -> Engine:
        engine = create_engine(
            self.url,
            pool_size=_READERS,
            max_overflow=_READERS,
            pool_timeout=self._queue_seconds,
            pool_pre_ping=True,
            hide_parameters=True,
            json_serializer=dump_json,
            connect_args={
                "connect_timeout": max(2, round(self.busy_seconds)),  # libpq takes whole seconds
                "application_name": "monitor",
                # Of a server with the encoding SQL_ASCII, the driver gives bytes else.
                "client_encoding": "utf8",
            },
        )
        event.listen(engine, "handle_error", self._translate, retval=True)

        @event.listens_for(engine, "connect")
        def prepare(connection: DBAPIConnection, _record: object) -> None:
            cursor = connection.cursor()
            cursor.execute("SET TIME ZONE 'UTC'")
            cursor.execute(f"SET lock_timeout = {round(self.busy_seconds * 1000)}")
            # An alert that was promised outlives a crash of the server, whatever is usual there.
            cursor.execute(
                "SELECT set_config('synchronous_commit', 'on', false) "
                "WHERE current_setting('synchronous_commit') = 'off'"
            )
            cursor.execute("SHOW server_encoding")
            (encoding,) = cursor.fetchone() or ("",)
            cursor.close()
            connection.commit()
            if encoding != "UTF8":
                raise StoreError(
                    f"The database {self.name} has the encoding {encoding}, which cannot hold "
                    "every language: make one with ENCODING 'UTF8'."
                )

        return engine

    def _translate(self, context: ExceptionContext) -> StoreError | None:
        error = context.original_exception
        if context.is_pre_ping:
            return None
        if isinstance(error, sqlite3.Error):
            return self._from_sqlite(error)
        if context.sqlalchemy_exception is None or not isinstance(
            context.sqlalchemy_exception, exc.DBAPIError
        ):
            return None
        return self._from_postgresql(error, lost=context.is_disconnect)

    def _from_sqlite(self, error: sqlite3.Error) -> StoreError:
        code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF  # the primary result code
        if code == sqlite3.SQLITE_CANTOPEN and (why := self._why_closed()):
            return StoreError(f"The database {self.name} {why}.")
        if later := _SQLITE_LATER.get(code):
            return StoreBusy(f"The database {self.name} {later} ({error}).")
        never = _SQLITE_NEVER.get(code, "refused a statement")
        return StoreError(f"The database {self.name} {never} ({error}).")

    def _why_closed(self) -> str:
        """Return why the file cannot be opened, where looking at it tells: SQLite does not."""
        path = Path(str(self.url.database))
        folder = path.parent
        if not os.access(folder, os.F_OK):
            return ""
        if not os.access(folder, os.X_OK):
            return f"may not be opened by this user, who has no right to enter {folder}"
        if path.is_dir():
            return "is a folder: name a file in it"
        if path.exists() and not os.access(path, os.R_OK):
            return "may not be read by this user: see who owns it, and its permissions"
        if not path.exists() and not os.access(folder, os.W_OK):
            return f"is not there, and this user may not make it in {folder}"
        return ""

    def _from_postgresql(self, error: BaseException, *, lost: bool) -> StoreError:
        state: str | None = getattr(error, "sqlstate", None)
        detail = self._redacted(str(error))
        if lost or state is None:
            # Without a state there was no answer from a server, or not from a whole one.
            never = any(words in detail for words in _POSTGRESQL_REFUSALS)
            kind: type[StoreError] = StoreError if never else StoreBusy
            return kind(f"The database {self.name} cannot be reached ({detail}).")
        for prefix, what in _POSTGRESQL_LATER.items():
            if state.startswith(prefix):
                return StoreBusy(f"The database {self.name} {what} ({detail}).")
        if state == _NO_PRIVILEGE:
            why = "gives this user too few rights: it has to own the database, or all tables in it"
            return StoreError(f"The database {self.name} {why} ({detail}).")
        return StoreError(f"The database {self.name} refused a statement ({state}: {detail}).")

    def _redacted(self, text: str) -> str:
        line = " ".join(text.split())
        secrets: list[Any] = [self.url.password]
        secrets += [value for name, value in self.url.query.items() if "pass" in name]
        for secret in filter(None, secrets):
            line = line.replace(str(secret), "***")
        return line


def parse_url(url: str) -> URL:
    """Read a database URL; raises StoreError that says which kinds there are."""
    try:
        parsed = make_url(url)
    except (exc.ArgumentError, ValueError):
        raise StoreError(
            "The database URL cannot be read; it looks like sqlite:///var/monitor.db or "
            "postgresql+psycopg://user@host/name."
        ) from None
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        if parsed.database in {None, "", ":memory:"} or parsed.query:
            raise StoreError(
                "The database must be a file that lasts: sqlite:///var/monitor.db "
                "(four slashes for an absolute path)."
            )
        return parsed.set(drivername="sqlite")
    if backend == "postgresql":
        return _with_psycopg(parsed)
    raise StoreError(
        f"There is no support for databases of the kind {backend!r}; "
        "use sqlite:///… or postgresql+psycopg://…."
    )


def _with_psycopg(url: URL) -> URL:
    try:
        import psycopg  # noqa: F401, PLC0415 - an optional dependency, looked for when asked for
    except ImportError:
        raise StoreError(
            "PostgreSQL needs the psycopg package: install monitor[postgresql]."
        ) from None
    return url.set(drivername="postgresql+psycopg")


def display(url: URL) -> str:
    """Return the URL without password and options, for messages."""
    return url.set(query={}).render_as_string(hide_password=True)
