"""From located nodes to plain values, with everything wrong collected instead of the first."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Mapping as Map
from datetime import date, time, timedelta
from typing import TypeVar

from monitor.errors import Location, Problem, Severity
from monitor.yaml12.complaints import HARD_SPACE, short
from monitor.yaml12.nodes import Mapping, Node, Scalar, Sequence
from monitor.yaml12.suggestions import did_you_mean
from monitor.yaml12.values import DURATION_HINT, parse_date, parse_duration, parse_time

T = TypeVar("T")
N = TypeVar("N", int, float)


class Reader:
    """Reads nodes as what they should be.

    Each method returns the value, or None after adding to `problems` what is wrong, so that
    reading can go on. `what` names the thing in messages: `the rule`, `'every'`.
    """

    __slots__ = ("problems",)

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def report(
        self,
        code: str,
        message: str,
        where: Node | Location,
        hint: str = "",
        severity: Severity = Severity.ERROR,
    ) -> None:
        """Add a problem."""
        location = where if isinstance(where, Location) else where.location
        self.problems.append(Problem(code, message, location, hint, severity))

    def mapping(
        self,
        node: Node,
        what: str,
        allowed: Collection[str] | None = None,
        required: Collection[str] = (),
        meant: Map[str, str] | None = None,
    ) -> Fields | None:
        """Read a mapping; a key not `allowed` (None: any is) or a missing one is a problem.

        `meant` holds, for keys that people try, in small letters, what to write instead.
        """
        if not isinstance(node, Mapping):
            self._wrong_type(node, what, "a mapping of `key: value`")
            return None
        if allowed is not None:
            for name in node.entries:
                if name not in allowed:
                    free = [key for key in allowed if key not in node.entries]
                    hint = (meant or {}).get(name.casefold()) or did_you_mean(name, free or allowed)
                    if HARD_SPACE.search(name):
                        hint = "a no-break space stands in it: type the spaces anew"
                    message = f"{what} has no key {short(name)!r}"
                    self.report("unknown-key", message, node.keys[name], hint)
        for name in required:
            if name not in node.entries:
                self.report("missing-key", f"{what} needs the key {name!r}", node)
        return Fields(self, node)

    def items(self, node: Node, what: str) -> list[Node] | None:
        """Read a list."""
        if isinstance(node, Sequence):
            return node.items
        hint = "begin each item with `- `" if isinstance(node, Mapping) else ""
        self._wrong_type(node, what, "a list", hint)
        return None

    def text(self, node: Node, what: str) -> str | None:
        """Read text; numbers, `true` and the like are the text that stands there."""
        if not isinstance(node, Scalar):
            self._wrong_type(node, what, "text")
            return None
        if node.null:
            self.report("empty", f"{what} is empty", node, "give a value, or leave it out")
            return None
        return node.raw

    def texts(self, node: Node, what: str) -> tuple[str, ...] | None:
        """Read a list of texts, or one text in place of a list of one."""
        if isinstance(node, Scalar) and not node.null:
            return (node.raw,)
        if not isinstance(node, Sequence):
            self._wrong_type(node, what, "a list of texts")
            return None
        found = [self.text(item, f"an item of {what}") for item in node.items]
        return tuple(text for text in found if text is not None)

    def flag(self, node: Node, what: str) -> bool | None:
        """Read `true` or `false`."""
        if isinstance(node, Scalar) and isinstance(node.value, bool):
            return node.value
        self._wrong_type(node, what, "true or false")
        return None

    def integer(
        self, node: Node, what: str, *, least: int | None = None, most: int | None = None
    ) -> int | None:
        """Read a whole number from `least` to `most`."""
        value = node.value if isinstance(node, Scalar) else None
        if not isinstance(value, int) or isinstance(value, bool):
            self._wrong_type(node, what, "a whole number")
            return None
        return self._between(node, what, value, least, most)

    def number(
        self, node: Node, what: str, *, least: float | None = None, most: float | None = None
    ) -> float | None:
        """Read a finite number from `least` to `most`."""
        value = node.value if isinstance(node, Scalar) else None
        if not isinstance(value, int | float) or isinstance(value, bool) or not abs(value) < 1e300:
            self._wrong_type(node, what, "a number")
            return None
        return self._between(node, what, float(value), least, most)

    def duration(self, node: Node, what: str, *, positive: bool = True) -> timedelta | None:
        """Read a duration: `90s`, `15m`, `1h`, `3d`, `2w`, `1y`."""
        value = parse_duration(node.raw) if isinstance(node, Scalar) else None
        if value is None or (positive and not value):
            message = f"{what} must be a duration, not {shown(node)}"
            self.report("duration", message, node, DURATION_HINT)
            return None
        return value

    def date(self, node: Node, what: str) -> date | None:
        """Read a date: `2027-01-31`."""
        value = parse_date(node.raw) if isinstance(node, Scalar) else None
        if value is None:
            message = f"{what} must be a date, not {shown(node)}"
            self.report("date", message, node, "write year-month-day: 2027-01-31")
        return value

    def time(self, node: Node, what: str) -> time | None:
        """Read a time of day: `07:00`."""
        value = parse_time(node.raw) if isinstance(node, Scalar) else None
        if value is None:
            message = f"{what} must be a time of day, not {shown(node)}"
            self.report("time", message, node, "write hours and minutes: 07:00")
        return value

    def choice(self, node: Node, what: str, choices: Map[str, T]) -> T | None:
        """Read one of these names; return what it stands for."""
        name = node.raw if isinstance(node, Scalar) else ""
        if name in choices:
            return choices[name]
        hint = did_you_mean(name, choices, all_too=True)
        self.report("choice", f"{what} cannot be {shown(node)}", node, hint)
        return None

    def _between(
        self, node: Node, what: str, value: N, least: N | None, most: N | None
    ) -> N | None:
        if least is not None and value < least:
            self.report("range", f"{what} must be at least {least}, not {value}", node)
            return None
        if most is not None and value > most:
            self.report("range", f"{what} must be at most {most}, not {value}", node)
            return None
        return value

    def _wrong_type(self, node: Node, what: str, wanted: str, hint: str = "") -> None:
        self.report("wrong-type", f"{what} must be {wanted}, not {shown(node)}", node, hint)


class Fields:
    """The entries of one mapping; each method reads the one of this key.

    It returns the default if the key is absent, and also if its value is wrong: that is a
    problem by then.
    """

    __slots__ = ("node", "reader")

    def __init__(self, reader: Reader, node: Mapping) -> None:
        self.reader = reader
        self.node = node

    def __contains__(self, key: str) -> bool:
        return key in self.node.entries

    def get(self, key: str) -> Node | None:
        """Return the node itself; None if absent."""
        return self.node.entries.get(key)

    def key_location(self, key: str) -> Location:
        """Return the place of a key that is there, else that of the mapping."""
        return self.node.keys.get(key, self.node).location

    def text(self, key: str, default: str = "") -> str:
        """Read text."""
        node = self.get(key)
        value = None if node is None else self.reader.text(node, _quoted(key))
        return default if value is None else value

    def texts(self, key: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Read a list of texts, or one text."""
        node = self.get(key)
        value = None if node is None else self.reader.texts(node, _quoted(key))
        return default if value is None else value

    def items(self, key: str) -> list[Node]:
        """Read a list of nodes; empty if absent or wrong."""
        node = self.get(key)
        return (None if node is None else self.reader.items(node, _quoted(key))) or []

    def mapping(
        self, key: str, allowed: Collection[str] | None = None, required: Collection[str] = ()
    ) -> Fields | None:
        """Read a mapping; None if absent or wrong."""
        node = self.get(key)
        return None if node is None else self.reader.mapping(node, _quoted(key), allowed, required)

    def flag(self, key: str, *, default: bool) -> bool:
        """Read `true` or `false`."""
        node = self.get(key)
        value = None if node is None else self.reader.flag(node, _quoted(key))
        return default if value is None else value

    def integer(
        self, key: str, default: int, *, least: int | None = None, most: int | None = None
    ) -> int:
        """Read a whole number."""
        node = self.get(key)
        if node is None:
            return default
        value = self.reader.integer(node, _quoted(key), least=least, most=most)
        return default if value is None else value

    def number(
        self, key: str, default: float, *, least: float | None = None, most: float | None = None
    ) -> float:
        """Read a number."""
        node = self.get(key)
        if node is None:
            return default
        value = self.reader.number(node, _quoted(key), least=least, most=most)
        return default if value is None else value

    def duration(
        self,
        key: str,
        default: timedelta | None,
        *,
        never: str | None = None,
        positive: bool = True,
    ) -> timedelta | None:
        """Read a duration; the word `never` (`none`, say) means None."""
        node = self.get(key)
        if node is None:
            return default
        if never is not None and isinstance(node, Scalar) and node.raw == never:
            return None
        value = self.reader.duration(node, _quoted(key), positive=positive)
        return default if value is None else value

    def date(self, key: str) -> date | None:
        """Read a date; None if absent or wrong."""
        node = self.get(key)
        return None if node is None else self.reader.date(node, _quoted(key))

    def time(self, key: str) -> time | None:
        """Read a time of day; None if absent or wrong."""
        node = self.get(key)
        return None if node is None else self.reader.time(node, _quoted(key))

    def choice(self, key: str, choices: Map[str, T], default: T) -> T:
        """Read one of these names; return what it stands for."""
        node = self.get(key)
        value = None if node is None else self.reader.choice(node, _quoted(key), choices)
        return default if value is None else value


def shown(node: Node) -> str:
    """Return a node in few words, for messages: `a list`, `'abc'`."""
    if isinstance(node, Sequence):
        return "a list"
    if isinstance(node, Mapping):
        return "a mapping"
    if node.null:
        return "nothing" if not node.raw else node.raw
    return repr(short(node.raw))


def _quoted(key: str) -> str:
    return f"`{key}`"
