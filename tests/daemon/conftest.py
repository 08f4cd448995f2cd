"""What the daemon's tests share."""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from monitor.store import SqlStore, open_store
from tests.daemon.parts import Clock

_MEMORY = Path("/dev/shm")


@pytest.fixture(autouse=True)
def _terse() -> Iterator[None]:
    """Log as in production, without what only helps to search for errors."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        processors=[
            structlog.processors.add_log_level,
            # Pretty tracebacks with every local variable take a tenth of a second each.
            structlog.dev.ConsoleRenderer(
                colors=False, exception_formatter=structlog.dev.plain_traceback
            ),
        ],
    )
    yield
    structlog.reset_defaults()


@pytest.fixture
def quick_folder(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: thousands of commits wait for no disk."""
    if not _MEMORY.is_dir():
        yield tmp_path
        return
    folder = Path(tempfile.mkdtemp(prefix="monitor-test-", dir=_MEMORY))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def empty_database(_sqlite_template: Path, quick_folder: Path) -> Path:
    """The file of a fresh SQLite database."""
    path = quick_folder / "monitor.db"
    shutil.copyfile(_sqlite_template, path)
    return path


@pytest.fixture
def store(empty_database: Path) -> Iterator[SqlStore]:
    """A store on a fresh SQLite database."""
    opened = open_store(f"sqlite:///{empty_database}", busy_seconds=0.5)
    yield opened
    opened.close()


@pytest.fixture
def clock() -> Clock:
    """A clock that stands until a test sets it."""
    return Clock()
