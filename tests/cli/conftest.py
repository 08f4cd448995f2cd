from __future__ import annotations

import io
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from monitor.cli.main import outcome
from tests.cli.projects import Said, make_project, on_terminal

Run = Callable[..., Said]
Show = Callable[..., str]
Feed = Callable[[bytes], None]


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of the machine's own configuration, and a width that does not vary."""
    for name in ("MONITOR_CONFIG", "MONITOR_TRACEBACK", "CREDENTIALS_DIRECTORY", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    """Run a command in this process, in the working directory."""

    def command(*args: str | Path) -> Said:
        capfd.readouterr()
        code = outcome([str(arg) for arg in args])
        said = capfd.readouterr()
        return Said(code, said.out, said.err)

    return command


@pytest.fixture
def show(monkeypatch: pytest.MonkeyPatch) -> Show:
    """Run a command on a terminal so many columns wide, and return all that it shows.

    With `out`, standard output is that file, and the terminal shows the rest.
    """

    def command(columns: int, *args: str, out: Path | None = None) -> str:
        monkeypatch.setenv("COLUMNS", str(columns))
        monkeypatch.setenv("TERM", "xterm-256color")
        with on_terminal(out) as shown:
            outcome(args)
        return shown.text

    return command


@pytest.fixture
def stdin() -> Iterator[Feed]:
    """Give commands something to read on standard input."""
    former = sys.stdin

    def feed(data: bytes) -> None:
        sys.stdin = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8")

    yield feed
    sys.stdin = former


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project that was never run, and the working directory in it."""
    folder = make_project(tmp_path / "project")
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture(scope="session")
def _worked_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make_project(tmp_path_factory.mktemp("worked") / "project")
    # The feed cannot be read, and the webhook not be reached: 1.
    assert outcome(["run", "--once", "--config", str(folder / "monitor.yaml")]) == 1
    return folder


@pytest.fixture
def worked(_worked_once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project after one round: hits 1 and 2, an alert delivered, one that waits, a bad feed."""
    folder = tmp_path / "project"
    shutil.copytree(_worked_once, folder)
    monkeypatch.chdir(folder)
    return folder
