"""A rule file with a sample and an exclusion more, and nothing else changed."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass

from monitor.errors import InvalidInput
from monitor.yaml12 import Mapping, Node, Scalar, Sequence, load
from monitor.yaml12.editing import (
    Insertion,
    add_entry,
    add_items,
    end_of_lines,
    insert,
    scalar,
    wrap,
)

# As other programs count them: Python's own `splitlines` also divides at U+2028 and form feeds.
_LINE = re.compile(r"[^\n]*\n|[^\n]+")


@dataclass(frozen=True, slots=True)
class Amended:
    """The new text of a rule file; `excluded` says whether the exclusion found a place."""

    text: str
    excluded: bool


def amend(text: str, file: str, rule: str, *, miss: str, exclude: str | None) -> Amended | None:
    """Add a `miss` sample to a rule, and a phrase to its `none:`.

    A `match` without keys is given `any` and `none`. None when the file has no such rule, or is
    written so that nothing can be put in (a list shared by an alias, `tests:` without a value).
    Where only the exclusion finds no place, the sample is added alone.
    """
    node = _rule(load(text, file), rule)
    if node is None:
        return None
    sample = _sample(node, miss)
    exclusion = None if exclude is None else _exclusion(node, exclude)
    if sample is None:
        return None
    for insertions in ([*(exclusion or ()), sample], [sample]):
        amended = insert(text, insertions)
        if _is_sound(amended, file, rule):
            return Amended(amended, excluded=len(insertions) > 1)
    return None


def patch(before: str, after: str, file: str) -> str:
    """Return the change as a unified diff that `patch -p0` and `git apply -p0` take."""
    # A name with a blank ends at the tab, as diff writes it.
    name = f"{file}\t" if " " in file else file
    lines = difflib.unified_diff(_LINE.findall(before), _LINE.findall(after), name, name)
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
    if "tests" not in rule.entries:
        return add_entry(rule, "tests", ["miss:", f"  - {line}"]) or add_entry(
            rule, "tests", [f"{{miss: [{line}]}}"]
        )
    tests = _own(rule, "tests")
    if not isinstance(tests, Mapping):
        return None
    if "miss" not in tests.entries:
        return add_entry(tests, "miss", [f"[{line}]"])
    samples = _own(tests, "miss")
    return add_items(samples, [[line]]) if isinstance(samples, Sequence) else None


def _exclusion(rule: Mapping, phrase: str) -> list[Insertion] | None:
    match = _own(rule, "match")
    item = scalar(phrase)
    if isinstance(match, Mapping):
        return _beside(match, item)
    if match is None:
        return None
    return wrap(match, "{any: ", f", none: [{item}]}}") or _below_any(rule, match, item)


def _beside(match: Mapping, item: str) -> list[Insertion] | None:
    """Return how an exclusion stands in a `match` that has keys."""
    if "none" not in match.entries:
        added = add_entry(match, "none", [f"[{item}]"])
    else:
        none = _own(match, "none")
        if isinstance(none, Scalar):
            return wrap(none, "[", f", {item}]")
        added = add_items(none, [[item]]) if isinstance(none, Sequence) else None
    return None if added is None else [added]


def _below_any(rule: Mapping, match: Node, item: str) -> list[Insertion] | None:
    """Return how a list written in lines becomes the `any` of a match with an exclusion.

    Its items may stand as deep as `any` itself, but not as deep as `match`.
    """
    text = match.document.text
    line = text.rfind("\n", 0, match.start) + 1
    indent = text[line : match.start]
    deeper = match.location.column > rule.keys["match"].location.column
    if not isinstance(match, Sequence) or indent.strip() or not deeper:
        return None
    return [(line, f"{indent}any:\n"), (end_of_lines(match), f"{indent}none: [{item}]\n")]


def _own(mapping: Mapping, key: str) -> Node | None:
    """Return a value that is written in its place; None for an alias of one that is elsewhere."""
    node = mapping.entries.get(key)
    return node if node is not None and mapping.start <= node.start < mapping.end else None


def _is_sound(text: str, file: str, rule: str) -> bool:
    try:
        return _rule(load(text, file), rule) is not None
    except InvalidInput:
        return False
