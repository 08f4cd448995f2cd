"""What the policy is asked and what it answers: plain values on both sides.

The unit of a decision is one hit for one destination (a channel, by a route). A hit without any
destination gets one decision with an empty channel. A destination of a hit is either held (the
newest decision there is `HOLD`), or settled for good (any other outcome).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from monitor.model.alert import AlertKind
from monitor.model.rule import Level

NOTIFY_ROUTE = "notify"
"""The route that a rule's own `notify` stands for; those of monitor.yaml are named by number."""
DEFAULT_ROUTE = "default"
"""The route to every channel that stands in where none is configured."""


class Outcome(StrEnum):
    """What becomes of a hit at a destination."""

    ALERT = "alert"  # in an alert, now
    DIGEST = "digest"  # in a digest or summary, sent now
    HOLD = "hold"  # decided again at `until`, or when its story changes
    SUPPRESS = "suppress"


class Reason(StrEnum):
    """Why: shown by `monitor why`, stable."""

    ROUTED = "routed"
    NOTIFY = "notify"  # the rule's own `notify`
    FOLLOW_UP = "follow-up"  # a new rule, a higher level, a corroboration reached
    REMINDER = "reminder"
    LIMIT_SUMMARY = "limit-summary"
    DIGEST_SENT = "digest-sent"
    QUIET_OVER = "quiet-over"
    LATE = "late"  # beyond max_age: never alerted on
    EDIT_IGNORED = "edit-ignored"
    NO_ROUTE = "no-route"
    REROUTED = "rerouted"  # held at a route or channel that is gone: decided anew
    SAME_CHANNEL = "same-channel"  # the channel is told of this very hit through another route
    SILENCED = "silenced"
    JOINED = "joined"  # the story or rule has been told already
    ACKNOWLEDGED = "acknowledged"
    WAIT_DIGEST = "wait-digest"
    WAIT_QUIET = "wait-quiet"
    WAIT_LIMIT = "wait-limit"
    WAIT_CONFIRM = "wait-confirm"
    WAIT_REPEAT = "wait-repeat"
    QUIET_DROPPED = "quiet-dropped"
    UNCONFIRMED = "unconfirmed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A destination at which a hit is waiting."""

    channel: str
    route: str
    reason: Reason
    until: datetime
    """Decided again then at the latest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A hit that needs a decision: new (`holds` empty), or waiting at some destinations."""

    hit: int
    rule: str
    level: Level
    tags: tuple[str, ...]
    source: str
    source_tags: tuple[str, ...]
    lang: str | None
    story: int | None
    at: datetime
    """When it was detected."""
    event_at: datetime
    """When its article happened: `monitor.model.firing.event_time`."""
    late: bool = False
    edit_ignored: bool = False
    notify: tuple[str, ...] = ()
    holds: tuple[Hold, ...] = ()
    """Every destination at which it waits, due or not."""
    settled: frozenset[str] = frozenset()
    """The channels at which it has been decided for good, REROUTED aside."""


@dataclass(frozen=True, slots=True)
class StoryFacts:
    """What the policy needs to know of a story."""

    publishers: int
    """Independent ones: copies of one agency text count once."""
    acknowledged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupPast:
    """What a channel has been told of a group, by whatever route.

    Told are the decisions with that channel and `Decision.group` whose outcome is ALERT or DIGEST.
    """

    first_alert: str
    """The id of the newest alert of kind `hit` among those that told it; else of the oldest."""
    last_at: datetime
    """When the newest of those alerts was made."""
    rules: frozenset[str]
    """The rules of all hits told."""
    level: Level
    """The highest of the hits told."""
    confirmed: int = 0
    """The highest `NewAlert.confirmed` of those alerts."""


Destination = tuple[str, str]
"""(route name, channel name)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """The past as far as it matters for these candidates."""

    stories: Mapping[int, StoryFacts] = field(default_factory=dict)
    groups: Mapping[tuple[str, str], GroupPast] = field(default_factory=dict)
    """By (channel, group), the group written as in `Alert.group`: at every channel, the groups
    `story:<id>` and `rule:<id>` of every candidate, as far as they have been told."""
    sent: Mapping[Destination, tuple[datetime, ...]] = field(default_factory=dict)
    """When alerts were made there, oldest first, at least over the longest limit window."""
    digests: Mapping[Destination, datetime] = field(default_factory=dict)
    """When the last digest was made there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What becomes of one hit at one destination, and why."""

    hit: int
    channel: str
    route: str
    outcome: Outcome
    reason: Reason
    detail: str
    """The reason in words: `within quiet hours until 07:00 Europe/Vienna`."""
    until: datetime | None = None
    """Of a HOLD: later than the moment of deciding. Else None."""
    alert: int | str | None = None
    """The index into `Plan.alerts` of the alert that carries it, or the id of one it joined."""
    silence: int | None = None
    group: str = ""
    """What a later hit must share to join it: `story:12`; empty where nothing joins (a digest)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAlert:
    """An alert to be put into the outbox."""

    channel: str
    route: str
    kind: AlertKind
    level: Level
    """The highest of its hits."""
    hits: tuple[int, ...]
    """Most important first."""
    group: str
    """Empty for a summary or digest, which tells of several."""
    follows: str | None = None
    held_back: int = 0
    """Of a summary: how many alerts the limit held back."""
    confirmed: int = 0
    """How many publishers its route asked for before telling; 0: it did not ask."""
    text: str = ""
    """Of a digest: the coverage line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything that a run of the policy decided; committed as a whole."""

    decisions: tuple[Decision, ...]
    alerts: tuple[NewAlert, ...]
    wake: datetime | None = None
    """When the first of what this run held is due."""
