"""`monitor silence`: adding, listing and ending silences."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.projects import write

pytestmark = pytest.mark.usefixtures("worked")


def test_a_silence_is_added_listed_and_ended(run: Run) -> None:
    said = run("silence", "add", "--rule", "curf*", "--for", "2h", "--comment", "press day")
    assert (said.code, said.out) == (0, "1\n")
    assert re.fullmatch(
        r"Silence 1 holds until [-\d]{10} [:\d]{5} UTC; `monitor silence expire 1` ends it.\n",
        said.err,
    )
    head, row = run("silence").lines
    assert head.split() == ["silence", "rules", "tags", "until", "(UTC)", "covered", "comment"]
    assert row.split()[1:3] == ["curf*", "–"]
    assert re.search(r"\(in (119 min|2 h)\)  +0  press day$", row)
    assert run("silence", "expire", "1").err == "Silence 1 has ended.\n"
    said = run("silence")
    assert (said.code, said.out, said.err) == (0, "", "Nothing is silenced.\n")
    assert "ago)" in run("silence", "--all").lines[1]


def test_json_has_a_silence_a_line(run: Run) -> None:
    added = run("silence", "add", "--tag", "net", "--tag", "night", "--for", "1d", "--json").row
    assert list(added) == ["silence", "rule", "tags", "start", "end", "comment", "covered"]
    assert (added["silence"], added["rule"], added["tags"]) == (1, "*", ["net", "night"])
    assert run("silence", "--json").row == added


def test_a_rule_that_nothing_is_called_is_told_at_once(run: Run) -> None:
    said = run("silence", "add", "--rule", "curfw", "--for", "2h")
    assert said.code == 0
    assert said.err.startswith("No rule that runs now fits 'curfw': it silences those that will.\n")
    assert "No rule" not in run("silence", "add", "--rule", "**", "--for", "2h").err


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (
            ["add", "--for", "2h"],
            "a silence needs --rule or --tag; for everything, give --rule '**'",
        ),
        (["add", "--rule", "x"], "Missing option '--for'"),
        (["add", "--rule", "x", "--for", "long"], "--for cannot be 'long': write 90s, 15m"),
        (["add", "--rule", "x", "--for", "0s"], "--for cannot be '0s'"),
        (["--all", "expire", "1"], "--all stands before `expire`"),
    ],
)
def test_wrong_usage_is_explained(run: Run, args: list[str], told: str) -> None:
    said = run("silence", *args)
    assert (said.code, said.out) == (2, "")
    assert told in said.err


def test_what_does_not_hold_cannot_be_ended(run: Run) -> None:
    said = run("silence", "expire", "9")
    assert (said.code, said.err) == (1, "There is no silence 9 that still holds.\n")


def test_a_hit_under_a_silence_is_counted_and_told_why(run: Run, worked: Path) -> None:
    run("silence", "add", "--rule", "curfew", "--for", "2h", "--comment", "press day")
    write(worked / "articles", {"four.txt": "title: Night\n\nA curfew.\n"})
    run("run", "--once")
    assert run("silence", "--json").row["covered"] == 1
    steps = run("why", "articles/four.txt", "--json").row["steps"]
    assert any("suppress (silenced)" in step["text"] for step in steps)
