"""Adding sources to monitor.yaml as a person would: below the last one, nothing else touched."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from monitor.errors import UsageError
from monitor.model.source import Source
from monitor.yaml12 import Mapping, Node, Scalar, load

# What needs no quotes in YAML, whatever the schema: letters first, nothing that is a sign.
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9 ._/-]*[A-Za-z0-9]|[A-Za-z]")
_SPECIAL = {"true", "false", "null", "yes", "no", "on", "off", "none"}


def source_lines(source: Source) -> list[str]:
    """Return the lines of a source's entry, without indentation."""
    lines = [
        f"- id: {_text(source.id)}",
        f"  type: {source.kind.value}",
        f"  url: {_text(source.url)}",
    ]
    if source.title:
        lines.append(f"  title: {_text(source.title)}")
    if source.lang:
        lines.append(f"  lang: {_text(source.lang)}")
    if source.tags:
        lines.append(f"  tags: [{', '.join(_text(tag) for tag in source.tags)}]")
    return lines


def with_sources(text: str, file: str, sources: Iterable[Source]) -> str:
    """Return the configuration's text with these sources below its last one.

    Raises UsageError when `sources` is not a list with an item a line.
    """
    root = load(text, file)
    listed = root.entries.get("sources") if isinstance(root, Mapping) else None
    if listed is None or isinstance(listed, Scalar | Mapping) or not listed.items:
        raise UsageError(_no_list(file))
    start = listed.items[0].start
    line_start = text.rfind("\n", 0, start) + 1
    indent, dash, _ = text[line_start:start].partition("-")
    if not dash or indent.strip():
        raise UsageError(_no_list(file))
    end = text.find("\n", max(line_start, _last(listed.items[-1]) - 1))
    head, tail = (text, "") if end < 0 else (text[: end + 1], text[end + 1 :])
    if not head.endswith("\n"):
        head += "\n"
    added = "".join(f"{indent}{line}\n" for source in sources for line in source_lines(source))
    return f"{head}{added}{tail}"


def _no_list(file: str) -> str:
    return (
        f"{file}: `sources` is no list with an item on each line, so nothing can be added to it; "
        "print the entries with --print and put them in by hand"
    )


def _last(node: Node) -> int:
    """Return the index behind the last character that belongs to a node."""
    if isinstance(node, Scalar):
        return node.end
    children = list(node.entries.values()) if isinstance(node, Mapping) else node.items
    ends = [_last(child) for child in children]
    if isinstance(node, Mapping):
        ends += [key.end for key in node.keys.values()]
    flow = node.document.text[node.start : node.start + 1] in "[{"
    return node.end if flow or not ends else max(ends)


def _text(value: str) -> str:
    if _PLAIN.fullmatch(value) and value.lower() not in _SPECIAL and ": " not in value:
        return value
    # A JSON string is a double-quoted scalar of YAML 1.2.
    return json.dumps(value, ensure_ascii=False)
