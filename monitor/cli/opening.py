"""What most commands begin with: the configuration, the rules, the database."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from monitor.config.reading import find_config, load_settings
from monitor.config.settings import Settings

if TYPE_CHECKING:
    from monitor.rules import Rulebook
    from monitor.store.database import SqlStore


def now() -> datetime:
    """Return the present moment, aware and UTC."""
    return datetime.now(UTC)


def open_settings(config: str | None) -> Settings:
    """Find and read the configuration."""
    return load_settings(find_config(config, os.environ), os.environ)


def open_rules(settings: Settings) -> Rulebook:
    """Read every rule; raises InvalidRules with all that is wrong with any of them."""
    from monitor.rules import load_rules  # noqa: PLC0415 - commands without rules load faster

    names = [channel.name for channel in settings.channels]
    return load_rules(settings.rules, sources=settings.source_tags, channels=names)


def open_usable_rules(
    settings: Settings, *, edited: Mapping[Path, bytes] = MappingProxyType({})
) -> Rulebook:
    """Read the rules that are sound; what is wrong with the others is in `errors`.

    Of a file in `edited` what stands there is read.
    """
    from monitor.rules import load_usable  # noqa: PLC0415 - commands without rules load faster

    names = [channel.name for channel in settings.channels]
    sources = settings.source_tags
    return load_usable(settings.rules, sources=sources, channels=names, edited=edited)


@contextmanager
def open_database(settings: Settings) -> Iterator[SqlStore]:
    """Open the database of the configuration for the length of a command."""
    from monitor.store.database import open_store  # noqa: PLC0415 - loads SQLAlchemy

    store = open_store(settings.database)
    try:
        yield store
    finally:
        store.close()
