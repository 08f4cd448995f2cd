"""Wiring: the one place that names the concrete classes behind the ports."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TextIO

from monitor.config.settings import Settings
from monitor.ports import FileMemory

if TYPE_CHECKING:
    from monitor.notify.notifier import AppriseNotifier
    from monitor.sources.reader import Reader
    from monitor.store.database import SqlStore


def make_store(settings: Settings) -> SqlStore:
    """Open the database; an empty one is given its schema first.

    Raises SchemaMismatch, with what to do, for one of another version.
    """
    from monitor.store import schema  # noqa: PLC0415 - loads SQLAlchemy
    from monitor.store.database import open_store  # noqa: PLC0415

    if schema.state(settings.database) is schema.SchemaState.EMPTY:
        schema.upgrade(settings.database)
    return open_store(settings.database)


def make_reader(settings: Settings, files: FileMemory) -> Reader:
    """Return the reader of all kinds of sources."""
    from monitor.sources import Reader  # noqa: PLC0415 - loads the HTTP client

    named = [source.url for source in settings.sources if source.url]
    return Reader(files=files, contact=settings.contact, trusted=named)


def make_notifier(console: TextIO = sys.stdout) -> AppriseNotifier:
    """Return the notifier for all channels."""
    from monitor.notify.notifier import AppriseNotifier  # noqa: PLC0415 - loads templates

    return AppriseNotifier(console=console)
