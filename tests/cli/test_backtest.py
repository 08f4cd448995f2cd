"""`monitor backtest`: rules tried on the past before they go live."""

from __future__ import annotations

import gzip
import json
import os
import signal
import sqlite3
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.cli.charts import buckets
from tests.cli.conftest import Run, Show
from tests.cli.projects import CONFIG, RULES, spawn, write


def archive(folder: Path, count: int, days: int = 3) -> None:
    """Write an archive: every tenth tells of a curfew, every fifth of these of a blackout."""
    lines = []
    for number in range(count):
        text = f"Article {number} tells of something else."
        if number % 10 == 0:
            text = f"A curfew holds in district {number}."
        if number % 50 == 0:
            text += " The internet blackout goes on."
        day = 1 + number * days // count
        lines.append(
            json.dumps(
                {"title": f"T{number}", "text": text, "published": f"2026-02-{day:02}T10:00:00Z"}
            )
        )
    write(folder, {"archive.jsonl": "\n".join(lines) + "\n"})


def test_the_stored_past_is_tried(run: Run, worked: Path) -> None:
    said = run("backtest", "curfew")
    assert said.code == 0
    assert said.lines[0] == "curfew: 1 hit"
    assert said.lines[1].startswith("  2026-01-06  ████████████████████████████████████████ 1")
    assert said.lines[2].startswith("  first: 2026-01-06 00:00  Curfew in the city  [")
    assert said.lines[3] == "      A curfew holds from eight on."
    assert said.lines[4] == ""
    assert said.err == (
        "3 articles tried, 1 article hit.\n"
        "The routes as they are would have sent: 1 alert to hook.\n"
    )
    assert worked.exists()


def test_json_has_a_rule_a_line(run: Run, project: Path) -> None:
    archive(project, 100)
    curfew, blackout = run(
        "backtest", "curfew", "blackout", "--corpus", "archive.jsonl", "--json"
    ).rows
    assert list(curfew) == [
        "rule", "version", "articles", "refused", "hits", "days", "first", "best", "overlap",
        "alerts", "running_version", "gains", "losses", "gained", "lost",
        "counted",
    ]  # fmt: skip
    assert (curfew["rule"], curfew["articles"], curfew["hits"]) == ("curfew", 100, 10)
    assert curfew["days"] == {"2026-02-01": 4, "2026-02-02": 3, "2026-02-03": 3}
    assert (blackout["hits"], blackout["days"]) == (2, {"2026-02-01": 1, "2026-02-02": 1})
    assert curfew["overlap"] == {"blackout": 2, "old": 2}
    assert curfew["alerts"] == blackout["alerts"] == {"console": 2, "hook": 10}
    assert [one["article"] for one in curfew["first"]] == [
        "archive.jsonl:1", "archive.jsonl:11", "archive.jsonl:21",
    ]  # fmt: skip
    assert curfew["first"][0]["evidence"][0]["text"] == "curfew"
    assert (curfew["running_version"], curfew["gains"], curfew["gained"]) == (None, None, [])


def test_days_without_hits_have_a_line_too_and_a_long_time_is_shown_by_weeks(
    run: Run, project: Path
) -> None:
    dates = ["2026-02-01", "2026-02-01", "2026-02-04"]
    lines = [json.dumps({"text": "A curfew.", "published": date}) for date in dates]
    write(project, {"a.jsonl": "\n".join(lines)})
    said = run("backtest", "curfew", "--corpus", "a.jsonl", "--no-alerts")
    assert said.lines[1:5] == [
        f"  2026-02-01  {'█' * 40} 2",
        "  2026-02-02  0",
        "  2026-02-03  0",
        f"  2026-02-04  {'█' * 20} 1",
    ]
    dates = ["2026-01-01", "2026-01-02", "2026-01-03", "2026-03-31"]
    lines = [json.dumps({"text": "A curfew.", "published": date}) for date in dates]
    write(project, {"a.jsonl": "\n".join(lines)})
    said = run("backtest", "curfew", "--corpus", "a.jsonl", "--no-alerts")
    assert said.lines[1] == f"  2026-01-01  {'█' * 40} 3"
    assert said.lines[2] == "  2026-01-08  no hit for 11 weeks, until 2026-03-25"
    assert said.lines[3] == f"  2026-03-26  {'█' * 13} 1"


def test_a_long_time_without_hits_is_one_line_however_long_it_is(run: Run, project: Path) -> None:
    """JSON has the days with hits alone, as ever."""
    dates = ["1996-01-01", "2026-01-02", "2026-01-06"]
    lines = [json.dumps({"text": "A curfew.", "published": date}) for date in dates]
    write(project, {"a.jsonl": "\n".join(lines)})
    said = run("backtest", "curfew", "--corpus", "a.jsonl", "--no-alerts")
    chart = [line for line in said.lines if line.startswith(("  1", "  2"))]
    assert chart == [
        f"  1996-01-01  {'█' * 40} 1",
        "  1996-01-08  no hit for 1,564 weeks, until 2025-12-28",
        f"  2025-12-29  {'█' * 40} 1",
        f"  2026-01-05  {'█' * 40} 1",
    ]
    (row,) = run("backtest", "curfew", "--corpus", "a.jsonl", "--no-alerts", "--json").rows
    assert row["days"] == dict.fromkeys(dates, 1)


@given(st.dictionaries(st.dates(date(9996, 1, 1), date.max), st.integers(1, 9), max_size=20))
def test_lines_hold_every_hit_once_at_even_distances(by_day: dict[date, int]) -> None:
    step, counts = buckets(by_day)
    starts = list(counts)
    assert sum(counts.values()) == sum(by_day.values())
    assert all(two - one == timedelta(days=step) for one, two in pairwise(starts))
    assert all(day - timedelta(days=(day - starts[0]).days % step) in counts for day in by_day)
    assert step == 7 or len(starts) <= 60


def test_a_rule_that_hits_nothing_says_so(run: Run, project: Path) -> None:
    write(project, {"a.jsonl": '{"text": "nothing"}\n'})
    said = run("backtest", "curfew", "--corpus", "a.jsonl")
    assert said.lines == ["curfew: 0 hits", ""]
    assert said.err == "1 article tried, 0 articles hit.\n"


def test_an_edited_rule_is_compared_with_the_version_that_runs(run: Run, worked: Path) -> None:
    archive(worked, 100)
    edited = RULES.replace("match: curfew*", "match: blackout").replace(
        "hit: [Curfews began.]", "hit: [A blackout.]"
    )
    write(worked, {"rules/watch.yaml": edited})
    said = run("backtest", "curfew", "--corpus", "archive.jsonl")
    against = next(line for line in said.lines if "against the version" in line)
    assert against.endswith("gains 0, loses 8")
    assert len([line for line in said.lines if line.startswith("    - 2026-02-0")]) == 8
    row = run("backtest", "curfew", "--corpus", "archive.jsonl", "--json").row
    assert len(row["running_version"]) == 12
    assert row["running_version"] != row["version"]
    assert (row["hits"], row["gains"], row["losses"]) == (2, 0, 8)
    assert row["lost"][0] == {
        "article": "archive.jsonl:11", "title": "T10", "at": "2026-02-01T10:00:00Z",
        "firing": None,
    }  # fmt: skip
    broader = edited.replace("match: blackout\n    tests", "match: article OR curfew\n    tests", 1)
    write(worked, {"rules/watch.yaml": broader})
    said = run("backtest", "curfew", "--corpus", "archive.jsonl", "--no-alerts")
    assert any(line.endswith("gains 90, loses 0") for line in said.lines)
    assert len([line for line in said.lines if line.startswith("    + 2026-")]) == 20
    assert "    + … and 70 more" in said.lines


def test_a_changed_title_is_no_edit(run: Run, worked: Path) -> None:
    write(worked, {"rules/watch.yaml": RULES.replace("title: Curfew", "title: Night curfew")})
    assert run("backtest", "curfew", "--json").row["running_version"] is None


def test_other_rules_on_the_same_articles_are_told(run: Run, project: Path) -> None:
    archive(project, 100)
    said = run("backtest", "blackout", "--corpus", "archive.jsonl", "--no-alerts")
    assert "  also hit by: curfew (2), old (2)" in said.lines


def test_the_alerts_are_those_of_the_routes(run: Run, project: Path) -> None:
    archive(project, 100)
    grouped = CONFIG.replace("group_by: none", "digest: daily at 07:00")
    write(project, {"monitor.yaml": grouped})
    said = run("backtest", "curfew", "blackout", "--corpus", "archive.jsonl")
    # The digests of three days, and of two in which a blackout was.
    assert said.err.endswith("would have sent: 2 alerts to console, 3 alerts to hook.\n")
    assert (
        "would have sent"
        not in run("backtest", "curfew", "--corpus", "archive.jsonl", "--no-alerts").err
    )


def test_a_folder_is_tried_file_by_file_and_what_cannot_be_read_is_named(
    run: Run, project: Path
) -> None:
    write(
        project / "past",
        {
            "a.txt": "title: A\n\nA curfew.",
            "deep/b.json": '[{"text": "curfew"}, {"text": "curfew"}]',
            ".hidden/c.txt": "curfew",
            "d.png": "curfew",
            "e.jsonl": '{"text": "curfew"}\n{broken\n',
        },
    )
    (project / "past" / "f.txt.gz").write_bytes(b"not packed")
    (project / "past" / "gone.jsonl").symlink_to("nowhere")
    said = run("backtest", "curfew", "--corpus", "past", "--json")
    assert said.code == 1
    assert (said.row["articles"], said.row["hits"], said.row["refused"]) == (4, 4, 3)
    assert [line.split(": ")[0] for line in said.err.splitlines()] == [
        "past/e.jsonl:2",
        "past/f.txt.gz",
        "past/gone.jsonl",
    ]
    assert run("backtest", "curfew", "--corpus", "past").err.splitlines()[-2] == (
        "4 articles tried, 3 could not be read, 4 articles hit."
    )


def test_packed_archives_are_read(run: Run, project: Path) -> None:
    archive(project, 100)
    packed = gzip.compress((project / "archive.jsonl").read_bytes())
    (project / "archive.jsonl.gz").write_bytes(packed)
    row = run("backtest", "curfew", "--corpus", "archive.jsonl.gz", "--no-alerts", "--json").row
    assert (row["articles"], row["hits"]) == (100, 10)


def test_articles_of_known_sources_have_their_tags(run: Run, project: Path) -> None:
    rule = "rules: [{id: wire, match: curfew, only: {source_tag: wire}}]"
    lines = '{"text": "A curfew.", "source": "desk"}\n{"text": "A curfew.", "source": "x"}\n'
    write(project, {"rules/watch.yaml": rule, "a.jsonl": lines})
    assert run("backtest", "wire", "--corpus", "a.jsonl", "--json").row["hits"] == 1


def test_many_pieces_on_several_processes_give_what_one_gives(run: Run, project: Path) -> None:
    padding = "word " * 3_000
    lines = [
        json.dumps(
            {
                "text": f"{'A curfew.' if number % 7 == 0 else 'Nothing.'} {padding}",
                "published": f"2026-02-01T{number // 60 % 24:02}:{number % 60:02}:00Z",
            }
        )
        for number in range(350)
    ]
    write(project, {"a.jsonl": "\n".join(lines) + "\n"})
    row = run("backtest", "curfew", "--corpus", "a.jsonl", "--no-alerts", "--json").row
    assert (row["articles"], row["hits"]) == (350, 50)
    assert [one["article"] for one in row["first"]] == ["a.jsonl:1", "a.jsonl:8", "a.jsonl:15"]


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="one core: no other processes")
def test_ctrl_c_ends_all_processes_without_a_word_of_theirs(project: Path) -> None:
    padding = "word " * 3_000
    line = json.dumps({"text": padding}) + "\n"
    write(project, {"a.jsonl": line * 2_000})
    with spawn(
        "backtest", "curfew", "--corpus", "a.jsonl", cwd=project, start_new_session=True
    ) as process:
        while len(children(process.pid)) < 2:  # the first moment of a process is the worst one
            assert process.poll() is None
        for pid in (*children(process.pid), process.pid):
            signal.pidfd_send_signal(os.pidfd_open(pid), signal.SIGINT)
        out, err = process.communicate()
    assert (process.returncode, out, err.strip()) == (130, "", "interrupted")


def children(pid: int) -> list[int]:
    return [int(id) for id in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    ("args", "told"),
    [
        ([], "Missing argument 'RULE…'"),
        (["curfw"], "there is no rule 'curfw' (did you mean 'curfew'?)"),
        (["curfew", "--since", "3d", "--corpus", "a"], "--since goes with the database"),
        (["curfew", "--corpus", "nowhere"], "nowhere cannot be read: No such file or directory"),
        (["curfew"], "monitor db upgrade"),
    ],
)
def test_wrong_usage_is_explained(run: Run, args: list[str], told: str) -> None:
    said = run("backtest", *args)
    assert (said.code, said.out) == (2, "")
    assert told in said.err


def test_an_impossible_time_is_refused(run: Run, worked: Path) -> None:
    assert worked.exists()
    assert "--since cannot be 'soon'" in run("backtest", "curfew", "--since", "soon").err


def test_rules_that_are_broken_elsewhere_stop_no_trial(run: Run, worked: Path) -> None:
    write(worked, {"rules/more.yaml": 'rules: [{id: bad, match: "(night"}]'})
    said = run("backtest", "curfew")
    assert (said.code, said.lines[0]) == (0, "curfew: 1 hit")
    assert said.err.startswith("The rules have 1 error elsewhere (rules/more.yaml:1:27): ")
    said = run("backtest", "bad")
    assert (said.code, said.out) == (1, "")
    assert "this parenthesis is not closed" in said.err


def test_an_empty_past_is_no_error(run: Run, worked: Path) -> None:
    assert worked.exists()
    said = run("backtest", "curfew", "--since", "2100-01-01")
    assert (said.code, said.err) == (0, "0 articles tried, 0 articles hit.\n")


def test_a_running_version_that_cannot_be_read_any_more_is_told(run: Run, worked: Path) -> None:
    connection = sqlite3.connect(worked / "monitor.db")
    connection.execute(
        "UPDATE rule_versions SET version = 'other', text = 'id: (' WHERE rule = 'curfew'"
    )
    connection.commit()
    connection.close()
    said = run("backtest", "curfew")
    assert said.code == 0
    assert "curfew: the running version cannot be read any more: " in said.err


def test_on_a_terminal_gains_and_losses_have_colours(show: Show, worked: Path) -> None:
    archive(worked, 20)
    write(worked, {"rules/watch.yaml": RULES.replace("match: curfew*", "match: article")})
    shown = show(100, "backtest", "curfew", "--corpus", "archive.jsonl", "--no-alerts")
    assert "\x1b[32m    + " in shown
    assert "\x1b[31m    - " in shown
