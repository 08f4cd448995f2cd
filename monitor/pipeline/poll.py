"""Poll: which sources are due, and what becomes of each one's answer."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.model.source import Source, SourceState

# A due time further ahead than any wait that a source can ask for means that the clock was wrong
# when it was written.
_FURTHEST = timedelta(days=8)
# Clocks are kept right by small steps; a last poll further in the future means that the clock was
# set back since.
_STEP = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Due:
    """The sources to poll now, the longest waiting first, and when the next one is due."""

    sources: tuple[Source, ...]
    next: datetime | None


def due(
    sources: Iterable[Source],
    states: Mapping[str, SourceState],
    running: Collection[str],
    now: datetime,
) -> Due:
    """Return which sources are due; those `running` are not asked twice at the same time."""
    waiting: list[tuple[datetime, str, Source]] = []
    later: list[datetime] = []
    for source in sources:
        if source.id in running:
            continue
        moment = due_time(source, states.get(source.id), now)
        if moment <= now:
            waiting.append((moment, source.id, source))
        else:
            later.append(moment)
    waiting.sort(key=lambda entry: entry[:2])
    return Due(tuple(source for _, _, source in waiting), min(later, default=None))


def due_time(source: Source, state: SourceState | None, now: datetime) -> datetime:
    """Return when a source is to be polled.

    A due time that only a wrong clock can have set does not count.
    """
    if state is None or state.due is None:
        return now
    if state.last_poll is not None and state.last_poll > now + _STEP:
        return now
    if state.due > now + max(_FURTHEST, 2 * source.every):
        return now
    return state.due
