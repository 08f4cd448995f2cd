"""What an alert tells: its hits with their articles, in the versions that were hit."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, select, tuple_

from monitor.model.alert import AlertItem
from monitor.model.article import StoredArticle
from monitor.model.firing import Counted, Fired, Firing
from monitor.model.hit import Hit
from monitor.store.rows import (
    FORMER_VERSION,
    HIT,
    STORED_ARTICLE,
    as_firing,
    as_former,
    hit,
    stored_article,
)
from monitor.store.tables import articles, firings, hits, revisions, stories, story_members
from monitor.store.types import batches

COUNTED = 50
"""How many hits of a firing are known by name."""
OTHERS = 5
"""How many further articles of a story an alert knows."""

# Made once: putting a statement together takes longer than having it answered.
_HITS = select(*HIT).where(hits.c.id.in_(bindparam("ids", expanding=True)))
_ARTICLES = (
    select(*STORED_ARTICLE)
    .outerjoin_from(articles, story_members, story_members.c.article == articles.c.id)
    .where(articles.c.id.in_(bindparam("ids", expanding=True)))
)
_FIRINGS = (
    select(firings)
    .where(firings.c.hit.in_(bindparam("ids", expanding=True)))
    .order_by(firings.c.id)
)
_COUNTED = (
    select(
        hits.c.id,
        hits.c.rule,
        hits.c.happened,
        articles.c.id,
        articles.c.title,
        articles.c.source,
        articles.c.url,
        articles.c.path,
    )
    .join(articles, articles.c.id == hits.c.article)
    .where(hits.c.id.in_(bindparam("ids", expanding=True)))
)


def read_items(connection: Connection, ids: Sequence[int]) -> tuple[AlertItem, ...]:
    """Return what there is to tell of each hit, in the given order; pruned ones are left out."""
    found = read_hits(connection, ids)
    newest = read_articles(connection, {one.article for one in found.values()})
    in_versions = _as_hit(connection, newest, found.values())
    of_stories = {a.story for a in newest.values() if a.story is not None}
    facts = _story_facts(connection, of_stories)
    samples = {story: _newest_of(connection, story) for story in sorted(of_stories)}
    others = read_articles(connection, {id_ for sample in samples.values() for id_ in sample})
    fired = read_fired(connection, found)
    items: list[AlertItem] = []
    for id_ in ids:
        if (one := found.get(id_)) is None:
            continue
        article = in_versions[one.id]
        title, size, publishers = facts.get(article.story or 0, ("", 1, 1))
        sample = samples.get(article.story or 0, [])
        items.append(
            AlertItem(
                hit=one,
                article=article,
                others=tuple(others[other] for other in sample if other != article.id)[:OTHERS],
                story_size=size,
                publishers=publishers,
                story_title=title,
                fired=fired.get(one.id),
            )
        )
    return tuple(items)


def read_hit_articles(connection: Connection, ids: Sequence[int]) -> dict[int, StoredArticle]:
    """Return the article of each hit in the version that was hit, in the given order."""
    found = read_hits(connection, ids)
    newest = read_articles(connection, {one.article for one in found.values()})
    in_versions = _as_hit(connection, newest, found.values())
    return {id_: in_versions[id_] for id_ in ids if id_ in in_versions}


def read_hits(connection: Connection, ids: Collection[int]) -> dict[int, Hit]:
    """Return hits by id."""
    found: dict[int, Hit] = {}
    for some in batches(sorted(set(ids))):
        for row in connection.execute(_HITS, {"ids": some}):
            one = hit(row)
            found[one.id] = one
    return found


def read_articles(connection: Connection, ids: Collection[int]) -> dict[int, StoredArticle]:
    """Return articles by id, each in its newest version."""
    found: dict[int, StoredArticle] = {}
    for some in batches(sorted(ids)):
        for row in connection.execute(_ARTICLES, {"ids": some}):
            article = stored_article(row)
            found[article.id] = article
    return found


def _as_hit(
    connection: Connection, newest: dict[int, StoredArticle], found: Collection[Hit]
) -> dict[int, StoredArticle]:
    """Return the article of each hit in the version that its evidence points into."""
    wanted = {
        (one.article, one.revision) for one in found if one.revision != newest[one.article].revision
    }
    former: dict[tuple[int, int], StoredArticle] = {}
    for some in batches(sorted(wanted)):
        rows = connection.execute(
            select(*FORMER_VERSION, revisions.c.article).where(
                tuple_(revisions.c.article, revisions.c.revision).in_(some)
            )
        )
        for row in rows:
            article = as_former(newest[row.article], row)
            former[article.id, article.revision] = article
    return {one.id: former.get((one.article, one.revision), newest[one.article]) for one in found}


def _story_facts(connection: Connection, ids: Collection[int]) -> dict[int, tuple[str, int, int]]:
    found: dict[int, tuple[str, int, int]] = {}
    for some in batches(sorted(ids)):
        rows = connection.execute(
            select(stories.c.id, stories.c.title, stories.c.articles, stories.c.publishers).where(
                stories.c.id.in_(some)
            )
        )
        found.update((id_, (title, size, publishers)) for id_, title, size, publishers in rows)
    return found


def _newest_of(connection: Connection, story: int) -> Sequence[int]:
    return (
        connection.execute(
            select(story_members.c.article)
            .where(story_members.c.story == story)
            .order_by(story_members.c.at.desc(), story_members.c.article.desc())
            .limit(OTHERS + 1)
        )
        .scalars()
        .all()
    )


def read_fired(connection: Connection, ids: Collection[int]) -> dict[int, Fired]:
    """Return what correlation rules fired for, by the hit that it became."""
    found: dict[int, Firing] = {}
    for some in batches(sorted(ids)):
        rows: Any = connection.execute(_FIRINGS, {"ids": some})
        found.update((row.hit, as_firing(row)) for row in rows)
    counted = _counted(connection, {hit for one in found.values() for hit in one.hits[:COUNTED]})
    return {
        id_: Fired(one, tuple(counted[hit] for hit in one.hits[:COUNTED] if hit in counted))
        for id_, one in found.items()
    }


def _counted(connection: Connection, ids: Collection[int]) -> dict[int, Counted]:
    found: dict[int, Counted] = {}
    for some in batches(sorted(ids)):
        for hit_, rule, at, article, title, source, url, path in connection.execute(
            _COUNTED, {"ids": some}
        ):
            found[hit_] = Counted(
                hit=hit_,
                rule=rule,
                article=article,
                title=title,
                source=source,
                url=url,
                path=path,
                at=at,
            )
    return found
