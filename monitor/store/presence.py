"""One daemon a database: a lock that ends with its process, and what the daemon says of itself.

On SQLite the kernel keeps the lock (flock on a file beside the database), on PostgreSQL the server
does (an advisory lock of one connection): a daemon that was killed holds it no longer, and one that
was suspended still does.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, delete, select, text, update

from monitor.errors import AlreadyRunning, StoreBusy, StoreError
from monitor.model.alert import Alert
from monitor.model.listing import DaemonReport
from monitor.store.engine import Database
from monitor.store.outbox import insert_alerts
from monitor.store.tables import daemons, notices
from monitor.store.types import insert_into

_DAEMON_LOCK = 0x6D6F6E69746F7233  # "monitor3"
_ONLY_ROW = 1
_PAUSES = (0.02, 0.1)
"""Seconds."""


class _Lock(Protocol):
    def take(self) -> bool:
        """Take the lock; False when another process has it."""

    def keep(self) -> bool:
        """Make sure that it is still held, taking it anew if need be; False if it cannot be."""

    def give_back(self) -> None:
        """Let others take it."""

    def is_taken(self) -> bool:
        """Tell whether any process has it, leaving everything as it is."""


class _FileLock:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None

    def take(self) -> bool:
        if self._file is not None:
            return True
        try:
            file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreError(f"The lock {self._path} cannot be made: {error.strerror}.") from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(file)
            return False
        self._file = file
        return True

    def keep(self) -> bool:
        return self.take()

    def give_back(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def is_taken(self) -> bool:
        try:
            file = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        except OSError as error:
            raise StoreError(f"The lock {self._path} cannot be read: {error.strerror}.") from error
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
        else:
            return False
        finally:
            os.close(file)


class _ServerLock:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection: Connection | None = None

    def take(self) -> bool:
        if self._connection is not None:
            return True
        connection = self._database.lasting_connection()
        taken = connection.execute(
            text("SELECT pg_try_advisory_lock(:key)"), {"key": _DAEMON_LOCK}
        ).scalar_one()
        if not taken:
            connection.close()
            return False
        self._connection = connection
        return True

    def keep(self) -> bool:
        if self._connection is not None:
            try:
                self._connection.execute(text("SELECT 1"))
            except StoreError:
                self._forget()  # the connection is gone, and the lock with it
        return self.take()

    def give_back(self) -> None:
        if self._connection is not None:
            with suppress(StoreError):
                self._connection.execute(
                    text("SELECT pg_advisory_unlock(:key)"), {"key": _DAEMON_LOCK}
                )
            self._forget()

    def is_taken(self) -> bool:
        free = self.take()
        self.give_back()
        return not free

    def _forget(self) -> None:
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
            self._connection = None


def _taken(lock: _Lock) -> bool:
    """Take a lock; somebody who only asks whether it is taken holds it for an instant."""
    for pause in _PAUSES:
        if lock.take():
            return True
        time.sleep(pause)
    return lock.take()


class Presence:
    """The part of `desk.Desk` about the daemon and what it told its operator."""

    _database: Database
    _held: _Lock | None = None

    def claim(self, host: str, pid: int, now: datetime) -> DaemonReport | None:
        """See `Desk.claim`."""
        lock = self._lock()
        if not _taken(lock):
            raise AlreadyRunning(self._who())
        self._held = lock
        before = self._row()
        values = {"host": host, "pid": pid, "started": now, "seen": now, "report": ""}
        with self._database.writing() as connection:
            connection.execute(
                insert_into(daemons, self._database.dialect).on_conflict_do_update(
                    index_elements=["id"], set_=values
                ),
                {"id": _ONLY_ROW, **values},
            )
        return before

    def beat(self, now: datetime, report: str) -> None:
        """See `Desk.beat`."""
        if self._held is None or not self._held.keep():
            raise AlreadyRunning(self._who())
        with self._database.writing() as connection:
            connection.execute(
                update(daemons).where(daemons.c.id == _ONLY_ROW).values(seen=now, report=report)
            )

    def leave(self) -> None:
        """See `Desk.leave`."""
        if self._held is None:
            return
        try:
            with self._database.writing() as connection:
                connection.execute(delete(daemons))
        finally:
            self._held.give_back()
            self._held = None

    def daemon(self) -> DaemonReport | None:
        """See `Desk.daemon`."""
        return self._row()

    def is_running(self) -> bool:
        """See `Desk.is_running`."""
        return self._held is not None or self._lock().is_taken()

    def tell(self, key: str, state: str, alert: Alert | None, now: datetime) -> bool:
        """See `Desk.tell`."""
        with self._database.writing() as connection:
            before = connection.execute(
                select(notices.c.state).where(notices.c.key == key).with_for_update()
            ).scalar_one_or_none()
            if before == state:
                return False
            connection.execute(
                insert_into(notices, self._database.dialect).on_conflict_do_update(
                    index_elements=["key"], set_={"state": state, "at": now}
                ),
                {"key": key, "state": state, "at": now},
            )
            if alert is not None:
                insert_alerts(connection, [alert])
            return True

    def told(self) -> Mapping[str, str]:
        """See `Desk.told`."""
        with self._database.reading() as connection:
            rows = connection.execute(select(notices.c.key, notices.c.state))
            return {key: state for key, state in rows}  # noqa: C416 - rows are no pairs to mypy

    def _lock(self) -> _Lock:
        path = self._database.path
        if path is None:
            return _ServerLock(self._database)
        return _FileLock(path.with_name(f"{path.name}.lock"))

    def _row(self) -> DaemonReport | None:
        with self._database.reading() as connection:
            row = connection.execute(
                select(
                    daemons.c.host,
                    daemons.c.pid,
                    daemons.c.started,
                    daemons.c.seen,
                    daemons.c.report,
                )
            ).one_or_none()
        if row is None:
            return None
        host, pid, started, seen, report = row
        return DaemonReport(host=host, pid=pid, started=started, seen=seen, report=report)

    def _who(self) -> str:
        who = "another monitor"
        with suppress(StoreBusy):
            if (row := self._row()) is not None:
                who += f" (process {row.pid} on {row.host}, last seen {row.seen:%F %T} UTC)"
        return (
            f"The database {self._database.name} is in use: {who} works on it. "
            "Stop that one first, or give this one a database of its own."
        )
