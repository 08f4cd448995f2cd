"""Query strings in a rule file: each becomes a condition that knows its place in the file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from monitor.errors import InvalidQuery, Problem
from monitor.model.condition import Condition, Everything
from monitor.query import parse
from monitor.rules.wordlists import UNUSABLE
from monitor.yaml12 import Mapping as YamlMapping
from monitor.yaml12 import Node, Reader, Scalar

_COMMA = re.compile(r"\s*,")
_CUT = re.compile(r"[ \t]+#[<>=0-9]")
_NAMES = frozenset(
    "title body lead site source author lang tag url case stem".split()  # noqa: SIM905 - one row
)


def read_query(reader: Reader, node: Scalar, lists: Mapping[str, Condition]) -> Condition:
    """Return the condition of a query string; numbers, `true` and `null` are words.

    What is wrong goes to the reader, and `UNUSABLE` stands in its place.
    """
    text = node.raw
    if not text.strip() or (text == "~" and not node.style):
        reader.report("empty", "a query is missing here", node, _why_empty(node))
        return UNUSABLE
    if (
        not node.style
        and node.document.text.startswith((" ", "\t"), node.end)
        and _CUT.match(node.document.text, node.end)
    ):
        message = "# begins a comment in YAML, so the query ends before it"
        hint = "put the query in single quotes; a comment has a space after #"
        reader.report("cut-by-comment", message, node.at(len(text)), hint)
        return UNUSABLE
    try:
        parsed = parse(text, at=node.at, lists=lists)
    except InvalidQuery as error:
        divided = not node.style and _COMMA.match(node.document.text, node.end)
        reader.problems.extend(map(_divided, error.problems) if divided else error.problems)
        return UNUSABLE
    reader.problems.extend(parsed.warnings)
    return parsed.condition


def read_item(reader: Reader, node: Scalar, lists: Mapping[str, Condition]) -> Condition:
    """Read a query string that is a part of a condition: `*` is none."""
    condition = read_query(reader, node, lists)
    if isinstance(condition, Everything):
        message = "`*` matches every article, and can only be a rule's whole `match`"
        reader.report("everything-inside", message, node, "leave it out")
        return UNUSABLE
    return condition


def split_by_yaml(node: YamlMapping) -> str | None:
    """Return the query that YAML took for a mapping (`title: x` for `title:x`), if it did."""
    if len(node.entries) != 1:
        return None
    [(name, value)] = node.entries.items()
    if name not in _NAMES or not isinstance(value, Scalar):
        return None
    return f"{name}:{value.raw}"


def _divided(problem: Problem) -> Problem:
    """Say of a parenthesis left open before a comma of YAML that YAML has ended the query there."""
    if problem.code != "open-parenthesis":
        return problem
    hint = "in brackets and braces a comma ends the query: put the whole of it in single quotes"
    return replace(problem, hint=hint)


def _why_empty(node: Node) -> str:
    text = node.document.text
    rest = text[node.start : node.start + 200].split("\n", 1)[0].strip()
    if rest.startswith("#") and not isinstance(node, YamlMapping):
        return f"# begins a comment in YAML: put the query in quotes: '{rest}'"
    return "write a query, or remove the line"
