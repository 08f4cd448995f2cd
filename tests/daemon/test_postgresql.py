"""The daemon on PostgreSQL: a restarted server costs nothing, a claim that is lost ends it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from monitor.daemon.claiming import claim
from monitor.errors import AlreadyRunning, StoreError
from monitor.store import open_store
from tests.daemon.parts import until
from tests.daemon.running import Daemon, once


@pytest.fixture
def make(postgresql_url: str, tmp_path: Path) -> Iterator[Callable[[], Daemon]]:
    with ExitStack() as stack:
        yield lambda: stack.enter_context(Daemon(folder=tmp_path, database=postgresql_url))


def test_a_server_that_restarts_is_told_waited_for_and_costs_nothing(
    make, postgresql_server, capsys
):
    daemon = make().start()
    daemon.answer(once("troops arrive"))
    until(lambda: daemon.notifier.titles() == ["troops arrive"])
    postgresql_server.stop()
    try:
        daemon.answer(once("troops arrive", "troops leave"))
        with pytest.raises(Exception, match="cannot be reached"):
            daemon.service._beat()
        (reason,) = daemon.service.health.reasons()
        assert "cannot be reached" in reason
        until(lambda: "poll-failed" in capsys.readouterr().out)
    finally:
        postgresql_server.start()
    until(lambda: daemon.notifier.titles() == ["troops arrive", "troops leave"])
    daemon.service._beat()
    assert daemon.service.health.reasons() == ()
    assert daemon.store.is_running()
    assert "store-is-back" in capsys.readouterr().out


def test_a_database_taken_over_by_another_daemon_ends_this_one(
    make, postgresql_server, postgresql_url
):
    """Its server dropped the connection that holds the claim, and another was faster."""
    daemon = make().start()
    until(lambda: daemon.polled)
    daemon.service._timers.stop()
    name = postgresql_url.partition("?")[0].rpartition("/")[2]
    postgresql_server.sql(
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
    )
    other = open_store(postgresql_url)
    try:
        assert claim(other, daemon.clock.now)
        with pytest.raises(AlreadyRunning):
            daemon.service._beat()
        assert daemon.service.lost is not None
        assert "works on it" in str(daemon.service.lost)
    finally:
        other.leave()
        other.close()


def test_a_terminated_connection_alone_ends_nothing(make, postgresql_server, postgresql_url):
    daemon = make().start()
    until(lambda: daemon.polled)
    name = postgresql_url.partition("?")[0].rpartition("/")[2]
    postgresql_server.sql(
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
    )
    daemon.answer(once("troops arrive"))
    until(lambda: daemon.notifier.titles() == ["troops arrive"])
    until(lambda: _beats(daemon))
    assert daemon.service.lost is None


def _beats(daemon: Daemon) -> bool:
    try:
        daemon.service._beat()
    except StoreError:
        return False
    return True
