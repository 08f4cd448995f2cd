"""Text to tree: the events of libyaml, read by the rules of YAML 1.2."""

from __future__ import annotations

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable
from itertools import islice
from typing import Any

import yaml

from monitor.errors import InvalidInput, Location, Problem
from monitor.yaml12.complaints import alias_hint, explain, short
from monitor.yaml12.nodes import Document, Mapping, Node, Scalar, Sequence
from monitor.yaml12.schema import CORE_TAGS, fits

ALIAS_LIMIT = 100_000
"""Values that the aliases of one document may stand for, all together."""
DEPTH_LIMIT = 100
"""Mappings and sequences inside each other."""
PROBLEM_LIMIT = 1_000
"""Problems reported of one document; what comes after is not looked at."""

_Parser = Callable[[str], Any]

_BESIDE_WHICH_THE_REST_IS_READ = frozenset({"duplicate-key", "tag"})

_UNPRINTABLE = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
"""YAML 1.2's printable characters (section 5.1), less the three that YAML 1.1 breaks lines at."""

_GLUED_COMMENT = re.compile(r"^%YAML[ \t]+[\d.]+#", re.MULTILINE)
"""What libyaml takes for a directive with a comment, and YAML does not (section 6.6)."""

_SURROGATE = re.compile("[\ud800-\udfff]")
_CORE_PREFIX = "tag:yaml.org,2002:"


def decode(data: bytes, file: str) -> str:
    """Return the text of a file: UTF-8, or UTF-16 with a byte order mark (section 5.2).

    Raises:
        InvalidInput: with the place of the first byte that does not belong.

    """
    encoding = "utf-8"
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        encoding = "utf-16"
    elif data.startswith(BOM_UTF8):
        data = data[len(BOM_UTF8) :]
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        before = data[: error.start].decode(encoding, errors="replace")
        shown = " ".join(f"0x{byte:02x}" for byte in data[error.start : error.end][:4])
        raise InvalidInput(
            [
                Problem(
                    "encoding",
                    f"this is not {encoding.upper()}: {shown}",
                    Document(before, file).locate(len(before)),
                    "save the file as UTF-8",
                )
            ]
        ) from None


def load_bytes(data: bytes, file: str) -> Node:
    """Decode and load; see `decode` and `load`."""
    return load(decode(data, file), file)


def examine_bytes(data: bytes, file: str) -> tuple[Node | None, tuple[Problem, ...]]:
    """Return the one document of a file as far as it can be looked at, and what is wrong with it.

    Beside a duplicate key (the first counts) or an unknown type the rest can still be
    read, so that everything wrong is told at once; beside anything else there is no document.
    """
    try:
        root, problems = _examine(decode(data, file), file, _scanner())
    except InvalidInput as error:
        return None, error.problems
    readable = all(problem.code in _BESIDE_WHICH_THE_REST_IS_READ for problem in problems)
    return root if readable else None, tuple(problems)


def load(text: str, file: str) -> Node:
    """Return the one document of `text`; `file` is its name in messages.

    An empty text is a null scalar. Takes time and memory in proportion to the text: aliases
    stand for at most ALIAS_LIMIT values together, nesting is at most DEPTH_LIMIT deep.

    Raises:
        InvalidInput: with all duplicate keys and the like, and the first error of syntax.

    """
    return load_with(text, file, _scanner())


def load_with(text: str, file: str, parser: _Parser) -> Node:
    """Load by a given scanner of PyYAML: the one in C, or the one in Python, which is slower."""
    root, problems = _examine(text, file, parser)
    if problems:
        raise InvalidInput(problems)
    return root


def _scanner() -> _Parser:
    parser: _Parser = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return parser


def _examine(text: str, file: str, parser: _Parser) -> tuple[Node, list[Problem]]:
    text = text.removeprefix("\ufeff")
    document = Document(text, file)
    found = islice(_UNPRINTABLE.finditer(text), PROBLEM_LIMIT)
    builder = _Builder(document)
    if problems := [_unprintable(document, character) for character in found]:
        return builder.refused, problems
    events = parser(text)
    try:
        builder.read(events.get_event)
    except yaml.MarkedYAMLError as error:
        builder.problems.append(explain(error, document))
    except ValueError as error:  # PyYAML's own scanner on "\U00110000"
        builder.problems.append(Problem("yaml-syntax", f"not YAML: {error}", Location(file)))
    except _Stop:
        pass
    finally:
        events.dispose()
    return builder.root or Scalar(document, 0, 0, "", ""), builder.problems


def _unprintable(document: Document, found: re.Match[str]) -> Problem:
    return Problem(
        "character",
        f"the character U+{ord(found[0]):04X} may not stand here",
        document.locate(found.start()),
        f'remove it, or write "\\u{ord(found[0]):04x}" in double quotes',
    )


class _Stop(Exception):
    """Nothing more can be made of the document; why is among the problems."""


class _Builder:
    """Makes the tree from events, without recursion."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.problems: list[Problem] = []
        self.root: Node | None = None
        self._open: list[Sequence | Mapping] = []
        self._keys: list[Scalar | None] = []
        self._anchors: dict[str, tuple[Node, int]] = {}
        self._begun: list[tuple[str | None, int]] = []
        self._count = 0
        self._aliased = 0
        self.refused = Scalar(document, 0, 0, "", "")
        self._names: dict[str, str] = {}

    def read(self, get_event: Callable[[], Any]) -> None:
        """Read events up to the end of the stream."""
        handlers: dict[type, Callable[[Any], None]] = {
            yaml.ScalarEvent: self._scalar,
            yaml.SequenceStartEvent: self._start,
            yaml.MappingStartEvent: self._start,
            yaml.SequenceEndEvent: self._end,
            yaml.MappingEndEvent: self._end,
            yaml.AliasEvent: self._alias,
            yaml.DocumentStartEvent: self._document,
        }
        while True:
            event = get_event()
            kind = type(event)
            if kind is yaml.StreamEndEvent:
                return
            if handler := handlers.get(kind):
                handler(event)

    def _report(self, code: str, message: str, location: Location, hint: str = "") -> None:
        self.problems.append(Problem(code, message, location, hint))
        if len(self.problems) >= PROBLEM_LIMIT:
            raise _Stop

    def _document(self, event: Any) -> None:
        if self.root is not None:
            place = self.document.locate(event.start_mark.index)
            self._report("documents", "a second document begins here", place, "use one file each")
            raise _Stop
        start, end = event.start_mark.index, event.end_mark.index
        if found := _GLUED_COMMENT.search(self.document.text, start, end):
            place = self.document.locate(found.end() - 1)
            self._report("yaml-syntax", "a comment needs a space before its #", place)

    def _scalar(self, event: Any) -> None:
        start = event.start_mark.index
        node = Scalar(self.document, start, event.end_mark.index, event.value, event.style or "")
        if event.tag:
            node.tag = self._tag(event, node)
        if event.style == '"' and (found := _SURROGATE.search(event.value)):
            message = f"the character U+{ord(found[0]):04X} may not stand here"
            self._report("character", message, node.location)
        self._count += 1
        if event.anchor:
            self._anchors[event.anchor] = (node, 1)
        self._add(node)

    def _tag(self, event: Any, node: Node) -> str:
        """Return the short name of an explicit core tag; anything else is a problem."""
        if event.tag == "!":
            return "str"
        tag = event.tag.removeprefix(_CORE_PREFIX)
        kind = {Scalar: CORE_TAGS - {"seq", "map"}, Sequence: {"seq"}, Mapping: {"map"}}[type(node)]
        if tag not in kind:
            self._report(
                "tag",
                f"the type {short(event.tag)} is not known here",
                node.location,
                "leave it out",
            )
            return ""
        if isinstance(node, Scalar) and not fits(node.raw, tag):
            self._report("tag", f"{short(node.raw)!r} is no {tag}", node.location)
            return ""
        return str(tag)

    def _start(self, event: Any) -> None:
        if len(self._open) >= DEPTH_LIMIT:
            place = self.document.locate(event.start_mark.index)
            self._report("depth", f"nested more than {DEPTH_LIMIT} deep", place)
            raise _Stop
        kind = Mapping if type(event) is yaml.MappingStartEvent else Sequence
        node = kind(self.document, event.start_mark.index)
        if event.tag and event.tag != "!":
            self._tag(event, node)
        self._begun.append((event.anchor, self._count))
        self._count += 1
        if event.anchor:
            self._anchors[event.anchor] = (node, 0)
        self._add(node)
        self._open.append(node)
        self._keys.append(None)

    def _end(self, event: Any) -> None:
        node = self._open.pop()
        node.end = event.end_mark.index
        self._keys.pop()
        anchor, count = self._begun.pop()
        if anchor and self._anchors[anchor][0] is node:
            self._anchors[anchor] = (node, self._count - count)

    def _alias(self, event: Any) -> None:
        place = self.document.locate(event.start_mark.index)
        node, size = self._anchors.get(event.anchor, (None, 0))
        if node is None:
            message = f"*{short(event.anchor)} refers to nothing"
            self._report("alias", message, place, alias_hint(self.document, event.start_mark.index))
        elif node in self._open:
            self._report("alias", f"*{short(event.anchor)} contains itself", place)
        else:
            self.document.aliased = True
            self._count += size
            self._aliased += size
            if self._aliased > ALIAS_LIMIT:
                message = f"aliases stand for more than {ALIAS_LIMIT:,} values"
                self._report("alias-flood", message, place, "write less by reference")
                raise _Stop
            self._add(node)
            return
        self._add(Scalar(self.document, event.start_mark.index, event.end_mark.index, "", ""))

    def _add(self, node: Node) -> None:
        if not self._open:
            self.root = node
            return
        parent = self._open[-1]
        if isinstance(parent, Sequence):
            parent.items.append(node)
        elif (key := self._keys[-1]) is None:
            self._keys[-1] = self._key(node)
        else:
            self._keys[-1] = None
            self._enter(parent, key, node)

    def _key(self, node: Node) -> Scalar:
        if isinstance(node, Scalar):
            # YAML 1.1 reads `[?x]` as a key; in 1.2 it is text, and surely meant so.
            if self.document.text.startswith("?", node.start - 1) and node.end > node.start > 0:
                place = self.document.locate(node.start - 1)
                self._report("key", "a value cannot begin with ?", place, "put it in quotes")
            return node
        self._report("key", "a key must be text", node.location, "write `name: value`")
        return self.refused

    def _enter(self, parent: Mapping, key: Scalar, node: Node) -> None:
        name = key.raw
        if key is self.refused:
            return
        if name in parent.entries:
            first = parent.keys[name].location
            message = f"the key {short(name)!r} is given twice (first in line {first.line})"
            self._report("duplicate-key", message, key.location, "keep one of them")
        elif name == "<<" and not key.style:
            message = "merge keys (<<) are no part of YAML 1.2"
            self._report("merge-key", message, key.location, "write the keys out")
        else:
            key.raw = self._names.setdefault(name, name)
            parent.enter(key, node)
