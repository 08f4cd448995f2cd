"""Copies of a parted article's text in its story: which go along with it, and which stay."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, select

from monitor.store.tables import story_members
from monitor.store.types import batches
from monitor.stories.copies import goes_along
from monitor.stories.record import Features, StaleFeatures

_ROW = (
    story_members.c.article,
    story_members.c.story,
    story_members.c.at,
    story_members.c.founder,
)


def copies_of(connection: Connection, parted: Sequence[Any]) -> tuple[list[Any], list[Any]]:
    """Return the copies of these members' texts in their stories: those that go along, the others.

    All go along, unless their story began with the text; see `goes_along`.
    """
    named = {row.article for row in parted}
    texts: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for row in parted:
        texts[row.story, row.text].append(row.article)
    along: list[Any] = []
    staying: list[Any] = []
    for (story, text), of_text in texts.items():
        rows: Iterable[Any] = connection.execute(
            select(*_ROW)
            .where(story_members.c.story == story, story_members.c.text == text)
            .order_by(story_members.c.article)
        )
        copies = [row for row in rows if row.article not in named]
        founders = [row.article for row in copies if row.founder]
        if not founders:
            along += copies
            continue
        features = _features(connection, [*of_text, *(row.article for row in copies)])
        ones = [features[id] for id in of_text if id in features]
        beginnings = [features[id] for id in founders if id in features]
        for row in copies:
            goes = row.article in features and goes_along(
                features[row.article], ones, beginnings, founder=row.founder
            )
            (along if goes else staying).append(row)
    return along, staying


def _features(connection: Connection, articles: Iterable[int]) -> dict[int, Features]:
    """Read features, without those of another version of the program: they compare with nothing."""
    found = {}
    for some in batches(articles):
        rows = connection.execute(
            select(story_members.c.article, story_members.c.features).where(
                story_members.c.article.in_(some)
            )
        )
        for article, data in rows:
            try:
                found[article] = Features.from_bytes(data)
            except StaleFeatures:
                continue
    return found
