"""What is ready at a destination leaves: within its limit, outside of its quiet hours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.model.alert import AlertKind
from monitor.model.channel import Quiet, QuietThen, Route
from monitor.model.decision import NOTIFY_ROUTE, Reason
from monitor.model.rule import Level
from monitor.policy.case import Case, highest
from monitor.policy.draft import Drafts
from monitor.policy.grouping import Unit
from monitor.policy.limits import Room
from monitor.policy.schedule import quiet_until
from monitor.policy.wording import count, duration, moment, wall


@dataclass(frozen=True, slots=True)
class Parcel:
    """Units that leave as one alert."""

    kind: AlertKind
    units: tuple[Unit, ...]


def exempt(quiet: Quiet, level: Level) -> bool:
    """Whether quiet hours let this level through."""
    return quiet.exempt is not None and level >= quiet.exempt


def hold_for_quiet(drafts: Drafts, cases: Sequence[Case], now: datetime) -> bool:
    """Hold cases that would leave together, if quiet hours keep them in; say whether they did."""
    quiet = cases[0].route.quiet
    end = None if quiet is None else quiet_until(quiet, now)
    if quiet is None or end is None or exempt(quiet, highest(cases)):
        return False
    detail = f"within quiet hours until {wall(end, quiet.timezone)}"
    drafts.decisions += (case.held(Reason.WAIT_QUIET, end, detail) for case in cases)
    return True


def hold_for_limit(drafts: Drafts, cases: Sequence[Case], until: datetime) -> None:
    """Hold cases until the limit of their route allows another alert."""
    detail = f"beyond {limit_words(cases[0].route)}; room again at {moment(until)}"
    drafts.decisions += (case.held(Reason.WAIT_LIMIT, until, detail) for case in cases)


def limit_words(route: Route) -> str:
    """Return a route's limit as it is configured."""
    limit = route.limit
    return "no limit" if limit is None else f"{limit.count} alerts per {duration(limit.per)}"


def leave(drafts: Drafts, units: Sequence[Unit], room: Room) -> None:
    """Send units of one destination as alerts of their own, as far as the limit goes.

    What a limit held back leaves first, as one summary; with it whatever would be beyond the
    limit now. What was held for a digest after quiet hours leaves as one digest. Without anything
    held back, the least important wait.
    """
    parcels = _parcels(units)
    if room.free is not None and room.free < len(parcels):
        kept, beyond = parcels[: room.free], parcels[room.free :]
        rest = tuple(unit for parcel in beyond for unit in parcel.units)
        if kept and kept[0].kind is AlertKind.SUMMARY:
            kept[0] = replace(kept[0], units=kept[0].units + rest)
        else:
            hold_for_limit(drafts, [case for unit in rest for case in unit.cases], room.until)
        parcels = kept
    for parcel in parcels:
        _send(drafts, parcel)


def _parcels(units: Sequence[Unit]) -> list[Parcel]:
    held_back, nightly, single = [], [], []
    for unit in sorted(units, key=lambda unit: unit.importance):
        if any(case.waited_for(Reason.WAIT_LIMIT) for case in unit.cases):
            held_back.append(unit)
        elif _digested_after_quiet(unit):
            nightly.append(unit)
        else:
            single.append(unit)
    parcels = [Parcel(AlertKind.SUMMARY, tuple(held_back))] if held_back else []
    parcels += [Parcel(AlertKind.DIGEST, tuple(nightly))] if nightly else []
    return parcels + [Parcel(unit.kind, (unit,)) for unit in single]


def _digested_after_quiet(unit: Unit) -> bool:
    quiet = unit.cases[0].route.quiet
    digested = quiet is not None and quiet.then is QuietThen.DIGEST
    return digested and any(case.waited_for(Reason.WAIT_QUIET) for case in unit.cases)


def _send(drafts: Drafts, parcel: Parcel) -> None:
    first = parcel.units[0].cases[0]
    if parcel.kind is AlertKind.SUMMARY:
        number = len(parcel.units)
        index = drafts.open(first, parcel.kind, held_back=number)
        what = f"in one summary of {count(number, 'alert')} beyond {limit_words(first.route)}"
    elif parcel.kind is AlertKind.DIGEST:
        index = drafts.open(first, parcel.kind)
        what = "in one digest after quiet hours"
    else:
        (unit,) = parcel.units
        index = drafts.open(first, parcel.kind, group=unit.group, follows=unit.follows)
        what = ""
    for unit in parcel.units:
        for case in unit.cases:
            detail = f"{unit.detail}; {what}" if what else unit.detail
            drafts.put(index, case, _reason(parcel, unit, case), detail, group=unit.group)


def _reason(parcel: Parcel, unit: Unit, case: Case) -> Reason:
    if parcel.kind is AlertKind.SUMMARY:
        return Reason.LIMIT_SUMMARY
    if parcel.kind is AlertKind.DIGEST:
        return Reason.QUIET_OVER
    if case.route.name == NOTIFY_ROUTE:
        return Reason.NOTIFY
    if unit.kind is AlertKind.HIT and case.waited_for(Reason.WAIT_QUIET):
        return Reason.QUIET_OVER
    return unit.reason
