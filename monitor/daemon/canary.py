"""The canary: a made-up article that goes the whole way, so that silence means nothing happened.

It is matched, stored, decided and delivered to the operator like any other, by a rule of its own.
One that does not arrive in time is an error, however well everything else looks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog

from monitor.articles.identity import identity_keys
from monitor.config.settings import Settings
from monitor.daemon.core import Core
from monitor.daemon.diary import Diary
from monitor.daemon.health import Health
from monitor.daemon.operator import Operator
from monitor.errors import InvalidConfig, Location, MonitorError, Problem
from monitor.matching import compile_rules
from monitor.model.alert import AlertState
from monitor.model.article import Article
from monitor.model.channel import GroupBy, Route, When
from monitor.model.condition import Exact, Phrase
from monitor.model.decision import Reason
from monitor.model.rule import CANARY, Level, Only, Rule
from monitor.model.source import Poll, PollOutcome, Source, SourceKind, SourceState
from monitor.pipeline.detect import detect
from monitor.policy.routing import default_routes

log = structlog.get_logger(part="canary")

NAME: Final = CANARY
"""The id of its source and of its rule."""
LIMIT: Final = timedelta(minutes=15)
"""How long it may be under way."""
_LOOK = 2.0
_KEY = "canary"

RULE: Final = Rule(
    id=NAME,
    version="1",
    title="Canary",
    description="Finds the article that the monitor makes up to test itself.",
    level=Level.INFORMATIONAL,
    only=Only(source=(NAME,)),
    match=Phrase((Exact("canary"),), source="canary"),
    text=f"id: {NAME}\ntitle: Canary\nonly: {{source: {NAME}}}\nmatch: canary\n",
)
_SOURCE: Final = Source(id=NAME, kind=SourceKind.CORPUS, title="Canary")
_BODY = (
    "This article was made up by the monitor. The word canary in it is found by a rule of its own, "
    "and the alert of it was stored, decided and delivered as every other. When it stays away, "
    "something on the way is broken."
)


def own_rules(settings: Settings, rules: Mapping[str, Rule]) -> tuple[Rule, ...]:
    """Return the rule that finds the canary, if there is to be one.

    Raises:
        InvalidConfig: when nobody would get it, or another rule has its name.

    """
    if settings.canary is None:
        return ()
    if settings.operator is None:
        message = "`canary` needs an `operator` that it is delivered to"
        hint = "name a channel: `operator: desk`"
        place = Location(str(settings.path))
        raise InvalidConfig([Problem("canary", message, place, hint)])
    if NAME in rules:
        message = f"the id {NAME!r} is the canary's own"
        place = rules[NAME].location
        raise InvalidConfig([Problem("canary", message, place, "choose another id")])
    return (RULE,)


def routes_of(settings: Settings) -> tuple[Route, ...]:
    """Return the routes; before all others the canary's, straight to the operator."""
    if settings.canary is None or settings.operator is None:
        return settings.routes
    channels = [channel.name for channel in settings.channels]
    own = Route(
        name="canary", when=When(rule=(NAME,)), to=(settings.operator,), group_by=GroupBy.NONE
    )
    return (own, *default_routes(settings.routes, channels))


@dataclass(frozen=True, slots=True)
class _Flight:
    started: datetime
    sent: bool = False


class Canary:
    """Lets the canary go at its interval, and looks whether it arrives."""

    def __init__(
        self,
        core: Core,
        *,
        health: Health,
        operator: Operator,
        on_hits: Callable[[], None],
    ) -> None:
        self._core = core
        self._store = core.store
        self._metrics = core.metrics
        self._health = health
        self._operator = operator
        self._on_hits = on_hits
        self._diary = Diary(core)
        self._matcher = compile_rules([RULE])
        self._flight: _Flight | None = None
        self._last: datetime | None = None
        self._remembered = False

    def turn(self) -> float | None:
        """Let it go if it is time, or look for it; return the seconds to rest."""
        every = self._core.settings.canary
        if every is None:
            self._flight = None
            self._health.doubt("canary", "")
            return None
        now = self._core.now()
        if not self._remembered:
            self._remember()
        if self._flight is None and (wait := self._wait(every, now)) > 0:
            return wait
        flight = self._flight = self._flight or _Flight(now)
        if now - flight.started > LIMIT:
            self._stayed_away(flight)
        elif not flight.sent:
            self._let_go(flight, now)
        elif self._arrived(flight):
            self._end(flight, "arrived")
            self._metrics.canary.set(now.timestamp())
            self._health.doubt("canary", "")
            self._operator.well("canary", "The canary arrives again.")
        return _LOOK

    def _wait(self, every: timedelta, now: datetime) -> float:
        """Return the seconds until the next one; a clock that was set back does not delay it."""
        if self._last is None or self._last > now:
            return 0.0
        return (self._last + every - now).total_seconds()

    def _remember(self) -> None:
        written, _, state = (self._diary.read(_KEY) or "").partition(" ")
        if written:
            moment = datetime.fromisoformat(written).astimezone(UTC)
            if state == "sent":
                self._flight = _Flight(moment, sent=True)
            else:
                self._last = moment
        self._remembered = True

    def _let_go(self, flight: _Flight, now: datetime) -> None:
        article = _article(flight.started)
        matches = self._core.generation().matcher.match(article, now)
        if NAME not in {match.rule for match in matches}:
            raise MonitorError("the canary is not found by its rule: matching does not work")
        # Its own rule alone: what people watch for must not be found in a made-up article.
        detect(
            Poll(outcome=PollOutcome.READ, items=iter([article]), state=SourceState(source=NAME)),
            _SOURCE,
            store=self._store,
            matcher=self._matcher,
            rules=self._matcher.rules,
            now=now,
        )
        self._diary.write(_KEY, f"{flight.started.isoformat()} sent")
        self._flight = replace(flight, sent=True)
        self._on_hits()

    def _arrived(self, flight: _Flight) -> bool:
        """Tell whether its alert was delivered; a silence that covers it is well, too."""
        for stored in self._store.find_articles(identity_keys(_article(flight.started))):
            way = self._store.way(stored.id)
            for hit in way.hits if way is not None else ():
                if any(entry.alert.state is AlertState.SENT for entry in hit.alerts):
                    return True
                if any(decision.reason is Reason.SILENCED for decision in hit.decisions):
                    return True
        return False

    def _stayed_away(self, flight: _Flight) -> None:
        minutes = LIMIT // timedelta(minutes=1)
        text = f"the canary of {flight.started:%Y-%m-%d %H:%M} UTC has not arrived"
        self._metrics.errors.labels("canary").inc()
        log.error("canary-stayed-away", started=flight.started.isoformat())
        self._health.doubt("canary", text)
        self._operator.trouble(
            "canary",
            "away",
            f"For {minutes} minutes {text}: articles may be lost on the way. "
            "`monitor status` and the log say more.",
        )
        self._end(flight, "away")

    def _end(self, flight: _Flight, how: str) -> None:
        self._flight = None
        self._last = flight.started
        self._diary.write(_KEY, f"{flight.started.isoformat()} {how}")


def _article(started: datetime) -> Article:
    return Article(
        title=f"Canary of {started:%Y-%m-%d %H:%M:%S} UTC",
        body=_BODY,
        source=NAME,
        guid=f"canary {started.isoformat()}",
        published=started,
        lang="en",
    )
