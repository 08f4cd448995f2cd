"""What is told once: the first alert of a group, what joins it, what is news, what is repeated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.model.alert import AlertKind
from monitor.model.channel import GroupBy
from monitor.model.decision import Decision, GroupPast, Reason, StoryFacts
from monitor.policy.case import Case, highest
from monitor.policy.wording import count, duration, moment

RULE_EPISODE = timedelta(hours=24)
"""With `group_by: rule` and no `repeat`, a rule is told anew so long after its last alert."""

MOST_WAITING = 200
"""Hits that wait for the reminder of one group at a destination, at most: what comes after them
joins it. Each is decided anew whenever its story gains an article, and a message names no more."""


@dataclass(frozen=True, slots=True)
class Unit:
    """What would leave as one alert: cases of one group at one destination."""

    group: str
    cases: tuple[Case, ...]
    kind: AlertKind
    reason: Reason
    detail: str
    follows: str | None = None

    @property
    def importance(self) -> tuple[int, datetime, int]:
        """Sorts the most important first: level, then age."""
        oldest = min((case.candidate.at, case.candidate.hit) for case in self.cases)
        return (-highest(self.cases), *oldest)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What becomes of the cases of one group: some may leave, the others are decided."""

    unit: Unit | None
    decisions: tuple[Decision, ...] = ()


def judge(
    cases: Sequence[Case],
    past: GroupPast | None,
    stories: Mapping[int, StoryFacts],
    now: datetime,
) -> Judgement:
    """Judge cases of one group at one destination by what its channel has been told of it."""
    group, route = cases[0].group, cases[0].route
    if past is not None and _episode_over(cases[0], past, now):
        past = None
    if past is None:
        detail = f"route {route.name}; first of {group}"
        return Judgement(Unit(group, tuple(cases), AlertKind.HIT, Reason.ROUTED, detail))
    news = _news(cases, past)
    if news:
        detail = f"route {route.name}; new about {group}: {news}"
        unit = Unit(
            group,
            tuple(cases),
            AlertKind.FOLLOW_UP,
            Reason.FOLLOW_UP,
            detail,
            past.first_alert,
        )
        return Judgement(unit)
    return _nothing_new(cases, past, stories, now)


def _episode_over(case: Case, past: GroupPast, now: datetime) -> bool:
    by_rule = case.route.group_by is GroupBy.RULE and case.route.repeat is None
    return by_rule and not past.last_at <= now < past.last_at + RULE_EPISODE


def _news(cases: Sequence[Case], past: GroupPast) -> str:
    """Return what the channel was not told yet of the group, in words; empty for nothing."""
    said = []
    rules = sorted({case.candidate.rule for case in cases} - past.rules)
    if rules:
        said.append(f"{count(len(rules), 'rule')} more: {', '.join(rules)}")
    level = highest(cases)
    if level > past.level:
        said.append(f"level {level.label} after {past.level.label}")
    confirm = cases[0].route.confirm
    if confirm is not None and confirm.publishers > past.confirmed:
        said.append(f"carried by {count(confirm.publishers, 'publisher')} or more")
    return "; ".join(said)


def _nothing_new(
    cases: Sequence[Case],
    past: GroupPast,
    stories: Mapping[int, StoryFacts],
    now: datetime,
) -> Judgement:
    route, group = cases[0].route, cases[0].group
    told = f"a hit of {group} was told at {moment(past.last_at)}"
    if route.repeat is None:
        joined = (case.suppressed(Reason.JOINED, told, alert=past.first_alert) for case in cases)
        return Judgement(None, tuple(joined))
    acknowledged = f"{told}, and acknowledged since"
    decisions: list[Decision] = []
    going: list[Case] = []
    for case in cases:
        if _acknowledged(case, stories):
            reason = Reason.ACKNOWLEDGED
            decisions.append(case.suppressed(reason, acknowledged, alert=past.first_alert))
        else:
            going.append(case)
    due = min(past.last_at, now) + route.repeat
    if now < due:
        detail = f"{told}; repeated every {duration(route.repeat)}, next at {moment(due)}"
        going.sort(key=lambda case: not case.waited_for(Reason.WAIT_REPEAT))
        kept, beyond = going[:MOST_WAITING], going[MOST_WAITING:]
        decisions += [case.held(Reason.WAIT_REPEAT, due, detail) for case in kept]
        full = f"{detail}, with the {MOST_WAITING} hits that it tells at most"
        decisions += [
            case.suppressed(Reason.JOINED, full, alert=past.first_alert) for case in beyond
        ]
        return Judgement(None, tuple(decisions))
    if not going:
        return Judgement(None, tuple(decisions))
    detail = f"route {route.name}; {group} goes on {duration(route.repeat)} after it was last told"
    kind, reason = AlertKind.REMINDER, Reason.REMINDER
    unit = Unit(group, tuple(going), kind, reason, detail, past.first_alert)
    return Judgement(unit, tuple(decisions))


def _acknowledged(case: Case, stories: Mapping[int, StoryFacts]) -> bool:
    story = case.candidate.story
    facts = None if story is None else stories.get(story)
    return facts is not None and facts.acknowledged
