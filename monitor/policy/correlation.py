"""Correlation rules: hits counted over event time (rules.md section 4).

A window is `(end - within, end]`, and ends at a hit. Counted are the distinct things (rules,
stories, sources or articles) of its hits. What a firing has counted does not count again for the
same rule and group in windows that end less than `within` from that firing's: so a rule fires again
only for `at_least` things that it has not named lately, and never twice for the same evidence. A
late article is counted at its own time, and may complete a window of the past. A burst is one
event: it fires once in `within`, however many things it brings.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import product

from monitor.model.firing import Firing, HitFacts
from monitor.model.rule import Correlation, Distinct, Rule
from monitor.policy.window import USUAL_WINDOWS, Sweep


def watched(rule: Rule, rules: Mapping[str, Rule]) -> frozenset[str]:
    """Return the ids of the rules whose hits a correlation rule counts; never its own.

    `tag:NAME` stands for every rule with that tag, letter case aside.
    """
    found: set[str] = set()
    for name in rule.correlate.rules if rule.correlate is not None else ():
        kind, colon, tag = name.partition(":")
        if kind == "tag" and colon:
            found.update(
                other.id
                for other in rules.values()
                if tag.casefold() in (text.casefold() for text in other.tags)
            )
        else:
            found.add(name)
    return frozenset(found - {rule.id})


def span(correlation: Correlation) -> tuple[timedelta, timedelta]:
    """Return how far before and after a hit's event time its windows reach, rates included."""
    windows = 1 if correlation.burst is None else 1 + USUAL_WINDOWS
    return correlation.within * windows, correlation.within


def periods(
    times: Iterable[datetime], before: timedelta, after: timedelta
) -> tuple[tuple[datetime, datetime], ...]:
    """Return the periods that hold every time with so much before and after it, none overlapping.

    A batch with a few hits of years ago need not look at all the years between.
    """
    found: list[tuple[datetime, datetime]] = []
    for at in sorted(times):
        since, until = at - before, at + after
        if found and since <= found[-1][1]:
            since = found.pop()[0]
        found.append((since, until))
    return tuple(found)


def correlate(
    rules: Mapping[str, Rule],
    hits: Sequence[HitFacts],
    firings: Sequence[Firing],
    now: datetime,
    *,
    fresh: Collection[int] | None = None,
) -> tuple[Firing, ...]:
    """Return what the correlation rules fire for, oldest first; see `correlate_rule`."""
    found: list[Firing] = []
    for rule in rules.values():
        if rule.correlate is not None and rule.runs_on(now.date()):
            found += correlate_rule(rule, watched(rule, rules), hits, firings, fresh=fresh)
    return tuple(sorted(found, key=lambda firing: (firing.at, firing.rule, firing.group)))


def correlate_rule(
    rule: Rule,
    names: Collection[str],
    hits: Iterable[HitFacts],
    firings: Iterable[Firing],
    *,
    fresh: Collection[int] | None = None,
) -> tuple[Firing, ...]:
    """Return what a correlation rule fires for among the hits of the rules of these names.

    `hits` and `firings` are the past, complete as far as `span` reaches around the `fresh` hits;
    hits and firings of other rules are passed over. Only windows with a fresh hit are looked at;
    without `fresh`, all are.
    """
    if rule.correlate is None:
        return ()
    groups: dict[str, list[HitFacts]] = {}
    for hit in sorted(hits, key=lambda hit: (hit.at, hit.hit)):
        for group in _groups(hit, rule.correlate.group_by) if hit.rule in names else ():
            groups.setdefault(group, []).append(hit)
    known = [firing for firing in firings if firing.rule == rule.id]
    found: list[Firing] = []
    for group, members in groups.items():
        things = [thing(member, rule.correlate.distinct) for member in members]
        sweep = Sweep(rule.id, group, rule.correlate, members, things)
        found += sweep.run([firing for firing in known if firing.group == group], fresh)
    return tuple(found)


def thing(hit: HitFacts, distinct: Distinct) -> str:
    """Return what a hit counts as; an article without a story is a story of its own."""
    match distinct:
        case Distinct.RULES:
            return hit.rule
        case Distinct.SOURCES:
            return hit.source
        case Distinct.STORIES if hit.story is not None:
            return f"story:{hit.story}"
        case _:
            return f"article:{hit.article}"


def _groups(hit: HitFacts, group_by: Sequence[str]) -> list[str]:
    """Return the groups that a hit belongs to: with several tags, one for each."""
    values = [[f"{name}={value}" for value in _values(hit, name)] for name in group_by]
    return [", ".join(combination) for combination in product(*values)]


def _values(hit: HitFacts, name: str) -> tuple[str, ...]:
    """Return the values that a hit has for one of `GROUPINGS`; an empty one where it has none."""
    values: dict[str, tuple[str, ...]] = {
        "source_tag": hit.source_tags,
        "source": (hit.source,),
        "lang": (hit.lang or "",),
        "rule": (hit.rule,),
        "tag": hit.tags,
        "level": (hit.level.label,),
        "story": ("" if hit.story is None else str(hit.story),),
    }
    return values[name] or ("",)
