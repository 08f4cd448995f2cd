"""Copies of the database while it is in use, and whether it is whole."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from shlex import quote

from sqlalchemy import text

from monitor.errors import StoreBusy, StoreError
from monitor.store.engine import Database


class Upkeep:
    """The part of `desk.Desk` that keeps the database itself."""

    _database: Database

    def backup(self, target: Path) -> None:
        """See `Desk.backup`."""
        path = self._database.path
        if path is None:
            raise StoreError(
                "A PostgreSQL database is copied by its own tool, also while the daemon runs: "
                f"pg_dump --format=custom --file={quote(str(target))} {_for_tools(self._database)}"
            )
        if target.exists():
            raise StoreError(f"{target} exists already; a backup overwrites nothing.")
        partial = target.with_name(f"{target.name}.part")
        try:
            partial.unlink(missing_ok=True)
            _copy(path, partial, self._database.busy_seconds)
            _give_name(partial, target)
        except sqlite3.OperationalError as error:
            partial.unlink(missing_ok=True)
            raise StoreBusy(f"The backup {target} could not be made: {error}.") from error
        except OSError as error:
            with suppress(OSError):
                partial.unlink(missing_ok=True)
            raise StoreError(f"The backup {target} could not be made: {error.strerror}.") from error

    def check(self) -> tuple[str, ...]:
        """See `Desk.check`."""
        if not self._database.is_sqlite:
            return ()
        with self._database.reading() as connection:
            found = connection.execute(text("PRAGMA quick_check(20)")).scalars().all()
        return tuple(line for line in found if line != "ok")


def _for_tools(database: Database) -> str:
    """Return the database as PostgreSQL's own tools take it; they ask for the password."""
    asked = {name: value for name, value in database.url.query.items() if "pass" not in name}
    url = database.url.set(drivername="postgresql", password=None, query=asked)
    return quote(url.render_as_string(hide_password=True))


def _give_name(partial: Path, target: Path) -> None:
    """Rename a file, unlike a rename without replacing one that has come meanwhile."""
    try:
        os.link(partial, target)
    except FileExistsError:
        raise
    except OSError:  # FAT and some network file systems have no links
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
        partial.replace(target)
    else:
        partial.unlink()


def _copy(source: Path, target: Path, patience: float) -> None:
    with (
        closing(
            sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True, timeout=patience)
        ) as one,
        closing(sqlite3.connect(target)) as other,
    ):
        target.chmod(0o600)
        one.backup(other)  # in one step: a reader's view, while others go on writing
        other.execute("PRAGMA journal_mode = DELETE")  # a single file, to be carried anywhere
    with target.open("rb") as written:
        os.fsync(written.fileno())
