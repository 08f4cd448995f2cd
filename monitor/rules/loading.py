"""A folder of rule files becomes a rulebook, or all problems of all files at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from monitor.errors import InvalidRules, Location, Problem, Severity
from monitor.model.condition import Condition
from monitor.model.rule import Rule
from monitor.rules.collection import without_collection
from monitor.rules.correlating import check_names, without_uncountable
from monitor.rules.entry import NO_DEFAULTS, EntryReader, Surroundings
from monitor.rules.faults import Faults
from monitor.rules.files import files_in
from monitor.rules.items import read_item
from monitor.rules.walk import nodes
from monitor.rules.wordlists import UNUSABLE, WordLists
from monitor.yaml12 import Fields, Reader, examine_bytes
from monitor.yaml12 import Sequence as ListNode

MAX_FILE = 256_000_000
"""Bytes of one rule file."""

FILE_KEYS = ("lists", "defaults", "rules")
_MAY_BE_ELSEWHERE = frozenset({"unknown-list", "unknown-rule", "unknown-tag"})


@dataclass(frozen=True, slots=True)
class Rulebook:
    """The rules of a folder, by file and place in it, with what is doubtful about them."""

    rules: tuple[Rule, ...]
    warnings: tuple[Problem, ...] = ()
    files: tuple[Path, ...] = ()
    errors: tuple[Problem, ...] = ()
    """Why other rules are left out (`load_usable`); `load_rules` raises instead."""
    lists: Mapping[str, Condition] = field(default_factory=dict, compare=False)
    """The word lists by name, as rules use them: `$name`."""
    faults: Faults = field(default_factory=Faults, compare=False)
    """Which of the errors is about which rule."""


def load_rules(
    folder: Path,
    *,
    sources: Mapping[str, tuple[str, ...]] | None = None,
    channels: Collection[str] | None = None,
) -> Rulebook:
    """Read all rule files of a folder (or one file).

    `sources` maps ids to tags; with it, and with `channels`, the names that rules use are checked.

    Raises:
        InvalidRules: with every error and warning of every file, by place.

    """
    rulebook = load_usable(folder, sources=sources, channels=channels)
    if rulebook.errors:
        raise InvalidRules(_sorted([*rulebook.errors, *rulebook.warnings]))
    return rulebook


def load_usable(
    folder: Path,
    *,
    sources: Mapping[str, tuple[str, ...]] | None = None,
    channels: Collection[str] | None = None,
    edited: Mapping[Path, bytes] = MappingProxyType({}),
) -> Rulebook:
    """Read as `load_rules` does, and leave out what cannot be used; never raises for bad input.

    Of a file in `edited` what stands there is read.

    Left out are the files that cannot be read, rules with an error, rules that use a list with an
    error, and correlations that name a rule left out or unknown, or a tag that no rule used has.
    """
    reader = Reader()
    try:
        found = files_in(folder)
    except OSError as error:
        message = f"the rules cannot be read: {error.strerror}"
        where = Location(str(error.filename or folder))
        unreadable = (Problem("unreadable", message, where),)
        return Rulebook((), errors=unreadable, faults=Faults(unreadable))
    files = found.rules
    for unread in found.unread:
        where = Location(str(unread.path))
        reader.report("unread-file", unread.why, where, unread.hint, Severity.WARNING)
    if not files:
        hint = "put rules into *.yaml files there"
        reader.report(
            "no-rules", "there is no rule file", Location(str(folder)), hint, Severity.WARNING
        )
    with without_collection():
        read = ((path, edited[path] if path in edited else _read(reader, path)) for path in files)
        texts = [(path, data) for path, data in read if data is not None]
        reading = _Folder(reader, Surroundings(sources, channels))
        rules, problems = reading.read(texts)
    errors = tuple(problem for problem in problems if problem.severity is Severity.ERROR)
    warnings = tuple(problem for problem in problems if problem.severity is Severity.WARNING)
    faults = reading.faults(rules, errors)
    return Rulebook(rules, warnings, files, errors, reading.lists(), faults)


def parse_rule(text: str, file: str) -> Rule:
    """Return the one rule of a text like `Rule.text`, which holds all that the rule needs.

    Raises:
        InvalidRules: if it is not readable (any more), or holds more or fewer rules.

    """
    folder = _Folder(Reader(), Surroundings(), alone=True)
    rules, problems = folder.read([(Path(file), text.encode())])
    if any(problem.severity is Severity.ERROR for problem in problems):
        raise InvalidRules(problems)
    if len(rules) != 1:
        message = f"one rule was expected here, not {len(rules)}"
        raise InvalidRules([Problem("one-rule", message, Location(file))])
    return rules[0]


def _read(reader: Reader, path: Path) -> bytes | None:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE + 1)
    except OSError as error:
        reader.report("unreadable", f"cannot be read: {error.strerror}", Location(str(path)))
        return None
    if len(data) > MAX_FILE:
        message = f"is larger than {MAX_FILE:,} bytes"
        reader.report("too-large", message, Location(str(path)), "divide it")
        return None
    return data


class _Folder:
    """Reads files together: lists first, then rules, then what names other rules."""

    def __init__(self, reader: Reader, surroundings: Surroundings, *, alone: bool = False) -> None:
        self._reader = reader
        self._alone = alone
        self._broken = False
        self._lists = WordLists(reader, lambda node: read_item(reader, node, self._lists))
        self._entries = EntryReader(reader, self._lists, surroundings)
        self._rules: dict[str, Rule] = {}
        self._faulty: set[str] = set()
        self._doubtful_files: set[Path] = set()
        self._doubtful_lists: dict[str, str] = {}
        """With their files."""
        self._faults = Faults()

    def read(self, texts: Iterable[tuple[Path, bytes]]) -> tuple[tuple[Rule, ...], list[Problem]]:
        """Return the usable rules of these files, and every error and warning by place."""
        roots = [
            (path, data, self._root(path, data) if _may_hold_lists(data) else None)
            for path, data in texts
        ]
        for path, _, root in roots:
            if root is not None and (lists := root.mapping("lists")):
                self._lists.add(lists)
                for name, key in lists.node.keys.items():
                    self._faults.note_list(name, key.location)
                if path in self._doubtful_files:
                    self._doubtful_lists.update(dict.fromkeys(lists.node.keys, str(path)))
        roots.reverse()
        while roots:
            path, data, root = roots.pop()
            root = root or (None if _may_hold_lists(data) else self._root(path, data))
            if root is not None:
                self._file(path, root)
        self._lists.read_all()
        if not self._alone:
            check_names(self._reader, self._entries.references, self._rules.values())
        problems = self._reader.problems
        if self._broken:
            problems = [it for it in problems if it.code not in _MAY_BE_ELSEWHERE]
        return self._usable(), _sorted(problems)

    def lists(self) -> dict[str, Condition]:
        """Return the lists that were read, by name."""
        return self._lists.ready()

    def faults(self, usable: Iterable[Rule], errors: Sequence[Problem]) -> Faults:
        """Return why the rules that are not usable are not."""
        used = {rule.id for rule in usable}
        left_out = {id: rule for id, rule in self._rules.items() if id not in used}
        self._faults.settle(left_out, errors)
        return self._faults

    def _usable(self) -> tuple[Rule, ...]:
        sound = {id: rule for id, rule in self._rules.items() if id not in self._faulty}
        return tuple(sound.values()) if self._alone else without_uncountable(sound)

    def _errors(self) -> int:
        return sum(problem.severity is Severity.ERROR for problem in self._reader.problems)

    def _root(self, path: Path, data: bytes) -> Fields | None:
        node, problems = examine_bytes(data, str(path))
        self._reader.problems.extend(problems)
        if node is None:
            self._broken = True
            return None
        if problems:
            self._doubtful_files.add(path)
        if getattr(node, "null", False):
            hint = "give it `rules:` or `lists:`"
            self._reader.report("empty-file", "the file is empty", node, hint, Severity.WARNING)
            return None
        if isinstance(node, ListNode):
            message = "a rule file cannot be a list"
            hint = "write `rules:` above it"
            self._reader.report("wrong-type", message, node, hint)
            return None
        return self._reader.mapping(node, "a rule file", FILE_KEYS)

    def _file(self, path: Path, root: Fields) -> None:
        errors_before = self._errors()
        given = root.get("defaults")
        defaults = NO_DEFAULTS if given is None else self._entries.defaults(given)
        faulty_file = self._errors() > errors_before or path in self._doubtful_files
        at_fault = {str(path)} if faulty_file else set()
        entries = root.items("rules")
        entries.reverse()
        while entries:
            # A node is let go of when its rule is made: a tree takes more memory than its rules.
            known = len(self._reader.problems)
            entry = entries.pop()
            rule = self._entries.rule(entry, defaults, path.parent)
            self._faults.note_rule("" if rule is None else rule.id, entry.location)
            if rule is None:
                continue
            used = self._lists.used()
            fresh = self._reader.problems[known:]
            if (
                faulty_file
                or any(problem.severity is Severity.ERROR for problem in fresh)
                or (known and not _is_whole(rule))  # told already, of a list that it uses
                or not used.isdisjoint(self._doubtful_lists)
            ):
                self._faulty.add(rule.id)
                files = {self._doubtful_lists[it] for it in used if it in self._doubtful_lists}
                self._faults.note_faulty(rule.id, used, files | at_fault)
            if rule.id in self._rules:
                first = self._rules[rule.id].location
                message = f"the id {rule.id!r} is given twice (first at {first})"
                self._reader.report("duplicate-id", message, rule.location, "rename one of them")
                self._faulty.add(rule.id)
            else:
                self._rules[rule.id] = rule


def _is_whole(rule: Rule) -> bool:
    """Whether nothing in the rule's condition stands for something that could not be read."""
    if rule.match is None:
        return rule.correlate is not None
    return all(node != UNUSABLE for node in nodes(rule.match))


def _may_hold_lists(data: bytes) -> bool:
    """Whether a file can have the key `lists`, however it is written.

    Rules are read when all lists are known. Of a file without lists the tree, which takes more
    memory than its rules, is made only then.
    """
    return b"lists" in data or b"\\" in data or data.startswith((b"\xff\xfe", b"\xfe\xff"))


def _sorted(problems: Iterable[Problem]) -> list[Problem]:
    unique = dict.fromkeys(problems)
    return sorted(unique, key=lambda it: (it.location, it.severity, it.code, it.message))
