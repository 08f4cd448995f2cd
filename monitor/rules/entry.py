"""One entry of `rules`: a mapping in a file becomes a rule, or problems."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import TypedDict

from monitor.errors import Severity
from monitor.model.condition import Condition, Everything
from monitor.model.rule import Correlation, Level, OnEdit, Only, Rule
from monitor.rules.correlating import Reference, read_correlation
from monitor.rules.excerpt import Excerpts
from monitor.rules.samples import read_samples
from monitor.rules.tree import read_match
from monitor.rules.version import Meanings, version_of
from monitor.rules.wordlists import WordLists
from monitor.yaml12 import Fields, Node, Reader, did_you_mean

COMMON_KEYS = (
    "level", "tags", "enabled", "expires", "only", "notify", "on_edit", "catch_up",
)  # fmt: skip
"""Keys of a rule that a file's `defaults` may give, too."""
RULE_KEYS = ("id", "title", "description", "match", "correlate", "tests", *COMMON_KEYS)
ONLY_KEYS = ("lang", "source", "source_tag", "max_age")
_MEANT = {
    "name": "write 'id', and 'title' for what an alert is called",
    "query": "write 'match'",
    "keywords": "write 'match'",
    "severity": "write 'level'",
    "priority": "write 'level'",
    "channels": "write 'notify'",
    **dict.fromkeys(
        ("lang", "language", "source", "sources", "source_tag", "max_age"),
        "`only: {lang: …, source: …, source_tag: …, max_age: …}` holds it",
    ),
    **dict.fromkeys(
        ("confirm", "digest", "limit", "quiet", "repeat"),
        "it belongs to a route in monitor.yaml: `routes:` with `when: {rule: …}`",
    ),
}
"""Keys that people try, and what to write instead."""
_TEXT_RULE_KEYS = ("only", "on_edit", "catch_up", "tests")

MAX_ID = 100
_ID = re.compile(r"[a-z0-9][a-z0-9._-]*")
_NO_ID = re.compile(r"[^a-z0-9._-]+")
_LANG = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*")
LEVELS: dict[str, Level] = {level.label: level for level in Level}
ON_EDIT: dict[str, OnEdit] = {choice.value: choice for choice in OnEdit}


@dataclass(frozen=True, slots=True)
class Defaults:
    """What a file's `defaults` say, as a rule without a name, and where they stand."""

    rule: Rule
    node: Node | None = None


NO_DEFAULTS = Defaults(Rule(id="", version="", title=""))


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What rules may name: sources with their tags, and channels. None: not known, not checked."""

    sources: Mapping[str, tuple[str, ...]] | None = None
    channels: Collection[str] | None = None


class _Common(TypedDict):
    level: Level
    tags: tuple[str, ...]
    enabled: bool
    expires: date | None
    notify: tuple[str, ...]
    on_edit: OnEdit
    catch_up: timedelta | None


class EntryReader:
    """Reads the entries of one folder; `lists` are those of all its files."""

    def __init__(self, reader: Reader, lists: WordLists, surroundings: Surroundings) -> None:
        self._reader = reader
        self._lists = lists
        self._excerpts = Excerpts(lists)
        self._around = surroundings
        self._meanings = Meanings()
        self.references: list[Reference] = []
        """What correlations name, for `check_names` when all rules are known."""

    def defaults(self, node: Node) -> Defaults:
        """Return a file's `defaults`."""
        fields = self._reader.mapping(node, "`defaults`", COMMON_KEYS)
        if fields is None:
            return NO_DEFAULTS
        only = self._only(fields, Only())
        common = self._common(fields, NO_DEFAULTS.rule)
        return Defaults(replace(NO_DEFAULTS.rule, only=only, **common), node)

    def rule(self, node: Node, defaults: Defaults, folder: Path) -> Rule | None:
        """Return one rule; `folder` is where its file is. None if it has no usable id."""
        self._lists.begin(node.location)
        fields = self._reader.mapping(node, "the rule", RULE_KEYS, ("id",), _MEANT)
        if fields is None:
            return None
        id = self._id(fields)
        hits, misses = read_samples(fields, folder, self._around.sources or {})
        only = self._only(fields, defaults.rule.only)
        match, correlate = self._condition(fields, only)
        common = self._common(fields, defaults.rule)
        if not id:
            return None
        if correlate is not None:
            only = Only()
        return Rule(
            id=id,
            version=version_of(only, match, correlate, meanings=self._meanings),
            title=fields.text("title", id),
            description=fields.text("description").strip(),
            only=only,
            match=match,
            correlate=correlate,
            hit_samples=hits,
            miss_samples=misses,
            text=self._excerpts.of(node, defaults.node, self._lists.used()),
            location=fields.key_location("id"),
            **common,
        )

    def _id(self, fields: Fields) -> str:
        id = fields.text("id")
        node = fields.get("id")
        if not id or node is None:
            return ""
        if len(id) > MAX_ID:
            self._reader.report("id", f"the id is longer than {MAX_ID} characters", node)
        elif not _ID.fullmatch(id):
            slug = _NO_ID.sub("-", id.casefold()).strip("-._")
            hint = "a-z, 0-9, and . _ - after the first"
            hint = f"write {slug!r}: {hint}" if slug else hint
            self._reader.report("id", f"{id!r} cannot be an id", node, hint)
        return id

    def _condition(self, fields: Fields, only: Only) -> tuple[Condition | None, Correlation | None]:
        match, correlate = fields.get("match"), fields.get("correlate")
        if match is not None and correlate is not None:
            message = "a rule has either `match` or `correlate`"
            self._reader.report("two-conditions", message, fields.node, "make two rules of it")
        elif correlate is not None:
            for key in _TEXT_RULE_KEYS:
                if key in fields:
                    place = fields.key_location(key)
                    message = f"`{key}` is about texts, and this rule is about hits"
                    self._reader.report("key-of-match", message, place, "remove it")
            return None, read_correlation(self._reader, correlate, self.references)
        elif match is None:
            message = "the rule needs `match` (or `correlate`)"
            self._reader.report("missing-key", message, fields.node, "say what it looks for")
        else:
            condition = read_match(self._reader, match, self._lists)
            if isinstance(condition, Everything) and only == Only():
                message = "`*` matches every article of every source"
                self._reader.report("everything", message, match, "limit it with `only`")
            return condition, None
        return None, None

    def _common(self, fields: Fields, base: Rule) -> _Common:
        """Return what these fields say, or else `base`."""
        tags = base.tags
        if "tags" in fields:
            added = (tag.strip() for tag in fields.texts("tags"))
            tags = tuple(dict.fromkeys([*tags, *filter(None, added)]))
        return {
            "level": fields.choice("level", LEVELS, base.level),
            "tags": tags,
            "enabled": fields.flag("enabled", default=base.enabled),
            "expires": fields.date("expires") or base.expires,
            "notify": self._named(fields, "notify", self._around.channels, base.notify),
            "on_edit": fields.choice("on_edit", ON_EDIT, base.on_edit),
            "catch_up": fields.duration("catch_up", base.catch_up),
        }

    def _only(self, fields: Fields, base: Only) -> Only:
        scope = fields.mapping("only", ONLY_KEYS)
        if scope is None:
            return base
        return Only(
            lang=self._languages(scope, base.lang),
            source=self._named(scope, "source", self._around.sources, base.source),
            source_tag=self._source_tags(scope, base.source_tag),
            max_age=scope.duration("max_age", base.max_age, never="none"),
        )

    def _languages(self, scope: Fields, default: tuple[str, ...]) -> tuple[str, ...]:
        found = tuple(code.lower() for code in scope.texts("lang", default))
        for code in found:
            if not _LANG.fullmatch(code):
                node = scope.node.entries["lang"]
                hint = "two letters as in ISO 639-1: en, ru, kk, uk"
                self._reader.report("lang", f"{code!r} is no language code", node, hint)
        return found

    def _named(
        self,
        fields: Fields,
        key: str,
        known: Collection[str] | None,
        default: tuple[str, ...],
    ) -> tuple[str, ...]:
        """Read names that must be known, if it is known what there is."""
        found = fields.texts(key, default)
        if known is not None and key in fields:
            for name in found:
                if name not in known:
                    hint = did_you_mean(name, known)
                    place = fields.node.entries[key]
                    kind = "source" if key == "source" else "channel"
                    message = f"there is no {kind} {name!r}"
                    self._reader.report(f"unknown-{kind}", message, place, hint)
        return found

    def _source_tags(self, scope: Fields, default: tuple[str, ...]) -> tuple[str, ...]:
        found = scope.texts("source_tag", default)
        if self._around.sources is not None and "source_tag" in scope:
            known = {tag for tags in self._around.sources.values() for tag in tags}
            for tag in found:
                if tag not in known:
                    node = scope.node.entries["source_tag"]
                    message = f"no source has the tag {tag!r}"
                    hint = did_you_mean(tag, known)
                    self._reader.report("unknown-tag", message, node, hint, Severity.WARNING)
        return found
