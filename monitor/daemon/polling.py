"""The polls: what is due is read by a bounded number of threads, and none of them is trusted."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

import structlog

from monitor.daemon.generation import Generation
from monitor.daemon.metrics import Metrics
from monitor.errors import MonitorError
from monitor.model.source import Poll, PollOutcome, Source, SourceKind, SourceState
from monitor.pipeline.detect import Detected, detect
from monitor.pipeline.poll import due
from monitor.ports import Clock, SourceReader, Store

log = structlog.get_logger("poll")

# Seconds. A poll has its own deadlines; one that still runs after these is stuck for good. A
# corpus may be a million articles long.
_LIMIT = 900.0
_CORPUS_LIMIT = 6 * 3600.0
_AFTER_HANGING = 3600.0
_AFTER_ERROR = 30.0


@dataclass(slots=True)
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
        *,
        store: Store,
        reader: SourceReader,
        generation: Callable[[], Generation],
        clock: Clock,
        monotonic: Callable[[], float],
        metrics: Metrics,
        on_hits: Callable[[], None],
        notify: Callable[[str, str], None],
    ) -> None:
        self._store = store
        self._reader = reader
        self._generation = generation
        self._clock = clock
        self._monotonic = monotonic
        self._metrics = metrics
        self._on_hits = on_hits
        self._notify = notify
        self._lock = threading.Lock()
        self._running: dict[str, _Running] = {}
        self._states: dict[str, SourceState] | None = None
        self._later: dict[str, float] = {}
        self._stopping = False
        self._idle = threading.Condition(self._lock)

    def tick(self) -> None:
        """Start the polls that are due and have room; give up those that hang."""
        self._abandon()
        now = self._clock.now()
        settings = self._generation().settings
        with self._lock:
            if self._stopping:
                return
            if self._states is None:
                self._states = dict(self._store.source_states())
            states = self._states
            found = due(settings.sources, states, self._blocked(), now)
            room = max(settings.workers - len(self._running), 0)
            for source in found.sources[:room]:
                self._start(source, states.get(source.id) or SourceState(source=source.id))
            waiting = found.sources[room:]
        since = [state.due for source in waiting if (state := states.get(source.id)) and state.due]
        self._metrics.lag.set((now - min(since)).total_seconds() if since else 0.0)

    def _blocked(self) -> Collection[str]:
        """Return the sources that run already, or failed a moment ago in a way nobody expected."""
        now = self._monotonic()
        self._later = {source: until for source, until in self._later.items() if until > now}
        return self._running.keys() | self._later.keys()

    def forget(self) -> None:
        """Read the sources' states anew at the next tick: the configuration has changed."""
        with self._lock:
            self._states = None

    def stop(self, within: float) -> tuple[str, ...]:
        """Start no more polls, wait for the running ones, and return those that did not end."""
        deadline = self._monotonic() + within
        with self._lock:
            self._stopping = True
            while self._running and (left := deadline - self._monotonic()) > 0:
                self._idle.wait(left)
            return tuple(self._running)

    def _start(self, source: Source, state: SourceState) -> None:
        thread = threading.Thread(
            target=self._work, args=(source, state), name=f"poll-{source.id}", daemon=True
        )
        self._running[source.id] = _Running(source, self._monotonic(), thread)
        thread.start()

    def _work(self, source: Source, state: SourceState) -> None:
        me = threading.current_thread()
        new_state = state
        try:
            new_state = self.poll(source, state, self._clock.now())
        except MonitorError as error:
            self._failed(source, error)
        except Exception as error:  # noqa: BLE001 - a poll that raises must not end the others
            self._failed(source, error)
        finally:
            with self._lock:
                running = self._running.get(source.id)
                # An abandoned poll that comes back late changes nothing: its place is taken.
                if running is not None and running.thread is me:
                    del self._running[source.id]
                    if self._states is not None:
                        self._states[source.id] = new_state
                    self._idle.notify_all()

    def poll(self, source: Source, state: SourceState, now: datetime) -> SourceState:
        """Poll one source to its end, store what it gave, and return its new state."""
        generation = self._generation()
        poll = self._reader.poll(source, state, now)
        detected = detect(
            poll,
            source,
            store=self._store,
            matcher=generation.matcher,
            rules=generation.rules,
            now=now,
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
        told = log.warning if poll.outcome is PollOutcome.FAILED else log.info
        told(
            "polled",
            source=source.id,
            outcome=poll.outcome.value,
            new=detected.new,
            changed=detected.changed,
            known=detected.known,
            refused=detected.refused,
            hits=detected.hits,
            seconds=round(poll.duration, 3),
            error=detected.state.last_error if poll.outcome is PollOutcome.FAILED else None,
        )

    def _failed(self, source: Source, error: Exception) -> None:
        self._metrics.errors.labels("poll").inc()
        expected = isinstance(error, MonitorError)
        log.error("poll-failed", source=source.id, error=str(error), exc_info=not expected)
        with self._lock:
            # Asked again soon: nothing was stored, so that nothing is lost by waiting.
            self._later[source.id] = self._monotonic() + _AFTER_ERROR

    def _abandon(self) -> None:
        """Give up the polls that hang: their place goes to others, their result is ignored."""
        now = self._monotonic()
        with self._lock:
            hung = [
                running
                for running in self._running.values()
                if now - running.started > _limit(running.source)
            ]
            for running in hung:
                del self._running[running.source.id]
                self._later[running.source.id] = now + _AFTER_HANGING
        for running in hung:
            seconds = now - running.started
            self._metrics.errors.labels("poll").inc()
            log.error("poll-abandoned", source=running.source.id, seconds=round(seconds))
            self._notify(
                f"source {running.source.id}",
                f"A poll of {running.source.id} hung for {seconds:.0f} s and was given up; "
                "the source is polled again later.",
            )


def _limit(source: Source) -> float:
    return _CORPUS_LIMIT if source.kind is SourceKind.CORPUS else _LIMIT
