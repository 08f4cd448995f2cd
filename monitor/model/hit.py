"""Hits: a rule matched an article, and this is the evidence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from monitor.model.rule import Level


# Named tuples, where all other values are frozen dataclasses: matching makes dozens of these for an
# article, each in a quarter of the time.
class Evidence(NamedTuple):
    """A passage that a part of the query is satisfied by.

    `field` is `title` or `body`; `start` and `end` are character offsets into that string of
    the article (end exclusive), `text` is what stands there, `query` the part as written.
    """

    field: str
    start: int
    end: int
    text: str
    query: str


class Match(NamedTuple):
    """A rule's positive verdict on a text, before it is stored."""

    rule: str
    version: str
    level: Level
    tags: tuple[str, ...]
    evidence: tuple[Evidence, ...]


class HitState(StrEnum):
    """Where a hit stands with its policy, and then with the people who work on it."""

    NEW = "new"  # not decided yet
    HELD = "held"  # decided to wait: digest, quiet hours, limit, confirmation, reminder
    ALERTED = "alerted"  # in an alert of its own or shared
    DIGESTED = "digested"  # in a digest or a summary
    SUPPRESSED = "suppressed"  # with a reason


class Review(StrEnum):
    """What a person said about a hit."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A stored hit: at most one a rule and article."""

    id: int
    article: int
    rule: str
    version: str
    title: str
    """The rule's title when it hit."""
    level: Level
    tags: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    revision: int
    at: datetime
    state: HitState = HitState.NEW
    review: Review = Review.OPEN
    note: str = ""
