"""Word lists: `lists` of all files of a folder, used as `$name` in any rule of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from monitor.errors import Location
from monitor.model.condition import NOWHERE, Condition, Exact, Or, Phrase
from monitor.rules.walk import negative_part
from monitor.yaml12 import Fields, Node, Reader, Scalar, Sequence

UNUSABLE: Condition = Phrase((Exact(""),))
"""Stands where a condition is wrong, so that reading can go on; what was wrong is reported."""

DEPTH_LIMIT = 20
"""Lists that may be named by each other in a chain."""
ITEM_LIMIT = 500_000
"""Items that the lists of one rule may stand for, those of lists in lists counted each time."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


class WordLists(Mapping[str, Condition]):
    """The lists by name, each read when it is first asked for.

    `read` makes a condition of one item. Asking for a list that is being read is a cycle.
    """

    def __init__(self, reader: Reader, read: Callable[[Scalar], Condition]) -> None:
        self._reader = reader
        self._read = read
        self._nodes: dict[str, Node] = {}
        self._places: dict[str, Location] = {}
        self._ready: dict[str, Condition] = {}
        self.sound: set[int] = set()
        """Ids of the lists without a negative part."""
        self._needs: dict[str, frozenset[str]] = {}
        self._open: list[str] = []
        self._asked: list[set[str]] = [set()]
        self._sizes: dict[str, int] = {}
        self._spent = [0]
        self._place = NOWHERE

    def add(self, lists: Fields) -> None:
        """Add the lists of one file; a name given before is a problem."""
        for name, key in lists.node.keys.items():
            if not _NAME.fullmatch(name):
                hint = "letters, digits, - and _, a letter first"
                self._reader.report("list-name", f"{name!r} cannot name a list", key, hint)
            elif name in self._nodes:
                message = f"the list {name!r} is given twice (first at {self._places[name]})"
                self._reader.report("duplicate-list", message, key, "keep one, or rename it")
            else:
                self._nodes[name] = lists.node.entries[name]
                self._places[name] = key.location

    def read_all(self) -> None:
        """Read the lists that nobody asked for, so that what is wrong with them is told."""
        for name in self._nodes:
            self.begin(self._places[name])
            self[name]

    def begin(self, place: Location) -> None:
        """Take what is asked for from now on as that of the rule at this place."""
        self._asked[0] = set()
        self._spent[0] = 0
        self._place = place

    def used(self) -> frozenset[str]:
        """Return the lists that the rule asked for, with those that they name."""
        return self._with_needs(self._asked[0])

    def ready(self) -> dict[str, Condition]:
        """Return all lists, once they are read."""
        return dict(self._ready)

    def node(self, name: str) -> Node:
        """Return the list as it stands in its file."""
        return self._nodes[name]

    def __getitem__(self, name: str) -> Condition:
        node = self._nodes[name]
        self._asked[-1].add(name)
        if name in self._ready:
            return self._given(name)
        if name in self._open:
            chain = [*self._open[self._open.index(name) :], name]
            message = f"the list {name!r} contains itself: {' → '.join(f'${n}' for n in chain)}"
            self._reader.report("list-cycle", message, self._places[name], "break the circle")
            return UNUSABLE
        if len(self._open) >= DEPTH_LIMIT:
            message = f"lists name each other more than {DEPTH_LIMIT} deep"
            self._reader.report("list-depth", message, self._places[name])
            return UNUSABLE
        self._open.append(name)
        self._asked.append(set())
        self._spent.append(0)
        operands = list(self._operands(name, node)) or [UNUSABLE]
        self._needs[name] = self._with_needs(self._asked.pop())
        self._open.pop()
        condition = operands[0] if len(operands) == 1 else Or(tuple(operands))
        if negative_part(condition, self.sound) is None:
            self.sound.add(id(condition))
        self._ready[name] = condition
        self._sizes[name] = len(operands) + self._spent.pop()
        return self._given(name)

    def _given(self, name: str) -> Condition:
        """Return a list that is ready, unless it makes too many items of those given before."""
        before = self._spent[-1]
        self._spent[-1] = before + self._sizes[name]
        if self._spent[-1] <= ITEM_LIMIT:
            return self._ready[name]
        if before <= ITEM_LIMIT:
            message = f"the lists named here stand for more than {ITEM_LIMIT:,} items together"
            place = self._places[self._open[-1]] if self._open else self._place
            self._reader.report("list-flood", message, place, "name fewer lists by lists")
        return UNUSABLE

    def __iter__(self) -> Iterator[str]:
        return iter(self._nodes)

    def __len__(self) -> int:
        return len(self._nodes)

    def __contains__(self, name: object) -> bool:
        return name in self._nodes

    def _with_needs(self, names: set[str]) -> frozenset[str]:
        return frozenset(names).union(*(self._needs.get(name, ()) for name in names))

    def _operands(self, name: str, node: Node) -> Iterator[Condition]:
        items = self._reader.items(node, f"the list {name!r}")
        if items == []:
            self._reader.report("empty", f"the list {name!r} is empty", node, "name its words")
        for item in items or ():
            if isinstance(item, Scalar):
                yield self._read(item)
            elif isinstance(item, Sequence):
                yield from self._operands(name, item)
            else:
                message = f"an item of the list {name!r} must be a word or query, not a mapping"
                self._reader.report("wrong-type", message, item, "put a text with `: ` in quotes")
