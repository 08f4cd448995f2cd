"""`monitor check`: all that is wrong with what a run would load, at once, at its place."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from monitor.store import upgrade
from tests.cli.conftest import Run
from tests.cli.projects import CONFIG, RULES, write


def test_a_sound_project_says_so_and_exits_0(run: Run, project: Path) -> None:
    said = run("check")
    assert (said.code, said.out) == (0, "")
    assert said.err == "monitor.yaml: sound (3 rules, 6 samples tried)\n"
    assert not (project / "monitor.db").exists()


def test_everything_is_told_at_once(run: Run, project: Path) -> None:
    write(
        project,
        {
            "monitor.yaml": CONFIG.replace("path: articles/", "path: nowhere/").replace(
                '"json://127.0.0.1:9/hook"', '"jsn://127.0.0.1:9/hook"'
            ),
            "rules/watch.yaml": RULES.replace("hit: [The internet", "hit: [The inter net"),
            "rules/more.yaml": "rules:\n  - {id: doubt, match: rain or snow,"
            " tests: {hit: [rain or snow]}}\n",
        },
    )
    (project / "monitor.db").write_bytes(b"this is no database")
    said = run("check")
    assert said.code == 1
    places = [line.split(": ")[0] for line in said.lines]
    assert places == [
        "rules/more.yaml:2:29",
        "rules/watch.yaml:10:13",
        "monitor.yaml:4:5",
        "monitor.yaml:8:9",
        "monitor.yaml",
    ]
    assert "warning: `or` in lower case" in said.lines[0]
    assert "error: the test of 'blackout' fails: it should hit this" in said.lines[1]
    assert "the source 'desk' reads nowhere, which does not exist" in said.lines[2]
    assert "hook" in said.lines[3]
    assert "jsn" in said.lines[3]
    assert said.err == "monitor.yaml: 4 errors, 1 warning (4 rules, 7 samples tried)\n"


def test_every_place_is_told_from_here(run: Run, project: Path) -> None:
    write(project, {"rules/more.yaml": "rules:\n  - {id: curfew, match: (a}\n"})
    said = run("check")
    assert "(first at rules/" in said.out
    assert str(project) not in said.out
    assert str(project) not in run("match", "articles").err


def test_a_source_that_a_query_misspells_is_told(run: Run, project: Path) -> None:
    write(
        project,
        {
            "rules/watch.yaml": "rules:\n  - id: x\n    match: a AND source:dek\n"
            "    tests: {hit: [{text: a, source: dek}]}\n"
        },
    )
    said = run("check")
    assert said.code == 0
    assert "rules/watch.yaml:3:18: warning: there is no source 'dek'" in said.out
    assert "did you mean 'desk'?" in said.out


def test_json_has_a_problem_a_line_with_stable_names(run: Run, project: Path) -> None:
    write(project, {"rules/watch.yaml": "rules:\n  - {id: x, match: (a}\n"})
    said = run("check", "--json")
    assert said.code == 1
    assert said.row == {
        "severity": "error",
        "code": said.row["code"],
        "file": str(project / "rules" / "watch.yaml"),
        "line": 2,
        "column": 20,
        "message": "this parenthesis is not closed",
        "hint": "add the missing `)`",
    }
    assert said.err == "monitor.yaml: 1 error\n"


def test_warnings_alone_exit_0(run: Run, project: Path) -> None:
    write(project, {"rules/watch.yaml": "rules:\n  - {id: doubt, match: rain or snow}\n"})
    said = run("check")
    assert said.code == 0
    assert said.err.startswith("monitor.yaml: sound, 2 warnings")


def test_an_unusable_configuration_exits_2_and_its_rules_are_checked_all_the_same(
    run: Run, project: Path
) -> None:
    write(
        project,
        {
            "monitor.yaml": CONFIG + "\nworkers: many\n",
            "rules/watch.yaml": "rules:\n  - {id: x, match: (a}\n",
        },
    )
    said = run("check")
    assert said.code == 2
    first, second = said.lines
    assert first.startswith("monitor.yaml:17:10: error: ")
    assert second.startswith("rules/watch.yaml:2:20: error: ")


@pytest.mark.parametrize(
    ("config", "count"),
    [
        ("sources: [}\n", 1),
        ("- a list\n", 2),
        ("rules: ${NOWHERE}/rules\nsources: []\n", 1),
        ("rules: [a]\nsources: []\n", 1),
        ("sources: []\nworkers: x\n", 2),
    ],
)
def test_where_the_rules_are_is_taken_from_a_broken_configuration_only_if_it_says_so(
    run: Run, project: Path, config: str, count: int
) -> None:
    rule = "rules:\n  - {id: x, match: (a}\n"
    write(project, {"monitor.yaml": config, "rules/watch.yaml": rule})
    said = run("check")
    assert said.code == 2
    assert len(said.lines) == count


def test_a_configuration_that_is_not_there_exits_2(run: Run) -> None:
    said = run("check", "--config", "nowhere.yaml")
    assert said.code == 2
    assert said.lines == [
        "nowhere.yaml: error: the configuration cannot be read: No such file or directory"
        " (name another with --config FILE, or write one with `monitor init`)"
    ]


def test_an_unset_secret_is_named_at_its_place_and_a_set_one_never_shown(
    run: Run, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = CONFIG.replace("127.0.0.1:9/hook", "user:${HOOK_PASSWORD}@127.0.0.1:9/hook")
    write(project, {"monitor.yaml": config})
    said = run("check")
    assert said.code == 2
    assert said.lines[0].startswith(
        "monitor.yaml:8:22: error: the environment variable 'HOOK_PASSWORD' is not set"
    )
    monkeypatch.setenv("HOOK_PASSWORD", "correct-horse")
    for command in (["check"], ["channels"], ["channels", "--json"], ["channels", "test", "hook"]):
        said = run(*command)
        assert "correct-horse" not in said.out + said.err


def test_a_channel_that_nothing_goes_to_is_doubtful(run: Run, project: Path) -> None:
    config = CONFIG.replace("to: [hook]", "to: [console]")
    write(project, {"monitor.yaml": config})
    said = run("check")
    assert said.code == 0
    assert said.lines[0].startswith(
        "monitor.yaml:8:9: warning: nothing is sent to the channel 'hook'"
    )
    rules = RULES.replace("  - id: curfew\n", "  - id: curfew\n    notify: [hook]\n")
    write(project, {"rules/watch.yaml": rules})
    assert run("check").out == ""


def test_without_routes_every_channel_is_used_and_without_sources_nothing_is_read(
    run: Run, project: Path
) -> None:
    write(project, {"monitor.yaml": "sources: []\nchannels: {a: 'console://', b: 'console://'}\n"})
    said = run("check")
    assert said.code == 0
    assert said.lines == ["monitor.yaml: warning: there is no source: nothing is read"]


def test_a_database_of_another_version_is_an_error(run: Run, project: Path) -> None:
    upgrade(f"sqlite:///{project / 'monitor.db'}")
    assert run("check").code == 0
    with_newer(project / "monitor.db")
    said = run("check")
    assert said.code == 1
    assert "9999, which this program does not know" in said.lines[0]


def with_newer(file: Path) -> None:
    connection = sqlite3.connect(file)
    connection.execute("UPDATE monitor_schema SET version_num = '9999'")
    connection.commit()
    connection.close()


def test_wildcards_are_tried_on_the_words_of_stored_articles(run: Run, worked: Path) -> None:
    words = " ".join(f"interest{number}a" for number in range(400))
    write(worked / "articles", {"many.txt": f"title: Many\n\n{words}\n"})
    run("run", "--once")
    write(worked, {"rules/broad.yaml": "rules:\n  - {id: broad, match: inter*}\n"})
    said = run("check")
    assert said.code == 0
    assert any("inter*" in line and "warning" in line for line in said.lines), said.out


def test_a_config_elsewhere_is_named_whole(
    run: Run, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "other").mkdir()
    monkeypatch.chdir(tmp_path / "other")
    said = run("check", "--config", project / "monitor.yaml")
    assert said.err.startswith(f"{project}/monitor.yaml: sound")


def test_an_unusable_configuration_keeps_no_bad_channel_from_being_told(
    run: Run, project: Path
) -> None:
    write(project, {"monitor.yaml": CONFIG.replace("path: articles/", "pth: articles/").replace(
        '"json://127.0.0.1:9/hook"', '"jsn://127.0.0.1:9/hook"'
    )})  # fmt: skip
    said = run("check")
    assert said.code == 2
    assert "there is no service jsn:// (did you mean json://?)" in said.out


def test_a_database_that_cannot_be_made_is_warned_of(run: Run, project: Path) -> None:
    write(project, {
        "file": "", "monitor.yaml": CONFIG.replace("sqlite:///monitor.db", "sqlite:///file/x/m.db")
    })  # fmt: skip
    said = run("check")
    assert said.code == 0
    assert (
        "warning: the database is not there yet, and this user cannot make it in file" in said.out
    )
    assert run("run", "--once").code == 2
