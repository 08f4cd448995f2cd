"""`monitor backtest` of correlations: thresholds tried before they go live."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run, Show
from tests.cli.projects import write
from tests.cli.test_correlations import CONFIG, RULES, tell

EDITED = RULES.replace("at_least: 3", "at_least: 2")


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A project with the reports of three sources, not read yet."""
    write(tmp_path, {"monitor.yaml": CONFIG, "rules/watch.yaml": RULES})
    for source in "abc":
        (tmp_path / "in" / source).mkdir(parents=True)
    return tmp_path


@pytest.fixture
def read(run: Run, desk: Path) -> Path:
    """The same, read one report after the other, as they would have come."""
    for minute, source in enumerate("aabcab"):
        tell(source, minute, minute * 9)
        assert run("run", "--once").code == 0
    return desk


def test_it_fires_in_a_trial_as_it_did_live(run: Run, read: Path) -> None:
    assert read.exists()
    live = run("hits", "--rule", "many", "--json").row
    row = run("backtest", "many", "--json").row
    assert (row["articles"], row["hits"], row["days"]) == (6, 1, {"2026-01-05": 1})
    assert row["counted"] == {"blackout": 6}
    (first,) = row["first"]
    assert (first["article"], first["title"]) == (str(live["article"]), live["title"])
    assert first["evidence"] == []
    as_live = [
        {**one, "hit": None, "article": str(one["article"])} for one in live["firing"]["counted"]
    ]
    assert first["firing"] == {**live["firing"], "counted": as_live}
    assert (row["running_version"], row["gains"], row["gained"]) == (None, None, [])


def test_people_see_its_firings_by_day_and_what_each_counted(run: Run, read: Path) -> None:
    assert read.exists()
    said = run("backtest", "many")
    assert said.code == 0
    assert said.lines == [
        "many: 1 firing of 6 hits: blackout 6",
        f"  2026-01-05  {'█' * 40} 1",
        "  first: 2026-01-05 10:27  3 sources within 1h: c, b, a",
        f"      2026-01-05 10:09  blackout: Report 1 of a  [2, a, {read}/in/a/1.json]",
        f"      2026-01-05 10:18  blackout: Report 2 of b  [3, b, {read}/in/b/2.json]",
        f"      2026-01-05 10:27  blackout: Report 3 of c  [4, c, {read}/in/c/3.json]",
        "",
    ]


def test_only_its_own_alerts_are_those_of_the_routes(run: Run, read: Path) -> None:
    """The rules that it counts are not on trial: nobody asked what they would have sent."""
    write(read, {"monitor.yaml": CONFIG.replace("when: {rule: many}", "when: {}")})
    said = run("backtest", "many")
    assert said.err == (
        "6 articles tried, 6 articles hit.\n"
        "The routes as they are would have sent: 1 alert to console.\n"
    )
    assert "7 alerts to console" in run("backtest", "many", "blackout").err


def test_an_edit_is_compared_firing_by_firing(run: Run, show: Show, read: Path) -> None:
    for source, minute in (("a", "10:00"), ("b", "20:00")):
        text, published = f"An internet blackout in {source}.", f"2026-01-05T13:{minute}Z"
        later = json.dumps({"text": text, "published": published})
        write(read, {f"in/{source}/later.json": later})
        run("run", "--once")  # one after the other: in one run either may be first
    write(read, {"rules/watch.yaml": EDITED})
    row = run("backtest", "many", "--no-alerts", "--json").row
    # The one that is told earlier now, with fewer sources, is the same one.
    assert (row["hits"], row["gains"], row["losses"]) == (2, 1, 0)
    (gained,) = row["gained"]
    assert gained["firing"]["detail"] == "2 sources within 1h: b, a"
    shown = show(100, "backtest", "many", "--no-alerts")
    assert ", and the rules that it counts): gains 1, loses 0" in shown
    assert "\x1b[32m2026-01-05 13:20  2 sources within 1h: b, a  [7, 8]" in shown


def test_an_edit_of_a_rule_that_it_counts_is_an_edit(run: Run, read: Path) -> None:
    write(read, {"rules/watch.yaml": RULES.replace("internet blackout", "district b2")})
    row = run("backtest", "many", "--no-alerts", "--json").row
    assert (row["hits"], row["gains"], row["losses"]) == (0, 0, 1)
    assert row["running_version"] == row["version"]
    (lost,) = row["lost"]
    assert lost["firing"]["detail"] == "3 sources within 1h: c, b, a"
    said = run("backtest", "many")
    assert said.lines[0] == "many: 0 firings of 1 hit: blackout 1"
    assert said.lines[-2].startswith("    - 2026-01-05 10:27  3 sources within 1h: c, b, a  [")


def test_a_rule_that_ran_and_is_gone_is_part_of_what_runs(run: Run, read: Path) -> None:
    """The running version counted one rule by its id; the edited one counts another."""
    both = RULES.replace('"tag:telecoms"', "blackout")
    write(read, {"rules/watch.yaml": both})
    run("run", "--once")
    write(
        read,
        {"rules/watch.yaml": both.replace("blackout,", "dark,").replace("[blackout]", "[dark]")},
    )
    row = run("backtest", "many", "--no-alerts", "--json").row
    assert (row["counted"], row["hits"], row["gains"], row["losses"]) == ({"dark": 6}, 1, 1, 1)


def test_a_rule_that_does_not_run_is_not_counted_unless_it_is_on_trial(
    run: Run, read: Path
) -> None:
    more = "  - {id: off, enabled: false, tags: [telecoms], match: report}\n"
    write(read, {"rules/watch.yaml": RULES + more})
    assert run("backtest", "many", "--json").row["counted"] == {"blackout": 6}
    many, off = run("backtest", "many", "off", "--json").rows
    assert many["counted"] == {"blackout": 6, "off": 6}
    assert off["overlap"] == {"blackout": 6}


def test_files_are_tried_without_a_database_and_without_stories(run: Run, desk: Path) -> None:
    write(desk, {"rules/watch.yaml": RULES.replace("distinct: sources", "distinct: stories")})
    lines = [
        json.dumps({"text": "An internet blackout.", "published": f"2026-01-05T10:0{n}:00Z"})
        for n in range(3)
    ]
    write(desk, {"past.jsonl": "\n".join(lines)})
    said = run("backtest", "many", "--corpus", "past.jsonl", "--no-alerts", "--json")
    assert said.row["hits"] == 1
    assert [one["article"] for one in said.row["first"][0]["firing"]["counted"]] == [
        "past.jsonl:1", "past.jsonl:2", "past.jsonl:3",
    ]  # fmt: skip
    assert said.err.startswith("Stories are known of the database alone: ")


@pytest.mark.parametrize("looks", ["distinct: sources", "group_by: source_tag", "group_by: source"])
def test_articles_of_files_that_name_no_source_are_told_where_sources_count(
    run: Run, desk: Path, looks: str
) -> None:
    write(desk, {"rules/watch.yaml": RULES.replace("distinct: sources", looks)})
    sources = ['"source": "a", ', "", ""]
    lines = [
        f'{{{source}"text": "An internet blackout.", "published": "2026-01-05T10:0{n}:00Z"}}'
        for n, source in enumerate(sources)
    ]
    write(desk, {"past.jsonl": "\n".join(lines), "without.jsonl": "\n".join(lines[1:])})
    said = run("backtest", "many", "--corpus", "past.jsonl", "--no-alerts")
    assert said.err == (
        "many looks at sources, and 2 of the 3 hits that it counts come without one: such articles"
        " are taken as from one source. In .json and .jsonl files `source` names it.\n"
        "3 articles tried, 3 articles hit.\n"
    )
    said = run("backtest", "many", "--corpus", "without.jsonl", "--no-alerts", "--json")
    assert said.row["hits"] == 0
    assert said.err.startswith("many looks at sources, and 2 of the 2 hits that it counts come ")


@pytest.mark.parametrize("looks", ["distinct: sources", "distinct: articles"])
def test_nothing_is_said_of_sources_where_all_are_named_or_none_matters(
    run: Run, desk: Path, looks: str
) -> None:
    write(desk, {"rules/watch.yaml": RULES.replace("distinct: sources", looks)})
    named = '"source": "a", ' if "sources" in looks else ""
    write(desk, {"past.jsonl": f'{{{named}"text": "An internet blackout."}}'})
    assert run("backtest", "many", "--corpus", "past.jsonl").err.startswith("1 article tried")


def test_very_many_changes_are_listed_in_part(run: Run, read: Path) -> None:
    write(
        read, {"rules/watch.yaml": RULES.replace("distinct: sources, at_least: 3", "at_least: 1")}
    )
    lines = [
        json.dumps({"text": "An internet blackout.", "published": f"2026-01-05T10:{n:02}:00Z"})
        for n in range(30)
    ]
    write(read, {"past.jsonl": "\n".join(lines)})
    said = run("backtest", "many", "--corpus", "past.jsonl", "--no-alerts")
    assert said.lines[-2] == "    + … and 10 more"
