"""The last line of a digest: what was read, so that silence can be trusted."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from monitor.model.source import SourceState
from monitor.policy.wording import count, moment

NAMED = 20
"""How many sources that were not read are named; the rest are counted."""


def coverage_line(
    sources: Collection[str],
    states: Mapping[str, SourceState],
    since: datetime | None,
    now: datetime,
) -> str:
    """Return how many of the configured sources were read since then, and which were not.

    `since` is when the last digest was made, None if there was none: then ever.
    """
    missing: list[tuple[str, datetime | None]] = []
    for source in sorted(sources):
        state = states.get(source)
        success = state.last_success if state is not None else None
        if success is None or (since is not None and success <= since):
            missing.append((source, success))
    read = len(sources) - len(missing)
    period = f"since {moment(since)}" if since is not None else f"until {moment(now)}"
    line = f"Coverage: {read} of {count(len(sources), 'source')} read {period}."
    if not missing:
        return line
    named = [
        f"{source} ({'never' if success is None else 'not since ' + moment(success)})"
        for source, success in missing[:NAMED]
    ]
    if len(missing) > NAMED:
        named.append(f"and {len(missing) - NAMED} more")
    return f"{line} Not read: {', '.join(named)}."
