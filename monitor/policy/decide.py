"""The policy: what becomes of every hit at every destination, and why."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from monitor.model.channel import QuietThen, Route, Silence
from monitor.model.decision import Candidate, Destination, History, Plan, Reason
from monitor.policy.case import Case
from monitor.policy.digests import send_digest, split_due
from monitor.policy.draft import Drafts
from monitor.policy.grouping import Unit, judge
from monitor.policy.intake import take_in
from monitor.policy.leaving import exempt, hold_for_quiet, leave
from monitor.policy.limits import room
from monitor.policy.routing import default_routes
from monitor.policy.schedule import quiet_until
from monitor.policy.silence import covering, silenced_detail
from monitor.policy.wording import count, duration, moment, wall


def decide(
    candidates: Iterable[Candidate],
    history: History,
    *,
    routes: Sequence[Route],
    channels: Collection[str],
    silences: Sequence[Silence],
    now: datetime,
) -> Plan:
    """Decide every candidate at every destination that it is new to, or waits at.

    Pure: the same input gives the same plan. With the plan's decisions and alerts in the history
    and its holds in the candidates, the same moment gives no further alert. `silences` are all
    that were active since the oldest new candidate was detected. Nothing is ever left undecided:
    a hit ends in an alert or a digest, or suppressed with a reason, or it waits until a known
    moment.
    """
    ways = default_routes(routes, channels)
    intake = take_in(candidates, routes=ways, channels=channels, silences=silences, now=now)
    drafts = Drafts(decisions=intake.decisions)
    for cases in _by_destination(intake.cases, ways):
        _decide_destination(drafts, cases, history, silences, now)
    held = [decision.until for decision in drafts.decisions if decision.until is not None]
    return Plan(
        decisions=tuple(drafts.decisions),
        alerts=tuple(draft.finished() for draft in drafts.drafts),
        wake=min(held + intake.resting, default=None),
    )


def destinations(routes: Sequence[Route], channels: Collection[str]) -> dict[Destination, float]:
    """Return every destination, with the seconds of its past that its limit looks back on."""
    return {
        (route.name, channel): route.limit.per.total_seconds() if route.limit is not None else 0.0
        for route in routes
        for channel in route.to
        if channel in channels
    }


def _by_destination(cases: Iterable[Case], routes: Sequence[Route]) -> list[list[Case]]:
    """Return the cases of each destination; the rules' own `notify` first, then the routes."""
    position = {route.name: number for number, route in enumerate(routes, 1)}
    found: dict[Destination, list[Case]] = {}
    for case in cases:
        found.setdefault(case.destination, []).append(case)
    return [found[key] for key in sorted(found, key=lambda key: (position.get(key[0], 0), key[1]))]


def _decide_destination(
    drafts: Drafts,
    cases: Sequence[Case],
    history: History,
    silences: Sequence[Silence],
    now: datetime,
) -> None:
    route, destination = cases[0].route, cases[0].destination
    free = room(route.limit, history.sent.get(destination, ()), now)
    open_cases = [case for case in cases if not _stopped(drafts, case, history, now)]
    if route.digest is None:
        heard = [case for case in open_cases if not _silenced(drafts, case, silences, now)]
        leave(drafts, _at_once(drafts, heard, history, now), free)
        return
    last = history.digests.get(destination)
    due = split_due(drafts, open_cases, route.digest, last, now)
    heard = [case for case in due if not _silenced(drafts, case, silences, now)]
    send_digest(drafts, heard, route.digest, free, now)


def _stopped(drafts: Drafts, case: Case, history: History, now: datetime) -> bool:
    """Drop or hold a case that may not leave whatever else does; say whether it was."""
    quiet, confirm, candidate = case.route.quiet, case.route.confirm, case.candidate
    if quiet is not None and quiet.then is QuietThen.DROP and not exempt(quiet, candidate.level):
        end = quiet_until(quiet, candidate.at)
        if end is not None:
            detail = f"detected within quiet hours (until {wall(end, quiet.timezone)})"
            drafts.decisions.append(case.suppressed(Reason.QUIET_DROPPED, detail))
            return True
    facts = history.stories.get(candidate.story) if candidate.story is not None else None
    publishers = facts.publishers if facts is not None else 1
    if confirm is None or publishers >= confirm.publishers:
        return False
    until = candidate.at + confirm.within
    so_far = f"{publishers} of {count(confirm.publishers, 'publisher')}"
    drafts.decisions.append(
        case.held(Reason.WAIT_CONFIRM, until, f"{so_far}; waits until {moment(until)}")
        if now < until
        else case.suppressed(Reason.UNCONFIRMED, f"{so_far} within {duration(confirm.within)}")
    )
    return True


def _silenced(drafts: Drafts, case: Case, silences: Sequence[Silence], now: datetime) -> bool:
    """Suppress a case that would leave while a silence covers it; say whether it was."""
    silence = covering(silences, case.candidate, now)
    if silence is None:
        return False
    detail = silenced_detail(silence)
    drafts.decisions.append(case.suppressed(Reason.SILENCED, detail, silence=silence.id))
    return True


def _at_once(
    drafts: Drafts,
    cases: Sequence[Case],
    history: History,
    now: datetime,
) -> list[Unit]:
    """Judge cases by what their channel knows of their groups; return what may leave."""
    groups: dict[str, list[Case]] = {}
    for case in cases:
        if not drafts.join(case):
            groups.setdefault(case.group, []).append(case)
    ready: list[Unit] = []
    for group, members in groups.items():
        past = history.groups.get((members[0].channel, group))
        judgement = judge(members, past, history.stories, now)
        drafts.decisions += judgement.decisions
        unit = judgement.unit
        if unit is not None and not hold_for_quiet(drafts, unit.cases, now):
            ready.append(unit)
    return ready
