"""The shells complete commands and options."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest


def run(**environ: str) -> str:
    return subprocess.run(
        [sys.executable, "-m", "monitor"],
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


@pytest.mark.parametrize(
    ("shell", "word"), [("bash", "complete"), ("zsh", "compdef"), ("fish", "complete")]
)
def test_each_shell_gets_its_script(shell, word):
    if shell == "bash" and shutil.which("bash") is None:
        pytest.skip("this machine has no bash, which click asks for its version")
    assert word in run(_MONITOR_COMPLETE=f"{shell}_source")


def test_commands_and_options_are_completed():
    said = run(_MONITOR_COMPLETE="bash_complete", COMP_WORDS="monitor s", COMP_CWORD="1")
    assert {"plain,sources", "plain,status", "plain,silence"} <= set(said.split())
    said = run(_MONITOR_COMPLETE="bash_complete", COMP_WORDS="monitor run --", COMP_CWORD="2")
    assert "plain,--once" in said.split()


def test_bash_accepts_the_script(tmp_path):
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("this machine has no bash")
    script = tmp_path / "monitor"
    script.write_text(run(_MONITOR_COMPLETE="bash_source"))
    subprocess.run([bash, "-n", str(script)], check=True)
