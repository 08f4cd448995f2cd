"""A version is the meaning of a rule; its text is enough to read it again."""

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import InvalidRules
from monitor.model.condition import Condition
from monitor.model.rule import Only
from monitor.rules import parse_rule, version_of
from monitor.rules.version import Meanings
from tests.matching.reference.conditions import conditions
from tests.rules.shuffling import shuffled, sorted_out
from tests.rules.writing import book, rule

BASE = "match: {all: [a, [b, c]], none: [d]}\nonly: {lang: [en, ru], source: [tass, bbc-world]}"
VOCABULARY = ("alpha", "beta", "gamma", "delta")


@pytest.mark.parametrize(
    "same",
    [
        f"title: Other\ndescription: x\n{BASE}",
        f"level: high\ntags: [x]\nnotify: desk\nenabled: false\nexpires: 2030-01-01\n{BASE}",
        f"{BASE}\ntests: {{hit: [a b], miss: [c]}}",
        f"# a comment\n{BASE}  # another",
        "match: {none: [d], all: [[c, b], a]}\nonly: {source: [bbc-world, tass], lang: [ru, en]}",
        "match: (C OR b OR c) AND A NOT d\nonly: {lang: [en, ru, en], source: [tass, bbc-world]}",
        f"on_edit: ignore\ncatch_up: 2d\n{BASE}",
    ],
)
def test_what_does_not_change_the_meaning_does_not_change_the_version(
    tmp_path: Path, same: str
) -> None:
    version = rule(tmp_path, BASE).version
    assert len(version) == 12
    assert int(version, 16) >= 0
    assert rule(tmp_path, same).version == version


@pytest.mark.parametrize(
    "other",
    [
        BASE.replace("none: [d]", "none: [e]"),
        BASE.replace("all: [a", "all: [case:a"),
        BASE.replace("all: [a", "all: [a*"),
        BASE.replace("all: [a", "all: [stem:a"),
        BASE.replace("[en, ru]", "[en]"),
        BASE.replace("[tass, bbc-world]", "[tass]"),
        BASE.replace("only: {", "only: {max_age: 1d, "),
        BASE.replace("only: {", "only: {source_tag: wire, "),
        BASE.replace("[a, [b, c]]", "[a, b, c]"),
    ],
)
def test_what_changes_the_meaning_changes_the_version(tmp_path: Path, other: str) -> None:
    bad = other.replace("a*", "aa*")
    assert rule(tmp_path, BASE).version != rule(tmp_path, bad).version


def version(tmp_path: Path, text: str) -> str:
    return {it.id: it.version for it in book(tmp_path, text).rules}["r"]


def test_lists_count_as_what_they_hold_in_any_order(tmp_path: Path) -> None:
    text = "lists: {x: [%s]}\nrules:\n  - {id: r, match: %s}\n"
    whole = version(tmp_path, text % ("a, b, c", "$x NEAR/5 d"))
    assert version(tmp_path, text % ("c, a, b", "$x NEAR/5 d")) == whole
    assert version(tmp_path, text % ("q", "(b OR a OR c) NEAR/5 d")) == whole
    assert version(tmp_path, text % ("a, b", "$x NEAR/5 d")) != whole


def test_order_matters_where_it_has_a_meaning(tmp_path: Path) -> None:
    def of(match: str) -> str:
        return rule(tmp_path, f"match: {match}").version

    assert of("a NEAR/5 b") == of("b NEAR/5 a")
    assert of("a BEFORE/5 b") != of("b BEFORE/5 a")
    assert of("a NEAR/5 b") != of("a NEAR/6 b")
    assert of("a b") != of("b a")
    assert of("ANY/2 (a, b, c)") == of("ANY/2 (c, b, a)")
    assert of("ANY/2 (a, b, c)") != of("ANY/1 (a, b, c)")


def test_correlations_have_versions_too(tmp_path: Path) -> None:
    text = (
        "rules:\n  - {id: a, match: a, tags: [t]}\n  - {id: b, match: b}\n"
        "  - {id: r, correlate: {rules: %s, within: %s, at_least: %s}}\n"
    )
    whole = version(tmp_path, text % ("[a, b]", "24h", "2"))
    assert version(tmp_path, text % ("[b, a]", "1d", "2")) == whole
    others = [("[a]", "24h", "2"), ("[a, b]", "23h", "2"), ("[a, b]", "24h", "3")]
    assert whole not in {version(tmp_path, text % other) for other in others}


@settings(deadline=None)
@given(conditions(VOCABULARY), st.randoms(use_true_random=False))
def test_order_of_and_or_and_lists_never_changes_a_version(
    condition: Condition, order: random.Random
) -> None:
    other = shuffled(condition, order)
    assert version_of(Only(), other, None) == version_of(Only(), condition, None)


@settings(deadline=None)
@given(conditions(VOCABULARY), conditions(VOCABULARY))
def test_different_meanings_have_different_texts(one: Condition, other: Condition) -> None:
    """Only conditions that are equal, order and repetition aside, share a canonical text."""
    texts = [Meanings().of(it) for it in (one, other)]
    assert (texts[0] == texts[1]) == (sorted_out(one) == sorted_out(other))


WHOLE = """\
lists:
  cities: [Almaty, $west]
  west:
    - Aktau   # by the sea
    - 'Nur-Sultan'
  unused: [x]
defaults:
  level: high
  only:
    lang: [en]
rules:
  # before
  - id: first
    description: |
      Two lines,
        indented.
    match:
      all:
        - curfew NEAR/5 $cities
        - >-
          blackout OR
          outage

  # between
  - {id: second, match: [a, b]}
  - id: third
    match: $west
"""


def test_the_text_of_a_rule_is_enough_to_read_it_again(tmp_path: Path) -> None:
    for original in book(tmp_path, WHOLE).rules:
        again = parse_rule(original.text, "stored")
        assert (again.version, again.match, again.only) == (
            original.version, original.match, original.only,
        )  # fmt: skip
        assert (again.title, again.level, again.description) == (
            original.title, original.level, original.description,
        )  # fmt: skip


def test_the_text_is_as_its_author_wrote_it_with_the_lists_that_it_needs(tmp_path: Path) -> None:
    first, second, third = (it.text for it in book(tmp_path, WHOLE).rules)
    assert first == (
        "lists:\n  cities:\n    [Almaty, $west]\n"
        "  west:\n    - Aktau   # by the sea\n    - 'Nur-Sultan'\n"
        "defaults:\n    level: high\n    only:\n      lang: [en]\n"
        "rules:\n  - id: first\n    description: |\n      Two lines,\n        indented.\n"
        "    match:\n      all:\n        - curfew NEAR/5 $cities\n        - >-\n"
        "          blackout OR\n          outage\n"
    )
    assert second.endswith("rules:\n  - {id: second, match: [a, b]}\n")
    assert "lists:" not in second
    assert "west:" in third
    assert "cities:" not in third


def test_aliases_are_written_out_in_the_text(tmp_path: Path) -> None:
    text = (
        'defaults: &d {level: low, tags: ["\\u2028 \\" é", 012, ~x]}\nrules:\n  - id: a\n'
        "    match: &m [x, true, 1.5]\n  - id: b\n    match: {all: [*m], any: [null]}\n"
        "    enabled: true\n    catch_up: 2d\n"
    )
    for original in book(tmp_path, text).rules:
        again = parse_rule(original.text, "stored")
        assert again == original
    assert "*m" not in original.text


def test_a_correlation_is_read_again_without_the_rules_that_it_names(tmp_path: Path) -> None:
    text = (
        "rules:\n  - {id: a, match: a}\n"
        "  - {id: c, correlate: {rules: [a], within: 1h, at_least: 2}}\n"
    )
    original = book(tmp_path, text).rules[1]
    assert parse_rule(original.text, "stored") == original


@pytest.mark.parametrize(
    "text", ["rules: []", "rules:\n- {id: a, match: a}\n- {id: b, match: b}", "lists: {a: [b]}"]
)
def test_a_text_of_more_or_fewer_rules_is_refused(text: str) -> None:
    with pytest.raises(InvalidRules, match="one rule was expected here"):
        parse_rule(text, "stored")


def test_a_stored_text_that_is_no_rule_any_more_is_refused() -> None:
    with pytest.raises(InvalidRules, match="needs `match`"):
        parse_rule("rules: [{id: a}]", "stored")
