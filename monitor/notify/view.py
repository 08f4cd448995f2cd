"""What templates see of an alert: every text cleaned, cut to its room, in the order it is told.

Templates of users see the same values; docs/templates.md lists them.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time

from monitor.model.alert import AlertContent, AlertItem
from monitor.model.article import Article, StoredArticle
from monitor.model.firing import Counted
from monitor.model.hit import Evidence, Hit
from monitor.notify.cleaning import clean, one_line, safe_link, shorten
from monitor.notify.passages import CONTEXT, MOST_PASSAGES, Passage, highlighted, passages
from monitor.notify.sentences import LONGEST_SUBJECT, count, notes_of, subject_of

_NAME = 80
_FEW = 3
"""Of the hits that a correlation counted, so many are told as long as passages are."""
UNTITLED = "(untitled)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """How much of an alert is told; `narrower` gives less."""

    title: int = 300
    passages: int = MOST_PASSAGES
    context: int = CONTEXT
    others: int = 5
    stories: int = 200
    articles: int = 5
    """Of one story."""
    counted: int = 10
    """Hits that a correlation counted."""
    text: int = 20_000
    """Characters of a notice's text."""

    @property
    def least(self) -> bool:
        """Whether nothing can be left out any more."""
        return self.narrower() == self

    def narrower(self) -> Room:
        """Return the next smaller room: what matters least goes first."""
        if self.others or self.counted > _FEW:
            return replace(
                self,
                others=self.others // 2,
                counted=max(min(self.counted, _FEW), self.counted // 2),
                text=self.text // 2,
            )
        if self.passages > 1 or self.articles > 1:
            return replace(
                self, passages=max(1, self.passages - 1), articles=max(1, self.articles - 2)
            )
        return replace(
            self,
            context=max(20, self.context // 2),
            title=max(40, self.title // 2),
            stories=max(1, self.stories * 3 // 4),
            passages=self.passages if self.context > 20 else 0,
            counted=self.counted // 2,
            text=max(60, self.text // 2),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedView:
    """A hit that a correlation counted."""

    rule: str
    title: str
    """Of its article."""
    url: str | None
    path: str
    source: str
    date: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleView:
    """A rule that hit an article."""

    id: str
    title: str
    level: str
    tags: tuple[str, ...]
    hit: int
    detail: str
    """Of a correlation: what it fired for."""
    counted: tuple[CountedView, ...]
    """Of a correlation: the first of the hits that it counted."""
    uncounted: int
    """How many more it counted."""
    silence: str
    """The command that silences it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceView:
    """Another article of the story."""

    source: str
    title: str
    url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleView:
    """An article with the rules that hit it and the passages that say why."""

    title: str
    heading: Passage
    """The title with what matched in it."""
    url: str | None
    source: str
    date: str
    author: str
    lang: str
    path: str
    rules: tuple[RuleView, ...]
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryView:
    """A story with the articles that are told of it."""

    title: str
    level: str
    size: int
    """Articles that the story has."""
    publishers: int
    articles: tuple[ArticleView, ...]
    others: tuple[SourceView, ...]
    left_out: int
    """Articles of this alert that there is no room for."""

    @property
    def spread(self) -> str:
        """How far it has spread: `7 articles, 4 publishers`; empty while it is one article."""
        if self.size < 2:
            return ""
        publishers = count(self.publishers, "publisher", "publishers")
        return f"{count(self.size, 'article', 'articles')}, {publishers}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertView:
    """An alert as it is told."""

    kind: str
    level: str
    subject: str
    headline: str
    """The subject without the article's title."""
    notes: tuple[str, ...]
    """Sentences about the alert itself: why it comes now, or comes here."""
    stories: tuple[StoryView, ...]
    left_out: int
    """Stories that there is no room for."""
    paragraphs: tuple[str, ...]
    """Of a notice or test: its text. Of a digest: the coverage line."""
    shortened: bool
    """Whether something was left out for want of room."""
    id: str

    @property
    def story(self) -> StoryView:
        """The first story; the only one of most alerts."""
        return self.stories[0]


def view(content: AlertContent, room: Room, *, shortened: bool = False) -> AlertView:
    """Return what there is room to tell of an alert; `shortened` says that more was wanted."""
    alert = content.alert
    stories = _stories(content.items, room)
    paragraphs = _paragraphs(alert.text, room.text)
    return AlertView(
        kind=alert.kind.value,
        level=alert.level.label,
        subject=subject_of(alert, stories, with_title=True),
        headline=subject_of(alert, stories, with_title=False),
        notes=notes_of(alert, stories),
        stories=stories[: room.stories],
        left_out=max(0, len(stories) - room.stories),
        paragraphs=paragraphs,
        shortened=shortened,
        id=alert.id,
    )


def when(moment: datetime | None) -> str:
    """Return a time in UTC as people read it, only the day if it is exactly midnight."""
    if moment is None:
        return ""
    moment = moment.astimezone(UTC)
    if moment.time() == time(0):
        return f"{moment:%Y-%m-%d}"
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _stories(items: Sequence[AlertItem], room: Room) -> tuple[StoryView, ...]:
    """Return the items by story: the most urgent first, then the widest, then as given."""
    told: dict[object, list[AlertItem]] = {}
    for item in items:
        story = item.article.story
        told.setdefault(("article", item.article.id) if story is None else story, []).append(item)
    order = sorted(told.values(), key=_importance)
    return tuple(_story(group, room) for group in order)


def _importance(group: Sequence[AlertItem]) -> tuple[int, int, int]:
    return (
        -max(item.hit.level for item in group),
        -max(item.publishers for item in group),
        -max(item.story_size for item in group),
    )


def _story(group: Sequence[AlertItem], room: Room) -> StoryView:
    by_article: dict[int, list[AlertItem]] = {}
    for item in sorted(group, key=lambda item: -item.hit.level):
        by_article.setdefault(item.article.id, []).append(item)
    articles = list(by_article.values())
    first = articles[0][0]
    told = set(by_article)
    others = [other for item in group for other in item.others if other.id not in told]
    return StoryView(
        title=one_line(first.story_title or first.article.article.title, room.title) or UNTITLED,
        level=first.hit.level.label,
        size=max(item.story_size for item in group),
        publishers=max(item.publishers for item in group),
        articles=tuple(_article(items, room) for items in articles[: room.articles]),
        others=_others(others, room),
        left_out=max(0, len(articles) - room.articles),
    )


def _article(items: Sequence[AlertItem], room: Room) -> ArticleView:
    article = items[0].article.article
    evidence = sorted({found for item in items for found in item.hit.evidence})
    title = one_line(article.title, room.title) or UNTITLED
    return ArticleView(
        title=title,
        heading=_heading(article, evidence, title),
        url=safe_link(article.url),
        source=one_line(article.source or "", _NAME),
        date=when(article.published),
        author=one_line(article.author, _NAME),
        lang=one_line(article.lang or "", _NAME),
        path=one_line(article.path or "", LONGEST_SUBJECT),
        rules=tuple(_rule(item, room) for item in items),
        passages=passages(article.body, evidence, room.passages, room.context, title),
    )


def _heading(article: Article, evidence: Sequence[Evidence], title: str) -> Passage:
    whole = highlighted(article.title, evidence, "title")
    return whole if whole.text == title else highlighted(title, (), "title")


def _rule(item: AlertItem, room: Room) -> RuleView:
    hit: Hit = item.hit
    counted = item.fired.counted[: room.counted] if item.fired else ()
    return RuleView(
        id=one_line(hit.rule, _NAME),
        title=one_line(hit.title, 2 * _NAME),
        level=hit.level.label,
        tags=tuple(one_line(tag, _NAME) for tag in hit.tags),
        hit=hit.id,
        detail=one_line(item.fired.firing.detail, LONGEST_SUBJECT) if item.fired else "",
        counted=tuple(_counted(one, room) for one in counted),
        uncounted=len(item.fired.firing.hits) - len(counted) if item.fired else 0,
        silence=f"monitor silence add --rule {shlex.quote(one_line(hit.rule, _NAME))} --for 2h",
    )


def _counted(counted: Counted, room: Room) -> CountedView:
    return CountedView(
        rule=one_line(counted.rule, _NAME),
        title=one_line(counted.title, min(room.title, 120)) or UNTITLED,
        url=safe_link(counted.url),
        path=one_line(counted.path or "", LONGEST_SUBJECT),
        source=one_line(counted.source, _NAME),
        date=when(counted.at),
    )


def _others(others: Iterable[StoredArticle], room: Room) -> tuple[SourceView, ...]:
    seen: dict[int, SourceView] = {}
    for other in others:
        if len(seen) >= room.others:
            break
        article = other.article
        seen[other.id] = SourceView(
            source=one_line(article.source or "", _NAME),
            title=one_line(article.title, min(room.title, 120)) or UNTITLED,
            url=safe_link(article.url),
        )
    return tuple(seen.values())


def _paragraphs(text: str, limit: int) -> tuple[str, ...]:
    kept = shorten(clean(text).strip(), limit)
    lines = (" ".join(line.split()) for line in kept.split("\n"))
    return tuple(line for line in lines if line)
