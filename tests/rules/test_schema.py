"""The JSON Schema for editors: says yes to what is read, and no to the mistakes that it can see."""

from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from monitor.errors import InvalidInput, InvalidRules
from monitor.rules import load_rules, rules_schema
from monitor.rules.correlating import KEYS as CORRELATE_KEYS
from monitor.rules.entry import COMMON_KEYS, ONLY_KEYS, RULE_KEYS
from monitor.rules.loading import FILE_KEYS
from monitor.rules.samples import KEYS as SAMPLE_KEYS
from monitor.rules.tree import KEYS as TREE_KEYS
from monitor.yaml12 import Mapping, Node, Scalar, load, load_bytes

ROOT = Path(__file__).parents[2]
VALIDATOR = Draft202012Validator(rules_schema())

BEYOND_A_SCHEMA = {
    # what a count, a language or a name stands for, what is elsewhere, what YAML has cut off
    "at-least-of-list-in-brackets", "at-least-too-many", "bad-language", "correlate-itself",
    "correlate-too-long", "correlate-too-many", "correlate-unknown-rule", "correlate-unknown-tag",
    "correlate-with-keys-of-match", "cut-by-comment", "duplicate-id", "error-in-list",
    "everything-inside", "everything-without-only", "list-cycle", "list-of-itself",
    "lists-flood",
    "lists-too-deep", "near-of-one", "near-with-and", "not-in-any", "only-not", "only-property",
    "tree-too-deep", "unknown-channel", "unknown-list", "unknown-source", "unknown-source-tag",
}  # fmt: skip


def is_yaml(path: Path) -> bool:
    try:
        load_bytes(path.read_bytes(), path.name)
    except InvalidInput:
        return False
    return True


SEEN = [
    path
    for path in sorted((ROOT / "tests/data/bad_rules").glob("*.yaml"))
    if not path.stem.startswith(("query-", "warn-"))
    and path.stem not in BEYOND_A_SCHEMA
    and is_yaml(path)
]


def plain(node: Node) -> Any:
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Mapping):
        return {key: plain(value) for key, value in node.entries.items()}
    return [plain(item) for item in node.items]


def valid(text: str) -> bool:
    return VALIDATOR.is_valid(plain(load(text, "x")))


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(rules_schema())


@pytest.mark.parametrize("path", sorted((ROOT / "rules").glob("*.yaml")), ids=lambda it: it.stem)
def test_the_shipped_files_are_valid(path: Path) -> None:
    errors = list(VALIDATOR.iter_errors(plain(load(path.read_text("utf-8"), path.name))))
    assert errors == []


def properties(*path: str) -> set[str]:
    found = rules_schema()
    for key in path:
        found = found[key]
    return set(found["properties"])


def test_it_knows_the_keys_that_are_read() -> None:
    condition = rules_schema()["$defs"]["condition"]["anyOf"][2]
    sample = rules_schema()["$defs"]["sample"]["anyOf"][1]
    assert properties() == set(FILE_KEYS)
    assert properties("$defs", "rule") == set(RULE_KEYS)
    assert properties("properties", "defaults") == set(COMMON_KEYS)
    assert properties("$defs", "only") == set(ONLY_KEYS)
    assert properties("$defs", "correlate") == set(CORRELATE_KEYS)
    assert set(condition["properties"]) == set(TREE_KEYS)
    assert set(sample["properties"]) == set(SAMPLE_KEYS)


@pytest.mark.parametrize("path", SEEN, ids=lambda it: it.stem)
def test_mistakes_of_form_are_seen_by_editors_too(path: Path) -> None:
    node = load_bytes(path.read_bytes(), path.name)
    assert not VALIDATOR.is_valid(plain(node))


@pytest.mark.parametrize(
    "text",
    [
        "rules:\n  - {id: a, match: b}",
        "rules:\n  - {id: 12, match: 12}",
        "rules:\n  - {id: a, match: [b, [c, {all: [d], none: e}]]}",
        "rules:\n  - {id: a, match: {at_least: 2, of: $x}}",
        "rules:\n  - {id: a, match: {near: S, of: [a, b], ordered: true}}",
        "rules:\n  - {id: a, match: b, only: {lang: en, max_age: none}, expires: 2027-01-01}",
        "rules:\n  - {id: a, match: b, tests: {hit: [x, {file: y}, {title: z, tags: t}]}}",
        "lists: {a: [b, [c, 1]]}\ndefaults: {level: low, tags: x, catch_up: 1h30m}",
        "rules:\n  - {id: a, match: b}\n  - id: c\n"
        "    correlate: {rules: [a], within: 1h, at_least: 2, burst: 2.5, group_by: [lang]}",
    ],
)
def test_what_is_read_is_valid(text: str, tmp_path: Path) -> None:
    (tmp_path / "r.yaml").write_text(text)
    whole = "lists: {x: [p, q]}\n"
    (tmp_path / "lists.yaml").write_text(whole)
    load_rules(tmp_path)
    assert valid(text)


@pytest.mark.parametrize(
    "text",
    [
        "rules:\n  - {id: a}",
        "rules:\n  - {match: a}",
        "rules:\n  - {id: a, match: b, correlate: {rules: [c], within: 1h, at_least: 1}}",
        "rules:\n  - {id: a, match: {at_least: 2}}",
        "rules:\n  - {id: a, match: {at_least: 2, near: 2, of: [a, b]}}",
        "rules:\n  - {id: a, match: {none: [b]}}",
        "rules:\n  - {id: a, match: {any: [b], ordered: true}}",
        "rules:\n  - {id: a, match: []}",
        "rules:\n  - {id: a, match: b, level: urgent}",
        "rules:\n  - {id: a, match: b, expires: tomorrow}",
        "rules:\n  - {id: a, match: b, tests: {hit: [{lang: en}]}}",
        "lists: {a: []}",
        "lists: {a b: [c]}",
    ],
)
def test_what_is_refused_is_not_valid(text: str, tmp_path: Path) -> None:
    (tmp_path / "r.yaml").write_text(text)
    with pytest.raises(InvalidRules):
        load_rules(tmp_path)
    assert not valid(text)
