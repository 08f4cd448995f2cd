"""The tree means what the query language says in other words; places point into the file."""

from pathlib import Path

import pytest

from monitor.errors import Location
from monitor.model.condition import (
    And,
    Condition,
    Everything,
    Near,
    Not,
    Or,
    Phrase,
    Some,
    Unit,
)
from monitor.query import parse
from monitor.rules import load_rules
from monitor.rules.version import Meanings
from monitor.rules.walk import leaves
from tests.rules.writing import book, folder, problems, rule


def query(text: str) -> Condition:
    return parse(text, at=lambda offset: Location("q", 1, offset + 1), lists={}).condition


@pytest.mark.parametrize(
    ("tree", "same_as"),
    [
        ("a AND b", "a AND b"),
        ("[a, b c, 12]", "a OR b c OR 12"),
        ("{all: [a, b]}", "a AND b"),
        ("{any: [a, b]}", "a OR b"),
        ("{all: a}", "a"),
        ("{any: a, none: b}", "a NOT b"),
        ("{all: [a], none: [b, c]}", "a NOT (b OR c)"),
        ("{all: [a, [b, c]], any: [d]}", "a AND (b OR c) AND d"),
        ("{all: [{any: [a, b]}, {all: [c, d]}]}", "(a OR b) AND c AND d"),
        ("{at_least: 2, of: [a, b, c]}", "ANY/2 (a, b, c)"),
        ("{near: 5, of: [a, b]}", "a NEAR/5 b"),
        ("{near: 5, of: [a, [b, c]], ordered: true}", "a BEFORE/5 (b OR c)"),
        ("{near: S, of: [a, b]}", "a NEAR/S b"),
        ("{near: P, of: [a, b], ordered: true}", "a BEFORE/P b"),
        ("{near: 3, of: [a, {near: 2, of: [b, c]}]}", "a NEAR/3 (b NEAR/2 c)"),
        ("{all: [a, NOT b]}", "a AND NOT b"),
        ("[true, null, 1.50, 0o7]", '"true" OR "null" OR 1.50 OR 0o7'),
        ("'\"internet blackout\" OR curfew'", "internet blackout OR curfew"),
        ("[site:x.org AND a]", "site:x.org AND a"),
    ],
)
def test_a_tree_means_the_same_as_a_query(tmp_path: Path, tree: str, same_as: str) -> None:
    found = rule(tmp_path, f"match: {tree}").match
    assert found is not None
    meanings = Meanings()
    assert meanings.of(found) == meanings.of(query(same_as))


def test_the_nodes_are_those_of_the_model(tmp_path: Path) -> None:
    tree = """\
match:
  all: [a]
  any: [b, c]
  none: [d]
  near: 4
  ordered: true
  of: [e, f]"""
    found = rule(tmp_path, tree).match
    assert isinstance(found, And)
    assert [type(it) for it in found.operands] == [Phrase, Or, Near, Not]
    near = found.operands[2]
    assert isinstance(near, Near)
    assert (near.distance, near.ordered, near.source) == (4, True, "near: 4, ordered: true")
    assert near.location.line == 7
    other = rule(tmp_path, "match: {near: S, of: [a, b]}").match
    assert isinstance(other, Near)
    assert (other.distance, other.ordered) == (Unit.SENTENCE, False)


def test_at_least_of_a_list_counts_its_items(tmp_path: Path) -> None:
    text = (
        "lists: {x: [a, b, c], y: [d]}\nrules:\n"
        "  - {id: items, match: {at_least: 2, of: $x}}\n"
        "  - {id: groups, match: {at_least: 2, of: [$x, $y]}}\n"
        "  - {id: single, match: {at_least: 1, of: $y}}\n"
    )
    items, groups, single = book(tmp_path, text).rules
    assert isinstance(items.match, Some)
    assert len(items.match.operands) == 3
    assert isinstance(groups.match, Some)
    assert len(groups.match.operands) == 2
    assert isinstance(single.match, Some)
    assert len(single.match.operands) == 1


def test_everything_is_a_rule_within_only(tmp_path: Path) -> None:
    assert rule(tmp_path, "match: '*'\nonly: {lang: kk}").match == Everything()


@pytest.mark.parametrize(
    "tree",
    [
        "{all: [a, NOT b]}", "{at_least: 2, of: [a, NOT b]}", "a AND site:x.org",
        "title:(a NOT b)", "{any: [a NOT b, c]}", "ATLEAST/2 a", "#>5", "/x+/",
    ],
)  # fmt: skip
def test_a_rule_with_something_that_must_be_there_is_accepted(tmp_path: Path, tree: str) -> None:
    assert rule(tmp_path, f"match: '{tree}'" if tree[0] != "{" else f"match: {tree}").match


@pytest.mark.parametrize(
    "tree",
    [
        "NOT a", "{any: [a, NOT b]}", "{at_least: 1, of: [a, NOT b]}", "lang:en",
        "{all: [site:x.org, NOT b]}", "title:(NOT a)", "a OR tag:x", "NOT a OR NOT b",
    ],
)  # fmt: skip
def test_a_rule_that_can_do_without_is_refused(tmp_path: Path, tree: str) -> None:
    text = f"rules:\n  - id: rule\n    match: {tree}\n"
    assert [problem.code for problem in problems(tmp_path, text)] == ["nothing-positive"]


@pytest.mark.parametrize(
    ("match", "place"),
    [
        ("curfew AND blackout", (3, 23)),
        ("'it''s AND blackout'", (3, 23)),
        ('"\\u0061 AND blackout"', (3, 24)),
        (">\n      curfew AND\n      blackout", (5, 7)),
        ("|\n      curfew AND\n      blackout\n", (5, 7)),
        ("{all: [curfew, blackout]}", (3, 27)),
        ("\n      all:\n        - curfew\n        - blackout", (6, 11)),
    ],
)
def test_every_leaf_knows_its_place_in_the_file(
    tmp_path: Path, match: str, place: tuple[int, int]
) -> None:
    path = folder(tmp_path, f"rules:\n  - id: rule\n    match: {match}\n")
    [found] = load_rules(path).rules
    assert found.match is not None
    last = list(leaves(found.match))[-1]
    assert (last.source, (last.location.line, last.location.column)) == ("blackout", place)
