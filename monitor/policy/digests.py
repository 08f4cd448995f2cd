"""Scheduled digests: what is due now leaves in one, the rest waits for the next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from monitor.model.alert import AlertKind
from monitor.model.channel import Digest
from monitor.model.decision import Reason
from monitor.policy.case import Case
from monitor.policy.draft import Drafts
from monitor.policy.leaving import exempt, hold_for_limit, hold_for_quiet
from monitor.policy.limits import Room
from monitor.policy.schedule import last_point, next_point
from monitor.policy.wording import wall

_PASSED_ITS_TIME = frozenset({Reason.WAIT_QUIET, Reason.WAIT_LIMIT})


def split_due(
    drafts: Drafts,
    cases: Sequence[Case],
    digest: Digest,
    last_digest: datetime | None,
    now: datetime,
) -> list[Case]:
    """Return the cases whose digest is due now, and hold the others for the next.

    Due is what was detected before the last time of the schedule, unless the digest of that time
    has been made; so a hit that waited for something else until now takes the next. Times after
    `now` (a clock put back) keep nothing from leaving.
    """
    point = last_point(digest, now)
    made = last_digest is not None and point <= last_digest <= now
    open_point = None if made else point
    coming = next_point(digest, now)
    detail = f"for the digest at {wall(coming, digest.timezone)}"
    due: list[Case] = []
    for case in cases:
        if _is_due(case, open_point, now):
            due.append(case)
        else:
            drafts.decisions.append(case.held(Reason.WAIT_DIGEST, coming, detail))
    return due


def _is_due(case: Case, open_point: datetime | None, now: datetime) -> bool:
    hold = case.hold
    if hold is not None and hold.reason in _PASSED_ITS_TIME:
        return True
    if open_point is None or open_point <= case.candidate.at <= now:
        return False
    return hold is None or (hold.reason is Reason.WAIT_DIGEST and hold.until <= now)


def send_digest(
    drafts: Drafts, cases: Sequence[Case], digest: Digest, room: Room, now: datetime
) -> None:
    """Send cases of one destination as one digest, unless quiet hours or the limit keep it in."""
    loud: list[Case] = []
    calm: list[Case] = []
    for case in cases:
        (loud if _let_through(case) else calm).append(case)
    if calm and not hold_for_quiet(drafts, calm, now):
        loud += calm
    if not loud:
        return
    if room.free == 0:
        hold_for_limit(drafts, loud, room.until)
        return
    index = drafts.open(loud[0], AlertKind.DIGEST)
    detail = f"route {loud[0].route.name}; in the digest of {wall(now, digest.timezone)}"
    for case in loud:
        drafts.put(index, case, Reason.DIGEST_SENT, detail, group="")


def _let_through(case: Case) -> bool:
    quiet = case.route.quiet
    return quiet is not None and exempt(quiet, case.candidate.level)
