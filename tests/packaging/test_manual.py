"""The manual page is what the commands say today, and troff has nothing against it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.cli.main import COMMANDS

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "share" / "man" / "man1" / "monitor.1"


def test_the_page_is_current():
    made = subprocess.run(
        [sys.executable, ROOT / "share" / "man" / "generate.py"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert PAGE.read_text(encoding="utf-8") == made, "run `make man`"


def test_every_command_is_in_it():
    text = PAGE.read_text(encoding="utf-8")
    assert [name for name in COMMANDS if f".SS monitor {name}\n" not in text] == []


def test_it_can_be_read():
    if shutil.which("man") is None or shutil.which("groff") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("CI needs man and groff")
        pytest.skip("this machine has no man")
    shown = subprocess.run(
        ["man", "-l", "--warnings=w", "-P", "cat", str(PAGE)],
        env={**os.environ, "LC_ALL": "C.UTF-8", "MANWIDTH": "80"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown.stderr == ""
    assert "monitor run [OPTIONS]" in shown.stdout
