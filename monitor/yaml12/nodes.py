"""The parsed tree: values that know where they stand.

Nodes are compared by identity and are not frozen: a file of 100,000 rules makes millions of
them, and a frozen dataclass costs several times as much to make.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right

from monitor.errors import Location
from monitor.yaml12.positions import offsets
from monitor.yaml12.schema import CoreValue, resolve

_BREAK = re.compile(r"\r\n?|\n")


class Document:
    """The text of one file, and where its lines begin.

    `aliased` says that an alias stands somewhere in it: a part of the text may not be whole then.
    """

    __slots__ = ("_starts", "aliased", "file", "text")

    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.file = file
        self.aliased = False
        self._starts = array("q", (0, *(found.end() for found in _BREAK.finditer(text))))

    def locate(self, index: int) -> Location:
        """Return the place of a character, given its index in the text."""
        line = bisect_right(self._starts, index)
        return Location(self.file, line, index - self._starts[line - 1] + 1)


class Scalar:
    """A single value.

    `raw` is its text after quotes, escapes and folding, before it is read as a number or the
    like: of `012`, `"012"`. `style` is `'`, `"`, `|`, `>`, or empty for plain. `tag` is the
    explicit core tag (`str`, `int` …) or empty.
    """

    __slots__ = ("_end", "_offsets", "_verbatim", "document", "raw", "start", "style", "tag")

    def __init__(self, document: Document, start: int, end: int, raw: str, style: str) -> None:
        self.document = document
        self.start = start
        self._end = None if end - start == len(raw) else end  # one number less for most
        self.raw = raw
        self.style = style
        self.tag = ""
        self._offsets: list[int] | None = None
        self._verbatim: int | None = None if self._end is not None else start

    def __repr__(self) -> str:
        return f"Scalar({self.raw!r}, {self.location})"

    @property
    def end(self) -> int:
        """The index behind its last character, or its closing quote."""
        return self.start + len(self.raw) if self._end is None else self._end

    @property
    def value(self) -> CoreValue:
        """The value by the core schema (YAML 1.2.2, section 10.3)."""
        if not self.tag and self.style:
            return self.raw
        return resolve(self.raw, self.tag)

    @property
    def null(self) -> bool:
        """Whether nothing is given: `~`, `null`, or no text at all, without quotes."""
        return self.value is None

    @property
    def location(self) -> Location:
        """Where it begins; of a quoted text, the quote."""
        return self.document.locate(self.start)

    def at(self, offset: int) -> Location:
        """Return the place in the file of the character at this offset of `raw`.

        Offsets up to and including `len(raw)` (just behind the last character) are known; others
        are moved into that range. Escapes, folding and indentation are followed exactly.
        """
        offset = min(max(offset, 0), len(self.raw))
        if self._verbatim is not None:
            return self.document.locate(self._verbatim + offset)
        if self._offsets is None:
            text, first = self.document.text, self.start + 1
            if self.end - first == len(self.raw) + 1 and text.startswith(self.raw, first):
                self._verbatim = first  # quoted, nothing escaped or folded
                return self.document.locate(first + offset)
            self._offsets = offsets(text[self.start : self.end], self.style, self.raw)
        return self.document.locate(self.start + self._offsets[offset])


class Sequence:
    """A list of nodes, in order."""

    __slots__ = ("document", "end", "items", "start")

    def __init__(self, document: Document, start: int) -> None:
        self.document = document
        self.start = start
        self.end = start
        self.items: list[Node] = []

    def __repr__(self) -> str:
        return f"Sequence({self.items!r})"

    @property
    def value(self) -> list[Node]:
        """The items."""
        return self.items

    @property
    def location(self) -> Location:
        """Where it begins."""
        return self.document.locate(self.start)


class Mapping:
    """Nodes by key, in order.

    A key is the text of a scalar, however it is written; `keys` has the scalars themselves.
    """

    __slots__ = ("_given", "_keys", "document", "end", "entries", "start")

    def __init__(self, document: Document, start: int) -> None:
        self.document = document
        self.start = start
        self.end = start
        self.entries: dict[str, Node] = {}
        self._given: list[Scalar] = []
        self._keys: dict[str, Scalar] | None = None

    def __repr__(self) -> str:
        return f"Mapping({self.entries!r})"

    @property
    def keys(self) -> dict[str, Scalar]:
        """The keys as they stand in the file; few are ever asked for, so they wait as a list."""
        if self._keys is None:
            self._keys = {key.raw: key for key in self._given}
        return self._keys

    def enter(self, key: Scalar, node: Node) -> None:
        """Add an entry while the tree is made."""
        self.entries[key.raw] = node
        self._given.append(key)

    @property
    def value(self) -> dict[str, Node]:
        """The entries."""
        return self.entries

    @property
    def location(self) -> Location:
        """Where it begins."""
        return self.document.locate(self.start)


Node = Scalar | Sequence | Mapping
