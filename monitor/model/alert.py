"""Alerts and deliveries: the outbox as values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.model.article import StoredArticle
from monitor.model.firing import Fired
from monitor.model.hit import Hit
from monitor.model.rule import Level


class AlertKind(StrEnum):
    """What an alert is."""

    HIT = "hit"  # one story, rule or hit, told now
    FOLLOW_UP = "follow-up"  # something new about what was told before
    REMINDER = "reminder"  # `repeat:`: the story goes on
    SUMMARY = "summary"  # what a limit held back
    DIGEST = "digest"
    NOTICE = "notice"  # to the operator, about the program itself
    TEST = "test"


class AlertState(StrEnum):
    """Where an alert stands in the outbox."""

    PENDING = "pending"
    SENT = "sent"
    DEAD = "dead"  # will not be tried again; fallback and operator have been told
    DROPPED = "dropped"  # by a person


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """A row of the outbox: one message for one channel."""

    id: str
    """A UUID in hexadecimal; stable over every attempt."""
    channel: str
    kind: AlertKind
    level: Level
    hits: tuple[int, ...]
    created: datetime
    due: datetime
    """Not to be tried before."""
    state: AlertState = AlertState.PENDING
    attempts: int = 0
    route: str = ""
    group: str = ""
    """What it tells once: `story:12`, `rule:csto`, `hit:7`; threads follow-ups to the first."""
    follows: str | None = None
    """The id of the first alert of the same group on this channel."""
    stands_in_for: str | None = None
    """The id of the dead alert that this one is the fallback of."""
    subject: str = ""
    text: str = ""
    """Of a notice or test: what it says. Of a digest: the coverage line."""
    held_back: int = 0
    """Of a summary: how many alerts the limit held back."""
    confirmed: int = 0
    """How many publishers its route asked for before telling; 0: it did not ask."""

    @property
    def message_id(self) -> str:
        """The Message-ID of its mail, the same for every attempt (RFC 5322, section 3.6.4)."""
        return f"<{self.id}@monitor.invalid>"


@dataclass(frozen=True, slots=True)
class AlertItem:
    """A hit of an alert with everything that rendering shows of it."""

    hit: Hit
    article: StoredArticle
    others: tuple[StoredArticle, ...] = ()
    """Other articles of the story, newest first; a bounded sample."""
    story_size: int = 1
    publishers: int = 1
    story_title: str = ""
    fired: Fired | None = None
    """Of a correlation rule's hit: what it fired for."""


@dataclass(frozen=True, slots=True)
class AlertContent:
    """An alert with what it tells: the input of rendering."""

    alert: Alert
    items: tuple[AlertItem, ...]


class DeliveryOutcome(StrEnum):
    """What a channel answered to one attempt."""

    DELIVERED = "delivered"
    RETRY = "retry"  # may work later
    REJECTED = "rejected"  # will never work


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back from a channel. `detail` is redacted: it never holds a secret."""

    outcome: DeliveryOutcome
    detail: str
    retry_after: float | None = None
    """Seconds that the receiver asked to wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One attempt, as logged: when, where (redacted), what it answered, how long (seconds)."""

    alert: str
    channel: str
    at: datetime
    where: str
    outcome: DeliveryOutcome
    detail: str
    duration: float
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What becomes of an alert after an attempt."""

    delivery: Delivery
    retry_at: datetime | None = None
    dead: bool = False
    """It will not be tried again."""
    follow: tuple[Alert, ...] = ()
    """The alerts that this causes."""
