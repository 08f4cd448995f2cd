"""A rule file with a sample and an exclusion more, and nothing else changed."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from monitor.yaml12 import Mapping, Node, Scalar, Sequence, load
from monitor.yaml12.editing import Insertion, add_entry, add_items, insert, scalar


@dataclass(frozen=True, slots=True)
class Amended:
    """The new text of a rule file; `excluded` says whether the exclusion found a place."""

    text: str
    excluded: bool


def amend(text: str, file: str, rule: str, *, miss: str, exclude: str | None) -> Amended | None:
    """Add a `miss` sample to a rule, and a phrase to its `none:`.

    None when the file has no such rule. A match that is one query or a list has no `none:`: then
    only the sample is added.
    """
    node = _rule(load(text, file), rule)
    if node is None:
        return None
    sample = _sample(node, miss)
    exclusion = None if exclude is None else _exclusion(node, exclude)
    insertions = [found for found in (exclusion, sample) if found is not None]
    return Amended(insert(text, insertions), exclusion is not None)


def patch(before: str, after: str, file: str) -> str:
    """Return the change as a unified diff that `patch -p0` and `git apply -p0` take."""
    lines = difflib.unified_diff(
        before.splitlines(keepends=True), after.splitlines(keepends=True), file, file
    )
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )


def _rule(root: Node, id: str) -> Mapping | None:
    rules = root.entries.get("rules") if isinstance(root, Mapping) else None
    for item in rules.items if isinstance(rules, Sequence) else ():
        if isinstance(item, Mapping):
            named = item.entries.get("id")
            if isinstance(named, Scalar) and named.raw == id:
                return item
    return None


def _sample(rule: Mapping, text: str) -> Insertion | None:
    line = scalar(text)
    tests = rule.entries.get("tests")
    if not isinstance(tests, Mapping):
        return add_entry(rule, "tests", ["miss:", f"  - {line}"])
    samples = tests.entries.get("miss")
    if isinstance(samples, Sequence):
        return add_items(samples, [[line]])
    return add_entry(tests, "miss", [f"[{line}]"])


def _exclusion(rule: Mapping, phrase: str) -> Insertion | None:
    match = rule.entries.get("match")
    if not isinstance(match, Mapping):
        return None
    none = match.entries.get("none")
    if isinstance(none, Sequence):
        return add_items(none, [[scalar(phrase)]])
    return None if none is not None else add_entry(match, "none", [f"[{scalar(phrase)}]"])
