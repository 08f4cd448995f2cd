"""Between rows and the values that travel: articles and hits."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Row

from monitor.model.article import Article, StoredArticle
from monitor.model.firing import Firing
from monitor.model.hit import Evidence, Hit, HitState, Review
from monitor.model.rule import Level
from monitor.store.tables import articles, hits, revisions, story_members

_VERSION = (
    "title",
    "url",
    "guid",
    "published",
    "updated",
    "lang",
    "author",
    "tags",
    "source_tags",
    "path",
    "external_id",
    "numbered",
    "encoding",
    "shared_link",
    "notes",
    "body",
)
_LISTS = frozenset({"tags", "source_tags", "notes"})

STORED_ARTICLE: tuple[ColumnElement[Any], ...] = (
    articles.c.id,
    articles.c.source,
    articles.c.first_seen,
    articles.c.revision,
    articles.c.late,
    story_members.c.story,
    *(articles.c[name] for name in _VERSION),
)
"""What `stored_article` reads, in its order; of `articles` outer-joined to `story_members`."""

FORMER_VERSION: tuple[ColumnElement[Any], ...] = (
    revisions.c.revision,
    *(revisions.c[name] for name in _VERSION),
)
"""What `as_former` reads."""

HIT: tuple[ColumnElement[Any], ...] = (
    hits.c.id,
    hits.c.article,
    hits.c.rule,
    hits.c.version,
    hits.c.title,
    hits.c.level,
    hits.c.tags,
    hits.c.evidence,
    hits.c.revision,
    hits.c.at,
    hits.c.state,
    hits.c.review,
    hits.c.note,
)
"""What `hit` reads, in its order."""


def version_values(article: Article) -> dict[str, Any]:
    """Return the columns that a version of an article fills, but the hash of its content."""
    return {
        name: list(getattr(article, name)) if name in _LISTS else getattr(article, name)
        for name in _VERSION
    }


def stored_article(row: Row[*tuple[Any, ...]]) -> StoredArticle:
    """Make the value of a row that begins with `STORED_ARTICLE`."""
    number, source, first_seen, revision, late, story, *version = row[: len(STORED_ARTICLE)]
    return StoredArticle(
        id=number,
        article=_article(source, version),
        first_seen=first_seen,
        revision=revision,
        story=story,
        late=late,
    )


def as_former(newest: StoredArticle, row: Row[*tuple[Any, ...]]) -> StoredArticle:
    """Return an article in the former version of a row of `FORMER_VERSION`."""
    revision, *version = row[: len(FORMER_VERSION)]
    return StoredArticle(
        id=newest.id,
        article=_article(newest.article.source, version),
        first_seen=newest.first_seen,
        revision=revision,
        story=newest.story,
        late=newest.late,
    )


def hit(row: Row[*tuple[Any, ...]]) -> Hit:
    """Make the value of a row that begins with `HIT`."""
    number, article, rule, version, title, level, tags, *rest = row[: len(HIT)]
    evidence, revision, at, state, review, note = rest
    return Hit(
        id=number,
        article=article,
        rule=rule,
        version=version,
        title=title,
        level=Level(level),
        tags=tuple(tags),
        evidence=tuple(Evidence(*passage) for passage in evidence),
        revision=revision,
        at=at,
        state=HitState(state),
        review=Review(review),
        note=note,
    )


def as_firing(row: Any) -> Firing:
    """Make the value of a whole row of `firings`."""
    return Firing(
        rule=row.rule,
        group=row.group,
        at=row.at,
        things=tuple(row.things),
        hits=tuple(row.hits),
        articles=tuple(row.articles),
        detail=row.detail,
    )


def evidence_values(evidence: tuple[Evidence, ...]) -> list[list[Any]]:
    """Return the passages as they are stored."""
    return [[e.field, e.start, e.end, e.text, e.query] for e in evidence]


def _article(source: str | None, version: list[Any]) -> Article:
    values = dict(zip(_VERSION, version, strict=True))
    for name in _LISTS:
        values[name] = tuple(values[name])
    return Article(source=source, **values)
