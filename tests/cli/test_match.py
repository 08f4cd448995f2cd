"""`monitor match`: texts, files, folders and standard input against rules or one query."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from tests.cli.conftest import Feed, Run
from tests.cli.projects import write

pytestmark = pytest.mark.usefixtures("project")


def test_json_has_every_article_exactly_as_the_contract_writes_it(run: Run) -> None:
    said = run("match", "--json", "articles/one.txt", "articles/three.txt")
    assert (said.code, said.err) == (0, "")
    version = said.rows[0]["hits"][0]["version"]
    assert len(version) == 12
    assert said.rows == [
        {
            "article": {
                "id": None,
                "path": "articles/one.txt",
                "title": "City goes dark",
                "source": None,
                "lang": "en",
                "published": "2026-01-05T00:00:00Z",
            },
            "hits": [
                {
                    "rule": "blackout",
                    "version": version,
                    "level": "high",
                    "tags": ["net"],
                    "evidence": [
                        {
                            "field": "body",
                            "start": 4,
                            "end": 12,
                            "text": "internet",
                            "query": "internet",
                        },
                        {
                            "field": "body",
                            "start": 13,
                            "end": 21,
                            "text": "blackout",
                            "query": "blackout",
                        },
                    ],
                }
            ],
        },
        {
            "article": {
                "id": None,
                "path": "articles/three.txt",
                "title": "Sports",
                "source": None,
                "lang": None,
                "published": "2026-01-07T00:00:00Z",
            },
            "hits": [],
        },
    ]


def test_people_see_what_matched_and_a_summary_aside(run: Run) -> None:
    said = run("match", "articles")
    assert said.lines == [
        "City goes dark  articles/one.txt",
        "  [HIGH] Internet blackout  blackout",
        "      The internet blackout began at noon.",
        "",
        "Curfew in the city  articles/two.txt",
        "  [LOW] Curfew  curfew",
        "      A curfew holds from eight on.",
        "",
    ]
    assert said.err == "3 articles read, 2 hit; 2 rules tried.\n"


@pytest.mark.usefixtures("project")
def test_an_empty_name_is_not_taken_for_this_folder(run: Run) -> None:
    """`monitor match "$file"` with a variable that is not set."""
    said = run("match", "")
    assert (said.code, said.out) == (2, "")
    assert "an empty name names no file" in said.err


def test_disabled_rules_are_left_out_unless_named(run: Run) -> None:
    assert run("match", "--json", "articles/one.txt").row["hits"][0]["rule"] == "blackout"
    said = run("match", "--json", "articles/one.txt", "--rule", "old")
    assert [hit["rule"] for hit in said.row["hits"]] == ["old"]


def test_expired_rules_are_left_out(run: Run, project: Path) -> None:
    rule = "rules: [{id: curfew, match: curfew, expires: 2020-01-01}]"
    write(project, {"rules/watch.yaml": rule})
    assert run("match", "--json", "articles/two.txt").row["hits"] == []


def test_a_query_needs_no_configuration(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, {"x.txt": "The curfew was lifted."})
    said = run("match", "--query", "curfew NEAR/3 lifted", "x.txt")
    assert said.code == 0
    assert said.lines == [
        "The curfew was lifted.  x.txt",
        "  [MEDIUM] curfew NEAR/3 lifted",
        "      The curfew was lifted.",
        "",
    ]
    assert said.err == "1 article read, 1 matched by the query.\n"
    row = run("match", "--query", "curfew", "--json", "x.txt").row
    assert row["hits"][0]["rule"] == "query"


def test_a_query_may_name_the_lists_of_the_rules(
    run: Run, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lists = "lists: {cities: [Almaty, Nur-Sultan]}\n"
    write(project, {"rules/lists.yaml": lists, "x.txt": "A curfew in Nur-Sultan."})
    row = run("match", "--query", "curfew NEAR/3 $cities", "--json", "x.txt").row
    assert [it["text"] for it in row["hits"][0]["evidence"] if it["field"] == "body"] == [
        "curfew",
        "Nur-Sultan",
    ]
    said = run("match", "--query", "$citys", "x.txt")
    assert "there is no list `$citys` (did you mean `cities`?)" in said.err
    monkeypatch.chdir(project / "rules")  # without a configuration there are no lists
    said = run("match", "--query", "$cities OR $5", "../x.txt")
    assert (said.code, said.out) == (2, "")
    assert "--query:1:1: error: there is no list `$cities` (no list is defined)" in said.err


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("(curfew", "--query:1:1: error: this parenthesis is not closed"),
        ("curfew AND", "--query:1:8: error: "),
        ("*", "--query:1:1: error: a text that has none of its words could match this query"),
        ("NOT curfew", "--query:1:5: error: "),
        ("NOT curfew", "a query needs a word or phrase, not only exclusions and properties"),
        ("site:example.org", "a query needs a word or phrase"),
        ("curfew OR lang:en", "a query needs a word or phrase"),
        ("$places", "--query:1:1: error: there is no list `$places`"),
    ],
)
def test_an_unusable_query_is_wrong_usage_with_its_place(run: Run, query: str, told: str) -> None:
    said = run("match", "--query", query, "articles")
    assert (said.code, said.out) == (2, "")
    assert told in said.err


def test_a_query_that_may_mean_something_else_is_warned_of_and_tried(run: Run) -> None:
    said = run("match", "--query", "curfew or lockdown", "articles")
    assert said.code == 0
    assert "--query:1:8: warning: `or` in lower case is an ordinary word" in said.err


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["--query", "a", "--rule", "b"], "--query takes the place of the rules"),
        (["--rule", "curfw", "articles"], "there is no rule 'curfw' (did you mean 'curfew'?)"),
        (["--rule", "x", "articles"], "there is no rule 'x' (allowed: blackout, curfew, old)"),
    ],
)
def test_what_does_not_go_together_is_refused(run: Run, args: list[str], told: str) -> None:
    said = run("match", *args)
    assert (said.code, said.out) == (2, "")
    assert told in said.err


def test_a_correlation_reads_no_text(run: Run, project: Path) -> None:
    rule = (
        "rules: [{id: a, match: curfew}, {id: b, correlate: "
        "{rules: [a], within: 1h, distinct: articles, at_least: 2}}]"
    )
    write(project, {"rules/watch.yaml": rule})
    assert run("match", "articles").err.endswith(" hit; 1 rule tried.\n")
    said = run("match", "--rule", "b", "articles")
    assert said.code == 2
    assert "a correlation reads no text" in said.err


RECORDS = (
    b'{"id": 17, "title": "Curfew", "text": "It began.", "lang": "en", "source": "desk",'
    b' "published": "2026-01-01", "url": "https://e.example/1", "tags": ["x"]}\n'
    b"\n"
    b'{"id": "17", "text": "A curfew."}\n'
    b"{broken\n"
    b'{"title": "no text"}\n'
    b'{"text": "nothing", "id": null}\n'
)


def test_jsonl_is_read_line_by_line_and_a_bad_line_costs_itself(run: Run, project: Path) -> None:
    (project / "some.jsonl").write_bytes(RECORDS)
    said = run("match", "--json", "some.jsonl")
    assert said.code == 1
    assert [row["article"]["id"] for row in said.rows] == [17, "17", None]
    assert [len(row["hits"]) for row in said.rows] == [1, 1, 0]
    assert said.rows[0]["article"]["source"] == "desk"
    first, second = said.err.splitlines()
    assert first.startswith("some.jsonl:4: is not JSON")
    assert second == "some.jsonl:5: has no `text`"


def test_packed_files_are_read_as_what_they_hold(run: Run, project: Path) -> None:
    (project / "a.jsonl.gz").write_bytes(gzip.compress(RECORDS))
    (project / "b.txt.gz").write_bytes(gzip.compress(b"A curfew began."))
    assert len(run("match", "--json", "a.jsonl.gz").rows) == 3
    assert run("match", "--json", "b.txt.gz").row["hits"][0]["rule"] == "curfew"


def test_each_kind_of_file_is_read_by_its_name(run: Run, project: Path) -> None:
    page = "<html lang=en><title>Curfew</title><p>It was announced for the whole city today.</p>"
    write(
        project / "kinds",
        {
            "a.md": "# Curfew\n\nIt *began*.\n",
            "b.html": page,
            "c.json": '[{"text": "curfew"}, {"text": "curfew"}]',
            "d.markdown": "# Curfew\n\nText.",
            "e.unknown": "curfew",
            ".hidden.txt": "curfew",
            ".hidden/f.txt": "curfew",
            "deep/er/g.txt": "curfew",
        },
    )
    said = run("match", "--json", "kinds")
    assert said.code == 0
    assert [row["article"]["path"] for row in said.rows] == [
        "kinds/a.md",
        "kinds/b.html",
        "kinds/c.json",
        "kinds/c.json",
        "kinds/d.markdown",
        "kinds/deep/er/g.txt",
    ]
    assert all(row["hits"] for row in said.rows)
    # Named by hand, what has no known ending is text.
    assert run("match", "--json", "kinds/e.unknown").row["hits"]


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("empty.txt", b"", "empty.txt: holds no text"),
        ("noise.txt", bytes(range(256)) * 20, "noise.txt: is not text: binary data"),
        ("image.png", b"\x89PNG\r\n\x1a\n\0\0\0", "image.png: is not text"),
        ("broken.txt.gz", b"not packed", "broken.txt.gz: cannot be read: Not a gzipped file"),
        (
            "short.txt.gz",
            gzip.compress(b"curfew" * 1000, mtime=0)[:20],
            "short.txt.gz: cannot be read: Compressed file ended",
        ),
        ("large.txt", b"x " * 5_000_001, "large.txt: is too large: "),
        ("long.jsonl", b'{"text": "' + b"x" * 10_000_001 + b'"}\n', "long.jsonl:1: is longer than"),
    ],
)
def test_what_cannot_be_read_is_named_and_the_rest_goes_on(
    run: Run, project: Path, name: str, data: bytes, told: str
) -> None:
    (project / name).write_bytes(data)
    said = run("match", "--json", name, "articles/two.txt")
    assert said.code == 1
    assert said.err.startswith(told)
    assert said.row["article"]["path"] == "articles/two.txt"


def test_a_line_that_is_too_long_does_not_hide_the_next(run: Run, project: Path) -> None:
    data = b'{"text": "' + b"x" * 25_000_000 + b'"}\n{"text": "curfew"}\n'
    (project / "long.jsonl").write_bytes(data)
    said = run("match", "--json", "long.jsonl")
    assert said.code == 1
    assert said.err.count("\n") == 1
    assert said.row["hits"]


def test_a_missing_file_an_empty_folder_and_a_barred_one_are_named(run: Run, project: Path) -> None:
    (project / "empty").mkdir()
    (project / "loop").symlink_to("loop")
    said = run("match", "nowhere.txt", "empty", "loop")
    assert said.code == 1
    missing, empty, loop, summary = said.err.splitlines()
    assert missing == "nowhere.txt: cannot be read: No such file or directory"
    assert empty == (
        "empty: holds no file that is read here"
        " (.txt .md .html .json .jsonl, or one of them with .gz)"
    )
    assert loop == "loop: cannot be read: Too many levels of symbolic links"
    assert summary == "0 articles read, 0 hit; 2 rules tried."


def test_another_encoding_is_told(run: Run, project: Path) -> None:
    (project / "w.txt").write_bytes("Curfew: комендантский час введён в городе".encode("utf-16"))
    assert run("match", "w.txt").lines[0].endswith("  w.txt  (read as utf-16)")


@pytest.mark.parametrize("args", [["-"], []])
def test_standard_input_is_text(run: Run, stdin: Feed, args: list[str]) -> None:
    stdin(b"date 2026-01-01\ntitle: Night\n\nA curfew began.\n")
    article = run("match", "--json", *args).row["article"]
    assert (article["path"], article["title"]) == ("-", "Night")
    assert article["published"] == "2026-01-01T00:00:00Z"


def test_standard_input_is_jsonl_when_it_begins_with_an_object(run: Run, stdin: Feed) -> None:
    stdin(b"\n \n" + RECORDS)
    said = run("match", "--json", "-")
    assert [row["article"]["id"] for row in said.rows] == [17, "17", None]
    assert said.err.startswith("-:6: is not JSON")


def test_an_empty_standard_input_is_told(run: Run, stdin: Feed) -> None:
    stdin(b"")
    said = run("match")
    assert said.code == 1
    assert said.err.startswith("-: holds no text")


def test_an_article_of_a_known_source_has_its_tags(run: Run, project: Path) -> None:
    rule = "rules: [{id: wire, match: curfew, only: {source_tag: wire}}]"
    article = {"text": "A curfew."}
    write(
        project,
        {
            "rules/watch.yaml": rule,
            "a.jsonl": json.dumps({**article, "source": "desk"}) + "\n" + json.dumps(article),
        },
    )
    said = run("match", "--json", "a.jsonl")
    assert [len(row["hits"]) for row in said.rows] == [1, 0]


def test_nothing_of_an_article_acts_on_a_terminal(run: Run, project: Path) -> None:
    title = "\x1b[31mRED\x1b]0;x\x07 [b]bold[/b] \u202ereversed"
    write(project, {"evil.jsonl": json.dumps({"title": title, "text": "curfew \x9b31m \x7f"})})
    said = run("match", "evil.jsonl")
    assert not any(sign in said.out + said.err for sign in "\x1b\x07\x9b\x7f\u202e")
    assert "[b]bold[/b]" in said.out
