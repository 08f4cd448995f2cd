"""Detect: new and changed articles, their hits and stories, and the source's new state, stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice

from monitor.articles.dates import clamp_published
from monitor.articles.identity import content_hash, identity_keys
from monitor.articles.judgement import Judgement, Verdict, judge
from monitor.matching import RuleSet
from monitor.model.article import Article, KnownArticle
from monitor.model.hit import Match
from monitor.model.rule import Rule
from monitor.model.source import FileRead, Poll, PollItem, Refusal, Source, SourceState
from monitor.model.story import StoryLink
from monitor.ports import Store, Writing
from monitor.stories.extraction import features
from monitor.stories.linking import keys as story_keys
from monitor.stories.linking import link, needed_terms, story_time
from monitor.stories.record import Features

# Items a transaction: enough to pay for its commit, few enough to hold up no other writer.
BATCH = 100
_ADDRESSES = ("url:", "file:")
"""Identity keys of what people look an article up by."""
_TOLD = 20
"""Refusals of one poll that are told one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Detected:
    """What a poll brought, in numbers, and the state of its source as stored."""

    state: SourceState
    new: int = 0
    known: int = 0
    changed: int = 0
    late: int = 0
    """Of the new ones: too old to be alerted on."""
    hits: int = 0
    by_rule: Mapping[str, int] = field(default_factory=dict)
    refused: int = 0
    refusals: tuple[Refusal, ...] = ()
    """The first of them."""


@dataclass(slots=True)
class _Tally:
    new: int = 0
    known: int = 0
    changed: int = 0
    late: int = 0
    refused: int = 0
    last_refused: str | None = None
    refusals: list[Refusal] = field(default_factory=list)
    by_rule: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class _Prepared:
    """An article with what can be worked out before the database is held."""

    article: Article
    keys: tuple[str, ...]
    content: str
    matches: Sequence[Match] | None = None
    features: Features | None = None


def detect(
    poll: Poll,
    source: Source,
    *,
    store: Store,
    matcher: RuleSet,
    rules: Mapping[str, Rule],
    now: datetime,
    advance: Callable[[int], object] = lambda _count: None,
) -> Detected:
    """Store what a poll gave: articles, revisions, hits, stories, refusals, and last the state.

    Each batch is one transaction; the state is stored with the last, so that after a crash the
    source is asked again and what is stored already is known. `advance` hears of every item read.
    """
    tally = _Tally()
    last = False
    while not last:
        batch = tuple(islice(poll.items, BATCH))
        last = len(batch) < BATCH  # whether a full one was the last, only the next one tells
        _store_batch(
            batch,
            source,
            tally,
            store=store,
            matcher=matcher,
            rules=rules,
            now=now,
            ending=poll.state if last else None,
        )
        advance(len(batch))
    state = _counted(poll.state, tally)
    return Detected(
        state=state,
        new=tally.new,
        known=tally.known,
        changed=tally.changed,
        late=tally.late,
        hits=tally.by_rule.total(),
        by_rule=dict(tally.by_rule),
        refused=tally.refused,
        refusals=tuple(tally.refusals),
    )


def _counted(state: SourceState, tally: _Tally) -> SourceState:
    return replace(
        state,
        articles=state.articles + tally.new,
        refused=state.refused + tally.refused,
        last_refused=tally.last_refused or state.last_refused,
    )


def _store_batch(
    batch: Sequence[PollItem],
    source: Source,
    tally: _Tally,
    *,
    store: Store,
    matcher: RuleSet,
    rules: Mapping[str, Rule],
    now: datetime,
    ending: SourceState | None,
) -> None:
    prepared = {
        number: _prepare(item, now)
        for number, item in enumerate(batch)
        if isinstance(item, Article)
    }
    _match_ahead(prepared.values(), source, store, matcher, now)
    refusals = [item for item in batch if isinstance(item, Refusal)]
    with store.writing() as writing:
        detection = _Detection(writing, source, matcher=matcher, rules=rules, now=now, tally=tally)
        detection.known.update(writing.known(source.id, _all_keys(prepared.values())))
        writing.rarity(_all_terms(prepared.values()))  # read at once what each will ask for
        for number, item in enumerate(batch):
            if isinstance(item, FileRead):
                writing.save_file(source.id, item.path, item.signature)
            elif number in prepared:
                detection.settle(prepared[number])
        if refusals:
            writing.add_refusals(source.id, refusals, now)
            tally.refused += len(refusals)
            tally.refusals += refusals[: _TOLD - len(tally.refusals)]
            tally.last_refused = f"{refusals[-1].where}: {refusals[-1].reason}"
        if ending is not None:
            writing.save_source(_counted(ending, tally))


def _prepare(article: Article, now: datetime) -> _Prepared:
    article = clamp_published(article, now)
    return _Prepared(article, identity_keys(article), content_hash(article))


def _all_keys(prepared: Iterable[_Prepared]) -> tuple[str, ...]:
    return tuple({key: None for entry in prepared for key in entry.keys})


def _all_terms(prepared: Iterable[_Prepared]) -> frozenset[str]:
    found = [entry.features.anywhere for entry in prepared if entry.features is not None]
    return frozenset().union(*found)


def _match_ahead(
    prepared: Iterable[_Prepared],
    source: Source,
    store: Store,
    matcher: RuleSet,
    now: datetime,
) -> None:
    """Match what looks new before the transaction: matching must not hold up other writers."""
    entries = list(prepared)
    known = store.known(source.id, _all_keys(entries))
    fresh = [
        entry
        for entry in entries
        if judge(entry.article, entry.keys, known).verdict is not Verdict.SAME
    ]
    matches = matcher.match_all((entry.article, now) for entry in fresh)
    for entry, found in zip(fresh, matches, strict=True):
        entry.matches = found
        entry.features = features(entry.article)


class _Detection:
    """One transaction's work on the articles of one source."""

    def __init__(
        self,
        writing: Writing,
        source: Source,
        *,
        matcher: RuleSet,
        rules: Mapping[str, Rule],
        now: datetime,
        tally: _Tally,
    ) -> None:
        self.known: dict[str, KnownArticle] = {}
        self._writing = writing
        self._source = source
        self._matcher = matcher
        self._rules = rules
        self._now = now
        self._tally = tally

    def settle(self, entry: _Prepared) -> None:
        """Store what the article turns out to be."""
        judgement = judge(entry.article, entry.keys, self.known)
        if judgement.verdict is Verdict.SAME and judgement.id is not None:
            self._tally.known += 1
            if judgement.keys:
                self._writing.add_keys(judgement.id, self._source.id, judgement.keys)
                if any(key.startswith(_ADDRESSES) for key in judgement.keys):
                    self._writing.add_sighting(
                        judgement.id, entry.article, judgement.reason, now=self._now
                    )
                self._remember(judgement.id, judgement.keys)
        elif judgement.verdict is Verdict.REVISION and judgement.id is not None:
            self._revise(entry, judgement, judgement.id)
        else:
            self._add(entry, judgement)

    def _add(self, entry: _Prepared, judgement: Judgement) -> None:
        late = self._late(entry.article)
        added = self._writing.add_article(
            entry.article, judgement.keys, entry.content, now=self._now, late=late
        )
        known = KnownArticle(
            id=added,
            content_hash=entry.content,
            revision=1,
            title=entry.article.title,
            url=entry.article.url,
            published=entry.article.published,
            story=None,
            late=late,
        )
        self.known.update(dict.fromkeys(judgement.keys, known))
        self._tally.new += 1
        self._tally.late += late
        # The story first: a hit is decided by its article's story.
        self._join_story(added, entry)
        self._hit(entry, added, revision=1, edit=False)

    def _revise(self, entry: _Prepared, judgement: Judgement, id: int) -> None:
        revision = self._writing.add_revision(
            id, entry.article, judgement.keys, entry.content, now=self._now
        )
        former = next(known for known in self.known.values() if known.id == id)
        known = replace(
            former,
            content_hash=entry.content,
            revision=revision,
            title=entry.article.title,
            url=entry.article.url,
            published=entry.article.published,
        )
        for key in [*judgement.keys, *(key for key, old in self.known.items() if old.id == id)]:
            self.known[key] = known
        self._tally.changed += 1
        self._hit(entry, id, revision=revision, edit=True)

    def _remember(self, id: int, keys: Sequence[str]) -> None:
        known = next(known for known in self.known.values() if known.id == id)
        self.known.update(dict.fromkeys(keys, known))

    def _late(self, article: Article) -> bool:
        if self._source.max_age is None or article.published is None:
            return False
        return self._now - article.published > self._source.max_age

    def _hit(self, entry: _Prepared, id: int, *, revision: int, edit: bool) -> None:
        matches = entry.matches
        if matches is None:
            matches = self._matcher.match(entry.article, self._now)
        if not matches:
            return
        new = self._writing.add_hits(id, revision, matches, self._rules, now=self._now, edit=edit)
        self._tally.by_rule.update(new)

    def _join_story(self, id: int, entry: _Prepared) -> None:
        found = entry.features or features(entry.article)
        at = story_time(entry.article, self._now)
        rarity = self._writing.rarity(found.terms)
        rare = story_keys(found, rarity)
        candidates = self._writing.story_candidates(found, rare, at)
        weights = self._writing.rarity(needed_terms(found, candidates))
        joined: StoryLink = link(found, at, candidates, weights)
        self._writing.join_story(id, found, rare, joined, at=at, title=entry.article.title)
