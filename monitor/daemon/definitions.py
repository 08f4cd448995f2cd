"""How sources were defined when they were planned last: one that is edited is due at once."""

from __future__ import annotations

import json
from collections.abc import Iterable
from hashlib import blake2b

from monitor.daemon.diary import Diary
from monitor.model.source import Source

_KEY = "sources"


def changed_sources(diary: Diary, sources: Iterable[Source]) -> frozenset[str]:
    """Return the sources that are defined otherwise than at the last call, over restarts.

    New ones are among them. Raises StoreError.
    """
    before = json.loads(diary.read(_KEY) or "{}")
    now = {source.id: _digest(source) for source in sources}
    if now != before:
        diary.write(_KEY, json.dumps(now, sort_keys=True))
    return frozenset(id for id, digest in now.items() if before.get(id) != digest)


def _digest(source: Source) -> str:
    meant = (
        source.kind,
        source.url,
        str(source.path),
        source.links,
        source.every.total_seconds(),
        source.full_text,
    )
    return blake2b(repr(meant).encode(), digest_size=8).hexdigest()
