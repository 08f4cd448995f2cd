"""The daemon: stages that run beside each other over one store, from start to a clean end."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from monitor.daemon.generation import Generation
from monitor.daemon.health import Health
from monitor.daemon.http import StatusServer
from monitor.daemon.metrics import Metrics
from monitor.daemon.operator import Operator
from monitor.daemon.outgoing import Outgoing, seconds_until
from monitor.daemon.polling import Polling
from monitor.daemon.pulse import Pulse
from monitor.daemon.reload import reload
from monitor.daemon.stages import Stage
from monitor.daemon.systemd import Notify
from monitor.daemon.watching import Watcher
from monitor.errors import Problem, StoreError
from monitor.pipeline.decide import Terms, decide
from monitor.ports import Clock, Notifier, SourceReader
from monitor.store.database import SqlStore

log = structlog.get_logger("daemon")

# Seconds.
_TICK = 1
_BEAT = 10
_TICK_LIMIT = 120.0
_POLLS_END = 20.0
_STAGES_END = 25.0

_RULES = "rules and configuration"


class Service:
    """A running daemon: `start` returns when everything runs, `stop` when everything has ended."""

    def __init__(
        self,
        generation: Generation,
        *,
        store: SqlStore,
        reader: SourceReader,
        notifier: Notifier,
        clock: Clock,
        monotonic: Callable[[], float],
        environ: Mapping[str, str],
        notify: Notify,
    ) -> None:
        self.generation = generation
        self.metrics = Metrics()
        self.pulse = Pulse(monotonic)
        self._store = store
        self._clock = clock
        self._environ = environ
        self._notify = notify
        self._reloading = threading.Lock()
        self._watchers: list[Watcher] = []
        self._server: StatusServer | None = None
        self._scheduler = BackgroundScheduler(
            timezone="UTC",
            # A run that was missed or overlaps is worth nothing: the next one does all the work.
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        self.outgoing = Outgoing(
            store=store,
            notifier=notifier,
            generation=self._current,
            clock=clock,
            pulse=self.pulse,
            metrics=self.metrics,
            worker=f"{socket.gethostname()}:{os.getpid()}",
        )
        self.operator = Operator(
            store=store,
            generation=self._current,
            clock=clock,
            woken=lambda channel: self.outgoing.wake([channel]),
        )
        self.deciding = Stage("decide", self._decide, pulse=self.pulse, metrics=self.metrics)
        self.polling = Polling(
            store=store,
            reader=reader,
            generation=self._current,
            clock=clock,
            monotonic=monotonic,
            metrics=self.metrics,
            on_hits=self.deciding.wake,
            notify=self.operator.tell,
        )
        self.health = Health(
            store=store,
            generation=self._current,
            clock=clock,
            pulse=self.pulse,
            metrics=self.metrics,
        )

    def _current(self) -> Generation:
        return self.generation

    def start(self, begin: Callable[[], object]) -> None:
        """Claim the database, call `begin`, and start every stage.

        Raises AlreadyRunning when another daemon works on the database.
        """
        now = self._clock.now()
        crashed = self._store.claim(socket.gethostname(), os.getpid(), now)
        if crashed is not None:
            log.warning("daemon-before-ended-without-order", pid=crashed.pid, seen=crashed.seen)
        begin()
        self._tell_broken(self.generation.broken)
        listen = self.generation.settings.http
        if listen is not None:
            self._server = StatusServer(
                listen,
                registry=self.metrics.registry,
                unhealthy=self.health.reasons,
                unready=lambda: (),
            )
            self._server.start()
        self.deciding.start()
        self.outgoing.follow()
        self._scheduler.add_job(self._tick, "interval", seconds=_TICK, next_run_time=now)
        self._scheduler.add_job(self._beat, "interval", seconds=_BEAT, next_run_time=now)
        self._scheduler.start()
        self._watch()
        log.info(
            "started", rules=len(self.generation.matcher.rules), broken=len(self.generation.broken)
        )
        self._notify.ready(self.health.line())

    def stop(self) -> None:
        """End: no new polls, the running ones within a bound, everything committed."""
        self._notify.stopping()
        for watcher in self._watchers:
            watcher.stop()
        left = self.polling.stop(_POLLS_END)
        if left:
            log.warning("polls-left-behind", sources=left)
        self.deciding.stop()
        self.deciding.join(_STAGES_END)
        hanging = self.outgoing.stop(_STAGES_END)
        if hanging:
            log.warning("deliveries-left-behind", channels=hanging)
        self._scheduler.shutdown(wait=False)
        if self._server is not None:
            self._server.stop()
        with suppress(StoreError):
            self._store.leave()
        log.info("stopped")

    def reload(self) -> bool:
        """Read everything anew; return whether it is in force. If it is broken, nothing changes."""
        with self._reloading:
            self._notify.reloading()
            now = self._clock.now()
            found = reload(self.generation.settings.path, self._environ, self.generation, now)
            if found.generation is None:
                self._tell_broken(found.problems)
                self.metrics.reload_ok.set(0)
            else:
                self._put_in_force(found.generation)
            self._notify.ready(self.health.line())
            return found.generation is not None

    def _put_in_force(self, generation: Generation) -> None:
        before, self.generation = self.generation, generation
        self._store.keep_rules(tuple(generation.rules.values()), generation.loaded)
        self.outgoing.follow()
        self.polling.forget()
        self.deciding.wake()
        if generation.settings.rules != before.settings.rules:
            self._watch()
        self.metrics.reload_ok.set(1)
        self.health.problems = ()
        log.info("reloaded", rules=len(generation.matcher.rules))
        self.operator.well(_RULES, "The rules and the configuration are sound again and in force.")

    def _tell_broken(self, problems: tuple[Problem, ...]) -> None:
        self.health.problems = problems
        if not problems:
            return
        for problem in problems:
            log.error("broken", problem=str(problem))
        shown = "\n".join(str(problem) for problem in problems[:20])
        more = f"\n… and {len(problems) - 20} more" if len(problems) > 20 else ""
        self.operator.trouble(
            _RULES,
            shown,
            "What was edited cannot be used; what was in force before keeps running.\n"
            f"{shown}{more}\nSee all of it: monitor check",
        )

    def _watch(self) -> None:
        for watcher in self._watchers:
            watcher.stop()
        settings = self.generation.settings
        self._watchers = [
            Watcher(settings.path, self._edited),
            Watcher(settings.rules, self._edited),
        ]
        for watcher in self._watchers:
            watcher.start()

    def _edited(self) -> None:
        log.info("files-changed")
        self.reload()

    def _tick(self) -> None:
        self.pulse.beat("poll", _TICK_LIMIT)
        self.polling.tick()

    def _decide(self) -> float | None:
        settings = self.generation.settings
        now = self._clock.now()
        decided = decide(
            self._store,
            Terms(
                routes=settings.routes,
                channels=[channel.name for channel in settings.channels],
                rules=self.generation.rules,
                sources=[source.id for source in settings.sources],
                operator=settings.operator,
            ),
            now,
        )
        for (outcome, _reason), count in decided.outcomes.items():
            self.metrics.decisions.labels(outcome.value).inc(count)
        if decided.outcomes:
            log.info(
                "decided",
                alerts=len(decided.alerts),
                **{
                    f"{outcome.value}_{reason.value}".replace("-", "_"): count
                    for (outcome, reason), count in decided.outcomes.items()
                },
            )
        self.outgoing.wake(decided.channels)
        return seconds_until(decided.wake, now)

    def _beat(self) -> None:
        now = self._clock.now()
        try:
            self._store.beat(now, self.health.report())
        except StoreError as error:
            self.health.store_problem = str(error)
            log.error("store-unreachable", error=str(error))
        else:
            self.health.store_problem = ""
        self.health.measure(now)
        stuck = self.pulse.stuck()
        if stuck:
            # systemd hears nothing more, and restarts what cannot be helped from inside.
            log.error("stuck", stages=[str(stage) for stage in stuck])
            return
        self._notify.alive()
        self._notify.status(self.health.line())
