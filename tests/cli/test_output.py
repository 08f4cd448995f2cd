"""What commands print: JSON lines, tables, times, and nothing that acts on a terminal."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import click
import pytest

from monitor.cli import output
from monitor.errors import Location
from tests.cli.conftest import Run, Show
from tests.cli.projects import on_terminal, write

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0, "0 s"),
        (119, "119 s"),
        (120, "2 min"),
        (7199, "119 min"),
        (7200, "2 h"),
        (172_799, "47 h"),
        (172_800, "2 d"),
        (3_000 * 86_400, "3,000 d"),
    ],
)
def test_a_length_of_time_is_told_in_one_unit_two_of_it_at_least(seconds: int, told: str) -> None:
    assert output.lasting(seconds) == told


def test_a_moment_is_told_from_now() -> None:
    assert output.ago(NOW - timedelta(minutes=5), NOW) == "5 min ago"
    assert output.ago(NOW + timedelta(hours=3), NOW) == "in 3 h"
    assert output.ago(None, NOW) == "never"


def test_times_are_shown_in_utc() -> None:
    vienna = datetime(2026, 3, 1, 13, 0, 9, 500, tzinfo=timezone(timedelta(hours=1)))
    assert output.short(vienna) == "2026-03-01 12:00"
    assert output.short(None) == "–"
    assert output.stamp(vienna) == "2026-03-01T12:00:09Z"
    assert output.stamp(None) is None


@pytest.mark.parametrize(
    ("count", "told"), [(0, "0 hits"), (1, "1 hit"), (2, "2 hits"), (1200, "1,200 hits")]
)
def test_counts_agree_with_their_noun(count: int, told: str) -> None:
    assert output.plural(count, "hit") == told


def test_irregular_nouns() -> None:
    assert output.plural(2, "story", "stories") == "2 stories"
    assert output.plural(1, "story", "stories") == "1 story"


def test_json_is_one_line_whatever_it_holds(capsys: pytest.CaptureFixture[str]) -> None:
    value = {
        "at": NOW,
        "day": date(2026, 3, 1),
        "for": timedelta(minutes=2),
        "tags": {"b", "a"},
        "text": "Астана\nred \x1b[31m csi \x9b31m del \x7f line\u2028para\u2029next\x85",
    }
    output.emit(value)
    printed = capsys.readouterr().out
    assert len(printed.splitlines()) == 1
    assert "Астана" in printed
    assert not any(sign in printed for sign in "\x1b\x9b\x7f\u2028\u2029\x85")
    assert json.loads(printed) == {
        "at": "2026-03-01T12:00:00Z",
        "day": "2026-03-01",
        "for": 120.0,
        "tags": ["a", "b"],
        "text": value["text"],
    }


def test_what_has_no_form_in_json_is_refused() -> None:
    with pytest.raises(TypeError, match="object has no form in JSON"):
        output.emit(object())


def test_messages_cannot_act_on_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    output.say("a\x1b[31mb\u202ec\nd")
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "a [31mb c\nd\n")


def test_places_are_told_from_the_working_directory_if_they_lie_below_it(tmp_path: Path) -> None:
    assert output.place(Location(str(tmp_path / "rules" / "a.yaml"), 3, 4)) == "rules/a.yaml:3:4"
    assert output.place(Location("/elsewhere/a.yaml", 3, 4)) == "/elsewhere/a.yaml:3:4"
    assert output.place(Location("--query", 1, 4)) == "--query:1:4"


def test_a_table_lines_up_wide_letters_and_numbers_too(
    capsys: pytest.CaptureFixture[str],
) -> None:
    rows = [["1", "東京", "a\x1b[31m\nb"], ["1,200", "Wien", ""]]
    output.table(("hit", "place", "title"), rows, empty="None.")
    assert capsys.readouterr().out.splitlines() == [
        "  hit  place  title",
        "    1  東京   a [31m b",
        "1,200  Wien",
    ]


def test_a_table_without_rows_says_so_aside(capsys: pytest.CaptureFixture[str]) -> None:
    output.table(("hit",), [], empty="No hits.")
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "No hits.\n")


@pytest.mark.usefixtures("project")
def test_on_a_terminal_matches_are_marked_and_elsewhere_not(run: Run, show: Show) -> None:
    shown = show(60, "match", "articles/one.txt")
    assert "\x1b[1;30;103minternet\x1b[0m" in shown
    assert "\x1b" not in run("match", "articles/one.txt").out


@pytest.mark.usefixtures("project")
def test_no_color_leaves_a_terminal_without_colour(
    show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert "103m" not in show(60, "match", "articles/one.txt")


def test_on_a_terminal_long_lines_go_on_below_their_beginning(show: Show, project: Path) -> None:
    text = " ".join(["curfew", *["everything"] * 12])
    write(project, {"long.txt": f"title: T\n\n{text}\n"})
    below = [line for line in show(60, "match", "long.txt").splitlines() if "everything" in line]
    assert len(below) > 1
    assert all(line.startswith("      ") for line in below)
    assert all(len(line) <= 60 + len("\x1b[1;30;103m\x1b[0m") for line in below)


@pytest.mark.usefixtures("worked")
def test_on_a_terminal_a_tables_last_column_stands_beside_or_below(show: Show) -> None:
    wide = show(150, "hits", "--rule", "curfew").splitlines()
    assert wide[0].startswith("\x1b[1mhit  found (UTC)")
    assert len(wide) == 2
    assert wide[1].endswith("desk    Curfew in the city")
    narrow = show(60, "hits", "--rule", "curfew").splitlines()
    assert [line.strip() for line in narrow[1::2]] == ["article", "Curfew in the city"]


def test_a_last_column_is_broken_in_the_room_beside_the_others(show: Show, worked: Path) -> None:
    title = "A headline of so many words that no terminal has the room for all of it in one line"
    write(worked / "articles", {"long.txt": f"title: {title}\n\nA curfew began.\n"})
    show(100, "run", "--once")
    lines = show(100, "hits", "--limit", "1").splitlines()
    assert len(lines) > 2
    column = lines[1].index("A headline")
    assert all(len(line) <= 100 for line in lines[1:])
    assert " ".join(line[column:].rstrip() for line in lines[1:]) == title


def work(advance: Callable[[int], object]) -> None:
    """Work until a bar that is waited for has appeared, however busy the machine is."""
    while any(isinstance(thread, threading.Timer) for thread in threading.enumerate()):
        pass
    advance(1)


def test_progress_appears_on_a_terminal_where_nothing_else_is_printed(tmp_path: Path) -> None:
    with on_terminal() as screen, output.progress("Trying", 10, alone=True) as advance:
        work(advance)
    assert "Trying" in screen.text
    with on_terminal(tmp_path / "out") as screen, output.progress("Trying", 10) as advance:
        work(advance)
        click.echo("found")
    assert "Trying" in screen.text
    assert (tmp_path / "out").read_text() == "found\n"


def test_progress_appears_also_when_nothing_gets_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output, "_PATIENCE", 0.0)
    with on_terminal() as screen, output.progress("Reading", alone=True):
        work(lambda _count: None)
    assert "Reading" in screen.text


def test_progress_and_results_do_not_garble_each_other_on_one_terminal() -> None:
    with on_terminal() as screen, output.progress("Trying", 10) as advance:
        work(advance)
        click.echo("found")
    assert screen.text == "found\n"


def test_progress_is_not_shown_elsewhere_nor_for_what_is_quick(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with output.progress("Trying", 10, alone=True) as advance:
        work(advance)
    assert capsys.readouterr().err == ""
    with on_terminal() as screen, output.progress("Trying", 10, alone=True) as advance:
        advance(10)
    assert screen.text == ""


def test_paths_below_the_working_directory_are_told_from_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a b").mkdir()
    monkeypatch.chdir(tmp_path / "a b")
    here = Path.cwd()
    for message, told in [
        (f"first at {here}/r.yaml:2:6", "first at r.yaml:2:6"),
        (f"'b' ({here}/r.yaml:3:6) and {here}/x", "'b' (r.yaml:3:6) and x"),
        (f"reads {here}/articles, which", "reads articles, which"),
        (f"{here} itself, {here}-not/x, /mnt{here}/x", None),
        (f"sqlite:///{here}/monitor.db, file://{here}/x", None),
        (f"{tmp_path}/elsewhere", None),
    ]:
        assert output.sentence(message) == (told or message)


def test_in_the_root_folder_nothing_but_its_slash_is_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir("/")
    assert output.sentence("'b' (/etc/r.yaml:3:6), / or http://x/y") == (
        "'b' (etc/r.yaml:3:6), / or http://x/y"
    )


def test_no_command_tells_an_absolute_path_of_what_was_given_as_a_relative_one(
    run: Run, project: Path
) -> None:
    write(project, {
        "rules/more.yaml":
            "rules:\n"
            "  - {id: same, match: curfew*}\n"
            "  - {id: sample, match: word, tests: {hit: [{file: none.txt}]}}\n"
            "  - {id: sample, match: word}\n",
        "rules/note.yaml.txt": "",
    })  # fmt: skip
    said = [run("check"), run("test")]
    begun = run("run", "--once").err  # an alert, on standard output, has the whole path
    write(project, {
        "rules/more.yaml": "rules:\n  - {id: s, match: word, tests: {hit: [{file: none.txt}]}}\n",
        "monitor.yaml": "sources: [{id: a, type: corpus, path: none}]\n",
    })  # fmt: skip
    said += [run("check"), run("test"), run("run", "--once")]
    for one in said:
        assert one.code == 1
        assert str(project) not in one.out + one.err
    assert "rules/more.yaml:4:6: error" in begun
    assert str(project) not in begun
    assert "reads none, which does not exist" in said[2].out
