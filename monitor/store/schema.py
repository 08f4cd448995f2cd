"""The schema's revision: which one a database has, and bringing it to the one of this program."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from monitor.errors import SchemaMismatch, StoreError
from monitor.store.engine import Database

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0002"
"""The revision that this program works with; a test compares it with the migrations."""

VERSION_TABLE = "monitor_schema"
_UPGRADE_LOCK = 0x6D6F6E69746F7231  # "monitor1": one upgrade at a time on PostgreSQL


class SchemaState(StrEnum):
    """What a database's schema is to this program."""

    EMPTY = "empty"
    CURRENT = "current"
    OLDER = "older"  # `monitor db upgrade` brings it up
    NEWER = "newer"  # a later version of this program made it
    FOREIGN = "foreign"  # it belongs to something else


def migrations() -> Path:
    """Return the folder of migrations: inside the installed package, or in the source tree."""
    packaged = Path(__file__).parent / "migrations"
    return packaged if packaged.is_dir() else Path(__file__).parents[2] / "migrations"


def alembic_config(connection: Connection | None = None) -> Config:
    """Return Alembic's configuration, made here instead of in a file."""
    from alembic.config import Config  # noqa: PLC0415 - slow to import, rarely needed

    # Alembic's own default is what standard output was when it was first imported.
    config = Config(stdout=sys.stdout)
    config.set_main_option("script_location", str(migrations()).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def upgrade(url: str) -> str:
    """Bring the database to this program's schema, making its file if need be.

    Returns the revision that it had before, empty for a new one. Raises SchemaMismatch when it
    is newer than the program or belongs to something else; then nothing was changed.
    """
    from alembic import command  # noqa: PLC0415 - slow to import, rarely needed

    database = Database(url, foreign_keys=False)
    if database.path is not None:
        _make_folder(database.path.parent)
        _make_private(database.path)
    try:
        with database.writing() as connection:
            database.queue(connection, _UPGRADE_LOCK)
            before = _revision(connection)
            found = _state(connection)
            if found in {SchemaState.NEWER, SchemaState.FOREIGN}:
                raise SchemaMismatch(explain(found, before, database.name))
            if found is not SchemaState.CURRENT:
                command.upgrade(alembic_config(connection), "head")
                _check_references(connection, database)
            return before
    finally:
        database.close()


def current(url: str) -> str:
    """Return the revision that the database has; empty if none. Never makes a file."""
    with _looking(url) as connection:
        return "" if connection is None else _revision(connection)


def state(url: str) -> SchemaState:
    """Say what the database's schema is to this program. Never makes a file."""
    with _looking(url) as connection:
        return SchemaState.EMPTY if connection is None else _state(connection)


def require_current(database: Database) -> None:
    """Raise SchemaMismatch, with what to do, unless the database has this program's schema."""
    if database.is_absent():
        raise SchemaMismatch(explain(SchemaState.EMPTY, "", database.name))
    with database.reading() as connection:
        found = _state(connection)
        if found is not SchemaState.CURRENT:
            raise SchemaMismatch(explain(found, _revision(connection), database.name))


def explain(found: SchemaState, revision: str, name: str) -> str:
    """Say in one sentence what a database that cannot be used as it is needs."""
    match found:
        case SchemaState.EMPTY:
            return (
                f"The database {name} is empty: make it with `monitor db upgrade`, "
                "or start `monitor run`."
            )
        case SchemaState.OLDER:
            return (
                f"The database {name} has revision {revision}, this program works with {HEAD}: "
                "stop the daemon, make a backup, and run `monitor db upgrade`."
            )
        case SchemaState.NEWER:
            return (
                f"The database {name} has revision {revision}, which this program does not know "
                f"(it works with {HEAD}): install the version that made it, or a later one."
            )
        case SchemaState.FOREIGN:
            return (
                f"The database {name} holds tables of something else: "
                "give monitor a database of its own."
            )
        case SchemaState.CURRENT:
            return f"The database {name} has this program's revision, {HEAD}."


def assess(
    revision: str, tables: Collection[str], known: Callable[[], Collection[str]]
) -> SchemaState:
    """Say what a database with this revision (empty: none) and these tables is.

    `known` gives the revisions of the migrations; it is slow, and asked only if need be.
    """
    if revision == HEAD:
        return SchemaState.CURRENT
    if revision:
        return SchemaState.OLDER if revision in known() else SchemaState.NEWER
    return SchemaState.FOREIGN if set(tables) - {VERSION_TABLE} else SchemaState.EMPTY


def _state(connection: Connection) -> SchemaState:
    tables = inspect(connection).get_table_names()
    return assess(_revision(connection), tables, _known_revisions)


def _check_references(connection: Connection, database: Database) -> None:
    """Make sure that a migration, which runs without foreign keys, left none broken."""
    if database.is_sqlite and connection.execute(text("PRAGMA foreign_key_check")).first():
        raise StoreError(
            f"The upgrade of the database {database.name} would leave rows without what they "
            "belong to; nothing was changed. Please report this."
        )


def _revision(connection: Connection) -> str:
    if not inspect(connection).has_table(VERSION_TABLE):
        return ""
    found = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()  # noqa: S608 - a constant
    return str(found) if found else ""


def _known_revisions() -> frozenset[str]:
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - slow to import, rarely needed

    scripts = ScriptDirectory.from_config(alembic_config())
    return frozenset(script.revision for script in scripts.walk_revisions())


@contextmanager
def _looking(url: str) -> Iterator[Connection | None]:
    """Open the database for reading; None when its file does not exist."""
    database = Database(url)
    if database.is_absent():
        yield None
        return
    try:
        with database.reading() as connection:
            yield connection
    finally:
        database.close()


def _make_private(path: Path) -> None:
    """Make the file of a database that is not there yet, for this user alone.

    It tells what people watch for. SQLite gives the files beside it the same permissions.
    """
    with suppress(OSError):  # it is there already, or opening it says what is wrong
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"The folder of the database cannot be made: {folder}: {error.strerror}."
        ) from error
