"""A small project as somebody would have it, and what running a command in it gives."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

CONFIG = """\
database: sqlite:///monitor.db
rules: rules/
sources:
  - {id: desk, type: corpus, path: articles/, max_age: none, tags: [wire], lang: en}
  - {id: world, type: feed, url: "http://127.0.0.1:9/world.xml", tags: [abroad]}
channels:
  console: console://
  hook: "json://127.0.0.1:9/hook"
routes:
  - when: {level: ">=high"}
    to: [console]
    group_by: none
  - when: {tags: night}
    to: [hook]
    group_by: none
"""

RULES = """\
rules:
  - id: blackout
    title: Internet blackout
    level: high
    tags: [net]
    match:
      any: [internet NEAR/3 (blackout OR shutdown)]
      none: [power]
    tests:
      hit: [The internet blackout went on.]
      miss: [A power cut.]
  - id: curfew
    title: Curfew
    level: low
    tags: [night]
    match: curfew*
    tests: {hit: [Curfews began.], miss: [A law.]}
  - id: old
    enabled: false
    match: blackout
    tests: {hit: [A blackout.], miss: [A law.]}
"""

ARTICLES = {
    "one.txt": "date 2026-01-05\ntitle: City goes dark\n\nThe internet blackout began at noon.\n",
    "two.txt": "date 2026-01-06\ntitle: Curfew in the city\n\nA curfew holds from eight on.\n",
    "three.txt": "date 2026-01-07\ntitle: Sports\n\nNothing of note happened.\n",
}


@dataclass(frozen=True)
class Said:
    """What a command gave: its exit code, and both outputs."""

    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The JSON objects on standard output, which holds nothing else."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def row(self) -> dict[str, Any]:
        """The only one of them."""
        (row,) = self.rows
        return row

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def make_project(folder: Path) -> Path:
    """Write a project with three articles, two rules that hit, and one that is disabled."""
    write(folder, {"monitor.yaml": CONFIG, "rules/watch.yaml": RULES})
    write(folder / "articles", ARTICLES)
    return folder


def spawn(
    *args: str, cwd: Path, environ: dict[str, str] | None = None, **popen: Any
) -> subprocess.Popen[str]:
    """Start a command as a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "monitor.cli.main", *args],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), **(environ or {})},
        text=True,
        encoding="utf-8",
        **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **popen},
    )


@dataclass
class Screen:
    """All that a terminal was sent."""

    text: str = ""


@contextmanager
def on_terminal(out: Path | None = None) -> Iterator[Screen]:
    """Let both outputs be a terminal; with `out`, standard output is that file."""
    screen = Screen()
    master, slave = pty.openpty()
    reader = Thread(target=_read_all, args=(master, screen))
    reader.start()
    try:
        with ExitStack() as stack:
            terminal = stack.enter_context(os.fdopen(slave, "w", encoding="utf-8"))
            stack.enter_context(redirect_stderr(terminal))
            file = stack.enter_context(out.open("w")) if out else terminal
            stack.enter_context(redirect_stdout(file))
            yield screen
    finally:
        reader.join()
        os.close(master)


def _read_all(terminal: int, screen: Screen) -> None:
    read = b""
    try:
        while piece := os.read(terminal, 65_536):
            read += piece
    except OSError:
        # The other side is closed.
        screen.text = read.decode().replace("\r\n", "\n")
