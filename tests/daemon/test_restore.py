"""A backup made while the daemon runs is a database to go on with, as docs/admin.md says."""

from __future__ import annotations

from pathlib import Path

from tests.daemon.parts import until
from tests.daemon.running import Daemon, once


def test_a_restored_backup_goes_on_where_it_was_made(sqlite_url: str, tmp_path: Path):
    file = tmp_path / "monitor.db"
    copy = tmp_path / "copy.db"
    with Daemon(folder=tmp_path, database=sqlite_url) as daemon:
        daemon.start()
        daemon.answer(once("troops arrive"))
        until(lambda: daemon.notifier.titles() == ["troops arrive"])
        until(lambda: not any(one.pending for one in daemon.store.channel_figures()))
        daemon.store.backup(copy)
        # What comes after the backup is lost with the disk, and read again.
        daemon.answer(once("troops arrive", "troops leave"))
        until(lambda: daemon.notifier.titles() == ["troops arrive", "troops leave"])
    for end in ("", "-wal", "-shm"):
        file.with_name(file.name + end).unlink(missing_ok=True)
    copy.rename(file)
    with Daemon(folder=tmp_path, database=sqlite_url) as restored:
        assert restored.store.check() == ()
        restored.answer(once("troops arrive", "troops leave"))
        restored.start()
        until(lambda: restored.notifier.titles() == ["troops leave"])
