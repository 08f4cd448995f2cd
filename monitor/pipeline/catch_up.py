"""Catch up: new and changed rules are applied to articles that are stored already."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice

from monitor.matching import RuleSet, compile_rules
from monitor.model.article import StoredArticle
from monitor.model.rule import Rule
from monitor.ports import Past

BATCH = 100
"""Articles a transaction."""


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """What one walk over the past gave."""

    last: int
    """Id of the last article looked at; later ones are still to come."""
    whole: bool
    """Whether the walk reached the present; False when it was told to stop."""
    by_rule: Mapping[str, int] = field(default_factory=dict)
    """New hits."""

    @property
    def hits(self) -> int:
        """New hits of all rules."""
        return sum(self.by_rule.values())


def reaching_back(
    rules: Iterable[Rule], default: timedelta | None, now: datetime
) -> Mapping[str, timedelta]:
    """Return how far back each rule is to be applied, by rule id, of those that are.

    A rule's own `catch_up` decides; `default` is for rules that have none, None leaves those out.
    """
    found: dict[str, timedelta] = {}
    for rule in rules:
        back = rule.catch_up if rule.catch_up is not None else default
        if back is not None and rule.match is not None and rule.runs_on(now.date()):
            found[rule.id] = back
    return found


def catch_up(
    store: Past,
    rules: Sequence[Rule],
    *,
    since: datetime,
    now: datetime,
    after: int = 0,
    progress: Callable[[], object] = lambda: None,
    stopping: Callable[[], bool] = lambda: False,
) -> CaughtUp:
    """Match these rules against the stored articles first seen since then, with ids above `after`.

    Each batch is one transaction, and an article that a rule has hit before is not hit again: a
    walk can be ended and begun anew at any time. `progress` is called after each batch, and
    `stopping` before it.
    """
    span = store.article_span(since)
    if span is None or span.last <= after:
        return CaughtUp(after, whole=True)
    matcher = compile_rules(rules)
    last = after
    found: Counter[str] = Counter()
    for batch in _batches(store.articles_between(max(span.first, after + 1), span.last, since)):
        if stopping():
            return CaughtUp(last, whole=False, by_rule=found)
        found.update(_apply(store, matcher, batch, now))
        last = batch[-1].id
        progress()
    return CaughtUp(span.last, whole=True, by_rule=found)


def _batches(articles: Iterator[StoredArticle]) -> Iterator[Sequence[StoredArticle]]:
    while batch := tuple(islice(articles, BATCH)):
        yield batch


def _apply(
    store: Past, matcher: RuleSet, batch: Sequence[StoredArticle], now: datetime
) -> Sequence[str]:
    """Store a batch's new hits in one transaction and return their rules."""
    matched = matcher.match_all((stored.article, now) for stored in batch)
    found = [(stored, matches) for stored, matches in zip(batch, matched, strict=True) if matches]
    if not found:
        return ()
    with store.writing() as writing:
        return [
            rule
            for stored, matches in found
            for rule in writing.add_hits(
                stored.id, stored.revision, matches, matcher.rules, now=now, edit=False
            )
        ]
