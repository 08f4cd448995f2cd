"""What the daemon must remember over restarts beside its work: days of duties, what is left."""

from __future__ import annotations

from monitor.daemon.core import Core


class Diary:
    """Short texts by key, kept in the database beside what the operator was told last."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def read(self, key: str) -> str | None:
        """Return what was written last; None if nothing was. Raises StoreError."""
        return self._core.store.told().get(f"daemon:{key}")

    def write(self, key: str, text: str) -> None:
        """Keep a text in place of the last one. Raises StoreError."""
        self._core.store.tell(f"daemon:{key}", text, None, self._core.now())
