"""Backtest of correlations: what they would have fired for in the past, and how an edit changes it.

The firings are worked out by the same code as in the daemon, over all hits at once.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from monitor.model.article import Article
from monitor.model.firing import Counted, Fired, Firing, HitFacts
from monitor.model.rule import Rule
from monitor.policy.correlation import correlate_rule, watched

NAMED = 50
"""Hits of a firing that are shown by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrelationTrial:
    """A correlation on trial, and its running version with the rules that this one counts."""

    rule: Rule
    names: frozenset[str]
    """The rules that it counts."""
    former: Rule | None = None
    """The running version, when there is one, and it or a rule that it counts is another."""
    former_names: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Counting:
    """The correlations on trial, and the rules whose hits they and their running versions count."""

    trials: tuple[CorrelationTrial, ...] = ()
    rules: Mapping[str, Rule] = field(default_factory=dict)
    """As they are now."""
    running: Mapping[str, Rule] = field(default_factory=dict)
    """As they run."""


NOTHING_COUNTED = Counting()


def counting(
    correlations: Iterable[Rule],
    formers: Mapping[str, Rule],
    rules: Mapping[str, Rule],
    running: Mapping[str, Rule],
) -> Counting:
    """Return what trying correlations takes, with `formers`, the versions of them that run.

    `rules` are those that read texts, as they are now, `running` as they run.
    """
    trials = tuple(
        correlation_trial(rule, formers.get(rule.id), rules, running) for rule in correlations
    )
    names = {id for trial in trials for id in trial.names}
    former = {id for trial in trials for id in trial.former_names}
    return Counting(
        trials,
        {id: rules[id] for id in sorted(names) if id in rules},
        {id: running[id] for id in sorted(former) if id in running},
    )


def correlation_trial(
    rule: Rule, former: Rule | None, rules: Mapping[str, Rule], running: Mapping[str, Rule]
) -> CorrelationTrial:
    """Compare a correlation with the version that runs, and the rules that each counts."""
    names = watched(rule, rules)
    if former is None:
        return CorrelationTrial(rule=rule, names=names)
    counted = watched(former, running)
    edited = former.version != rule.version or any(
        _version(id, rules) != _version(id, running) for id in names | counted
    )
    if not edited and names == counted:
        return CorrelationTrial(rule=rule, names=names)
    return CorrelationTrial(rule=rule, names=names, former=former, former_names=counted)


def _version(id: str, rules: Mapping[str, Rule]) -> str | None:
    return rules[id].version if id in rules else None


@dataclass(frozen=True, slots=True)
class CountedArticle:
    """An article with what hit it, as far as correlations look at it."""

    article: Article
    """Without its text."""
    reference: str
    at: datetime
    story: int | None
    now: frozenset[str]
    """Rules that hit it as they are now."""
    then: frozenset[str]
    """Rules that hit it as they run."""


@dataclass(frozen=True, slots=True)
class FiringTally:
    """What a correlation on trial did."""

    trial: CorrelationTrial
    firings: tuple[Firing, ...]
    """By time."""
    counted: Mapping[str, int]
    """How many hits of each rule it counted from, the most first."""
    unsourced: int
    """How many of these hits are on articles that name no source."""
    gained: tuple[Firing, ...]
    """Of its firings, those that the running version does not have."""
    lost: tuple[Firing, ...]
    """Firings of the running version that it does not have."""
    past: HitsOfThePast

    @property
    def rule(self) -> Rule:
        """The correlation."""
        return self.trial.rule

    @property
    def by_day(self) -> Counter[date]:
        """How often it fired on each day."""
        return Counter(firing.at.date() for firing in self.firings)

    def first(self, most: int) -> list[Fired]:
        """Return its first firings with what they counted."""
        return self.past.shown(self.firings[:most])

    def best(self, most: int) -> list[Fired]:
        """Return the firings that counted most things, with what they counted."""
        ranked = sorted(self.firings, key=lambda firing: (-len(firing.things), firing.at))
        return self.past.shown(ranked[:most])


class HitsOfThePast:
    """The hits of the past, numbered in the order of their events."""

    def __init__(self, articles: Iterable[CountedArticle], rules: Mapping[str, Rule]) -> None:
        self._articles = sorted(articles, key=lambda it: (it.at, it.reference, it.article.title))
        self._rules = rules
        self._numbers = {
            (place, rule): number
            for number, (place, rule) in enumerate(
                (place, rule)
                for place, it in enumerate(self._articles)
                for rule in sorted(it.now | it.then)
            )
        }
        self._hits = {number: key for key, number in self._numbers.items()}

    def facts(self, names: Collection[str], running: Mapping[str, Rule] | None) -> list[HitFacts]:
        """Return the hits of these rules as they are now, or (`running`) of those that run."""
        found: list[HitFacts] = []
        for place, it in enumerate(self._articles):
            for id in sorted((it.now if running is None else it.then) & frozenset(names)):
                rule = (self._rules if running is None else running)[id]
                found.append(
                    HitFacts(
                        hit=self._numbers[place, id],
                        rule=id,
                        level=rule.level,
                        tags=rule.tags,
                        article=place,
                        source=it.article.source or "",
                        source_tags=it.article.source_tags,
                        lang=it.article.lang,
                        story=it.story,
                        at=it.at,
                    )
                )
        return found

    def shown(self, firings: Iterable[Firing]) -> list[Fired]:
        """Return firings with what they counted, the first of very many."""
        return [Fired(firing, tuple(map(self._counted, firing.hits[:NAMED]))) for firing in firings]

    def _counted(self, hit: int) -> Counted:
        place, rule = self._hits[hit]
        it = self._articles[place]
        return Counted(
            hit=None,
            rule=rule,
            article=it.reference,
            title=it.article.title,
            source=it.article.source or "",
            url=it.article.url,
            path=it.article.path,
            at=it.at,
        )


def tally_firings(
    trial: CorrelationTrial, past: HitsOfThePast, running: Mapping[str, Rule]
) -> FiringTally:
    """Work out what a correlation would have fired for, and what its running version."""
    facts = past.facts(trial.names, None)
    firings = correlate_rule(trial.rule, trial.names, facts, ())
    gained: tuple[Firing, ...] = ()
    lost: tuple[Firing, ...] = ()
    if trial.former is not None:
        before = past.facts(trial.former_names, running)
        former = correlate_rule(trial.former, trial.former_names, before, ())
        gained, lost = _changes(trial.former, trial.rule, _by_time(former), _by_time(firings))
    counted = Counter(fact.rule for fact in facts)
    return FiringTally(
        trial=trial,
        firings=_by_time(firings),
        counted=dict(sorted(counted.items(), key=lambda entry: (-entry[1], entry[0]))),
        unsourced=sum(not fact.source for fact in facts),
        gained=gained,
        lost=lost,
        past=past,
    )


def _by_time(firings: Iterable[Firing]) -> tuple[Firing, ...]:
    return tuple(sorted(firings, key=lambda firing: (firing.at, firing.group, firing.hits)))


def _changes(
    old_rule: Rule, new_rule: Rule, old: Sequence[Firing], new: Sequence[Firing]
) -> tuple[tuple[Firing, ...], tuple[Firing, ...]]:
    """Return the firings that only the new version has, and those that only the old one has.

    Two firings are one when they counted a common hit, of the same group unless the grouping
    changed; each is set against at most one of the other version, the earliest first.
    """
    apart = (
        old_rule.correlate is not None
        and new_rule.correlate is not None
        and (old_rule.correlate.group_by != new_rule.correlate.group_by)
    )
    by_hit: dict[tuple[str, int], list[int]] = defaultdict(list)
    for place, firing in enumerate(old):
        for key in _keys(firing, grouped=not apart):
            by_hit[key].append(place)
    left = set(range(len(old)))
    gained: list[Firing] = []
    for firing in new:
        shared = {place for key in _keys(firing, grouped=not apart) for place in by_hit[key]}
        if same := shared & left:
            left.discard(min(same))
        else:
            gained.append(firing)
    return tuple(gained), tuple(old[place] for place in sorted(left))


def _keys(firing: Firing, *, grouped: bool) -> Iterator[tuple[str, int]]:
    for hit in firing.hits:
        yield (firing.group if grouped else "", hit)
