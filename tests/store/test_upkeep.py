"""Copies of the database while it is in use, and finding damage."""

from __future__ import annotations

import errno
import os
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from monitor.errors import StoreError
from monitor.store import open_store, upgrade
from tests.conformance.making import NOW, add_article


def test_a_backup_of_a_database_in_use_is_whole_and_opens(sqlite_url: str, tmp_path: Path) -> None:
    store = open_store(sqlite_url)
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            add_article(store)

    for _ in range(20):
        add_article(store)
    writer = threading.Thread(target=write)
    writer.start()
    try:
        store.backup(tmp_path / "copy.db")
    finally:
        stop.set()
        writer.join()
    store.close()

    copy = open_store(f"sqlite:///{tmp_path}/copy.db")
    span = copy.article_span()
    assert span is not None
    assert span.count >= 20
    assert copy.check() == ()
    assert add_article(copy) == span.last + 1
    copy.close()
    assert oct((tmp_path / "copy.db").stat().st_mode)[-3:] == "600"
    assert not (tmp_path / "copy.db.part").exists()


def test_a_backup_overwrites_nothing(sqlite_url: str, tmp_path: Path) -> None:
    store = open_store(sqlite_url)
    (tmp_path / "copy.db").write_text("precious")

    with pytest.raises(StoreError, match="exists already; a backup overwrites nothing"):
        store.backup(tmp_path / "copy.db")

    assert (tmp_path / "copy.db").read_text() == "precious"
    store.close()


def test_a_backup_that_cannot_be_written_says_so(sqlite_url: str, tmp_path: Path) -> None:
    store = open_store(sqlite_url)

    with pytest.raises(StoreError, match=r"nowhere/copy\.db could not be made"):
        store.backup(tmp_path / "nowhere" / "copy.db")
    (tmp_path / "copy.db.part").mkdir()
    with pytest.raises(StoreError, match=r"copy\.db could not be made: Is a directory"):
        store.backup(tmp_path / "copy.db")

    store.close()


@pytest.mark.parametrize("late", [False, True])
def test_where_there_are_no_links_a_backup_is_made_and_overwrites_nothing(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, late: bool
) -> None:
    """No file system that tests can mount is without links: this one refuses them as FAT does."""
    target = tmp_path / "copy.db"

    def refuse(*_args: object) -> None:
        if late:
            target.write_text("precious")
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "link", refuse)
    store = open_store(sqlite_url)
    if late:
        with pytest.raises(StoreError, match="File exists"):
            store.backup(target)
        assert target.read_text() == "precious"
    else:
        store.backup(target)
        assert open_store(f"sqlite:///{target}").check() == ()
    assert not (tmp_path / "copy.db.part").exists()
    store.close()


def test_a_database_in_a_folder_of_any_name_is_copied(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/100% sure%3F #1/monitor.db"
    upgrade(url)
    store = open_store(url)
    store.backup(tmp_path / "copy.db")
    store.close()
    assert sorted(it.name for it in tmp_path.iterdir()) == ["100% sure? #1", "copy.db"]


def test_postgresqls_own_tool_is_named(postgresql_url: str, tmp_path: Path) -> None:
    store = open_store(postgresql_url)

    with pytest.raises(
        StoreError, match=r"pg_dump --format=custom --file=\S*copy\.db \S*postgresql://\S*/test_"
    ):
        store.backup(tmp_path / "copy.db")

    assert store.check() == ()
    store.close()


def test_asking_whether_a_daemon_runs_makes_no_file(sqlite_url: str) -> None:
    """A lock that root made by asking would keep the daemon's own user out."""
    store = open_store(sqlite_url)
    before = set(Path(sqlite_url.removeprefix("sqlite:///")).parent.iterdir())

    assert not store.is_running()

    assert set(Path(sqlite_url.removeprefix("sqlite:///")).parent.iterdir()) == before
    store.close()


def test_a_lock_that_cannot_be_made_or_read_is_named(sqlite_url: str) -> None:
    store = open_store(sqlite_url)
    lock = Path(f"{sqlite_url.removeprefix('sqlite:///')}.lock")
    lock.symlink_to(lock)

    with pytest.raises(StoreError, match=r"monitor\.db\.lock cannot be made"):
        store.claim("alpha", 1, NOW)
    with pytest.raises(StoreError, match=r"monitor\.db\.lock cannot be read"):
        store.is_running()

    store.close()


def test_damage_is_found(sqlite_url: str) -> None:
    store = open_store(sqlite_url)
    assert store.check() == ()
    store.close()
    path = sqlite_url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
        root = connection.execute(
            "SELECT rootpage FROM sqlite_schema WHERE name = 'ix_hits_at_id'"
        ).fetchone()[0]
    with Path(path).open("r+b") as file:
        file.seek((root - 1) * 4096)
        file.write(b"\x0a" + b"\xff" * 50)

    damaged = open_store(sqlite_url)
    assert damaged.check() != ()
    damaged.close()
