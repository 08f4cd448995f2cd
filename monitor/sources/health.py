"""What a poll's end makes of a source's state, and what the operator is told. Pure.

A source is called bad once, after three failures in a row or a day of being put off, and well
once, when it is read again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from urllib.parse import urlsplit

from monitor.model.source import Source, SourceState
from monitor.sources.cursor import Cursor, dump
from monitor.sources.fetching import Response, shown
from monitor.sources.schedule import backoff, fresh_for, next_due, retry_after

BAD_AFTER = 3
"""Failures in a row."""
PUT_OFF_FOR = timedelta(days=1)
CONFIRMATIONS = 5
"""How often a permanent redirect must lead to a readable source, over at least `SETTLED`."""
SETTLED = timedelta(days=1)


NO_HEADERS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Ending:
    """A source's new state, and sentences for the operator."""

    state: SourceState
    notices: tuple[str, ...] = ()


def succeeded(
    source: Source,
    state: SourceState,
    cursor: Cursor,
    now: datetime,
    *,
    headers: Mapping[str, str] = NO_HEADERS,
    unchanged: bool = False,
    complete: bool = True,
) -> Ending:
    """Return the state after a source was read, or was `unchanged`.

    Unless `complete`, something is left to be read: the interval counts then, not how long the
    server calls its answer fresh, and the validators stay, so that it gives the whole again.
    """
    fresh = fresh_for(headers, now) if complete else timedelta(0)
    notices = (f"Source {source.id} is well again.",) if state.reported_bad else ()
    new = replace(
        state,
        due=next_due(now, source.every, fresh, cursor.hints),
        last_poll=now,
        last_success=now,
        last_error=None,
        last_error_at=None,
        failures=0,
        reported_bad=False,
        cursor=dump(replace(cursor, deferred=0)),
    )
    if complete:
        etag, modified = headers.get("etag") or None, headers.get("last-modified") or None
        if unchanged:
            etag, modified = etag or state.etag, modified or state.last_modified
        new = replace(new, etag=etag, last_modified=modified)
    return Ending(new, notices)


def failed(source: Source, state: SourceState, cursor: Cursor, now: datetime, why: str) -> Ending:
    """Return the state after a source could not be read: it is tried again, ever more seldom."""
    failures = state.failures + 1
    bad = failures >= BAD_AFTER and not state.reported_bad
    told = f"Source {source.id} cannot be read, {failures} times in a row: {why}."
    notices = (f"{told} It is tried again, at least once a day.",) if bad else ()
    if state.url is not None and failures >= BAD_AFTER:
        # What it moved to is gone bad: the configured address may be right again.
        state = replace(state, url=None, etag=None, last_modified=None)
    return Ending(
        replace(
            state,
            due=now + backoff(source.id, failures, source.every),
            last_poll=now,
            last_error=why,
            last_error_at=now,
            failures=failures,
            reported_bad=state.reported_bad or bad,
            cursor=dump(cursor),
        ),
        notices,
    )


def deferred(
    source: Source, state: SourceState, cursor: Cursor, now: datetime, response: Response
) -> Ending:
    """Return the state after the server asked to come back later (429, 503): no failure."""
    count = cursor.deferred + 1
    asked = retry_after(response.headers, now)
    wait = asked if asked is not None else backoff(source.id, count, source.every)
    since = state.last_success
    long = count > 1 and since is not None and now - since > PUT_OFF_FOR
    bad = (long or count >= 10) and not state.reported_bad
    why = f"{shown(response.url)} answered {response.status}: come back later"
    notices = (f"Source {source.id} puts us off, {count} times in a row: {why}.",) if bad else ()
    return Ending(
        replace(
            state,
            due=now + max(wait, source.every),
            last_poll=now,
            last_error=why,
            last_error_at=now,
            reported_bad=state.reported_bad or bad,
            cursor=dump(replace(cursor, deferred=count)),
        ),
        notices,
    )


def gone(source: Source, state: SourceState, cursor: Cursor, now: datetime, url: str) -> Ending:
    """Return the state after the server said that a source is gone for good (410)."""
    why = f"{shown(url)} answered 410: gone for good"
    notice = (
        f"Source {source.id} is gone: {why}. It is not asked again until its configuration changes."
    )
    return Ending(
        replace(
            state,
            gone=True,
            due=now + timedelta(days=1),
            last_poll=now,
            last_error=why,
            last_error_at=now,
            reported_bad=True,
            cursor=dump(cursor),
        ),
        () if state.gone else (notice,),
    )


def observed_move(
    source: Source, state: SourceState, cursor: Cursor, now: datetime, moved: str | None
) -> tuple[SourceState, Cursor, tuple[str, ...]]:
    """Return what a permanent redirect (301, 308) to a readable source adds to what is known.

    The new address is kept once it was confirmed `CONFIRMATIONS` times over `SETTLED`.
    """
    # An address with a password stays: the new one would come without it.
    if moved in {None, state.url or source.url} or "@" in urlsplit(source.url).netloc:
        if state.moved_to is None:
            return state, cursor, ()
        return replace(state, moved_to=None, moved_seen=0), replace(cursor, moved_since=None), ()
    if moved != state.moved_to or cursor.moved_since is None:
        return replace(state, moved_to=moved, moved_seen=1), replace(cursor, moved_since=now), ()
    seen = state.moved_seen + 1
    if seen < CONFIRMATIONS or now - cursor.moved_since < SETTLED:
        return replace(state, moved_seen=seen), cursor, ()
    notice = (
        f"Source {source.id} has moved for good to {shown(moved)}, which is read from now on; "
        "please change its `url` in the configuration."
    )
    state = replace(state, url=moved, moved_to=None, moved_seen=0)
    return state, replace(cursor, moved_since=None), (notice,)


def waiting(state: SourceState, now: datetime, seconds: float) -> Ending:
    """Return the state when the source's host was too busy with our other requests: no failure."""
    return Ending(replace(state, due=now + timedelta(seconds=seconds)))
