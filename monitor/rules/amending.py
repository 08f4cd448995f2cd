"""A rule file with a sample and an exclusion more, and nothing else changed."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from monitor.yaml12 import Mapping, Node, Scalar, Sequence, load
from monitor.yaml12.editing import (
    Insertion,
    add_entry,
    add_items,
    alias_behind,
    end_of_lines,
    insert,
    is_flow,
    lower,
    own_start,
    scalar,
    wrap,
)

# As other programs count them: Python's own `splitlines` also divides at U+2028 and form feeds.
_LINE = re.compile(r"[^\n]*\n|[^\n]+")

_ESCAPED = re.compile(r'[\x00-\x1f\x7f"\\]')
_ESCAPES = {
    **{letter: f"\\{letter}" for letter in '"\\'},
    **{chr(7 + at): f"\\{letter}" for at, letter in enumerate("abtnvfr")},
}


@dataclass(frozen=True, slots=True)
class Amended:
    """The new text of a rule file; `sampled` says whether the sample found a place."""

    text: str
    sampled: bool


def amend(
    text: str,
    file: str,
    rule: str,
    *,
    miss: str | None,
    exclude: str | None,
    sound: Callable[[Amended], bool],
) -> Amended | None:
    """Add a `miss` sample to a rule, given as it is written, and a phrase to its `none:`.

    A `match` without keys is given `any` and `none`. Of all ways to write this the first counts
    that is `sound`. Where only the sample finds no place (its list is shared by an alias), the
    exclusion is added alone. None when there is no such way.
    """
    node = rule_in(load(text, file), rule)
    if node is None:
        return None
    samples = [] if miss is None else list(_samples(node, miss))
    exclusions = [[]] if exclude is None else list(_exclusions(node, scalar(exclude)))
    ways = [(how + one, True) for how in exclusions for one in samples]
    if exclude is not None:
        ways += [(how, False) for how in exclusions]
    tried = (Amended(insert(text, how), sampled) for how, sampled in ways)
    return next((amended for amended in tried if sound(amended)), None)


def patch(before: str, after: str, file: str) -> str:
    """Return the change as a unified diff that `patch -p0` and `git apply -p0` take."""
    name = _quoted(file)
    lines = difflib.unified_diff(_LINE.findall(before), _LINE.findall(after), name, name)
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )


def _quoted(file: str) -> str:
    """Return a name as diff writes it: in quotes, or ended by a tab, where it has to be."""
    escaped = _ESCAPED.sub(_escape, file)
    if escaped != file:
        return f'"{escaped}"'
    return f"{file}\t" if " " in file else file


def _escape(found: re.Match[str]) -> str:
    return _ESCAPES.get(found[0]) or f"\\{ord(found[0]):03o}"


def rule_in(root: Node, id: str) -> Mapping | None:
    """Return the rule with this id in a rule file; None if there is none."""
    rules = root.entries.get("rules") if isinstance(root, Mapping) else None
    for item in rules.items if isinstance(rules, Sequence) else ():
        if isinstance(item, Mapping):
            named = item.entries.get("id")
            if isinstance(named, Scalar) and named.raw == id:
                return item
    return None


def _samples(rule: Mapping, line: str) -> Iterator[list[Insertion]]:
    """Yield how a sample may be put into a rule's tests."""
    if "tests" not in rule.entries:
        for lines in (["miss:", f"  - {line}"], [f"{{miss: [{line}]}}"]):
            yield from _added(add_entry(rule, "tests", lines))
        return
    tests = _own(rule, "tests")
    if isinstance(tests, Mapping):
        if "miss" in tests.entries:
            yield from _appended(tests, "miss", line)
        else:
            yield from _added(add_entry(tests, "miss", [f"[{line}]"]))


def _exclusions(rule: Mapping, item: str) -> Iterator[list[Insertion]]:
    """Yield how a phrase may be excluded; not all of these need be YAML, nor mean that."""
    match = rule.entries.get("match")
    if match is None:
        return
    if place := alias_behind(rule.keys["match"]):
        # A list may be `any`, and a mapping an item of it.
        yield _around(place, "{any: ", f", none: [{item}]}}")
        yield _around(place, "{any: [", f"], none: [{item}]}}")
        return
    if isinstance(match, Mapping):
        if "none" in match.entries:
            yield from _appended(match, "none", item)
        else:
            yield from _added(add_entry(match, "none", [f"[{item}]"]))
        # What an alias elsewhere stands for stays as it is.
        yield from _wrapped(match, "{any: [", f"], none: [{item}]}}")
        if not is_flow(rule):
            yield _below_any(rule.keys["match"], match, item)
        return
    yield from _wrapped(match, "{any: ", f", none: [{item}]}}")
    if not is_flow(rule):
        yield _below_any(rule.keys["match"], match, item)


def _appended(mapping: Mapping, key: str, item: str) -> Iterator[list[Insertion]]:
    """Yield how an item may be put behind the value of a key, which is a list then."""
    node, name = mapping.entries[key], mapping.keys[key]
    if place := alias_behind(name):
        yield _around(place, "[", f", {item}]")
        return
    if isinstance(node, Sequence):
        yield from _added(add_items(node, [[item]]))
    yield from _wrapped(node, "[", f", {item}]")
    if not is_flow(mapping):
        indent = _column(name)
        item_below = (end_of_lines(node), f"{' ' * indent}- {item}\n")
        yield [*lower(node, name, "-", indent=indent, shift=0), item_below]


def _below_any(key: Scalar, match: Node, item: str) -> list[Insertion]:
    """Return how a value written in lines becomes the `any` of a match with an exclusion.

    The items of a list may stand as deep as `any` itself, but not as deep as `match`. A mapping
    becomes its only item.
    """
    indent, shift = _column(key) + 2, 2
    above = f"any:\n{' ' * indent}-" if isinstance(match, Mapping) else "any:"
    if isinstance(match, Sequence) and (column := _column(match)) > _column(key):
        indent, shift = column, 0
    none = (end_of_lines(match), f"{' ' * indent}none: [{item}]\n")
    return [*lower(match, key, above, indent=indent, shift=shift), none]


def _around(place: tuple[int, int], before: str, after: str) -> list[Insertion]:
    return [(place[0], before), (place[1], after)]


def _added(insertion: Insertion | None) -> Iterator[list[Insertion]]:
    if insertion is not None:
        yield [insertion]


def _wrapped(node: Node, before: str, after: str) -> Iterator[list[Insertion]]:
    insertions = wrap(node, before, after)
    if insertions is not None:
        yield insertions


def _column(node: Node) -> int:
    return node.document.locate(own_start(node)).column - 1


def _own(mapping: Mapping, key: str) -> Node | None:
    """Return a value that is written in its place; None for an alias of one that is elsewhere."""
    return None if alias_behind(mapping.keys[key]) else mapping.entries.get(key)
