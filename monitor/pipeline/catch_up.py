"""Catch up: new and changed rules are applied to articles that are stored already."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice

from monitor.matching import RuleSet, compile_rules
from monitor.model.article import StoredArticle
from monitor.model.rule import Rule
from monitor.ports import Past

BATCH = 100
"""Articles a transaction."""


def catch_up(
    store: Past, rules: Sequence[Rule], *, default: timedelta | None, now: datetime
) -> int:
    """Match these rules against the stored articles of the recent past; return the new hits.

    A rule's own `catch_up` says how far back; `default` is for rules that have none, and None
    leaves those out. An article that a rule has hit before is not hit again.
    """
    reach: dict[timedelta, list[Rule]] = {}
    for rule in rules:
        back = rule.catch_up if rule.catch_up is not None else default
        if back is not None and rule.match is not None and rule.runs_on(now.date()):
            reach.setdefault(back, []).append(rule)
    return sum(_apply(store, some, now - back, now) for back, some in reach.items())


def _apply(store: Past, rules: Sequence[Rule], since: datetime, now: datetime) -> int:
    span = store.article_span(since)
    if span is None:
        return 0
    matcher = compile_rules(rules)
    articles = store.articles_between(span.first, span.last, since)
    return sum(_apply_batch(store, matcher, batch, now) for batch in _batches(articles))


def _batches(articles: Iterator[StoredArticle]) -> Iterator[Sequence[StoredArticle]]:
    while batch := tuple(islice(articles, BATCH)):
        yield batch


def _apply_batch(
    store: Past, matcher: RuleSet, batch: Sequence[StoredArticle], now: datetime
) -> int:
    found = [
        (stored, matches) for stored in batch if (matches := matcher.match(stored.article, now))
    ]
    if not found:
        return 0
    new = 0
    with store.writing() as writing:
        for stored, matches in found:
            new += len(
                writing.add_hits(
                    stored.id, stored.revision, matches, matcher.rules, now=now, edit=False
                )
            )
    return new
