"""Stories parted and put together by hand: what moves, and what follows from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update

from monitor.model.decision import Outcome
from monitor.model.story import Joined, Parting
from monitor.store.copying import copies_of
from monitor.store.stories import add_search_rows, note_publishers
from monitor.store.tables import (
    articles,
    decisions,
    hits,
    stories,
    story_apart,
    story_members,
    story_publishers,
    told_groups,
)
from monitor.store.telling import read_tellings, tell
from monitor.store.term_counts import DOCUMENTS, TermCounts
from monitor.store.types import batches, inline, insert_into
from monitor.stories.linking import keys
from monitor.stories.rarity import Rarity
from monitor.stories.record import Features, StaleFeatures

_MOST_BEGINNINGS = 64
"""Founders of a story that later articles are compared with; the newest, if it has more."""


def split(
    connection: Connection,
    named: Sequence[int],
    counts: TermCounts,
    now: datetime,
    *,
    alone: bool,
) -> Parting:
    """Move articles to a new story, and keep them out of the old ones for good.

    Copies of their texts go along unless they are to go `alone`. Nothing is moved where nothing
    would stay.
    """
    members = _members(connection, named)
    along, staying = copies_of(connection, members)
    if alone:
        along, staying = [], [*along, *staying]
    moved = [*members, *along]
    old = {row.story for row in members}
    emptied = _emptied(connection, moved)
    parting = Parting(
        story=None,
        articles=tuple(row.article for row in members),
        copies=tuple(row.article for row in along),
        staying=tuple(row.article for row in staying),
        emptied=tuple(sorted(emptied)),
    )
    if emptied == old or any(row.story in emptied for row in along):
        return parting
    first = min(moved, key=lambda row: (row.at, row.article))
    new = connection.execute(
        insert(stories)
        .values(
            title=_title(connection, first.article),
            opened=first.at,
            last=first.at,
            articles=0,
            publishers=0,
            acknowledged=False,
            version=1,
        )
        .returning(stories.c.id)
    ).scalar_one()
    connection.execute(
        insert_into(story_apart, connection.dialect.name).on_conflict_do_nothing(),
        [{"article": row.article, "story": row.story} for row in moved],
    )
    _move(connection, [row.article for row in moved], new, f"parted by hand at {now:%F %H:%M}")
    _found(connection, first.article)
    for row in members:
        _make_findable(connection, row, counts)
    for story in sorted({new, *old}):
        sum_up(connection, story)
    for row in moved:
        if row.founder and row.story not in emptied:
            _retitle(connection, row.story, _title(connection, row.article))
    return replace(parting, story=new)


def _title(connection: Connection, article: int) -> str:
    return connection.execute(select(articles.c.title).where(articles.c.id == article)).scalar_one()


def _retitle(connection: Connection, story: int, gone: str) -> None:
    """Let a story that has the title of an article that left it have that of one that stayed."""
    of = _oldest(connection, story, story_members.c.founder)
    connection.execute(
        update(stories)
        .where(stories.c.id == story, stories.c.title == gone)
        .values(title=_title(connection, of))
    )


def _emptied(connection: Connection, moved: Sequence[Any]) -> set[int]:
    """Return the stories that all articles would be moved from."""
    leaving = Counter(row.story for row in moved)
    emptied: set[int] = set()
    for some in batches(leaving):
        numbers = connection.execute(
            select(story_members.c.story, func.count())
            .where(story_members.c.story.in_(some))
            .group_by(story_members.c.story)
        )
        emptied.update(story for story, number in numbers if number == leaving[story])
    return emptied


def merge(connection: Connection, into: int, others: Sequence[int], now: datetime) -> bool:
    """Move every article of other stories into one; False when one of them does not exist.

    The founders of all stay founders, so that the one takes what any of them would have taken.
    """
    present = connection.execute(
        select(func.count()).select_from(stories).where(stories.c.id.in_([into, *others]))
    ).scalar_one()
    if present != len(others) + 1:
        return False
    moved: list[int] = []
    for some in batches(others):
        moved.extend(
            connection.execute(
                select(story_members.c.article).where(story_members.c.story.in_(some))
            ).scalars()
        )
    _move(connection, moved, into, f"put together by hand at {now:%F %H:%M}")
    # What was parted from a story that is now part of this one stays parted from it.
    parted = connection.execute(
        select(story_apart.c.article).where(story_apart.c.story.in_(others)).distinct()
    ).scalars()
    rows = [{"article": article, "story": into} for article in parted]
    if rows:
        connection.execute(
            insert_into(story_apart, connection.dialect.name).on_conflict_do_nothing(), rows
        )
    connection.execute(
        delete(story_apart).where(
            story_apart.c.story == into,
            story_apart.c.article.in_(
                select(story_members.c.article).where(story_members.c.story == into)
            ),
        )
    )
    acknowledged = connection.execute(
        select(func.count())
        .select_from(stories)
        .where(stories.c.id.in_([into, *others]), ~stories.c.acknowledged)
    ).scalar_one()
    connection.execute(
        update(stories).where(stories.c.id == into).values(acknowledged=acknowledged == 0)
    )
    for story in (into, *others):
        sum_up(connection, story)
    return True


def sum_up(connection: Connection, story: int) -> None:
    """Derive a story's figures from its members; one without any is removed."""
    number, opened, last = connection.execute(
        select(func.count(), func.min(story_members.c.at), func.max(story_members.c.at)).where(
            story_members.c.story == story
        )
    ).one()
    if not number:
        connection.execute(delete(stories).where(stories.c.id == story))
        return
    _keep_beginnings(connection, story)
    connection.execute(
        update(stories)
        .where(stories.c.id == story)
        .values(
            articles=number,
            opened=opened,
            last=last,
            publishers=0,
            version=stories.c.version + 1,
        )
    )
    connection.execute(delete(story_publishers).where(story_publishers.c.story == story))
    pairs = connection.execute(
        select(story_members.c.publisher, story_members.c.text)
        .where(story_members.c.story == story)
        .distinct()
    ).all()
    note_publishers(connection, story, [(who, what) for who, what in pairs])


def _keep_beginnings(connection: Connection, story: int) -> None:
    """Let a story have a founder, its oldest article where none is left, and not too many."""
    founders = (
        connection.execute(
            select(story_members.c.article)
            .where(story_members.c.story == story, story_members.c.founder)
            .order_by(story_members.c.at.desc(), story_members.c.article.desc())
        )
        .scalars()
        .all()
    )
    if not founders:
        _found(connection, _oldest(connection, story))
    for some in batches(founders[_MOST_BEGINNINGS:]):
        connection.execute(
            update(story_members).where(story_members.c.article.in_(some)).values(founder=False)
        )


def _oldest(connection: Connection, story: int, *of: ColumnElement[bool]) -> int:
    return connection.execute(
        select(story_members.c.article)
        .where(story_members.c.story == story, *of)
        .order_by(story_members.c.at, story_members.c.article)
        .limit(1)
    ).scalar_one()


def _found(connection: Connection, article: int) -> None:
    connection.execute(
        update(story_members).where(story_members.c.article == article).values(founder=True)
    )


def _members(connection: Connection, ids: Sequence[int]) -> list[Any]:
    found: list[Any] = []
    for some in batches(ids):
        found.extend(
            connection.execute(select(story_members).where(story_members.c.article.in_(some)))
        )
    return found


def _move(connection: Connection, moved: Collection[int], story: int, detail: str) -> None:
    """Move articles to a story, with what was told of them."""
    groups = {f"story:{story}"}
    for some in batches(sorted(moved)):
        groups.update(
            f"story:{left}"
            for left in connection.execute(
                select(story_members.c.story).where(story_members.c.article.in_(some)).distinct()
            ).scalars()
        )
        connection.execute(
            update(story_members)
            .where(story_members.c.article.in_(some))
            .values(story=story, joined=Joined.BY_HAND, score=1.0, detail=detail)
        )
        connection.execute(
            update(decisions)
            .where(
                decisions.c.group.startswith("story:"),
                decisions.c.hit.in_(select(hits.c.id).where(hits.c.article.in_(some))),
            )
            .values(group=f"story:{story}")
        )
    retell(connection, groups)


def retell(connection: Connection, groups: Iterable[str]) -> None:
    """Derive what channels have been told of groups from the decisions that told it."""
    for some in batches(sorted(groups)):
        connection.execute(delete(told_groups).where(told_groups.c.group.in_(some)))
        rows = connection.execute(
            select(decisions.c.channel, decisions.c.group, decisions.c.hit, decisions.c.alert)
            .where(
                decisions.c.group.in_(some),
                decisions.c.group != inline(""),  # as the partial index says it
                decisions.c.outcome.in_([Outcome.ALERT, Outcome.DIGEST]),
                decisions.c.alert.is_not(None),
            )
            .order_by(decisions.c.id)
        )
        telling = [(channel, group, hit, str(alert)) for channel, group, hit, alert in rows]
        tell(connection, read_tellings(connection, telling))


def _make_findable(connection: Connection, row: Any, counts: TermCounts) -> None:
    """Give an article rows of its own, which it lacks where another's text stood for it."""
    try:
        features = Features.from_bytes(row.features)
    except StaleFeatures:
        return  # of another version of the program: nothing can be compared with it
    found = counts.read(connection, [DOCUMENTS, *features.terms])
    rarity = Rarity(found.pop(DOCUMENTS), found)
    add_search_rows(connection, row.article, features, keys(features, rarity), row.at)
