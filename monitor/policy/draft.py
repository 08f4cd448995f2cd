"""Alerts in the making, and the decisions that put hits into them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from monitor.model.alert import AlertKind
from monitor.model.channel import Route
from monitor.model.decision import Candidate, Decision, NewAlert, Outcome, Reason
from monitor.policy.case import Case


@dataclass(slots=True)
class Draft:
    """An alert that will leave with this run; hits may still join."""

    route: Route
    channel: str
    kind: AlertKind
    group: str = ""
    follows: str | None = None
    held_back: int = 0
    confirmed: int = 0
    candidates: dict[int, Candidate] = field(default_factory=dict)

    def finished(self) -> NewAlert:
        """Return the alert as it goes into the outbox."""
        ordered = by_importance(self.candidates.values())
        return NewAlert(
            channel=self.channel,
            route=self.route.name,
            kind=self.kind,
            level=max(candidate.level for candidate in ordered),
            hits=tuple(candidate.hit for candidate in ordered),
            group=self.group,
            follows=self.follows,
            held_back=self.held_back,
            confirmed=self.confirmed,
        )


@dataclass(slots=True)
class Drafts:
    """The alerts of one run, and who has been told of what by them."""

    drafts: list[Draft] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    told: dict[tuple[str, str], int] = field(default_factory=dict)
    """By (channel, group): the index of the draft that tells it."""

    def open(
        self,
        case: Case,
        kind: AlertKind,
        *,
        group: str = "",
        follows: str | None = None,
        held_back: int = 0,
    ) -> int:
        """Begin an alert at the case's destination and return its index."""
        self.drafts.append(
            Draft(case.route, case.channel, kind, group, follows, held_back=held_back)
        )
        return len(self.drafts) - 1

    def put(self, index: int, case: Case, reason: Reason, detail: str, *, group: str) -> None:
        """Put a hit into an alert; `group` is what later hits can join it by, empty for nothing.

        A hit that is in it already, by another route to the same channel, is only noted.
        """
        draft = self.drafts[index]
        if case.route.confirm is not None:
            draft.confirmed = max(draft.confirmed, case.route.confirm.publishers)
        if case.candidate.hit in draft.candidates:
            detail = f"in the alert of route {draft.route.name} that leaves now"
            self.decisions.append(case.suppressed(Reason.JOINED, detail, alert=index))
            return
        draft.candidates[case.candidate.hit] = case.candidate
        if group:
            self.told[case.channel, group] = index
        of_many = draft.kind in {AlertKind.DIGEST, AlertKind.SUMMARY}
        self.decisions.append(
            Decision(
                hit=case.candidate.hit,
                channel=case.channel,
                route=case.route.name,
                outcome=Outcome.DIGEST if of_many else Outcome.ALERT,
                reason=reason,
                detail=detail,
                alert=index,
                group=group,
            )
        )

    def join(self, case: Case) -> bool:
        """Put a hit into the alert that tells its group to its channel now, if there is one."""
        index = self.told.get((case.channel, case.group))
        if index is None:
            return False
        draft = self.drafts[index]
        detail = f"route {case.route.name}; with the alert that tells {case.group} now"
        self.put(index, case, _REASONS[draft.kind], detail, group=case.group)
        return True


_REASONS: Mapping[AlertKind, Reason] = {
    AlertKind.HIT: Reason.ROUTED,
    AlertKind.FOLLOW_UP: Reason.FOLLOW_UP,
    AlertKind.REMINDER: Reason.REMINDER,
    AlertKind.SUMMARY: Reason.LIMIT_SUMMARY,
    AlertKind.DIGEST: Reason.QUIET_OVER,
}


def by_importance(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """Return hits story by story: the story with the highest level first, then the oldest."""
    ranked = sorted(candidates, key=_rank)
    best: dict[tuple[bool, int], Rank] = {}
    for candidate in ranked:
        best.setdefault(_story(candidate), _rank(candidate))
    return tuple(sorted(ranked, key=lambda candidate: best[_story(candidate)]))


Rank = tuple[int, datetime, int]


def _rank(candidate: Candidate) -> Rank:
    return (-candidate.level, candidate.at, candidate.hit)


def _story(candidate: Candidate) -> tuple[bool, int]:
    """Return what hits of one story share; one without a story stands alone."""
    story = candidate.story
    return (False, candidate.hit) if story is None else (True, story)
