"""What is wrong in one rule or file leaves the others running."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.errors import InvalidRules
from monitor.rules import load_rules, load_usable

SOUND = "rules: [{id: sound, match: word}]\n"


def usable(folder: Path) -> tuple[list[str], list[str]]:
    book = load_usable(folder)
    return [rule.id for rule in book.rules], [problem.code for problem in book.errors]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("rules: [{id: broken, match: '(a OR'}]", "unclosed"),
        ("rules: [{id: broken, match: a, level: loud}]", "choice"),
        ("rules: [{id: broken, match: a, colour: red}]", "unknown-key"),
        ("rules: [{id: broken}]", "missing-key"),
        ("rules: [{id: broken, match: $nowhere}]", "unknown-list"),
        ("defaults: {level: loud}\nrules: [{id: broken, match: a}]", "choice"),
        ("rules: [{id: broken, match: a}", ""),
        ("rules: [{match: a}]", "missing-key"),
    ],
)
def test_a_broken_rule_is_left_out_and_told(tmp_path: Path, text: str, code: str) -> None:
    (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "b.yaml").write_text(SOUND, encoding="utf-8")
    rules, codes = usable(tmp_path)
    assert rules == ["sound"]
    assert codes
    if code and code != "unclosed":
        assert codes == [code]
    with pytest.raises(InvalidRules):
        load_rules(tmp_path)


def test_every_rule_that_uses_a_broken_list_is_left_out(tmp_path: Path) -> None:
    """The list is told once; the second rule that uses it has no problem of its own."""
    text = (
        "lists: {bad: ['(a'], good: [b]}\n"
        "rules:\n  - {id: one, match: $bad}\n  - {id: two, match: [$bad, x]}\n"
        "  - {id: three, match: $good}\n"
    )
    (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
    rules, codes = usable(tmp_path)
    assert rules == ["three"]
    assert len(codes) == 1


def test_a_file_with_a_key_given_twice_gives_no_rule_and_no_list(tmp_path: Path) -> None:
    """Which of the two is meant is not known; everything else that is wrong there is told."""
    doubtful = (
        "lists: {meant: [a], meant: [b]}\n"
        "rules:\n  - {id: one, match: a}\n  - {id: two, match: a, titel: b}\n"
    )
    others = (
        "lists: {good: [c], more: [$meant]}\n"
        "rules:\n  - {id: uses, match: $meant}\n  - {id: by-way, match: $more}\n"
        "  - {id: sound, match: $good}\n"
    )
    (tmp_path / "a.yaml").write_text(doubtful, encoding="utf-8")
    (tmp_path / "b.yaml").write_text(others, encoding="utf-8")
    assert usable(tmp_path) == (["sound"], ["duplicate-key", "unknown-key"])


def test_a_correlation_of_a_rule_left_out_is_left_out(tmp_path: Path) -> None:
    text = (
        "rules:\n"
        "  - {id: broken, match: '(a'}\n"
        "  - {id: sound, match: b, tags: [t]}\n"
        "  - {id: lame, correlate: {rules: [broken, sound], within: 1h, distinct: rules,"
        " at_least: 2}}\n"
        "  - {id: whole, correlate: {rules: [sound], within: 1h, distinct: sources, at_least: 2}}\n"
        "  - {id: tagged, correlate: {rules: ['tag:t'], within: 1h, distinct: sources,"
        " at_least: 2}}\n"
    )
    (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
    assert usable(tmp_path)[0] == ["sound", "whole", "tagged"]


@pytest.mark.parametrize(
    ("named", "code"),
    [
        ("nosuch", "unknown-rule"),
        ("tag:nosuch", "unknown-tag"),
        ("count", "correlated-correlation"),
    ],
)
@pytest.mark.parametrize("beside", ["", "sound, "])
def test_a_correlation_that_names_what_is_not_there_is_left_out(
    tmp_path: Path, named: str, code: str, beside: str
) -> None:
    """It does not run with the half that exists: that would be another rule than was meant."""
    text = (
        "rules:\n"
        "  - {id: sound, match: b, tags: [T]}\n"
        "  - {id: count, correlate: {rules: ['tag:t'], within: 1h, at_least: 2}}\n"
        f"  - {{id: lame, correlate: {{rules: [{beside}'{named}'], within: 1h, at_least: 2}}}}\n"
    )
    (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
    assert usable(tmp_path) == (["sound", "count"], [code])


def test_a_correlation_of_a_tag_goes_by_the_rules_that_run(tmp_path: Path) -> None:
    """One sound rule with the tag is enough; none is not, whatever is told of the others."""
    text = (
        "rules:\n"
        "  - {id: broken, match: '(a', tags: [t, u]}\n"
        "  - {id: sound, match: b, tags: [t]}\n"
        "  - {id: one, correlate: {rules: ['tag:t'], within: 1h, at_least: 2}}\n"
        "  - {id: none, correlate: {rules: ['tag:t', 'tag:u'], within: 1h, at_least: 2}}\n"
    )
    (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
    assert usable(tmp_path)[0] == ["sound", "one"]


def test_of_an_id_given_twice_neither_runs(tmp_path: Path) -> None:
    text = "rules: [{id: twin, match: a}, {id: twin, match: b}, {id: sound, match: c}]\n"
    (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
    assert usable(tmp_path) == (["sound"], ["duplicate-id"])


def test_a_folder_that_cannot_be_read_gives_no_rule_and_one_error(tmp_path: Path) -> None:
    assert usable(tmp_path / "nowhere") == ([], ["unreadable"])


def test_sound_rules_are_all_usable_and_nothing_is_told(tmp_path: Path) -> None:
    (tmp_path / "b.yaml").write_text(SOUND, encoding="utf-8")
    assert usable(tmp_path) == (["sound"], [])


def test_of_an_edited_file_the_edit_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("rules: [{id: a, match: x}]\n", encoding="utf-8")
    (tmp_path / "b.yaml").write_text(SOUND, encoding="utf-8")
    edited = {tmp_path / "a.yaml": b"rules: [{id: c, match: y}]\n"}
    assert [rule.id for rule in load_usable(tmp_path, edited=edited).rules] == ["c", "sound"]
    edited = {tmp_path / "a.yaml": b""}
    assert [rule.id for rule in load_usable(tmp_path, edited=edited).rules] == ["sound"]


FAULTY = """\
lists: {bad: ['(a'], good: [b], more: [$bad]}
rules:
  - {id: open, match: '(a', tags: [T]}
  - {id: sound, match: b, tags: [u]}
  - {id: loud, level: loud, match: b}
  - {id: listed, match: $bad}
  - {id: by-way, match: $more}
  - {id: counts, correlate: {rules: [open, sound], within: 1h, at_least: 2}}
  - {id: tagged, correlate: {rules: ['tag:t'], within: 1h, at_least: 2}}
  - {id: lost, correlate: {rules: [nosuch], within: 1h, at_least: 2}}
  - {id: twin, match: a}
  - {id: twin, match: b}
  - {match: nameless}
"""
WHOLE = (
    "defaults: {level: high, level: low}\nrules: [{id: whole, match: a}, {id: hole, match: '(a'}]"
)


@pytest.mark.parametrize(
    ("id", "places"),
    [
        ("open", ["a.yaml:3"]),
        ("sound", []),
        ("nosuch", []),
        ("loud", ["a.yaml:5"]),
        ("listed", ["a.yaml:1"]),
        ("by-way", ["a.yaml:1"]),
        ("counts", ["a.yaml:3"]),
        ("tagged", ["a.yaml:3"]),
        ("lost", ["a.yaml:10"]),
        ("twin", ["a.yaml:12"]),
        ("whole", ["b.yaml:1", "b.yaml:2"]),
        ("hole", ["b.yaml:1", "b.yaml:2"]),
    ],
)
def test_each_rule_left_out_has_the_errors_that_it_is_left_out_for(
    tmp_path: Path, id: str, places: list[str]
) -> None:
    (tmp_path / "a.yaml").write_text(FAULTY, encoding="utf-8")
    (tmp_path / "b.yaml").write_text(WHOLE, encoding="utf-8")
    book = load_usable(tmp_path)
    assert [rule.id for rule in book.rules] == ["sound"]
    found = [problem.location for problem in book.faults.causes(id)]
    assert [f"{Path(place.file).name}:{place.line}" for place in found] == places
    assert book.faults.unread() == ()


def test_a_rule_in_a_list_of_a_file_at_fault_has_the_errors_of_that_file(tmp_path: Path) -> None:
    text = "lists: {meant: [a], meant: [b]}\nrules: [{id: other, match: '(a'}]\n"
    (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "b.yaml").write_text("rules: [{id: uses, match: $meant}]", encoding="utf-8")
    book = load_usable(tmp_path)
    assert book.faults.causes("uses") == book.errors
    assert len(book.errors) == 2


def test_where_a_file_cannot_be_read_its_errors_may_be_about_any_rule(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("rules: [{id: broken, match: '(a'}]", encoding="utf-8")
    (tmp_path / "b.yaml").write_text("rules: [{id: hidden", encoding="utf-8")
    count = "rules: [{id: count, correlate: {rules: [hidden], within: 1h, at_least: 2}}]"
    (tmp_path / "c.yaml").write_text(count, encoding="utf-8")
    book = load_usable(tmp_path)
    assert [problem.code for problem in book.faults.unread()] == ["yaml-syntax"]
    # What it counts was not found, which is told of no rule then.
    assert book.faults.causes("count") == book.errors
    assert [rule.id for rule in book.faults.left_out.values()] == ["broken", "count"]
    nowhere = load_usable(tmp_path / "nowhere")
    assert nowhere.faults.unread() == nowhere.errors != ()
