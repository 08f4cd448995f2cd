"""Correlation: the hits that are counted, and what came of counting them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.model.rule import Level

GROUPINGS = ("source_tag", "source", "lang", "rule", "tag", "level", "story")
"""What a correlation's `group_by` may name."""


def event_time(published: datetime | None, first_seen: datetime) -> datetime:
    """Return when an article happened: its own date, unless it has none or one in the future."""
    return first_seen if published is None or published > first_seen else published


@dataclass(frozen=True, slots=True, kw_only=True)
class HitFacts:
    """A hit as correlations see it."""

    hit: int
    rule: str
    level: Level
    tags: tuple[str, ...]
    article: int
    source: str
    source_tags: tuple[str, ...]
    lang: str | None
    story: int | None
    at: datetime
    """Event time of its article, see `event_time`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Firing:
    """A correlation rule has fired, and this is its evidence."""

    rule: str
    group: str
    """The values of `group_by` in its order: `lang=en, source_tag=wire`; empty without."""
    at: datetime
    """The end of its window: the event time of a hit."""
    things: tuple[str, ...]
    """What was counted (rule ids, source ids, `story:12`, `article:7`), sorted."""
    hits: tuple[int, ...]
    """The newest hit of each thing, oldest first."""
    articles: tuple[int, ...]
    """The articles of those hits, newest first: its own hit is put on the first of them that has
    no hit of this rule yet; where all have, one of those stands for it."""
    detail: str
    """For people: `3 rules within 24h: csto-deployment, internet-blackout, state-of-emergency`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A hit that a firing counted, as it is shown."""

    hit: int | None
    """None of one that is not stored: rules that are tried on the past make such."""
    rule: str
    article: int | str
    """The number of a stored article; of another, how a person finds it."""
    title: str
    source: str
    url: str | None
    path: str | None
    at: datetime
    """Event time of its article."""


@dataclass(frozen=True, slots=True)
class Fired:
    """A firing with what it counted."""

    firing: Firing
    counted: tuple[Counted, ...]
    """The first of its hits, oldest first; what is pruned is missing."""

    @property
    def more(self) -> int:
        """How many hits it counted beside those."""
        return len(self.firing.hits) - len(self.counted)
