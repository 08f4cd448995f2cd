"""The polls: what is due is read by a bounded number of threads, and none of them is trusted."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from monitor.daemon.core import Core
from monitor.errors import MonitorError, StoreBusy
from monitor.model.source import Poll, PollOutcome, Source, SourceKind, SourceState
from monitor.pipeline.detect import Detected, detect
from monitor.pipeline.poll import due
from monitor.ports import SourceReader

log = structlog.get_logger(part="poll")


@dataclass(frozen=True, slots=True)
class Patience:
    """Bounds of a poll, in seconds. It has its own deadlines: beyond these it is stuck for good."""

    network: float = 900.0
    corpus: float = 6 * 3600.0
    """A corpus may be a million articles long."""
    after_error: float = 30.0
    """Until a source is tried again whose poll raised: nothing was stored, nothing is lost."""
    after_busy: float = 3.0
    """The same, when the database was away or locked."""

    def of(self, source: Source) -> float:
        """Return how long a poll of this source may take."""
        return self.corpus if source.kind is SourceKind.CORPUS else self.network


PATIENCE = Patience()


class _GivenUp(MonitorError):
    """The poll is no longer wanted: it ends at the end of a batch."""


@dataclass(frozen=True, slots=True)
class _Running:
    source: Source
    started: float
    thread: threading.Thread


class Polling:
    """Polls the sources that are due, at most `workers` at the same time.

    One tick looks at all due times, instead of one scheduled job a source: after an overload, a
    clock that jumped or a suspended machine, what is due is simply still due, and nothing has to
    be caught up or is dropped.
    """

    def __init__(
        self,
        core: Core,
        *,
        reader: Callable[[], SourceReader],
        on_hits: Callable[[], None],
        notify: Callable[[str, str], None],
        patience: Patience = PATIENCE,
    ) -> None:
        self._core = core
        self._metrics = core.metrics
        self._reader = reader
        self._on_hits = on_hits
        self._notify = notify
        self._patience = patience
        self._lock = threading.Lock()
        self._ended = threading.Condition(self._lock)
        self._running: dict[str, _Running] = {}
        self._hanging: dict[str, threading.Thread] = {}
        self._states: dict[str, SourceState] | None = None
        self._later: dict[str, float] = {}
        self._anew: set[str] = set()
        self._waiting: deque[Source] = deque()
        self._stopping = False

    def tick(self) -> None:
        """Start the polls that are due and have room; give up those that hang."""
        self._abandon()
        now = self._core.now()
        settings = self._core.settings
        with self._lock:
            if self._stopping:
                return
            states = self._states_now()
            found = due(settings.sources, states, self._blocked(), now)
            room = max(settings.workers - len(self._running), 0)
            for source in found.sources[:room]:
                self._start(source)
            # What has to wait follows as soon as a place comes free.
            self._waiting = deque(found.sources[room:])
            # They come in the order of their due times.
            first = states.get(self._waiting[0].id) if self._waiting else None
        since = first.due if first is not None else None
        self._metrics.lag.set((now - since).total_seconds() if since is not None else 0.0)

    def _states_now(self) -> dict[str, SourceState]:
        if self._states is None:
            self._states = dict(self._core.store.source_states())
        for id in self._anew & self._states.keys():
            self._states[id] = replace(self._states[id], due=None)
        self._anew.clear()
        return self._states

    def states(self) -> Mapping[str, SourceState]:
        """Return what is known of the sources, as of the last tick."""
        with self._lock:
            return dict(self._states or {})

    def oldest(self) -> float | None:
        """Return when the poll that runs longest began (monotonic seconds); None if none runs."""
        with self._lock:
            return min((running.started for running in self._running.values()), default=None)

    def follow(self, changed: Collection[str]) -> None:
        """Poll these sources at the next tick whatever was planned: their configuration changed."""
        with self._lock:
            self._anew |= set(changed)
            self._waiting.clear()
            self._later.clear()
            self._states = None

    def stop(self, within: float) -> tuple[str, ...]:
        """Start no more polls, wait for the running ones, and return those that did not end.

        A poll ends after its present batch of articles, which is stored; of a corpus the rest is
        read after the next start.
        """
        with self._lock:
            self._stopping = True
            self._ended.wait_for(lambda: not self._running, within)
            return tuple(self._running)

    def _blocked(self) -> Collection[str]:
        """Return the sources that run already, hang, or failed a moment ago as nobody expected."""
        now = self._core.monotonic()
        self._later = {source: until for source, until in self._later.items() if until > now}
        self._hanging = {
            source: thread for source, thread in self._hanging.items() if thread.is_alive()
        }
        self._metrics.hanging.set(len(self._hanging))
        return self._running.keys() | self._later.keys() | self._hanging.keys()

    def _start(self, source: Source) -> None:
        thread = threading.Thread(target=self._work, args=(source,), name="poll", daemon=True)
        self._running[source.id] = _Running(source, self._core.monotonic(), thread)
        try:
            thread.start()
        except RuntimeError:  # the system has no thread left: a later tick finds the source due
            del self._running[source.id]
            raise

    def _work(self, first: Source) -> None:
        """Poll a source, and then whatever waits for a place."""
        source: Source | None = first
        while source is not None:
            source = self._one(source)

    def _one(self, source: Source) -> Source | None:
        """Poll a source; return the one to poll next, if its place is still this thread's."""
        with self._lock:
            state = (self._states or {}).get(source.id) or SourceState(source=source.id)
        new_state = state
        try:
            new_state = self.poll(source, state, self._core.now(), wanted=self._wanted)
        except _GivenUp:
            log.info("poll-ended-early", source=source.id)
        except Exception as error:  # noqa: BLE001 - a poll that raises must not end the others
            self._failed(source, error)
        with self._lock:
            return self._settle(source, new_state)

    def _settle(self, source: Source, state: SourceState) -> Source | None:
        running = self._running.get(source.id)
        if running is None or running.thread is not threading.current_thread():
            # An abandoned poll that comes back late changes nothing here: its place is taken.
            return None
        del self._running[source.id]
        if self._states is not None:
            self._states[source.id] = state
        if self._core.settings.source(source.id) != source:
            # It was configured anew meanwhile: what the poll planned counts no more.
            self._anew.add(source.id)
        self._ended.notify_all()
        if self._stopping or len(self._running) >= self._core.settings.workers:
            return None
        while self._waiting:
            following = self._waiting.popleft()
            if following.id not in self._running and following.id not in self._later:
                self._running[following.id] = replace(
                    running, source=following, started=self._core.monotonic()
                )
                return following
        return None

    def _wanted(self, source: Source) -> bool:
        """Tell whether the poll of the present thread is to go on."""
        with self._lock:
            running = self._running.get(source.id)
            mine = running is not None and running.thread is threading.current_thread()
            # A corpus may have a million articles left; what came over the network is nearly done.
            return mine and not (self._stopping and source.kind is SourceKind.CORPUS)

    def poll(
        self,
        source: Source,
        state: SourceState,
        now: datetime,
        *,
        wanted: Callable[[Source], bool] = lambda _source: True,
    ) -> SourceState:
        """Poll one source to its end, store what it gave, and return its new state.

        `wanted` is asked before and after each batch; at the first no it ends, and what is stored
        stays.
        """
        generation = self._core.generation()

        def go_on(_count: int = 0) -> None:
            if not wanted(source):
                raise _GivenUp

        poll = self._reader().poll(source, state, now)
        go_on()
        detected = detect(
            poll,
            source,
            store=self._core.store,
            matcher=generation.matcher,
            rules=generation.rules,
            now=now,
            advance=go_on,
        )
        self._count(source, poll, detected)
        for notice in poll.notices:
            self._notify(f"source {source.id}", notice)
        if detected.hits:
            self._on_hits()
        return detected.state

    def _count(self, source: Source, poll: Poll, detected: Detected) -> None:
        self._metrics.polls.labels(source.id, poll.outcome.value).inc()
        self._metrics.poll_seconds.observe(poll.duration)
        for kind, count in (
            ("new", detected.new),
            ("changed", detected.changed),
            ("known", detected.known),
            ("refused", detected.refused),
        ):
            self._metrics.articles.labels(source.id, kind).inc(count)
        for rule, count in detected.by_rule.items():
            self._metrics.rule_hits.labels(rule).inc(count)
        failed = poll.outcome is PollOutcome.FAILED
        quiet = not (detected.new or detected.changed or detected.hits or detected.refused)
        tell = log.warning if failed else log.debug if quiet else log.info
        tell(
            "polled",
            source=source.id,
            outcome=poll.outcome.value,
            new=detected.new,
            changed=detected.changed,
            known=detected.known,
            refused=detected.refused,
            hits=detected.hits,
            seconds=round(poll.duration, 3),
            error=detected.state.last_error if failed else None,
            refusal=detected.state.last_refused if detected.refused else None,
        )

    def _failed(self, source: Source, error: Exception) -> None:
        self._metrics.errors.labels("poll").inc()
        expected = isinstance(error, MonitorError)
        text = str(error) or type(error).__name__
        log.error("poll-failed", source=source.id, error=text, exc_info=not expected)
        busy = isinstance(error, StoreBusy)
        wait = self._patience.after_busy if busy else self._patience.after_error
        with self._lock:
            self._later[source.id] = self._core.monotonic() + wait

    def _abandon(self) -> None:
        """Give up the polls that hang: their place goes to others, their result is ignored."""
        now = self._core.monotonic()
        with self._lock:
            hung = [
                running
                for running in self._running.values()
                if now - running.started > self._patience.of(running.source)
            ]
            for running in hung:
                del self._running[running.source.id]
                # One that hangs is not asked again beside itself: threads would pile up.
                self._hanging[running.source.id] = running.thread
        for running in hung:
            seconds = now - running.started
            self._metrics.errors.labels("poll").inc()
            log.error("poll-abandoned", source=running.source.id, seconds=round(seconds))
            self._notify(
                f"source {running.source.id}",
                f"A poll of {running.source.id} has hung for {seconds:.0f} s and was given up; "
                "the source is polled again when it has come back.",
            )
