"""Which story an article belongs to: one decision an article, with its reason.

Online clustering in the manner of topic detection and tracking (Allan, Papka and Lavrenko, 1998):
an article joins the story of the known article that it is most like, or opens one. Three guards
keep stories from growing into each other: an article is compared with single articles, never with
the sum of a story; joining by other words also needs a likeness to the story's first article (of a
story put together by hand, to the first of one of its parts), and ends with the story's span; texts
that are one form filled in anew (weather, tremors, results) are told apart by their facts
(`forms`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache

from monitor.model.article import Article
from monitor.model.story import Joined, StoryLink
from monitor.stories.event import (
    Likeness,
    Weighed,
    likeness,
    shared_text,
    titles_agree,
    weigh,
)
from monitor.stories.fingerprint import Resemblance
from monitor.stories.forms import ANOTHER_ISSUE, SERIES, another_issue, replaced_numbers
from monitor.stories.rarity import Rarity
from monitor.stories.record import Features

COPY_WINDOW = timedelta(days=30)
"""Beyond it the same text is news again (an annual notice, a yearly greeting)."""
EVENT_WINDOW = timedelta(hours=72)
FRESH = timedelta(hours=12)
"""Up to here time takes nothing away; at the window's end it takes FADED."""
FADED = 0.2
STORY_SPAN = timedelta(days=7)
"""After its first article, a story takes other words no more, copies until COPY_WINDOW."""
MAX_KEYS = 12
_NAME = 1.5
"""How many times a name counts when keys are chosen."""
ROWS_A_KEY = 24
"""How many rows the store reads for each key, newest first."""
MAX_CANDIDATES = 64
"""More are not compared; the founders of stories do not count."""

MIN_WORDS = 4
"""Shorter articles say too little: each opens its own story."""
MIN_SHARED = 3
"""Terms that a report in other words must share."""
SAME_EVENT = 0.60
"""From here articles tell of one event (docs/stories.md)."""
FEW_SHARED, SAME_HEADLINE = 5, 0.85
"""Below so many shared terms, as of two headlines, each of them weighs much: more is asked."""
FOUNDER = 0.15
"""What the story's first article must be like at least."""

_COPY = 0.5
_PART = 0.75
_PART_PROPORTION = 0.4
"""A copy that was cut, of at least this share of the other's size: not an item of a digest."""
_SHORT, _SHORT_PART = 12, 0.9
"""Words below which a copy holds nearly all of the other: in a headline one word is the news."""
_COPY_ABOUT = 0.5
_COPY_TITLE = 0.15
"""The rest that a copy must agree in: passages that a site prints on each page are no copy."""
_SAME_TEXT = 0.95
_NEAR = 0.15
"""Likeness below which an article is not worth being named as the nearest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """An article that is in a story already."""

    article: int
    story: int
    at: datetime
    features: Features
    text: int
    """The article whose text it copies; its own id if it copies none."""
    apart: frozenset[int] = frozenset()
    """Stories that it was parted from by hand."""
    founder: bool = False
    """The first article of its story, or of one that was put into it by hand."""


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What a known article says about a new one."""

    known: Known
    joined: Joined
    score: float
    likeness: Likeness
    enough: float
    """The score that would have joined them."""
    resemblance: Resemblance | None = None
    """None where it could change nothing."""
    obstacle: str = ""
    """Why the article does not join, however alike they are; empty: nothing is in the way."""
    replaced: int = 0
    """How many numbers a form has of which the article has none: up to `MOST_REPLACED`."""

    @property
    def joins(self) -> bool:
        return self.joined is not Joined.OPENED and not self.obstacle

    @property
    def rank(self) -> float:
        """Any copy comes before any other words."""
        return self.score + (self.joined is Joined.COPY)


def story_time(article: Article, first_seen: datetime) -> datetime:
    """Return when an article counts as told: its own date unless it has none or a future one."""
    if article.published is None or article.published > first_seen:
        return first_seen
    return article.published


def keys(features: Features, rarity: Rarity) -> tuple[str, ...]:
    """Return the terms to keep rows of and to look for candidates by, most telling first.

    Names count for more here than elsewhere: two desks choose other verbs, but the same names.
    """
    names = features.names
    telling = {
        term: weight * rarity.weight(term) * (_NAME if term in names else 1)
        for term, weight in zip(features.terms, features.weights, strict=True)
    }
    return tuple(sorted(telling, key=lambda term: (-telling[term], term))[:MAX_KEYS])


def needed_terms(features: Features, candidates: Sequence[Known]) -> frozenset[str]:
    """Return the terms whose counts `link` will look up."""
    return features.anywhere.union(*(known.features.anywhere for known in candidates))


def link(
    features: Features,
    at: datetime,
    candidates: Sequence[Known],
    rarity: Rarity,
    *,
    apart: frozenset[int] = frozenset(),
) -> StoryLink:
    """Decide which of the candidates' stories an article told at `at` joins, or that it opens one.

    The order of candidates does not matter; of more than MAX_CANDIDATES the newest are compared.
    `apart` are stories that this article was parted from. What a person parted stays so for its
    copies too: a story that a candidate was parted from is closed to an article that is at least
    as like that candidate as it is like anything in the story.
    """
    if features.words < MIN_WORDS:
        few = "1 word is" if features.words == 1 else f"{features.words} words are"
        return _opened(f"{few} too few to compare", 0.0)
    weight_of = rarity.weights(needed_terms(features, candidates)).__getitem__
    one = weigh(features, weight_of)
    of_stories = _beginnings(candidates)

    @cache
    def likes(story: int, place: int) -> float:
        return likeness(one, weigh(of_stories[story][place].features, weight_of)).score

    verdicts = []
    for known in _compared(features, candidates):
        verdict = _judge(one, at, known, weigh(known.features, weight_of))
        if known.story in apart:
            verdict = replace(verdict, obstacle="parted from it by hand")
        elif verdict.joins:
            ages = [abs(at - beginning.at) for beginning in of_stories[known.story]]
            verdict = replace(verdict, obstacle=_closed(verdict, ages, likes))
        verdicts.append(verdict)
    if sum(verdict.replaced for verdict in verdicts) >= SERIES:
        verdicts = [
            replace(verdict, obstacle=ANOTHER_ISSUE)
            if verdict.joins and verdict.replaced
            else verdict
            for verdict in verdicts
        ]
    verdicts = [
        replace(verdict, obstacle="one like it was parted from the story by hand")
        if verdict.joins and _parted(verdict, verdicts)
        else verdict
        for verdict in verdicts
    ]
    joining = [verdict for verdict in verdicts if verdict.joins]
    if joining:
        return _joins(max(joining, key=_closeness), features)
    return _nearest(verdicts, features, at)


def _closeness(verdict: _Verdict) -> tuple[float, float, int]:
    """Return what the closest has most of; of equals the earliest is taken."""
    return verdict.rank, -verdict.known.at.timestamp(), -verdict.known.article


def _nearness(verdict: _Verdict) -> tuple[float, float, int]:
    """Return what the nearest of those that were not joined has most of: a form may be near."""
    rank, told, article = _closeness(verdict)
    return max(rank, verdict.likeness.about), told, article


def _compared(features: Features, candidates: Sequence[Known]) -> list[Known]:
    """Return the newest of those candidates that could be a copy or a report of the event."""
    terms, bands = features.term_set, frozenset(features.bands)
    possible = [
        known
        for known in candidates
        if not bands.isdisjoint(known.features.bands)
        or len(terms & known.features.term_set) >= MIN_SHARED
    ]
    possible.sort(key=lambda known: (known.at, known.article), reverse=True)
    return possible[:MAX_CANDIDATES]


def _beginnings(candidates: Sequence[Known]) -> dict[int, list[Known]]:
    """Return the founders of each story; of one without any the oldest given."""
    found: dict[int, list[Known]] = {}
    for known in sorted(candidates, key=lambda known: (not known.founder, known.at, known.article)):
        of_story = found.setdefault(known.story, [])
        if known.founder or not of_story:
            of_story.append(known)
    return found


def _judge(one: Weighed, at: datetime, known: Known, two: Weighed) -> _Verdict:
    """Compare by terms first: texts are only compared where something hangs on it."""
    gap = abs(at - known.at)
    like = likeness(one, two)
    score = like.score * _freshness(gap)
    enough = _enough(like)
    event = gap <= EVENT_WINDOW and score >= enough and len(like.products) >= MIN_SHARED
    copies = gap <= COPY_WINDOW and _agree(like, one, two)
    if not event and not copies:
        return _Verdict(known, Joined.OPENED, score, like, enough)
    same = shared_text(one.features, known.features)
    joined, obstacle = Joined.OPENED, ""
    if another_issue(one.features, known.features, like, same, gap):
        obstacle = ANOTHER_ISSUE
    elif copies and _is_copy(same, min(one.features.words, known.features.words)):
        joined, score = Joined.COPY, max(same.jaccard, same.containment)
    elif event:
        joined = Joined.SAME_EVENT
    replaced = replaced_numbers(one.features, known.features, same)
    return _Verdict(known, joined, score, like, enough, same, obstacle, replaced)


def _enough(like: Likeness) -> float:
    return SAME_HEADLINE if len(like.products) < FEW_SHARED else SAME_EVENT


def _freshness(gap: timedelta) -> float:
    return 1 - FADED * max(0.0, (gap - FRESH) / (EVENT_WINDOW - FRESH)) if gap > FRESH else 1.0


def _is_copy(same: Resemblance, words: int) -> bool:
    short = words < _SHORT
    part = _SHORT_PART if short else _PART
    return (same.jaccard >= _COPY and not short) or (
        same.containment >= part and same.proportion >= _PART_PROPORTION
    )


def _agree(like: Likeness, one: Weighed, two: Weighed) -> bool:
    """Tell whether two articles agree in title and terms, as a copy must."""
    if not one.features.terms and not two.features.terms:
        return True
    return like.about >= _COPY_ABOUT and _titles(one, two) >= _COPY_TITLE


def _titles(one: Weighed, two: Weighed) -> float:
    """Return how far titles agree; an article that has none agrees with any."""
    return titles_agree(one, two) if one.features.title and two.features.title else 1.0


def _closed(
    verdict: _Verdict, ages: Sequence[timedelta], likes: Callable[[int, int], float]
) -> str:
    """Return why a story takes the article no more: it may not drift from its beginning.

    A story put together by hand has several, each as old as itself: it takes what one of its parts
    would have taken.
    """
    copies = verdict.joined is Joined.COPY
    span = COPY_WINDOW if copies else STORY_SPAN
    young = [place for place, age in enumerate(ages) if age <= span]
    if not young:
        return "its story began too long ago"
    if not copies and all(likes(verdict.known.story, place) < FOUNDER for place in young):
        return "its story began with something else"
    return ""


def _parted(verdict: _Verdict, others: Sequence[_Verdict]) -> bool:
    return any(
        other.joined is not Joined.OPENED
        and verdict.known.story in other.known.apart - {other.known.story}
        and other.rank >= verdict.rank
        for other in others
    )


def _joins(verdict: _Verdict, features: Features) -> StoryLink:
    copied = verdict.resemblance if verdict.joined is Joined.COPY else None
    return StoryLink(
        story=verdict.known.story,
        joined=verdict.joined,
        score=round(verdict.score, 4),
        detail=(
            _shares(verdict, features)
            if copied is None
            else f"the same text, {copied.containment:.0%} of the shorter one"
        ),
        article=verdict.known.article,
        text=None if copied is None else verdict.known.text,
        keep_rows=copied is None or copied.jaccard < _SAME_TEXT,
    )


def _nearest(verdicts: Sequence[_Verdict], features: Features, at: datetime) -> StoryLink:
    if not verdicts:
        return _opened("nothing like it is known", 0.0)
    best = max(verdicts, key=_nearness)
    if _nearness(best)[0] < _NEAR:
        return _opened("nothing like it is known", best.score)
    reason = best.obstacle or f"{best.enough:.2f} would join it"
    if not best.obstacle and best.resemblance is None:
        known = best.known
        same = shared_text(features, known.features)
        if another_issue(features, known.features, best.likeness, same, abs(at - known.at)):
            reason = ANOTHER_ISSUE
    return StoryLink(
        story=None,
        joined=Joined.OPENED,
        score=round(best.score, 4),
        detail=f"the nearest {_shares(best, features)}; {reason}",
        article=best.known.article,
    )


def _opened(detail: str, score: float) -> StoryLink:
    return StoryLink(story=None, joined=Joined.OPENED, score=round(score, 4), detail=detail)


def _shares(verdict: _Verdict, features: Features) -> str:
    written = dict(zip(features.terms, features.shown, strict=True))
    shown = ", ".join(written[term] for term in verdict.likeness.shared[:5]) or "nothing"
    return f"shares: {shown}; {verdict.score:.2f}"
