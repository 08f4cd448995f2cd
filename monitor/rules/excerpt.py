"""A rule's own YAML with all that it needs to be read again: its lists and its defaults."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from monitor.rules.wordlists import WordLists
from monitor.yaml12 import Mapping, Node, Sequence

_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


class Excerpts:
    """Makes the texts of `Rule.text`; those of lists are made once."""

    def __init__(self, lists: WordLists) -> None:
        self._lists = lists
        self._made: dict[str, str] = {}

    def of(self, rule: Node, defaults: Node | None, lists: Iterable[str]) -> str:
        """Return a rule file with this rule alone, as its author wrote it."""
        parts = []
        names = sorted(lists)
        if names:
            parts.append("lists:\n" + "".join(self._list(name) for name in names))
        if defaults is not None:
            parts.append(f"defaults:\n    {_text(defaults, 4)}\n")
        parts.append(f"rules:\n  - {_text(rule, 4)}\n")
        return "".join(parts)

    def _list(self, name: str) -> str:
        if name not in self._made:
            self._made[name] = f"  {name}:\n    {_text(self._lists.node(name), 4)}\n"
        return self._made[name]


def _text(node: Node, indent: int) -> str:
    """Return a node as it stands in its file, its lines moved to this indentation."""
    document = node.document
    if document.aliased:
        return _flow(node)
    lines = document.text[node.start : node.end].splitlines()
    margin = node.location.column - 1
    while len(lines) > 1 and _outside(lines[-1], margin):
        lines.pop()
    moved = [lines[0].rstrip()]
    moved += [_move(line, margin, indent) for line in lines[1:]]
    return "\n".join(moved)


def _outside(line: str, margin: int) -> bool:
    """Whether a last line is blank, or a comment that belongs to what follows."""
    bare = line.lstrip()
    return not bare or (bare.startswith("#") and len(line) - len(bare) < max(margin, 1))


def _move(line: str, margin: int, indent: int) -> str:
    bare = line.lstrip(" ")
    if not bare:
        return ""
    return " " * (indent + max(len(line) - len(bare) - margin, 0)) + bare


def _flow(node: Node) -> str:
    """Return a node in one line, with aliases written out."""
    if isinstance(node, Sequence):
        return f"[{', '.join(map(_flow, node.items))}]"
    if isinstance(node, Mapping):
        pairs = (f"{_quoted(key)}: {_flow(value)}" for key, value in node.entries.items())
        return f"{{{', '.join(pairs)}}}"
    return _quoted(node.raw) if isinstance(node.value, str) else node.raw or "~"


def _quoted(text: str) -> str:
    """Return a text as JSON's string, which is YAML's, too, but for a few characters."""
    plain = json.dumps(text, ensure_ascii=False)
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", plain)
