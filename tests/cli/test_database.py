"""`monitor db` and `monitor stats`: the database's schema, size and copies; hits in figures."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from monitor.cli.stats import days_between, spark
from monitor.store.schema import HEAD
from tests.cli.conftest import Run
from tests.conformance.aging import make_former


def test_a_new_database_is_made_and_then_current(run: Run, project: Path) -> None:
    said = run("db", "current")
    assert said.code == 1
    assert said.out == f"none (empty; this version works with {HEAD})\n"
    assert run("db", "current", "--json").row == {
        "revision": None, "needed": HEAD, "state": "empty",
    }  # fmt: skip
    said = run("db", "upgrade")
    assert (said.code, said.err) == (0, f"Made a new database with revision {HEAD}.\n")
    assert run("db", "upgrade").err == f"The database has revision {HEAD} already.\n"
    said = run("db", "current")
    assert (said.code, said.out) == (0, f"{HEAD} (current; this version works with {HEAD})\n")
    assert run("db", "current", "--json").row["state"] == "current"
    assert (project / "monitor.db").exists()


@pytest.fixture
def of_before(worked: Path) -> Path:
    """A database with articles of today as another version stored them."""
    file = worked / "monitor.db"
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("UPDATE story_members SET at = (SELECT first_seen FROM articles)")
    make_former(f"sqlite:///{file}")
    return file


@pytest.mark.usefixtures("of_before")
def test_story_features_of_another_version_are_recomputed(run: Run) -> None:
    """Also where the schema is current: a version may compare articles in another way."""
    said = run("db", "upgrade")
    assert said.code == 0
    first, second = said.err.splitlines()
    assert first == f"The database has revision {HEAD} already."
    assert re.fullmatch(r"Recomputed the story features of \d+ articles\.", second)
    assert run("db", "upgrade").err == f"The database has revision {HEAD} already.\n"


def test_articles_whose_text_is_gone_are_counted(run: Run, of_before: Path) -> None:
    with closing(sqlite3.connect(of_before, isolation_level=None)) as connection:
        connection.execute("UPDATE articles SET pruned = 1, body = '' WHERE id = 1")
    said = run("db", "upgrade")
    assert said.err.splitlines()[-1] == (
        "Left those of 1 article, whose text is not stored any more."
    )


def set_revision(file: Path, revision: str) -> None:
    connection = sqlite3.connect(file)
    connection.execute("UPDATE monitor_schema SET version_num = ?", (revision,))
    connection.commit()
    connection.close()


@pytest.mark.parametrize("command", [["hits"], ["db", "upgrade"], ["run", "--once"]])
def test_a_newer_database_is_refused_and_left_alone(
    run: Run, worked: Path, command: list[str]
) -> None:
    set_revision(worked / "monitor.db", "9999")
    said = run(*command)
    assert said.code == 2
    assert "9999, which this program does not know" in said.err
    assert run("db", "current", "--json").row["state"] == "newer"


def test_what_is_no_database_is_refused(run: Run, project: Path) -> None:
    (project / "monitor.db").write_text("this is a letter to my aunt, and no database at all")
    for command in (["hits"], ["db", "current"], ["db", "upgrade"], ["status"]):
        said = run(*command)
        assert said.code == 2, command
        assert "monitor.db" in said.err


def test_a_folder_that_cannot_be_made_is_named(run: Run, project: Path) -> None:
    text = (project / "monitor.yaml").read_text()
    changed = text.replace("sqlite:///monitor.db", "sqlite:///monitor.yaml/x/monitor.db")
    (project / "monitor.yaml").write_text(changed)
    said = run("db", "upgrade")
    assert said.code == 2
    assert "monitor.yaml/x" in said.err


def test_a_copy_holds_everything_and_takes_the_databases_place(run: Run, worked: Path) -> None:
    said = run("db", "backup", "copy.db")
    assert said.code == 0
    assert said.err.startswith("Wrote copy.db (0.")
    before = run("hits", "--json").out
    (worked / "monitor.db").unlink()
    for rest in worked.glob("monitor.db-*"):
        rest.unlink()
    (worked / "copy.db").rename(worked / "monitor.db")
    assert run("hits", "--json").out == before


@pytest.mark.usefixtures("worked")
def test_a_copy_overwrites_nothing(run: Run) -> None:
    said = run("db", "backup", "monitor.yaml")
    assert said.code == 2
    assert "monitor.yaml" in said.err
    assert run("db", "backup", "nowhere/copy.db").code == 2


def age(file: Path, days: int) -> None:
    """Let everything have happened so many days earlier."""
    connection = sqlite3.connect(file)
    for table, columns in (
        ("articles", ["first_seen"]),
        ("hits", ["at", "event_at"]),
        ("alerts", ["created", "due"]),
        ("deliveries", ["at"]),
    ):
        known = {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}
        for column in columns:
            if column in known:
                connection.execute(
                    f"UPDATE {table} SET {column} = strftime('%Y-%m-%d %H:%M:%f000',"
                    f" {column}, '-{days} days')"
                )
    connection.commit()
    connection.close()


def test_old_articles_are_forgotten_but_for_what_is_still_needed(run: Run, worked: Path) -> None:
    assert run("db", "prune", "--older-than", "1y").err == (
        "Removed 0 articles, 0 revisions, 0 hits, 0 alerts.\n"
    )
    age(worked / "monitor.db", 400)
    said = run("db", "prune", "--older-than", "1y")
    assert said.code == 0
    removed, kept = said.err.splitlines()
    assert removed.startswith("Removed 2 articles, 0 revisions, 1 hit, ")
    assert kept == "Kept 1 old article that something undelivered needs."
    assert [row["rule"] for row in run("hits", "--json").rows] == ["curfew"]
    row = run("db", "prune", "--older-than", "1y", "--json").row
    assert list(row) == ["articles", "revisions", "hits", "alerts", "refusals", "kept"]
    assert (row["articles"], row["kept"]) == (0, 1)


@pytest.mark.usefixtures("worked")
@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["prune"], "Missing option '--older-than'"),
        (["prune", "--older-than", "soon"], "--older-than cannot be 'soon': write 90s, 15m"),
        (["backup"], "Missing argument 'FILE'"),
    ],
)
def test_wrong_usage_is_explained(run: Run, args: list[str], told: str) -> None:
    said = run("db", *args)
    assert (said.code, said.out) == (2, "")
    assert told in said.err


def test_a_locked_database_is_told_as_such(run: Run, worked: Path) -> None:
    other = sqlite3.connect(worked / "monitor.db")
    other.execute("BEGIN EXCLUSIVE")
    other.execute("UPDATE hits SET note = 'x'")
    # Readers go on: the write-ahead log shows them the last state.
    assert run("hits").code == 0
    other.rollback()
    other.close()


# stats


@pytest.mark.usefixtures("worked")
def test_hits_a_day_are_shown_as_figures_and_a_plot(run: Run) -> None:
    today = datetime.now(UTC).date()
    said = run("stats", "--since", "10d")
    assert (said.code, said.err) == (0, "")
    head, first, second = said.lines
    assert head == f"rule      hits  a day  most  {today - timedelta(days=10)} … {today}"
    assert first == "blackout     1    0.1     1  ··········█"
    assert second == "curfew       1    0.1     1  ··········█"


@pytest.mark.usefixtures("worked")
def test_json_has_a_day_and_rule_a_line(run: Run) -> None:
    today = str(datetime.now(UTC).date())
    assert run("stats", "--json").rows == [
        {"day": today, "rule": "blackout", "hits": 1},
        {"day": today, "rule": "curfew", "hits": 1},
    ]
    assert len(run("stats", "--json", "--rule", "curf*").rows) == 1


@pytest.mark.usefixtures("worked")
def test_without_hits_it_says_so(run: Run) -> None:
    said = run("stats", "--rule", "nothing")
    assert (said.code, said.out, said.err) == (0, "", "No hits in this time.\n")
    assert run("stats", "--since", "soon").code == 2
    # A day that is still to come holds nothing.
    assert run("stats", "--since", "2100-01-01").err == "No hits in this time.\n"


def test_the_plot_has_a_character_a_day_and_any_hit_is_seen() -> None:
    days = days_between(date(2026, 1, 1), date(2026, 1, 5))
    counts = {days[0]: 1, days[2]: 1000, days[4]: 500}
    assert spark(counts, days) == "▁·█·▄"
    assert spark({}, days) == "·····"


def test_the_plot_of_a_long_time_puts_days_together() -> None:
    days = days_between(date(2026, 1, 1), date(2026, 12, 31))
    plot = spark({days[0]: 2, days[6]: 2, days[364]: 4}, days)
    assert len(plot) == 53
    assert plot[0] == "█"
    assert plot[-1] == "█"
    assert set(plot[1:-1]) == {"·"}
