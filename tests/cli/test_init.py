"""`monitor init`: a folder to start from, which works as it is."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Run


def test_the_folder_is_sound_and_its_first_round_alerts(run: Run, tmp_path: Path) -> None:
    said = run("init", "news")
    assert said.code == 0
    assert said.lines == [
        "news/articles/example.txt",
        "news/monitor.yaml",
        "news/rules/example.yaml",
    ]
    config = tmp_path / "news" / "monitor.yaml"
    assert run("check", "--config", config).code == 0
    assert run("test", "--config", config).code == 0
    first = run("run", "--once", "--config", config)
    assert first.code == 0
    assert "Internet blackout" in first.out
    assert "1 source, 1 new article, 0 known, 1 hit, 1 alert" in first.out
    again = run("run", "--once", "--config", config)
    assert again.code == 0
    assert "1 source, nothing new, 0 known, 0 hits, 0 alerts" in again.out


def test_nothing_is_overwritten_and_nothing_is_half_written(run: Run, tmp_path: Path) -> None:
    (tmp_path / "monitor.yaml").write_text("mine")
    said = run("init")
    assert said.code == 2
    assert said.err.startswith("monitor: monitor.yaml exists already: nothing was written.")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["monitor.yaml"]
    assert (tmp_path / "monitor.yaml").read_text() == "mine"


def test_a_place_that_cannot_be_written_to_is_named(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    said = run("init", "file/news")
    assert said.code == 2
    assert "file/news cannot be written to: Not a directory" in said.err


def test_the_next_step_begins_where_the_files_are(run: Run) -> None:
    assert run("init", "my news").err.startswith("Next: `cd 'my news'`, edit monitor.yaml")
    assert run("init").err.startswith("Next: edit monitor.yaml")
