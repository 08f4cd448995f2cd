"""`monitor channels` and `monitor routes`: where alerts can go, and whether they arrive."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.projects import CONFIG, write
from tests.notify.serving import http_receiver

pytestmark = pytest.mark.usefixtures("project")


def test_channels_are_listed_without_their_secrets(run: Run, project: Path) -> None:
    config = CONFIG.replace(
        'hook: "json://127.0.0.1:9/hook"',
        'hook: {url: "json://user:correct-horse@127.0.0.1:9/token", fallback: console}',
    )
    write(project, {"monitor.yaml": config})
    said = run("channels")
    assert (said.code, said.err) == (0, "")
    assert said.lines[1].split() == ["console", "console://", "–"]
    assert said.lines[2].split()[0] == "hook"
    assert said.lines[2].split()[-1] == "console"
    rows = run("channels", "--json").rows
    assert [(row["channel"], row["fallback"]) for row in rows] == [
        ("console", None),
        ("hook", "console"),
    ]
    for shown in (said.out, str(rows)):
        assert "correct-horse" not in shown
        assert "token" not in shown


def test_a_test_alert_is_printed_to_the_console(run: Run) -> None:
    said = run("channels", "test", "console")
    assert said.code == 0
    assert "This is a test of the channel. Nothing has happened." in said.out
    assert said.err == "console (console://): delivered: printed\n"


def test_json_leaves_standard_output_to_the_answers(run: Run) -> None:
    said = run("channels", "test", "console", "hook", "--json")
    assert said.code == 1
    console, hook = said.rows
    assert console == {
        "channel": "console", "where": "console://", "delivered": True, "detail": "printed",
    }  # fmt: skip
    assert hook["delivered"] is False
    assert hook["detail"] == "connection refused"
    assert "This is a test of the channel" in said.err


def test_a_channel_that_does_not_take_it_exits_1(run: Run) -> None:
    said = run("channels", "test", "hook", "hook")
    assert (said.code, said.out) == (1, "")
    assert said.err == "hook (JSON (json://127.0.0.1:9)): NOT delivered: connection refused\n"


def test_a_webhook_gets_the_test(run: Run, project: Path) -> None:
    with http_receiver() as receiver:
        url = f"json://127.0.0.1:{receiver.port}/hook"
        write(project, {"monitor.yaml": CONFIG.replace("json://127.0.0.1:9/hook", url)})
        said = run("channels", "test", "hook")
        assert said.code == 0, said.err
        (request,) = receiver.requests
    assert "Nothing has happened" in request.json["message"]


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["test"], "Missing argument 'NAME…'"),
        (["test", "consol"], "there is no channel 'consol' (did you mean 'console'?)"),
        (["--json", "test", "console"], "--json stands before `test`"),
    ],
)
def test_wrong_usage_is_explained(run: Run, args: list[str], told: str) -> None:
    said = run("channels", *args)
    assert (said.code, said.out) == (2, "")
    assert told in said.err


# routes


def test_a_hits_way_is_shown_route_by_route(run: Run) -> None:
    said = run("routes", "test", "--level", "high", "--tag", "night", "--rule", "curfew")
    assert (said.code, said.err) == (0, "")
    assert said.lines[0].split() == ["route", "channels", "why"]
    assert said.lines[1].split()[:3] == ["1", "✓", "console"]
    assert said.lines[2].split()[:3] == ["2", "✗", "hook"]
    assert said.lines[3] == "Goes to: console"


def test_json_has_a_route_a_line(run: Run) -> None:
    first, second = run("routes", "test", "--tag", "night", "--json").rows
    assert first == {
        "route": "1",
        "channels": ["console"],
        "fits": False,
        "reached": True,
        "taken": False,
        "why": first["why"],
    }
    assert "medium" in first["why"]
    assert (second["fits"], second["taken"]) == (True, True)


def test_a_hit_that_no_route_takes_exits_1(run: Run) -> None:
    said = run("routes", "test", "--level", "low", "--source", "desk", "--lang", "en")
    assert said.code == 1
    assert said.err == "No route takes such a hit: it would be stored, and nobody told.\n"
    said = run("routes", "test", "--level", "low", "--json")
    assert said.code == 1
    assert not any(row["taken"] for row in said.rows)


def test_a_sources_language_comes_with_it(run: Run, project: Path) -> None:
    write(project, {"monitor.yaml": CONFIG.replace("when: {tags: night}", "when: {lang: en}")})
    assert run("routes", "test", "--source", "desk").code == 0
    assert run("routes", "test", "--source", "desk", "--lang", "fr").code == 1
    assert run("routes", "test", "--source", "world").code == 1


def test_a_sources_tags_come_with_it(run: Run, project: Path) -> None:
    config = CONFIG.replace("when: {tags: night}", "when: {source_tag: wire}")
    write(project, {"monitor.yaml": config})
    assert run("routes", "test", "--source", "desk").code == 0
    assert run("routes", "test", "--source", "world").code == 1
    assert run("routes", "test", "--source-tag", "wire").code == 0
    # What is said counts more than what the source has.
    assert run("routes", "test", "--source", "desk", "--source-tag", "other").code == 1


def test_a_known_rules_level_tags_and_channels_come_with_it(run: Run, project: Path) -> None:
    rule = "{id: raid, level: high, tags: [night], notify: [hook], match: raid}"
    write(project, {"rules/raid.yaml": f"rules:\n  - {rule}\n"})
    own, first, second = run("routes", "test", "--rule", "raid", "--json").rows
    assert (own["route"], own["channels"], own["taken"]) == ("notify", ["hook"], True)
    assert first["taken"]  # of level high
    assert not second["reached"]
    # What is said counts more.
    _, first, second = run("routes", "test", "--rule", "raid", "--level", "low", "--json").rows
    assert (first["fits"], second["taken"]) == (False, True)
    said = run("routes", "test", "--rule", "raid", "--level", "low", "--tag", "day")
    assert said.lines[-1] == "Goes to: hook"
    # A rule that cannot be read is one that is made up.
    write(project, {"rules/raid.yaml": "rules:\n  - {id: raid}\n"})
    assert len(run("routes", "test", "--rule", "raid", "--json").rows) == 2


def test_without_routes_everything_goes_everywhere(run: Run, project: Path) -> None:
    write(project, {"monitor.yaml": CONFIG.split("routes:")[0]})
    assert run("routes", "test").lines[-1] == "Goes to: console, hook"


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["--level", "hi"], "--level cannot be 'hi': it is one of informational, low, medium"),
        (["--source", "dsk"], "there is no source 'dsk' (did you mean 'desk'?)"),
    ],
)
def test_a_trait_that_cannot_be_is_told(run: Run, args: list[str], told: str) -> None:
    said = run("routes", "test", *args)
    assert (said.code, said.out) == (2, "")
    assert told in said.err
