"""Watch rules as values: who hits, how loud, where it may look, and what it means."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import IntEnum, StrEnum

from monitor.errors import Location
from monitor.model.condition import NOWHERE, Condition

CANARY = "monitor-canary"
"""The rule, and the source, of the article that the monitor makes up to test itself."""


class Level(IntEnum):
    """How urgent a rule is; ordered."""

    INFORMATIONAL = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4

    @property
    def label(self) -> str:
        """The name as people write it: `high`."""
        return self.name.lower()


class OnEdit(StrEnum):
    """What a hit on a changed version of a known article does."""

    ALERT = "alert"
    IGNORE = "ignore"


class Distinct(StrEnum):
    """What a correlation counts."""

    RULES = "rules"
    STORIES = "stories"
    SOURCES = "sources"
    ARTICLES = "articles"


@dataclass(frozen=True, slots=True)
class Only:
    """A rule's scope: cheap filters looked at before any text; empty means no limit."""

    lang: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    source_tag: tuple[str, ...] = ()
    max_age: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Correlation:
    """A condition about hits: at least so many distinct things within a time (docs/rules.md)."""

    rules: tuple[str, ...]
    """Rule ids, or `tag:NAME`."""
    within: timedelta
    distinct: Distinct
    at_least: int
    group_by: tuple[str, ...] = ()
    burst: float | None = None
    """Times the usual rate over the last 28 windows; None is a plain threshold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A text that a rule's own test must hit, or must miss."""

    body: str
    title: str = ""
    lang: str | None = None
    source: str | None = None
    source_tags: tuple[str, ...] = ()
    url: str | None = None
    author: str = ""
    tags: tuple[str, ...] = ()
    file: str | None = None
    """Path of the article to read instead of `body`, already resolved."""
    location: Location = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One watch rule. Exactly one of `match` and `correlate` is given.

    `version` is a hash of what the rule means (scope, condition, correlation): title,
    description, order of lists, comments and tests do not change it.
    """

    id: str
    version: str
    title: str
    level: Level = Level.MEDIUM
    description: str = ""
    tags: tuple[str, ...] = ()
    enabled: bool = True
    expires: date | None = None
    only: Only = Only()
    match: Condition | None = None
    correlate: Correlation | None = None
    notify: tuple[str, ...] = ()
    """Channels that are told at once of every hit, beside what the routes say."""
    on_edit: OnEdit = OnEdit.ALERT
    catch_up: timedelta | None = None
    hit_samples: tuple[Sample, ...] = ()
    miss_samples: tuple[Sample, ...] = ()
    text: str = field(default="", compare=False)
    """The rule's own YAML, kept with its version so that every old hit can be explained."""
    location: Location = field(default=NOWHERE, compare=False)

    def runs_on(self, day: date) -> bool:
        """Whether the rule is enabled and not past its expiry on this day (UTC)."""
        return self.enabled and (self.expires is None or day <= self.expires)
