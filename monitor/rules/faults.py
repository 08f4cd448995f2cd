"""Which of a folder's errors keep a rule from being used."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter

from monitor.errors import Location, Problem
from monitor.model.rule import Rule
from monitor.rules.correlating import named_by

_Place = tuple[int, int]
"""Line and column."""


class Faults:
    """The rules that are left out, and why.

    Noted while they are read are where rules and lists begin in their files, and what else a
    faulty rule depends on.
    """

    def __init__(self, errors: Sequence[Problem] = ()) -> None:
        self._parts: defaultdict[str, list[tuple[_Place, str]]] = defaultdict(list)
        self._lists: dict[str, set[str]] = {}
        self._files: dict[str, set[str]] = {}
        self._errors = tuple(errors)
        self.left_out: Mapping[str, Rule] = {}
        """By id."""

    def note_rule(self, id: str, at: Location) -> None:
        """Note where a rule begins; it goes on to where the next part of its file begins."""
        self._parts[at.file].append(((at.line, at.column), id))

    def note_list(self, name: str, at: Location) -> None:
        """Note where a list begins."""
        self.note_rule(f"${name}", at)

    def note_faulty(self, id: str, lists: Iterable[str], files: Iterable[str]) -> None:
        """Note the lists that a faulty rule uses, and files that are at fault as a whole."""
        self._lists.setdefault(id, set()).update(f"${name}" for name in lists)
        self._files.setdefault(id, set()).update(files)

    def settle(self, left_out: Mapping[str, Rule], errors: Sequence[Problem]) -> None:
        """Take what is left out, and all errors, when everything is read."""
        self.left_out, self._errors = left_out, tuple(errors)
        for parts in self._parts.values():
            parts.sort(key=itemgetter(0))

    def causes(self, id: str) -> tuple[Problem, ...]:
        """Return the errors that keep a rule from being used; none where it is not left out.

        Those in the rule, in its lists, and in the rules that it counts; all where there are none.
        """
        if id not in self.left_out:
            return ()
        rules = {id, *named_by(self.left_out[id], self.left_out)}
        parts = rules.union(*(self._lists.get(it, ()) for it in rules))
        files = {file for it in rules for file in self._files.get(it, ())}
        found = (
            error
            for error in self._errors
            if error.location.file in files or self._part(error.location) in parts
        )
        return tuple(found) or self._errors

    def unread(self) -> tuple[Problem, ...]:
        """Return the errors of files that nothing could be read of: any rule may be in there."""
        return tuple(it for it in self._errors if it.location.file not in self._parts)

    def _part(self, at: Location) -> str:
        parts = self._parts.get(at.file, [])
        before = bisect_right(parts, (at.line, at.column), key=itemgetter(0))
        return parts[before - 1][1] if before else ""
