"""A rule file with a sample and an exclusion more is a rule file, and says just that more."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.errors import InvalidInput
from monitor.rules import load_rules, run_samples
from monitor.rules.amending import amend, patch
from tests.conformance.making import NOW

SAMPLE = "The curfew was lifted."
PHRASE = "was lifted"


def amended(text: str, *, rule: str = "a", exclude: str | None = PHRASE) -> str:
    found = amend(text, "rules.yaml", rule, miss=SAMPLE, exclude=exclude)
    assert found is not None
    assert found.excluded == (exclude is not None)
    return found.text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "rules:\n  - id: a\n    match: {any: [curfew]}\n",
            "rules:\n  - id: a\n    match: {any: [curfew], none: [was lifted]}\n"
            "    tests:\n      miss:\n        - The curfew was lifted.\n",
        ),
        (
            "rules:\n  - id: a\n    match:\n      any: [curfew]\n      none: [x]  # why\n"
            "    tests:\n      miss: [y]\n    level: low\n",
            "rules:\n  - id: a\n    match:\n      any: [curfew]\n"
            "      none: [x, was lifted]  # why\n"
            "    tests:\n      miss: [y, The curfew was lifted.]\n    level: low\n",
        ),
        (
            "rules:\n  - id: a\n    match:\n      any: [curfew]\n      none:\n        - x\n"
            "    tests:\n      miss:\n        - y\n      hit:\n        - curfew now\n",
            "rules:\n  - id: a\n    match:\n      any: [curfew]\n      none:\n        - x\n"
            "        - was lifted\n    tests:\n      miss:\n        - y\n"
            "        - The curfew was lifted.\n      hit:\n        - curfew now\n",
        ),
        (
            "rules:\n  - id: a\n    match: curfew\n    tests:\n      hit: [curfew]\n",
            "rules:\n  - id: a\n    match: {any: curfew, none: [was lifted]}\n"
            "    tests:\n      hit: [curfew]\n      miss: [The curfew was lifted.]\n",
        ),
        (
            "rules:\n  - id: a\n    match:\n      - curfew\n      - lockdown\n    level: low\n",
            "rules:\n  - id: a\n    match:\n      any:\n      - curfew\n      - lockdown\n"
            "      none: [was lifted]\n    level: low\n"
            "    tests:\n      miss:\n        - The curfew was lifted.\n",
        ),
        (
            "rules: [{id: a, match: [curfew, x]}]\n",
            "rules: [{id: a, match: {any: [curfew, x], none: [was lifted]},"
            " tests: {miss: [The curfew was lifted.]}}]\n",
        ),
        (
            "rules:\n  - id: a\n    match: {any: [curfew], none: x}\n    tests: {miss: []}",
            "rules:\n  - id: a\n    match: {any: [curfew], none: [x, was lifted]}\n"
            "    tests: {miss: [The curfew was lifted.]}",
        ),
        (
            "rules:\n  - id: b\n    match: x\n  - id: a\n    match: ANY/1 (curfew, x)\n",
            "rules:\n  - id: b\n    match: x\n  - id: a\n"
            "    match: {any: 'ANY/1 (curfew, x)', none: [was lifted]}\n"
            "    tests:\n      miss:\n        - The curfew was lifted.\n",
        ),
    ],
)
def test_sample_and_exclusion_are_put_where_a_person_would(
    before: str, after: str, tmp_path: Path
) -> None:
    assert amended(before) == after
    (tmp_path / "rules.yaml").write_text(after, encoding="utf-8")
    rules = load_rules(tmp_path).rules
    assert all(result.passed for result in run_samples(rules, None, NOW))
    assert any(sample.body == SAMPLE for rule in rules for sample in rule.miss_samples)


def test_without_an_exclusion_the_sample_is_added_alone() -> None:
    before = "rules:\n  - id: a\n    match: curfew\n    tests: {miss: [x]}\n"
    assert amended(before, exclude=None) == before.replace("[x]", "[x, The curfew was lifted.]")


@pytest.mark.parametrize(
    "match",
    [
        "match: |\n      curfew\n",
        "match: curfew OR\n      lockdown\n",
        "match:\n    - curfew\n    - lockdown\n",
        "match: {any: [curfew], none: {all: [y]}}\n",
        "match: {any: [curfew], none: }\n",
        "level: low\n",
    ],
)
def test_where_only_the_exclusion_finds_no_place_the_sample_is_added_alone(match: str) -> None:
    before = f"rules:\n  - id: a\n    {match}    tests: {{miss: [x]}}\n"
    found = amend(before, "rules.yaml", "a", miss=SAMPLE, exclude=PHRASE)
    assert found is not None
    assert not found.excluded
    assert found.text == before.replace("[x]", "[x, The curfew was lifted.]")


@pytest.mark.parametrize(
    "text",
    [
        "rules:\n  - id: b\n    match: x\n",
        "rules: x\n",
        "- a\n",
        "lists: {a: [b]}\n",
        "rules:\n  - just text\n  - {match: x}\n  - {id: [a]}\n",
        "rules:\n  - id: a\n    match: x\n    tests:\n",
        "rules:\n  - id: a\n    match: x\n    tests: {miss: y}\n",
        "rules:\n  - id: b\n    tests: &t {miss: [x]}\n  - id: a\n    match: x\n    tests: *t\n",
        "rules:\n  - id: b\n    tests: {miss: &m [x]}\n  - id: a\n    tests: {miss: *m}\n",
        "rules: [id: a]\n",  # a pair in brackets: nothing can be put beside it
    ],
)
def test_without_the_rule_or_room_for_the_sample_nothing_is_changed(text: str) -> None:
    assert amend(text, "rules.yaml", "a", miss=SAMPLE, exclude=PHRASE) is None


def test_a_shared_list_is_not_changed_for_all_that_share_it() -> None:
    before = (
        "rules:\n  - id: b\n    match: {any: [x], none: &n [y]}\n"
        "  - id: a\n    match: {any: [curfew], none: *n}\n"
    )
    found = amend(before, "rules.yaml", "a", miss=SAMPLE, exclude=PHRASE)
    assert found is not None
    assert not found.excluded
    assert "&n [y]}" in found.text


def test_an_unreadable_file_is_told_as_such() -> None:
    with pytest.raises(InvalidInput):
        amend("rules: [", "rules.yaml", "a", miss=SAMPLE, exclude=PHRASE)


# patches


def test_a_patch_has_the_lines_around_the_change() -> None:
    before = "".join(f"line {number}\n" for number in range(10))
    after = before.replace("line 5\n", "line 5\nmore\n")
    assert patch(before, after, "rules/a.yaml").splitlines() == [
        "--- rules/a.yaml",
        "+++ rules/a.yaml",
        "@@ -4,6 +4,7 @@",
        " line 3",
        " line 4",
        " line 5",
        "+more",
        " line 6",
        " line 7",
        " line 8",
    ]


def test_a_last_line_without_end_is_marked() -> None:
    assert patch("a", "a\nb", "f").splitlines()[3:] == [
        "-a",
        "\\ No newline at end of file",
        "+a",
        "+b",
        "\\ No newline at end of file",
    ]


def test_a_name_with_a_blank_ends_at_a_tab() -> None:
    assert patch("a\n", "b\n", "my rules.yaml").startswith(
        "--- my rules.yaml\t\n+++ my rules.yaml\t\n"
    )


def test_only_line_feeds_divide_lines() -> None:
    before = "a\u2028b\x0cc\r\nd\n"
    assert patch(before, before + "e\n", "f").split("\n")[3:6] == [" a\u2028b\x0cc\r", " d", "+e"]
