"""`monitor run`: a summary for people and for programs, and an exit code that says how it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.cli import output
from monitor.cli.run import command
from tests.cli.conftest import Run
from tests.cli.projects import make_project, on_terminal


@pytest.fixture
def sound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project in which nothing fails."""
    folder = make_project(tmp_path / "sound")
    config = folder / "monitor.yaml"
    kept = [line for line in config.read_text().splitlines() if "127.0.0.1:9" not in line]
    config.write_text("\n".join(kept).replace("to: [hook]", "to: [console]") + "\n")
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.usefixtures("sound")
def test_a_round_ends_with_a_summary_and_a_second_has_nothing_new(run: Run) -> None:
    first = run("run", "--once")
    assert (first.code, first.err) == (0, "")
    assert first.lines[-1].startswith("1 source, 3 new articles, 0 known, 2 hits, 2 alerts (")
    assert "Internet blackout" in first.out
    second = run("run", "--once")
    assert second.code == 0
    assert second.lines[-1].startswith("1 source, nothing new, 0 known, 0 hits, 0 alerts (")
    assert len(second.lines) == 1


def test_a_round_on_a_terminal_shows_that_it_reads_until_alerts_are_printed(
    sound: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(output, "_PATIENCE", 0.0)
    with on_terminal() as screen:
        assert (
            command(["--once", "--config", str(sound / "monitor.yaml")], standalone_mode=False) == 0
        )
    shown, alerts = screen.text.rsplit("Reading", 1)
    assert "Internet blackout" not in shown
    assert "Internet blackout" in alerts
    with on_terminal() as screen:
        command(["--once", "--debug"], standalone_mode=False)
    assert "Reading" not in screen.text


@pytest.mark.usefixtures("sound")
def test_a_program_gets_one_object_and_people_s_alerts_go_aside(run: Run) -> None:
    said = run("run", "--once", "--json")
    row = said.row
    assert (said.code, row["new"], row["hits"], row["alerts"]) == (0, 3, 2, 2)
    assert (row["failed"], row["undelivered"], row["problems"]) == ([], [], [])
    assert "Internet blackout" in said.err


@pytest.mark.usefixtures("project")
def test_what_failed_is_named_and_the_code_says_so(run: Run) -> None:
    said = run("run", "--once")
    assert said.code == 1
    assert "not read: world: http://127.0.0.1:9/" in said.err
    assert "not delivered: hook (" in said.err
    assert "1 wait for hook" in said.err
    assert "2 not delivered" in said.lines[-1]
    # The next round tries neither, and does not look as if all were well.
    again = run("run", "--once", "--json")
    assert again.code == 1
    assert again.row["undelivered"] == ["1 wait for hook"]


def test_rules_that_cannot_be_used_are_left_out_and_the_rest_goes_on(run: Run, sound: Path) -> None:
    (sound / "rules" / "broken.yaml").write_text("rules:\n  - {id: bad, match: '(a'}\n")
    said = run("run", "--once")
    assert said.code == 1
    assert "broken.yaml:2:" in said.err
    assert "Traceback" not in said.err
    assert "2 hits, 2 alerts" in said.lines[-1]


def test_what_a_source_refuses_is_named(run: Run, sound: Path) -> None:
    (sound / "articles" / "noise.txt").write_bytes(bytes(range(256)) * 40)
    said = run("run", "--once")
    assert "refused: desk: " in said.err
    assert "noise.txt" in said.err
    assert "1 refused" in said.lines[-1]


def test_a_new_rule_meets_the_past_when_it_is_asked_to(run: Run, sound: Path) -> None:
    run("run", "--once")
    rules = sound / "rules" / "more.yaml"
    rules.write_text("rules:\n  - {id: sports, title: Sports, match: sports}\n")
    assert run("run", "--once", "--json").row["hits"] == 0
    rules.write_text("rules:\n  - {id: sports, title: Sports, match: sports OR note}\n")
    assert run("run", "--once", "--catch-up", "2d", "--json").row["hits"] == 1


def test_an_article_that_changed_is_counted(run: Run, sound: Path) -> None:
    run("run", "--once")
    article = sound / "articles" / "three.txt"
    article.write_text(article.read_text() + "\nA curfew was announced afterwards.\n")
    row = run("run", "--once", "--json").row
    assert row["changed"] + row["new"] == 1
    assert row["hits"] == 1


@pytest.mark.usefixtures("sound")
def test_the_daemon_prints_no_objects(run: Run) -> None:
    said = run("run", "--json")
    assert said.code == 2
    assert "--json goes with --once" in said.err


@pytest.mark.usefixtures("sound")
def test_a_time_that_is_none_is_wrong_usage(run: Run) -> None:
    said = run("run", "--once", "--catch-up", "soon")
    assert said.code == 2
    assert "--catch-up" in said.err
