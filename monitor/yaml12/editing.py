"""Adding to a YAML text as a person would: every other character stays as it is."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence as List

from monitor.yaml12.nodes import Mapping, Node, Scalar, Sequence

# What needs no quotes in any schema: it begins with a letter, ends with one, a digit or a full
# stop, and holds no sign that YAML could take for something else.
_PLAIN = re.compile(r"[A-Za-z](?:[A-Za-z0-9 ._/-]*[A-Za-z0-9.])?")
_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "none", "y", "n"})
# Anchors and tags before a value, with the comments between.
_PROPERTIES = re.compile(r"(?:[&!][^\s,\[\]{}]*(?:\s+(?:#[^\n]*\n)?)*)+")
# A last comma inside brackets, with the comments before it.
_COMMA = re.compile(r"(?:\s|#[^\n]*\n)*,")
_COLON = re.compile(r"[ \t]*:")
_ALIAS = re.compile(r"[ \t]*:[ \t]+(\*[^\s,\[\]{}]+)")
# What ends a plain scalar inside brackets.
_FLOW_SIGNS = re.compile(r"[][{},]")
# What JSON leaves as it is, and YAML 1.2 (section 5.1) or a reader of lines does not.
_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")

Insertion = tuple[int, str]
"""An index in the text, and what is put in there."""


def scalar(value: str) -> str:
    """Return a text as one line of YAML; in quotes unless nothing about it is special."""
    if _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    # A JSON string is a double-quoted scalar of YAML 1.2.
    quoted = json.dumps(value, ensure_ascii=False)
    return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", quoted)


def add_items(sequence: Sequence, items: List[List[str]]) -> Insertion | None:
    """Return how items, given as lines without indentation or dash, follow a list's last one.

    None when that cannot be done: an item has several lines, and the list stands inside a line.
    """
    if is_flow(sequence):
        if any(len(lines) > 1 for lines in items):
            return None
        return _in_brackets(sequence, ", ".join(lines[0] for lines in items))
    indent = _indent(sequence)
    added = "".join(
        f"{indent}{'- ' if first else '  '}{line}\n"
        for lines in items
        for first, line in zip([True] + [False] * len(lines), lines, strict=False)
    )
    return (end_of_lines(sequence), added)


def add_entry(mapping: Mapping, key: str, lines: List[str]) -> Insertion | None:
    """Return how a new key follows a mapping's last entry.

    One line is its value beside the key; several are put below it, indented. None when that cannot
    be done: there are several, and the mapping stands inside a line.
    """
    if is_flow(mapping):
        return _in_brackets(mapping, f"{key}: {lines[0]}") if len(lines) == 1 else None
    indent = _indent(mapping)
    if len(lines) == 1:
        return (end_of_lines(mapping), f"{indent}{key}: {lines[0]}\n")
    below = "".join(f"{indent}  {line}\n" for line in lines)
    return (end_of_lines(mapping), f"{indent}{key}:\n{below}")


def wrap(node: Node, before: str, after: str) -> list[Insertion] | None:
    """Return how a value comes to stand between brackets: `before` and `after` hold them.

    None for a list or mapping written in lines, and for a text that brackets would cut.
    """
    if not isinstance(node, Scalar):
        return [(node.start, before), (node.end, after)] if is_flow(node) else None
    written = node.document.text[node.start : node.end]
    if node.style in {"|", ">"}:
        return None
    if not node.style and (_FLOW_SIGNS.search(written) or "\n" in written):
        if set(written) & set("'\n&!"):
            return None
        before, after = f"{before}'", f"'{after}"
    return [(node.start, before), (node.end, after)]


def lower(node: Node, key: Scalar, above: str, *, indent: int, shift: int) -> List[Insertion]:
    """Return how a value that is written in lines comes to stand below its key.

    `above` is what it stands behind then (`any:`, `-`), on a line of its own with this indentation.
    The lines of the value, and comments between, move to the right by `shift`.
    """
    text = node.document.text
    colon = _COLON.match(text, key.end)
    behind = colon.end() if colon else key.end
    found: list[Insertion] = [(behind, f"\n{' ' * indent}{above}")]
    end = end_of_lines(node)
    line = text.find("\n", behind) + 1
    while shift and 0 < line < end:
        following = text.find("\n", line) + 1
        if text[line : following or end].strip():
            found.append((line, " " * shift))
        line = following
    return found


def alias_behind(key: Scalar) -> tuple[int, int] | None:
    """Return where the alias stands that is the value of a key; None if it is something else."""
    found = _ALIAS.match(key.document.text, key.end)
    return found.span(1) if found else None


def insert(text: str, insertions: List[Insertion]) -> str:
    """Return the text with everything put in, with its own kind of line breaks.

    Of insertions at one index the first given comes first. A line put behind a last line without
    end ends that line, and has none itself.
    """
    windows = "\r\n" in text
    parts: list[str] = []
    done = 0
    for index, added in sorted(insertions, key=lambda one: one[0]):
        lines = added
        if index == len(text) and not text.endswith("\n") and lines.endswith("\n"):
            lines = "\n" + lines.removesuffix("\n")
        if windows:
            lines = lines.replace("\n", "\r\n")
        parts += [text[done:index], lines]
        done = index
    return "".join([*parts, text[done:]])


def is_flow(node: Sequence | Mapping) -> bool:
    """Tell whether a list or mapping is written between brackets; an empty one always is."""
    return node.document.text[own_start(node)] in "[{"


def end_of_lines(node: Node) -> int:
    """Return the index behind the line that the last character of a node stands on."""
    text = node.document.text
    end = text.find("\n", max(_last(node) - 1, 0))
    return len(text) if end < 0 else end + 1


def own_start(node: Node) -> int:
    """Return where a value itself begins, behind its anchor and tag."""
    properties = _PROPERTIES.match(node.document.text, node.start)
    return properties.end() if properties else node.start


def _indent(node: Sequence | Mapping) -> str:
    return " " * (node.document.locate(own_start(node)).column - 1)


def _in_brackets(node: Sequence | Mapping, added: str) -> Insertion:
    """Return how something follows the last entry inside brackets, with or without a last comma."""
    inside = node.items if isinstance(node, Sequence) else node.entries
    if not inside:
        return (own_start(node) + 1, added)
    last = _last_child(node)
    comma = _COMMA.match(node.document.text, last)
    return (last, f", {added}") if comma is None else (comma.end(), f" {added}")


def _last(node: Node) -> int:
    """Return the index behind the last character that belongs to a node."""
    if isinstance(node, Scalar):
        written = node.document.text[node.start : node.end]
        # Blank lines below a text in lines belong to it, but for `|+` they say nothing.
        blank = node.style in {"|", ">"} and "+" not in written.partition("\n")[0]
        return node.start + len(written.rstrip()) if blank else node.end
    return node.end if is_flow(node) else _last_child(node)


def _last_child(node: Sequence | Mapping) -> int:
    if isinstance(node, Sequence):
        return max(_last(child) for child in node.items)
    keys = (key.end for key in node.keys.values())
    return max(*keys, *(_last(child) for child in node.entries.values()))
