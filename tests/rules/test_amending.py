"""A rule file with a sample and an exclusion more is a rule file, and says just that more."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.errors import InvalidInput
from monitor.rules import load_rules, run_samples
from monitor.rules.amending import Amended, amend, patch
from monitor.yaml12 import load
from tests.conformance.making import NOW

SAMPLE = "The curfew was lifted."
PHRASE = "was lifted"


def is_readable(found: Amended) -> bool:
    try:
        load(found.text, "rules.yaml")
    except InvalidInput:
        return False
    return True


def amended(text: str, *, rule: str = "a", exclude: str | None = PHRASE) -> str:
    found = amend(text, "rules.yaml", rule, miss=SAMPLE, exclude=exclude, sound=is_readable)
    assert found is not None
    assert found.sampled
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
    ("before", "after"),
    [
        (
            "match: |\n    curfew\n\n    OR x\n",
            "match:\n    any: |\n      curfew\n\n      OR x\n    none: [was lifted]\n",
        ),
        (
            "match: >-  # why\n     curfew\n\n\n",
            "match:\n    any: >-  # why\n       curfew\n    none: [was lifted]\n\n\n",
        ),
        (
            "match: curfew OR\n    x\n",
            "match:\n    any: curfew OR\n      x\n    none: [was lifted]\n",
        ),
        (
            "match:\n  # these\n  - curfew\n  - x  # two\n",
            "match:\n    any:\n    # these\n    - curfew\n    - x  # two\n    none: [was lifted]\n",
        ),
        (
            "match: &w\n      - curfew\n",
            "match:\n      any: &w\n      - curfew\n      none: [was lifted]\n",
        ),
        (
            "match:\n    any: curfew\n    none: |\n      x\n      OR y\n",
            "match:\n    any: curfew\n    none:\n    - |\n      x\n      OR y\n    - was lifted\n",
        ),
        (
            "match:\n    none: x OR\n      y\n    any: curfew\n",
            "match:\n    none:\n    - x OR\n      y\n    - was lifted\n    any: curfew\n",
        ),
    ],
)
def test_what_is_written_in_lines_keeps_them(before: str, after: str) -> None:
    head, tests = "rules:\n- id: a\n  ", "  tests: {miss: ["
    text = amended(f"{head}{before}{tests}x]}}\n")
    assert text == f"{head}{after}{tests}x, The curfew was lifted.]}}\n"


@pytest.mark.parametrize(
    ("shared", "before", "after"),
    [
        ("[curfew]", "match: *w", "match: {any: *w, none: [was lifted]}"),
        ("[x]", "match: {any: curfew, none: *w}", "match: {any: curfew, none: [*w, was lifted]}"),
    ],
)
def test_an_alias_is_put_between_brackets(shared: str, before: str, after: str) -> None:
    head = f"rules:\n  - {{id: b, match: &w {shared}}}\n  - id: a\n    "
    tests = "\n    tests: {miss: [x]}\n"
    assert amended(head + before + tests) == head + after + tests.replace("x]", f"x, {SAMPLE}]")


def test_the_first_way_that_is_sound_counts() -> None:
    before = "rules: [{id: a, match: {any: [x]}}]\n"
    tried: list[str] = []

    def second(found: Amended) -> bool:
        tried.append(found.text)
        return len(tried) == 2

    found = amend(before, "rules.yaml", "a", miss=None, exclude=PHRASE, sound=second)
    assert tried == [
        "rules: [{id: a, match: {any: [x], none: [was lifted]}}]\n",
        "rules: [{id: a, match: {any: [{any: [x]}], none: [was lifted]}}]\n",
    ]
    assert found == Amended(tried[1], sampled=False)
    assert (
        amend(before, "rules.yaml", "a", miss=None, exclude=PHRASE, sound=lambda _: False) is None
    )


@pytest.mark.parametrize(
    "tests",
    ["", "x", "*t", "{miss: *m}"],
)
def test_where_only_the_sample_finds_no_place_the_exclusion_is_added_alone(tests: str) -> None:
    before = (
        "rules:\n  - {id: b, match: x, tests: &t {miss: &m [x]}}\n"
        f"  - id: a\n    match: curfew\n    tests: {tests}\n"
    )

    def sound(found: Amended) -> bool:
        return is_readable(found) and "[*m," not in found.text

    found = amend(before, "rules.yaml", "a", miss=SAMPLE, exclude=PHRASE, sound=sound)
    after = before.replace("match: curfew", "match: {any: curfew, none: [was lifted]}")
    assert found == Amended(after, sampled=False)
    assert amend(before, "rules.yaml", "a", miss=SAMPLE, exclude=None, sound=sound) is None


@pytest.mark.parametrize(
    "text",
    [
        "rules:\n  - id: b\n    match: x\n",
        "rules: x\n",
        "- a\n",
        "lists: {a: [b]}\n",
        "rules:\n  - just text\n  - {match: x}\n  - {id: [a]}\n",
        "rules:\n  - id: a\n    level: low\n",
        "rules: [id: a]\n",  # a pair in brackets: nothing can be put beside it
    ],
)
def test_without_the_rule_or_its_match_nothing_is_changed(text: str) -> None:
    assert amend(text, "rules.yaml", "a", miss=SAMPLE, exclude=PHRASE, sound=is_readable) is None


def test_an_unreadable_file_is_told_as_such() -> None:
    with pytest.raises(InvalidInput):
        amend("rules: [", "rules.yaml", "a", miss=SAMPLE, exclude=PHRASE, sound=is_readable)


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


@pytest.mark.parametrize(
    ("name", "quoted"),
    [
        ("my\trules.yaml", r'"my\trules.yaml"'),
        ('a "b" \\.yaml', r'"a \"b\" \\.yaml"'),
        ("a\n\x01\x7f.yaml", r'"a\n\001\177.yaml"'),
        ("é.yaml", "é.yaml"),
    ],
)
def test_a_name_with_signs_is_quoted_as_diff_does(name: str, quoted: str) -> None:
    assert patch("a\n", "b\n", name).startswith(f"--- {quoted}\n+++ {quoted}\n")


def test_only_line_feeds_divide_lines() -> None:
    before = "a\u2028b\x0cc\r\nd\n"
    assert patch(before, before + "e\n", "f").split("\n")[3:6] == [" a\u2028b\x0cc\r", " d", "+e"]
