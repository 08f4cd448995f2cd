"""`monitor explain`: each part of a rule, matched or not, with where."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from monitor.cli.explain import lines_of
from monitor.matching import ExplainedPart, ExplainedScope, Explanation
from monitor.model.hit import Evidence
from tests.cli.conftest import Feed, Run, Show
from tests.cli.projects import RULES, write


@pytest.mark.usefixtures("project")
def test_people_see_the_tree_with_marks_and_places(run: Run) -> None:
    said = run("explain", "blackout", "articles/one.txt")
    assert (said.code, said.err) == (0, "")
    assert said.lines == [
        "blackout matches: City goes dark",
        "  ✓ all of",
        "    ✓ internet NEAR/3 (blackout OR shutdown)",
        "      ✓ internet   body 4–12 “internet”",
        "      ✓ any of",
        "        ✓ blackout   body 13–21 “blackout”",
        "        ✗ shutdown",
        "    ✓ not",
        "      ✗ power",
        "",
    ]


@pytest.mark.usefixtures("project")
def test_json_has_the_whole_tree(run: Run) -> None:
    row = run("explain", "blackout", "articles/one.txt", "--json").row
    assert row["rule"] == "blackout"
    assert row["article"]["path"] == "articles/one.txt"
    assert row["matched"] is True
    assert row["scope"] == []

    def shape(part: dict[str, Any]) -> Any:
        below = [shape(child) for child in part["children"]]
        return (part["part"], part["matched"], len(part["evidence"]), *below)

    assert shape(row["tree"]) == (
        "all of",
        True,
        2,
        (
            "internet NEAR/3 (blackout OR shutdown)",
            True,
            2,
            ("internet", True, 1),
            ("any of", True, 1, ("blackout", True, 1), ("shutdown", False, 0)),
        ),
        ("not", True, 0, ("power", False, 0)),
    )


@pytest.mark.usefixtures("project")
def test_what_does_not_match_is_explained_too(run: Run) -> None:
    said = run("explain", "blackout", "articles/two.txt")
    assert said.code == 0
    assert said.lines[0] == "blackout does not match: Curfew in the city"
    assert "  ✗ all of" in said.lines


def test_the_scope_is_part_of_the_verdict(run: Run, project: Path) -> None:
    rule = "rules: [{id: c, match: curfew, only: {lang: ru, source_tag: wire}}]"
    article = '{"text": "A curfew.", "lang": "en", "source": "desk"}'
    write(project, {"rules/watch.yaml": rule, "a.jsonl": article})
    said = run("explain", "c", "a.jsonl")
    assert said.lines[:4] == [
        "c does not match: A curfew.",
        "  ✗ only lang: ru (the article: en)",
        "  ✓ only source_tag: wire (the article: wire)",
        "  ✓ curfew   title 2–8 “curfew”, body 2–8 “curfew”",
    ]
    row = run("explain", "c", "a.jsonl", "--json").row
    assert row["matched"] is False
    assert row["scope"][0] == {"key": "lang", "wanted": "ru", "found": "en", "matched": False}


@pytest.mark.usefixtures("project")
def test_a_rule_that_does_not_run_is_explained_and_said_so(run: Run, project: Path) -> None:
    assert run("explain", "old", "articles/one.txt").err == "old is disabled: it does not run.\n"
    expired = RULES.replace("enabled: false", "expires: 2020-01-01")
    write(project, {"rules/watch.yaml": expired})
    said = run("explain", "old", "articles/one.txt")
    assert said.lines[0].startswith("old matches")
    assert said.err == "old expired after 2020-01-01: it does not run.\n"


@pytest.mark.usefixtures("project")
def test_every_article_of_a_file_is_explained_and_what_is_none_is_named(
    run: Run, stdin: Feed
) -> None:
    stdin(b'{"text": "curfew"}\n{"text": "nothing"}\n{}\n')
    said = run("explain", "curfew", "-", "--json")
    assert said.code == 1
    assert [row["matched"] for row in said.rows] == [True, False]
    assert said.err == "-:3: has no `text`\n"


def test_what_cannot_be_explained_is_refused(run: Run, project: Path) -> None:
    assert "there is no rule 'nope'" in run("explain", "nope", "articles/one.txt").err
    rule = (
        "rules: [{id: a, match: curfew}, {id: b, correlate: "
        "{rules: [a], within: 1h, distinct: articles, at_least: 2}}]"
    )
    write(project, {"rules/watch.yaml": rule})
    said = run("explain", "b", "articles/one.txt")
    assert said.code == 2
    assert said.err == "monitor: b counts the hits of other rules; it reads no text\n"


@pytest.mark.usefixtures("project")
def test_on_a_terminal_the_marks_have_colours(show: Show) -> None:
    shown = show(80, "explain", "blackout", "articles/one.txt")
    assert "\x1b[32m  ✓ " in shown
    assert "\x1b[31m        ✗ " in shown


def part(label: str, *children: ExplainedPart, places: int = 0) -> ExplainedPart:
    evidence = tuple(Evidence("body", at, at + 1, "x", label) for at in range(places))
    return ExplainedPart(label, bool(places), evidence, children)


def test_long_lists_of_what_does_not_match_share_a_line() -> None:
    words = [part(f"w{number}") for number in range(14)]
    tree = part("any of", *words[:7], part("hit", places=6), *words[7:], places=6)
    scope = (ExplainedScope("lang", "en", "en", matched=True),)
    assert lines_of(Explanation(matched=True, scope=scope, tree=tree)) == [
        "✓ only lang: en (the article: en)",
        "✓ any of",
        "  ✓ hit   body 0–1 “x”, body 1–2 “x”, body 2–3 “x”, body 3–4 “x”, … 2 more",
        "  ✗ 14 others: w0, w1, w2, w3, w4, w5, w6, w7, w8, w9, w10, w11, w12, w13",
    ]


def test_without_a_tree_there_is_the_scope_alone() -> None:
    assert lines_of(Explanation(matched=False, scope=(), tree=None)) == []


ELSEWHERE = (
    "The rules have 2 errors elsewhere (rules/bad.yaml:2:22, rules/bad.yaml:3:24):"
    " `monitor check` shows them.\n"
)


def test_errors_of_other_rules_are_told_and_hold_up_nothing(run: Run, project: Path) -> None:
    write(project, {
        "rules/bad.yaml": "rules:\n  - {id: bad, match: (a}\n  - {id: worse, level: hi, match: a}\n"
    })  # fmt: skip
    said = run("explain", "blackout", "articles/one.txt")
    assert (said.code, said.err) == (0, ELSEWHERE)
    assert said.lines[0] == "blackout matches: City goes dark"
    said = run("match", "--rule", "blackout", "--json", "articles/one.txt")
    assert (said.code, said.err) == (0, ELSEWHERE)
    assert [hit["rule"] for hit in said.row["hits"]] == ["blackout"]
    said = run("test", "blackout")
    assert (said.code, said.err.startswith(ELSEWHERE)) == (0, True)


NO_RULE = "there is no rule 'curfw'"
UNCLOSED = "rules/bad.yaml:2:22: error: this parenthesis is not closed"


@pytest.mark.parametrize("command", ["backtest", "test", "explain", "why"])
def test_a_rule_that_is_not_there_is_named_whatever_is_wrong_with_others(
    run: Run, project: Path, command: str
) -> None:
    write(project, {"rules/bad.yaml": "rules:\n  - {id: bad, match: (a}\n"})
    rest = {"explain": ["articles/one.txt"], "why": ["--rule", "curfw"]}.get(command, [])
    said = run(command, "1" if command == "why" else "curfw", *rest)
    assert (said.code, said.out) == (2, "")
    assert f"monitor: {NO_RULE} (did you mean 'curfew'?)" in said.err
    assert "The rules have 1 error elsewhere (rules/bad.yaml:2:22)" in said.err


def test_beside_a_rule_that_is_not_there_only_errors_of_the_others_named_are_told(
    run: Run, project: Path
) -> None:
    bad = "rules:\n  - {id: bad, match: (a}\n  - {id: worse, level: hi, match: a}\n"
    write(project, {"rules/bad.yaml": bad})
    said = run("test", "curfw", "bad", "blackout")
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith(f"{NO_RULE} (did you mean 'curfew'?)\n{UNCLOSED}")
    assert "worse" not in said.err
    assert ":3:" not in said.err


def test_a_rule_that_is_not_there_may_be_in_a_file_that_cannot_be_read(
    run: Run, project: Path
) -> None:
    bad = "rules:\n  - {id: bad, match: (a}\n"
    write(project, {"rules/bad.yaml": bad, "rules/worse.yaml": "rules: [{id: curfw"})
    said = run("test", "curfw")
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith(f"{NO_RULE} in what can be read (did you mean 'curfew'?)\n")
    assert "rules/worse.yaml:" in said.err
    assert UNCLOSED not in said.err


def test_an_error_of_the_very_rule_is_told_with_its_place(run: Run, project: Path) -> None:
    write(project, {"rules/bad.yaml": "rules:\n  - {id: bad, match: (a}\n"})
    said = run("explain", "bad", "articles/one.txt")
    assert (said.code, said.out) == (1, "")
    assert "rules/bad.yaml:2:" in said.err
    assert run("match", "articles/one.txt").code == 1
    assert run("test").code == 1
