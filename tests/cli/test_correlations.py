"""Correlation rules from the files of a folder to the alert, by the real commands."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.projects import write

CONFIG = """\
database: sqlite:///monitor.db
rules: rules/
sources:
  - {id: a, type: corpus, path: in/a, max_age: none, every: 1s}
  - {id: b, type: corpus, path: in/b, max_age: none, every: 1s}
  - {id: c, type: corpus, path: in/c, max_age: none, every: 1s}
channels: {console: "console://"}
routes: [{when: {rule: many}, to: [console], group_by: none}]
"""
RULES = """\
rules:
  - {id: blackout, tags: [Telecoms], match: internet blackout}
  - id: many
    level: critical
    correlate: {rules: ["tag:telecoms"], within: 1h, distinct: sources, at_least: 3}
"""


def tell(source: str, number: int, minute: int) -> None:
    article = {
        "title": f"Report {number} of {source}",
        "text": f"An internet blackout holds in district {source}{number}.",
        "published": f"2026-01-05T10:{minute:02}:00Z",
    }
    write(Path(), {f"in/{source}/{number}.json": json.dumps(article)})


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    write(tmp_path, {"monitor.yaml": CONFIG, "rules/watch.yaml": RULES})
    for source in "abc":
        (tmp_path / "in" / source).mkdir(parents=True)
    return tmp_path


def fired(run: Run) -> list[str]:
    assert run("run", "--once").code == 0
    return [row["title"] for row in run("hits", "--rule", "many", "--json").rows]


@pytest.mark.usefixtures("desk")
def test_different_sources_are_counted_and_not_their_articles(run: Run) -> None:
    """One run a report: what was counted before a restart counts after it."""
    for number, minute in enumerate((0, 5, 10), 1):
        tell("a", number, minute)
    assert fired(run) == []
    tell("b", 1, 20)
    assert fired(run) == []
    tell("c", 1, 30)
    assert fired(run) == ["Report 1 of c"]
    firing = run("hits", "--rule", "many", "--json").row["firing"]
    assert [(one["source"], one["article"], one["title"]) for one in firing["counted"]] == [
        ("a", 3, "Report 3 of a"),
        ("b", 4, "Report 1 of b"),
        ("c", 5, "Report 1 of c"),
    ]
    (row,) = csv.DictReader(run("hits", "export", "--rule", "many", "--format", "csv").lines)
    assert row["matched"] == (
        "blackout: Report 3 of a | blackout: Report 1 of b | blackout: Report 1 of c"
    )
    why = run("why", "5", "--json").row
    assert "3 sources within 1h: c, b, a" in json.dumps(why)
    tell("a", 4, 40)
    assert fired(run) == ["Report 1 of c"]  # never again for what it has named


@pytest.mark.usefixtures("desk")
def test_a_late_report_of_the_third_source_counts_at_its_own_time(run: Run) -> None:
    tell("a", 1, 0)
    tell("c", 1, 50)
    assert fired(run) == []
    tell("b", 1, 25)
    assert fired(run) == ["Report 1 of c"]


@pytest.mark.usefixtures("desk")
def test_a_dismissed_hit_is_not_counted_any_more(run: Run) -> None:
    """A wrong hit is no evidence; a firing that was told stays told."""
    tell("a", 1, 0)
    tell("b", 1, 10)
    assert fired(run) == []
    wrong = run("hits", "--source", "b", "--json").row["hit"]
    run("hits", "dismiss", str(wrong))
    tell("c", 1, 20)
    assert fired(run) == []
    tell("b", 2, 30)
    assert fired(run) == ["Report 2 of b"]
    run("hits", "dismiss", str(run("hits", "--source", "c", "--json").row["hit"]))
    assert fired(run) == ["Report 2 of b"]


def test_a_correlation_that_names_half_of_nothing_does_not_run(run: Run, desk: Path) -> None:
    write(desk, {"rules/watch.yaml": RULES.replace('"tag:telecoms"', 'blackout, "tag:telecom"')})
    checked = run("check")
    assert checked.code == 1
    assert "no rule has the tag 'telecom'" in checked.err + checked.out
    for source in "abc":
        tell(source, 1, 0)
    said = run("run", "--once")
    assert "no rule has the tag 'telecom'" in said.err
    assert [row["rule"] for row in run("hits", "--json").rows] == ["blackout"] * 3
