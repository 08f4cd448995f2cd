"""How the daemon does: in reasons for machines, in one line for systemd, in a report for people."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta

from monitor import __version__
from monitor.daemon.generation import Generation
from monitor.daemon.metrics import Metrics
from monitor.daemon.pulse import Pulse
from monitor.errors import Problem, StoreError
from monitor.ports import Clock
from monitor.store.database import SqlStore

# An alert that could have been sent for so long says that deliveries do not work.
_WAITING_TOO_LONG = timedelta(minutes=30)
# How much later than its interval asks the most recent poll may be.
_POLL_GRACE = timedelta(minutes=15)
_MOST_PROBLEMS = 20


class Health:
    """Collects what speaks against the daemon's health."""

    def __init__(
        self,
        *,
        store: SqlStore,
        generation: Callable[[], Generation],
        clock: Clock,
        pulse: Pulse,
        metrics: Metrics,
    ) -> None:
        self.problems: tuple[Problem, ...] = ()
        """What is wrong with what was edited last and is not in force."""
        self.store_problem = ""
        self._store = store
        self._generation = generation
        self._clock = clock
        self._pulse = pulse
        self._metrics = metrics
        self._started = clock.now()
        self._outbox: tuple[str, ...] = ()
        self._polls = ""
        self._line = "starting"

    def reasons(self) -> tuple[str, ...]:
        """Return what keeps the program from working; restarting it may help."""
        found = [str(stage) for stage in self._pulse.stuck()]
        if self.store_problem:
            found.append(self.store_problem)
        return tuple(found)

    def doubts(self) -> tuple[str, ...]:
        """Return why nobody should trust a silence now: `reasons`, polls and deliveries."""
        polls = (self._polls,) if self._polls else ()
        return (*self.reasons(), *polls, *self._outbox)

    def line(self) -> str:
        """Return the state in one line."""
        return self._line

    def measure(self, now: datetime) -> None:
        """Look at outbox and sources, and set the gauges; what cannot be read stays as it was."""
        generation = self._generation()
        self._metrics.rules.labels("running").set(len(generation.matcher.rules))
        self._metrics.rules.labels("broken").set(len(self.problems))
        try:
            self._measure_outbox(now)
            good, bad, gone = self._measure_sources(now)
        except StoreError as error:
            self.store_problem = str(error)
            return
        parts = [f"{good} sources good"]
        parts += [f"{bad} bad"] if bad else []
        parts += [f"{gone} gone"] if gone else []
        parts.append(f"{len(generation.matcher.rules)} rules")
        parts += [f"{len(self.problems)} problems in what was edited"] if self.problems else []
        parts += list(self._outbox)
        self._line = ", ".join(parts)

    def _measure_outbox(self, now: datetime) -> None:
        doubts: list[str] = []
        oldest = 0.0
        for figures in self._store.channel_figures():
            self._metrics.pending.labels(figures.channel).set(figures.pending)
            self._metrics.dead.labels(figures.channel).set(figures.dead)
            age = (now - figures.oldest) if figures.oldest is not None else timedelta()
            oldest = max(oldest, age.total_seconds())
            if age > _WAITING_TOO_LONG:
                doubts.append(
                    f"{figures.pending} alerts wait for channel {figures.channel},"
                    f" the oldest since {figures.oldest:%Y-%m-%d %H:%M} UTC"
                )
        self._metrics.oldest.set(oldest)
        self._outbox = tuple(doubts)

    def _measure_sources(self, now: datetime) -> tuple[int, int, int]:
        sources = self._generation().settings.sources
        states = self._store.source_states()
        known = [states[source.id] for source in sources if source.id in states]
        gone = sum(state.gone for state in known)
        bad = sum(state.failures > 0 and not state.gone for state in known)
        good = sum(state.failures == 0 and state.last_success is not None for state in known)
        for name, count in (("good", good), ("bad", bad), ("gone", gone)):
            self._metrics.sources.labels(name).set(count)
        last = max((state.last_success for state in known if state.last_success), default=None)
        shortest = min((source.every for source in sources), default=timedelta())
        late = sources and now - (last or self._started) > shortest + _POLL_GRACE
        self._polls = ""
        if late:
            since = f"{last:%Y-%m-%d %H:%M} UTC" if last else "the start"
            self._polls = f"no source has been read since {since}"
        return good, bad, gone

    def report(self) -> str:
        """Return what `monitor status` shows of a daemon, as JSON."""
        generation = self._generation()
        return json.dumps(
            {
                "version": __version__,
                "rules": len(generation.matcher.rules),
                "loaded": generation.loaded.isoformat(),
                "problems": [str(problem) for problem in self.problems[:_MOST_PROBLEMS]],
                "problem_count": len(self.problems),
                "doubts": list(self.doubts()),
            },
            ensure_ascii=False,
        )
