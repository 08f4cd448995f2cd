"""Adding to a YAML text as a person would: every other character stays as it is."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence as List

from monitor.yaml12.nodes import Mapping, Node, Scalar, Sequence

# What needs no quotes in any schema: it begins and ends with a letter or digit, and holds no sign
# that YAML could take for something else.
_PLAIN = re.compile(r"[A-Za-z](?:[A-Za-z0-9 ._/-]*[A-Za-z0-9])?")
_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "none", "y", "n"})

Insertion = tuple[int, str]
"""An index in the text, and what is put in there."""


def scalar(value: str) -> str:
    """Return a text as one line of YAML; in quotes unless nothing about it is special."""
    if _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    # A JSON string is a double-quoted scalar of YAML 1.2.
    return json.dumps(value, ensure_ascii=False)


def add_items(sequence: Sequence, items: List[List[str]]) -> Insertion | None:
    """Return how items, given as lines without indentation or dash, follow a list's last one.

    None when that cannot be done: an empty list, or one written inside a line when an item has
    several lines.
    """
    text = sequence.document.text
    if _is_flow(sequence):
        if any(len(lines) > 1 for lines in items):
            return None
        joined = ", ".join(lines[0] for lines in items)
        return (sequence.end - 1, f", {joined}" if sequence.items else joined)
    if not sequence.items:
        return None
    start = sequence.items[0].start
    line_start = text.rfind("\n", 0, start) + 1
    indent, dash, _ = text[line_start:start].partition("-")
    if not dash:
        return None
    # A list may begin on its key's line only inside another list: `- - a`.
    indent = indent if not indent.strip() else " " * len(indent)
    added = "".join(
        f"{indent}{'- ' if first else '  '}{line}\n"
        for lines in items
        for first, line in zip([True] + [False] * len(lines), lines, strict=False)
    )
    return _below(sequence, added)


def add_entry(mapping: Mapping, key: str, lines: List[str]) -> Insertion | None:
    """Return how a new key follows a mapping's last entry.

    One line is its value beside the key; several are put below it, indented. None when that cannot
    be done (an empty mapping, or several lines in one written inside a line).
    """
    if not mapping.entries:
        return None
    if _is_flow(mapping):
        return (mapping.end - 1, f", {key}: {lines[0]}") if len(lines) == 1 else None
    column = next(iter(mapping.keys.values())).location.column
    indent = " " * (column - 1)
    if len(lines) == 1:
        return _below(mapping, f"{indent}{key}: {lines[0]}\n")
    below = "".join(f"{indent}  {line}\n" for line in lines)
    return _below(mapping, f"{indent}{key}:\n{below}")


def insert(text: str, insertions: List[Insertion]) -> str:
    """Return the text with everything put in; a line put behind a last line without end ends it."""
    for index, added in sorted(insertions, reverse=True):
        broken = index == len(text) and bool(text) and not text.endswith("\n")
        text = (
            text[:index] + ("\n" if broken and added.endswith("\n") else "") + added + text[index:]
        )
    return text


def _below(node: Node, added: str) -> Insertion:
    text = node.document.text
    end = text.find("\n", max(_last(node) - 1, 0))
    return (len(text) if end < 0 else end + 1, added)


def _is_flow(node: Sequence | Mapping) -> bool:
    return node.document.text[node.start : node.start + 1] in {"[", "{"}


def _last(node: Node) -> int:
    """Return the index behind the last character that belongs to a node."""
    if isinstance(node, Scalar) or _is_flow(node):
        return node.end
    children = node.items if isinstance(node, Sequence) else list(node.entries.values())
    ends = [_last(child) for child in children]
    if isinstance(node, Mapping):
        ends += [key.end for key in node.keys.values()]
    return max(ends, default=node.end)
