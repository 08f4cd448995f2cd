"""Stories as tests make them: articles put into a store, found again, and told of."""

from __future__ import annotations

from datetime import datetime

from monitor.model.article import Article
from monitor.model.decision import GroupPast
from monitor.model.rule import Level
from monitor.model.story import Joined, StoryLink
from monitor.store import SqlStore
from monitor.stories.extraction import features
from monitor.stories.linking import Known
from monitor.stories.record import Features
from tests.conformance.making import NOW, add_hit, new_alert, plan, rule, told

BODY = (
    "The alliance approved sending peacekeepers to Kazakhstan on Thursday after President Tokayev "
    "asked for help against protesters who had stormed the airport in Almaty, officials said. "
    "The troops will stay for a limited period to stabilise the situation in the country."
)


def text(title: str = "CSTO sends peacekeepers", body: str = BODY, site: str = "a") -> Article:
    return Article(title=title, body=body, source="wire", url=f"https://{site}.example/{title}")


def put(
    store: SqlStore,
    article: Article,
    *,
    link: StoryLink | None = None,
    when: datetime = NOW,
    rows: tuple[str, ...] | None = None,
) -> tuple[int, int]:
    """Store an article in a story, a new one unless linked; return its and the story's id."""
    found = features(article)
    with store.writing() as writing:
        id = writing.add_article(article, [], f"h{article.title}", now=when, late=False)
        story = writing.join_story(
            id,
            found,
            found.terms[:12] if rows is None else rows,
            link or StoryLink(story=None, joined=Joined.OPENED, score=0.0, detail="first"),
            at=when,
            title=article.title,
        )
    return id, story


def joining(story: int, **values: object) -> StoryLink:
    given = {"joined": Joined.SAME_EVENT, "score": 0.8, "detail": "shares: Tokayev", **values}
    return StoryLink(story=story, **given)  # type: ignore[arg-type] # a test names real fields


def candidates(
    store: SqlStore, of: Features, when: datetime = NOW, keys: tuple[str, ...] | None = None
) -> list[Known]:
    with store.writing() as writing:
        return list(writing.story_candidates(of, of.terms[:12] if keys is None else keys, when))


def tell_of(store: SqlStore, article: int, story: int, of: str, level: Level) -> str:
    hit = add_hit(store, rule(of, level=level), on=article)
    group = f"story:{story}"
    (made,) = store.commit_plan(plan(new_alert(hit, group=group), told(hit, group=group)), NOW)
    return made


def pasts(store: SqlStore, article: int) -> dict[tuple[str, str], GroupPast]:
    add_hit(store, rule(f"probe{article}"), on=article)
    return dict(store.history(store.candidates(NOW, 10), {}, NOW).groups)
