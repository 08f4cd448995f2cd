"""What people ask the store for, and what it shows them: the values behind the command line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from monitor.model.alert import Alert, AlertState, Delivery
from monitor.model.article import StoredArticle
from monitor.model.decision import Outcome, Reason
from monitor.model.firing import Fired
from monitor.model.hit import Hit, HitState, Review
from monitor.model.rule import Level
from monitor.model.source import SourceState
from monitor.model.story import Joined, Story


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleVersion:
    """A version of a rule as it was loaded first."""

    rule: str
    version: str
    title: str
    text: str
    """The rule's own YAML."""
    loaded: datetime
    current: bool
    """Whether it is the version that was loaded last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """An item that a poll saw and could not use."""

    source: str
    at: datetime
    where: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HitFilter:
    """Which hits to show; every given part must fit, within a part any value may."""

    rules: tuple[str, ...] = ()
    """Globs (`*`, `?`) over rule ids."""
    without: tuple[str, ...] = ()
    """Ids of rules that are left out."""
    levels: tuple[Level, ...] = ()
    sources: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    """Times of detection, `until` exclusive."""
    states: tuple[HitState, ...] = ()
    reviews: tuple[Review, ...] = ()
    story: int | None = None
    article: int | None = None
    search: str = ""
    """Words that the article's title or body all hold; words in double quotes are a phrase."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HitEntry:
    """A hit in a list, with what is shown of its article."""

    hit: Hit
    title: str
    """The article's, as it is now."""
    source: str
    url: str | None
    lang: str | None
    published: datetime | None
    story: int | None
    fired: Fired | None = None
    """Of a correlation rule's hit, what it fired for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCount:
    """How many hits a rule had on a day (UTC)."""

    day: date
    rule: str
    hits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MostLike:
    """The known article that another one was most like when its story was decided."""

    article: int
    title: str | None
    """None: it is not stored any more."""
    story: int | None
    """The story that it is in now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryArticle:
    """An article as a member of its story."""

    article: int
    story: int
    title: str
    source: str
    url: str | None
    at: datetime
    joined: Joined
    score: float
    detail: str
    most_like: MostLike | None
    """What `detail` compares it with; None: with nothing, or it was moved by hand since."""
    text: int
    """The article whose text it copies; its own id if it copies none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryEntry:
    """A story in a list: its newest articles, and how many of all of them each rule hit."""

    story: Story
    articles: tuple[StoryArticle, ...]
    rules: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFigures:
    """What is known about a source, and how much it gives."""

    state: SourceState
    articles_a_day: float
    """Over the last seven days."""
    last_article: datetime | None
    """When its newest article was first seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A decision as it was made, for `monitor why`."""

    hit: int
    channel: str
    route: str
    outcome: Outcome
    reason: Reason
    detail: str
    until: datetime | None
    alert: str | None
    silence: int | None
    group: str
    at: datetime
    current: bool
    """False when a later decision replaced it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertFilter:
    """Which alerts to show; every given part must fit."""

    states: tuple[AlertState, ...] = ()
    channels: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    """Ids or beginnings of ids."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertEntry:
    """An alert in a list, with its attempts, oldest first."""

    alert: Alert
    deliveries: tuple[Delivery, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelFigures:
    """What is in the outbox for a channel."""

    channel: str
    pending: int
    dead: int
    oldest: datetime | None
    """When the oldest pending alert was made."""
    last_sent: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HitWay:
    """What became of a hit."""

    hit: Hit
    decisions: tuple[Decided, ...]
    alerts: tuple[AlertEntry, ...]
    fired: Fired | None = None
    """Of a correlation rule's hit, what it fired for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """Another address or file that a known article came by, when it came first."""

    at: datetime
    url: str | None
    path: str | None
    reason: str
    """Why it is that article: `same text`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleWay:
    """What became of an article, in the order in which it happened."""

    article: StoredArticle
    keys: tuple[str, ...]
    """What it is recognised by when it is seen again."""
    versions: tuple[datetime, ...]
    """When each of its versions was seen, the first one first."""
    sightings: tuple[Sighting, ...]
    """Where else it was seen, the first one first."""
    story: StoryArticle | None
    hits: tuple[HitWay, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleSpan:
    """Articles by id, for reading them in pieces: `first` to `last`, both included."""

    first: int
    last: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DaemonReport:
    """Which daemon works on the database, and what it last said of itself."""

    host: str
    pid: int
    started: datetime
    seen: datetime
    report: str
    """JSON of the daemon's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewed:
    """What working story features out anew gave."""

    articles: int
    """Whose features are of this version now."""
    without_text: int
    """Whose text is not stored any more: they stay as they were, and are compared with nothing."""
    whole: bool
    """Whether it came to its end; False when it was told to stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """What pruning removed."""

    articles: int
    revisions: int
    hits: int
    alerts: int
    refusals: int
    kept: int
    """Old articles that something undelivered or undecided still needs."""
