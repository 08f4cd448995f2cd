"""Reads any source: one poll, one answer, never an exception."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from types import TracebackType
from typing import Self

from monitor.errors import SourceError
from monitor.model.source import Poll, PollItem, PollOutcome, Source, SourceKind, SourceState
from monitor.ports import FileMemory
from monitor.sources import health
from monitor.sources.connections import Resolve, resolve
from monitor.sources.corpus import changed_files, read_files
from monitor.sources.cursor import Cursor, identity_of, load
from monitor.sources.documents import Asking, Busy, Documents
from monitor.sources.fetching import Fetcher, Limits, host_of, shown
from monitor.sources.full_text import Budget, Pages
from monitor.sources.items import ItemReader
from monitor.sources.robots import Robots
from monitor.sources.spacing import Spacing

_LATER = frozenset({429, 503})
_UNCHANGED = frozenset({204, 304})
_WHOLE = frozenset({200, 201, 202, 203})


class Reader:
    """Implements `ports.SourceReader` for folders, feeds, listing pages and sitemaps.

    Thread-safe for different sources. `files` knows what a corpus has read before; `contact` goes
    into the User-Agent; `trusted` are the addresses that the configuration names: only at their
    hosts, and at each source's own, may a server be in a private network. `monotonic`, `wait` and
    `resolve` are the outside world, and given as arguments so that a test can play it.
    """

    def __init__(
        self,
        *,
        files: FileMemory,
        contact: str = "",
        trusted: Iterable[str] = (),
        limits: Limits | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        wait: Callable[[float], None] = time.sleep,
        ssl_context: ssl.SSLContext | None = None,
        resolve: Resolve = resolve,
    ) -> None:
        self._files = files
        self._trusted = frozenset(host for url in trusted if (host := host_of(url)))
        self._limits = limits or Limits()
        self._monotonic = monotonic
        self._fetcher = Fetcher(
            limits=self._limits,
            contact=contact,
            monotonic=monotonic,
            ssl_context=ssl_context,
            resolve=resolve,
        )
        spacing = Spacing(self._limits.spacing, monotonic, wait)
        robots = Robots(self._fetcher, spacing)
        self._documents = Documents(self._fetcher, spacing, robots, self._limits)
        self._pages = Pages(self._fetcher, spacing, robots, self._limits)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self._fetcher.close()

    def poll(self, source: Source, state: SourceState, now: datetime) -> Poll:
        """Ask the source for what is new since `state`; failures are an outcome, never raised."""
        started = self._monotonic()
        cursor = load(state.cursor, source)
        if source.kind is not SourceKind.CORPUS and _configured_anew(source, state):
            state = replace(
                state,
                etag=None,
                last_modified=None,
                url=None,
                moved_to=None,
                moved_seen=0,
                gone=False,
            )
        try:
            if source.kind is SourceKind.CORPUS:
                poll = self._corpus(source, state, cursor, now)
            elif state.gone:
                ending = health.gone(source, state, cursor, now, state.url or source.url)
                poll = _ended(PollOutcome.GONE, ending)
            else:
                poll = self._networked(source, state, cursor, now)
        except Busy as busy:
            poll = _ended(PollOutcome.DEFERRED, health.waiting(state, now, busy.seconds))
        except SourceError as error:
            poll = _ended(PollOutcome.FAILED, health.failed(source, state, cursor, now, str(error)))
        # A defect in here, or in a library, must cost this one poll and be seen, not end the rest.
        except Exception as error:  # noqa: BLE001  # see above
            why = f"unexpected {type(error).__name__}: {error}"
            poll = _ended(PollOutcome.FAILED, health.failed(source, state, cursor, now, why))
        return replace(poll, duration=max(0.0, self._monotonic() - started))

    def _corpus(self, source: Source, state: SourceState, cursor: Cursor, now: datetime) -> Poll:
        folder = changed_files(source, self._files)
        ending = health.succeeded(source, state, cursor, now)
        outcome = PollOutcome.READ if folder.files or folder.refusals else PollOutcome.UNCHANGED

        def items() -> Iterator[PollItem]:
            yield from folder.refusals
            yield from read_files(source, folder.files)

        return Poll(outcome=outcome, items=items(), state=ending.state, notices=ending.notices)

    def _networked(self, source: Source, state: SourceState, cursor: Cursor, now: datetime) -> Poll:
        first = state.last_success is None
        asking = Asking(source, self._trusted | {host_of(source.url)}, now, first)
        answer = self._documents.fetch(asking, state.url or source.url, _conditions(state))
        if answer.status in _LATER:
            return _ended(PollOutcome.DEFERRED, health.deferred(source, state, cursor, now, answer))
        if answer.status == 410:
            return _ended(PollOutcome.GONE, health.gone(source, state, cursor, now, answer.url))
        if answer.status in _UNCHANGED:
            state, cursor, told = health.observed_move(source, state, cursor, now, answer.moved)
            ending = health.succeeded(
                source, state, cursor, now, headers=answer.headers, unchanged=True
            )
            return _ended(PollOutcome.UNCHANGED, ending, told)
        if answer.status not in _WHOLE:
            raise SourceError(
                f"{shown(answer.url)} answered {answer.status}{_meaning(answer.status)}"
            )
        listing, cursor = self._documents.listing(asking, answer, cursor)
        budget = Budget(self._limits, self._monotonic)
        items = ItemReader(asking, self._pages, budget).read(listing, cursor)
        state, cursor, told = health.observed_move(source, state, items.cursor, now, answer.moved)
        ending = health.succeeded(
            source, state, cursor, now, headers=answer.headers, complete=items.complete
        )
        return replace(_ended(PollOutcome.READ, ending, told), items=iter(items.items))


def _conditions(state: SourceState) -> dict[str, str]:
    """Return the headers that ask for a document only if it has changed (RFC 9110, section 13)."""
    validators = {"If-None-Match": state.etag, "If-Modified-Since": state.last_modified}
    return {name: value for name, value in validators.items() if value}


def _configured_anew(source: Source, state: SourceState) -> bool:
    """Whether the state belongs to another configuration of the source, or to none yet."""
    return identity_of(source) not in (state.cursor or "")


def _ended(outcome: PollOutcome, ending: health.Ending, notices: tuple[str, ...] = ()) -> Poll:
    return Poll(
        outcome=outcome,
        items=iter(()),
        state=ending.state,
        notices=(*notices, *ending.notices),
    )


def _meaning(status: int) -> str:
    """Return what an error status means to the person who configured the source."""
    meanings = {
        401: ": it wants a user and password",
        403: ": it refuses us",
        404: ": there is nothing at this address",
    }
    return meanings.get(status, ": the server has an error" if status >= 500 else "")
