"""`monitor hits`: listing, judging, annotating and exporting what matched."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.projects import spawn, write

pytestmark = pytest.mark.usefixtures("worked")


def test_people_see_a_line_a_hit_the_newest_first(run: Run) -> None:
    said = run("hits")
    assert (said.code, said.err) == (0, "")
    head, curfew, blackout = said.lines
    assert head.split("  ")[0] == "hit"
    assert curfew.split()[0] == "2"
    assert curfew.endswith("low    curfew    alerted  desk    Curfew in the city")
    assert blackout.endswith("high   blackout  alerted  desk    City goes dark")


def test_json_has_every_field_of_a_hit(run: Run) -> None:
    row = run("hits", "--json", "--rule", "blackout").row
    assert list(row) == [
        "hit", "at", "rule", "version", "level", "tags", "state", "review", "note", "title",
        "source", "url", "lang", "published", "story", "article", "evidence", "firing",
    ]  # fmt: skip
    assert (row["hit"], row["rule"], row["level"], row["tags"]) == (1, "blackout", "high", ["net"])
    assert (row["state"], row["review"], row["note"]) == ("alerted", "open", "")
    assert row["published"] == "2026-01-05T00:00:00Z"
    assert [found["text"] for found in row["evidence"]] == ["internet", "blackout"]


@pytest.mark.parametrize(
    ("args", "hits"),
    [
        (["--rule", "curf*"], [2]),
        (["--rule", "nothing"], []),
        (["--rule", "curfew", "--rule", "black*"], [2, 1]),
        (["--level", "high"], [1]),
        (["--level", ">=low"], [2, 1]),
        (["--level", "<high"], [2]),
        (["--source", "desk"], [2, 1]),
        (["--source", "world"], []),
        (["--since", "1d"], [2, 1]),
        (["--since", "2100-01-01"], []),
        (["--state", "alerted"], [2, 1]),
        (["--state", "new", "--state", "held"], []),
        (["--state", "open"], [2, 1]),
        (["--state", "dismissed"], []),
        (["--state", "alerted", "--state", "acknowledged"], []),
        (["--search", "internet noon"], [1]),
        (["--search", '"goes dark"'], [1]),
        (["--search", '"dark goes"'], []),
        (["--limit", "1"], [2]),
    ],
)
def test_every_option_chooses(run: Run, args: list[str], hits: list[int]) -> None:
    assert [row["hit"] for row in run("hits", "--json", *args).rows] == hits


def test_no_hits_are_said_aside(run: Run) -> None:
    said = run("hits", "--rule", "nothing")
    assert (said.code, said.out, said.err) == (0, "", "No hits.\n")


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["--level", "hi"], "--level cannot be 'hi': a level is `>=high`, `<=low` or one of"),
        (["--level", ">critical"], "--level cannot be '>critical': no level is >critical"),
        (["--since", "soon"], "--since cannot be 'soon': write 12h, 30d or a date such as"),
        (["--since", "2026-13-01"], "--since cannot be '2026-13-01'"),
        (["--state", "odd"], "'odd' is not one of 'new', 'held', 'alerted'"),
    ],
)
def test_what_an_option_cannot_be_is_told_with_what_it_can(
    run: Run, args: list[str], told: str
) -> None:
    said = run("hits", *args)
    assert (said.code, said.out) == (2, "")
    assert told in said.err


def test_acknowledged_hits_say_so(run: Run) -> None:
    said = run("hits", "ack", "1", "2")
    assert (said.code, said.out, said.err) == (0, "", "Acknowledged 2 hits.\n")
    assert {row["review"] for row in run("hits", "--json").rows} == {"acknowledged"}
    assert "acknowledged" in run("hits").lines[1]
    assert [row["hit"] for row in run("hits", "--json", "--state", "acknowledged").rows] == [2, 1]


def test_hits_that_do_not_exist_are_named_and_the_others_done(run: Run) -> None:
    said = run("hits", "ack", "1", "77", "99999999999999999999")
    assert said.code == 1
    assert said.err == "Acknowledged 1 hit.\nThere is no hit 77, 99999999999999999999.\n"
    assert run("hits", "note", "77", "x").err == "There is no hit 77.\n"
    assert run("hits", "dismiss", "77").code == 1


def test_a_note_stays_until_it_is_replaced(run: Run) -> None:
    assert run("hits", "note", "1", "confirmed by phone").err == "Noted on 1 hit.\n"
    assert run("hits", "--json", "--rule", "blackout").row["note"] == "confirmed by phone"
    assert run("hits", "note", "1", "").code == 0
    assert run("hits", "--json", "--rule", "blackout").row["note"] == ""


def test_options_of_the_list_do_not_slip_into_a_judgement(run: Run) -> None:
    said = run("hits", "--rule", "curfew", "ack", "1")
    assert said.code == 2
    assert "--rule stands before `ack`" in said.err
    assert run("hits", "--json", "--rule", "blackout").row["review"] == "open"
    assert run("hits", "--json", "export").code == 2
    assert run("hits", "--limit", "3", "export").code == 2


@pytest.mark.parametrize(
    ("before", "behind", "hits"),
    [
        ([], ["--rule", "curfew"], [2]),
        ([], ["--level", ">=high", "--json"], [1]),
        (["--rule", "*"], ["--level", "low"], [2]),
        (["--since", "1d"], ["--search", "internet noon"], [1]),
        ([], ["--source", "world"], []),
        ([], ["--state", "alerted", "--since", "1d", "--rule", "c*", "--rule", "b*"], [1, 2]),
    ],
)
def test_what_export_writes_is_chosen_before_and_behind_its_name(
    run: Run, before: list[str], behind: list[str], hits: list[int]
) -> None:
    said = run("hits", *before, "export", *behind)
    assert (said.code, said.err) == (0, "")
    assert [row["hit"] for row in said.rows] == hits


def test_what_export_cannot_do_is_told(run: Run) -> None:
    said = run("hits", "--rule", "curfew", "export", "--rule", "blackout")
    assert (said.code, said.out) == (2, "")
    assert said.err == "monitor: --rule stands before and behind `export`: give it once\n"
    assert "No such option" in run("hits", "export", "--ruel", "x").err
    assert "--level cannot be 'hi'" in run("hits", "export", "--level", "hi").err
    for args in (["--json", "--format", "csv"], ["--bom"], ["--bom", "--format", "jsonl"]):
        assert run("hits", "export", *args).code == 2


def test_csv_for_excel_begins_with_a_byte_order_mark_and_other_csv_does_not(run: Run) -> None:
    plain = run("hits", "export", "--format", "csv").out
    assert plain.startswith("hit,at,")
    assert run("hits", "export", "--format", "csv", "--bom").out == "\ufeff" + plain


def test_export_writes_all_chosen_hits_oldest_first(run: Run) -> None:
    rows = run("hits", "export").rows
    assert [row["hit"] for row in rows] == [1, 2]
    assert rows[0] == run("hits", "--json", "--rule", "blackout").row
    assert [row["hit"] for row in run("hits", "--rule", "curfew", "export").rows] == [2]


def test_csv_opens_in_a_spreadsheet(run: Run) -> None:
    run("hits", "note", "1", 'two\nlines, "quoted"')
    said = run("hits", "export", "--format", "csv")
    assert said.code == 0
    rows = list(csv.DictReader(io.StringIO(said.out)))
    assert [row["hit"] for row in rows] == ["1", "2"]
    assert rows[0]["matched"] == "internet | blackout"
    assert rows[0]["note"] == 'two\nlines, "quoted"'
    assert rows[0]["tags"] == "net"
    assert rows[0]["url"] == ""


def test_csv_with_a_mark_is_utf_8_whatever_the_machine_prints(worked: Path) -> None:
    with spawn("hits", "note", "1", "Алматы", cwd=worked) as note:
        note.communicate()
    args = ("hits", "export", "--format", "csv", "--bom")
    with spawn(*args, cwd=worked, environ={"PYTHONIOENCODING": "ascii"}) as export:
        out, _ = export.communicate()
    assert out.startswith("\ufeffhit,at,")
    assert ",Алматы," in out


def test_csv_runs_no_formula_of_an_articles(run: Run, worked: Path) -> None:
    bad = {"title": "=HYPERLINK('http://x')", "text": "curfew", "url": "https://e.example/1"}
    write(worked / "articles", {"bad.json": json.dumps(bad)})
    run("run", "--once")
    run("hits", "note", "3", "@SUM(1)")
    run("hits", "note", "2", "one;=SUM(1)")
    run("hits", "note", "1", "＝1+1")
    said = run("hits", "export", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(said.out)))
    assert rows[2]["title"] == "'=HYPERLINK('http://x')"
    assert rows[2]["note"] == "'@SUM(1)"
    assert rows[0]["note"] == "'＝1+1"
    [line] = [line for line in said.lines if "SUM" in line and "one" in line]
    cells = next(csv.reader([line], delimiter=";"))  # as a spreadsheet does in many countries
    assert not any(cell.startswith("=") for cell in cells)


def test_csv_of_no_hits_has_its_headings(run: Run) -> None:
    said = run("hits", "--rule", "nothing", "export", "--format", "csv")
    assert said.out.startswith("hit,at,rule,")
    assert len(said.lines) == 1
