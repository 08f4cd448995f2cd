"""From hits to cases: late ones, silenced ones, where each goes, and what a reload left behind."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from monitor.model.channel import Route, Silence
from monitor.model.decision import Candidate, Decision, Hold, Outcome, Reason
from monitor.policy.case import Case, nowhere
from monitor.policy.routing import Target, targets
from monitor.policy.silence import covering, silenced_detail

_MOVED_BY_STORY = frozenset({Reason.WAIT_CONFIRM, Reason.WAIT_REPEAT})


@dataclass(slots=True)
class Intake:
    """What came in: cases to decide, what is decided already, and when untouched holds are due."""

    cases: list[Case] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    resting: list[datetime] = field(default_factory=list)


def take_in(
    candidates: Iterable[Candidate],
    *,
    routes: Sequence[Route],
    channels: Collection[str],
    silences: Sequence[Silence],
    now: datetime,
) -> Intake:
    """Turn hits into cases, one a destination.

    A hold is taken up when it is due, when one with its route, channel and reason is (so that
    digests and summaries leave whole), and always if it waits for its story to move.
    """
    ordered = sorted(candidates, key=lambda candidate: candidate.hit)
    intake = Intake()
    due = {_key(hold) for hit in ordered for hold in hit.holds if hold.until <= now}
    for candidate in ordered:
        found = targets(candidate, routes, channels)
        if candidate.holds:
            _take_waiting(intake, candidate, found, due)
            continue
        ended = _ended_at_once(candidate, found, silences)
        if ended is None:
            _take_new(intake, candidate, found)
        else:
            intake.decisions.append(ended)
    return intake


def _key(hold: Hold) -> tuple[str, str, Reason]:
    return (hold.route, hold.channel, hold.reason)


def _ended_at_once(
    candidate: Candidate, found: Sequence[Target], silences: Sequence[Silence]
) -> Decision | None:
    """Return why a hit goes nowhere at all, if it does not."""
    if candidate.late:
        return nowhere(candidate, Reason.LATE, "older than its source's max_age when first seen")
    if candidate.edit_ignored:
        detail = "on a changed version of a known article; the rule says `on_edit: ignore`"
        return nowhere(candidate, Reason.EDIT_IGNORED, detail)
    silence = covering(silences, candidate, candidate.at)
    if silence is not None:
        return nowhere(candidate, Reason.SILENCED, silenced_detail(silence), silence.id)
    if not found:
        return nowhere(candidate, Reason.NO_ROUTE, "no route fits it")
    return None


def _take_new(intake: Intake, candidate: Candidate, found: Sequence[Target]) -> None:
    for target in found:
        case = Case(candidate, target.route, target.channel)
        if target.told_by:
            detail = f"{target.channel} is told of it through route {target.told_by}"
            intake.decisions.append(case.suppressed(Reason.SAME_CHANNEL, detail))
        else:
            intake.cases.append(case)


def _take_waiting(
    intake: Intake,
    candidate: Candidate,
    found: Sequence[Target],
    due: Collection[tuple[str, str, Reason]],
) -> None:
    wanted = {(it.route.name, it.channel): it for it in found if not it.told_by}
    gone: list[Hold] = []
    busy = set(candidate.settled)
    for hold in candidate.holds:
        target = wanted.get((hold.route, hold.channel))
        if target is None:
            gone.append(hold)
            continue
        busy.add(hold.channel)
        if _key(hold) in due or hold.reason in _MOVED_BY_STORY:
            intake.cases.append(Case(candidate, target.route, target.channel, hold))
        else:
            intake.resting.append(hold.until)
    if gone:
        anew = [target for target in wanted.values() if target.channel not in busy]
        intake.cases += (Case(candidate, target.route, target.channel) for target in anew)
        intake.decisions += (_parted(candidate, hold, anew) for hold in gone)


def _parted(candidate: Candidate, hold: Hold, anew: Sequence[Target]) -> Decision:
    """End a wait at a destination that the hit has no more."""
    where = ", ".join(f"{target.channel} (route {target.route.name})" for target in anew)
    left = f"route {hold.route} leads it to {hold.channel} no more"
    return Decision(
        hit=candidate.hit,
        channel=hold.channel,
        route=hold.route,
        outcome=Outcome.SUPPRESS,
        reason=Reason.REROUTED if anew else Reason.NO_ROUTE,
        detail=f"{left}; decided anew for {where}"
        if anew
        else f"{left}, and no route anywhere new",
    )
