"""`monitor status`: one screen, and an exit code that says whether a person is needed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.model.source import SourceState
from monitor.store import SqlStore, open_store
from tests.cli.conftest import Run


@pytest.fixture
def store(worked: Path) -> Iterator[SqlStore]:
    opened = open_store(f"sqlite:///{worked / 'monitor.db'}")
    yield opened
    opened.leave()
    opened.close()


def shown(lines: list[str]) -> dict[str, str]:
    """The rows of the screen by their names."""
    return {line[:10].strip(): line[11:] for line in lines if not line.startswith("! ")}


def test_a_screen_without_a_daemon(run: Run, worked: Path) -> None:
    del worked
    said = run("status")
    rows = shown(said.lines)
    assert said.code == 1
    assert rows["running"] == "no"
    assert rows["sources"] == "1 good, 1 bad"
    assert rows["today"] == "3 articles, 2 hits"
    assert rows["outbox"] == "1 pending, 0 dead letters"
    assert rows["silences"] == "0"
    assert "! the daemon does not run" in said.lines
    assert any(line.startswith("! source world: http://127.0.0.1:9/") for line in said.lines)


def test_a_screen_with_a_daemon_that_has_troubles(run: Run, store: SqlStore) -> None:
    now = datetime.now(UTC)
    store.claim("box", 4711, now - timedelta(hours=2))
    report = {
        "version": "0.1.0",
        "rules": 2,
        "loaded": now.isoformat(),
        "problems": ["rules/a.yaml:3:5: error: no"],
        "problem_count": 1,
        "doubts": ["no source has been read since the start"],
    }
    store.beat(now, json.dumps(report))
    store.add_silence(start=now - timedelta(hours=1), end=now + timedelta(hours=1))
    with store.writing() as writing:
        writing.save_source(SourceState(source="world", gone=True, last_poll=now))
        writing.save_source(SourceState(source="former", failures=3))
    said = run("status")
    rows = shown(said.lines)
    assert rows["running"] == "since 2 h ago, process 4711 on box"
    assert rows["sources"] == "1 good, 0 bad, 1 gone"
    assert rows["rules"] == "2 running, 1 problem"
    assert rows["silences"] == "1"
    assert [line for line in said.lines if line.startswith("! ")] == [
        "! source world is gone (410)",
        "! rules/a.yaml:3:5: error: no",
        "! no source has been read since the start",
    ]
    assert said.code == 1


def test_a_daemon_that_is_well_needs_nobody(run: Run, store: SqlStore) -> None:
    now = datetime.now(UTC)
    store.claim("box", 4711, now)
    store.beat(now, json.dumps({"rules": 2, "problems": [], "doubts": []}))
    with store.writing() as writing:
        writing.save_source(SourceState(source="world", last_success=now, last_poll=now))
    said = run("status")
    assert (said.code, said.err) == (0, "")
    assert not [line for line in said.lines if line.startswith("! ")]


def test_a_daemon_that_cannot_write_any_more_is_told(run: Run, store: SqlStore) -> None:
    store.claim("box", 4711, datetime.now(UTC) - timedelta(minutes=5))
    assert run("status").code == 1
    assert (
        "! the daemon could last write to the database 5 min ago: its log says why (a full disk?)"
        in run("status").lines
    )


def test_a_daemon_that_crashed_is_told(run: Run, store: SqlStore) -> None:
    store.claim("box", 4711, datetime.now(UTC) - timedelta(minutes=5))
    assert store._held is not None
    store._held.give_back()  # as the kernel does for a process that was killed
    store._held = None
    rows = shown(run("status").lines)
    assert rows["running"] == "no; it ended without order, last seen 5 min ago"


def test_a_program_gets_one_object(run: Run, store: SqlStore) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    store.claim("box", 4711, now)
    store.beat(now, json.dumps({"version": "0.1.0", "rules": 2, "problem_count": 0}))
    row = run("status", "--json").row
    assert (row["running"], row["pid"], row["version"], row["rules"]) == (True, 4711, "0.1.0", 2)
    assert row["since"] == row["seen"] == now.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert row["sources"] == {"good": 1, "bad": 1, "gone": 0, "unread": 0}
    assert (row["articles_today"], row["hits_today"]) == (3, 2)
    assert row["outbox"]["hook"]["pending"] == 1
    assert row["troubles"][0].startswith("source world: ")
