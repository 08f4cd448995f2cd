"""`monitor run` as a process: files in, alerts out, signals obeyed, crashes survived."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import pytest

from monitor.pipeline.recording import UNRECORDED
from tests.daemon.parts import until
from tests.daemon.process import RULES, Process, drop, folder
from tests.daemon.running import Manager, held


@pytest.fixture
def manager() -> Iterator[Manager]:
    made = Manager()
    yield made
    made.close()


def query(place: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(place / "state" / "monitor.db")) as database:
        return database.execute(sql).fetchall()


def test_a_day_in_its_life(tmp_path, manager):
    """Start, an article, an edit, a second daemon, the end: all as systemd and people see it."""
    place = folder(tmp_path)
    environ = {"NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "600000"}
    with Process(place, environ=environ) as daemon:
        daemon.await_event("started")
        until(lambda: manager.all("READY"))
        # Ready means that rules are loaded and the database is open.
        assert query(place, "SELECT rule FROM rule_versions WHERE current") == [("troops",)]
        until(lambda: len(manager.all("WATCHDOG")) >= 2)

        drop(place, "news", "Troops arrive in Алматы.\n\nThe troops came at night.")
        daemon.await_print("Troops arrive in Алматы.")

        (place / "rules" / "watch.yaml").write_text(RULES + "  - {id: käse, match: 1}\n")
        until(lambda: "watch.yaml:5:" in daemon.printed)
        until(lambda: "problem in what was edited" in manager.all("STATUS")[-1])
        (place / "rules" / "watch.yaml").write_text(RULES.replace("match: troops", "match: guards"))
        daemon.await_event("in-force")
        before = len(manager.all("READY"))
        daemon.send(signal.SIGHUP)
        until(lambda: len(manager.all("READY")) > before)
        assert len(manager.all("RELOADING")) >= 3
        drop(place, "more", "Guards arrive.\n\nThe guards came at noon.")
        daemon.await_print("Guards arrive.")

        with Process(place) as second:
            assert second.wait() == 2
            assert "is in use: another monitor (process" in second.said
            assert "Traceback" not in second.said

        assert daemon.end() == 0
        assert manager.heard[-1] == {"STOPPING": "1", "STATUS": "Stopping"}
    # Everything is committed, nothing is left to send, and the daemon left in order.
    assert query(place, "SELECT count(*) FROM articles") == [(2,)]
    assert query(place, "SELECT DISTINCT state FROM alerts") == [("sent",)]
    assert query(place, "SELECT count(*) FROM daemons") == [(0,)]
    order = [next(iter(message)) for message in manager.heard]
    assert order.index("READY") < order.index("RELOADING") < order.index("STOPPING")
    # A restart tells nobody of what is known.
    with Process(place) as again:
        again.await_event("started")
        until(lambda: query(place, "SELECT count(*) FROM daemons") == [(1,)])
        # From the keyboard it ends in order, too, and says by whom as every command does.
        assert again.end(signal.SIGINT) == 130
        assert "arrive" not in again.printed


def test_a_killed_daemon_loses_nothing_and_repeats_only_what_was_not_recorded(tmp_path):
    place = folder(tmp_path)
    for number in range(60):
        drop(place, f"news{number:03}", f"Troops arrive in town {number}.\n\nThe troops came.")
    sent = "SELECT count(*) FROM alerts WHERE state = 'sent' AND kind = 'hit'"
    with Process(place) as daemon:
        until(lambda: "Troops arrive" in daemon.printed)
        daemon.process.kill()
        daemon.wait()
        first = towns(daemon.printed)
    [(recorded,)] = query(place, sent)
    with Process(place) as daemon:
        daemon.await_event("daemon-before-ended-without-order")
        daemon.await_event("database-checked")
        until(lambda: query(place, sent) == [(60,)])
        assert daemon.end() == 0
        second = towns(daemon.printed)
    # At least once each; what was printed and not yet recorded when it was killed comes again.
    assert len({*first, *second}) == 60
    assert len(second) == 60 - recorded
    assert 0 <= len(first) - recorded <= UNRECORDED


def towns(printed: str) -> list[str]:
    return [line for line in printed.splitlines() if line.startswith("Troops arrive")]


def test_secrets_come_from_credentials_and_are_shown_nowhere(tmp_path):
    place = folder(
        tmp_path,
        more="http: 127.0.0.1:0\nheartbeat: http://127.0.0.1:1/${credential:beat}\ncanary: 1s\n",
    )
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    (credentials / "beat").write_text("s3cr3t-beat\n")
    with Process(place, environ={"CREDENTIALS_DIRECTORY": str(credentials)}) as daemon:
        daemon.await_event("heartbeat-failed")
        daemon.await_print("Canary of")
        assert daemon.end() == 0
    assert "s3cr3t-beat" not in daemon.said + daemon.printed
    assert b"s3cr3t-beat" not in (place / "state" / "monitor.db").read_bytes()
    (credentials / "beat").unlink()
    with Process(place, environ={"CREDENTIALS_DIRECTORY": str(credentials)}) as daemon:
        assert daemon.wait() == 2
        assert "monitor.yaml:10:31: error:" in daemon.said
        assert "add LoadCredential=beat:/path/to/file to the unit" in daemon.said


def test_a_full_disk_is_told_and_survived(tmp_path):
    """Writing beyond a limit fails, as on a full disk; when there is room again, all goes on."""
    place = folder(tmp_path)
    with Process(place) as daemon:
        daemon.await_event("started")
        drop(place, "first", "Troops arrive first.\n\nThe troops came.")
        daemon.await_print("Troops arrive first.")
        wal = place / "state" / "monitor.db-wal"
        room = wal.stat().st_size + 4096
        resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
        for number in range(5):
            drop(place, f"news{number}", f"Troops arrive in town {number}.\n\n" + "Troops. " * 9000)
        event = daemon.await_event("poll-failed")
        assert "The database" in event["error"]
        assert "Traceback" not in daemon.said
        no_limit = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE, no_limit)
        daemon.send(signal.SIGHUP)
        for number in range(5):
            daemon.await_print(f"Troops arrive in town {number}.")
        assert daemon.end() == 0
    assert daemon.printed.count("Troops arrive in town 3.") == 1


def test_a_daemon_that_may_write_its_state_and_nothing_else(tmp_path):
    """The file system is read-only for it, as under ProtectSystem=strict and PrivateTmp."""
    if os.geteuid() != 0 or shutil.which("unshare") is None:
        pytest.skip("making a file system read-only takes root and unshare")
    state = tmp_path / "state"
    place = tmp_path / "etc"
    state.mkdir()
    place.mkdir()
    folder(place, f"sqlite:///{state}/monitor.db")
    mounts = f"mount --bind {state} {state} && mount -o remount,bind,ro /"
    own = ("unshare", "--mount", "--propagation", "private", "sh", "-c")
    # As under MemoryDenyWriteExecute: prctl(2), PR_SET_MDWE; an older kernel refuses and goes on.
    start = "import ctypes, runpy; ctypes.CDLL(None).prctl(65, 1, 0, 0, 0); "
    start += "runpy.run_module('monitor', run_name='__main__', alter_sys=True)"
    script = f'{mounts} && exec "{sys.executable}" -c "{start}" "$@"'
    command = (*own, script, "monitor")
    probe = subprocess.run([*own, mounts], capture_output=True, check=False)
    if probe.returncode:
        pytest.skip(f"this machine allows no own mounts: {probe.stderr.decode().strip()}")
    with Process(place, command=command, environ={"TMPDIR": str(state)}) as daemon:
        daemon.await_event("started")
        drop(place, "news", "Troops arrive.\n\nThe troops came.")
        daemon.await_print("Troops arrive.")
        assert daemon.end() == 0


def test_a_database_that_is_locked_at_the_start_is_waited_for(tmp_path, manager):
    """As at boot, when the server is not up yet: systemd does not start again what ends with 2."""
    place = folder(tmp_path)
    with Process(place) as daemon:
        daemon.await_event("started")
        assert daemon.end() == 0
    environ = {"NOTIFY_SOCKET": manager.path}
    with ExitStack() as lock:
        lock.enter_context(held(place / "state" / "monitor.db"))
        with Process(place, environ=environ) as daemon:
            assert "is locked" in daemon.await_event("waiting-for-database")["error"]
            until(lambda: any("Waiting: " in status for status in manager.all("STATUS")))
            assert daemon.end() == 0
        with Process(place, environ=environ) as daemon:
            daemon.await_event("waiting-for-database")
            assert manager.all("READY") == []
            lock.close()
            until(lambda: manager.all("READY"))
            drop(place, "news", "Troops arrive.\n\nThe troops came.")
            daemon.await_print("Troops arrive.")
            assert daemon.end() == 0
    assert manager.all("STOPPING") == ["1"]


def test_a_wrong_configuration_ends_with_2_and_says_where(tmp_path):
    place = folder(tmp_path, more="rout: []\n")
    with Process(place) as daemon:
        assert daemon.wait() == 2
        assert "monitor.yaml:9:1: error:" in daemon.said
        assert "Traceback" not in daemon.said


def test_impatience_ends_it_at_once_with_everything_committed(tmp_path, manager):
    """A server that takes the request and never answers: the poll cannot end in order."""
    place = folder(tmp_path)
    config = place / "monitor.yaml"
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/feed"
        written = config.read_text().replace(
            "sources:\n", f"sources:\n  - {{id: slow, type: feed, url: '{url}'}}\n"
        )
        config.write_text(written)
        with Process(place, environ={"NOTIFY_SOCKET": manager.path}) as daemon:
            server.settimeout(300)
            with server.accept()[0]:
                daemon.send(signal.SIGTERM)
                # Both sent at once would be heard in any order.
                until(lambda: manager.all("STOPPING"))
                daemon.send(signal.SIGINT)
                assert daemon.wait() == 0
        assert daemon.events("left-behind")[0]["unfinished"] == ["poll of slow"]
    assert query(place, "SELECT count(*) FROM daemons") == [(0,)]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_an_end_while_it_loads_is_in_order(tmp_path, number, code):
    """What it is made of is being imported: Python says of each module when it is there."""
    place = folder(tmp_path)
    command = (sys.executable, "-X", "importtime", "-m", "monitor")
    with Process(place, command=command) as daemon:
        until(lambda: " structlog" in daemon.said)
        daemon.send(number)
        assert daemon.wait() == code
        assert "Traceback" not in daemon.said
        assert daemon.printed == ""
    assert not (place / "state").exists()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_an_end_while_it_reads_its_configuration_is_in_order(tmp_path, number, code):
    place = folder(tmp_path)
    (place / "monitor.yaml").unlink()
    os.mkfifo(place / "monitor.yaml")
    opened: list[int] = []

    def is_read() -> bool:
        with suppress(OSError):  # nobody has opened it yet
            opened.append(os.open(place / "monitor.yaml", os.O_WRONLY | os.O_NONBLOCK))
        return bool(opened)

    with Process(place, "--config", "monitor.yaml") as daemon:
        until(is_read)
        daemon.send(number)
        os.close(opened[0])  # a signal that came just before it began to wait does not end the wait
        assert daemon.wait() == code
        assert "Traceback" not in daemon.said
    assert not (place / "state").exists()
