"""Values for tests of the store, complete but for what a test is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

from monitor.model.alert import Alert, AlertKind, Delivery, DeliveryOutcome
from monitor.model.article import Article
from monitor.model.decision import Decision, NewAlert, Outcome, Plan, Reason
from monitor.model.hit import Evidence, Match
from monitor.model.rule import Level, OnEdit, Rule
from monitor.store import SqlStore

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
_numbers = count(1)


def at(minutes: float) -> datetime:
    """So many minutes after NOW."""
    return NOW + timedelta(minutes=minutes)


def rule(id: str = "csto", **values: object) -> Rule:
    return replace(Rule(id=id, version="v1", title=f"Title of {id}"), **values)  # type: ignore[arg-type] # a test names real fields


def match(of: Rule, *evidence: Evidence) -> Match:
    return Match(of.id, of.version, of.level, of.tags, evidence)


def article(title: str = "Troops arrive", **values: object) -> Article:
    return replace(Article(title=title, body="Peacekeepers came.", source="wire"), **values)  # type: ignore[arg-type] # a test names real fields


def add_article(store: SqlStore, given: Article | None = None, **values: object) -> int:
    """Store an article with a key of its own and return its id."""
    late = bool(values.pop("late", False))
    now = values.pop("now", NOW)
    assert isinstance(now, datetime)
    given = given or article(**values)  # type: ignore[arg-type] # a test names real fields
    with store.writing() as writing:
        return writing.add_article(given, [f"k{next(_numbers)}"], "hash", now=now, late=late)


def add_hit(
    store: SqlStore,
    of: Rule | None = None,
    *,
    on: int | None = None,
    now: datetime = NOW,
    edit: bool = False,
    revision: int = 1,
) -> int:
    """Store a hit, on an article of its own unless one is given, and return its id."""
    of = of or rule()
    on = add_article(store, now=now) if on is None else on
    with store.writing() as writing:
        writing.add_hits(on, revision, [match(of)], {of.id: of}, now=now, edit=edit)
    return max(candidate.hit for candidate in store.candidates(now, 10_000))


def decision(hit: int, **values: object) -> Decision:
    return replace(
        Decision(
            hit=hit,
            channel="desk",
            route="1",
            outcome=Outcome.SUPPRESS,
            reason=Reason.JOINED,
            detail="because",
        ),
        **values,  # type: ignore[arg-type] # a test names real fields
    )


def hold(hit: int, until: datetime, **values: object) -> Decision:
    given = {"outcome": Outcome.HOLD, "reason": Reason.WAIT_DIGEST, "until": until, **values}
    return decision(hit, **given)


def new_alert(*hits: int, **values: object) -> NewAlert:
    return replace(
        NewAlert(
            channel="desk",
            route="1",
            kind=AlertKind.HIT,
            level=Level.HIGH,
            hits=hits,
            group="",
        ),
        **values,  # type: ignore[arg-type] # a test names real fields
    )


def told(hit: int, alert: int | str = 0, **values: object) -> Decision:
    given = {"outcome": Outcome.ALERT, "reason": Reason.ROUTED, "alert": alert, **values}
    return decision(hit, **given)


def plan(*parts: Decision | NewAlert) -> Plan:
    return Plan(
        decisions=tuple(part for part in parts if isinstance(part, Decision)),
        alerts=tuple(part for part in parts if isinstance(part, NewAlert)),
    )


def alert(id: str, **values: object) -> Alert:
    return replace(
        Alert(
            id=id,
            channel="desk",
            kind=AlertKind.NOTICE,
            level=Level.LOW,
            hits=(),
            created=NOW,
            due=NOW,
        ),
        **values,  # type: ignore[arg-type] # a test names real fields
    )


def attempt(of: str, **values: object) -> Delivery:
    return replace(
        Delivery(
            alert=of,
            channel="desk",
            at=NOW,
            where="mailto://desk",
            outcome=DeliveryOutcome.DELIVERED,
            detail="250 OK",
            duration=0.25,
            attempt=1,
        ),
        **values,  # type: ignore[arg-type] # a test names real fields
    )


IGNORING_EDITS = OnEdit.IGNORE
