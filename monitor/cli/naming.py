"""The one article that a name stands for, and names in sentences."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.cli.whereabouts import find
from monitor.config.settings import Settings
from monitor.errors import UsageError
from monitor.store.database import SqlStore

_NAMED = 10
"""Items that a sentence lists; of more it says how many."""


def one_article(store: SqlStore, settings: Settings, what: str) -> int | None:
    """Return the number of the one article that is named; None when it is not stored.

    Raises UsageError where several are: sources may have given one address each.
    """
    found = find(store, settings, what)
    if len(found) > 1:
        each = listed([f"{one.id} (source {one.article.source})" for one in found])
        raise UsageError(f"{what} names {len(found)} articles, {each}: name one by its number")
    return found[0].id if found else None


def listed(items: Sequence[object]) -> str:
    """Return items as a sentence lists them: `1, 2 and 3`; many are cut."""
    if len(items) > _NAMED:
        return f"{', '.join(map(str, items[:_NAMED]))} and {len(items) - _NAMED:,} more"
    *others, last = map(str, items)
    return f"{', '.join(others)} and {last}" if others else last


def numbered(items: Sequence[object], noun: str, many: str = "") -> str:
    """Return items with what they are: `article 1`, `stories 1 and 2`."""
    return f"{noun if len(items) == 1 else many or noun + 's'} {listed(items)}"
