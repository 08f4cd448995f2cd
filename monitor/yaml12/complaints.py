"""What libyaml says of bad syntax, in words that say what to do."""

from __future__ import annotations

import re
from dataclasses import dataclass

import yaml

from monitor.errors import Problem
from monitor.yaml12.nodes import Document

_WORD = re.compile(r"[*&][^\s,\]}']*")
_QUOTE = "put the whole value in single quotes: '…'"
_TAB = "a tab stands where only spaces may"
HARD_SPACE = re.compile(r"[\u00a0\u2007\u202f]")
"""No-break spaces: word processors and web pages put them where common ones are seen."""
_HARD_LAYOUT = re.compile(rf"(?:^ *|[:-]){HARD_SPACE.pattern}", re.MULTILINE)
_LAYOUT = (
    "compare the indentation with the lines above; where a value begins with a quote, "
    "put the whole of it in single quotes: '…'"
)


@dataclass(frozen=True, slots=True)
class _Complaint:
    """A part of libyaml's sentence, and ours; `opening` points to where the thing began."""

    part: str
    message: str
    hint: str
    opening: bool = False


_COMPLAINTS = (
    _Complaint(
        "mapping values are not allowed",
        "a second `: ` in one value",
        f"{_QUOTE}; or indent the line like the keys above",
    ),
    _Complaint("sequence entries are not allowed", "a list cannot begin here", "begin a new line"),
    _Complaint("unexpected end of stream", "this quote is never closed", "close it", opening=True),
    _Complaint("',' or ']'", "this list is never closed, or a comma is missing", _QUOTE),
    _Complaint("',' or '}'", "this mapping is never closed, or a comma is missing", _QUOTE),
    _Complaint(
        "expected node content",
        "a value is missing here, or a bracket before it is never closed",
        _QUOTE,
    ),
    _Complaint("maximum nesting depth", "nested too deep", "use fewer brackets inside each other"),
    _Complaint("expected key", "this does not go with the lines above", _LAYOUT),
    _Complaint("'-' indicator", "this does not go with the lines above", _LAYOUT),
    _Complaint("block end", "this does not go with the lines above", _LAYOUT),
    _Complaint("document start", "this does not go with the lines above", _LAYOUT),
    _Complaint("found unexpected document", "this quote is never closed", "close it", opening=True),
    _Complaint("expected ':'", "a `:` is missing", "write `key: value`, or quote a longer text"),
    _Complaint(
        "unknown escape", "no such escape", "in double quotes, write \\ as \\\\; or use '…'"
    ),
    _Complaint("hexadecimal", "no such escape", "write \\x41, \\u0041 or \\U00000041"),
    _Complaint("hexdecimal", "no such escape", "write \\x41, \\u0041 or \\U00000041"),
    _Complaint(
        "character escape",
        "no such character",
        "write the character itself, or \\U0001F525 for JSON's pair \\ud83d\\udd25",
    ),
)


def explain(error: yaml.MarkedYAMLError, document: Document) -> Problem:
    """Return the problem that a scanner's or parser's error stands for."""
    said = str(error.problem or "it cannot be read")
    found = next((item for item in _COMPLAINTS if item.part in said), None)
    mark = error.problem_mark or error.context_mark
    if found and found.opening:
        mark = error.context_mark or mark
    index = mark.index if mark else 0
    began = error.context_mark.index if error.context_mark else index
    line = document.text.rfind("\n", 0, min(began, index)) + 1
    if hard := _HARD_LAYOUT.search(document.text, line, index + 1):
        message = "a no-break space stands where only a common space may"
        place = document.locate(hard.end() - 1)
        return Problem("yaml-syntax", message, place, "type the space anew")
    if found:
        return Problem("yaml-syntax", found.message, document.locate(index), found.hint)
    character = document.text[index : index + 1]
    if "cannot start any token" in said:
        message, hint = f"a value cannot begin with {character}", _QUOTE
        if character == "\t":
            message, hint = _TAB, "indent with spaces"
        return Problem("yaml-syntax", message, document.locate(index), hint)
    if error.context and ("alias" in error.context or "anchor" in error.context):
        start = error.context_mark.index if error.context_mark else index
        message = f"a value cannot begin with {document.text[start]}"
        hint = alias_hint(document, start)
        return Problem("yaml-syntax", message, document.locate(start), hint)
    if "tab character" in said:
        return Problem("yaml-syntax", _TAB, document.locate(index), "indent with spaces")
    return Problem("yaml-syntax", f"not YAML: {said}", document.locate(index), _QUOTE)


def alias_hint(document: Document, start: int) -> str:
    """Return what to write instead of an alias or anchor that is none."""
    found = _WORD.match(document.text, start)
    return f"text that begins with * or & must be in quotes: '{found[0] if found else ''}'"


def short(text: str) -> str:
    """Return a text for a message: its first 60 characters."""
    return text if len(text) <= 60 else text[:59] + "…"
