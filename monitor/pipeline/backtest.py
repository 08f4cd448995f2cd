"""Backtest: what rules would have hit in texts of the past, and how an edit changes it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import tee
from typing import NamedTuple

from monitor.matching import RuleSet, compile_rules
from monitor.model.article import Article, StoredArticle
from monitor.model.firing import event_time as event_time_of
from monitor.model.hit import Match
from monitor.model.rule import Rule
from monitor.model.source import Refusal
from monitor.pipeline.backtest_firings import (
    NOTHING_COUNTED,
    CountedArticle,
    Counting,
    FiringTally,
    HitsOfThePast,
    tally_firings,
)

SAMPLES = 3
"""Hits of each rule that are kept to be shown: so many first ones, so many best ones."""
REPLAYED = 1_000
"""Articles that are kept to ask the policy about."""
CHANGES = 1_000
"""Gained and lost articles of each rule that are kept to be listed; all are counted."""
REFUSALS = 20
"""Refused items that are kept to be named; all are counted."""
_FORMER = "\0"
"""Before the id of a running version: no rule can be called so."""


class Trial:
    """The rules on trial, the versions of them that run, and the rules beside them.

    Picklable, so that every core can have its own.
    """

    def __init__(
        self,
        rules: Sequence[Rule],
        former: Mapping[str, Rule],
        others: Sequence[Rule],
        counting: Counting = NOTHING_COUNTED,
    ) -> None:
        self.rules = tuple(rules)
        self.former = dict(former)
        self.others = tuple(others)
        self.counting = counting
        self._ids = frozenset(rule.id for rule in self.rules)
        self._tried: RuleSet | None = None
        self._beside: RuleSet | None = None

    def __reduce__(self) -> tuple[type[Trial], tuple[object, ...]]:
        return (Trial, (self.rules, self.former, self.others, self.counting))

    def run(self, articles: Iterable[Looked]) -> Iterator[Tried]:
        """Try every rule on articles; yield those that some version of one hits, in order."""
        if self._tried is None or self._beside is None:
            # Both versions in one set: an article is read once.
            running = (replace(rule, id=f"{_FORMER}{rule.id}") for rule in self.former.values())
            counted = (it for it in self.counting.rules.values() if it.id not in self._ids)
            self._tried = compile_rules((*self.rules, *counted, *running))
            self._beside = compile_rules(self.others)
        here, there = tee(articles)
        matches = self._tried.match_all((each.article, each.seen) for each in here)
        for each, found in zip(there, matches, strict=True):
            if found:
                yield _tried(each, found, self._beside, self._ids)


def _tried(
    each: Looked, found: Sequence[Match], others: RuleSet, on_trial: frozenset[str]
) -> Tried:
    hits = tuple(match for match in found if not match.rule.startswith(_FORMER))
    former = (match.rule for match in found if match.rule.startswith(_FORMER))
    asked = any(match.rule in on_trial for match in hits)
    beside = others.match(each.article, each.seen) if asked else ()
    return Tried(
        reference=each.reference,
        article=each.article,
        at=each.at,
        story=each.story,
        matches=hits,
        former=frozenset(id.removeprefix(_FORMER) for id in former),
        beside=frozenset(match.rule for match in beside),
    )


class Looked(NamedTuple):
    """An article to try rules on."""

    article: Article
    reference: str
    """How a person finds it: the number of a stored article, or a path."""
    at: datetime
    """The moment that it counts for."""
    seen: datetime
    """When it was looked at: `only.max_age` is measured from that."""
    story: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """An article that some version of a rule on trial hits."""

    reference: str
    """How a person finds it: the number of a stored article, or a path."""
    article: Article
    at: datetime
    story: int | None
    matches: tuple[Match, ...]
    """Of the rules on trial, and of those that correlations on trial count."""
    former: frozenset[str]
    """Of those, the ones with another running version, and that hits it."""
    beside: frozenset[str]
    """Rules that are not on trial, and hit it."""


@dataclass(slots=True)
class Outcome:
    """What trying the rules on some articles gave."""

    read: int = 0
    found: list[Tried] = field(default_factory=list)
    refused: int = 0
    refusals: list[Refusal] = field(default_factory=list)
    """The first ones."""

    def refuse(self, refusal: Refusal) -> None:
        """Count an item that is no article."""
        self.refused += 1
        if len(self.refusals) < REFUSALS:
            self.refusals.append(refusal)


def event_time(stored: StoredArticle) -> datetime:
    """Return the moment that an article counts for: its own date, else when it was first seen."""
    return event_time_of(stored.article.published, stored.first_seen)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A hit to be shown."""

    tried: Tried
    match: Match

    @property
    def parts(self) -> int:
        """How many different parts of the query it satisfies: what makes one hit the better."""
        return len({found.query for found in self.match.evidence})


@dataclass(slots=True)
class RuleTally:
    """What one rule on trial did."""

    rule: Rule
    by_day: Counter[date] = field(default_factory=Counter)
    beside: Counter[str] = field(default_factory=Counter)
    first: list[Shown] = field(default_factory=list)
    best: list[Shown] = field(default_factory=list)
    gained: list[Tried] = field(default_factory=list)
    lost: list[Tried] = field(default_factory=list)
    gains: int = 0
    losses: int = 0

    @property
    def hits(self) -> int:
        """How many articles it hits."""
        return self.by_day.total()

    @property
    def overlap(self) -> dict[str, int]:
        """Return how many of its articles each other rule hits, too; the most first."""
        return dict(sorted(self.beside.items(), key=lambda entry: (-entry[1], entry[0])))

    def add(self, tried: Tried, match: Match | None, *, compared: bool) -> None:
        """Count one article."""
        before = self.rule.id in tried.former
        if match is not None:
            self.by_day[tried.at.date()] += 1
            self.beside.update(tried.beside)
            self.beside.update(it.rule for it in tried.matches if it.rule != self.rule.id)
            self._keep(Shown(tried=tried, match=match))
        if compared and match is not None and not before:
            self.gains += 1
            if len(self.gained) < CHANGES:
                self.gained.append(tried)
        if compared and match is None and before:
            self.losses += 1
            if len(self.lost) < CHANGES:
                self.lost.append(tried)

    def _keep(self, shown: Shown) -> None:
        self.first = sorted([*self.first, shown], key=_age)[:SAMPLES]
        self.best = sorted([*self.best, shown], key=lambda one: (-one.parts, *_age(one)))[:SAMPLES]


def _age(shown: Shown) -> tuple[datetime, str]:
    return (shown.tried.at, shown.tried.reference)


class Tally:
    """Sums up a trial, in whatever order its articles come."""

    def __init__(self, trial: Trial) -> None:
        self.rules = {rule.id: RuleTally(rule) for rule in trial.rules}
        self.articles = 0
        self.refused = 0
        self.refusals: list[Refusal] = []
        self.replayed: list[Tried] = []
        """The earliest hit articles, for asking the policy what it would have sent."""
        self.hit_articles = 0
        self._compared = frozenset(trial.former)
        self._counting = trial.counting
        self._counted: list[CountedArticle] = []

    def add(self, outcome: Outcome) -> None:
        """Count what some articles gave."""
        self.articles += outcome.read
        self.refused += outcome.refused
        self.refusals = (self.refusals + outcome.refusals)[:REFUSALS]
        for tried in outcome.found:
            matches = {match.rule: match for match in tried.matches}
            for id, tally in self.rules.items():
                tally.add(tried, matches.get(id), compared=id in self._compared)
            if matches:
                self.hit_articles += 1
                self.replayed.append(tried)
            if self._counting.trials:
                self._count(tried, matches)
        if len(self.replayed) > 2 * REPLAYED:
            self._shorten()

    def firings(self) -> list[FiringTally]:
        """Return what each correlation on trial would have fired for."""
        past = HitsOfThePast(self._counted, self._counting.rules)
        return [
            tally_firings(trial, past, self._counting.running) for trial in self._counting.trials
        ]

    def _count(self, tried: Tried, matches: Collection[str]) -> None:
        now = self._counting.rules.keys() & matches
        then = {
            id
            for id in self._counting.running
            if id in (tried.former if id in self._compared else matches)
        }
        if now or then:
            self._counted.append(
                CountedArticle(
                    article=replace(tried.article, body=""),
                    reference=tried.reference,
                    at=tried.at,
                    story=tried.story,
                    now=frozenset(now),
                    then=frozenset(then),
                )
            )

    def for_replay(self) -> Sequence[Tried]:
        """Return the earliest articles that were hit, at most `REPLAYED`, in their order."""
        self._shorten()
        return self.replayed

    def _shorten(self) -> None:
        self.replayed.sort(key=lambda tried: (tried.at, tried.reference))
        del self.replayed[REPLAYED:]
