"""What this user may not read or write is told as such, and nothing counts as read that was not."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.projects import CONFIG, Said, write

_SETPRIV = shutil.which("setpriv")
# Root reads and writes whatever it likes unless it gives that up.
_POWERLESS = [] if os.geteuid() else [str(_SETPRIV), "--bounding-set=-all", "--inh-caps=-all"]
ONLY_FOLDER = "\n".join(line for line in CONFIG.splitlines() if "id: world" not in line) + "\n"

pytestmark = pytest.mark.skipif(
    not os.geteuid() and _SETPRIV is None, reason="root needs setpriv to be nobody special"
)
Ordinary = Callable[..., Said]


@pytest.fixture
def ordinary(worked: Path) -> Ordinary:
    """Run a command as a user without privileges, in a project that was run before."""
    write(worked, {"monitor.yaml": ONLY_FOLDER})

    def command(*args: str) -> Said:
        done = subprocess.run(
            [*_POWERLESS, sys.executable, "-m", "monitor", *args],
            cwd=worked,
            capture_output=True,
            text=True,
            check=False,
        )
        assert "Traceback" not in done.stderr
        assert "a defect" not in done.stderr
        return Said(done.returncode, done.stdout, done.stderr)

    return command


def test_a_folder_that_may_not_be_read_is_a_source_that_was_not(
    ordinary: Ordinary, worked: Path
) -> None:
    for closed in (worked / "articles", worked):
        mode = closed.stat().st_mode
        (worked / "articles").chmod(0)
        said = ordinary("run", "--once")
        assert said.code == 1
        assert "not read: desk: articles cannot be read: Permission denied\n" in said.err
        assert '"state": "bad"' in ordinary("sources", "--json").out
        closed.chmod(mode)


def test_a_file_that_may_not_be_read_is_named_and_holds_up_no_other(
    ordinary: Ordinary, worked: Path
) -> None:
    (worked / "articles/one.txt").chmod(0)
    (worked / "articles/one.txt").touch()
    write(worked / "articles", {"four.txt": "title: Four\n\nNothing.\n"})
    said = ordinary("run", "--once")
    assert "refused: desk: articles/one.txt: cannot be read: Permission denied" in said.err
    assert "1 new article" in said.out


def test_a_database_that_may_not_be_read_is_told_as_such(ordinary: Ordinary, worked: Path) -> None:
    for file in worked.glob("monitor.db*"):
        file.chmod(0)
    for args in (["hits"], ["run", "--once"], ["db", "current"]):
        said = ordinary(*args)
        assert said.code == 2
        assert "may not be read by this user: see who owns it, and its permissions." in said.err
    assert ordinary("check").code == 1


def test_a_database_in_a_closed_folder_is_told_as_such(ordinary: Ordinary, worked: Path) -> None:
    (worked / "var").mkdir()
    write(worked, {"monitor.yaml": ONLY_FOLDER.replace("///monitor.db", "///var/monitor.db")})
    (worked / "var").chmod(0o500)
    assert "this user cannot make it in var" in ordinary("check").out
    said = ordinary("run", "--once")
    assert said.code == 2
    assert "is not there, and this user may not make it in var." in said.err
    (worked / "var").chmod(0)
    said = ordinary("run", "--once")
    assert said.code == 2
    assert "who has no right to enter var." in said.err
    assert ordinary("check").code in {0, 1}
    (worked / "var").chmod(0o700)


def test_rules_and_configuration_that_may_not_be_read_are_named(
    ordinary: Ordinary, worked: Path
) -> None:
    (worked / "rules/watch.yaml").chmod(0)
    said = ordinary("check")
    assert (said.code, said.lines[0]) == (
        1, "rules/watch.yaml: error: cannot be read: Permission denied",
    )  # fmt: skip
    (worked / "rules").chmod(0)
    assert "rules: error: the rules cannot be read: Permission denied" in ordinary("check").out
    (worked / "monitor.yaml").chmod(0)
    said = ordinary("check")
    assert said.code == 2
    assert "the configuration cannot be read: Permission denied" in said.out
    (worked / "rules").chmod(0o700)
