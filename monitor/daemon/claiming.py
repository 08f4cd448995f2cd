"""Becoming the one daemon of a database, and the name that this process works under."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

import structlog

from monitor.errors import AlreadyRunning
from monitor.store.database import SqlStore

log = structlog.get_logger(part="daemon")

_CLAIMS = 3
_BETWEEN_CLAIMS = 0.3
"""Seconds."""


def claim(store: SqlStore, now: Callable[[], datetime]) -> bool:
    """Become the daemon of the database; return whether the one before crashed.

    Raises AlreadyRunning when there is another. A look by `monitor status` takes the claim for a
    moment: that is waited for.
    """
    patience = threading.Event()
    for _ in range(_CLAIMS):
        with suppress(AlreadyRunning):
            return _claim_now(store, now())
        patience.wait(_BETWEEN_CLAIMS)
    return _claim_now(store, now())


def _claim_now(store: SqlStore, now: datetime) -> bool:
    crashed = store.claim(socket.gethostname(), os.getpid(), now)
    if crashed is None:
        return False
    seen = crashed.seen.isoformat()
    log.warning("daemon-before-ended-without-order", pid=crashed.pid, seen=seen)
    return True


def worker() -> str:
    """Return the name by which this process leases alerts."""
    return f"{socket.gethostname()}:{os.getpid()}"
