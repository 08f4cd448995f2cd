"""What happened to an article, step by step, as `monitor why` tells it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from monitor.articles.identity import canonical_url
from monitor.cli.belonging import reason
from monitor.cli.opening import now
from monitor.cli.output import lasting, short
from monitor.config.settings import Settings
from monitor.model.firing import Fired
from monitor.model.hit import Evidence, Hit, Review
from monitor.model.listing import (
    AlertEntry,
    ArticleWay,
    Decided,
    HitEntry,
    HitFilter,
    HitWay,
    MostLike,
)
from monitor.model.rule import Correlation, Rule
from monitor.model.story import Joined
from monitor.store.database import SqlStore

_FIRINGS = 5
"""Firings that counted an article, and are told of it."""
_LOOKED_THROUGH = 2_000
"""Firings that are looked through for those, from the first that could have counted it."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened: when, what kind, and in words."""

    at: datetime | None
    stage: str
    text: str
    evidence: tuple[Evidence, ...] = ()
    """Of a hit: what matched."""
    fired: Fired | None = None
    """Of a correlation's hit: what was counted."""
    most_like: MostLike | None = None
    """Of a story: the article that the reason speaks of."""


def steps_of(way: ArticleWay, settings: Settings, address: str | None) -> Iterator[Step]:
    """Return the whole way of an article; `address` is the one that it was looked up by, if any."""
    stored = way.article
    article = stored.article
    source = settings.source(article.source or "")
    known = "" if source is not None else " (not configured any more)"
    where = article.url or article.path
    told = f": {where}" if where else ""
    yield Step(stored.first_seen, "fetched", f"from source {article.source}{known}{told}")
    dated = f"dated {short(article.published)}" if article.published else "without a date"
    yield Step(stored.first_seen, "parsed", f"{dated}, language {article.lang or 'unknown'}")
    for note in article.notes:
        yield Step(stored.first_seen, "parsed", note)
    if article.encoding:
        yield Step(stored.first_seen, "parsed", f"read as {article.encoding}")
    kinds = ", ".join(dict.fromkeys(key.partition(":")[0] for key in way.keys))
    yield Step(stored.first_seen, "new", f"stored as {stored.id}, known again by its {kinds}")
    if stored.late:
        limit = source.max_age if source is not None else None
        age = f" ({lasting(limit.total_seconds())})" if limit else ""
        older = f"older than the source's max_age{age}"
        yield Step(stored.first_seen, "late", f"{older}: matched, never alerted on")
    for number, seen in enumerate(way.versions[1:], 2):
        yield Step(seen, "changed", f"revision {number} was seen and matched again")
    yield from _sightings(way, address)
    if way.story is not None:
        by_hand = way.story.joined is Joined.BY_HAND  # its text says when
        yield Step(
            None if by_hand else stored.first_seen,
            "story",
            f"{stored.story}, {reason(way.story)}",
            most_like=way.story.most_like,
        )
    if not way.hits:
        yield Step(stored.first_seen, "matched", "no rule hit it; --rule ID shows why one did not")
    for hit in way.hits:
        yield from _hit_steps(hit)


def _sightings(way: ArticleWay, address: str | None) -> Iterator[Step]:
    """Return where else the article came from, and that an address asked for is one of those."""
    for seen in way.sightings:
        where = seen.url or seen.path
        yield Step(seen.at, "known", f"came again as {where}: {seen.reason}, nothing new")
    told = [way.article.article.url, *(seen.url for seen in way.sightings)]
    if address and canonical_url(address) not in [canonical_url(it or "") for it in told]:
        yield Step(None, "known", f"{address} is known as this article")


def _hit_steps(way: HitWay) -> Iterator[Step]:
    hit = way.hit
    words = ", ".join(dict.fromkeys(found.text for found in hit.evidence))
    matched = f" by {words[:200]}" if words else ""
    fired = f": {way.fired.firing.detail}" if way.fired else ""
    yield Step(
        hit.at,
        "hit",
        f"rule {hit.rule} [{hit.level.label}]{matched} (hit {hit.id}){fired}",
        hit.evidence,
        way.fired,
    )
    for decision in way.decisions:
        yield Step(decision.at, "decided", _decision(hit.rule, decision))
    if not way.decisions:
        yield Step(None, "decided", f"{hit.rule}: not yet")
    for entry in way.alerts:
        yield from _alert_steps(entry)
    if hit.review.value != "open":
        yield Step(None, "reviewed", f"{hit.review.value}{f': {hit.note}' if hit.note else ''}")


def _decision(rule: str, decision: Decided) -> str:
    where = f" for {decision.channel} by route {decision.route}" if decision.channel else ""
    told = f"{short(decision.until)} UTC" in decision.detail
    until = f", until {short(decision.until)}" if decision.until and not told else ""
    replaced = "" if decision.current else " (decided again later)"
    outcome = f"{decision.outcome.value} ({decision.reason.value})"
    return f"{rule}{where}: {outcome}: {decision.detail}{until}{replaced}"


def _alert_steps(entry: AlertEntry) -> Iterator[Step]:
    alert = entry.alert
    name = f"alert {alert.id[:12]} to {alert.channel}"
    yield Step(alert.created, "alert", f"{name}: {alert.kind.value}, {alert.state.value}")
    for delivery in entry.deliveries:
        yield Step(
            delivery.at,
            "delivery",
            f"{delivery.where}: {delivery.outcome.value}: {delivery.detail}"
            f" ({delivery.duration:.1f} s, attempt {delivery.attempt})",
        )


def verdict(
    rule: Rule, rules: Mapping[str, Rule], way: ArticleWay, store: SqlStore
) -> Iterator[Step]:
    """Return what a rule, as it is now, says to the article as it is now."""
    if rule.correlate is not None:
        yield from _counting(rule, rule.correlate, rules, way, store)
        return
    from monitor.cli.explain import lines_of  # noqa: PLC0415 - loads the engine
    from monitor.matching import explain  # noqa: PLC0415

    hit = next((it.hit for it in way.hits if it.hit.rule == rule.id), None)
    found = explain(rule, way.article.article, now())
    says = "matches" if found.matched else "does not match"
    was = "it has not hit" if hit is None else f"version {hit.version} hit"
    yield Step(None, "rule", f"{rule.id} {rule.version} {says} ({was})")
    for line in lines_of(found):
        yield Step(None, "rule", line)


def _counting(
    rule: Rule,
    correlation: Correlation,
    rules: Mapping[str, Rule],
    way: ArticleWay,
    store: SqlStore,
) -> Iterator[Step]:
    """Return which of the article's hits a correlation counts, and the firings that did."""
    from monitor.policy.correlation import watched  # noqa: PLC0415 - seldom asked for
    from monitor.policy.window import counted_words  # noqa: PLC0415

    names = watched(rule, rules)
    wanted = counted_words(correlation, correlation.at_least)
    listed = ", ".join(sorted(names))
    yield Step(None, "rule", f"{rule.id} fires at {wanted}; it counts the hits of {listed}")
    of_article = [it.hit for it in way.hits if it.hit.rule in names]
    if not of_article:
        yield Step(None, "rule", "this article has no hit of those")
        return
    yield Step(None, "rule", f"of this article it counts {', '.join(map(_named, of_article))}")
    since = min(hit.at for hit in of_article)
    fired = store.all_hits(HitFilter(rules=(rule.id,), since=since))
    counted = {hit.id for hit in of_article}
    found = list(islice(_that_counted(islice(fired, _LOOKED_THROUGH), counted), _FIRINGS))
    for entry, what in found:
        told = f"{what.firing.detail}: hit {entry.hit.id} on article {entry.hit.article}"
        yield Step(what.firing.at, "fired", told, fired=what)
    if not found:
        yield Step(None, "rule", "it has not fired for them")


def _named(hit: Hit) -> str:
    dismissed = ", dismissed: not any more" if hit.review is Review.DISMISSED else ""
    return f"{hit.rule} (hit {hit.id}{dismissed})"


def _that_counted(entries: Iterable[HitEntry], hits: set[int]) -> Iterator[tuple[HitEntry, Fired]]:
    for entry in entries:
        if entry.fired is not None and not hits.isdisjoint(entry.fired.firing.hits):
            yield entry, entry.fired
