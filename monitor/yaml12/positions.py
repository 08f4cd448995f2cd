"""Where each character of a scalar's value stands in the source (YAML 1.2.2, chapters 7 and 8)."""

from __future__ import annotations

import re
from collections.abc import Iterable

_PROPERTIES = re.compile(r"(?:[&!]\S*|#[^\r\n]*|\s+)*")
_BREAK = re.compile(r"\r\n?|\n")
_FOLD = re.compile(r"[ \t]*(?:\r\n?|\n)[ \t\r\n]*")
_ESCAPED_BREAK = re.compile(r"\\(?:\r\n?|\n)[ \t\r\n]*")
_HEADER = re.compile(r"[|>][-+0-9]*[ \t]*(?:#[^\r\n]*)?(?:\r\n?|\n|$)")
_ENDLESS = 1 << 40
_ESCAPE_LENGTHS = {"x": 4, "u": 6, "U": 10}
_SIMPLE_ESCAPES = {
    "0": "\0", "a": "\a", "b": "\b", "t": "\t", "\t": "\t", "n": "\n", "v": "\v", "f": "\f",
    "r": "\r", "e": "\x1b", " ": " ", '"': '"', "/": "/", "\\": "\\", "N": "\x85",
    "_": "\xa0", "L": "\u2028", "P": "\u2029",
}  # fmt: skip


class _Trace:
    """A value under construction, with the source index of each of its characters."""

    def __init__(self) -> None:
        self.text: list[str] = []
        self.places: list[int] = []

    def add(self, character: str, place: int) -> None:
        self.text.append(character)
        self.places.append(place)

    def add_slice(self, source: str, start: int, end: int) -> None:
        self.text.extend(source[start:end])
        self.places.extend(range(start, end))

    def add_breaks(self, breaks: list[int], *, folded: bool) -> None:
        """Add what the line breaks at these places become: one is a space, of more, the rest."""
        if folded and len(breaks) == 1:
            self.add(" ", breaks[0])
        for place in breaks[folded:]:
            self.add("\n", place)


def offsets(source: str, style: str, value: str) -> list[int]:
    """Return for each offset of `value`, and for its end, the index in `source`.

    `source` is the scalar as it stands in the file, with an anchor or tag before it if there is
    one. If the source does not give `value` (a scanner of another opinion), every offset points
    to the beginning.
    """
    properties = _PROPERTIES.match(source)
    begin = properties.end() if properties else 0
    if style in ("|", ">"):
        trace = _block(source, begin, value, folded=style == ">")
        end = len(source)
    elif style:
        trace = _quoted(source, begin + 1, len(source) - 1, escapes=style == '"')
        end = len(source) - 1
    else:
        trace = _quoted(source, begin, len(source), escapes=None)
        end = len(source)
    if "".join(trace.text) != value:
        return [begin] * (len(value) + 1)
    return [*trace.places, end]


def _quoted(source: str, start: int, end: int, *, escapes: bool | None) -> _Trace:
    """Follow a flow scalar: plain (`escapes` None), single quoted (False), double quoted (True)."""
    trace = _Trace()
    index = start
    while index < end:
        character = source[index]
        if character in " \t\r\n" and (fold := _FOLD.match(source, index, end)):
            breaks = [found.start() for found in _BREAK.finditer(source, index, fold.end())]
            trace.add_breaks(breaks, folded=True)
            index = fold.end()
        elif character == "'" and escapes is False:
            trace.add("'", index)
            index += 2
        elif character == "\\" and escapes:
            index = _escape(trace, source, index, end)
        else:
            trace.add(character, index)
            index += 1
    return trace


def _escape(trace: _Trace, source: str, index: int, end: int) -> int:
    """Follow one escape of a double-quoted scalar; return the index behind it."""
    if joined := _ESCAPED_BREAK.match(source, index, end):
        breaks = [found.start() for found in _BREAK.finditer(source, index, joined.end())]
        trace.add_breaks(breaks[1:], folded=False)
        return joined.end()
    letter = source[index + 1]
    if letter in _ESCAPE_LENGTHS:
        behind = index + _ESCAPE_LENGTHS[letter]
        trace.add(chr(int(source[index + 2 : behind], 16)), index)
        return behind
    trace.add(_SIMPLE_ESCAPES[letter], index)
    return index + 2


def _block(source: str, begin: int, value: str, *, folded: bool) -> _Trace:
    """Follow a literal or folded block scalar.

    How far it is indented may depend on what surrounds it; the first line with something on it
    tells, by what is left of its white space in the value.
    """
    header = _HEADER.match(source, begin)
    start = header.end() if header else len(source)
    marks = header[0].partition("#")[0] if header else ""
    lines: list[tuple[int, int]] = []
    while start < len(source):
        found = _BREAK.search(source, start)
        lines.append((start, found.start() if found else len(source)))
        start = found.end() if found else len(source)
    before = _margin(source[first:last] for first, last in lines)
    indent = before - _margin(value.split("\n")) if before < _ENDLESS else before
    trace = _Trace()
    leading: list[int] = []
    trailing: list[int] = []
    spaced = False
    for first, last in lines:
        content = first
        while content < last and content < first + indent and source[content] == " ":
            content += 1
        if content == last:
            trailing.append(last)
            continue
        was_spaced, spaced = spaced, source[content] in " \t"
        if folded and leading and not was_spaced and not spaced:
            trace.add_breaks([*leading, *trailing], folded=True)
        else:
            trace.add_breaks([*leading, *trailing], folded=False)
        trace.add_slice(source, content, last)
        leading, trailing = [last] if last < len(source) else [], []
    if "-" not in marks:
        trace.add_breaks(leading, folded=False)
    if "+" in marks:
        trace.add_breaks(trailing, folded=False)
    return trace


def _margin(lines: Iterable[str]) -> int:
    """Return how many spaces begin the first line that has anything else; no line, endless."""
    for line in lines:
        if line.strip(" "):
            return len(line) - len(line.lstrip(" "))
    return _ENDLESS
