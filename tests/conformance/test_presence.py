"""One daemon a database: promises of `Desk.claim` and its companions."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from monitor.errors import AlreadyRunning
from monitor.model.listing import DaemonReport
from monitor.store import SqlStore, open_store
from tests.conformance.making import NOW, at


@pytest.fixture
def other(database_url: str) -> Iterator[SqlStore]:
    """The same database, opened a second time."""
    opened = open_store(database_url)
    yield opened
    opened.close()


def test_a_second_daemon_is_refused_and_learns_who_is_first(
    store: SqlStore, other: SqlStore
) -> None:
    assert store.claim("alpha", 123, NOW) is None
    assert other.is_running()
    assert store.is_running()

    with pytest.raises(AlreadyRunning, match=r"process 123 on alpha, last seen 2026-03-01 12:00"):
        other.claim("beta", 456, at(1))

    store.leave()


def test_a_claim_given_up_is_free_for_others(store: SqlStore, other: SqlStore) -> None:
    store.claim("alpha", 123, NOW)
    store.leave()

    assert not other.is_running()
    assert other.daemon() is None
    assert other.claim("beta", 456, at(1)) is None
    other.leave()
    other.leave()


def test_the_daemons_report_is_for_everybody(store: SqlStore, other: SqlStore) -> None:
    store.claim("alpha", 123, NOW)
    store.beat(at(1), '{"rules": 12}')

    assert other.daemon() == DaemonReport(
        host="alpha", pid=123, started=NOW, seen=at(1), report='{"rules": 12}'
    )
    store.leave()


def test_a_claim_ends_with_its_process_however_that_ends(
    store: SqlStore, database_url: str
) -> None:
    program = (
        "import os, sys; from datetime import UTC, datetime; from monitor.store import open_store;"
        "open_store(sys.argv[1]).claim('alpha', 7, datetime(2026, 3, 1, 12, tzinfo=UTC));"
        "print('claimed', flush=True); sys.stdin.read()"
    )
    daemon = subprocess.Popen(
        [sys.executable, "-c", program, database_url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with daemon:
        assert daemon.stdout is not None
        assert daemon.stdout.readline() == b"claimed\n"
        with pytest.raises(AlreadyRunning, match="process 7 on alpha"):
            store.claim("beta", 8, at(1))
        daemon.kill()
        daemon.wait()

    crashed = claim_soon(store)

    assert crashed == DaemonReport(host="alpha", pid=7, started=NOW, seen=NOW, report="")
    store.leave()


def claim_soon(store: SqlStore) -> DaemonReport | None:
    """Claim; a server needs a moment to see that the killed process's connection is gone."""
    for _ in range(1_000):
        if not store.is_running():
            break
    return store.claim("beta", 8, at(2))


def test_a_beat_without_a_claim_is_refused(store: SqlStore, other: SqlStore) -> None:
    with pytest.raises(AlreadyRunning, match="another monitor works on it"):
        store.beat(NOW, "")
    store.claim("alpha", 1, NOW)
    with pytest.raises(AlreadyRunning, match="process 1 on alpha"):
        other.beat(NOW, "")
    store.leave()
