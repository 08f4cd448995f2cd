"""How the daemon does: in reasons for machines, in one line for systemd, in a report for people."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from monitor import __version__
from monitor.daemon.core import Core
from monitor.errors import Problem
from monitor.model.source import SourceState

# An alert that could have been sent for so long says that deliveries do not work.
_WAITING_TOO_LONG = timedelta(minutes=30)
# How much later than its interval asks the most recent poll may be.
_POLL_GRACE = timedelta(minutes=15)
_MOST_PROBLEMS = 20


class Health:
    """Collects what speaks against the daemon's health; safe to use from several threads.

    `states` returns what is known of the sources.
    """

    def __init__(self, core: Core, *, states: Callable[[], Mapping[str, SourceState]]) -> None:
        self.problems: tuple[Problem, ...] = ()
        """What is wrong with what was edited last and is not in force."""
        self._core = core
        self._states = states
        self._metrics = core.metrics
        self._started = core.now()
        self._lock = threading.Lock()
        self._faults: dict[str, str] = {}
        self._doubts: dict[str, str] = {}
        self._sources = ""

    def fault(self, matter: str, text: str) -> None:
        """Note what keeps the program from working; an empty text says that it is well again."""
        with self._lock:
            _note(self._faults, matter, text)

    def doubt(self, matter: str, text: str) -> None:
        """Note why a silence is not to be trusted; an empty text takes it back."""
        with self._lock:
            _note(self._doubts, matter, text)

    def reasons(self) -> tuple[str, ...]:
        """Return what keeps the program from working."""
        with self._lock:
            faults = tuple(self._faults.values())
        return (*map(str, self._core.pulse.stuck()), *faults)

    def doubts(self) -> tuple[str, ...]:
        """Return why nobody should trust a silence now: `reasons`, polls, deliveries, canary."""
        with self._lock:
            doubts = tuple(self._doubts.values())
        return (*self.reasons(), *doubts)

    def line(self) -> str:
        """Return the state in one line."""
        if not self._sources:
            return "starting"
        parts = [self._sources, _counted(len(self._core.generation().matcher.rules), "rule")]
        problems = _counted(len(self.problems), "problem")
        parts += [f"{problems} in what was edited"] if self.problems else []
        return ", ".join((*parts, *self.doubts()))

    def measure(self, now: datetime) -> None:
        """Look at outbox and sources, and set the gauges. Raises StoreError."""
        running = self._core.generation().matcher.rules
        self._metrics.rules.labels("running").set(len(running))
        self._metrics.rules.labels("broken").set(len(self.problems))
        outbox = self._measure_outbox(now)
        good, bad, gone = self._measure_sources(now)
        self.doubt("outbox", outbox)
        self._metrics.doubts.set(len(self.doubts()))
        self._metrics.stuck.set(len(self._core.pulse.stuck()))
        parts = [f"{_counted(good, 'source')} good"]
        parts += [f"{bad} bad"] if bad else []
        parts += [f"{gone} gone"] if gone else []
        self._sources = ", ".join(parts)

    def _measure_outbox(self, now: datetime) -> str:
        doubts: list[str] = []
        oldest = timedelta()
        for figures in self._core.store.channel_figures():
            self._metrics.pending.labels(figures.channel).set(figures.pending)
            self._metrics.dead.labels(figures.channel).set(figures.dead)
            age = (now - figures.oldest) if figures.oldest is not None else timedelta()
            oldest = max(oldest, age)
            if figures.oldest is not None and age > _WAITING_TOO_LONG:
                known = self._core.settings.channel(figures.channel) is not None
                gone = "" if known else ", which is not configured any more"
                wait = "waits" if figures.pending == 1 else "wait"
                doubts.append(
                    f"{_counted(figures.pending, 'alert')} {wait} for channel {figures.channel}"
                    f"{gone}, the oldest since {figures.oldest:%Y-%m-%d %H:%M} UTC"
                )
        self._metrics.oldest.set(oldest.total_seconds())
        return "; ".join(doubts)

    def _measure_sources(self, now: datetime) -> tuple[int, int, int]:
        sources = self._core.settings.sources
        states = self._states()
        known = [states[source.id] for source in sources if source.id in states]
        gone = sum(state.gone for state in known)
        bad = sum(state.failures > 0 and not state.gone for state in known)
        good = sum(
            state.failures == 0 and state.last_success is not None and not state.gone
            for state in known
        )
        for name, count in (("good", good), ("bad", bad), ("gone", gone)):
            self._metrics.sources.labels(name).set(count)
        last = max((state.last_success for state in known if state.last_success), default=None)
        shortest = min((source.every for source in sources), default=timedelta())
        late = sources and now - max(last or self._started, self._started) > shortest + _POLL_GRACE
        since = f"{last:%Y-%m-%d %H:%M} UTC" if last else "the start"
        self.doubt("polls", f"no source has been read since {since}" if late else "")
        return good, bad, gone

    def report(self) -> str:
        """Return what `monitor status` shows of a daemon, as JSON."""
        generation = self._core.generation()
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


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _note(notes: dict[str, str], matter: str, text: str) -> None:
    if text:
        notes[matter] = text
    else:
        notes.pop(matter, None)
