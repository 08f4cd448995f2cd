"""Alerts to render and send, made of the shipped seed or of given words."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

from monitor.model.alert import Alert, AlertContent, AlertItem, AlertKind
from monitor.model.article import Article, StoredArticle
from monitor.model.hit import Evidence, Hit
from monitor.model.rule import Level

NOW = datetime(2022, 1, 6, 9, 30, tzinfo=UTC)
SEED = Path(__file__).parents[2] / "seeds" / "000_4e3ab1504b592172.txt"


def seed() -> Article:
    paragraphs = [line.strip() for line in SEED.read_text("utf-8").split("\n\n")]
    first = paragraphs[0].removeprefix("date 2022-01-06").strip()
    return Article(
        title=first,
        body="\n\n".join(dict.fromkeys([first, *paragraphs[1:]])),
        source="seeds",
        published=datetime(2022, 1, 6, tzinfo=UTC),
        lang="en",
        path="seeds/000_4e3ab1504b592172.txt",
    )


def evidence(article: Article, *patterns: str) -> tuple[Evidence, ...]:
    found = {
        Evidence(field, hit.start(), hit.end(), hit.group(), pattern)
        for pattern in patterns
        for field, text in (("title", article.title), ("body", article.body))
        for hit in re.finditer(pattern, text)
    }
    return tuple(sorted(found))


def stored(article: Article, id: int = 1, story: int | None = 1) -> StoredArticle:
    return StoredArticle(id=id, article=article, first_seen=NOW, revision=1, story=story)


def hit(
    article: StoredArticle,
    *patterns: str,
    id: int = 12,
    rule: str = "csto-deployment",
    title: str = "CSTO deployment",
    level: Level = Level.HIGH,
    tags: tuple[str, ...] = ("security",),
) -> Hit:
    return Hit(
        id=id,
        article=article.id,
        rule=rule,
        version="3f9a",
        title=title,
        level=level,
        tags=tags,
        evidence=evidence(article.article, *patterns),
        revision=1,
        at=NOW,
    )


def alert(kind: AlertKind = AlertKind.HIT, **changes: object) -> Alert:
    values: dict[str, object] = {
        "id": "5f0c2c4be55b4c1c8a3f0a6a7a1d9e10",
        "channel": "desk",
        "kind": kind,
        "level": Level.HIGH,
        "hits": (12,),
        "created": NOW,
        "due": NOW,
    }
    return Alert(**(values | changes))  # type: ignore[arg-type]  # a test's own words


def seed_item() -> AlertItem:
    article = stored(seed())
    others = tuple(
        stored(
            Article(title=title, body="", source=source, url=f"https://{source}.example/{number}"),
            id=number,
        )
        for number, (source, title) in enumerate(
            [
                ("wire", "Russia-led alliance to send peacekeepers to Kazakhstan"),
                ("daily", "Tokayev asks CSTO for help as protests spread"),
            ],
            start=2,
        )
    )
    return AlertItem(
        hit=hit(article, r"CSTO", r"Collective Security Treaty Organisation", r"peacekeep\w+"),
        article=article,
        others=others,
        story_size=7,
        publishers=4,
        story_title=article.article.title,
    )


def seed_alert(**changes: object) -> AlertContent:
    return AlertContent(alert(**changes), (seed_item(),))  # type: ignore[arg-type]  # as above


def about(title: str, body: str, *patterns: str, **article: object) -> AlertContent:
    """An alert about an article made of these words."""
    made = stored(Article(title=title, body=body, source="wire", **article))  # type: ignore[arg-type]  # as above
    return AlertContent(alert(), (AlertItem(hit=hit(made, *patterns), article=made),))


def notice(text: str, subject: str = "Something is wrong") -> AlertContent:
    return AlertContent(alert(AlertKind.NOTICE, hits=(), subject=subject, text=text), ())
