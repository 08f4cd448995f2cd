"""The timed jobs: what happens every few seconds, whatever the wall clock does."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler

from monitor.daemon.clock import SystemClock
from monitor.daemon.core import Core
from monitor.errors import MonitorError

log = structlog.get_logger(part="timer")

# Seconds that a job may take beyond its interval before it counts as stuck.
_LIMIT = 120.0
_PLACES = 4


class Timers:
    """Runs short jobs at intervals; one that raises is logged, counted, and run again.

    A run that was missed, or that the one before is in the way of, is worth nothing: the next one
    does all the work. So runs are never piled up, after a suspended machine or an overload either.
    """

    def __init__(self, core: Core) -> None:
        self._core = core
        # The scheduler goes by the machine's clock, whatever clock everything else goes by.
        self._clock = SystemClock()
        self._pulse = core.pulse
        self._lock = threading.Lock()
        self._failures: dict[str, int] = {}
        self._names: list[str] = []
        self._scheduler = BackgroundScheduler(
            timezone="UTC",
            executors={"default": ThreadPoolExecutor(_PLACES)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def every(self, name: str, seconds: float, job: Callable[[], object]) -> None:
        """Run a job at once and then at this interval; to be called before `start`."""

        def run() -> None:
            self._pulse.beat(name, seconds + _LIMIT)
            self._run(name, job)
            self._pulse.beat(name, seconds + _LIMIT)

        self._names.append(name)
        self._scheduler.add_job(
            run, "interval", id=name, seconds=seconds, next_run_time=self._clock.now()
        )

    def start(self) -> None:
        """Begin."""
        self._scheduler.start()

    def soon(self, name: str) -> None:
        """Run a job now, and go on from there; before `start` and after `stop` do nothing."""
        with suppress(JobLookupError):
            if self._scheduler.running:
                self._scheduler.modify_job(name, next_run_time=self._clock.now())

    def realign(self) -> None:
        """Run every job now and go on from there: the wall clock was set.

        The scheduler goes by the wall clock; set back by an hour, it would rest for an hour.
        """
        for name in self._names:
            self._scheduler.modify_job(name, next_run_time=self._clock.now())

    def stop(self) -> None:
        """Start no further run; the present ones end by themselves."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        for name in self._names:
            self._pulse.retire(name)

    def _run(self, name: str, job: Callable[[], object]) -> None:
        try:
            job()
        except Exception as error:
            with self._lock:
                count = self._failures[name] = self._failures.get(name, 0) + 1
            self._core.metrics.errors.labels(name).inc()
            # A job a second would fill the log while a database is away: 1st, 2nd, 4th, 8th …
            if count & (count - 1) == 0:
                log.error(
                    "run-failed",
                    timer=name,
                    error=str(error) or type(error).__name__,
                    failures=count,
                    exc_info=not isinstance(error, MonitorError),
                )
            return
        with self._lock:
            count = self._failures.pop(name, 0)
        if count:
            log.info("run-works-again", timer=name, failures=count)
