"""A folder of rule files becomes a rulebook, or all problems of all files at once."""

from __future__ import annotations

import gc
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from monitor.errors import InvalidInput, InvalidRules, Location, Problem, Severity
from monitor.model.rule import Rule
from monitor.rules.correlating import check_names
from monitor.rules.entry import NO_DEFAULTS, EntryReader, Surroundings
from monitor.rules.files import rule_files
from monitor.rules.items import read_item
from monitor.rules.wordlists import WordLists
from monitor.yaml12 import Fields, Reader, load_bytes

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
    with _collector_paused():
        return _load(folder, Surroundings(sources, channels))


def _load(folder: Path, surroundings: Surroundings) -> Rulebook:
    reader = Reader()
    try:
        files = rule_files(folder)
    except OSError as error:
        message = f"the rules cannot be read: {error.strerror}"
        where = Location(str(error.filename or folder))
        raise InvalidRules([Problem("unreadable", message, where)]) from None
    if not files:
        hint = "put rules into *.yaml files there"
        reader.report(
            "no-rules", "there is no rule file", Location(str(folder)), hint, Severity.WARNING
        )
    texts = [(path, data) for path in files if (data := _read(reader, path)) is not None]
    rules = _Folder(reader, surroundings).read(texts)
    return Rulebook(rules, tuple(_sorted(reader.problems)), files)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Keep Python from looking for garbage among all that is read and will stay.

    That takes a third of the time of a load, and finds nothing: the tree has no cycles.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def parse_rule(text: str, file: str) -> Rule:
    """Return the one rule of a text like `Rule.text`, which holds all that the rule needs.

    Raises:
        InvalidRules: if it is not readable (any more), or holds more or fewer rules.

    """
    reader = Reader()
    rules = _Folder(reader, Surroundings(), alone=True).read([(Path(file), text.encode())])
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

    def read(self, texts: Iterable[tuple[Path, bytes]]) -> tuple[Rule, ...]:
        """Return the rules of these files.

        Raises:
            InvalidRules: with every error and warning.

        """
        roots = [(path, root) for path, data in texts if (root := self._root(path, data))]
        for _, root in roots:
            if lists := root.mapping("lists"):
                self._lists.add(lists)
        while roots:
            # Each file's nodes are let go of when its rules are made: they are most of the memory.
            self._file(*roots.pop(0))
        self._lists.read_all()
        if not self._alone:
            check_names(self._reader, self._entries.references, self._rules.values())
        problems = self._reader.problems
        if self._broken:
            problems = [it for it in problems if it.code not in _MAY_BE_ELSEWHERE]
        if any(problem.severity is Severity.ERROR for problem in problems):
            raise InvalidRules(_sorted(problems))
        return tuple(self._rules.values())

    def _root(self, path: Path, data: bytes) -> Fields | None:
        try:
            node = load_bytes(data, str(path))
        except InvalidInput as error:
            self._reader.problems.extend(error.problems)
            self._broken = True
            return None
        if getattr(node, "null", False):
            hint = "give it `rules:` or `lists:`"
            self._reader.report("empty-file", "the file is empty", node, hint, Severity.WARNING)
            return None
        return self._reader.mapping(node, "a rule file", FILE_KEYS)

    def _file(self, path: Path, root: Fields) -> None:
        given = root.get("defaults")
        defaults = NO_DEFAULTS if given is None else self._entries.defaults(given)
        for node in root.items("rules"):
            rule = self._entries.rule(node, defaults, path.parent)
            if rule is None:
                continue
            if rule.id in self._rules:
                first = self._rules[rule.id].location
                message = f"the id {rule.id!r} is given twice (first at {first})"
                self._reader.report("duplicate-id", message, rule.location, "rename one of them")
            else:
                self._rules[rule.id] = rule


def _sorted(problems: Iterable[Problem]) -> list[Problem]:
    unique = dict.fromkeys(problems)
    return sorted(unique, key=lambda it: (it.location, it.severity, it.code, it.message))
