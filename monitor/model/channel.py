"""Channels and routes: where alerts go, which ones, and when."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum

from monitor.errors import Location
from monitor.model.condition import NOWHERE
from monitor.model.rule import Level


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A named place that alerts are sent to.

    `url` may hold secrets: it is never logged or shown; `repr` leaves it out.
    """

    name: str
    url: str = field(repr=False)
    fallback: str | None = None
    """The channel that takes over after the last failed attempt."""
    template: str | None = None
    """Path of a folder with Jinja2 templates that override the shipped ones."""
    location: Location = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class When:
    """A route's condition; every given part must fit, within a part any value may."""

    min_level: Level | None = None
    max_level: Level | None = None
    tags: tuple[str, ...] = ()
    rule: tuple[str, ...] = ()
    """Globs over rule ids."""
    source: tuple[str, ...] = ()
    source_tag: tuple[str, ...] = ()
    lang: tuple[str, ...] = ()


class GroupBy(StrEnum):
    """What is told once."""

    STORY = "story"
    RULE = "rule"
    NONE = "none"


class QuietThen(StrEnum):
    """What becomes of a hit in quiet hours."""

    HOLD = "hold"  # each one, afterwards
    DIGEST = "digest"  # all in one, afterwards
    DROP = "drop"


@dataclass(frozen=True, slots=True)
class Quiet:
    """Quiet hours on the wall clock of `timezone` (IANA name); they may pass midnight."""

    start: time
    end: time
    timezone: str = "UTC"
    exempt: Level | None = None
    """Hits of this level or above are sent all the same."""
    then: QuietThen = QuietThen.HOLD


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` alerts in any window of `per`."""

    count: int
    per: timedelta


@dataclass(frozen=True, slots=True)
class Confirm:
    """Wait until `publishers` independent publishers carry the story, at most `within`."""

    publishers: int
    within: timedelta


@dataclass(frozen=True, slots=True)
class Digest:
    """When a digest is sent: `every` so long, or `at` a wall-clock time on `weekdays`.

    `every` counts from the epoch, so that a restart does not move it. Weekdays: 0 is Monday.
    """

    every: timedelta | None = None
    at: time | None = None
    weekdays: frozenset[int] = frozenset(range(7))
    timezone: str = "UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One entry of `routes`: the first that fits from the top; `proceed` (`continue:`) goes on."""

    name: str
    """`1`, `2`, … by position: how reasons name it."""
    when: When
    to: tuple[str, ...]
    proceed: bool = False
    group_by: GroupBy = GroupBy.STORY
    repeat: timedelta | None = None
    """None: never."""
    limit: Limit | None = None
    quiet: Quiet | None = None
    confirm: Confirm | None = None
    digest: Digest | None = None
    """None: immediate."""
    location: Location = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """Hits that fit (all given parts) are suppressed from `start` until `end`."""

    id: int
    rule: str = "*"
    """A glob over rule ids."""
    tags: tuple[str, ...] = ()
    start: datetime
    end: datetime
    comment: str = ""
    covered: int = 0
    """Hits suppressed by it so far."""
    announced: bool = False
    """Whether its end has been told to the operator."""
