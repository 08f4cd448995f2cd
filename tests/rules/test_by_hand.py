"""Where no patch can be made, it says why, and what changes this rule and no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.rules import load_rules
from monitor.rules.by_hand import Advice, advise

PHRASE = "was lifted"
UNSUITED = "rules.yaml is not written so that a patch could add to a"
OWN = "without the anchor, with `none: [was lifted]`."


def advised(text: str, rule: str = "a", miss: str | None = None) -> Advice:
    return advise(text, "rules.yaml", rule, miss=miss, exclude=PHRASE)


@pytest.mark.parametrize(
    ("match", "told"),
    [
        ("curfew", "write the rule's match as `{any: …, none: [was lifted]}`"),
        ("[curfew]", "write the rule's match as `{any: …, none: [was lifted]}`"),
        ("{any: [curfew]}", "give the rule's match the key `none: [was lifted]`"),
        ("&m {any: [curfew]}", "give the rule's match the key `none: [was lifted]`"),
        ("{any: [curfew], none: [x]}", "add `was lifted` to the `none` of the rule's match"),
    ],
)
def test_the_advice_fits_the_form_of_the_match(match: str, told: str) -> None:
    found = advised(f"rules: [{{id: a, match: {match}}}]")
    assert found == Advice(UNSUITED, (f"To exclude it, {told}.",))


def test_of_a_rule_that_matches_everything_the_reason_is_that() -> None:
    found = advised("rules: [{id: a, match: '*'}]")
    assert found.why == "The match of a is `*`, every article, and nothing can stand beside that"
    assert found.steps[0].startswith("Nothing can be excluded from `*`: narrow the rule's `only`")


@pytest.mark.parametrize(
    ("rest", "others", "first"),
    [
        ("{id: b, match: *m}", "b", "b"),
        ("{id: b, match: *m}, {id: c, match: [x, *m]}, {id: d, match: y}", "b and c", "b"),
        ("{match: {any: [*m]}}", "a rule without an id", "a rule without an id"),
    ],
)
def test_a_shared_match_is_named_with_who_shares_it(rest: str, others: str, first: str) -> None:
    found = advised(f"rules: [{{id: a, match: &m {{any: [curfew]}}}}, {rest}]")
    assert found.why == (
        f"a shares its match with {others} by the anchor `&m`, and no patch could add to a alone"
    )
    assert found.steps == (
        f"Move `&m` and its value to {first}, in place of `*m`, so that it stays as it is, and"
        f" write the match of a out {OWN}",
    )


def test_a_list_may_share_it() -> None:
    found = advised("rules: [{id: a, match: &m [curfew]}]\nlists: {l: *m, k: [x]}\n")
    assert "shares its match with $l by the anchor `&m`" in found.why


@pytest.mark.parametrize(
    ("match", "how"),
    [
        ("curfew", "as `{any: …, none: [was lifted]}`"),
        ("{any: curfew, none: [x]}", "with `was lifted` in its `none`"),
    ],
)
def test_an_alias_is_replaced_by_what_it_stands_for(match: str, how: str) -> None:
    found = advised(f"rules: [{{id: b, match: &m {match}}}, {{id: a, match: *m}}]")
    assert found.why.startswith("a shares its match with b by the anchor `&m`")
    assert found.steps == (f"In place of `*m`, write the match of a out, {how}.",)


def test_to_follow_it_changes_no_other_rule(tmp_path: Path) -> None:
    def versions(text: str) -> dict[str, str]:
        (tmp_path / "rules.yaml").write_text(text)
        return {rule.id: rule.version for rule in load_rules(tmp_path).rules}

    before = versions("rules: [{id: a, match: &m {any: [curfew]}}, {id: b, match: *m}]")
    after = versions(
        "rules: [{id: a, match: {any: [curfew], none: [was lifted]}},"
        " {id: b, match: &m {any: [curfew]}}]"
    )
    assert [id for id in before if before[id] != after[id]] == ["a"]


@pytest.mark.parametrize("exclude", [None, PHRASE])
def test_shared_tests_get_no_sample_of_this_rule(exclude: str | None) -> None:
    text = "rules: [{id: b, match: x, tests: &t {miss: [x]}}, {id: a, match: y, tests: *t}]"
    found = advise(text, "rules.yaml", "a", miss="The sample.", exclude=exclude)
    shared = "a shares its tests with b by the anchor `&t`, and no patch could add to a alone"
    assert found.why == (UNSUITED if exclude else shared)
    assert found.steps[-1] == (
        "In place of `*t`, write the tests of a out, with this in their `miss`: The sample."
    )


@pytest.mark.parametrize("text", ["rules: x", "[a]", "rules: [{id: b, match: x}, y]"])
def test_without_the_rule_it_says_what_a_rule_would_need(text: str) -> None:
    assert advised(text, miss="A.").steps == (
        "To exclude it, write the rule's match as `{any: …, none: [was lifted]}`.",
        "Add this to the `miss` of its tests: A.",
    )
