"""The hits that correlations count, and what they fired for."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from monitor.model.firing import Firing, HitFacts
from monitor.model.hit import Match, Review
from monitor.model.rule import Level, Rule
from monitor.store.detection import hit_values
from monitor.store.engine import Database
from monitor.store.rows import as_firing
from monitor.store.tables import articles, firings, hits, story_members
from monitor.store.types import batches


class Correlating:
    """The part of `ports.Store` that serves correlation rules."""

    _database: Database

    def hits_between(
        self, rules: Collection[str], since: datetime, until: datetime
    ) -> Sequence[HitFacts]:
        """See `ports.Store.hits_between`."""
        found: list[HitFacts] = []
        with self._database.reading() as connection:
            for some in batches(sorted(rules)):
                rows = connection.execute(
                    select(
                        hits.c.id,
                        hits.c.rule,
                        hits.c.level,
                        hits.c.tags,
                        hits.c.happened,
                        articles.c.id,
                        articles.c.source,
                        articles.c.source_tags,
                        articles.c.lang,
                        story_members.c.story,
                    )
                    .join(articles, articles.c.id == hits.c.article)
                    .outerjoin(story_members, story_members.c.article == articles.c.id)
                    .where(
                        hits.c.rule.in_(some),
                        hits.c.happened.between(since, until),
                        hits.c.review != Review.DISMISSED,
                    )
                )
                found.extend(map(_facts, rows))
        return sorted(found, key=lambda facts: (facts.at, facts.hit))

    def firings(self, rules: Collection[str], since: datetime) -> Sequence[Firing]:
        """See `ports.Store.firings`."""
        found: list[Firing] = []
        with self._database.reading() as connection:
            for some in batches(sorted(rules)):
                rows = connection.execute(
                    select(firings).where(firings.c.rule.in_(some), firings.c.at >= since)
                )
                found.extend(map(as_firing, rows))
        return sorted(found, key=lambda firing: (firing.at, firing.rule, firing.group))

    def add_firings(
        self, firings: Sequence[Firing], rules: Mapping[str, Rule], now: datetime
    ) -> Sequence[int]:
        """See `ports.Store.add_firings`."""
        with self._database.writing() as connection:
            new = (_add_firing(connection, one, rules[one.rule], now) for one in firings)
            return [hit for hit in new if hit is not None]


def _facts(row: Row[*tuple[Any, ...]]) -> HitFacts:
    hit, rule, level, tags, at, article, source, source_tags, lang, story = row
    return HitFacts(
        hit=hit,
        rule=rule,
        level=Level(level),
        tags=tuple(tags),
        article=article,
        source=source,
        source_tags=tuple(source_tags),
        lang=lang,
        story=story,
        at=at,
    )


def _add_firing(connection: Connection, firing: Firing, rule: Rule, now: datetime) -> int | None:
    """Store a firing not known yet; return the id of its hit when that is new too."""
    key = _evidence_key(firing)
    if connection.execute(select(firings.c.id).where(firings.c.evidence_key == key)).first():
        return None
    id_ = connection.execute(
        insert(firings)
        .values(
            rule=firing.rule,
            group=firing.group,
            evidence_key=key,
            at=firing.at,
            things=list(firing.things),
            hits=list(firing.hits),
            articles=list(firing.articles),
            detail=firing.detail,
        )
        .returning(firings.c.id)
    ).scalar_one()
    hit, is_new = _hit_of(connection, firing, rule, now)
    connection.execute(update(firings).where(firings.c.id == id_).values(hit=hit))
    return hit if is_new else None


def _hit_of(
    connection: Connection, firing: Firing, rule: Rule, now: datetime
) -> tuple[int | None, bool]:
    """Return the hit that stands for a firing, and whether it was made for it."""
    found = connection.execute(
        select(articles.c.id, articles.c.revision, hits.c.id)
        .outerjoin_from(
            articles, hits, (hits.c.article == articles.c.id) & (hits.c.rule == rule.id)
        )
        .where(articles.c.id.in_(firing.articles))
    )
    by_article: dict[int, tuple[int, int | None]] = {
        article: (revision, hit) for article, revision, hit in found
    }
    present = [article for article in firing.articles if article in by_article]
    for article in present:
        revision, hit = by_article[article]
        if hit is None:
            match = Match(rule.id, rule.version, rule.level, rule.tags, ())
            values = hit_values(match, rule, now=now, edit=False)
            made = connection.execute(
                insert(hits)
                .values(**values, article=article, revision=revision, happened=firing.at)
                .returning(hits.c.id)
            )
            return made.scalar_one(), True
    return (by_article[present[0]][1] if present else None), False


def _evidence_key(firing: Firing) -> str:
    evidence = json.dumps([firing.rule, firing.group, sorted(firing.hits)])
    return hashlib.sha256(evidence.encode()).hexdigest()
