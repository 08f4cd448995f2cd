"""`--json` prints the fields that docs/config.md lists, in that order, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.projects import write
from tests.docs.reading import ROOT

_FIELD = re.compile(r"`(\w+)`(?: \([^)]*\))?")

COMMANDS = {
    "monitor match": ["match", "articles/one.txt"],
    "monitor explain": ["explain", "blackout", "articles/one.txt"],
    "monitor check": ["check"],
    "monitor test": ["test"],
    "monitor backtest": ["backtest", "blackout"],
    "monitor why": ["why", "1"],
    "monitor hits": ["hits"],
    "monitor hits export": ["hits", "export"],
    "monitor hits dismiss": ["hits", "dismiss", "1"],
    "monitor stories": ["stories"],
    "monitor sources": ["sources"],
    "monitor sources poll": ["sources", "poll", "desk"],
    "monitor deliveries": ["deliveries"],
    "monitor channels": ["channels"],
    "monitor channels test": ["channels", "test", "console"],
    "monitor routes test": ["routes", "test"],
    "monitor silence": ["silence"],
    "monitor silence add": ["silence", "add", "--rule", "x", "--for", "1h"],
    "monitor stats": ["stats"],
    "monitor db current": ["db", "current"],
}


def documented() -> dict[str, list[str]]:
    section = (ROOT / "docs" / "config.md").read_text(encoding="utf-8").split("## JSON")[1]
    found = {}
    for line in section.splitlines():
        if line.startswith("| `monitor"):
            commands, _, fields = line.strip("| ").split(" | ")
            for command in re.findall(r"`([^`]+)`", commands):
                found[command] = _FIELD.findall(fields)
    return found


def test_every_command_that_prints_data_is_documented() -> None:
    assert documented().keys() == COMMANDS.keys()


@pytest.mark.parametrize("command", COMMANDS)
def test_the_fields_are_those_that_are_documented(run: Run, worked: Path, command: str) -> None:
    run("silence", "add", "--rule", "y", "--for", "1h")
    # Something to complain of.
    write(worked, {"rules/more.yaml": "rules: [{id: doubt, match: rain or snow}]\n"})
    args = COMMANDS[command]
    said = run(*args) if command.endswith("export") else run(*args, "--json")
    assert said.rows
    for row in said.rows:
        assert list(row) == documented()[command]
